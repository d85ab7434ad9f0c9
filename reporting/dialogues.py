"""Dialogues on the page: turns as bubbles with what is known of each, and batch figures as bars beside people's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .text import label, piece

_TURNS_SHOWN = 60
_LEFT, _RIGHT = 12.0, 348.0
"""Where the scale of a batch figure begins and ends, in units of its drawing."""


def is_dialogue(record: Mapping[str, Any]) -> bool:
    """Whether a record is to be drawn as a dialogue."""
    turns = record.get("turns")
    return isinstance(turns, Sequence) and bool(turns) and all(isinstance(t, Mapping) and "text" in t for t in turns)


def shaped_turns(record: Mapping[str, Any], evidence: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
    """The turns of a dialogue for the page's script.

    Returns:
        One mapping per turn: `who` the speaker, `side` 0 or 1, `text`, and where there is something to say `before`
        (the text before style) and `notes` ([name, value] each: facts, emotion, style, tries). `hit` marks the turn
        that the evidence speaks of.
    """
    turns = record["turns"]
    speakers = list(dict.fromkeys(str(turn.get("speaker", "")) for turn in turns))
    known = {str(member.get("speaker")): _things(member) for member in record.get("personas") or ()}
    shaped = []
    for at, turn in enumerate(turns[:_TURNS_SHOWN]):
        speaker = str(turn.get("speaker", ""))
        hit = evidence.get("turn") == at
        span = evidence.get("turn_span") if hit else None
        one: dict[str, Any] = {
            "who": label(speaker, 40),
            "side": speakers.index(speaker) % 2,
            "text": piece(str(turn["text"]), limit, [span] if isinstance(span, list) and len(span) == 2 else ()),
        }
        before = turn.get("text_before_style")
        if isinstance(before, str) and before != turn["text"]:
            one["before"] = piece(before, limit)
        notes = _notes(turn, known.get(speaker, {}))
        if notes:
            one["notes"] = notes
        if hit:
            one["hit"] = True
        shaped.append(one)
    return shaped


def cast_notes(record: Mapping[str, Any]) -> list[list[str]]:
    """Who the speakers are, the plan, and what was measured of the dialogue: [name, value] each."""
    notes = []
    for member in record.get("personas") or ():
        facts = [fact.get("text") if isinstance(fact, Mapping) else fact for fact in member.get("facts") or ()]
        notes.append([label(member.get("speaker"), 40), label(" ".join(map(str, facts)), 500)])
    plan = record.get("plan")
    if isinstance(plan, Mapping):
        notes.append(["setting", label(plan.get("setting", ""), 200)])
        if plan.get("arc"):
            notes.append(["arc", label(plan["arc"], 80)])
        if plan.get("number"):
            notes.append(["plan", "the second one: the first was given up"])
    if record.get("end_reason"):
        notes.append(["ended", label(record["end_reason"], 40)])
    for name, value in (record.get("checks") or {}).items():
        if value not in (None, "", [], {}):
            notes.append([label(str(name).replace("_", " "), 60), label(_brief(value), 200)])
    liveliness = record.get("engagement") or {}
    if liveliness:
        parts = ", ".join(f"{name.replace('_', ' ')} {value:.2g}" for name, value in liveliness.items())
        notes.append(["liveliness (counts)", label(parts, 300)])
    return notes


def _things(member: Mapping[str, Any]) -> dict[str, str]:
    things = [*(member.get("facts") or ()), *(member.get("details") or ())]
    return {str(thing["id"]): str(thing["text"]) for thing in things if isinstance(thing, Mapping) and "id" in thing}


def _notes(turn: Mapping[str, Any], known: Mapping[str, str]) -> list[list[str]]:
    notes = [["uses", label(known.get(str(name), str(name)), 160)] for name in turn.get("facts_used") or ()][:4]
    emotion = turn.get("emotion")
    if isinstance(emotion, Mapping):
        strength = {1: "slightly", 2: "clearly", 3: "strongly"}.get(int(emotion.get("intensity") or 0), "")
        notes.append(["feels", label(f"{strength} {emotion.get('label', '')}".strip(), 60)])
    if turn.get("style"):
        notes.append(["style", label(turn["style"], 80)])
    by_hand = (turn.get("checks") or {}).get("by_hand")
    if by_hand:
        notes.append(["by hand", label(by_hand, 40)])
    tries = {stage: n for stage, n in (turn.get("attempts") or {}).items() if isinstance(n, int) and n > 1}
    if tries:
        notes.append(["tries", label(", ".join(f"{stage} {n}" for stage, n in tries.items()), 80)])
    return notes


def _brief(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_brief(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_brief, value))
    return str(value).replace("_", " ")


@dataclass(frozen=True, slots=True)
class BatchBar:
    """One batch figure, drawn on a scale from 0 to 1 in a box of 360 x 44 units."""

    label: str
    value: str
    bar: str
    people: str
    size: str
    outcome: str
    """pass, fail or not measured."""
    x: float
    """Right end of the figure's bar."""
    bar_x: float
    people_x: float
    wrong_x: float
    """Where the wrong side begins."""
    wrong_width: float
    title: str


def batch_bars(facts: Mapping[str, Any]) -> list[BatchBar]:
    """The batch figures of a run, ready to be drawn."""
    return [_batch_bar(finding) for finding in facts.get("batch") or ()]


def _batch_bar(finding: Mapping[str, Any]) -> BatchBar:
    def at(value: float) -> float:
        return round(_LEFT + min(max(value, 0.0), 1.0) * (_RIGHT - _LEFT), 2)

    value, bar, people = finding["value"], float(finding["bar"]), float(finding["people"])
    below = finding["wrong"] == "below"
    words = f"{finding['size']:,} words" if finding["name"] == "distinct_2" else f"{finding['size']} dialogues"
    shown = "not measured" if value is None else f"{value:.3f}"
    side = "least" if below else "most"
    people_are = "the reference" if finding["people_are"] == "reference" else "people"
    return BatchBar(
        label=label(finding["label"], 80),
        value=shown,
        bar=f"at {side} {bar:.3g}",
        people=f"{people_are} {people:.3f}",
        size=f"{finding['batches']} x {words}" if value is not None else label(finding["why"], 80),
        outcome=str(finding["outcome"]).replace("_", " "),
        x=at(value or 0.0),
        bar_x=at(bar),
        people_x=at(people),
        wrong_x=_LEFT if below else at(bar),
        wrong_width=round(at(bar) - _LEFT if below else _RIGHT - at(bar), 2),
        title=f"{finding['label']}: {shown}, at {side} {bar:.3g}, {people_are} {people:.3f}",
    )


def dialogue_figures(facts: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What else is known of a run of dialogues: (heading, [(name, value)])."""
    groups = [
        (
            "The set",
            [
                ("dialogues", f"{facts['dialogues']:,}"),
                ("turns", f"{facts['turns']:,}"),
                ("personas", f"{facts['personas']:,}"),
                ("groups for splits", f"{facts['groups']:,}"),
            ],
        ),
        ("Ended", _counts(facts["end_reasons"])),
        ("Liveliness (counts, not calibrated)", [(_spaced(n), f"{v:.3g}") for n, v in facts["engagement"].items()]),
        ("Styles, by turns", _counts(facts["styles"])),
        ("Emotions, by turns", _counts(facts["emotions"])),
        (
            "Personas from",
            [(label(s["source"], 80), f"{s['personas']} ({label(s['licence'], 60)})") for s in facts["sources"]],
        ),
    ]
    if facts["by_hand"]:
        groups[0][1].append(("turns with a line written by hand", f"{facts['by_hand']:,}"))
    return [(heading, values) for heading, values in groups if values]


def _counts(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(label(_spaced(name), 80), f"{n:,}") for name, n in list(counts.items())[:30]]


def _spaced(name: str) -> str:
    return str(name).replace("_", " ")

"""A dialogue on its way: its turns so far, how a person would read it, and what the checks say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ...core.records import CastMember, DialoguePlan, Turn
from ...core.records.dialogue import EndReason
from ...quality import Check, Row
from ...quality.dialogues import checks as dialogue_checks
from ..builder import Context
from .course import Fault
from .kept_words import takes_up, things_of

_CHECKS = {
    "dialogue.placeholder": dialogue_checks.placeholder,
    "dialogue.speaker_alternation": dialogue_checks.speaker_alternation,
    "dialogue.repeated_turn": dialogue_checks.repeated_turn,
    "dialogue.repeated_exchange": dialogue_checks.repeated_exchange,
    "dialogue.echoed_turn": dialogue_checks.echoed_turn,
    "dialogue.pasted_facts": dialogue_checks.pasted_facts,
    "dialogue.swapped_personas": dialogue_checks.swapped_personas,
    "dialogue.traded_places": dialogue_checks.traded_places,
    "dialogue.persona_coverage": dialogue_checks.persona_coverage,
    "dialogue.weak_signs": dialogue_checks.weak_signs,
}
"""The checks that reject, as the policy `dialogues` has them; a recipe's own take their place."""
_WHY = {
    "placeholder": "It holds a placeholder or the label of a speaker: {text!r}.",
    "broken_alternation": "The speakers do not take turns.",
    "one_speaker": "Only one of the two speaks.",
    "empty_turn": "A turn is empty.",
    "repeated_turn": "A turn is said again and again: {text!r}.",
    "repeated_exchange": "Two turns are said again together: {text!r}.",
    "echoed_turn": "A turn only says again what the other has just said: {text!r}.",
    "pasted_facts": "Facts are said word for word; say them as one would in passing: {facts}.",
    "swapped_personas": "The speakers speak of each other's lives as if they were their own.",
    "traded_places": "From one turn on the speakers seem to have changed places: {text!r}.",
    "persona_not_used": "The speakers say hardly anything of their own lives.",
    "weak_signs": "It repeats its words, echoes, or agrees too politely: {signs}.",
}
_STOCK_OPENING = re.compile(
    r"^\W*(?:hi|hey|hello|good (?:morning|evening|afternoon)|greetings)\b|\bmy name is\b|\bnice to meet you\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A dialogue as far as it is written."""

    cast: tuple[CastMember, CastMember]
    plan: DialoguePlan
    turns: tuple[Turn, ...]
    end_reason: EndReason = "natural"

    def text(self) -> str:
        """As a person reads it."""
        return as_text(self.turns)

    def member(self, speaker: str) -> CastMember:
        """Who a speaker is."""
        return next(member for member in self.cast if member.speaker == speaker)


def as_text(turns: Sequence[Turn]) -> str:
    """Turns with their speakers, a line each."""
    return "\n".join(f"{turn.speaker}: {turn.text}" for turn in turns)


def row_of(cast: Sequence[CastMember], turns: Sequence[Turn]) -> Row:
    """A draft as checks see it."""
    fields: dict[str, Any] = {
        "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in turns],
        "personas": [{"speaker": m.speaker, "facts": [fact.text for fact in m.facts]} for m in cast],
    }
    return Row(0, "draft", fields)


def check_faults(draft: Draft, ctx: Context) -> list[Fault]:
    """What the checks that reject find in a draft."""
    row = row_of(draft.cast, draft.turns)
    faults = []
    for name, own in _own_checks().items():
        check: Check = ctx.checks.get(name, own)
        finding = check.judge([row])[0]
        if isinstance(finding.value, float) and not finding.error and check.bar.crossed(finding.value):
            reason = finding.reason or name
            faults.append(Fault(reason, _why(reason, finding.evidence), {"value": finding.value}))
    return faults


def opening_fault(draft: Draft) -> list[Fault]:
    """A greeting or an introduction where the plan has another opening."""
    if draft.turns and _STOCK_OPENING.search(draft.turns[0].text):
        why = f"It opens with a greeting or an introduction; the plan is: {draft.plan.beats[0].intent}."
        return [Fault("stock_opening", why)]
    return []


def _why(reason: str, evidence: Mapping[str, Any]) -> str:
    known = _WHY.get(reason)
    shown = {"text": "", "facts": "", "signs": "", **evidence}
    if isinstance(shown["facts"], list):
        shown["facts"] = "; ".join(map(str, shown["facts"]))
    if isinstance(shown["signs"], dict):
        shown["signs"] = ", ".join(str(sign).replace("_", " ") for sign in shown["signs"])
    return known.format_map(shown) if known else reason.replace("_", " ")


@cache
def _own_checks() -> dict[str, Check]:
    return {name: make() for name, make in _CHECKS.items()}


def with_use(turn: Turn, member: CastMember) -> Turn:
    """The turn with the facts and details that its text takes up."""
    return turn.model_copy(update={"facts_used": takes_up(turn.text, things_of(member))})

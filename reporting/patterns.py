"""The report of an audit of patterns, and of what was done about them: one HTML file, like every page of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .page import asset, environment, source_hash, write_page
from .pattern_charts import edges, field_name, lengths, pairs, share_text, strips
from .rows import as_text
from .text import json_block, label, piece

_PATTERNS_SHOWN = 500
_EXAMPLES = 3
_CHARACTERS = (6000, 2000, 700, 250)
_DATA_BYTES = 4_000_000
_SLOT = re.compile(r"(\{…\}|\{number\}| \| |\n)")
_WHERE = {"opening": "opening", "closing": "closing", "anywhere": "anywhere", "whole": "whole text"}


@dataclass(frozen=True, slots=True)
class BrowsedRow:
    """A row to look at."""

    row: int
    """0-based position in the input."""
    row_id: str
    fields: Mapping[str, Any]
    """What is shown of it, by name."""
    marks: Mapping[str, Sequence[Sequence[int]]] = field(default_factory=dict)
    """Name -> spans, in characters."""
    patterns: Sequence[str] = ()
    """Ids of the patterns it carries."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RowList:
    """Rows under one heading."""

    key: str
    title: str
    total: int
    """How many there are; the page may hold fewer."""
    rows: Sequence[BrowsedRow]
    file: str
    """Where all of them are."""
    none: str
    """What an empty list says."""


@dataclass(frozen=True)
class PatternMaterial:
    """What the page shows."""

    result: Mapping[str, Any]
    """audit.json; of a mitigation that of the kept rows."""
    lists: Sequence[RowList]
    before: Mapping[str, Any] | None = None
    """Of a mitigation: audit.json of what there was."""
    mitigation: Mapping[str, Any] | None = None
    """Its run.json."""


def write_pattern_report(path: Path, material: PatternMaterial) -> None:
    """Render the report and put it at `path`, whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    write_page(path, render_pattern_report(material))


def render_pattern_report(material: PatternMaterial) -> str:
    """The page as a text; the same material gives the same text."""
    import markupsafe

    style, script = asset("report.css", "patterns.css"), asset("drawn.js", "patterns.js")
    context = {
        # Not escaped again: style and script are our own files, and json_block leaves no "<", ">" or "&".
        "style": markupsafe.Markup(style),
        "script": markupsafe.Markup(script),
        "rows_json": markupsafe.Markup(_embedded(material)),
        "style_hash": source_hash(style),
        "script_hash": source_hash(script),
        **_sections(material),
    }
    page: str = environment().get_template("patterns.html").render(context)
    return page


def _sections(material: PatternMaterial) -> dict[str, Any]:
    result, before, run = material.result, material.before, material.mitigation
    was = before["measures"] if before else ()
    shapes = result["shapes"]
    reference = result["reference"]
    return {
        "name": label((before or result)["data"], 160),
        "strategy": label(run["strategy"]) if run else "",
        "lead": _lead(result, before, run),
        "warnings": [(_tone(reference), text) for text in result["warnings"]],
        # The first of them is the page's title.
        "headlines": result["headlines"][1:] if result["patterns"] and not run else result["headlines"],
        "cards": _cards(result, before, run),
        "reference": reference,
        "compared": reference["kind"] != "nothing",
        "against": label(reference["name"] or "nothing", 200),
        "mitigation": _mitigated(before, run, result) if run and before else None,
        "pairs": pairs(result["measures"], was),
        "strips": strips(result["measures"], was),
        "measured": result["measured_rows"],
        "lengths": [lengths(one) for one in shapes],
        "edges": [chart for one in shapes for chart in edges(one)],
        "with_reference": any(one["reference_lengths"] for one in shapes),
        "patterns": [_pattern(one, _most(result["patterns"])) for one in result["patterns"][:_PATTERNS_SHOWN]],
        "patterns_total": len(result["patterns"]),
        "kinds": sorted({one["check"] for one in result["patterns"]}),
        "lists": [(one.key, one.title, one.total) for one in material.lists],
        "notes": [label(note, 600) for note in result["notes"]],
        "facts": _facts(result, run),
    }


def _tone(reference: Mapping[str, Any]) -> str:
    verdict = (reference["fairness"] or {}).get("verdict")
    return "bad" if reference["kind"] == "nothing" or verdict == "unfair" else "warn"


def _lead(
    result: Mapping[str, Any], before: Mapping[str, Any] | None, run: Mapping[str, Any] | None
) -> tuple[str, str]:
    """The number that matters most, and the rest of the sentence."""
    share = share_text(result["flagged_share"])
    number = len(result["patterns"])
    if run and before:
        was = f"{share_text(before['flagged_share'])} of the rows before"
        if not number:
            return "No pattern", f"is left that is frequent beyond chance; {was} carried one"
        return share, f"of the rows that stay carry a pattern; {was}"
    if not number:
        return "No pattern", "was found that rows share more often than by chance"
    return share, f"of the rows carry {'one pattern' if number == 1 else f'at least one of {number:,} patterns'}"


def _cards(
    result: Mapping[str, Any], before: Mapping[str, Any] | None, run: Mapping[str, Any] | None
) -> list[tuple[str, str, str]]:
    rows, reference = result["rows"], result["reference"]
    uniform = [one for one in result["measures"] if one["verdict"] == "more uniform"]
    directed = [one for one in result["measures"] if one["uniform"] and one["reference"]]
    failed = f"{rows['failed']:,} could not be audited" if rows["failed"] else "all were read"
    cards = [("Rows", f"{rows['audited']:,}", failed)]
    if run and before:
        counts = run["counts"]
        kept = 100 * counts["kept"] / max(counts["candidates"], 1)
        cards = [("Rows kept", f"{counts['kept']:,}", f"{kept:.1f} % of {counts['candidates']:,}")]
    cards.append(("With a pattern", f"{result['flagged']:,}", _counted(len(result["patterns"]), "pattern")))
    told = "of the set and the reference" if directed else "there is nothing to compare with"
    cards.append(("More uniform", f"{len(uniform)} of {len(directed)}", "measures" if directed else told))
    fair = reference["fairness"]
    verdict = (fair or {}).get("verdict") or "unknown"
    far = (
        "" if not fair or fair["distance"] is None else f"distance {fair['distance']:.2f}, {fair['halves']:.2f} within"
    )
    cards.append(("Reference", "none" if reference["kind"] == "nothing" else verdict, far or "not measured"))
    return cards


def _small(q: float) -> str:
    if q < 1e-300:
        return "< 1e-300"
    return f"{q:.0e}" if q < 0.001 else f"{q:.3f}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _most(patterns: Sequence[Mapping[str, Any]]) -> float:
    """The largest share: what the bars of all patterns are drawn to."""
    return max((max(one["share"], one["reference_share"] or 0) for one in patterns), default=1.0) or 1.0


def _pattern(one: Mapping[str, Any], most: float) -> dict[str, Any]:
    theirs = one["reference_share"]
    return {
        "id": one["id"],
        "check": one["check"],
        "kind": one["kind"],
        "field": field_name(one["field"]),
        "where": _WHERE.get(one["where"], one["where"]),
        "parts": slots(one["text"]),
        "support": one["support"],
        "share": share_text(one["share"]),
        "width": round(100 * one["share"] / most, 2),
        "compared": theirs is not None,
        "reference": "" if theirs is None else share_text(theirs),
        "reference_width": round(100 * (theirs or 0) / most, 2),
        "lift": ""
        if one["lift"] is None
        else f"{one['lift']:,.0f} ×"
        if one["lift"] >= 9.5
        else f"{one['lift']:.1f} ×",
        "q": "" if one["q"] is None else _small(one["q"]),
        "z": "" if one["z"] is None else f"{one['z']:.1f}",
        "examples": [_example(example) for example in one["examples"][:_EXAMPLES]],
    }


def slots(text: str) -> list[tuple[str, str]]:
    """A pattern's wording in parts: (kind, text), kind "slot", "or", "break" or "words"."""
    found = []
    for part in _SLOT.split(text[:600]):
        if part in ("{…}", "{number}"):
            found.append(("slot", "…" if part == "{…}" else "number"))
        elif part == " | ":
            found.append(("or", "or"))
        elif part == "\n":
            found.append(("break", "⏎"))
        elif part:
            found.append(("words", part))
    return found


def _example(one: Mapping[str, Any]) -> tuple[str, str, str]:
    """What stands before the pattern, the pattern, what stands behind it."""
    text, (first, last) = one["excerpt"], one["highlight"]
    return text[:first], text[first:last], text[last:]


def _mitigated(before: Mapping[str, Any], run: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """Before and after: the accounting, and how many rows still carry each of the old patterns."""
    counts, total = run["counts"], max(before["rows"]["audited"], 1)
    kept = max(counts["kept"], 1)
    most = max((one["share"] for one in before["patterns"]), default=1.0) or 1.0
    lines = []
    for one in before["patterns"][:40]:
        left = run["left"].get(one["id"], 0)
        # Of the same rows before and after: the field's rows may be fewer than all.
        now = left / max(one["rows"] * kept / total, 1)
        lines.append(
            {
                "parts": slots(one["text"]),
                "field": field_name(one["field"]),
                "before": share_text(one["share"]),
                "before_width": round(100 * one["share"] / most, 2),
                "after": share_text(now),
                "after_width": round(min(100 * now / most, 100), 2),
                "rows": f"{one['support']:,} → {left:,}",
            }
        )
    old = {one["field"]: one["mean_words"] for one in before["shapes"]}
    words = [
        (field_name(one["field"]), f"{old[one['field']]:,.1f} → {one['mean_words']:,.1f}")
        for one in result["shapes"]
        if one["field"] in old
    ]
    reasons = [
        (fate, label(reason.replace("_", " ")), n)
        for fate, found in counts["by_reason"].items()
        for reason, n in found.items()
    ]
    return {
        "counts": counts,
        "changed": run["changed"],
        "reasons": reasons,
        "notes": [label(note, 600) for note in run["notes"]],
        "lines": lines,
        "more": max(0, len(before["patterns"]) - 40),
        "words": words,
        "options": ", ".join(f"{name} {as_text(value)}" for name, value in run["options"].items()),
    }


def _facts(result: Mapping[str, Any], run: Mapping[str, Any] | None) -> list[tuple[str, list[tuple[str, str]]]]:
    reference, rows = result["reference"], result["rows"]
    about = [("data", label(result["data"], 200)), ("rows", f"{rows['candidates']:,}"), ("seed", str(result["seed"]))]
    about += [(label(reason.replace("_", " ")), f"{n:,}") for reason, n in rows["by_reason"].items()]
    against = [("name", label(reference["name"] or "none", 300)), ("kind", reference["kind"])]
    if reference["rows"] is not None:
        against.append(("rows", f"{reference['rows']:,}"))
    fair = reference["fairness"]
    if fair:
        against.append(("judged by", label(fair["field"] or "-", 60)))
        against += [(name, f"{fair[name]:.3f}") for name in ("distance", "halves") if fair[name] is not None]
        against += [(name, label(", ".join(fair[name]), 200)) for name in ("typical", "missing") if fair[name]]
    if reference.get("attribution"):
        against.append(("from", label(reference["attribution"], 300)))
    groups = [("Data", about), ("Reference", against)]
    if run:
        told = [("strategy", label(run["strategy"])), ("seed", str(run["seed"]))]
        told += [(label(name), label(as_text(value), 200)) for name, value in run["options"].items()]
        told += [(label(name), label(as_text(value), 200)) for name, value in run["told"].items()]
        groups.append(("Mitigation", told))
    return groups


def _embedded(material: PatternMaterial) -> str:
    """The rows as the JSON block of the page, cut so that it stays small."""
    patterns = [*material.result["patterns"], *(material.before["patterns"] if material.before else ())]
    names = {one["id"]: label(" ".join(one["text"].split()), 70) for one in patterns}
    block = ""
    for limit in _CHARACTERS:
        lists = {
            one.key: {
                "total": one.total,
                "file": one.file,
                "none": one.none,
                "rows": [_row(row, limit) for row in one.rows],
            }
            for one in material.lists
        }
        block = json_block({"lists": lists, "patterns": names})
        if len(block.encode()) <= _DATA_BYTES:
            break
    return block


def _row(row: BrowsedRow, limit: int) -> dict[str, Any]:
    fields = [
        [label(name, 80), piece(as_text(value), limit, row.marks.get(name, ()))] for name, value in row.fields.items()
    ]
    made: dict[str, Any] = {"n": row.row, "id": label(row.row_id, 80), "fields": fields}
    if row.patterns:
        made["patterns"] = list(dict.fromkeys(row.patterns))
    if row.note:
        made["note"] = label(row.note, 300)
    return made

"""What an audit of patterns says first, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from ...quality.patterns import Pattern, PatternReport
from ...quality.uniformity import UniformityPanel
from ...quality.uniformity.panel import in_words
from .against import Against

MEASURES_TOLD = 6
PATTERNS_TOLD = 3
_LONGEST = 90
_TEXTS = {"instruction": "instructions", "messages": "turns"}
_KINDS = {"skeleton": "the skeleton", "template": "the parts of speech", "row": "the form"}


def warnings(panel: UniformityPanel | None, against: Against) -> list[str]:
    """What must be known of the reference before anything else: that there is none, or that it is not fair."""
    fair = panel.fairness if panel else None
    told = [] if against.kind == "rows" else [against.words]
    if against.kind == "rows" and fair is None:
        told.append("There are too few rows to tell whether the reference is of the same domain.")
    elif against.kind == "rows" and fair is not None and fair.verdict != "fair":
        told.append(fair.words)
    return told


def headlines(report: PatternReport, panel: UniformityPanel | None, against: Against) -> list[str]:
    """The verdicts, one sentence each: the patterns, then the measures by which the set is more uniform.

    Args:
        report: what was found.
        panel: how uniform the set is; None where there were too few rows.
        against: what it was compared with.
    """
    told = pattern_lines(report, against)
    if panel is None:
        return [*told, f"Too few rows to measure how uniform the set is ({report.rows})."]
    leading, other = panel.leading, _other(against)
    told += [line.words.replace(panel.reference, other) for line in leading[:MEASURES_TOLD]]
    if len(leading) > MEASURES_TOLD:
        more = len(leading) - MEASURES_TOLD
        told.append(f"{more} more measure{' says' if more == 1 else 's say'} that the set is the more uniform one.")
    compared = [line for line in panel.lines if line.verdict != "not compared" and line.uniform]
    if compared and not leading:
        told.append(f"By none of {len(compared)} measures is the set more uniform than {other}.")
    return told


def pattern_lines(report: PatternReport, against: Against) -> list[str]:
    """How many rows carry patterns, and the most frequent patterns."""
    number = len(report.patterns)
    if not number:
        beside = {"rows": " beyond chance beside the reference", "counts": " beyond what people say as often"}
        return [f"No pattern: nothing that rows share is frequent{beside.get(against.kind, '')}."]
    share = in_words(report.flagged / max(report.rows, 1))
    carriers = "All rows" if share == "all" else f"{_upper(share)} rows"
    carry = f"{carriers} carry {'one pattern' if number == 1 else f'at least one of {number} patterns'}."
    if against.kind == "nothing":
        carry = f"{carry[:-1]}, which are frequent here; people may use them as often."
    return [carry, *(pattern_words(one, _other(against)) for one in report.patterns[:PATTERNS_TOLD])]


def _other(against: Against) -> str:
    """What the other set is called in a sentence."""
    return "the reference" if against.kind == "rows" else "the human set"


def pattern_words(one: Pattern, other: str) -> str:
    """A pattern in one sentence; `other`: what the other set is called."""
    who = f"{_upper(in_words(one.share))} {texts_of(one.field)}"
    text = " ".join(one.text.split())
    quoted = f"“{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}”"
    if one.kind in _KINDS:
        said = f"{who} have {_KINDS[one.kind]} {quoted}"
    elif one.where in ("anywhere", "whole"):
        said = f"{who} {'say' if one.where == 'anywhere' else 'are'} {quoted}"
    else:
        said = f"{who} {'open' if one.where == 'opening' else 'end'} with {quoted}"
    theirs = one.reference_share
    return f"{said}." if theirs is None else f"{said}; {in_words(theirs)} in {other}."


def texts_of(field: str) -> str:
    """What the texts of a field are called."""
    return _TEXTS.get(field.partition(":")[0], "answers")


def kinds_told(patterns: Sequence[Pattern]) -> str:
    """Numbers of patterns by check: "12 pattern.edge, 3 pattern.slot"."""
    names = [one.check for one in patterns]
    return ", ".join(f"{names.count(name)} {name}" for name in dict.fromkeys(names))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]

"""What an audit of patterns says first, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from ...quality.patterns import Pattern, PatternReport
from ...quality.uniformity import UniformityPanel
from ...quality.uniformity.panel import in_words

MEASURES_TOLD = 6
PATTERNS_TOLD = 3
_LONGEST = 90
_TEXTS = {"instruction": "instructions", "prompt": "instructions", "question": "questions"}
_KINDS = {"skeleton": "the skeleton", "template": "the parts of speech", "row": "the form"}


def headlines(report: PatternReport, panel: UniformityPanel | None, against: str) -> list[str]:
    """The verdicts, one sentence each: whether the reference is fair, the patterns, the measures.

    Args:
        report: what was found.
        panel: how uniform the set is; None where there were too few rows.
        against: what the reference is called in the sentences.
    """
    fair = panel.fairness if panel else None
    warned = [fair.words] if fair is not None and fair.verdict in ("doubtful", "unfair") else []
    told = [*warned, *pattern_lines(report, against)]
    if panel is None:
        return told
    leading = panel.leading
    told += [line.words for line in leading[:MEASURES_TOLD]]
    if len(leading) > MEASURES_TOLD:
        told.append(f"{len(leading) - MEASURES_TOLD} more measures say the same.")
    compared = [line for line in panel.lines if line.verdict != "not compared" and line.uniform]
    if compared and not leading:
        told.append(f"By none of {len(compared)} measures is the set more uniform than {panel.reference}.")
    return told


def pattern_lines(report: PatternReport, against: str) -> list[str]:
    """How many rows carry patterns, and the most frequent ones."""
    if not report.patterns:
        beside = f" beside {against}" if against else ""
        return [f"No pattern: nothing that rows share is beyond chance{beside}."]
    number = len(report.patterns)
    share = in_words(report.flagged / max(report.rows, 1))
    rows = f"{share[0].upper()}{share[1:]} rows" if share != "all" else "All rows"
    carry = f"{rows} carry {'the one pattern' if number == 1 else f'one of {number} patterns'} that was found."
    if number > 1:
        carry = carry.replace(" that was found.", " that were found.")
    told = [carry if report.reference_rows is not None else f"{carry[:-1]}; frequent ones, which people may use as well."]
    return told + [pattern_words(one) for one in report.patterns[:PATTERNS_TOLD]]


def pattern_words(one: Pattern) -> str:
    """A pattern in one sentence."""
    texts = texts_of(one.field)
    share = in_words(one.share)
    who = f"{share[0].upper()}{share[1:]} {texts}"
    text = " ".join(one.text.split())
    quoted = f"“{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}”"
    if one.kind in _KINDS:
        said = f"{who} have {_KINDS[one.kind]} {quoted}"
    elif one.where == "anywhere":
        said = f"{who} say {quoted}"
    else:
        said = f"{who} {'open' if one.where == 'opening' else 'end'} with {quoted}"
    theirs = one.reference_share
    return f"{said}." if theirs is None else f"{said}; {in_words(theirs)} in the reference."


def texts_of(field: str) -> str:
    """What the texts of a field are called."""
    return _TEXTS.get(field.partition(":")[0], "responses")


def summary_of(patterns: Sequence[Pattern]) -> dict[str, int]:
    """Check -> number of its patterns."""
    found: dict[str, int] = {}
    for one in patterns:
        found[one.check] = found.get(one.check, 0) + 1
    return found

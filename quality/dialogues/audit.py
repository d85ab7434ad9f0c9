"""Audit of a set of dialogues: what the checks say of each, and what the batches have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean
from typing import Any, Literal

from .. import Judged, Panel, tally
from ..check import Bar, Row
from .bars import AT_100, SIZES, bar_for, bar_from, batch_size, known
from .batch import Measured, measure_batches
from .engagement import engagement
from .talk import Talk, talk_of

LEAST_DIALOGUES = SIZES[0]
"""Smaller sets have no batch figures."""
_EXAMPLES = 5

WORDS = {
    "distinct_second": "different second turns",
    "distinct_first": "different first turns",
    "common_starts": "turns with one of the ten commonest starts",
    "distinct_2": "different pairs of words",
    "repeated_turns": "turns that another dialogue has too",
    "shared_4grams": "runs of four words that another dialogue has too",
    "attribution": "speakers told by their persona, among ten",
}


@dataclass(frozen=True, slots=True)
class BatchFinding:
    """One batch figure beside its bar."""

    name: str
    label: str
    size: int
    """Dialogues in a batch; words for distinct_2."""
    value: float | None
    """None: it could not be taken; `why` says why not."""
    spread: float
    batches: int
    bar: float
    wrong: Literal["at_or_above", "above", "below"]
    """Which side of the bar is wrong."""
    outcome: Literal["pass", "fail", "not_measured"]
    people: float
    """What people's dialogues have at this size (the worse of two public sets), or the reference's figure."""
    people_are: Literal["public sets", "reference"]
    why: str = ""


@dataclass(frozen=True, slots=True)
class DialogueAudit:
    """What was found in a set."""

    dialogues: int
    judged: int
    """Dialogues that have turns; the others are in `unjudged`."""
    unjudged: int
    dropped: int
    """Dialogues that a gate would drop."""
    review: int
    by_reason: dict[str, dict[str, int]]
    """"dropped" and "review" -> reason -> dialogues."""
    flagged: dict[str, int]
    """Check -> dialogues flagged."""
    errors: dict[str, int]
    """Check -> dialogues that it could not judge."""
    faults: list[dict[str, Any]]
    """Every dialogue that a gate would drop or have reviewed: {"row_id", "fate", "reason", "check", "evidence"}."""
    batch: list[BatchFinding]
    batch_size: int
    """Dialogues in a batch; 0 where the set is too small."""
    engagement: dict[str, float]
    """Means over the dialogues; counts that were not calibrated."""
    notes: list[str] = field(default_factory=list)

    @property
    def failed_bars(self) -> list[str]:
        """The batch figures on the wrong side of their bars."""
        return [finding.name for finding in self.batch if finding.outcome == "fail"]

    @property
    def examples(self) -> dict[str, list[dict[str, Any]]]:
        """Reason -> the first rows with it: {"row_id", "evidence"}."""
        shown: dict[str, list[dict[str, Any]]] = {}
        for fault in self.faults:
            rows = shown.setdefault(fault["reason"], [])
            if len(rows) < _EXAMPLES:
                rows.append({"row_id": fault["row_id"], "evidence": fault["evidence"]})
        return shown

    def as_dict(self) -> dict[str, Any]:
        """As plain data, with examples in the place of all faults."""
        plain = asdict(self)
        del plain["faults"]
        return {**plain, "examples": self.examples, "failed_bars": self.failed_bars}


def audit_dialogues(
    rows: Sequence[Row], panel: Panel, *, reference: Sequence[Row] = (), size: int | None = None, seed: int = 0
) -> DialogueAudit:
    """Audit dialogues.

    Args:
        rows: the set, with the columns `turns` and, where they are known, `personas` (see shape.to_dialogue_fields).
        panel: the checks and gates to judge each dialogue with: those of the policy `dialogues`.
        reference: dialogues of people to compare the batches with; none: the figures of public sets stand in.
        size: dialogues in a batch; none: 100, or as many as there are.
        seed: of the draw of the batches.
    """
    judged = panel.judge(rows)
    counts = tally(judged)
    talks = _talks(rows)
    others = _talks(reference)
    notes: list[str] = []
    batch: list[BatchFinding] = []
    at = batch_size(len(talks), size, (len(others),) if others else ())
    if at >= LEAST_DIALOGUES:
        batch = batch_findings(talks, at, others, seed)
        if at not in SIZES:
            notes.append(f"Bars for batches of {at} dialogues are interpolated between the sizes they were taken at.")
    else:
        notes.append(f"{at} dialogues are too few for batch figures; at least {LEAST_DIALOGUES} are needed.")
        at = 0
    return DialogueAudit(
        dialogues=len(rows),
        judged=len(talks),
        unjudged=len(rows) - len(talks),
        dropped=counts.dropped,
        review=counts.review,
        by_reason={fate: dict(reasons) for fate, reasons in counts.by_reason.items()},
        flagged=dict(counts.flagged),
        errors=dict(counts.errors),
        faults=_faults(judged),
        batch=batch,
        batch_size=at,
        engagement=mean_engagement(talks),
        notes=notes,
    )


def batch_findings(
    talks: Sequence[Talk], size: int, reference: Sequence[Talk] = (), seed: int = 0
) -> list[BatchFinding]:
    """Every batch figure of a set beside its bar; see `audit_dialogues`."""
    measured = measure_batches(talks, size, seed)
    theirs = measure_batches(reference, size, seed) if reference else {}
    return [_finding(name, measured.get(name), theirs.get(name), size, bool(reference)) for name in AT_100]


def _finding(name: str, found: Measured | None, other: Measured | None, size: int, referred: bool) -> BatchFinding:
    at = found.size if found else size
    if other is not None and found is not None and other.size == found.size:
        bar, people, source = bar_from(other), other.value, "reference"
    else:
        bar, people, source = bar_for(name, at), known(name, at).people, "public sets"
    outcome, why = "not_measured", ""
    if found is None:
        why = "no personas, or fewer than ten" if name == "attribution" else "too few words"
    else:
        outcome = "fail" if bar.crossed(found.value) else "pass"
        if referred and source != "reference":
            why = "the reference has no figure at this size"
    return BatchFinding(
        name=name,
        label=WORDS[name],
        size=at,
        value=found.value if found else None,
        spread=found.spread if found else 0.0,
        batches=found.batches if found else 0,
        bar=bar.value,
        wrong=bar.wrong,
        outcome=outcome,  # type: ignore[arg-type]
        people=round(people, 4),
        people_are=source,  # type: ignore[arg-type]
        why=why,
    )


def mean_engagement(talks: Sequence[Talk]) -> dict[str, float]:
    """The engagement counts, as means over dialogues; empty for none."""
    found = [engagement(talk) for talk in talks]
    return {name: round(fmean(one[name] for one in found), 4) for name in found[0]} if found else {}


def _talks(rows: Iterable[Row]) -> list[Talk]:
    found = (talk_of(row) for row in rows)
    return [talk for talk in found if talk is not None and len(talk.turns) > 1]


def _faults(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    faults = []
    for one in judged:
        if one.reason is None or one.decision == "keep":
            continue
        evidence = next((v.evidence for v in one.verdicts if v.check == one.check and v.outcome != "pass"), {})
        faults.append(
            {
                "row_id": one.row.id,
                "fate": one.decision,
                "reason": one.reason,
                "check": one.check,
                "evidence": dict(evidence),
            }
        )
    return faults


def bar_words(finding: BatchFinding) -> str:
    """A bar as a person says it: "at least 0.95", "at most 0.13"."""
    return f"at {'least' if finding.wrong == 'below' else 'most'} {Bar(finding.bar).value:g}"

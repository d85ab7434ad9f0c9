"""audit --kind arts: whether a robustness set probes what it says; see quality/scoring/arts_audit.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...core.errors import UsageError
from ...core.records import AspectSentence
from ...data.sources.aspects import read_aspects
from ...quality.scoring.arts_audit import ArtsAudit, Verdict, audit_arts
from ...quality.scoring.arts_faults import Fault, plain_words, reference_faults
from ...quality.scoring.arts_set import STRATEGIES
from ...quality.scoring.baseline_judge import BaselineJudge
from ...quality.scoring.bootstrap import Resampling
from ..arts_gold import read_gold
from ..audit import Audit, AuditRequest

FAIL_ON: Sequence[str] = ("undecided", "refuse")
_FIELDS = ("sentence", "term", "polarity")
_TOLD: Mapping[Verdict, str] = {
    "pass": "the labels follow the rules, and the edits move a judge to them.",
    "refuse": "results on this set say nothing that can be relied on, for these reasons.",
    "undecided": "nothing is shown to be wrong, and nothing to be right.",
}


def recognises(fields: Mapping[str, Any]) -> bool:
    """Whether a row is a case of a robustness set."""
    record = fields.get("record")
    if isinstance(record, Mapping):
        return record.get("kind") == "aspect_case"
    has_place = ("from" in fields and "to" in fields) or ("start" in fields and "end" in fields)
    return all(name in fields for name in _FIELDS) and has_place


def audit(request: AuditRequest) -> Audit:
    """Audit a robustness set; see `runs.audit`."""
    if request.train is None:
        message = "an audit of a robustness set needs the train split that the set belongs to."
        raise UsageError(message, hint="Give --train FILE: annotated sentences, for the baseline judge to learn from.")
    if request.limit is not None:
        message = "an audit of a robustness set looks at all of it."
        raise UsageError(message, hint="Leave --limit out.")
    gold = read_gold(request.data)
    request.progress.say("reading the training data and fitting the judge")
    train = _sentences(request.train)
    strangers: Sequence[Fault] = ()
    if request.reference is not None:
        strangers = tuple(reference_faults(gold.cases, _sentences(request.reference)))
    judge = BaselineJudge(train)
    request.progress.say(f"auditing {len(gold.cases.cases)} cases")
    found = audit_arts(gold.cases, judge, Resampling(request.samples, request.seed), extra_faults=strangers)
    known = {plain_words(sentence.text) for sentence in train}
    seen = sum(plain_words(gold.cases.cases[name].sentence) in known for name in gold.cases.original_ids.values())
    result = {
        "kind": "arts",
        "set": gold.described(),
        "train": _called(request.train),
        "seen_in_train": seen,
        **found.as_dict(),
    }
    if request.reference is not None:
        result["reference"] = _called(request.reference)
    notes = [f"{found.verdict}: {_TOLD[found.verdict]}"]
    notes += [reason.text for reason in found.reasons]
    if seen:
        notes.append(
            f"{seen} of {len(gold.cases.original_ids)} originals stand in the training data: the judge has seen their "
            "labels, so its figures are not those of a judge that has not."
        )
    if gold.problems:
        notes.append(f"{len(gold.problems)} entries are no cases and were left out: {gold.problems[0].message}")
    met = {"refuse": {"undecided", "refuse"}, "undecided": {"undecided"}, "pass": set()}[found.verdict]
    return Audit(
        kind="arts",
        result=result,
        table=_table(found),
        notes=notes,
        files={"faults.jsonl": [fault.as_dict() for fault in found.faults]},
        met=frozenset(met),
    )


def _sentences(data: Any) -> Sequence[AspectSentence]:
    if isinstance(data, str | Path):
        return read_aspects(data).sentences
    return tuple(data)


def _called(data: Any) -> str:
    return str(data) if isinstance(data, str | Path) else "sentences in memory"


def _table(found: ArtsAudit) -> list[list[str]]:
    judge, majority, lift = found.judge, found.majority, found.lift
    interval = "" if lift.interval is None else f"95 % interval {lift.interval[0]:.2f} to {lift.interval[1]:.2f}"
    by_strength = ", ".join(f"{value:.1f} at C={name}" for name, value in lift.by_strength.items())
    accuracy = judge.by_strategy()
    null = "refused, as it must be" if found.null_edit_reasons else "not refused"
    rows = [
        ["verdict", found.verdict, ""],
        ["lift", _number(lift.value), f"{interval}; {lift.cases} cases; {by_strength}" if lift.cases else ""],
        ["lift of the null edit", _number(found.null_edit_lift.value), f"the edits undone: {null}"],
        ["ARS, baseline judge", _number(judge.mean("ars")), ""],
        ["ARS, always " + found.majority_label, _number(majority.ars.percent), ""],
        ["on originals, baseline judge", _number(judge.mean("original_accuracy")), ""],
        ["on originals, always " + found.majority_label, _number(majority.original_accuracy), ""],
    ]
    if found.expected_accuracy is not None:
        told = "cross-validated on the train split"
        rows.append(["to be expected of the judge", _number(found.expected_accuracy), told])
    faults = found.fault_counts()
    for strategy in STRATEGIES:
        if strategy in found.counts:
            told = ", ".join(f"{number} {reason}" for reason, number in faults[strategy].items()) or "no fault"
            rows.append([strategy, str(found.counts[strategy]), f"judge {accuracy.get(strategy, 0.0):.2f}; {told}"])
    return rows


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"

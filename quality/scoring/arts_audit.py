"""The audit of a finished robustness set: does it probe what it says, and can its labels be relied on?

Three verdicts. `pass`: the labels follow the rules, and the edits move a plain judge to the new labels. `refuse`: one
of that is not so. `undecided`: the set is too small to tell.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

from .arts import ArtsScore, constant_predictions, score_cases
from .arts_faults import FAULTS, Fault, faults_of
from .arts_lift import Lift, lift_of, null_edited
from .arts_set import ArtsSet
from .baseline_judge import BaselineJudge, place_of
from .bootstrap import Interval, Resampling, percentile_interval, resampled_shares
from .polarity import SWAPPED
from .wilson import wilson

Verdict = Literal["pass", "refuse", "undecided"]
TOLERATED = 0.02
"""Share of a strategy's cases that may have one kind of fault; more than that, beyond doubt, refuses the set. The
released sets, which people went over, have up to 2 % of some."""
LEAST_LIFT = 5.0
"""Points. A set whose lift lies below this beyond doubt does not probe anything; the released one has 16."""
DOUBTED_SHORTFALL, REFUSED_SHORTFALL = 5.0, 10.0
"""Points by which a judge may agree less with the originals than with the training terms it has not seen. Ten percent
of labels flipped make about 5 on the released set."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a set is not passed."""

    slug: str
    text: str
    verdict: Verdict = "refuse"


@dataclass(frozen=True, slots=True)
class JudgeScore:
    """A set under the baseline judge: means over the judge's strengths, in percent."""

    scores: Mapping[str, ArtsScore]
    """Strength -> score."""

    def mean(self, what: str) -> float | None:
        """The mean of a figure of `ArtsScore.as_dict`."""
        values = [score.as_dict()[what] for score in self.scores.values()]
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if known else None

    def by_strategy(self) -> dict[str, float]:
        """Strategy -> mean accuracy."""
        firsts = next(iter(self.scores.values())).strategies
        return {
            name: sum(s.strategies[name].percent or 0.0 for s in self.scores.values()) / len(self.scores)
            for name in firsts
        }


@dataclass(frozen=True, slots=True)
class ArtsAudit:
    """All that was found."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    counts: Mapping[str, int]
    labels: Mapping[str, Mapping[str, int]]
    """Strategy -> polarity -> number."""
    faults: tuple[Fault, ...]
    lift: Lift
    null_edit_lift: Lift
    null_edit_reasons: tuple[Reason, ...]
    """Why the control made of this very set is refused."""
    judge: JudgeScore
    majority: ArtsScore
    majority_label: str
    swap_gain: Interval | None
    """Accuracy of the judge on non-neutral originals with positive and negative swapped, minus that with the labels
    as they are: in points, an interval."""
    expected_accuracy: float | None
    """Accuracy of the judge on training terms it has not seen, in percent."""
    shortfall: Interval | None
    """Points by which its accuracy on the originals lies below that: an interval."""
    trained_on: int

    def fault_counts(self) -> dict[str, dict[str, int]]:
        """Strategy -> reason -> number of cases."""
        found: dict[str, Counter[str]] = {name: Counter() for name in self.counts}
        for fault in self.faults:
            found[fault.strategy][fault.reason] += 1
        return {name: dict(counter.most_common()) for name, counter in found.items()}

    def as_dict(self) -> dict[str, Any]:
        """Plain data: audit.json; shares in percent, lifts in points."""
        return {
            "verdict": self.verdict,
            "reasons": [{"reason": r.slug, "text": r.text, "verdict": r.verdict} for r in self.reasons],
            "lift": _rounded(self.lift.value),
            "null_edit_lift": _rounded(self.null_edit_lift.value),
            "ars": _rounded(self.judge.mean("ars")),
            "original_accuracy": _rounded(self.judge.mean("original_accuracy")),
            "accuracy": _rounded(self.judge.mean("accuracy")),
            "majority_ars": _rounded(self.majority.ars.percent),
            "majority_original_accuracy": _rounded(self.majority.original_accuracy),
            "majority_label": self.majority_label,
            "unit": "percent",
            "cases": sum(self.counts.values()),
            "strategies": dict(self.counts),
            "labels": {name: dict(counts) for name, counts in self.labels.items()},
            "faults": self.fault_counts(),
            "lift_details": self.lift.as_dict(),
            "null_edit": {
                "verdict": "refuse" if self.null_edit_reasons else "pass",
                "reasons": [{"reason": r.slug, "text": r.text} for r in self.null_edit_reasons],
                **self.null_edit_lift.as_dict(),
            },
            "judge": {
                "trained_on": self.trained_on,
                "strengths": list(self.judge.scores),
                "accuracy_by_strategy": {name: _rounded(v) for name, v in self.judge.by_strategy().items()},
                "scores": {name: _brief(score) for name, score in self.judge.scores.items()},
                "expected_accuracy": _rounded(self.expected_accuracy),
                "shortfall": None if self.shortfall is None else [_rounded(end) for end in self.shortfall],
                "swap_gain": None if self.swap_gain is None else [_rounded(end) for end in self.swap_gain],
            },
            "majority": _brief(self.majority),
        }


def audit_arts(
    cases: ArtsSet, judge: BaselineJudge, resampling: Resampling | None = None, *, extra_faults: Sequence[Fault] = ()
) -> ArtsAudit:
    """Audit a set.

    Args:
        cases: the set.
        judge: fitted on the train split that the set belongs to.
        resampling: how intervals are made.
        extra_faults: faults found by other means (a reference), held to the same bar.
    """
    resampling = resampling or Resampling()
    faults = (*faults_of(cases), *extra_faults)
    lift = lift_of(cases, judge, resampling)
    control = null_edited(cases)
    control_faults = [fault for fault in faults_of(control) if fault.reason == "unchanged_text"]
    control_lift = lift_of(control, judge, resampling)
    under_judge = _judged(cases, judge, resampling)
    gain = _swap_gain(cases, judge, resampling)
    shortfall = _shortfall(judge, under_judge, resampling.level)
    reasons = [*_fault_reasons(cases, faults), *_lift_reasons(lift), *_label_reasons(gain, shortfall)]
    labels: dict[str, Counter[str]] = {}
    for case in cases.cases.values():
        labels.setdefault(case.strategy, Counter())[case.polarity] += 1
    verdict: Verdict = "refuse" if any(r.verdict == "refuse" for r in reasons) else "undecided" if reasons else "pass"
    return ArtsAudit(
        verdict=verdict,
        reasons=tuple(reasons),
        counts=cases.counts(),
        labels=labels,
        faults=faults,
        lift=lift,
        null_edit_lift=control_lift,
        null_edit_reasons=(*_fault_reasons(control, control_faults), *_lift_reasons(control_lift)),
        judge=under_judge,
        majority=score_cases(cases, constant_predictions(cases, judge.majority), resampling),
        majority_label=judge.majority,
        swap_gain=gain,
        expected_accuracy=None if judge.cross_validated is None else 100.0 * _ratio(judge.cross_validated),
        shortfall=shortfall,
        trained_on=judge.trained_on,
    )


def _judged(cases: ArtsSet, judge: BaselineJudge, resampling: Resampling) -> JudgeScore:
    answers = judge.predict([place_of(case) for case in cases.cases.values()])
    return JudgeScore(
        {
            f"{strength:g}": score_cases(cases, dict(zip(cases.cases, given, strict=True)), resampling)
            for strength, given in zip(judge.strengths, answers, strict=True)
        }
    )


def _swap_gain(cases: ArtsSet, judge: BaselineJudge, resampling: Resampling) -> Interval | None:
    import numpy as np

    originals = [cases.cases[name] for name in cases.original_ids.values()]
    polar = [case for case in originals if case.polarity != "neutral"]
    if not polar:
        return None
    answers = np.array(judge.predict([place_of(case) for case in polar]))
    swapped = answers == np.array([SWAPPED[case.polarity] for case in polar])
    given = answers == np.array([case.polarity for case in polar])
    each = 100.0 * (swapped.astype(float) - given).mean(axis=0)
    drawn = resampled_shares(each[:, None], np.ones((len(each), 1)), resampling)
    return percentile_interval(drawn[:, 0], resampling.level)


def _fault_reasons(cases: ArtsSet, faults: Sequence[Fault]) -> list[Reason]:
    counts = cases.counts()
    found = Counter((fault.strategy, fault.reason) for fault in faults)
    reasons = []
    for (strategy, reason), number in found.most_common():
        if wilson(number, counts[strategy])[0] > TOLERATED:
            text = f"{number} of {counts[strategy]} {strategy} cases: {FAULTS[reason]}"
            if reason == "unchanged_text":
                text += ", so the label alone was changed: a null edit" if strategy == "revtgt" else ": a null edit"
            reasons.append(Reason(reason, f"{text}."))
    return reasons


def _lift_reasons(lift: Lift) -> list[Reason]:
    if lift.value is None or lift.interval is None:
        text = "the set has no RevTgt case with a new label and an original, so nothing can be said of its edits."
        return [Reason("no_lift_to_measure", text, "undecided")]
    low, high = lift.interval
    told = f"the lift over {lift.cases} RevTgt cases is {lift.value:.1f} points (95 % interval {low:.1f} to {high:.1f})"
    if high < 0:
        text = f"{told}: the edits move a judge away from the labels, so the labels do not belong to these texts."
        return [Reason("labels_against_text", text)]
    if high < LEAST_LIFT:
        text = f"{told}: the edits do not bring a judge nearer to the new labels, so the set proves nothing."
        return [Reason("no_lift", text)]
    if low <= 0:
        text = f"{told}: too few cases, or too weak edits, to tell it from none."
        return [Reason("lift_uncertain", text, "undecided")]
    return []


def _label_reasons(gain: Interval | None, shortfall: Interval | None) -> list[Reason]:
    if gain is not None and gain[0] > 0:
        text = (
            "a judge trained on the train split agrees with the originals more often when positive and negative are "
            f"swapped (by {gain[0]:.1f} to {gain[1]:.1f} points): the labels are flipped, or the train split is not "
            "that of this set."
        )
        return [Reason("labels_flipped", text)]
    if shortfall is not None and shortfall[0] > DOUBTED_SHORTFALL:
        text = (
            f"a judge trained on the train split agrees with the originals {shortfall[0]:.1f} to {shortfall[1]:.1f} "
            "points less often than with training terms it has not seen: a part of the labels is flipped, or the train "
            "split is not that of this set."
        )
        return [Reason("labels_doubtful", text, "refuse" if shortfall[0] > REFUSED_SHORTFALL else "undecided")]
    return []


def _shortfall(judge: BaselineJudge, under_judge: JudgeScore, level: float) -> Interval | None:
    known, accuracy = judge.cross_validated, under_judge.mean("original_accuracy")
    if known is None or accuracy is None:
        return None
    of = next(iter(under_judge.scores.values())).strategies["original"].of
    expected, share = _ratio(known), accuracy / 100.0
    error = math.sqrt(expected * (1 - expected) / known[1] + share * (1 - share) / of)
    half = NormalDist().inv_cdf(0.5 + level / 2) * error
    return 100.0 * (expected - share - half), 100.0 * (expected - share + half)


def _ratio(share: tuple[int, int]) -> float:
    return share[0] / share[1]


def _brief(score: ArtsScore) -> dict[str, Any]:
    data = score.as_dict()
    return {name: data[name] for name in ("original_accuracy", "accuracy", "ars", "drop", "intervals")}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)

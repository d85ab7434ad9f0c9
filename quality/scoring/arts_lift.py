"""Lift: how much more often the new label is given to the edited text than to the text it was made from.

A falling accuracy alone says nothing about a set: a predictor that says one thing whatever it is asked loses half its
score on a good set, and loses it on a set whose labels were turned without touching the text as well. The lift is
nothing in both of these cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .arts_set import ArtsSet
from .baseline_judge import BaselineJudge, place_of
from .bootstrap import Interval, Resampling, percentile_interval, resampled_shares


@dataclass(frozen=True, slots=True)
class Lift:
    """Over the non-neutral RevTgt cases of a set, in points; means over the judge's strengths."""

    cases: int
    value: float | None
    """None where there is no such case."""
    interval: Interval | None
    by_strength: Mapping[str, float]
    edited: float | None
    """Percent of the edited texts that the judge gives the new label."""
    unedited: float | None
    """Percent of the originals that it gives the new label."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "cases": self.cases,
            "value": _rounded(self.value),
            "interval": None if self.interval is None else [_rounded(end) for end in self.interval],
            "by_strength": {name: _rounded(value) for name, value in self.by_strength.items()},
            "new_label_on_edited_text": _rounded(self.edited),
            "new_label_on_unedited_text": _rounded(self.unedited),
        }


def lift_of(cases: ArtsSet, judge: BaselineJudge, resampling: Resampling) -> Lift:
    """The lift of a set under a judge: accuracy(edited text, new label) - accuracy(unedited text, new label)."""
    import numpy as np

    pairs = [
        (case, original)
        for case in cases.cases.values()
        if case.strategy == "revtgt" and case.polarity != "neutral" and (original := cases.original_of(case))
    ]
    if not pairs:
        return Lift(0, None, None, {}, None, None)
    wanted = np.array([case.polarity for case, _ in pairs])
    edited = np.array(judge.predict([place_of(case) for case, _ in pairs])) == wanted
    unedited = np.array(judge.predict([place_of(original) for _, original in pairs])) == wanted
    gains = 100.0 * (edited.astype(float) - unedited)
    each = gains.mean(axis=0)
    drawn = resampled_shares(each[:, None], np.ones((len(each), 1)), resampling)
    return Lift(
        cases=len(pairs),
        value=float(each.mean()),
        interval=percentile_interval(drawn[:, 0], resampling.level),
        by_strength={f"{c:g}": float(v) for c, v in zip(judge.strengths, gains.mean(axis=1), strict=True)},
        edited=100.0 * float(edited.mean()),
        unedited=100.0 * float(unedited.mean()),
    )


def null_edited(cases: ArtsSet) -> ArtsSet:
    """The control: the same set with every edit of a RevTgt case undone and its new label kept."""
    changed = {}
    for name, case in cases.cases.items():
        original = cases.original_of(case)
        if case.strategy == "revtgt" and original is not None:
            undone = {"sentence": original.sentence, "term": original.term, "start": original.start}
            case = case.model_copy(update={**undone, "end": original.end, "edits": ()})
        changed[name] = case
    return replace(cases, cases=changed)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)

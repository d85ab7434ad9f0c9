"""Scores of one model on an aspect robustness set.

Source: Xing et al. 2020, "Tasty Burgers, Soggy Fries", section 4. The aspect robustness score (ARS) is the share of
originals for which the original and all cases made from it are right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .arts_set import STRATEGIES, ArtsSet
from .bootstrap import Interval, Resampling, percentile_interval, resampled_shares

if TYPE_CHECKING:
    import numpy as np

POOLED, ARS = "pooled", "ars"
_COLUMNS = (*STRATEGIES, POOLED, ARS)
_ORIGINAL, _ARS = _COLUMNS.index("original"), _COLUMNS.index(ARS)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, in percent."""

    right: int
    of: int
    interval: Interval | None = None
    """In percent, by bootstrap over the originals."""

    @property
    def percent(self) -> float | None:
        """None of nothing."""
        return 100.0 * self.right / self.of if self.of else None

    def as_dict(self) -> dict[str, Any]:
        """{"right", "of", "percent", "interval"}."""
        return {"right": self.right, "of": self.of, "percent": _rounded(self.percent), "interval": _pair(self.interval)}


@dataclass(frozen=True, slots=True)
class ArtsScore:
    """What one model made of a set."""

    strategies: Mapping[str, Share]
    """Accuracy by strategy; strategies without cases are left out."""
    pooled: Share
    """Accuracy over all cases."""
    ars: Share
    drop: float | None
    """Accuracy on the originals minus ARS, in points."""
    drop_interval: Interval | None
    predicted: Mapping[str, int]
    """Answer -> how often it was given."""
    unanswered: tuple[str, ...] = ()
    """Ids of cases without an answer that names a polarity: they count as wrong."""
    without_original: tuple[str, ...] = ()
    """Ids of cases whose original is not in the set: they are in no ARS."""

    @property
    def original_accuracy(self) -> float | None:
        """Accuracy on the originals, in percent."""
        return self.strategies["original"].percent if "original" in self.strategies else None

    @property
    def constant(self) -> str | None:
        """The one answer that was given to every case, if it was one."""
        return next(iter(self.predicted)) if len(self.predicted) == 1 and not self.unanswered else None

    def as_dict(self) -> dict[str, Any]:
        """Plain data, shares in percent."""
        original = self.strategies.get("original")
        return {
            "original_accuracy": _rounded(self.original_accuracy),
            "accuracy": _rounded(self.pooled.percent),
            "ars": _rounded(self.ars.percent),
            "drop": _rounded(self.drop),
            "intervals": {
                "original_accuracy": _pair(original.interval if original else None),
                "accuracy": _pair(self.pooled.interval),
                "ars": _pair(self.ars.interval),
                "drop": _pair(self.drop_interval),
            },
            "strategies": {name: share.as_dict() for name, share in self.strategies.items()},
            "pooled": self.pooled.as_dict(),
            "ars_share": self.ars.as_dict(),
            "predicted": dict(self.predicted),
            "constant": self.constant,
            "unanswered": {"number": len(self.unanswered), "ids": list(self.unanswered)},
            "without_original": {"number": len(self.without_original), "ids": list(self.without_original)},
        }


def score_cases(
    cases: ArtsSet, predictions: Mapping[str, str | None], resampling: Resampling | None = None
) -> ArtsScore:
    """Score one model.

    Args:
        cases: the set.
        predictions: id of a case -> the polarity given. A case that is not there, or whose answer is None, is wrong.
        resampling: how intervals are made; none if not given.
    """
    import numpy as np

    groups = list(cases.groups.values())
    right, total = np.zeros((len(groups), len(_COLUMNS))), np.zeros((len(groups), len(_COLUMNS)))
    for number, names in enumerate(groups):
        _count_group(cases, names, predictions, right[number], total[number])
    intervals: dict[str, Interval | None] = {}
    if resampling is not None and resampling.samples and groups:
        drawn = 100.0 * resampled_shares(right, total, resampling)
        intervals = {name: percentile_interval(drawn[:, i], resampling.level) for i, name in enumerate(_COLUMNS)}
        intervals["drop"] = percentile_interval(drawn[:, _ORIGINAL] - drawn[:, _ARS], resampling.level)
    above, below = right.sum(axis=0), total.sum(axis=0)
    shares = {name: Share(int(above[i]), int(below[i]), intervals.get(name)) for i, name in enumerate(_COLUMNS)}
    original, ars = shares["original"].percent, shares[ARS].percent
    given = {name: predictions.get(name) for name in cases.cases}
    return ArtsScore(
        strategies={name: shares[name] for name in STRATEGIES if shares[name].of},
        pooled=shares[POOLED],
        ars=shares[ARS],
        drop=None if original is None or ars is None else original - ars,
        drop_interval=intervals.get("drop"),
        predicted=dict(sorted(Counter(label for label in given.values() if label is not None).items())),
        unanswered=tuple(name for name, label in given.items() if label is None),
        without_original=tuple(name for name, case in cases.cases.items() if cases.original_of(case) is None),
    )


def constant_predictions(cases: ArtsSet, polarity: str) -> dict[str, str]:
    """The predictions of something that says one polarity whatever it is asked."""
    return dict.fromkeys(cases.cases, polarity)


def majority_of(cases: ArtsSet) -> str | None:
    """The most frequent polarity of the originals (the first in alphabetical order of several)."""
    counts = Counter(cases.cases[name].polarity for name in cases.original_ids.values())
    return min(counts, key=lambda polarity: (-counts[polarity], polarity)) if counts else None


def _count_group(
    cases: ArtsSet,
    names: tuple[str, ...],
    predictions: Mapping[str, str | None],
    right: np.ndarray,
    total: np.ndarray,
) -> None:
    all_right = True
    for name in names:
        case = cases.cases[name]
        is_right = predictions.get(name) == case.polarity
        all_right = all_right and is_right
        for column in (case.strategy, POOLED):
            total[_COLUMNS.index(column)] += 1
            right[_COLUMNS.index(column)] += is_right
    if cases.cases[names[0]].strategy == "original":
        total[_ARS] = 1
        right[_ARS] = all_right


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _pair(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(end, 2) for end in interval]

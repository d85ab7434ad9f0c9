"""Agreement between scorers: Spearman's rank correlation with a bootstrap interval, Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 2000


class Interval(NamedTuple):
    """A number with the interval that a bootstrap gives it."""

    value: float | None
    low: float | None
    high: float | None


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1 on; equal values share the mean of theirs."""
    import numpy as np

    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle: np.ndarray = np.cumsum(counts) - (counts - 1) / 2
    return middle[inverse]


def spearman(a: np.ndarray, b: np.ndarray) -> float | None:
    """Spearman's rank correlation of two equally long arrays; None where one of them is constant."""
    import numpy as np

    if len(a) < 2:
        return None
    x, y = ranks(a), ranks(b)
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / spread if spread else None


def spearman_interval(
    a: Sequence[float],
    b: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 17,
) -> Interval:
    """Spearman's rank correlation with its percentile bootstrap interval.

    Args:
        a: one scorer's scores.
        b: the other's, row by row.
        groups: row -> what it belongs to (several replies to one context): whole groups are drawn, since rows of
            one group are not independent.
        level: of the interval.
        resamples: how often the rows are drawn anew; draws in which a scorer is constant do not count.
        seed: of the draws.
    """
    import numpy as np

    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    value = spearman(x, y)
    if value is None:
        return Interval(None, None, None)
    members: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups if groups is not None else ()):
        members.setdefault(group, []).append(row)
    parts = [np.array(rows) for rows in members.values()]
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(resamples):
        if groups is None:
            drawn = chance.integers(0, len(x), len(x))
        else:
            drawn = np.concatenate([parts[i] for i in chance.integers(0, len(parts), len(parts))])
        again = spearman(x[drawn], y[drawn])
        if again is not None:
            found.append(again)
    if not found or len(parts) == 1:
        return Interval(value, None, None)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high))


def alpha(ratings: Sequence[Sequence[float | None]]) -> float | None:
    """Krippendorff's alpha for interval data.

    Args:
        ratings: one sequence per scorer, one entry per row; None where a scorer did not judge the row.

    Returns:
        1 for perfect agreement, 0 for that of chance; None where it is not defined (fewer than two scorers, no row
        that two of them judged, or one and the same score everywhere).
    """
    import krippendorff
    import numpy as np

    table = np.array([[np.nan if r is None else r for r in scorer] for scorer in ratings], dtype=float)
    if table.ndim != 2 or len(table) < 2:
        return None
    judged_twice = table[:, (~np.isnan(table)).sum(axis=0) >= 2]
    if judged_twice.size == 0 or len(np.unique(judged_twice[~np.isnan(judged_twice)])) < 2:
        return None
    return float(krippendorff.alpha(reliability_data=judged_twice, level_of_measurement="interval"))

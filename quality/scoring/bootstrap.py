"""Bootstrap intervals of shares over groups: whole groups are drawn, so that what belongs together stays together.

Source: Efron 1979, "Bootstrap methods"; percentile intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Interval = tuple[float, float]
_CELLS = 8 * 2**20
"""Numbers drawn at a time, so that memory does not grow with samples times groups."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are made."""

    samples: int = 2000
    """Draws; 0 makes no intervals."""
    seed: int = 17
    """Equal seeds draw the same groups: intervals of two models over one set are paired."""
    level: float = 0.95
    """Share of the draws that lie within the interval."""


def resampled_shares(numerators: np.ndarray, denominators: np.ndarray, resampling: Resampling) -> np.ndarray:
    """Shares in sets of groups drawn with replacement.

    Args:
        numerators: (groups, shares): what each group adds to the numerator of each share.
        denominators: (groups, shares): what it adds to the denominator.
        resampling: number of draws and seed.

    Returns:
        (samples, shares) of float64; NaN where a draw has nothing to divide by.
    """
    import numpy as np

    groups = len(numerators)
    rng = np.random.Generator(np.random.PCG64(resampling.seed))
    at_once = max(1, _CELLS // max(1, groups))
    parts = []
    for start in range(0, resampling.samples, at_once):
        size = min(at_once, resampling.samples - start)
        drawn = rng.multinomial(groups, np.full(groups, 1.0 / groups), size=size)
        above, below = drawn @ numerators, drawn @ denominators
        parts.append(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))
    return np.concatenate(parts) if parts else np.empty((0, numerators.shape[1]))


def percentile_interval(values: np.ndarray, level: float) -> Interval | None:
    """The interval that holds the middle `level` of the values; None if there are none."""
    import numpy as np

    known = values[~np.isnan(values)]
    if not len(known):
        return None
    outside = (1.0 - level) / 2.0
    low, high = np.quantile(known, [outside, 1.0 - outside])
    return float(low), float(high)

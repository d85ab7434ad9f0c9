"""Wilson's interval for a share: usable for few cases and for shares near 0 and 1.

Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
"""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(successes: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """The interval of a share, from 0 to 1; (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    share = successes / of
    scale = 1.0 + z * z / of
    middle = (share + z * z / (2 * of)) / scale
    half = z / scale * math.sqrt(share * (1.0 - share) / of + z * z / (4.0 * of * of))
    # At the ends rounding may leave the range, or the share itself, by the last bit.
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))

"""Sharing out a number of rows among tasks: in proportion, whole rows only, with a cap for each."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def allocate(total: int, weights: Sequence[float], caps: Sequence[int]) -> list[int]:
    """Share out `total` in proportion to `weights`, none above its cap, by the largest remainder.

    What a capped share leaves over goes to the others in proportion. Ties go to the earlier one.

    Args:
        total: how many there are to share out, 0 or more.
        weights: one per share, 0 or more; 0 gets nothing.
        caps: largest share of each, 0 or more.

    Returns:
        One whole number per share. Their sum is `total`, or all that the caps let through if that is less.
    """
    shares = [0] * len(weights)
    exact = [Fraction(w) for w in weights]
    left = total
    while True:
        open_ = [i for i, weight in enumerate(exact) if weight > 0 and shares[i] < caps[i]]
        whole = sum(exact[i] for i in open_)
        full = [i for i in open_ if left * exact[i] >= caps[i] * whole]
        if not full:
            break
        for i in full:
            shares[i] = caps[i]
        left -= sum(caps[i] for i in full)
    quotas = {i: left * exact[i] / whole for i in open_}
    for i, quota in quotas.items():
        shares[i] = floor(quota)
    rest = left - sum(shares[i] for i in open_)
    for i in sorted(open_, key=lambda i: (shares[i] - quotas[i], i))[: max(rest, 0)]:
        shares[i] += 1
    return shares

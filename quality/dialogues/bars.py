"""Bars for batches of dialogues: where people's dialogues end, for the size of the batch.

The bars for 100 dialogues are fixed. For another size a bar is put at the same place between the figure of people's
dialogues and that of a set made by a model, both taken at that size, and at least three standard deviations of a single
batch away from people's. benchmarks/dialogues/derive_bars.py takes the figures again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..check import Bar
from .batch import Measured

AT_100: Mapping[str, Bar] = {
    "distinct_second": Bar(0.95, "below"),
    "distinct_first": Bar(0.70, "below"),
    "common_starts": Bar(0.13, "above"),
    "distinct_2": Bar(0.55, "below"),
    "repeated_turns": Bar(0.06, "above"),
    "shared_4grams": Bar(0.22, "above"),
    "attribution": Bar(0.80, "below"),
}
"""Statistic -> its bar for batches of 100 dialogues (distinct_2: for 10,000 words)."""


@dataclass(frozen=True, slots=True)
class Known:
    """A statistic as it was taken on public sets at one size."""

    people: float
    """The worse of PersonaChat and Topical-Chat (validation sets)."""
    spread: float
    """Standard deviation of a single batch, the larger one of the two."""
    model: float
    """Synthetic-Persona-Chat (validation set), which a model wrote."""


_TAKEN: Mapping[str, Mapping[int, Known]] = {
    "distinct_second": {
        10: Known(1.0, 0.0, 0.94),
        25: Known(1.0, 0.0, 0.846),
        50: Known(0.996, 0.008, 0.7811),
        100: Known(0.9975, 0.0043, 0.7167),
        200: Known(0.9945, 0.0047, 0.6763),
        400: Known(0.985, 0.0016, 0.6122),
    },
    "distinct_first": {
        10: Known(0.97, 0.0557, 0.925),
        25: Known(0.904, 0.0599, 0.852),
        50: Known(0.864, 0.0528, 0.7379),
        100: Known(0.804, 0.0259, 0.6311),
        200: Known(0.764, 0.0313, 0.5613),
        400: Known(0.705, 0.0148, 0.4733),
    },
    "common_starts": {
        10: Known(0.1321, 0.0168, 0.2784),
        25: Known(0.1036, 0.0157, 0.2492),
        50: Known(0.0897, 0.0084, 0.2386),
        100: Known(0.0858, 0.0059, 0.2362),
        200: Known(0.0821, 0.0046, 0.2318),
        400: Known(0.0788, 0.0011, 0.2323),
    },
    "repeated_turns": {
        10: Known(0.0032, 0.0054, 0.0487),
        25: Known(0.0093, 0.0065, 0.09),
        50: Known(0.0131, 0.0058, 0.1239),
        100: Known(0.0179, 0.003, 0.1646),
        200: Known(0.0233, 0.0025, 0.2028),
        400: Known(0.0291, 0.0019, 0.2545),
    },
    "shared_4grams": {
        10: Known(0.0538, 0.0129, 0.2227),
        25: Known(0.0975, 0.0154, 0.3089),
        50: Known(0.1355, 0.0119, 0.3878),
        100: Known(0.1813, 0.0115, 0.4665),
        200: Known(0.2269, 0.005, 0.544),
        400: Known(0.2818, 0.0023, 0.6196),
    },
    "attribution": {
        10: Known(0.915, 0.0572, 0.6775),
        25: Known(0.9242, 0.0308, 0.73),
        50: Known(0.9278, 0.0301, 0.7232),
        100: Known(0.93, 0.0127, 0.725),
        200: Known(0.927, 0.0104, 0.7294),
        400: Known(0.9308, 0.007, 0.7291),
    },
    # By words, not by dialogues.
    "distinct_2": {
        250: Known(0.9084, 0.036, 0.8006),
        500: Known(0.862, 0.0249, 0.7017),
        1000: Known(0.8267, 0.0169, 0.6335),
        2000: Known(0.7675, 0.0212, 0.559),
        5000: Known(0.693, 0.0148, 0.4655),
        10000: Known(0.61, 0.0137, 0.3887),
    },
}
SIZES = (10, 25, 50, 100, 200, 400)
"""Sizes of batch at which figures were taken; smaller batches say nothing, larger sets are cut into batches."""
_FULL = {"distinct_2": 10000}
_DEVIATIONS = 3.0


def known(statistic: str, size: int) -> Known:
    """What the public sets have at a size.

    Between the sizes taken it is interpolated by the logarithm of the size; beyond them it is what they end with.
    """
    taken = _TAKEN[statistic]
    sizes = sorted(taken)
    if size <= sizes[0]:
        return taken[sizes[0]]
    if size >= sizes[-1]:
        return taken[sizes[-1]]
    above = next(i for i, taken_at in enumerate(sizes) if taken_at >= size)
    low, high = sizes[above - 1], sizes[above]
    part = (math.log(size) - math.log(low)) / (math.log(high) - math.log(low))
    one, other = taken[low], taken[high]
    return Known(
        one.people + part * (other.people - one.people),
        one.spread + part * (other.spread - one.spread),
        one.model + part * (other.model - one.model),
    )


def bar_for(statistic: str, size: int) -> Bar:
    """The bar of a statistic for batches of a size (distinct_2: for a number of words)."""
    fixed = AT_100[statistic]
    full = _FULL.get(statistic, 100)
    if size == full:
        return fixed
    at_full, here = known(statistic, full), known(statistic, size)
    part = (fixed.value - at_full.people) / (at_full.model - at_full.people)
    value = here.people + part * (here.model - here.people)
    sign = 1.0 if fixed.wrong == "above" else -1.0
    farthest = max(sign * value, sign * here.people + _DEVIATIONS * here.spread)
    return Bar(round(sign * farthest, 4), fixed.wrong)


def bar_from(reference: Measured) -> Bar:
    """The bar of a statistic where a reference set is given: as far beyond its figure as the bar lies beyond people's.

    At least three standard deviations of the reference's own batches.
    """
    usual = bar_for(reference.name, reference.size)
    sign = 1.0 if usual.wrong == "above" else -1.0
    margin = abs(usual.value - known(reference.name, reference.size).people)
    value = reference.value + sign * max(margin, _DEVIATIONS * reference.spread)
    return Bar(round(value, 4), usual.wrong)


def batch_size(count: int, wanted: int | None = None, also: Sequence[int] = ()) -> int:
    """The size of batch for a set of `count` dialogues: what is wanted, else 100, or as many as there are.

    Args:
        count: dialogues in the set.
        wanted: size asked for.
        also: numbers of dialogues in other sets that are to be measured at the same size.
    """
    return min(wanted or 100, count, *also)

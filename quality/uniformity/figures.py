"""Figures of a human set, for a panel without a reference.

They are numbers alone: no row, word or phrase of that set is here.
"""

from __future__ import annotations

from collections.abc import Mapping

NAME = "published figures of 7,434 human answers (databricks-dolly-15k)"
"""What the data stands beside if there is no reference. English, of 2023, by employees of one company."""
SIZES = (50, 100, 250, 500)
"""Sizes of parts for which there are figures."""
FIGURES: Mapping[tuple[str, int], tuple[float, float, float, float]] = {}
"""(Measure, size of parts) -> mean, both ends of the 95 % interval, difference of halves; written by
`python benchmarks/patterns --only figures`."""

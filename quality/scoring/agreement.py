"""Agreement of annotators as Krippendorff's alpha.

Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["nominal", "ordinal"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Alpha: 1 is perfect agreement, 0 what chance gives, below 0 systematic disagreement."""

    alpha: float | None
    """None where it is not defined; `note` says why."""
    raters: int
    units: int
    """Units that at least two raters judged."""
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        alpha = None if self.alpha is None else round(self.alpha, 4)
        return {"alpha": alpha, "raters": self.raters, "units": self.units, "note": self.note}


def agreement(ratings: Mapping[str, Mapping[str, int | str]], level: Level) -> Agreement:
    """Krippendorff's alpha of ratings.

    Args:
        ratings: rater -> unit -> value; a unit that a rater has not judged is left out.
        level: nominal (labels) or ordinal (a scale; its values are ordered as they sort).
    """
    import krippendorff
    import numpy as np

    units = sorted({unit for judged in ratings.values() for unit in judged})
    shared = [unit for unit in units if sum(unit in judged for judged in ratings.values()) > 1]
    values = sorted({judged[unit] for judged in ratings.values() for unit in shared if unit in judged})
    raters = len([judged for judged in ratings.values() if judged])
    if not shared:
        return Agreement(None, raters, 0, "no unit was judged by two annotators")
    if len(values) < 2:
        return Agreement(None, raters, len(shared), f"all answers are {values[0]}: there is no chance to compare with")
    code = {value: number for number, value in enumerate(values)}
    table = np.full((len(ratings), len(shared)), np.nan)
    for row, judged in enumerate(ratings.values()):
        for column, unit in enumerate(shared):
            if unit in judged:
                table[row, column] = code[judged[unit]]
    alpha = float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))
    return Agreement(alpha, raters, len(shared))

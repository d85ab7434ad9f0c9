"""How much of a data set each evaluation set covers: told before a filter throws everything away."""

from __future__ import annotations

from collections.abc import Mapping

ALARM = 0.5
"""Share of contaminated rows from which on an evaluation set is likely to be the data itself, or a part of it."""


def overlap_warning(hits: Mapping[str, int], rows: int, sets: Mapping[str, int]) -> str | None:
    """A sentence for whoever gave the data as its own evaluation set; None where no set covers half of the data.

    Args:
        hits: evaluation set -> rows of the data it contaminates.
        rows: rows of the data.
        sets: evaluation set -> its rows.
    """
    for name, count in sorted(hits.items(), key=lambda one: -one[1]):
        if rows and count >= ALARM * rows:
            return (
                f"{count:,} of {rows:,} rows ({count / rows:.1%}) repeat the evaluation set {name!r} "
                f"({sets.get(name, 0):,} rows): it looks like the data itself. Give another set with --against, or "
                "leave it out."
            )
    return None

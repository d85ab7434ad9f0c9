"""What a set is compared with: the rows of a reference, counts of a human set in their place, or nothing."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from ...data.sources import rows_from
from ...quality.patterns import Usage
from ...quality.patterns.draw import Rows
from ...quality.uniformity import Fairness
from ...quality.uniformity.domain import standing_usage
from ...quality.uniformity.figures import NAME as FIGURES_NAME
from .stored import Stored, store_rows

DEFAULT = "databricks-dolly-15k, 7,434 human rows of it, as counts"
"""What the reference that comes with the package is called."""
ATTRIBUTION = (
    "Counts and figures were taken of databricks-dolly-15k (2023, by employees of Databricks, Inc.), CC BY-SA 3.0; no "
    "row of it is in the package."
)


@dataclass(frozen=True)
class Against:
    """What a set is compared with."""

    kind: Literal["rows", "counts", "nothing"]
    name: str
    """What it is called in the output; empty for nothing."""
    stored: Stored | None = field(default=None, repr=False)
    usage: Usage | None = field(default=None, repr=False)
    fairness: Fairness | None = None
    """How near the counts are to the data, also where they are too far to be used; None for rows, which the panel
    judges."""

    @property
    def rows(self) -> Rows | None:
        """The rows of the reference."""
        return self.stored.rows if self.stored else None

    @property
    def compared(self) -> Rows | Usage | None:
        """What the search for patterns takes."""
        return self.rows or self.usage

    def as_dict(self, fairness: Fairness | None) -> dict[str, Any]:
        """For audit.json; `fairness` of the panel goes before its own."""
        fair = fairness or self.fairness
        told: dict[str, Any] = {"kind": self.kind, "name": self.name, "rows": None, "failed": {}}
        if self.stored:
            told |= {"rows": self.stored.readable, "failed": self.stored.reasons}
        if self.kind == "counts":
            told |= {"attribution": ATTRIBUTION, "figures": FIGURES_NAME}
        told["fairness"] = None if fair is None else {**asdict(fair), "words": fair.words}
        return told

    @property
    def words(self) -> str:
        """For people: what the set was compared with, and what that is worth."""
        if self.kind == "rows":
            return f"Compared with {self.name}."
        far = f" ({_distance(self.fairness)})" if self.fairness else ""
        if self.kind == "counts":
            close = {"doubtful": f" It differs from the data in what it is about{far}."}
            return (
                f"NO REFERENCE WAS GIVEN. The set was compared with the one that comes with corpusmith: {DEFAULT} "
                "(English, of 2023, by employees of one company)."
                f"{close.get(self.fairness.verdict, '') if self.fairness else ''} Give human rows of the data's own "
                "domain by --reference for stronger claims."
            )
        why = (
            "has too few rows to tell whether the human set that comes with corpusmith is of its kind"
            if self.fairness is None or self.fairness.verdict == "unknown"
            else f"is of another domain or language than the human set that comes with corpusmith{far}"
        )
        return (
            f"NOTHING TO COMPARE WITH. No reference was given, and the data {why}. What is told as a pattern is only "
            "frequent: people may do the same. Give human rows of the data's own domain by --reference."
        )


def against(reference: Any, data: Stored, folder: Path, opened: ExitStack, seed: int = 0) -> Against:
    """What to compare with: a reference if one is given, else the counts that come with the package if they are fair.

    Args:
        reference: a path or data in memory; None: none is given.
        data: the rows under audit.
        folder: where the reference's rows are put.
        opened: closes their files at its end.
        seed: of what is drawn.

    Raises:
        UsageError: the reference is no instruction data.
        SourceError: it cannot be read.
    """
    if reference is not None:
        name = str(reference) if isinstance(reference, str | Path) else "rows in memory"
        source = rows_from(reference, name="reference")
        return Against("rows", name, store_rows(source, folder, f"the reference {name}", opened))
    usage, fairness = standing_usage(data.rows, data.fields, seed)
    if usage is None:
        return Against("nothing", "", fairness=fairness)
    return Against("counts", DEFAULT, usage=usage, fairness=fairness)


def _distance(fairness: Fairness) -> str:
    if fairness.distance is None or fairness.halves is None:
        return "too few rows"
    typical = f"; typical of the data: {', '.join(fairness.typical)}" if fairness.typical else ""
    return f"distance {fairness.distance:.2f} in {fairness.field}, {fairness.halves:.2f} among its own{typical}"

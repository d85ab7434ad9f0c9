"""What `filter` gives back: the folder, with its rows and verdicts as whatever library you use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from ..folder import read_run
from ..lines import lines
from .settle import FILES


@dataclass(frozen=True)
class Rows:
    """Rows of a JSON Lines file, read when they are asked for."""

    path: Path
    count: int = field(repr=False)
    of: object = field(default=None, repr=False)
    """The result they belong to: a temporary folder lasts as long as anything that reads from it."""

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return lines(self.path)

    def to_list(self) -> list[dict[str, Any]]:
        """All of them."""
        return list(self)

    def to_polars(self) -> Any:
        """As a `polars.DataFrame`; a column whose values are of several types is JSON text."""
        import polars as pl

        from ...data.arrays import arrow_table

        return pl.from_arrow(arrow_table(self.to_list()))

    def to_pandas(self) -> Any:
        """As a `pandas.DataFrame`."""
        import pandas as pd

        return pd.DataFrame(self.to_list())

    def to_dataset(self) -> Any:
        """As a `datasets.Dataset`."""
        import datasets

        from ...data.arrays import arrow_table

        return datasets.Dataset(arrow_table(self.to_list()))


@dataclass(frozen=True)
class FilterResult:
    """A filter's folder: rows = kept + dropped + review + failed."""

    folder: Path
    run: Mapping[str, Any] = field(repr=False)
    """run.json."""

    @classmethod
    def open(cls, folder: str | Path) -> FilterResult:
        """The result of an earlier filter.

        Raises:
            RunFolderError: the folder has no run.json.
        """
        return cls(Path(folder), read_run(Path(folder)))

    @property
    def exit_code(self) -> int:
        """0; 4 if a budget or a model that went down left rows unjudged; 1 if nothing was kept."""
        if self.run["status"] == "partial":
            return 4
        return 0 if self.counts["kept"] else 1

    @property
    def counts(self) -> dict[str, Any]:
        """{"candidates", "kept", "dropped", "review", "failed", "by_reason"}."""
        counts: dict[str, Any] = self.run["counts"]
        return counts

    def _rows(self, fate: str) -> Rows:
        return Rows(self.folder / FILES[fate], self.counts[fate], self)

    @property
    def kept(self) -> Rows:
        """The kept rows, as they came."""
        return self._rows("kept")

    @property
    def dropped(self) -> Rows:
        """{"row", "row_id", "source", "check", "reason", "evidence", "fields"} of each dropped row."""
        return self._rows("dropped")

    @property
    def review(self) -> Rows:
        """As `dropped`, of the rows set aside for a person."""
        return self._rows("review")

    @property
    def failed(self) -> Rows:
        """{"row", "source", "reason", "message"} of what could not be judged."""
        return self._rows("failed")

    @property
    def report(self) -> Path:
        """The report."""
        return self.folder / "report.html"

    @property
    def verdicts(self) -> Any:
        """Every check's verdict on every row, as a `polars.DataFrame`."""
        import polars as pl

        return pl.read_parquet(self.folder / "verdicts.parquet")

    def rethreshold(
        self,
        bars: Mapping[str, float] | None = None,
        gates: Mapping[str, str] | None = None,
        *,
        out: str | Path | None = None,
    ) -> FilterResult:
        """Decide anew with other bars and gates, from what the checks computed; see `runs.filtering.rethreshold`."""
        from .filter import rethreshold

        return rethreshold(self, bars, gates, out=out)

    def __repr__(self) -> str:
        return f"FilterResult({str(self.folder)!r}, {orjson.dumps(self.counts).decode()})"

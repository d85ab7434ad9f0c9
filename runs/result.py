"""What `run` gives back: the run folder, with its rows as whatever library you use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from ..core.errors import RunFolderError
from ..data.rows import dataset_row
from .folder import read_run
from .lines import lines


@dataclass(frozen=True)
class RunResult:
    """A run folder. Rows are read from it when they are asked for."""

    folder: Path
    run: Mapping[str, Any] = field(repr=False)
    """run.json as it was when the run ended."""
    exit_code: int = 0
    """0 complete, 1 nothing kept, 4 partial (budget, cap), 130 interrupted."""

    @classmethod
    def open(cls, folder: str | Path) -> RunResult:
        """The result of an earlier run.

        Raises:
            RunFolderError: the folder has no run.json.
        """
        path = Path(folder)
        return cls(path, read_run(path))

    @property
    def counts(self) -> dict[str, Any]:
        """{"candidates", "kept", "dropped", "review", "rejected", "failed", "by_reason"}."""
        counts: dict[str, Any] = self.run["counts"]
        return counts

    @property
    def kept(self) -> Iterator[dict[str, Any]]:
        """The kept rows, flat, as they are in the data set (`origin` is JSON text)."""
        return (dataset_row(line) for line in lines(self.folder / "records" / "kept.jsonl"))

    @property
    def dropped(self) -> Iterator[dict[str, Any]]:
        """Lines of dropped.jsonl: the record with check, reason and evidence."""
        return lines(self.folder / "dropped.jsonl")

    @property
    def review(self) -> Iterator[dict[str, Any]]:
        """Lines of review.jsonl."""
        return lines(self.folder / "review.jsonl")

    @property
    def rejected(self) -> Iterator[dict[str, Any]]:
        """Lines of rejected.jsonl: candidates that failed while being built."""
        return lines(self.folder / "rejected.jsonl")

    @property
    def failed(self) -> Iterator[dict[str, Any]]:
        """Lines of failed.jsonl: what could not be read or asked."""
        return lines(self.folder / "failed.jsonl")

    @property
    def report(self) -> Path:
        """The report."""
        return self.folder / "report.html"

    def to_dataset(self) -> Any:
        """The kept rows as a `datasets.DatasetDict`."""
        import datasets

        return datasets.load_dataset("parquet", data_files=self._files())

    def to_polars(self) -> Any:
        """The kept rows of all splits as a `polars.DataFrame`."""
        import polars as pl

        return pl.concat([pl.read_parquet(f) for files in self._files().values() for f in files])

    def to_pandas(self) -> Any:
        """The kept rows of all splits as a `pandas.DataFrame`."""
        import pandas as pd

        return pd.concat([pd.read_parquet(f) for files in self._files().values() for f in files], ignore_index=True)

    @property
    def verdicts(self) -> Any:
        """Every check's verdict on every row, as a `polars.DataFrame`."""
        import polars as pl

        return pl.read_parquet(self.folder / "verdicts.parquet")

    def _files(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted((self.folder / "dataset" / "data").glob("*.parquet")):
            found.setdefault(path.name.split("-")[0], []).append(str(path))
        if not found:
            message = f"{self.folder} has no data set: no row was kept."
            raise RunFolderError(message, hint="Look at counts.by_reason in its run.json for what became of them.")
        return found

    def __repr__(self) -> str:
        return f"RunResult({str(self.folder)!r}, {orjson.dumps(self.counts).decode()})"

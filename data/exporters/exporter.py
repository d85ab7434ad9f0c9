"""What an exporter is, and running several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ...core.registry import load
from ..rows import walkable
from ..split import Split, check_share, split_rows

Line = Mapping[str, Any]


class Write(Protocol):
    """Writes rows as files of one format into a folder."""

    def __call__(self, rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
        """Write all rows, streaming, each file whole or not at all.

        Args:
            rows: kept lines ({"id", "record"}) or flat rows; walked once.
            folder: where the files go; made if it is missing.
            name: what the data is called; file names are made from it.

        Returns:
            The files written.

        Raises:
            UsageError: a row lacks what the format needs; the message names the columns found.
        """
        ...


class WriteSplit(Protocol):
    """Writes rows as files of one format that has its own layout for splits."""

    def __call__(self, rows: Iterable[Line], folder: Path, *, name: str, split: Split) -> list[Path]:
        """Write all rows into their splits; as `Write`."""
        ...


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format. A package adds its own with an entry point that leads to an object like this."""

    name: str
    """Registered name."""
    description: str
    """One line: who reads the format, and what is in it."""
    export: Write
    """Writes the files."""
    export_split: WriteSplit | None = None
    """Writes the files of all splits; None for formats in which a split is a folder of its own."""


def export_all(
    names: Sequence[str],
    rows: Iterable[Line] | Path,
    out_dir: Path,
    name: str,
    *,
    validation: float = 0.0,
    seed: int = 17,
) -> dict[str, list[Path]]:
    """Export the rows in several formats, each into a folder of its name.

    With a validation share the rows are split by groups (data/split.py), and each format gets the folders `train` and
    `validation`.

    Args:
        names: registered names of exporters.
        rows: kept lines or flat rows, or a JSON Lines file of them.
        out_dir: the folder that holds the formats' folders.
        name: what the data is called.
        validation: the share of rows to hold out; 0 writes all rows as one.
        seed: decides which groups are held out.

    Returns:
        Exporter -> the files it wrote.

    Raises:
        UsageError: an exporter does not exist or the share is out of range (nothing is written then), or the rows do
            not fit a format.
    """
    exporters: dict[str, Exporter] = {wanted: load("exporters", wanted) for wanted in names}
    check_share(validation)
    with walkable(rows) as walked:
        if not validation:
            return {wanted: one.export(walked, out_dir / wanted, name=name) for wanted, one in exporters.items()}
        split = split_rows(walked, validation=validation, seed=seed)
        return {wanted: _split(one, walked, out_dir / wanted, name, split) for wanted, one in exporters.items()}


def _split(exporter: Exporter, rows: Iterable[Line], folder: Path, name: str, split: Split) -> list[Path]:
    if exporter.export_split is not None:
        return exporter.export_split(rows, folder, name=name, split=split)
    parts = (exporter.export(split.part(rows, part), folder / part, name=name) for part in split.rows)
    return [path for written in parts for path in written]


def stem(name: str) -> str:
    """A file name made from any name: letters, digits, dot, dash and underscore; never a path, never empty."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:100] or "data"

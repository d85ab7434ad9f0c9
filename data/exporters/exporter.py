"""What an exporter is, and running several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ...core.registry import load
from ..rows import walkable

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


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format. A package adds its own with an entry point that leads to an object like this."""

    name: str
    """Registered name."""
    description: str
    """One line: who reads the format, and what is in it."""
    export: Write
    """Writes the files."""


def export_all(names: Sequence[str], rows: Iterable[Line] | Path, out_dir: Path, name: str) -> dict[str, list[Path]]:
    """Export the rows in several formats, each into a folder of its name.

    Args:
        names: registered names of exporters.
        rows: kept lines or flat rows, or a JSON Lines file of them.
        out_dir: the folder that holds the formats' folders.
        name: what the data is called.

    Returns:
        Exporter -> the files it wrote.

    Raises:
        UsageError: an exporter does not exist (nothing is written then), or the rows do not fit a format.
    """
    exporters: dict[str, Exporter] = {wanted: load("exporters", wanted) for wanted in names}
    with walkable(rows) as walked:
        return {wanted: exporter.export(walked, out_dir / wanted, name=name) for wanted, exporter in exporters.items()}


def stem(name: str) -> str:
    """A file name made from any name: letters, digits, dot, dash and underscore; never a path, never empty."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:100] or "data"

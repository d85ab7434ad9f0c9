"""What a source yields: rows, and the lines that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...core import SourceRow


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line or element that is no row; the rows around it are not touched by it."""

    key: str
    """Where it is, named like a row: "file.jsonl:12"."""
    message: str
    """What is wrong with it, in one line."""
    reason: str = "unreadable"
    """Slug, counted in the accounting."""


Entry = SourceRow | Unreadable


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file to read rows from."""

    path: Path
    name: str
    """What its rows' keys begin with: the file's name, or its path within the folder that was asked for."""
    read: Callable[[DataFile], Iterator[Entry]]
    """The reader of its format."""

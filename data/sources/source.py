"""`Source`: rows from anywhere, streamed, as often as wanted."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ...core import SourceRow
from ...core.errors import SourceError, UsageError
from .columns import map_columns
from .locate import data_files
from .row import DataFile, Entry

HUB_PREFIX = "hf:"
"""What a location begins with that names a data set for `datasets`."""


@dataclass(frozen=True)
class Source:
    """Rows to iterate over, from the start each time. Memory does not grow with their number."""

    location: str
    """What was asked for: a path, "hf:NAME:SPLIT", or the name of data in memory."""
    read: Callable[[], Iterator[Entry]]
    """Opens it anew: all rows and unreadable lines, before mapping and limit."""
    identify: Callable[[], str]
    """Hash of the content."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our column -> theirs."""
    limit: int | None = None
    """The number of rows to stop after; unreadable lines are not counted."""

    def __iter__(self) -> Iterator[Entry]:
        """Yield a `SourceRow` per row and an `Unreadable` per line that is none.

        Raises:
            SourceError: it cannot be read on, or holds nothing at all.
            UsageError: a mapped column does not exist.
        """
        entries = self._guarded()
        if self.columns:
            entries = map_columns(entries, self.columns, self.location)
        rows = 0
        for entry in entries:
            yield entry
            rows += isinstance(entry, SourceRow)
            if rows == self.limit:
                return

    def fingerprint(self) -> str:
        """Hash of the content and file names, for telling whether seeds have changed; mapping and limit are not in it.

        Raises:
            SourceError: it cannot be read.
        """
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        return self.identify()

    def _guarded(self) -> Iterator[Entry]:
        seen = False
        try:
            for entry in self.read():
                seen = True
                yield entry
        except (OSError, EOFError, zlib.error) as error:
            message = f"{self.location} cannot be read to its end: {error}."
            raise SourceError(message, hint="The file may be cut or damaged: fetch or make it again.") from error
        if not seen:
            message = f"{self.location} holds no rows."
            raise SourceError(message, hint="Check how it was made; nothing can be built from it.")


def open_source(
    location: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    base: Path | None = None,
    limit: int | None = None,
) -> Source:
    """Open a data set for reading.

    Args:
        location: a file (.jsonl, .ndjson, .json, .csv, .tsv, .parquet, .txt, .md; text formats also as .gz), a folder
            of such files, a run folder (its kept rows), or "hf:NAME[:SPLIT]" or "hf:NAME:CONFIG:SPLIT".
        columns: our column name -> the name it has there.
        base: the folder that a relative path starts from; the current one if not given.
        limit: the number of rows to stop after.

    Raises:
        UsageError: there is no such file, its format is unknown, or the limit is below 1.
        SourceError: it is empty or has no data, or the hub cannot be reached.
    """
    check_limit(limit)
    text = str(location)
    mapping = dict(columns or {})
    if text.startswith(HUB_PREFIX):
        from .hugging_face import open_hub

        read, identify = open_hub(text.removeprefix(HUB_PREFIX))
        return Source(text, read, identify, mapping, limit)
    path = Path(text).expanduser()
    files = data_files(base / path if base is not None else path)
    return Source(text, lambda: _rows(files), lambda: _hash(files), mapping, limit)


def check_limit(limit: int | None) -> None:
    """Check a number of rows to stop after.

    Raises:
        UsageError: it is below 1.
    """
    if limit is not None and limit < 1:
        message = f"the limit {limit} leaves no rows."
        raise UsageError(message, hint="Give a number of at least 1, or none.")


def _rows(files: tuple[DataFile, ...]) -> Iterator[Entry]:
    for file in files:
        yield from file.read(file)


def _hash(files: tuple[DataFile, ...]) -> str:
    whole = hashlib.blake2b(b"source-1", digest_size=16)
    for file in files:
        try:
            with file.path.open("rb") as opened:
                part = hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=16))
        except OSError as error:
            message = f"{file.path} cannot be read: {error}."
            raise SourceError(message, hint="Check that it exists and that you may read it.") from error
        whole.update(f"{file.name}\0{part.hexdigest()}\0".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()

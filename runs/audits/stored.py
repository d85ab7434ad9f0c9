"""The rows under audit on disk, so that they can be gone through again and again, and looked at one by one later."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...core.errors import SourceError, UsageError
from ...data.sources import Source, Unreadable, checked_fields, unknown_shape_error
from ...quality import Row
from ...quality.patterns.fields import TURNS
from ..filtering.judge import batches, row_id
from ..filtering.settle import UNREADABLE
from ..filtering.store import RowStore, RowWriter

FOLDER = "rows"
"""Where they lie in the folder of an audit."""
CHUNK = 2048
UNKNOWN_SHAPE = "unknown_shape"


@dataclass(frozen=True)
class Stored:
    """Rows on disk."""

    store: RowStore = field(repr=False)
    failed: dict[int, str]
    """Position -> reason, of entries that are no rows of the kind that is wanted."""
    longer: int
    """Rows that hold a conversation of more than one question and answer."""

    @property
    def readable(self) -> int:
        """Rows that can be audited."""
        return len(self.store) - len(self.failed)

    @property
    def reasons(self) -> Counter[str]:
        """Reason -> entries that failed for it."""
        return Counter(self.failed.values())

    def rows(self) -> Iterator[Row]:
        """The rows that can be audited, from the first on."""
        return rows_of(self.store, self.failed)


def rows_of(store: RowStore, failed: Iterable[int]) -> Iterator[Row]:
    """The rows of a store that did not fail, as checks see them."""
    import numpy as np

    left_out = set(failed)
    for start in range(0, len(store), CHUNK):
        stop = min(start + CHUNK, len(store))
        yield from store.read(np.array([at for at in range(start, stop) if at not in left_out], dtype=np.int64))


def store_rows(source: Source, folder: Path, name: str) -> Stored:
    """Write the rows of a source into `folder`, which is made anew.

    Args:
        source: the data.
        folder: for the files of the store.
        name: what to call the data in a message.

    Raises:
        UsageError: no row is instruction data; the message shows the columns.
        SourceError: no line can be read.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    failed: dict[int, str] = {}
    strange = None
    at = longer = 0
    writer = RowWriter(folder)
    try:
        for batch in batches(source):
            for entry, _ in batch:
                if isinstance(entry, Unreadable):
                    failed[at] = UNREADABLE
                else:
                    seen = checked_fields(entry.fields)
                    if seen is None:
                        failed[at] = UNKNOWN_SHAPE
                        strange = strange or entry
                    elif "messages" in seen:
                        longer += 1
                at += 1
            writer.write([(entry.key, line, row_id(entry.key, line)) for entry, line in batch])
    finally:
        writer.close()
    if len(failed) == at:
        raise _none_of_this_kind(name, at, strange.fields if strange else None)
    return Stored(RowStore(folder, checked_fields), failed, longer)


def _none_of_this_kind(name: str, entries: int, columns: object) -> Exception:
    if not isinstance(columns, dict):
        message = f"none of the {entries} lines of {name} can be read."
        return SourceError(message, hint="Check the file's format.")
    turns = next((column for column in TURNS if isinstance(columns.get(column), Sequence)), None)
    if turns is not None and not isinstance(columns[turns], str):
        message = f"{name} holds dialogues (its column {turns!r} is a list of turns), not instructions and responses."
        return UsageError(message, hint="Give --kind dialogues.")
    return unknown_shape_error(columns)

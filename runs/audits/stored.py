"""The rows under audit on disk, so that they can be gone through again and again, and looked at one by one later."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core.errors import SourceError, UsageError
from ...data.sources import Source, Unreadable, checked_fields, unknown_shape_error
from ...quality import Row
from ...quality.patterns.fields import TURNS
from ..filtering.judge import batches, row_id
from ..filtering.settle import UNREADABLE
from ..filtering.store import RowStore, RowWriter

CHUNK = 2048
UNKNOWN_SHAPE = "unknown_shape"


@dataclass(frozen=True)
class Stored:
    """Rows on disk."""

    store: RowStore = field(repr=False)
    failed: Mapping[int, str]
    """Position -> reason, of entries that are no rows of the kind that is wanted."""
    longer: int
    """Rows that hold a conversation of more than one question and answer."""
    content: str
    """Digest of all rows and their keys: the same for the same data."""

    @property
    def readable(self) -> int:
        """Rows that can be audited."""
        return len(self.store) - len(self.failed)

    @property
    def reasons(self) -> dict[str, int]:
        """Reason -> entries that failed for it."""
        return dict(Counter(self.failed.values()))

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns to look at."""
        return ("output", "instruction", "messages") if self.longer else ("output", "instruction")

    def rows(self) -> Iterator[Row]:
        """The rows that can be audited, from the first on."""
        import numpy as np

        for start in range(0, len(self.store), CHUNK):
            stop = min(start + CHUNK, len(self.store))
            there = [at for at in range(start, stop) if at not in self.failed]
            yield from self.store.read(np.array(there, dtype=np.int64))

    def read(self, positions: Sequence[int]) -> list[Row]:
        """Some rows by position."""
        import numpy as np

        return self.store.read(np.array(positions, dtype=np.int64))


def store_rows(source: Source, folder: Path, name: str, opened: ExitStack) -> Stored:
    """Write the rows of a source into `folder`, which is made anew.

    Args:
        source: the data.
        folder: for the files of the store.
        name: what to call the data in a message.
        opened: closes the files at its end.

    Raises:
        UsageError: no row is instruction data; the message shows the columns.
        SourceError: no line can be read.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    failed: dict[int, str] = {}
    strange = None
    at = longer = 0
    whole = hashlib.blake2b(digest_size=16)
    writer = RowWriter(folder)
    try:
        for batch in batches(source):
            ids = [row_id(entry.key, line) for entry, line in batch]
            for entry, _ in batch:
                seen = None if isinstance(entry, Unreadable) else checked_fields(entry.fields)
                if seen is None:
                    failed[at] = UNREADABLE if isinstance(entry, Unreadable) else UNKNOWN_SHAPE
                    strange = strange or (None if isinstance(entry, Unreadable) else entry)
                elif "messages" in seen:
                    longer += 1
                at += 1
            whole.update(b"".join(ids))
            writer.write([(entry.key, line, one) for (entry, line), one in zip(batch, ids, strict=True)])
    finally:
        writer.close()
    if len(failed) == at:
        raise _none_of_this_kind(name, at, strange.fields if strange else None)
    store = RowStore(folder, seen_fields)
    opened.callback(store.close)
    return Stored(store, failed, longer, whole.hexdigest())


def seen_fields(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the audit sees of a row: `checked_fields`; of a longer conversation, what is not seen elsewhere.

    The first question and the last answer are its instruction and output already, and a system message is a setting
    rather than text that people or models write for each row: as turns these are empty.
    """
    seen = checked_fields(fields)
    turns = seen.get("messages") if seen else None
    if seen is None or not turns:
        return seen
    roles = [turn["role"] for turn in turns]
    hidden = {at for at, role in enumerate(roles) if role == "system"}
    hidden.add(roles.index("user"))
    hidden.add(len(roles) - 1 - roles[::-1].index("assistant"))
    seen["messages"] = [{**turn, "content": ""} if at in hidden else turn for at, turn in enumerate(turns)]
    return seen


def _none_of_this_kind(name: str, entries: int, columns: object) -> Exception:
    if not isinstance(columns, dict):
        message = f"none of the {entries} lines of {name} can be read."
        return SourceError(message, hint="Check the file's format.")
    turns = next((column for column in TURNS if isinstance(columns.get(column), Sequence)), None)
    if turns is not None and not isinstance(columns[turns], str):
        message = f"{name} holds dialogues (its column {turns!r} is a list of turns), not instructions and responses."
        return UsageError(message, hint="Give --kind dialogues.")
    return unknown_shape_error(columns)

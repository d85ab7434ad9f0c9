"""The rows under test on disk, in input order, read back by position: memory does not grow with their number.

Two files: `rows.jsonl`, one line a row, its key as JSON, a tab, and the row as JSON; `rows.offsets`, where each line
begins (uint64). An entry that could not be read has a line too, with its message for a row, so that positions are
those of the input.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from ...core import SourceRow
from ...quality import Row

if TYPE_CHECKING:
    import numpy as np

View = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""A row's own columns -> the columns that checks look at, or None if it is no row of the kind that is wanted."""
_ID_BYTES, _OFFSET_BYTES = 16, 8


class RowWriter:
    """Writes the store, once, from the first row to the last."""

    def __init__(self, folder: Path) -> None:
        """Begin in `folder`, which exists."""
        self._lines: BinaryIO = (folder / "rows.jsonl").open("wb")
        self._offsets: BinaryIO = (folder / "rows.offsets").open("wb")
        self._ids: BinaryIO = (folder / "rows.ids").open("wb")
        self._at = 0

    def write(self, entries: Sequence[tuple[str, bytes, bytes]]) -> None:
        """Append entries: (key, the row as JSON on one line, its id of 16 bytes)."""
        import numpy as np

        lines = [b"%b\t%b\n" % (orjson.dumps(key), line) for key, line, _ in entries]
        ends = np.cumsum([len(line) for line in lines], dtype=np.uint64) + np.uint64(self._at)
        starts = np.concatenate([np.array([self._at], dtype=np.uint64), ends[:-1]])
        self._lines.write(b"".join(lines))
        self._offsets.write(starts.tobytes())
        self._ids.write(b"".join(row_id for _, _, row_id in entries))
        self._at = int(ends[-1]) if len(ends) else self._at

    def close(self) -> None:
        """Flush and close."""
        for file in (self._lines, self._offsets, self._ids):
            file.close()


class RowStore:
    """Reads the store."""

    def __init__(self, folder: Path, view: View) -> None:
        """Open what `RowWriter` wrote in `folder`."""
        self._view = view
        self._lines = (folder / "rows.jsonl").open("rb")
        self._offsets = (folder / "rows.offsets").open("rb")
        self._ids = (folder / "rows.ids").open("rb")
        self._size = os.fstat(self._offsets.fileno()).st_size // _OFFSET_BYTES
        self._end = os.fstat(self._lines.fileno()).st_size

    def __len__(self) -> int:
        return self._size

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of consecutive rows."""
        together = os.pread(self._ids.fileno(), (stop - start) * _ID_BYTES, start * _ID_BYTES).hex()
        return [together[at : at + 2 * _ID_BYTES] for at in range(0, len(together), 2 * _ID_BYTES)]

    def id(self, position: int) -> str:
        """The id of one row."""
        return os.pread(self._ids.fileno(), _ID_BYTES, position * _ID_BYTES).hex()

    def raw(self, start: int, stop: int) -> Iterator[tuple[bytes, bytes]]:
        """Key (as JSON) and row (as JSON) of consecutive rows."""
        if start >= stop:
            return
        first = self._offset(start)
        self._lines.seek(first)
        for whole in self._lines.read(self._offset(stop) - first).split(b"\n")[: stop - start]:
            key, _, line = whole.partition(b"\t")
            yield key, line

    def row(self, position: int) -> SourceRow:
        """One row as it came."""
        key, _, line = self._line(position).partition(b"\t")
        return SourceRow(orjson.loads(key), orjson.loads(line))

    def read(self, positions: np.ndarray) -> list[Row]:
        """Rows by position, as checks see them."""
        return [Row(at, self.id(at), self._seen(at)) for at in positions.tolist()]

    def _seen(self, position: int) -> Mapping[str, Any]:
        fields = orjson.loads(self._line(position).partition(b"\t")[2])
        view = self._view(fields)
        return fields if view is None else view

    def _line(self, position: int) -> bytes:
        both = os.pread(self._offsets.fileno(), 2 * _OFFSET_BYTES, position * _OFFSET_BYTES)
        first = int.from_bytes(both[:_OFFSET_BYTES], "little")
        last = int.from_bytes(both[_OFFSET_BYTES:], "little") or self._end
        return os.pread(self._lines.fileno(), last - first, first)

    def _offset(self, position: int) -> int:
        """Where a row begins; behind the last one, where the rows end."""
        if position >= self._size:
            return self._end
        return int.from_bytes(os.pread(self._offsets.fileno(), _OFFSET_BYTES, position * _OFFSET_BYTES), "little")

    def close(self) -> None:
        """Close the files."""
        for file in (self._lines, self._offsets, self._ids):
            file.close()

"""The rows under test on disk, in input order, read back by position: memory does not grow with their number.

Two files: `rows.jsonl`, one line a row, its key as JSON, a tab, and the row as JSON; `rows.offsets`, where each line
begins (uint64). An entry that could not be read has a line too, with its message for a row, so that positions are
those of the input.
"""

from __future__ import annotations

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
_ID_BYTES = 16


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
        import numpy as np

        self._view = view
        self._lines = (folder / "rows.jsonl").open("rb")
        self.offsets = _mapped(folder / "rows.offsets", np.uint64, ())
        self._ids = _mapped(folder / "rows.ids", np.uint8, (_ID_BYTES,))

    def __len__(self) -> int:
        return len(self.offsets)

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of consecutive rows."""
        together = self._ids[start:stop].tobytes().hex()
        return [together[at : at + 2 * _ID_BYTES] for at in range(0, len(together), 2 * _ID_BYTES)]

    def id(self, position: int) -> str:
        """The id of one row."""
        return str(self._ids[position].tobytes().hex())

    def raw(self, start: int, stop: int) -> Iterator[tuple[bytes, bytes]]:
        """Key (as JSON) and row (as JSON) of consecutive rows."""
        if start >= stop:
            return
        first = int(self.offsets[start])
        self._lines.seek(first)
        size = int(self.offsets[stop]) - first if stop < len(self.offsets) else -1
        for whole in self._lines.read(size).split(b"\n")[: stop - start]:
            key, _, line = whole.partition(b"\t")
            yield key, line

    def row(self, position: int) -> SourceRow:
        """One row as it came."""
        ((key, line),) = self.raw(position, position + 1)
        return SourceRow(orjson.loads(key), orjson.loads(line))

    def read(self, positions: np.ndarray) -> list[Row]:
        """Rows by position, as checks see them."""
        from ...quality.duplicates.digests import give_back

        ids = self._ids[positions].tobytes().hex()
        width = 2 * _ID_BYTES
        places = zip(positions.tolist(), self.offsets[positions].tolist(), strict=True)
        give_back(self._ids)
        give_back(self.offsets)
        return [Row(at, ids[n * width : (n + 1) * width], self._seen(start)) for n, (at, start) in enumerate(places)]

    def _seen(self, start: int) -> Mapping[str, Any]:
        self._lines.seek(start)
        fields = orjson.loads(self._lines.readline().partition(b"\t")[2])
        view = self._view(fields)
        return fields if view is None else view

    def close(self) -> None:
        """Close the files."""
        self._lines.close()


def _mapped(path: Path, dtype: Any, shape: tuple[int, ...]) -> np.ndarray:
    import numpy as np

    size = path.stat().st_size // (np.dtype(dtype).itemsize * (shape[0] if shape else 1))
    if not size:
        return np.zeros((0, *shape), dtype=dtype)
    return np.memmap(path, dtype=dtype, mode="r", shape=(size, *shape))

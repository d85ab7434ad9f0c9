"""The item log: what became of every finished item, appended in order of completion, read in order of items.

One JSON object a line, in `records/items.jsonl`:

    {"i": 0-based number, "item": id, "failed": null or {"reason", "message", "source"}, "out": [outcome, ...]}

with the outcomes {"type": "record", "id", "record"} | {"type": "rejected", "reason", "text", ...} |
{"type": "artifact", "name", "data"}; a record that models judged has also "found" (see candidates.py). A failed item is
built again by the next run; its later line counts.
"""

from __future__ import annotations

import os
from array import array
from pathlib import Path
from typing import Any

import orjson

from ..core.errors import RunFolderError


class ItemLog:
    """Append-only; 8 bytes of memory an item."""

    def __init__(self, path: Path) -> None:
        """Open (or begin) the log, cut a torn last line, and find the items that are done.

        Raises:
            RunFolderError: the file cannot be read or written.
        """
        self._path = path
        self._offsets = array("Q")
        self._failed_before: set[int] = set()
        self._lines = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            self._end = self._scan()
        except OSError as error:
            message = f"the item log {path} cannot be opened: {error.strerror or error}."
            raise RunFolderError(message, hint="Choose another --out, or make the folder writable.") from error

    def _scan(self) -> int:
        offset = 0
        with self._path.open("rb") as lines:
            for line in lines:
                try:
                    entry = orjson.loads(line) if line.endswith(b"\n") else None
                except ValueError:
                    entry = None
                if entry is None:
                    # Only the last line can be torn: all before it were written whole.
                    os.ftruncate(self._fd, offset)
                    break
                self._note(entry["i"], offset)
                if entry["failed"] is None:
                    self._failed_before.discard(entry["i"])
                else:
                    self._failed_before.add(entry["i"])
                offset += len(line)
        return offset

    def _note(self, index: int, offset: int) -> None:
        if index >= len(self._offsets):
            self._offsets.extend([0] * (index + 1 - len(self._offsets)))
        self._lines += self._offsets[index] == 0
        self._offsets[index] = offset + 1

    def done(self, index: int) -> bool:
        """Whether the item is finished; one that failed in an earlier session is not, and is built again."""
        return index < len(self._offsets) and self._offsets[index] != 0 and index not in self._failed_before

    @property
    def done_count(self) -> int:
        """Number of finished items."""
        return self._lines - len(self._failed_before)

    @property
    def last(self) -> int:
        """The highest number in the log; -1 if it is empty."""
        return len(self._offsets) - 1

    def append(self, lines: list[tuple[int, bytes]]) -> None:
        """Write finished items, each (number, its line), with one write.

        Raises:
            RunFolderError: they could not be written; the log is as it was before.
        """
        data = b"".join(line for _, line in lines)
        try:
            written = os.write(self._fd, data)
            while written < len(data):
                written += os.write(self._fd, data[written:])
        except OSError as error:
            os.ftruncate(self._fd, self._end)
            message = f"the item log {self._path} cannot be written: {error.strerror or error}."
            hint = "Make room and run the same command again: nothing received is lost."
            raise RunFolderError(message, hint=hint) from error
        for index, line in lines:
            self._failed_before.discard(index)
            self._note(index, self._end)
            self._end += len(line)

    def read(self, index: int) -> dict[str, Any]:
        """The last line of an item that is in the log."""
        offset = self._offsets[index] - 1
        parts = []
        while chunk := os.pread(self._fd, 1 << 16, offset):
            end = chunk.find(b"\n")
            if end >= 0:
                parts.append(chunk[:end])
                break
            parts.append(chunk)
            offset += len(chunk)
        entry: dict[str, Any] = orjson.loads(b"".join(parts))
        return entry

    def close(self) -> None:
        """Sync and close."""
        if self._fd >= 0:
            os.fdatasync(self._fd)
            os.close(self._fd)
            self._fd = -1

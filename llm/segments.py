"""Segments of a journal: files of lines that are appended to, and what becomes of them once they are full.

    journal-00001.jsonl.zst     sealed: independent zstd frames of whole lines (`zstdcat` reads it)
    journal-00002.jsonl         the last one: lines are appended to it

A line has the same place in both: the number of bytes before it. A segment is sealed beside its place and renamed, so
that at any moment one of the two is whole; where both are there, the sealed one counts.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

FRAME_BYTES = 256 * 1024
"""Bytes of lines in one frame, before packing: what is unpacked to read one line."""
LEVEL = 1
"""Of zstd. Level 3 takes half as much time again for a twentieth less (benchmarks/engine/journals.py)."""
_NAME = re.compile(r"journal-(\d{5})\.jsonl(\.zst)?")
_READ = 16384
_SCANNED = 1 << 20


class Segment(Protocol):
    """A file of lines, to be read."""

    def lines(self) -> Iterator[bytes]:
        """All lines from the start, each with its newline; the last may lack it where a write was torn."""
        ...

    def line(self, place: int) -> bytes:
        """The line that so many bytes lie before, without its newline."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class PlainSegment:
    """Lines as they were written."""

    def __init__(self, path: Path, *, append: bool = False) -> None:
        """Open the file; it is made if it is to be appended to.

        Raises:
            OSError: it cannot be opened.
        """
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT if append else os.O_RDONLY, 0o644)
        self.size = os.fstat(self._fd).st_size

    def lines(self) -> Iterator[bytes]:
        """See `Segment`."""
        rest = b""
        at = 0
        while chunk := os.pread(self._fd, _SCANNED, at):
            at += len(chunk)
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line + b"\n"
        if rest:
            yield rest

    def line(self, place: int) -> bytes:
        """See `Segment`."""
        parts = []
        while chunk := os.pread(self._fd, _READ, place):
            end = chunk.find(b"\n")
            if end >= 0:
                parts.append(chunk[:end])
                break
            parts.append(chunk)
            place += len(chunk)
        return b"".join(parts)

    def append(self, line: bytes) -> int:
        """Write a line at the end; its place.

        Raises:
            OSError: it could not be written; nothing of it is left, as far as that can be helped.
        """
        place = self.size
        try:
            written = os.write(self._fd, line)
            while written < len(line):
                written += os.write(self._fd, line[written:])
        except OSError:
            # A torn line in the middle would hide the next one; if even this fails, the next start cuts it.
            with contextlib.suppress(OSError):
                self.cut(place)
            raise
        self.size += len(line)
        return place

    def cut(self, size: int) -> None:
        """Keep only so many bytes."""
        os.ftruncate(self._fd, size)
        self.size = size

    def sync(self) -> None:
        """Wait until all that was written would survive a loss of power; may be called from another thread."""
        try:
            os.fdatasync(self._fd)
        except OSError:
            # Closed meanwhile, since it was sealed: that is synced.
            if self._fd >= 0:
                raise

    def close(self) -> None:
        """See `Segment`."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


class SealedSegment:
    """Lines packed in frames. Knows where each frame begins once its lines were gone through."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            OSError: it cannot be opened.
        """
        self._fd = os.open(path, os.O_RDONLY)
        self._starts = array("Q")
        """Bytes of lines before each frame."""
        self._places = array("Q")
        """Where each frame lies in the file; the last entry is where the last one ends."""
        self._unpacked: tuple[int, bytes] = (-1, b"")
        self.damaged = False
        """Whether going through it ended at a frame that cannot be unpacked."""

    def lines(self) -> Iterator[bytes]:
        """See `Segment`; ends at a frame that is damaged."""
        self._starts, self._places = array("Q"), array("Q", [0])
        start = 0
        for frame, end in self._frames():
            self._starts.append(start)
            self._places.append(end)
            start += len(frame)
            for line in frame.removesuffix(b"\n").split(b"\n"):
                yield line + b"\n"

    def _frames(self) -> Iterator[tuple[bytes, int]]:
        """Each frame unpacked, and where it ends in the file."""
        zstd = _zstd()
        at, packed = 0, b""
        unpacking, parts = zstd.ZstdDecompressor(), []
        while packed or (packed := os.pread(self._fd, _SCANNED, at)):
            taken = len(packed)
            try:
                parts.append(unpacking.decompress(packed))
            except zstd.ZstdError:
                self.damaged = True
                return
            packed = unpacking.unused_data if unpacking.eof else b""
            at += taken - len(packed)
            if unpacking.eof:
                yield b"".join(parts), at
                unpacking, parts = zstd.ZstdDecompressor(), []
        self.damaged = bool(parts)

    def line(self, place: int) -> bytes:
        """See `Segment`."""
        number = bisect_right(self._starts, place) - 1
        if self._unpacked[0] != number:
            begin, end = self._places[number], self._places[number + 1]
            self._unpacked = (number, _zstd().decompress(os.pread(self._fd, end - begin, begin)))
        lines = self._unpacked[1]
        at = place - self._starts[number]
        return lines[at : lines.index(b"\n", at)]

    def close(self) -> None:
        """See `Segment`."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def seal(path: Path) -> SealedSegment:
    """Pack a full segment beside its place; the plain file stays, for whoever reads from it.

    Returns:
        The sealed segment, its lines gone through.

    Raises:
        OSError: it cannot be written; nothing of it is left.
    """
    zstd = _zstd()
    options = {zstd.CompressionParameter.compression_level: LEVEL, zstd.CompressionParameter.checksum_flag: 1}
    sealed = sealed_path(path)
    part = sealed.with_name(sealed.name + ".part")
    try:
        with path.open("rb") as lines, part.open("wb") as packed:
            while frame := lines.read(FRAME_BYTES):
                # The next line's end: a frame holds whole lines.
                packed.write(zstd.compress(frame + lines.readline(), options=options))
            packed.flush()
            os.fsync(packed.fileno())
        part.replace(sealed)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    found = SealedSegment(sealed)
    for _ in found.lines():
        pass
    return found


def sealed_path(path: Path) -> Path:
    """Where a plain segment goes when it is sealed."""
    return path.with_name(path.name + ".zst")


def segments_in(folder: Path) -> list[tuple[int, Path]]:
    """(number, file) of each segment in a journal's folder, in order; the sealed file where both are there."""
    found: dict[int, Path] = {}
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            named = _NAME.fullmatch(path.name)
            if named is not None:
                found[int(named[1])] = path
    return sorted(found.items())


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd

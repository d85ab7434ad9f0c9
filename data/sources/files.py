"""Opening data files: plain or gzip, UTF-8, with the encodings that cannot be read named at once."""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ...core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOM = b"\xef\xbb\xbf"


@contextmanager
def open_bytes(path: Path) -> Iterator[BufferedReader]:
    """Open a text file for reading bytes, unpacking `.gz`, past a UTF-8 byte order mark.

    Raises:
        SourceError: the text is UTF-16.
    """
    with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
        head = file.peek(3)[:3]
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            message = f"{path} is UTF-16 text."
            raise SourceError(message, hint="Save it as UTF-8.")
        if head == _BOM:
            file.read(3)
        # A GzipFile has all that is used of a BufferedReader, though no common type says so.
        yield cast("BufferedReader", file)


def first_bytes(path: Path, size: int = 1 << 16) -> bytes:
    """The first `size` bytes of a text file, unpacked, without blank space in front."""
    with open_bytes(path) as file:
        return file.read(size).lstrip()

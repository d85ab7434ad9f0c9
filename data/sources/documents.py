"""Text and markdown files: each is one document."""

from __future__ import annotations

from collections.abc import Iterator

from ...core import SourceRow
from .files import open_bytes
from .row import DataFile, Entry, Unreadable


def read_document(file: DataFile) -> Iterator[Entry]:
    """Yield the whole file as one row with the column `text`."""
    key = f"{file.name}:1"
    with open_bytes(file.path) as opened:
        data = opened.read()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        yield Unreadable(key, f"not UTF-8: byte 0x{data[error.start]:02x} at position {error.start}")
        return
    if text.strip():
        yield SourceRow(key, {"text": text.replace("\r\n", "\n")})
    else:
        yield Unreadable(key, "the document is empty")

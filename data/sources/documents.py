"""Text and markdown files: each is one document, unless it is PersonaChat's text format."""

from __future__ import annotations

from collections.abc import Iterator

from ...core import SourceRow
from .files import first_bytes, open_bytes
from .persona_chat import looks_like_persona_chat, read_persona_chat
from .row import DataFile, Entry, Unreadable


def read_text(file: DataFile) -> Iterator[Entry]:
    """Yield the rows of a text file: its dialogues if it is PersonaChat's, else the whole of it as one document."""
    if looks_like_persona_chat(first_bytes(file.path, 64)):
        yield from read_persona_chat(file)
    else:
        yield from read_document(file)


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

"""JSON Lines: one object a line, streamed."""

from __future__ import annotations

from collections.abc import Iterator

from ...core import SourceRow
from .files import first_bytes, open_bytes
from .json_document import read_json_document
from .parse import parse_object
from .row import DataFile, Entry, Unreadable


def read_json_lines(file: DataFile) -> Iterator[Entry]:
    """Yield a row per line, keyed by its 1-based line number. Blank lines are skipped, broken ones reported.

    A file of this name that begins with a bracket holds one JSON list, and is read as that.
    """
    if first_bytes(file.path, 4096)[:1] == b"[":
        yield from read_json_document(file)
    else:
        yield from read_lines(file)


def read_json(file: DataFile) -> Iterator[Entry]:
    """Yield the rows of a .json file: one document, or JSON Lines under that name."""
    if _is_lines(file):
        yield from read_lines(file)
    else:
        yield from read_json_document(file)


def read_lines(file: DataFile) -> Iterator[Entry]:
    """Yield a row or what is wrong, for every line that is not blank."""
    with open_bytes(file.path) as lines:
        for number, line in enumerate(lines, 1):
            if line.isspace():
                continue
            key = f"{file.name}:{number}"
            try:
                yield SourceRow(key, parse_object(line))
            except ValueError as error:
                yield Unreadable(key, str(error))


def _is_lines(file: DataFile) -> bool:
    """Whether the first line is an object by itself and another begins after it."""
    line, _, rest = first_bytes(file.path, 1 << 20).partition(b"\n")
    if line[:1] != b"{" or not rest.lstrip().startswith(b"{"):
        return False
    try:
        parse_object(line)
    except ValueError:
        return False
    return True

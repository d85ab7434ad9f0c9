"""CSV and TSV: every cell a text, one row a record."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from ...core import SourceRow
from .files import open_bytes
from .row import DataFile, Entry, Unreadable


def read_csv(file: DataFile) -> Iterator[Entry]:
    """Yield a row per CSV record under the header line, keyed by the line on which it begins.

    Separated by commas, or by semicolons where the header has those and no comma. A record with more or fewer cells
    than the header is reported, not guessed at.
    """
    header, _ = _sample(file.path)
    yield from _records(file, ";" if b"," not in header and b";" in header else ",")


def read_tsv(file: DataFile) -> Iterator[Entry]:
    """Yield a row per line of tab-separated cells; quoted cells with line breaks are understood where they are used.

    Most TSV files do not quote, so a quotation mark inside a cell is only a character there.
    """
    header, lines = _sample(file.path)
    tabs = header.count(b"\t")
    if all(line.count(b"\t") == tabs for line in lines):
        yield from _plain_lines(file)
    else:
        yield from _records(file, "\t")


def _sample(path: Path) -> tuple[bytes, list[bytes]]:
    """The first line, and the whole lines that follow it in the first 256 KiB."""
    with open_bytes(path) as opened:
        header = opened.readline()
        lines = opened.read(1 << 18).split(b"\n")
    return header, [line for line in lines[:-1] if line.strip()]


def _records(file: DataFile, delimiter: str) -> Iterator[Entry]:
    csv.field_size_limit(sys.maxsize)
    with open_bytes(file.path) as opened:
        # Bytes that are not UTF-8 become lone surrogates, so that only their own row is lost.
        text = io.TextIOWrapper(opened, encoding="utf-8", errors="surrogateescape", newline="")
        reader = csv.reader(text, delimiter=delimiter)
        header: list[str] | None = None
        while True:
            key = f"{file.name}:{reader.line_num + 1}"
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Unreadable(key, f"not valid CSV: {error}")
                continue
            if not any(cells):
                continue
            if header is None:
                header = _header(cells)
            else:
                yield _row(key, header, cells)


def _plain_lines(file: DataFile) -> Iterator[Entry]:
    header: list[str] | None = None
    with open_bytes(file.path) as opened:
        for number, line in enumerate(opened, 1):
            if line.isspace():
                continue
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            cells = [_unquoted(cell) for cell in text.split("\t")]
            if header is None:
                header = _header(cells)
            else:
                yield _row(f"{file.name}:{number}", header, cells)


def _unquoted(cell: str) -> str:
    """A cell without the quotation marks a spreadsheet put around it."""
    if len(cell) < 2 or cell[0] != '"' or cell[-1] != '"':
        return cell
    inner = cell[1:-1]
    return cell if '"' in inner.replace('""', "") else inner.replace('""', '"')


def _header(cells: list[str]) -> list[str]:
    """Column names: without blanks around them, the nameless and the repeated ones numbered."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = cell.strip().encode("utf-8", "replace").decode() or f"column_{number}"
        names.append(f"{name}_{number}" if name in names else name)
    return names


def _row(key: str, header: list[str], cells: list[str]) -> Entry:
    if len(cells) != len(header):
        return Unreadable(key, f"{len(cells)} cells where the header has {len(header)}")
    try:
        "".join(cells).encode("utf-8")
    except UnicodeEncodeError:
        return Unreadable(key, "not UTF-8")
    return SourceRow(key, dict(zip(header, cells, strict=True)))

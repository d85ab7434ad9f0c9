"""Parquet files and arrow tables, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...core import SourceRow
from ...core.errors import SourceError
from .parse import check_writable
from .plain import plain
from .row import DataFile, Entry, Unreadable

BATCH = 1000
"""Rows held in memory at a time."""


def read_parquet(file: DataFile) -> Iterator[Entry]:
    """Yield the rows of a Parquet file, row group by row group, keyed by their 1-based number.

    Raises:
        SourceError: it is not a Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file.path) as table:
            yield from rows_of_batches(table.iter_batches(batch_size=BATCH), file.name)
    except pa.ArrowException as error:
        message = f"{file.path} cannot be read as Parquet: {_first_line(error)}."
        raise SourceError(message) from None


def rows_of_batches(batches: Iterable[Any], name: str) -> Iterator[Entry]:
    """Yield the rows of arrow record batches or tables, as plain JSON values."""
    number = 0
    for batch in batches:
        for fields in batch.to_pylist():
            number += 1
            yield plain_row(f"{name}:{number}", fields)


def plain_row(key: str, fields: Any) -> Entry:
    """A row of plain JSON values, or what keeps it from being one."""
    try:
        row = plain(fields)
        check_writable(row)
    except ValueError as error:
        return Unreadable(key, str(error))
    return SourceRow(key, row)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")

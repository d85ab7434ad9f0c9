"""Data that is already in memory: lists of objects, `datasets`, pandas, polars and arrow tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from ...core import Record, SourceRow, canonical_json
from ...core.errors import UsageError
from .arrow import BATCH, plain_row, rows_of_batches
from .parse import as_object
from .plain import missing_as_none
from .row import Entry, Unreadable
from .source import Source, check_limit, open_source


def rows_from(
    data: Any,
    *,
    columns: Mapping[str, str] | None = None,
    limit: int | None = None,
    name: str = "rows",
) -> Source:
    """Take data of any usual kind as a source.

    Args:
        data: a path or location (as `open_source` takes), a list or other iterable of objects (or of our records or
            source rows), a `datasets.Dataset`, a pandas or polars frame, or an arrow table. The libraries are
            recognised by their objects, never imported for it. An iterator that can be walked only once is kept in
            memory.
        columns: our column name -> the name it has there.
        limit: the number of rows to stop after.
        name: what the keys of rows in memory begin with.

    Raises:
        UsageError: the object is none of these.
    """
    if isinstance(data, Source):
        return Source(data.location, data.read, data.identify, {**data.columns, **(columns or {})}, limit or data.limit)
    if isinstance(data, str | Path):
        return open_source(data, columns=columns, limit=limit)
    check_limit(limit)
    read = _reader(data, name)
    return Source(name, read, lambda: _hash(read()), dict(columns or {}), limit)


def _reader(data: Any, name: str) -> Callable[[], Iterator[Entry]]:
    libraries = {base.__module__.partition(".")[0] for base in type(data).__mro__}
    kind = type(data).__name__
    if "datasets" in libraries:
        return _dataset_reader(data, name)
    if "polars" in libraries and kind in {"DataFrame", "LazyFrame"}:
        frame = data.collect() if kind == "LazyFrame" else data
        return lambda: _plain_rows(frame.iter_rows(named=True), name)
    if "pandas" in libraries and hasattr(data, "iloc") and hasattr(data, "columns"):
        return lambda: _plain_rows(_pandas_rows(data), name)
    if "pyarrow" in libraries and hasattr(data, "to_batches"):
        return lambda: rows_of_batches(data.to_batches(max_chunksize=BATCH), name)
    if isinstance(data, Iterable) and not isinstance(data, Mapping | bytes):
        rows = list(data) if iter(data) is data else data
        return lambda: _plain_rows(rows, name)
    message = f"a {type(data).__module__}.{kind} is not data that rows can be taken from."
    raise UsageError(message, hint="Give a path, a list of dicts, a datasets.Dataset, or a pandas or polars frame.")


def _dataset_reader(data: Any, name: str) -> Callable[[], Iterator[Entry]]:
    if isinstance(data, Mapping):
        splits = ", ".join(map(str, data))
        message = f"a {type(data).__name__} has several splits: {splits}."
        raise UsageError(message, hint="Hand over one of them, such as data['train'].")
    if hasattr(data, "with_format") and hasattr(data, "num_rows"):
        return lambda: rows_of_batches(data.with_format("arrow").iter(batch_size=BATCH), name)
    return lambda: _plain_rows(data, name)


def _pandas_rows(frame: Any) -> Iterator[dict[str, Any]]:
    for start in range(0, len(frame), BATCH):
        yield from map(missing_as_none, frame.iloc[start : start + BATCH].to_dict("records"))


def _plain_rows(rows: Iterable[Any], name: str) -> Iterator[Entry]:
    for number, row in enumerate(rows, 1):
        key = f"{name}:{number}"
        if isinstance(row, SourceRow | Unreadable):
            yield row
        elif isinstance(row, Record):
            yield plain_row(key, row.content)
        elif isinstance(row, Mapping):
            yield plain_row(key, row)
        else:
            try:
                as_object(row)
            except ValueError as error:
                yield Unreadable(key, str(error))


def _hash(entries: Iterator[Entry]) -> str:
    whole = hashlib.blake2b(b"rows-1", digest_size=16)
    while chunk := list(islice(entries, BATCH)):
        for entry in chunk:
            content = entry.fields if isinstance(entry, SourceRow) else entry.message
            line = canonical_json([entry.key, content])
            whole.update(b"%d:" % len(line))
            whole.update(line)
    return whole.hexdigest()

"""A JSON document as rows: a list of objects, an object of columns, or an object with the rows inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...core import SourceRow
from ...core.errors import SourceError, UsageError
from .files import open_bytes
from .parse import as_object, check_writable, parse_json
from .row import DataFile, Entry, Unreadable

# Members that hold the rows by convention, where an object has several lists of objects.
_USUAL = ("data", "rows", "examples", "instances", "items", "records", "train")


def read_json_document(file: DataFile) -> Iterator[Entry]:
    """Yield the rows of one JSON document, which is loaded whole; keys end in the row's 1-based number.

    Shapes: a list of objects; an object whose members are lists of one length and no objects (columns); an object
    with one list of objects, or one by a usual name ("data", "examples" ...); an object of objects (one row each,
    the member's name in the column `key` unless it has one); any other object is a single row.

    Raises:
        SourceError: the document is not JSON.
        UsageError: it is an object with several lists of objects and no way to tell which is meant.
    """
    with open_bytes(file.path) as opened:
        data = opened.read()
    if not data.strip():
        return
    try:
        value = _parse(data)
    except ValueError as error:
        message = f"{file.path}: {error}."
        raise SourceError(message, hint="If it holds one object a line, name it .jsonl.") from None
    del data
    for number, element in enumerate(_elements(value, file), 1):
        key = f"{file.name}:{number}"
        try:
            fields = as_object(element)
            check_writable(fields)
            yield SourceRow(key, fields)
        except ValueError as error:
            yield Unreadable(key, str(error))


def _parse(data: bytes) -> Any:
    import json

    import orjson

    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        # A text with half a surrogate pair costs its own row only: that is found row by row.
        return json.loads(data)
    except (ValueError, RecursionError):
        return parse_json(data)


def _elements(value: Any, file: DataFile) -> Iterable[Any]:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        message = f"{file.path} holds neither a list nor an object, so there are no rows in it."
        raise SourceError(message)
    lists = {name: member for name, member in value.items() if isinstance(member, list)}
    if lists and len(lists) == len(value):
        columns = _columns(lists)
        if columns is not None:
            return columns
    of_objects = [name for name, member in lists.items() if member and isinstance(member[0], dict)]
    if of_objects:
        usual = [name for name in _USUAL if name in of_objects]
        if len(of_objects) > 1 and not usual:
            message = f"{file.path} is an object with several lists of objects: {', '.join(of_objects)}."
            raise UsageError(message, hint="Save the one you want as a file of its own.")
        rows: list[Any] = lists[usual[0] if usual else of_objects[0]]
        return rows
    if value and all(isinstance(member, dict) for member in value.values()):
        return ({"key": name, **member} for name, member in value.items())
    return [value]


def _columns(lists: dict[str, list[Any]]) -> Iterable[dict[str, Any]] | None:
    if len({len(cells) for cells in lists.values()}) != 1:
        return None
    if all(cells and isinstance(cells[0], dict) for cells in lists.values()):
        return None
    names = list(lists)
    return (dict(zip(names, cells, strict=True)) for cells in zip(*lists.values(), strict=True))

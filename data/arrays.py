"""Arrow arrays from Python values, straight from their buffers.

`pyarrow.array` would do, but it imports pandas on its first call, which costs every run a fifth of a second and 40 MB.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain
from typing import Any

from ..core import canonical_json
from .shape import NULL, Shape, arrow_type, readable, shape_of


def arrow_array(values: Sequence[Any], shape: Shape) -> Any:
    """The values as a pyarrow array of `arrow_type(shape)`.

    Args:
        values: JSON-like values that `shape` was found for; places of shape json become JSON text, and half a
            surrogate pair in a text becomes the replacement character.
        shape: the column's shape.
    """
    import pyarrow as pa

    children: list[Any] | None = None
    buffers: list[Any]
    if shape.is_json:
        buffers = _texts([b"" if value is None else canonical_json(value) for value in values])
    elif shape.kind == "list":
        offsets = array("i", accumulate((len(value) if value else 0 for value in values), initial=0))
        buffers = [pa.py_buffer(offsets)]
        children = [arrow_array(list(chain.from_iterable(filter(None, values))), shape.element or NULL)]
    elif shape.kind == "struct":
        buffers = []
        children = [
            arrow_array([value.get(name) if value else None for value in values], member)
            for name, member in shape.fields.items()
        ]
    elif shape.kind == "bool":
        buffers = [_bits([value is True for value in values])]
    elif shape.kind in ("int", "long"):
        buffers = [pa.py_buffer(array("q", [value or 0 for value in values]))]
    elif shape.kind == "float":
        buffers = [pa.py_buffer(array("d", [0.0 if value is None else value for value in values]))]
    else:
        buffers = _text_buffers([value or "" for value in values])
    present = _bits([value is not None for value in values]) if None in values else None
    return pa.Array.from_buffers(arrow_type(shape), len(values), [present, *buffers], children=children)


def arrow_table(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Rows of JSON-like values as a pyarrow table: one column for every name, null where a row lacks it."""
    import pyarrow as pa

    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = [[row.get(name) for row in rows] for name in names]
    return pa.table([arrow_array(column, shape_of(column)) for column in columns], names=list(map(readable, names)))


def _text_buffers(texts: list[str]) -> list[Any]:
    import pyarrow as pa

    joined = "".join(texts)
    if joined.isascii():
        return [pa.py_buffer(array("i", accumulate(map(len, texts), initial=0))), pa.py_buffer(joined.encode("ascii"))]
    try:
        return _texts([text.encode("utf-8") for text in texts])
    except UnicodeEncodeError:
        return _texts([readable(text).encode("utf-8") for text in texts])


def _texts(texts: list[bytes]) -> list[Any]:
    import pyarrow as pa

    return [pa.py_buffer(array("i", accumulate(map(len, texts), initial=0))), pa.py_buffer(b"".join(texts))]


def _bits(flags: list[bool]) -> Any:
    import numpy as np
    import pyarrow as pa

    return pa.py_buffer(np.packbits(np.array(flags, dtype=np.bool_), bitorder="little"))

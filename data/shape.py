"""The shape of JSON-like columns: found over all rows, so that each becomes one type of a Parquet file.

pyarrow guesses from the first values and then converts the rest silently (1.5 after a few whole numbers becomes 1),
so the guess is ours and looks at every value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal

MOST_FIELDS = 500
"""A struct with more different fields than this is a map in disguise, and is stored as JSON text."""
_EXACT = 1 << 53
_LONG = 1 << 63


@dataclass(frozen=True, slots=True)
class Shape:
    """What the values of a column have in common."""

    kind: Literal["null", "bool", "int", "long", "float", "text", "list", "struct", "json"]
    """int: whole numbers that a float holds exactly; long: up to 64 bits; json: no common type, stored as text."""
    fields: Mapping[str, Shape] = field(default_factory=dict)
    """kind struct: the union of the fields of all values."""
    element: Shape | None = None
    """kind list: what all elements of all values have in common."""

    @property
    def is_json(self) -> bool:
        """Whether the values are stored as JSON text: no common type, or structs that never have a field."""
        return self.kind == "json" or (self.kind == "struct" and not self.fields)


NULL = Shape("null")
JSON = Shape("json")
_SCALARS = {bool: Shape("bool"), float: Shape("float"), str: Shape("text")}
_NUMBERS = {("int", "long"): Shape("long"), ("int", "float"): Shape("float")}


def shape_of(values: Iterable[Any]) -> Shape:
    """The common shape of JSON-like values.

    Args:
        values: None, bool, int, float, str, and lists and dicts of these; other types count as json.
    """
    values = values if isinstance(values, list) else list(values)
    shape = NULL
    for kind in set(map(type, values)):
        shape = merge(shape, _of_kind(kind, values))
    return shape


def merge(one: Shape, other: Shape) -> Shape:
    """The shape that holds the values of both; `json` where there is none."""
    if one == other or other.kind == "null":
        return one
    if one.kind == "null":
        return other
    if one.kind == other.kind == "list":
        return Shape("list", element=merge(one.element or NULL, other.element or NULL))
    if one.kind == other.kind == "struct":
        fields = dict(one.fields)
        for name, member in other.fields.items():
            fields[name] = merge(fields.get(name, NULL), member)
        return Shape("struct", fields) if len(fields) <= MOST_FIELDS else JSON
    return _NUMBERS.get((one.kind, other.kind)) or _NUMBERS.get((other.kind, one.kind)) or JSON


def arrow_type(shape: Shape) -> Any:
    """The pyarrow type of a column of this shape; nothing but nulls, and structs without fields, become text."""
    import pyarrow as pa

    if shape.kind == "list":
        return pa.list_(arrow_type(shape.element or NULL))
    if shape.kind == "struct" and shape.fields:
        return pa.struct([pa.field(readable(name), arrow_type(member)) for name, member in shape.fields.items()])
    plain = {"bool": pa.bool_(), "int": pa.int64(), "long": pa.int64(), "float": pa.float64()}
    return plain.get(shape.kind, pa.string())


def json_paths(path: str, shape: Shape) -> Iterator[str]:
    """The places stored as JSON text: "seed.meta", "turns[].value"."""
    if shape.is_json:
        yield path
    elif shape.kind == "list":
        yield from json_paths(f"{path}[]", shape.element or NULL)
    else:
        for name, member in shape.fields.items():
            yield from json_paths(f"{path}.{name}", member)


def readable(value: Any) -> Any:
    """A value whose texts are valid Unicode: half a surrogate pair becomes the replacement character."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {readable(name): readable(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [readable(member) for member in value]
    return value


def _of_kind(kind: type, values: list[Any]) -> Shape:
    """The shape of those of the values that are of one Python type."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    if kind is type(None):
        return NULL
    if kind is int:
        numbers = [value for value in values if type(value) is int]
        low, high = min(numbers), max(numbers)
        if low >= -_EXACT and high <= _EXACT:
            return Shape("int")
        return Shape("long") if low >= -_LONG and high < _LONG else JSON
    if kind is list or kind is tuple:
        return Shape("list", element=shape_of(chain.from_iterable(v for v in values if type(v) is kind)))
    if kind is dict:
        structs = [value for value in values if type(value) is dict]
        names = dict.fromkeys(chain.from_iterable(structs))
        if len(names) > MOST_FIELDS or not all(type(name) is str for name in names):
            return JSON
        return Shape("struct", {name: shape_of([struct.get(name) for struct in structs]) for name in names})
    return JSON

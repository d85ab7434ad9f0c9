"""Putting a new text into a row of whatever shape it came in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...data.sources import checked_fields

Path = tuple[Any, ...]
_DEEPEST = 8


def with_text(fields: Mapping[str, Any], name: str, old: str, new: str) -> dict[str, Any] | None:
    """The row with another text in the place of its instruction or output, wherever that stands.

    Args:
        fields: the row's own columns: pairs under any names, messages, a record.
        name: "instruction" or "output".
        old: the text that checks see under that name.
        new: the text that they are to see.

    Returns:
        None if the text has no place of its own there; everything else is as it was.
    """
    before = checked_fields(fields)
    if before is None:
        return None
    places = list(_places(fields, old))
    # Of a conversation the answer is the last such text, the question the first.
    for path in reversed(places) if name == "output" else places:
        made: dict[str, Any] = _replaced(fields, path, new)
        after = checked_fields(made)
        if after is not None and after.get(name) == new and _same(before, after, name):
            return made
    return None


def _same(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    """Whether nothing else has changed; the turns hold the text as well."""
    rest = {key for key in (*before, *after) if key not in (name, "messages")}
    return all(before.get(key) == after.get(key) for key in rest)


def _places(value: Any, old: str, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, str):
        if value == old:
            yield path
    elif len(path) < _DEEPEST:
        if isinstance(value, Mapping):
            for key, one in value.items():
                yield from _places(one, old, (*path, key))
        elif isinstance(value, list):
            for at, one in enumerate(value):
                yield from _places(one, old, (*path, at))


def _replaced(value: Any, path: Path, new: str) -> Any:
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {key: _replaced(one, rest, new) if key == head else one for key, one in value.items()}
    return [_replaced(one, rest, new) if at == head else one for at, one in enumerate(value)]

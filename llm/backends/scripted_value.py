"""A small value that follows a JSON Schema, filled with given words: what the scripted model says where no rule does.

Types, enums, references, alternatives, required names, lengths, ranges, multiples, unique items and the common formats
are followed; patterns, `not`, `if` and `contains` are not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

_FORMATS = {
    "date": "2024-01-31",
    "date-time": "2024-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT5M",
    "email": "amber@example.org",
    "uri": "https://example.org/amber",
    "uuid": "3f2c8a54-6b1d-4c7e-9a0b-5d4e3c2b1a00",
}
_LARGER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_SMALLER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_IMPLIED = {
    "object": ("properties", "required", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_SPARE_TRIES = 100


class _NoValueError(Exception):
    """Nothing finite follows this part of the schema."""


def value_for(schema: Mapping[str, Any], words: Sequence[str]) -> Any:
    """A value that follows `schema`.

    Args:
        schema: JSON Schema; references point into it.
        words: eight words to fill texts with; other words give another value.

    Returns:
        plain data; None where nothing finite follows the schema.
    """
    try:
        return _value(schema, schema, words, 0, frozenset())
    except _NoValueError:
        return None


def _value(schema: Any, root: Mapping[str, Any], words: Sequence[str], nth: int, refs: frozenset[str]) -> Any:
    """`nth` varies the value, for items that must differ; `refs` are the references on the way here."""
    if schema is False:
        raise _NoValueError
    if schema is True:
        schema = {}
    if "$ref" in schema:
        ref = str(schema["$ref"])
        if ref in refs:
            raise _NoValueError
        beside = {k: v for k, v in schema.items() if k != "$ref"}
        return _value(_merged(_target(root, ref), beside), root, words, nth, refs | {ref})
    if "allOf" in schema:
        whole: Any = {k: v for k, v in schema.items() if k != "allOf"}
        for part in schema["allOf"]:
            while isinstance(part, Mapping) and "$ref" in part:
                ref = str(part["$ref"])
                if ref in refs:
                    raise _NoValueError
                refs |= {ref}
                part = _merged(_target(root, ref), {k: v for k, v in part.items() if k != "$ref"})  # noqa: PLW2901
            whole = _merged(part, whole)
        return _value(whole, root, words, nth, refs)
    if "const" in schema:
        return schema["const"]
    if "default" in schema and not nth:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][(len(words[0]) + nth) % len(schema["enum"])]
    for word in ("anyOf", "oneOf"):
        if schema.get(word):
            beside = {k: v for k, v in schema.items() if k != word}
            return _first(schema[word], beside, root, words, nth, refs)
    return _of_type(schema, root, words, nth, refs)


def _first(
    options: Sequence[Any],
    beside: Mapping[str, Any],
    root: Mapping[str, Any],
    words: Sequence[str],
    nth: int,
    refs: frozenset[str],
) -> Any:
    for option in options:
        try:
            return _value(_merged(option, beside), root, words, nth, refs)
        except _NoValueError:
            continue
    raise _NoValueError


def _of_type(
    schema: Mapping[str, Any], root: Mapping[str, Any], words: Sequence[str], nth: int, refs: frozenset[str]
) -> Any:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if kind is None:
        kind = next((k for k, signs in _IMPLIED.items() if any(s in schema for s in signs)), "string")
    if kind == "object":
        return _object(schema, root, words, nth, refs)
    if kind == "array":
        return _array(schema, root, words, nth, refs)
    if kind in ("integer", "number"):
        return _number(schema, whole=kind == "integer", nth=nth)
    if kind == "boolean":
        return nth % 2 == 0
    return None if kind == "null" else _text(schema, words, nth)


def _object(
    schema: Mapping[str, Any], root: Mapping[str, Any], words: Sequence[str], nth: int, refs: frozenset[str]
) -> dict[str, Any]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    required = schema.get("required", [])
    words = [*words[1:], words[0]]
    found: dict[str, Any] = {}
    for name in [*known, *(n for n in required if n not in known)]:
        try:
            found[name] = _value(known.get(name, others), root, words, nth, refs)
        except _NoValueError:
            if name in required:
                raise
    optional = [name for name in found if name not in required]
    for name in optional[::-1][: max(0, len(found) - schema.get("maxProperties", len(found)))]:
        del found[name]
    for number in range(schema.get("minProperties", 0) - len(found)):
        found[f"{words[0]}_{number}"] = _value(others, root, words, nth, refs)
    return found


def _array(
    schema: Mapping[str, Any], root: Mapping[str, Any], words: Sequence[str], nth: int, refs: frozenset[str]
) -> list[Any]:
    first, rest = schema.get("prefixItems", []), schema.get("items", True)
    least = int(schema.get("minItems", 0))
    length = max(least, min(max(1, len(first)), int(schema.get("maxItems", math.inf if first else 1))) if True else 0)
    return []

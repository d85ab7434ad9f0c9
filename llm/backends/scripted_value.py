"""A small value that follows a JSON Schema, filled with given words: what the scripted model says where no rule does.

Types, enums, references, alternatives, required names, lengths, ranges, multiples, unique items and the common formats
are followed; patterns, `not`, `if` and `contains` are not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import unquote

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
    schema, refs = _resolved(schema, root, refs)
    if schema is False:
        raise _NoValueError
    if "allOf" in schema:
        whole: Any = {k: v for k, v in schema.items() if k != "allOf"}
        for part in schema["allOf"]:
            resolved, refs = _resolved(part, root, refs)
            whole = _merged(resolved, whole)
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


def _resolved(schema: Any, root: Mapping[str, Any], refs: frozenset[str]) -> tuple[Any, frozenset[str]]:
    """The schema with its reference followed; one that was followed before leads nowhere."""
    if schema is True:
        return {}, refs
    while isinstance(schema, Mapping) and "$ref" in schema:
        ref = str(schema["$ref"])
        if ref in refs:
            raise _NoValueError
        refs |= {ref}
        schema = _merged(_target(root, ref), {k: v for k, v in schema.items() if k != "$ref"})
    return schema, refs


def _target(root: Any, ref: str) -> Any:
    for part in ref.removeprefix("#").split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        root = root[int(name)] if isinstance(root, list) else root[name]
    return root


def _merged(one: Any, other: Any) -> Any:
    """A schema that asks for what both ask for."""
    if one is False or other is False:
        return False
    if one is True or other is True:
        return one if other is True else other
    both = {**one, **other}
    for word in one.keys() & other.keys():
        a, b = one[word], other[word]
        if word in _LARGER or word in _SMALLER:
            both[word] = max(a, b) if word in _LARGER else min(a, b)
        elif word in ("required", "allOf"):
            both[word] = [*a, *(entry for entry in b if entry not in a)]
        elif word == "properties":
            both[word] = {**a, **b, **{name: {"allOf": [a[name], b[name]]} for name in a if name in b}}
        elif word == "enum":
            both[word] = [value for value in a if value in b]
    return both


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
    wanted = min(max(1, least, len(first)), schema.get("maxItems", math.inf))
    unique = schema.get("uniqueItems", False)
    items: list[Any] = []
    seen: list[str] = []
    tries = 0
    while len(items) < wanted and tries < wanted + _SPARE_TRIES:
        at = len(items)
        turned = [*words[tries % 8 :], *words[: tries % 8]]
        try:
            sub = first[at] if at < len(first) else rest
            item = _value(sub, root, turned, nth + (tries if unique else 0), refs)
        except _NoValueError:
            if at < least:
                raise
            break
        tries += 1
        if unique and repr(item) in seen:
            continue
        items.append(item)
        seen.append(repr(item))
    return items


def _number(schema: Mapping[str, Any], *, whole: bool, nth: int) -> int | float:
    """The least number of the range (1 where it has no lower end), or one above it for each `nth`."""
    low, over = _end(schema, "minimum", "exclusiveMinimum", max)
    high, under = _end(schema, "maximum", "exclusiveMaximum", min)
    if whole or "multipleOf" in schema:
        step = _exact(schema.get("multipleOf", 1))
        value = _on_grid(Fraction(step.numerator) if whole else step, low, over, high, under, nth)
    else:
        value = _in_range(low, over, high, under, nth)
    return int(value) if value.denominator == 1 else float(value)


def _exact(number: float) -> Fraction:
    return Fraction(str(number))


def _end(
    schema: Mapping[str, Any], closed: str, opened: str, tighter: Callable[[Fraction, Fraction], Fraction]
) -> tuple[Fraction | None, bool]:
    """One end of the range, and whether it is outside of it."""
    ends = {word: _exact(schema[word]) for word in (closed, opened) if word in schema}
    if len(ends) < 2:
        return next(iter(ends.values()), None), opened in ends
    end = tighter(ends[closed], ends[opened])
    return end, end == ends[opened]


def _on_grid(
    step: Fraction, low: Fraction | None, over: bool, high: Fraction | None, under: bool, nth: int
) -> Fraction:
    last = None
    if high is not None:
        last = high // step
        last -= under and last * step == high
    if low is not None:
        first = -(-low // step)
        first += over and first * step == low
    else:
        first = -(-1 // step)
        first = first if last is None else min(first, last)
    if last is None:
        return (first + nth) * step
    if first > last:
        raise _NoValueError
    return (first + nth % (last - first + 1)) * step


def _in_range(low: Fraction | None, over: bool, high: Fraction | None, under: bool, nth: int) -> Fraction:
    if low is None:
        start = Fraction(1)
        if high is not None and (start > high or (start == high and under)):
            start = high - 1 if under else high
    elif high is not None and (low > high or (low == high and (over or under))):
        raise _NoValueError
    elif over:
        start = low + 1 if high is None or low + 1 < high else (low + high) / 2
    else:
        start = low
    return start + nth if high is None else start + (high - start) * nth / (nth + 1)


def _text(schema: Mapping[str, Any], words: Sequence[str], nth: int) -> str:
    text = _FORMATS.get(str(schema.get("format")))
    if text is not None:
        return text
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    if most is not None and least > most:
        raise _NoValueError
    text = " ".join(words)
    if nth >= len(words):
        text = f"{nth} {text}"
    while len(text) < least:
        text = f"{text} {' '.join(words)}"
    return text if most is None else text[: int(most)]

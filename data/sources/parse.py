"""One JSON value from bytes, with a message a person can use when it is none."""

from __future__ import annotations

import json
from typing import Any

import orjson

# Fewer brackets than this cannot nest deeper than any writer of JSON can follow.
_SHALLOW = 200


def parse_json(data: bytes) -> Any:
    """Read one JSON value. NaN and Infinity are taken, as many tools write them.

    Whatever is returned can be written as JSON again.

    Args:
        data: UTF-8 text.

    Raises:
        ValueError: it is not UTF-8, not JSON, nested too deeply, or holds half of a surrogate pair; the message
            says which, and where.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _parse_slowly(data)
    if data.count(b"[") + data.count(b"{") > _SHALLOW:
        check_writable(value)
    return value


def parse_object(data: bytes) -> dict[str, Any]:
    """Read one JSON object.

    Raises:
        ValueError: as `parse_json`, or the value is not an object.
    """
    return as_object(parse_json(data))


def as_object(value: Any) -> dict[str, Any]:
    """Hand on a JSON value if it is an object.

    Raises:
        ValueError: it is something else; the message says what.
    """
    if isinstance(value, dict):
        return value
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    message = f"it is {names.get(type(value), 'null')}, not an object"
    raise ValueError(message)


def check_writable(value: Any) -> None:
    """Check that a value can be written as JSON in UTF-8.

    Raises:
        ValueError: it is nested too deeply, or has a text that is not valid Unicode, or a number of over 64 bits.
    """
    try:
        orjson.dumps(value)
    except TypeError as error:
        text = str(error)
        if "surrogate" in text:
            message = "it holds half of a surrogate pair, which is no character"
        elif "ecursion" in text:
            message = "it is nested too deeply"
        else:
            message = f"it cannot be written as JSON again ({text})"
        raise ValueError(message) from None


def _parse_slowly(data: bytes) -> Any:
    try:
        value = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at position {error.start}"
        raise ValueError(message) from None
    except json.JSONDecodeError as error:
        where = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
        message = f"not valid JSON: {error.msg} at {where}"
        raise ValueError(message) from None
    except RecursionError:
        message = "it is nested too deeply"
        raise ValueError(message) from None
    check_writable(value)
    return value

"""Values of Python and of table formats as plain JSON values."""

from __future__ import annotations

import base64
import datetime
import math
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any
from uuid import UUID

_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """Turn a value into what JSON can hold.

    Dates and times become ISO 8601 text, durations seconds, decimals text; bytes become their text if they are
    UTF-8, else base64; arrays and their scalars become lists and numbers.

    Raises:
        ValueError: the value is of a type that has no such form.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(member) for member in value]
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    if kind.__name__ in {"NAType", "NaTType"}:
        return None
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal | UUID | PurePath):
        return str(value)
    return _number_or_array(value)


def _number_or_array(value: Any) -> Any:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    to_list = getattr(value, "tolist", None)
    if to_list is None:
        message = f"it holds a {type(value).__name__}, which has no JSON form"
        raise ValueError(message)
    listed = to_list()
    return listed if type(listed) is type(value) else plain(listed)


def missing_as_none(fields: dict[str, Any]) -> dict[str, Any]:
    """Replace NaN by null, for tables that mark missing cells so."""
    return {name: None if isinstance(cell, float) and math.isnan(cell) else cell for name, cell in fields.items()}

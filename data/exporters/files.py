"""Writing many objects as one file, streaming, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..atomic import writing
from ..rows import json_line


def write_json_lines(items: Iterable[Mapping[str, Any]], path: Path) -> Path:
    """Write one object a line and return the path."""
    import jsonlines

    with writing(path) as file, jsonlines.Writer(file, dumps=_one_line) as lines:
        lines.write_all(items)
    return path


def _one_line(item: Mapping[str, Any]) -> bytes:
    return json_line(item).rstrip(b"\n")


def write_json_list(items: Iterable[Mapping[str, Any]], path: Path) -> Path:
    """Write one JSON list, an element a line, and return the path."""
    with writing(path) as file:
        before = b"[\n"
        for item in items:
            file.write(before + json_line(item).rstrip(b"\n"))
            before = b",\n"
        file.write(b"\n]\n" if before == b",\n" else b"[]\n")
    return path

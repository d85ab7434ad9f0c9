"""Lines of the JSONL files that a run leaves, and how many of them are looked at for its report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

REPORTED = 500
"""Lines of each list that the report embeds."""
MEASURED = 2000
"""Kept rows that diversity is measured on, from the first on."""


def lines(path: Path, most: int | None = None) -> Iterator[dict[str, Any]]:
    """The lines of one of the run's own JSONL files; nothing if it is not there."""
    if not path.exists():
        return
    import jsonlines

    with path.open("rb") as opened, jsonlines.Reader(opened, loads=orjson.loads) as reader:
        yield from islice(reader, most)

"""The table: one line per tool and job, as markdown, between two marks of a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table."""
    rows = [list(head), ["---"] * len(head), *map(list, lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def span(values: Sequence[float], digits: int = 1) -> str:
    """The median, and in square brackets the lowest and the highest."""
    ordered = sorted(values)
    text = f"{ordered[len(ordered) // 2]:,.{digits}f}"
    return text if len(ordered) == 1 else f"{text} [{ordered[0]:,.{digits}f}, {ordered[-1]:,.{digits}f}]"


def put(path: Path, name: str, text: str) -> None:
    """Write a text between the marks `<!-- name -->` and `<!-- end name -->` of a file.

    Raises:
        ValueError: the file has no such marks.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    whole = path.read_text(encoding="utf-8")
    before, found, rest = whole.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        message = f"{path} has no marks {begin} and {end}"
        raise ValueError(message)
    path.write_text(f"{before}{begin}\n{text}{end}{after}", encoding="utf-8")

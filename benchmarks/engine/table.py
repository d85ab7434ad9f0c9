"""The table: one line per figure, one column per client, as markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BEGIN, END = "<!-- engine -->", "<!-- end -->"


@dataclass(frozen=True)
class Line:
    """One figure of all clients."""

    what: str
    goal: str
    cells: Mapping[str, str]
    """Client -> text; a client that is not named was not measured."""
    ratios: Mapping[str, float] = field(default_factory=dict)
    """Client -> times the bare loop's, where that means something."""


def markdown(lines: Sequence[Line], clients: Sequence[str]) -> str:
    """All lines, with the ratio to the bare loop in brackets."""
    goals = any(line.goal for line in lines)
    head = ["", *clients, *(["goal for corpusmith"] if goals else [])]
    rows = [head, ["---"] * len(head)]
    for line in lines:
        cells = []
        for client in clients:
            cell = line.cells.get(client, "-")
            if client in line.ratios:
                cell += f" ({line.ratios[client]:.2f}x)"
            cells.append(cell)
        rows.append([line.what, *cells, *([line.goal] if goals else [])])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def put(path: Path, text: str, marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Write the text between two marks of a file.

    Raises:
        ValueError: the file has no such marks.
    """
    begin_mark, end_mark = marks
    whole = path.read_text()
    before, begin, rest = whole.partition(begin_mark)
    _, end, after = rest.partition(end_mark)
    if not begin or not end:
        message = f"{path} has no marks {begin_mark} and {end_mark}"
        raise ValueError(message)
    path.write_text(f"{before}{begin}\n{text}{end}{after}")

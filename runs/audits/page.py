"""The report of an audit of patterns: which rows are on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...quality import Row
from ...quality.patterns import PatternReport
from ...reporting.patterns import BrowsedRow, PatternMaterial, RowList, write_pattern_report
from .stored import Stored

MOST = 1500
"""Rows of a list that the page holds at most."""
_OF_EACH = 40
"""Rows of each pattern, at first."""
_PLAIN = 60
SHOWN = ("instruction", "input", "output")
Mark = tuple[str, tuple[int, int], str]
"""Name of what is shown, span in it, and the pattern's id."""


def audit_page(path: Path, result: Mapping[str, Any], report: PatternReport, data: Stored) -> None:
    """Write the page of an audit.

    Args:
        path: report.html.
        result: audit.json.
        report: what was found.
        data: the rows.
    """
    write_pattern_report(path, PatternMaterial(result, [flagged_rows(report, data), plain_rows(report, data)]))


def flagged_rows(report: PatternReport, data: Stored) -> RowList:
    """Rows with patterns: some of every pattern, spread evenly over the set, and the patterns' places in them."""
    chosen = _chosen(report)
    marks: dict[int, list[Mark]] = {row: [] for row in chosen}
    for row, mark in _places(report, chosen):
        marks[row].append(mark)
    rows = [browsed(row, marks[row.index]) for row in data.read(chosen)]
    return RowList("flagged", "With a pattern", report.flagged, rows, "verdicts.parquet", "No row carries a pattern.")


def plain_rows(report: PatternReport, data: Stored) -> RowList:
    """Some rows without a pattern, spread evenly over the set."""
    carriers = report.places.row_ids
    free = [at for at in range(len(data.store)) if at not in carriers and at not in data.failed]
    rows = [browsed(row) for row in data.read(spread(free, _PLAIN))]
    return RowList("plain", "Without", len(free), rows, "the data itself", "Every row carries a pattern.")


def browsed(row: Row, marks: Iterable[Mark] = (), note: str = "") -> BrowsedRow:
    """A row as the page shows it."""
    marks = list(marks)
    spans: dict[str, list[tuple[int, int]]] = {}
    for name, span, _ in marks:
        spans.setdefault(name, []).append(span)
    return BrowsedRow(row.index, row.id, _shown(row), spans, [pattern for _, _, pattern in marks], note)


def _shown(row: Row) -> dict[str, str]:
    """What is shown of a row: question, input if there is one, answer, and further turns by number."""
    found = {name: row.text(name) for name in SHOWN if row.text(name) or name != "input"}
    turns = row.fields.get("messages")
    for at, turn in enumerate(turns if isinstance(turns, Sequence) and not isinstance(turns, str) else ()):
        if turn["content"]:
            found[place_name(f"messages:{turn['role']}", at)] = turn["content"]
    return found


def place_name(field: str, turn: int | None) -> str:
    """What a text is called on the page: a column, or a turn; `field` is a pattern's, with the speaker."""
    column, _, speaker = field.partition(":")
    return column if turn is None else f"turn {turn + 1} ({speaker})"


def spread(rows: Sequence[int], most: int) -> list[int]:
    """At most so many rows, evenly."""
    if len(rows) <= most:
        return list(rows)
    if most <= 0:
        return []
    return [rows[at * len(rows) // most] for at in range(most)]


def _chosen(report: PatternReport) -> list[int]:
    import numpy as np

    room, chosen = MOST, set[int]()
    each = max(2, min(_OF_EACH, MOST // max(len(report.patterns), 1)))
    held = [np.unique(report.places.row[report.places.pattern == n]).tolist() for n in range(len(report.patterns))]
    for rows in held:
        chosen.update(spread(rows, each)[: max(0, room - len(chosen))])
    # What room is left goes to the most frequent patterns.
    for rows in held:
        chosen.update(spread([row for row in rows if row not in chosen], max(0, room - len(chosen))))
    return sorted(chosen)


def _places(report: PatternReport, rows: Sequence[int]) -> Iterator[tuple[int, Mark]]:
    """Every place of some rows."""
    import numpy as np

    at = report.places
    held = np.flatnonzero(np.isin(at.row, np.array(rows, dtype=np.int64)))
    columns = (at.row, at.pattern, at.turn, at.start, at.end)
    for row, pattern, turn, start, end in zip(*(column[held].tolist() for column in columns), strict=True):
        one = report.patterns[pattern]
        yield row, (place_name(one.field, None if turn < 0 else turn), (start, end), one.id)

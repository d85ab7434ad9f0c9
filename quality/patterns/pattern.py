"""What a search for patterns says: the patterns, and which row carries which of them where."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.verdict import Verdict
from .spotted import Kind, Where

if TYPE_CHECKING:
    import numpy as np

PATTERN_BAR = 0.0
"""A verdict's value is the share of the set's rows that carry the pattern; any is above this bar."""


@dataclass(frozen=True, slots=True)
class Example:
    """A row that carries a pattern."""

    row: int
    """0-based position in the input."""
    row_id: str
    field: str
    turn: int | None
    """Number of the turn; None for a column of text."""
    span: tuple[int, int]
    """In characters of the text."""
    excerpt: str
    """The text around the span, cut to a few words on both sides."""
    highlight: tuple[int, int]
    """The span in characters of the excerpt."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something that more rows share than chance, or than people, would have it."""

    id: str
    """The same for the same pattern of the same field in any set."""
    kind: Kind
    field: str
    """The column; of turns with speakers "column:speaker"."""
    where: Where
    text: str
    """The wording, slots marked by {…} and numbers by {number}; wordings that stand for each other parted by " | "."""
    support: int
    """Rows that carry it."""
    rows: int
    """Rows that have the field."""
    reference_support: int | None
    """Rows of the reference that carry it; None without a reference. Where counts stand for one: so many at most."""
    reference_rows: int | None
    """Rows of the reference that have the field."""
    lift: float | None
    """How many times more frequent than in the reference, which counts for half a row at least."""
    z: float | None
    """Of the log-odds ratio with an informative Dirichlet prior."""
    q: float | None
    """Expected share of false ones among patterns that are as sure or surer; None without a reference."""
    examples: tuple[Example, ...] = ()

    @property
    def check(self) -> str:
        """Name under which rows are told: pattern.edge, pattern.phrase ..."""
        return f"pattern.{self.kind}"

    @property
    def share(self) -> float:
        """Share of the rows that carry it."""
        return self.support / self.rows if self.rows else 0.0

    @property
    def reference_share(self) -> float | None:
        """Share of the reference's rows that carry it."""
        if self.reference_support is None or not self.reference_rows:
            return None
        return self.reference_support / self.reference_rows


class Hit(NamedTuple):
    """A place where a row carries a pattern."""

    row: int
    """0-based position in the input."""
    row_id: str
    pattern: str
    """The pattern's id."""
    check: str
    field: str
    """The column, without a speaker."""
    turn: int | None
    span: tuple[int, int]
    """In characters of the text as it stands."""

    @property
    def evidence(self) -> dict[str, Any]:
        """For a verdict: where it was found, and which pattern it is."""
        found: dict[str, Any] = {"field": self.field, "span": list(self.span), "rule": self.pattern}
        return found if self.turn is None else {**found, "turn": self.turn}


@dataclass(frozen=True, slots=True)
class Hits:
    """All places, in order of rows, in arrays of one length: a set may have millions."""

    row: np.ndarray
    """int64."""
    pattern: np.ndarray
    """int32: position of the pattern."""
    turn: np.ndarray
    """int32; -1 for a column of text."""
    start: np.ndarray
    """int32, in characters."""
    end: np.ndarray
    """int32."""
    row_ids: Mapping[int, str]
    """Position -> id of every row that carries a pattern."""

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class PatternReport:
    """The patterns of a set, and the rows that carry them."""

    patterns: tuple[Pattern, ...]
    """The most frequent first."""
    places: Hits
    rows: int
    """Rows looked at."""
    reference_rows: int | None
    """Rows of the reference; None: there was none."""
    fields: tuple[str, ...]
    """Fields with texts, turns by speaker."""
    counted: bool = False
    """Whether counts of a human set stood for a reference; if there was neither, the patterns are only frequent."""
    notes: tuple[str, ...] = field(default=())
    """What a reader must know: what was not looked for, and why."""

    @property
    def flagged(self) -> int:
        """Rows that carry a pattern."""
        return len(self.places.row_ids)

    @property
    def hits(self) -> Iterator[Hit]:
        """Every place, in order of rows."""
        at = self.places
        names = [(one.id, one.check, one.field.partition(":")[0]) for one in self.patterns]
        for row, pattern, turn, start, end in zip(
            *(part.tolist() for part in (at.row, at.pattern, at.turn, at.start, at.end)), strict=True
        ):
            name, check, column = names[pattern]
            yield Hit(row, at.row_ids[row], name, check, column, None if turn < 0 else turn, (start, end))

    def pattern_columns(self) -> dict[str, list[Any]]:
        """Columns of patterns.parquet, a line a pattern."""
        return {
            "pattern": [one.id for one in self.patterns],
            "check": [one.check for one in self.patterns],
            "kind": [one.kind for one in self.patterns],
            "field": [one.field for one in self.patterns],
            "where": [one.where for one in self.patterns],
            "text": [one.text for one in self.patterns],
            "support": [one.support for one in self.patterns],
            "share": [one.share for one in self.patterns],
            "reference_support": [one.reference_support for one in self.patterns],
            "reference_share": [one.reference_share for one in self.patterns],
            "lift": [one.lift for one in self.patterns],
            "z": [one.z for one in self.patterns],
            "q": [one.q for one in self.patterns],
            "examples": [[example.excerpt for example in one.examples] for one in self.patterns],
            "example_rows": [[example.row_id for example in one.examples] for one in self.patterns],
        }

    def verdicts(self) -> Iterator[Verdict]:
        """One verdict for each row and each of its patterns, at the first place in the row; the rest pass unsaid."""
        shares = {one.id: one.share for one in self.patterns}
        seen: tuple[int, set[str]] = (-1, set())
        for hit in self.hits:
            if hit.row != seen[0]:
                seen = (hit.row, set())
            if hit.pattern not in seen[1]:
                seen[1].add(hit.pattern)
                share = shares[hit.pattern]
                yield Verdict(
                    hit.row, hit.row_id, hit.check, share, PATTERN_BAR, "flag", reason_of(hit.check), hit.evidence
                )

    def verdict_columns(self) -> dict[str, list[Any]]:
        """Columns of verdicts.parquet, a line a verdict."""
        names = ("row", "row_id", "check", "value", "bar", "outcome", "reason", "evidence")
        columns: dict[str, list[Any]] = {name: [] for name in names}
        for verdict in self.verdicts():
            for name in names[:-1]:
                columns[name].append(getattr(verdict, name))
            columns["evidence"].append(json.dumps(verdict.evidence))
        return columns


def reason_of(check: str) -> str:
    """Slug of a row that carries a pattern: pattern_edge, pattern_phrase ..."""
    return check.replace(".", "_")


def excerpt(text: str, start: int, end: int, around: int = 60, longest: int = 300) -> tuple[str, tuple[int, int]]:
    """The text around a span, cut at spaces, and the span in it."""
    first, last = max(0, start - around), min(len(text), min(end, start + longest) + around)
    if first:
        first = text.find(" ", first, start) + 1 or first
    if last < len(text):
        last = max(text.rfind(" ", min(end, last), last), min(end, last))
    return text[first:last], (start - first, min(end, last) - first)


def by_support(patterns: Sequence[Pattern]) -> list[int]:
    """Positions of patterns, the most frequent first."""
    return sorted(range(len(patterns)), key=lambda n: (-patterns[n].support, patterns[n].id))

"""What a search for patterns may be told."""

from __future__ import annotations

from pydantic import Field

from ..check import CheckOptions


class PatternOptions(CheckOptions):
    """Options of the search for patterns."""

    fields: tuple[str, ...] = ()
    """Columns to look at: texts, or lists of turns; none: those of the known names (fields.KNOWN) that are there."""
    share: float = Field(default=0.003, gt=0, lt=1)
    """A pattern needs this share of the rows that have the field ..."""
    fewest: int = Field(default=5, ge=2)
    """... and so many rows at least."""
    lift: float = Field(default=5.0, ge=1)
    """How many times more frequent than in the reference it must be."""
    q: float = Field(default=0.01, gt=0, lt=1)
    """False discovery rate among the n-grams of one field (Benjamini-Hochberg)."""
    weak_q: float = Field(default=0.05, gt=0, lt=1)
    """False discovery rate, in rows, of wordings that are each too rare to be significant by themselves."""
    usage_share: float = Field(default=0.006, gt=0, lt=1)
    """Share of the rows that a pattern needs where counts stand for a reference."""
    alone_share: float = Field(default=0.01, gt=0, lt=1)
    """Without a reference: share of the rows that the same opening or ending needs ..."""
    alone_phrase_share: float = Field(default=0.02, gt=0, lt=1)
    """... and the same phrase anywhere."""
    alone_fewest: int = Field(default=10, ge=2)
    """Without a reference: rows a pattern needs at least."""
    sample: int = Field(default=50_000, ge=100)
    """Patterns are looked for among so many rows, spread evenly; those found are then counted in all rows."""
    chunk: int = Field(default=2_000, ge=1)
    """Rows held at once while all rows are gone through."""
    seed: int = 0
    """Of what is drawn."""

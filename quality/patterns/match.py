"""Goes through rows of any number, a chunk at a time, and tells which of them carry which patterns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from ..check import Row
from .consensus import Template, fit
from .encode import Encoded, encode
from .features import Found, Stream, grams, masked
from .fields import Part, parts
from .row_forms import ALIKE, likeness, shingles
from .spotted import Form, Spotted
from .texts import FieldTexts
from .tokens import CLAUSE_MARKS, Token, Vocabulary, cut


class Place(NamedTuple):
    """Where a row carries a pattern."""

    row: int
    pattern: int
    turn: int
    start: int
    end: int


@dataclass
class Counts:
    """What going through the rows has found."""

    rows: int = 0
    having: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Field -> rows that have it."""
    support: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Position of a pattern -> rows that carry it."""


class Matcher:
    """Patterns of all fields, ready to be looked up."""

    def __init__(self, spotted: Sequence[Spotted], texts: Sequence[FieldTexts], fields: Sequence[str]) -> None:
        """Take the patterns, the texts they were found in (for masks), and the columns to read."""
        self._fields = fields
        self._frequent = {one.field: one.frequent for one in texts}
        self._vocabulary = texts[0].vocabulary if texts else Vocabulary()
        self._grams: dict[str, dict[Stream, dict[int, list[tuple[int, Template | None]]]]] = {}
        self._forms: dict[str, list[tuple[int, Form]]] = defaultdict(list)
        for position, one in enumerate(spotted):
            for gram in one.members:
                streams = self._grams.setdefault(one.field, {})
                streams.setdefault(gram.stream, {}).setdefault(gram.number, []).append((position, gram.shape))
            for form in one.forms:
                self._forms[one.field].append((position, form))

    def places(self, rows: Iterable[Row], chunk: int, counts: Counts) -> Iterator[tuple[Row, Part, Place]]:
        """Every first place of a pattern in a text, in order of rows; `counts` is filled in."""
        source = iter(rows)
        while held := list(islice(source, chunk)):
            yield from self._chunk(held, counts)

    def _chunk(self, rows: Sequence[Row], counts: Counts) -> Iterator[tuple[Row, Part, Place]]:
        by_field: dict[str, list[tuple[int, Part]]] = defaultdict(list)
        for at, row in enumerate(rows):
            for name in {part.field: None for part in self._kept(row, at, by_field)}:
                counts.having[name] += 1
        counts.rows += len(rows)
        found: dict[tuple[int, int, int], tuple[Part, Place]] = {}
        for name, texts in by_field.items():
            if name not in self._grams and name not in self._forms:
                continue
            encoded = encode([part.text for _, part in texts], [at for at, _ in texts], self._vocabulary)
            for text, pattern, start, end in self._in_field(name, encoded, texts):
                at, part = texts[text]
                turn = -1 if part.turn is None else part.turn
                place = Place(rows[at].index, pattern, turn, start, end)
                key = (at, pattern, turn)
                if key not in found or start < found[key][1].start:
                    found[key] = (part, place)
        for _, pattern in {(at, pattern): None for at, pattern, _ in found}:
            counts.support[pattern] += 1
        for (at, _, _), (part, place) in sorted(found.items(), key=lambda item: item[0]):
            yield rows[at], part, place

    def _kept(self, row: Row, at: int, by_field: dict[str, list[tuple[int, Part]]]) -> list[Part]:
        found = list(parts(row, self._fields))
        for part in found:
            by_field[part.field].append((at, part))
        return found

    def _in_field(
        self, name: str, encoded: Encoded, texts: Sequence[tuple[int, Part]]
    ) -> Iterator[tuple[int, int, int, int]]:
        """Text, pattern, and from and to in characters, of every place."""
        cuts: dict[int, list[Token]] = {}

        def tokens(text: int) -> list[Token]:
            if text not in cuts:
                cuts[text] = cut(texts[text][1].text)
            return cuts[text]

        streams = self._grams.get(name, {})
        for mask in ("", "words", "tags"):
            wanted = [stream for stream in streams if stream.mask == mask]
            if not wanted:
                continue
            under = masked(encoded, mask, self._frequent[name])
            for stream in wanted:
                for number, text, at, end in _known(grams(encoded, stream, under), streams[stream]):
                    for pattern, shape in streams[stream][number]:
                        span = _span(tokens(text), at, end, shape)
                        if span:
                            yield text, pattern, *span
        if self._forms.get(name):
            numbers, bounds = shingles(encoded, masked(encoded, "words", self._frequent[name]))
            for pattern, form in self._forms[name]:
                for text in (likeness(numbers, bounds, form) >= ALIKE).nonzero()[0].tolist():
                    yield text, pattern, tokens(text)[0].start, tokens(text)[-1].end


def _known(found: Found, wanted: Mapping[int, object]) -> Iterator[tuple[int, int, int, int]]:
    """The n-grams that are wanted: number, text, from and to in tokens."""
    import numpy as np

    kept = np.flatnonzero(np.isin(found.number, np.array(sorted(wanted), dtype=np.uint64)))
    columns = (found.number[kept], found.text[kept], found.at[kept], found.end[kept])
    yield from zip(*(column.tolist() for column in columns), strict=True)


def _span(tokens: Sequence[Token], at: int, end: int, shape: Template | None) -> tuple[int, int] | None:
    """From and to in characters; None if the text does not fit the template."""
    if shape is not None and shape.needs_fitting:
        fitted = fit(shape, [token.text for token in tokens], at)
        if not fitted.fits:
            return None
        at, end = fitted.first, fitted.last
    # What ended the sentence before is no part of the pattern.
    while at and at + 1 < end and tokens[at].text in CLAUSE_MARKS:
        at += 1
    return tokens[at].start, tokens[end - 1].end

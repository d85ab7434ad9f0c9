"""What charts are drawn from: how long texts are, and how they begin and end, beside a reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..check import Row
from ..patterns.draw import Rows, as_in, draw, opened
from ..patterns.fields import parts
from ..patterns.tokens import cut, is_word, joined

_MOST = 3000
_TOP = 10
_EDGE = 3
LENGTHS = (0, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 2048)
"""Words at which the bins of lengths begin: half an octave each, the last one open."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Three tokens at which texts begin or end."""

    text: str
    share: float
    """Of the data's texts."""
    reference: float | None
    """Of the reference's."""


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One field."""

    field: str
    texts: int
    """Looked at, of the data."""
    reference_texts: int
    mean_words: float
    reference_mean_words: float | None
    lengths: tuple[float, ...]
    """Share of the texts in each bin of `LENGTHS`."""
    reference_lengths: tuple[float, ...]
    """Empty without a reference."""
    openings: tuple[Edge, ...]
    """The commonest of the data."""
    closings: tuple[Edge, ...]


def shapes(rows: Rows, reference: Rows | None, fields: Sequence[str], seed: int = 0) -> tuple[FieldShape, ...]:
    """Lengths and edges of some fields, of 3,000 rows of each set at most.

    Args:
        rows: the data.
        reference: rows to compare with.
        fields: the data's columns; those without a text are left out.
        seed: of the draw.
    """
    theirs: dict[str, list[list[str]]] = {}
    if reference is not None:
        reference, _ = as_in(reference, fields)
        theirs = _cut(opened(reference, "reference"), fields, seed)
    mine = _cut(opened(rows, "rows"), fields, seed)
    return tuple(_shape(name, mine[name], theirs.get(name, [])) for name in fields if mine.get(name))


def _cut(rows: Iterable[Row], fields: Sequence[str], seed: int) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for row in draw(rows, _MOST, seed, fields):
        for part in parts(row, fields):
            found.setdefault(part.field, []).append([token.text for token in cut(part.text)])
    return found


def _shape(field: str, mine: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]]) -> FieldShape:
    words, other = [_words(one) for one in mine], [_words(one) for one in theirs]
    return FieldShape(
        field,
        len(mine),
        len(theirs),
        sum(words) / len(words),
        sum(other) / len(other) if other else None,
        _binned(words),
        _binned(other) if other else (),
        _edges(mine, theirs, slice(0, _EDGE)),
        _edges(mine, theirs, slice(-_EDGE, None)),
    )


def _words(tokens: Sequence[str]) -> int:
    return sum(map(is_word, tokens))


def _binned(words: Sequence[int]) -> tuple[float, ...]:
    bounds = (*LENGTHS, float("inf"))
    return tuple(sum(low <= n < high for n in words) / len(words) for low, high in pairwise(bounds))


def _edges(mine: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]], place: slice) -> tuple[Edge, ...]:
    counts = Counter(tuple(one[place]) for one in mine if one)
    others = Counter(tuple(one[place]) for one in theirs if one)
    # Once is no habit.
    top = [(edge, times) for edge, times in counts.most_common(_TOP) if times > 1]
    return tuple(
        Edge(joined(edge), times / len(mine), others[edge] / len(theirs) if theirs else None) for edge, times in top
    )

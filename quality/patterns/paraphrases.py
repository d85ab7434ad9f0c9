"""Several wordings of one opening (or ending) as one pattern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .features import Place, Stream
from .options import PatternOptions
from .repeated import Rest, Wording, wordings
from .select import Chosen
from .spotted import Gram, Spotted
from .texts import FieldTexts
from .tokens import CLAUSE_MARKS

if TYPE_CHECKING:
    import numpy as np

_FEWEST = 4
"""Significant wordings that make a group."""
_RANGE = 5
"""Interchangeable wordings are about equally frequent: the most frequent at most so many times the least."""
_PLACES: tuple[Place, Place] = ("opening", "closing")
_SHOWN = 8
_LOOKED_AT = 32
"""Rows of a wording that are looked at."""


def paraphrased(
    chosen: Sequence[Chosen], texts: FieldTexts, covered: np.ndarray, rest: Rest, options: PatternOptions
) -> tuple[list[Spotted], list[Chosen]]:
    """Put openings that can stand for each other under one pattern; likewise endings.

    Significant ones can if each is a wording without slots that fits any topic, if most of them are whole clauses, and
    if they are about equally frequent. Wordings too rare to be significant by themselves join them
    (`repeated.wordings`). A pattern needs four wordings, or rare ones alone.

    Args:
        chosen: significant patterns.
        texts: the field's texts.
        covered: (data_rows,) of bool: rows explained already; changed in place.
        rest: what else rows say.
        options: the bars.

    Returns:
        The patterns made, and the chosen ones that are in none of them.
    """
    import numpy as np

    made: list[Spotted] = []
    left = list(chosen)
    for place in _PLACES:
        alike = _alike(left, texts, place, rest)
        known = frozenset().union(*(one.rows.tolist() for one in alike)) if len(alike) > 1 else frozenset()
        free = np.ones(len(texts.source), dtype=bool)
        free[: texts.data_rows] = ~covered
        free[list(known)] = True
        rare, q = wordings(texts, place, free, known, rest, options)
        if len(alike) < 2 or len(alike) + len(rare) < _FEWEST:
            alike = []
        if not rare and not alike:
            continue
        for one in rare:
            covered[list(one.rows)] = True
        left = [one for one in left if not any(one is other for other in alike)]
        members = [(len(one.rows), one.shape.text, Gram(one.stream, one.number, one.shape)) for one in alike]
        for one in rare:
            shown = texts.shown(one.text, "", one.at, one.at + one.stream.size)
            members.append((len(one.rows), shown, Gram(one.stream, one.number, None)))
        members.sort(key=lambda member: (-member[0], member[1]))
        made.append(_pattern(texts, place, members, None if alike else q))
    return made, left


def _alike(chosen: Sequence[Chosen], texts: FieldTexts, place: Place, rest: Rest) -> list[Chosen]:
    """The largest group of significant wordings that can stand for each other."""
    fitting = sorted((one for one in chosen if _fits_any_topic(one, place, texts, rest)), key=lambda c: len(c.rows))
    best: list[Chosen] = []
    for first in range(len(fitting)):
        near = [one for one in fitting[first:] if len(one.rows) <= _RANGE * len(fitting[first].rows)]
        if len(near) > len(best):
            best = near
    whole = sum(_whole_clause(one, texts, place) for one in best)
    return best if whole * 5 >= len(best) * 3 else []


def _fits_any_topic(one: Chosen, place: Place, texts: FieldTexts, rest: Rest) -> bool:
    shape = one.shape
    at_edge = shape.opens if place == "opening" else shape.closes
    if one.stream.mask or not at_edge or (shape.opens and shape.closes) or len(shape.runs) > 1:
        return False
    length = int(texts.encoded.bounds[one.text + 1] - texts.encoded.bounds[one.text])
    at = 0 if place == "opening" else max(0, length - shape.size)
    stream = Stream(place, min(shape.size, length))
    return rest.detached(Wording(stream, 0, shape.words, True, frozenset(one.rows.tolist()), one.text, at))


def _whole_clause(one: Chosen, texts: FieldTexts, place: Place) -> bool:
    """Whether a wording ends a clause, or begins one in most of the rows that end with it."""
    import numpy as np

    if place == "opening":
        return one.shape.runs[-1][-1] in CLAUSE_MARKS
    ending = one.shape.runs[-1]
    begins = []
    for text in np.flatnonzero(np.isin(texts.encoded.row, one.rows[:_LOOKED_AT])).tolist():
        words = texts.cut(text)
        before = len(words) - len(ending)
        if before >= 0 and tuple(words[before:]) == ending:
            begins.append(before == 0 or words[before - 1] in CLAUSE_MARKS)
    return sum(begins) * 2 >= len(begins)


def _pattern(texts: FieldTexts, place: Place, members: Sequence[tuple[int, str, Gram]], q: float | None) -> Spotted:
    more = [f"({len(members) - _SHOWN} more)"] if len(members) > _SHOWN else []
    text = " | ".join([*(shown.strip() for _, shown, _ in members[:_SHOWN]), *more])
    grams = tuple(gram for _, _, gram in members)
    return Spotted(texts.field, "paraphrase", place, text, grams, (), len(members), q)

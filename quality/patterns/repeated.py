"""Wordings at an edge of the text that are each too rare to be significant, judged together.

An opening that comes in eight wordings leaves four rows of each in three thousand. One such wording proves nothing.
But the longer a wording, the rarer it is that human rows on different topics share it at all, and the reference tells
how rare: what it repeats and the data lacks are coincidences (decoys), as many as the data must be expected to have.
Rungs of ever shorter and rarer wordings are gone down as long as decoys are few beside what the data repeats
(target-decoy: Elias and Gygi 2007; with one decoy added: Barber and Candes 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .features import Place, Stream, count, grams, masked
from .options import PatternOptions
from .tags import FIRST_WORD_CODE, TAGS
from .texts import FieldTexts
from .tokens import CLAUSE_MARKS, token_number

if TYPE_CHECKING:
    import numpy as np


class Rung(NamedTuple):
    """A class of wordings, by how improbable it is that unrelated rows share one."""

    words: int
    """Words, at least."""
    rows: int
    """Rows, at least."""
    clause: bool
    """Whether it must be a clause: up to, or from behind, a mark that ends one."""


LADDER = (
    Rung(5, 3, True),
    Rung(4, 3, True),
    Rung(6, 3, False),
    Rung(6, 2, True),
    Rung(3, 3, True),
    Rung(8, 2, False),
)
"""Further down, human rows coincide often: two in a thousand share four words."""
_TRIGRAM = Stream("anywhere", 3)
_LONGEST = 14
_MOST_BLOCKS = 8
_OF_NEW = 0.2
"""Decoys beside the rows that are not known already, at most."""
_UNHEARD = 0.3
"""Share of a wording's 3-grams that the other set must not have anywhere."""
_CONTENT = frozenset(TAGS.index(tag) for tag in ("NOUN", "ADJ", "VERB", "ING", "PAST"))


@dataclass(frozen=True, slots=True)
class Wording:
    """A repeated opening or ending."""

    stream: Stream
    number: int
    words: int
    clause: bool
    rows: frozenset[int]
    text: int
    """A text that has it."""
    at: int
    """Where it begins there."""


def wordings(
    texts: FieldTexts, place: Place, free: np.ndarray, known: frozenset[int], rest: Rest, options: PatternOptions
) -> tuple[list[Wording], float]:
    """Repeated openings (or closings) of the data that the reference lacks, as far as decoys allow.

    Args:
        texts: the field's texts, those of a reference among them.
        place: opening or closing.
        free: (rows,) of bool: rows that no stronger pattern explains, and those of `known`.
        known: rows with significant wordings of the same sort, which count as found.
        rest: what else a row says.
        options: the bars.

    Returns:
        The wordings, and the false discovery rate in rows.
    """
    import numpy as np

    blocks = -(-texts.data_rows // max(texts.reference_rows, 1))
    if not texts.reference_rows or blocks > _MOST_BLOCKS:
        return [], 1.0
    size = -(-texts.data_rows // blocks)
    targets: list[Wording] = []
    decoys: list[Wording] = []
    for block in range(blocks):
        # A reference larger than the data is cut to its size: chances to coincide must be equal.
        members = np.zeros(len(free), dtype=bool)
        members[block : texts.data_rows : blocks] = True
        members[texts.data_rows : texts.data_rows + size] = True
        mine, theirs = _both(texts, place, members & free)
        targets += mine
        decoys += theirs
    novel = _Novelty(texts)
    targets, decoys = (
        [one for one in _within(side, LADDER) if novel.unheard(one) and rest.detached(one)]
        for side in (targets, decoys)
    )
    best: list[Wording] = []
    q = 1.0
    for down in range(1, len(LADDER) + 1):
        mine, theirs = _within(targets, LADDER[:down]), _within(decoys, LADDER[:down])
        hit, missed = len(_rows(mine)), len(_rows(theirs))
        added = len(_rows(mine) - known)
        if hit and (missed + 1) / hit <= options.weak_q and (missed + 1) / max(added, 1) <= _OF_NEW:
            best, q = mine, (missed + 1) / hit
    return [one for one in _longest(best) if not one.rows <= known], q


def _rows(found: list[Wording]) -> frozenset[int]:
    return frozenset().union(*(one.rows for one in found))


def _within(found: list[Wording], rungs: tuple[Rung, ...]) -> list[Wording]:
    return [
        one
        for one in found
        if any(one.words >= r.words and len(one.rows) >= r.rows and (one.clause or not r.clause) for r in rungs)
    ]


def _longest(found: list[Wording]) -> list[Wording]:
    """Of wordings with the same rows the longest clause, or the longest; then only those that add rows."""
    ordered = sorted(found, key=lambda one: (-len(one.rows), not one.clause, -one.stream.size, one.number))
    seen: set[int] = set()
    kept: list[Wording] = []
    for one in ordered:
        if not one.rows <= seen:
            seen |= one.rows
            kept.append(one)
    return kept


def _both(texts: FieldTexts, place: Place, members: np.ndarray) -> tuple[list[Wording], list[Wording]]:
    """Wordings that only rows of the data share, and those that only rows of the reference share."""
    import numpy as np

    under = masked(texts.encoded, "", texts.frequent)
    marks = np.array([token_number(mark) for mark in sorted(CLAUSE_MARKS)], dtype=np.uint64)
    mine: list[Wording] = []
    theirs: list[Wording] = []
    for size in range(3, _LONGEST + 1):
        stream = Stream(place, size)
        found = grams(texts.encoded, stream, under)
        kept = members[found.row]
        counted = count(type(found)(*(part[kept] for part in found)), stream, texts.data_rows, 2)
        for n in np.flatnonzero((counted.data == 0) != (counted.reference == 0)):
            text, at = int(counted.text[counted.bounds[n]]), int(counted.at[counted.bounds[n]])
            rows = frozenset(counted.row[counted.bounds[n] : counted.bounds[n + 1]].tolist())
            begin = texts.encoded.bounds[text] + at
            words = int(((texts.encoded.tokens[begin : begin + size] & np.uint64(0xFF)) >= FIRST_WORD_CODE).sum())
            clause = _is_clause(texts, text, at, size, place, marks)
            (mine if counted.data[n] else theirs).append(
                Wording(stream, int(counted.number[n]), words, clause, rows, text, at)
            )
    return mine, theirs


def _is_clause(texts: FieldTexts, text: int, at: int, size: int, place: Place, marks: np.ndarray) -> bool:
    encoded = texts.encoded
    begin, end = encoded.bounds[text] + at, encoded.bounds[text] + at + size
    if place == "opening":
        return bool(encoded.tokens[end - 1] in marks or end == encoded.bounds[text + 1])
    return bool(at == 0 or encoded.tokens[begin - 1] in marks)


class _Novelty:
    """Whether a wording says something that the other set says nowhere.

    "There are many different ways to" repeats because people talk like that: all its 3-grams are common.
    """

    def __init__(self, texts: FieldTexts) -> None:
        import numpy as np

        self._texts = texts
        found = grams(texts.encoded, _TRIGRAM, masked(texts.encoded, "", texts.frequent))
        in_data = found.row < texts.data_rows
        self._heard = np.unique(found.number[in_data]), np.unique(found.number[~in_data])
        self._numbers = found.number
        self._bounds = np.searchsorted(found.text, np.arange(texts.encoded.texts + 1))

    def unheard(self, wording: Wording) -> bool:
        """Whether enough of its 3-grams are new to the other set."""
        import numpy as np

        start = int(self._bounds[wording.text]) + wording.at
        inner = self._numbers[start : start + wording.stream.size - 2]
        of_data = self._texts.encoded.row[wording.text] < self._texts.data_rows
        others = self._heard[1 if of_data else 0]
        if not len(others):
            return True
        heard = others[np.minimum(np.searchsorted(others, inner), len(others) - 1)] == inner
        return bool(heard.mean() <= 1 - _UNHEARD)


class Rest:
    """What rows say beside a wording, to tell openers that fit any topic from those about one."""

    def __init__(self, fields: list[FieldTexts], own: FieldTexts) -> None:
        self._own = own
        self._others: dict[tuple[bool, int], list[tuple[FieldTexts, int]]] = {}
        for one in fields:
            for text, row in enumerate(one.row):
                self._others.setdefault((row < one.data_rows, one.source[row]), []).append((one, text))

    def detached(self, wording: Wording) -> bool:
        """Whether most rows do not say the wording's own words again elsewhere."""
        import numpy as np

        own, size = self._own, wording.stream.size
        start = own.encoded.bounds[wording.text] + wording.at
        tokens = own.encoded.tokens[start : start + size]
        content = [int(t) for t in tokens if int(t) & 0xFF in _CONTENT and t not in own.frequent]
        if not content:
            return True
        again = 0
        looked_at = sorted(wording.rows)[:8]
        for row in looked_at:
            said: list[np.ndarray] = []
            for one, text in self._others[row < own.data_rows, own.source[row]]:
                whole = one.encoded.tokens[one.encoded.bounds[text] : one.encoded.bounds[text + 1]]
                if one is own:
                    whole = whole[size:] if wording.stream.place == "opening" else whole[:-size]
                said.append(whole)
            again += bool(np.isin(content, np.concatenate(said)).any())
        return again * 2 < len(looked_at)

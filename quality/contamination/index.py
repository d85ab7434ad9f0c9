"""The index of evaluation sets: which runs of words belong to which evaluation text, and which are template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..check import Row
from ..words import count_words
from .texts import texts_of
from .word_runs import Words, words_of

COPIES = 3
"""A text that so many evaluation rows have word for word is one text given more than once (the same question in two
sets); one that more rows have is a template (a system prompt, an answer format)."""
TINY = 6
"""Words below which a text stands anywhere by chance: only questions count, and only where they stand alone."""
OWN_LEAST = 5
"""Words of its own that a run must have beside those of a template; all of them, where the text has fewer. Behind a
template that many rows share, one more word ("... below: Write") is soon the same by chance."""
_QUESTION_MARKS = ("?", "？", "؟", "⸮", "՞", ";")
_TABLE_BITS = 22
_SHIFT = np.uint64(64 - _TABLE_BITS)


@dataclass(frozen=True, slots=True)
class Item:
    """A text of an evaluation set."""

    set: str
    row: Row
    place: str
    """Where in the row it stands ("question", "messages.0.content")."""
    words: int
    template: bool
    """Whether the text as a whole is one that many evaluation rows have."""
    tiny: bool
    """So short that it counts only where it stands alone, as a sentence or a line: "Who are you?"."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Where some texts have a run of an evaluation text, or the whole of a short one. Arrays of one length."""

    first: np.ndarray
    """int64: number of the first word."""
    items: np.ndarray
    """int64: the item it belongs to."""
    own: np.ndarray
    """bool: it stands in this evaluation row alone, so that it is no template."""


class _Table:
    """Some hashes, looked up."""

    def __init__(self, hashes: np.ndarray) -> None:
        """Take the hashes, sorted, each once."""
        self._hashes = hashes
        # Most of what is looked up is not there: the upper bits tell that faster than a search.
        self._upper = np.zeros(1 << _TABLE_BITS, dtype=bool)
        self._upper[hashes >> _SHIFT] = True

    def find(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(which of these are there, where those are in the table)."""
        likely = np.flatnonzero(self._upper[hashes >> _SHIFT])
        if not len(likely):
            return likely, likely
        at = np.minimum(np.searchsorted(self._hashes, hashes[likely]), len(self._hashes) - 1)
        right = self._hashes[at] == hashes[likely]
        return likely[right], at[right]


class EvaluationIndex:
    """All texts of some evaluation sets, by their runs of words."""

    def __init__(
        self, sets: Mapping[str, Sequence[Row]], columns: Sequence[str] | None, length: int, shortest: int
    ) -> None:
        """Read the evaluation sets.

        Args:
            sets: name of a set -> its rows.
            columns: columns of the evaluation rows that count; none: all texts.
            length: words of a run.
            shortest: questions of fewer words than this, and other texts of fewer than `TINY`, are passed over.
                Texts of fewer words than `length` are looked for as a whole, questions of fewer than `TINY` only
                where they stand alone. In scripts without spaces two characters count as a word here.
        """
        self.length = length
        self.items: list[Item] = []
        self.passed_over = 0
        """Texts too short to tell anything."""
        texts = self._collect(sets, columns, shortest)
        self._words = words_of(texts)
        self._rows = self._row_numbers()
        self._index_runs()
        self._index_short()

    def hashes(self, item: int) -> np.ndarray:
        """The words of an item."""
        return self._words.hashes[self._words.first[item] : self._words.first[item + 1]]

    def _collect(self, sets: Mapping[str, Sequence[Row]], columns: Sequence[str] | None, shortest: int) -> list[str]:
        """Fill `items` with each text once, and return the texts."""
        found = [
            (name, row, place, text)
            for name, rows in sets.items()
            for row in rows
            for place, text in texts_of(row.fields, columns)
        ]
        words = words_of([text for *_, text in found])
        kept: dict[bytes, list[int]] = {}
        for at, (_, _, _, text) in enumerate(found):
            hashes = words.hashes[words.first[at] : words.first[at + 1]]
            least = shortest if text.rstrip().endswith(_QUESTION_MARKS) else max(shortest, TINY)
            if _weight(text, len(hashes)) < least:
                self.passed_over += 1
                continue
            kept.setdefault(hashes.tobytes(), []).append(at)
        texts = []
        for places in kept.values():
            name, row, place, text = found[places[0]]
            rows = {(found[at][0], found[at][1].index) for at in places}
            size = int(words.first[places[0] + 1] - words.first[places[0]])
            tiny = size < self.length and _weight(text, size) < TINY
            self.items.append(Item(name, row, place, size, len(rows) > COPIES, tiny))
            texts.append(text)
        return texts

    def find(self, words: Words) -> Hits:
        """Where the words of some texts are those of an evaluation text."""
        hashes, first = words.runs(self.length)
        which, at = self._runs.find(hashes)
        long = Hits(first[which], self._holders[at], self._own[at])
        short = self._find_short(words)
        if not len(short.first):
            return long
        return Hits(*(np.concatenate([getattr(long, n), getattr(short, n)]) for n in ("first", "items", "own")))

    def _find_short(self, words: Words) -> Hits:
        """Short items that stand as a whole within a text."""
        hashes, first = words.runs(self._prefix or 1)
        which, at = self._prefixes.find(hashes)
        ends = words.first[np.searchsorted(words.first, first[which], side="right")]
        found: list[tuple[int, int]] = []
        for begin, place, end in zip(first[which].tolist(), at.tolist(), ends.tolist(), strict=True):
            for item in self._by_prefix[place]:
                size = self.items[item].words
                if begin + size <= end and np.array_equal(words.hashes[begin : begin + size], self.hashes(item)):
                    found.append((begin, item))
        pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
        return Hits(pairs[:, 0], pairs[:, 1], ~self._template[pairs[:, 1]])

    def _index_runs(self) -> None:
        """The runs of all items long enough, each with an item that has it and whether no other row does."""
        hashes, first = self._words.runs(self.length)
        items = np.searchsorted(self._words.first, first, side="right") - 1
        order = np.argsort(hashes, kind="stable")
        hashes, items = hashes[order], items[order]
        starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)])
        self._runs, self._holders = _Table(hashes[starts]), items[starts]
        self._template = np.array([item.template for item in self.items], dtype=bool)
        self._own = np.ones(len(starts), dtype=bool)
        if len(starts):
            rows = self._rows[items]
            several = np.minimum.reduceat(rows, starts) != np.maximum.reduceat(rows, starts)
            template = several | np.logical_or.reduceat(self._template[items], starts)
            runs = np.diff(np.append(starts, len(hashes)))
            enough = self._enough_of_its_own(first[order], items, np.repeat(template, runs))
            self._own = ~template & np.logical_or.reduceat(enough, starts)

    def _enough_of_its_own(self, first: np.ndarray, items: np.ndarray, template: np.ndarray) -> np.ndarray:
        """Which runs have enough words that no run of a template covers.

        Args:
            first: number of the first word of each run.
            items: the item that has it.
            template: whether the run is a template.
        """
        edges = np.zeros(len(self._words.hashes) + 1, dtype=np.int64)
        np.add.at(edges, first[template], 1)
        np.add.at(edges, first[template] + self.length, -1)
        own = np.concatenate([[0], np.cumsum(np.cumsum(edges[:-1]) == 0)])
        begin, stop = self._words.first[items], self._words.first[items + 1]
        enough: np.ndarray = own[first + self.length] - own[first] >= np.minimum(own[stop] - own[begin], OWN_LEAST)
        return enough

    def _index_short(self) -> None:
        """The items shorter than a run, by as many of their first words as the shortest of them has."""
        short = [at for at, item in enumerate(self.items) if item.words < self.length]
        self._prefix = min((self.items[at].words for at in short), default=0)
        by_prefix: dict[int, list[int]] = {}
        if self._prefix:
            hashes, first = self._words.runs(self._prefix)
            places = np.searchsorted(first, self._words.first[short])
            for at, prefix in zip(short, hashes[places].tolist(), strict=True):
                by_prefix.setdefault(prefix, []).append(at)
        self._by_prefix = [by_prefix[prefix] for prefix in sorted(by_prefix)]
        self._prefixes = _Table(np.array(sorted(by_prefix), dtype=np.uint64))
        # One that stands within the text of another evaluation row is a template.
        within = self._find_short(self._words)
        holders = np.searchsorted(self._words.first, within.first, side="right") - 1
        held = within.items[self._rows[holders] != self._rows[within.items]]
        self._template[held[[not self.items[item].tiny for item in held.tolist()]]] = True

    def _row_numbers(self) -> np.ndarray:
        """One number for all items of an evaluation row."""
        numbers: dict[tuple[str, int], int] = {}
        rows = [numbers.setdefault((item.set, item.row.index), len(numbers)) for item in self.items]
        return np.array(rows, dtype=np.int64)


def _weight(text: str, words: int) -> float:
    """Its words, two characters of a script without spaces counting as one."""
    return min(words, (count_words(text) + len(text.split())) / 2)

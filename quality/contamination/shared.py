"""What a row and an evaluation text have in common, told with the places on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..check import Finding
from .index import EvaluationIndex
from .places import word_places
from .texts import text_at
from .word_runs import words_of

# What stands before and after a sentence or a line; a question mark in another script ends one too.
_BEFORE = re.compile(r"(?:^|[\n\r.?!:;|>*#\"“”«»…。？！：；؟।、，」』-])[^\w\n]*\Z")
_AFTER = re.compile(r"[^\w\n.?!]*(?:\Z|[\n\r.?!:;|<*\"“”«»…。？！：；؟।」』])")
_SHOWN = 5
"""Shared stretches named in the evidence, the longest first."""


@dataclass(frozen=True, slots=True)
class TextHits:
    """The hits of one text of a row."""

    place: str
    text: str
    hashes: np.ndarray
    """Its words."""
    first: np.ndarray
    """Numbers of the first words of the hits."""
    items: np.ndarray
    own: np.ndarray


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Words that both have, one after the other."""

    hits: TextHits
    item: int
    first: int
    """Number of the first word in the row's text."""
    at: int
    """Number of the first word in the evaluation text."""
    words: int


def hits_of(index: EvaluationIndex, texts: Sequence[str], places: Sequence[str]) -> Iterator[tuple[int, TextHits]]:
    """The texts that share something with an evaluation text: (which one, its hits)."""
    words = words_of(texts)
    found = index.find(words)
    if not len(found.first):
        return
    order = np.argsort(found.first, kind="stable")
    holders = np.searchsorted(words.first, found.first[order], side="right") - 1
    for some in np.split(order, np.flatnonzero(holders[1:] != holders[:-1]) + 1):
        at = int(np.searchsorted(words.first, found.first[some[0]], side="right")) - 1
        begin, stop = words.first[at], words.first[at + 1]
        first, items, own = found.first[some] - begin, found.items[some], found.own[some]
        counts = _judge_short(index, texts[at], int(stop - begin), first, items, own)
        if counts.any():
            hashes = words.hashes[begin:stop]
            yield at, TextHits(places[at], texts[at], hashes, first[counts], items[counts], own[counts])


def _judge_short(
    index: EvaluationIndex, text: str, size: int, first: np.ndarray, items: np.ndarray, own: np.ndarray
) -> np.ndarray:
    """Which hits count: tiny texts only where they stand alone. A short one that does is no template (`own`)."""
    counts = np.ones(len(first), dtype=bool)
    places: list[tuple[int, int]] | None = None
    for at, number in enumerate(items.tolist()):
        item = index.items[number]
        if item.words >= index.length or (own[at] and not item.tiny):
            continue
        places = word_places(text) if places is None else places
        whole = len(places) == size
        start, stop = (places[first[at]][0], places[first[at] + item.words - 1][1]) if whole else (0, len(text))
        alone = _BEFORE.search(text, 0, start) is not None and _AFTER.match(text, stop) is not None
        counts[at] = alone or not item.tiny
        own[at] |= alone and not item.template
    return counts


class ShareFinder:
    """Finds, of all evaluation texts that a row has something of, the one it has most of."""

    def __init__(self, index: EvaluationIndex) -> None:
        self._index = index

    def finding(self, hits: Sequence[TextHits]) -> Finding:
        """The finding for a row of which some texts have hits."""
        own = any(one.own.any() for one in hits)
        stretches: dict[int, list[_Stretch]] = {}
        for one in hits:
            chosen = np.flatnonzero(one.own) if own else np.arange(len(one.first))
            for item in np.unique(one.items[chosen]).tolist():
                first = one.first[chosen][one.items[chosen] == item]
                stretches.setdefault(item, []).extend(self._stretches(one, item, first.tolist()))
        shares = {item: self._share(item, found) for item, found in stretches.items()}
        best = max(shares, key=lambda item: (shares[item], -item))
        longest = sorted(stretches[best], key=lambda one: (-one.words, one.first))
        evidence = self._evidence(best, longest, own)
        if not own:
            return Finding(0.0, "template_overlap", evidence)
        return Finding(round(shares[best], 4) or 0.0001, "contaminated", evidence)

    def _stretches(self, hits: TextHits, item: int, firsts: Sequence[int]) -> list[_Stretch]:
        """Join hits that go on in both texts."""
        words = self._index.hashes(item)
        size = min(self._index.length, len(words))
        found: list[_Stretch] = []
        for first in firsts:
            last = found[-1] if found else None
            if last is not None:
                at = last.at + first - last.first
                inside = first <= last.first + last.words and at + size <= len(words)
                if inside and np.array_equal(words[at : at + size], hits.hashes[first : first + size]):
                    found[-1] = _Stretch(hits, item, last.first, last.at, first - last.first + size)
                    continue
            at = _place_of(hits.hashes[first : first + size], words)
            found.append(_Stretch(hits, item, first, at, size))
        return found

    def _share(self, item: int, stretches: Sequence[_Stretch]) -> float:
        covered = np.zeros(self._index.items[item].words, dtype=bool)
        for one in stretches:
            covered[one.at : one.at + one.words] = True
        return float(covered.mean())

    def _evidence(self, number: int, stretches: Sequence[_Stretch], own: bool) -> dict[str, Any]:
        item = self._index.items[number]
        text = text_at(item.row.fields, item.place)
        spans = [
            {
                "field": one.hits.place,
                "span": _span(one.hits.text, one.first, one.words, len(one.hits.hashes)),
                "matched_span": _span(text, one.at, one.words, item.words),
            }
            for one in stretches[:_SHOWN]
        ]
        rule = "template" if not own else f"{self._index.length}_words" if item.words >= self._index.length else "whole"
        return {
            "set": item.set,
            "matched": item.row.id,
            "matched_row": item.row.index,
            "matched_field": item.place,
            **spans[0],
            "rule": rule,
            "words": stretches[0].words,
            "stretches": len(stretches),
            "more": spans[1:],
        }


def _place_of(run: np.ndarray, words: np.ndarray) -> int:
    for at in np.flatnonzero(words[: len(words) - len(run) + 1] == run[0]).tolist():
        if np.array_equal(words[at : at + len(run)], run):
            return int(at)
    return 0


def _span(text: str, first: int, words: int, all_words: int) -> list[int]:
    places = word_places(text)
    if len(places) != all_words:  # a text that normalises in a way of its own: all of it is named
        return [0, len(text)]
    return [places[first][0], places[first + words - 1][1]]

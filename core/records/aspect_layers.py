"""Layers of one annotation: opinion spans from one file laid over the terms of another.

The same sentence is often spelt a little differently in the two: tokenised, with other dashes, or without the space
it began with. Sentences and spans are therefore compared without blanks, never by id alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .aspect import AspectSentence, AspectTerm, Span

ALIKE = 0.8
"""Share of equal characters from which two sentences with the same id are taken as one."""
_LETTERS_PER_SLIP = 6
"""One letter more or less is borne in a span for so many letters."""
_FOLDED = {"``": '"', "''": '"', "-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]"}
_NOTATION = re.compile(r"``|''|-[lr][rs]b-", re.IGNORECASE)
_DASHES = re.compile(r"-{2,}")
_PIECE = re.compile(r"``|''|-[lr][rs]b-|--+|\s+|.", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class LayerMatch:
    """What came of laying one annotation over another."""

    sentences: tuple[AspectSentence, ...]
    """The sentences, with the opinions of the layer."""
    matched: int
    """Terms of the layer that were found."""
    unmatched: tuple[str, ...]
    """Ids of the layer's terms that have no counterpart."""


def squeezed(text: str) -> tuple[str, list[int], list[int]]:
    """A text without blanks and differences of notation, and where each character of it began and ended.

    Equal for `for $ 1500-2000 .` and `for $1500-2000.`, or for `excellent -- 6` and `excellent- 6`.
    """
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece in _PIECE.finditer(text):
        found = piece.group()
        if found.isspace():
            continue
        folded = "-" if found[:2] == "--" else _FOLDED.get(found.lower(), found)
        for letter in unicodedata.normalize("NFKC", folded).replace("–", "-").replace("—", "-").replace("’", "'"):
            if letter == "-" and letters[-1:] == ["-"]:
                ends[-1] = piece.end()
            elif not letter.isspace():
                letters.append(letter)
                starts.append(piece.start())
                ends.append(piece.end())
    return "".join(letters), starts, ends


def sentence_key(text: str) -> str:
    """What is equal for two spellings of a sentence: `squeezed` without the places, in small letters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("–", "-").replace("—", "-").replace("’", "'")
    folded = _NOTATION.sub(lambda found: _FOLDED[found.group().lower()], text)
    return _DASHES.sub("-", "".join(folded.split())).casefold()


class Alignment:
    """Where the characters of one spelling of a sentence are in another."""

    def __init__(self, theirs: str, ours: str) -> None:
        """Align two spellings of a sentence."""
        self._ours = ours
        self._equal = theirs == ours
        if self._equal:
            return
        self._here, self._starts, self._ends = squeezed(ours)
        there, their_starts, their_ends = squeezed(theirs)
        self._their_starts, self._their_ends = their_starts, their_ends
        if there == self._here:
            self._map = {i: i for i in range(len(there))}
        else:
            blocks = SequenceMatcher(None, there, self._here, autojunk=False).get_matching_blocks()
            self._map = {b.a + i: b.b + i for b in blocks for i in range(b.size)}

    def span(self, span: Span) -> Span | None:
        """The span in our spelling, or None if it is not there; a letter more or less inside is a misspelling."""
        if self._equal:
            return span.model_copy(update={"text": self._ours[span.start : span.end]})
        inside = [
            i
            for i, (a, b) in enumerate(zip(self._their_starts, self._their_ends, strict=True))
            if span.start <= a and b <= span.end
        ]
        if not inside:
            return None
        first, last = self._map.get(inside[0]), self._map.get(inside[-1])
        if first is None or last is None:
            return None
        size = inside[-1] - inside[0] + 1
        if abs(last - first + 1 - size) > max(size // _LETTERS_PER_SLIP, 1 if size > 2 else 0):
            return None
        start, end = self._starts[first], self._ends[last]
        return Span(text=self._ours[start:end], start=start, end=end)


def add_opinions(sentences: Sequence[AspectSentence], layer: Iterable[AspectSentence]) -> LayerMatch:
    """Give the terms of `sentences` the opinion spans that the same terms have in `layer`.

    A sentence of the layer is found by its text (blanks and notation aside); one of the same id and nearly the same
    text counts too. A term is found by its span, or by its text where that overlaps. Opinions that a term has already
    stay, and the layer's are added to them.
    """
    by_text: dict[str, list[int]] = {}
    by_id: dict[str, int] = {}
    for at, sentence in enumerate(sentences):
        by_text.setdefault(sentence_key(sentence.text), []).append(at)
        by_id.setdefault(sentence.id, at)
    given: dict[tuple[int, int], list[AspectTerm]] = {}
    matched, unmatched = 0, []
    for theirs in layer:
        places = by_text.get(sentence_key(theirs.text)) or _alike(theirs, sentences, by_id)
        found_terms: set[int] = set()
        for at in places:
            alignment = Alignment(theirs.text, sentences[at].text)
            for which, number in _assigned(theirs.terms, alignment, sentences[at].terms).items():
                found_terms.add(which)
                opinions = theirs.terms[which].opinions
                spans = tuple(found for o in opinions if (found := alignment.span(o)) is not None)
                moved = theirs.terms[which].model_copy(update={"opinions": spans})
                given.setdefault((at, number), []).append(moved)
        matched += len(found_terms)
        unmatched += [term.id for which, term in enumerate(theirs.terms) if which not in found_terms]
    merged = [_with_opinions(sentence, at, given) for at, sentence in enumerate(sentences)]
    return LayerMatch(tuple(merged), matched, tuple(unmatched))


def _alike(theirs: AspectSentence, sentences: Sequence[AspectSentence], by_id: dict[str, int]) -> list[int]:
    at = by_id.get(theirs.id)
    if at is None:
        return []
    one, other = sentence_key(theirs.text), sentence_key(sentences[at].text)
    return [at] if SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE else []


def _assigned(theirs: Sequence[AspectTerm], alignment: Alignment, ours: Sequence[AspectTerm]) -> dict[int, int]:
    """Number of each of their terms that was found -> number of the term of ours that it is.

    Where a word occurs twice, annotations are known to give both terms the first place. Then the one whose id says so
    keeps it, and the other goes to the term of its own id, if that has the same text.
    """
    found = {which: number for which, term in enumerate(theirs) if (number := _place(term, alignment, ours)) >= 0}
    for number in set(found.values()):
        rivals = [which for which, to in found.items() if to == number]
        if len(rivals) < 2:
            continue
        for which in rivals:
            term = theirs[which]
            own = next((i for i, t in enumerate(ours) if t.id == term.id and _same_text(t, term)), number)
            if own not in found.values():
                found[which] = own
    return found


def _same_text(one: AspectTerm, other: AspectTerm) -> bool:
    return sentence_key(one.span.text) == sentence_key(other.span.text)


def _place(term: AspectTerm, alignment: Alignment, ours: Sequence[AspectTerm]) -> int:
    """Number of our term that has the place of `term`, or overlaps with it; -1 where there is none."""
    span = alignment.span(term.span)
    if span is None:
        return -1
    for number, one in enumerate(ours):
        if (one.span.start, one.span.end) == (span.start, span.end):
            return number
    for number, one in enumerate(ours):
        if one.span.start < span.end and span.start < one.span.end:
            return number
    return -1


def _with_opinions(sentence: AspectSentence, at: int, given: dict[tuple[int, int], list[AspectTerm]]) -> AspectSentence:
    terms = []
    for number, term in enumerate(sentence.terms):
        layers = given.get((at, number), [])
        spans = {(o.start, o.end): o for t in (term, *layers) for o in t.opinions}
        if layers and spans:
            inferred = all(t.opinions_inferred for t in (term, *layers) if t.opinions)
            ordered = tuple(spans[place] for place in sorted(spans))
            terms.append(term.model_copy(update={"opinions": ordered, "opinions_inferred": inferred}))
        else:
            terms.append(term)
    return sentence.model_copy(update={"terms": tuple(terms)})

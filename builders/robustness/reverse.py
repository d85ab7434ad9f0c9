"""reverse(opinion span): the opposite of what an opinion says, by the smallest change.

Order, after Xing et al. 2020: a negator in the span is deleted; else a word gets its opposite; else "not" goes where
English wants it. Beyond the paper: a negator just before the span counts as one in it ("not very good"), since to put
another one in would make a doubled negation, and in a span of several words the one word that has an opposite is
replaced before the whole is negated.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from random import Random

from ...core.records import Edit, Span
from ...quality.english.inflect import article, cased_like, inflected
from ...quality.english.opposites import Opposites
from ...quality.english.review_words import listed
from ...quality.english.sentiment import polarity
from ...quality.english.words import word_set
from .corpus import Corpus
from .negation import NEGATORS, negated, negator_before, without_negator
from .opposite import opposite_of
from .passage import Passage

ANTONYM = "antonym"
PHRASE = "opposite_phrase"


@dataclass(frozen=True)
class Resources:
    """What the rules draw on."""

    corpus: Corpus
    table: Opposites


def reverse(
    passage: Passage, span: Span, said: int, resources: Resources, random: Random, used: Container[str] = ()
) -> list[Edit]:
    """Edits that turn one opinion into its opposite; empty if the span holds no word.

    Args:
        passage: the sentence.
        span: the opinion.
        said: 1 if its aspect is positive, -1 if negative, 0 if neutral.
        resources: corpus and table of opposites.
        random: draws among equally good opposites.
        used: words that another opinion of the sentence has become.
    """
    inside = _words_of(passage, span)
    if not inside:
        return []
    phrase = _phrase(passage, inside, said)
    if phrase:
        return with_article(passage, phrase)
    negator = next((n for n in inside if passage.word(n) in NEGATORS), None)
    if negator is None:
        negator = negator_before(passage, inside[0])
    if negator is not None:
        return without_negator(passage, negator, resources.corpus)
    too = "too" in (passage.word(inside[0] - 1), passage.word(inside[0])) and said < 0 and len(inside) < 3
    if too or (said >= 0 and passage.word(inside[-1] + 1) == "enough"):
        # "good enough" and "too long" have no opposite word: "poor enough" and "too short" say something else.
        return negated(passage, inside[0], inside[-1], said)
    for number in _by_weight(passage, inside):
        word = opposite_of(passage, number, said, resources.corpus, resources.table, random, used)
        if word is not None and word.lower() != passage.word(number):
            return with_article(passage, _put(passage, number, word))
    return negated(passage, inside[0], inside[-1], said)


def _words_of(passage: Passage, span: Span) -> list[int]:
    """Numbers of the span's words, without punctuation at its ends."""
    inside = list(passage.within(span))
    while inside and not passage.tokens[inside[0]].text[:1].isalnum() and passage.word(inside[0]) not in NEGATORS:
        inside.pop(0)
    while inside and not passage.tokens[inside[-1]].text[:1].isalnum() and passage.word(inside[-1]) not in NEGATORS:
        inside.pop()
    return inside


def _phrase(passage: Passage, inside: list[int], said: int) -> list[Edit]:
    """A listed opposite of the whole span, or of it with the article in front."""
    for first in (inside[0] - 1, inside[0]):
        if first < 0 or (first < inside[0] and passage.word(first) not in ("a", "an", "the")):
            continue
        if first == inside[-1]:
            continue
        start, end = passage.tokens[first].start, passage.tokens[inside[-1]].end
        before = passage.text[start:end]
        found = listed(" ".join(before.lower().split()), "p", said)
        if found:
            return [Edit(start=start, before=before, after=cased_like(found[0], before), rule=PHRASE)]
    return []


def _by_weight(passage: Passage, inside: list[int]) -> list[int]:
    """The span's words in the order in which an opposite is looked for: what is said most strongly first."""
    if len(inside) == 1:
        return inside
    weighed = [
        (-abs(polarity(passage.word(n))), n)
        for n in inside
        if passage.tag(n)[:2] in ("JJ", "RB", "VB", "NN") and passage.word(n) not in _PLAIN and not passage.in_term(n)
    ]
    return [n for _, n in sorted(weighed)]


_PLAIN = word_set(
    "be is are was were been being am do does did have has had very really so too quite much get got gets "
    "go went make made use used using up down out off in on to so as just even only"
)


def _put(passage: Passage, number: int, word: str) -> list[Edit]:
    """The word in its place; after "more" a short one is compared by its ending ("more powerful" -> "weaker")."""
    before = passage.word(number - 1)
    if before in ("more", "most") and passage.tag(number) == "JJ":
        compared = inflected(word.lower(), "JJR" if before == "more" else "JJS") or ""
        if compared and " " not in compared:
            first = passage.tokens[number - 1]
            whole = passage.text[first.start : passage.tokens[number].end]
            return [Edit(start=first.start, before=whole, after=cased_like(compared, first.text), rule=ANTONYM)]
    verb, blank, particle = word.partition(" ")
    if blank and particle in _PARTICLES and passage.tag(number).startswith("VB"):
        # "slows it down" -> "speeds it up": the particle stays where it is.
        old = next((n for n in range(number + 1, number + 4) if passage.word(n) in _PARTICLES), None)
        if old is not None:
            return [passage.replaced(number, verb, ANTONYM), passage.replaced(old, particle, ANTONYM)]
    return [passage.replaced(number, word, ANTONYM), *_agreeing(passage, number, word)]


_PARTICLES = ("up", "down", "in", "out", "on", "off")


def _agreeing(passage: Passage, number: int, word: str) -> list[Edit]:
    """What must change with a word: "plenty of" is "a lack of"."""
    if word.lower() == "lack" and passage.word(number - 1) not in ("a", "the", "this", "its", "their"):
        return [passage.inserted(number, "a", "article")]
    if word.lower() == "less" and passage.word(number - 1) in ("many",):
        return [passage.replaced(number - 1, "much", "agreement")]
    return []


def with_article(passage: Passage, edits: list[Edit]) -> list[Edit]:
    """The edits, with "a" or "an" before a changed word as its sound wants it."""
    mended: list[Edit] = []
    for edit in edits:
        ends = [n for n, t in enumerate(passage.tokens) if t.end <= edit.start]
        before = ends[-1] if ends else None
        if before is None or passage.word(before) not in ("a", "an") or not edit.after.strip():
            continue
        right = article(edit.after.strip())
        if passage.word(before) != right and not any(e.start == passage.tokens[before].start for e in edits):
            mended.append(passage.replaced(before, cased_like(right, passage.tokens[before].text), "article"))
    return [*edits, *mended]

"""Finding what is said of a term, where the annotation does not tell: by lexicon and word order, offline."""

from __future__ import annotations

from ...core.records import AspectSentence, AspectTerm, Span
from ...quality.english.inflect import lemma
from ...quality.english.review_words import review_opposites
from ...quality.english.sentiment import sign
from ...quality.english.words import word_set
from .corpus import Corpus
from .intensify import DEGREE
from .negation import LINKING, NEGATORS
from .passage import BE, Passage
from .revtgt import SIGN

FARTHEST = 12
"""Words between a term and its opinion at most."""
_BREAKS = word_set(". ! ? ; : ( ) - -- ... but although though while however")
_SOFT_BREAKS = frozenset((",", "and", "or"))
_PLAIN = word_set("late like just can will even still kind pretty want wants wanted please")


def with_found_opinions(passage: Passage, corpus: Corpus) -> AspectSentence:
    """The sentence with opinion spans for those of its terms that have none, marked as inferred."""
    sentence = passage.sentence
    terms = tuple(t if t.opinions else _with_opinion(passage, t, corpus) for t in sentence.terms)
    return sentence.model_copy(update={"terms": terms})


def _with_opinion(passage: Passage, term: AspectTerm, corpus: Corpus) -> AspectTerm:
    found = find_opinions(passage, term, corpus)
    if not found:
        return term
    return term.model_copy(update={"opinions": found, "opinions_inferred": True})


def find_opinions(passage: Passage, term: AspectTerm, corpus: Corpus) -> tuple[Span, ...]:
    """The likeliest opinion word on a term, with its negator, and those joined to it ("sleek and quiet"), or none.

    Of the words that a lexicon (or the opinions of the training corpus) gives a polarity, the nearest counts, one in
    the same clause before one beyond a comma, one that fits the term's label before one that does not.
    """
    target = passage.within(term.span)
    if not target:
        return ()
    ranked: list[tuple[float, int]] = []
    for number in range(len(passage.tokens)):
        if number in target or passage.in_term(number) or not _is_candidate(passage, number):
            continue
        cost = _cost(passage, number, term, target, corpus)
        if cost is not None:
            ranked.append((cost, number))
    if not ranked:
        return ()
    _, best = min(ranked)
    numbers = {number for _, number in ranked}
    joined = [best, *_joined(passage, best, numbers, 1), *_joined(passage, best, numbers, -1)]
    return tuple(_spanned(passage, number) for number in sorted(joined))


def _cost(passage: Passage, number: int, term: AspectTerm, target: range, corpus: Corpus) -> float | None:
    """How unlikely a word is what is said of a term; None if it cannot be."""
    word = passage.word(number)
    polarity = sign(word) or corpus.said(word)
    cost = _distance(passage, number, target)
    if cost is None:
        return None
    if not polarity:
        # "fast" and "long" judge only what stands right beside them.
        pos = passage.tokens[number].pos
        near = cost <= 1 and pos in ("a", "r") and (pos, lemma(word, pos)) in review_opposites()
        return cost + _UNSIGNED if near else None
    said = -polarity if _negator_of(passage, number) is not None else polarity
    return cost + _MISFIT if SIGN[term.polarity] and said != SIGN[term.polarity] else cost


def _joined(passage: Passage, number: int, candidates: set[int], step: int) -> list[int]:
    """Candidates that "and" or a comma joins to one, in one direction."""
    found: list[int] = []
    at = number
    for _ in range(_JOINED):
        near = [n for n in range(at + step, at + 4 * step, step) if n in candidates]
        if not near or near[0] == at + step:
            break
        between = range(min(at, near[0]) + 1, max(at, near[0]))
        words = [passage.word(n) for n in between]
        adverbs = all(w in _SOFT_BREAKS or passage.tag(n) == "RB" for n, w in zip(between, words, strict=True))
        if not adverbs or not _SOFT_BREAKS & set(words) or passage.tag(near[0])[:2] != passage.tag(number)[:2]:
            break
        at = near[0]
        found.append(at)
    return found


def _spanned(passage: Passage, number: int) -> Span:
    negator = _negator_of(passage, number)
    first = number if negator is None else negator - (passage.word(negator) in ("n't", "nt") and negator > 0)
    start, end = passage.tokens[first].start, passage.tokens[number].end
    return Span(text=passage.text[start:end], start=start, end=end)


_UNSIGNED = 2.0
_JOINED = 3
_MISFIT = 8.0
_SOFT = 3.0


def _is_candidate(passage: Passage, number: int) -> bool:
    tag, word = passage.tag(number), passage.word(number)
    if word in DEGREE or (word in _PLAIN and not (word == "like" and tag in ("VB", "VBP"))):
        return False
    if tag[:2] == "RB" and passage.tag(number + 1)[:2] in ("JJ", "RB"):
        return False
    return tag[:2] in ("JJ", "RB", "VB", "NN") and word not in BE and word not in NEGATORS


def _distance(passage: Passage, number: int, target: range) -> float | None:
    """Words between, dearer over commas; None over the end of a clause."""
    low, high = (number + 1, target[0]) if number < target[0] else (target[-1] + 1, number)
    between = [passage.word(n) for n in range(low, high)]
    if len(between) > FARTHEST or any(w in _BREAKS for w in between):
        return None
    cost = float(len(between)) + _SOFT * sum(w in _SOFT_BREAKS for w in between)
    # Another term between them is more likely what is meant.
    cost += 2 * sum(passage.in_term(n) for n in range(low, high))
    if number > target[-1] and between and between[0] in BE | LINKING:
        cost = min(cost, 0.5 + _SOFT * sum(w == "," for w in between))
    return cost


def _negator_of(passage: Passage, number: int) -> int | None:
    for at in range(number - 1, max(-1, number - 4), -1):
        if passage.word(at) in NEGATORS:
            return at
        if passage.tag(at)[:2] not in ("RB", "DT", "VB", "JJ") or passage.in_term(at):
            return None
    return None

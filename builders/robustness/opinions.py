"""Finding what is said of a term, where the annotation does not tell: by lexicon and word order, offline."""

from __future__ import annotations

from ...core.records import AspectSentence, AspectTerm, Span
from ...quality.english.sentiment import sign
from .corpus import Corpus
from .negation import LINKING, NEGATORS
from .passage import BE, Passage
from .revtgt import SIGN

FARTHEST = 12
"""Words between a term and its opinion at most."""
_BREAKS = frozenset(
    [".", "!", "?", ";", ":", "(", ")", "-", "--", "...", "but", "although", "though", "while", "however"]
)
_SOFT_BREAKS = frozenset((",", "and", "or"))
_PLAIN = frozenset(
    ["like", "just", "well", "can", "will", "even", "still", "kind", "pretty", "want", "wants", "wanted", "please"]
)


def with_found_opinions(passage: Passage, corpus: Corpus) -> AspectSentence:
    """The sentence with opinion spans for those of its terms that have none, marked as inferred."""
    sentence = passage.sentence
    terms = tuple(t if t.opinions else _with_opinion(passage, t, corpus) for t in sentence.terms)
    return sentence.model_copy(update={"terms": terms})


def _with_opinion(passage: Passage, term: AspectTerm, corpus: Corpus) -> AspectTerm:
    found = find_opinion(passage, term, corpus)
    if found is None:
        return term
    return term.model_copy(update={"opinions": (found,), "opinions_inferred": True})


def find_opinion(passage: Passage, term: AspectTerm, corpus: Corpus) -> Span | None:
    """The likeliest opinion word on a term, with the negator in front of it; None where nothing near it judges.

    Of the words that a lexicon (or the opinions of the training corpus) gives a polarity, the nearest counts, one in
    the same clause before one beyond a comma, one that fits the term's label before one that does not.
    """
    target = passage.within(term.span)
    if not target:
        return None
    ranked: list[tuple[float, int]] = []
    for number in range(len(passage.tokens)):
        if number in target or passage.in_term(number) or not _is_candidate(passage, number):
            continue
        polarity = sign(passage.word(number)) or corpus.said(passage.word(number))
        negator = _negator_of(passage, number)
        cost = _distance(passage, number, target)
        if not polarity or cost is None:
            continue
        said = -polarity if negator is not None else polarity
        if SIGN[term.polarity] and said != SIGN[term.polarity]:
            cost += _MISFIT
        ranked.append((cost, number))
    if not ranked:
        return None
    _, best = min(ranked)
    negator = _negator_of(passage, best)
    first = best if negator is None else negator - (passage.word(negator) in ("n't", "nt") and negator > 0)
    start = passage.tokens[first].start
    end = passage.tokens[best].end
    return Span(text=passage.text[start:end], start=start, end=end)


_MISFIT = 8.0
_SOFT = 3.0


def _is_candidate(passage: Passage, number: int) -> bool:
    tag, word = passage.tag(number), passage.word(number)
    if word in _PLAIN and not (word == "like" and tag in ("VB", "VBP")):
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

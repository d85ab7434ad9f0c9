"""The words "and" and "but" between two aspects, when one of them changes sides."""

from __future__ import annotations

from collections.abc import Mapping

from ...core.records import AspectTerm, Edit, Polarity
from ...quality.english.inflect import cased_like
from .passage import Passage, shared

RULE = "conjunction"
_SIDES = ("positive", "negative")


def conjunction_edits(passage: Passage, changed: str, polarities: Mapping[str, Polarity]) -> list[Edit]:
    """The "and" that must become "but" (or the reverse) next to a changed aspect.

    Neighbours that share an opinion word change together and need no other conjunction, and neither do aspects whose
    opinions are not on two sides of the conjunction.

    Args:
        passage: the sentence before any edit.
        changed: id of the aspect whose polarity has changed.
        polarities: id -> polarity after the edit.
    """
    terms = sorted(passage.sentence.terms, key=lambda t: t.span.start)
    at = next(n for n, t in enumerate(terms) if t.id == changed)
    edits: list[Edit] = []
    for left, right in ((at - 1, at), (at, at + 1)):
        if left < 0 or right >= len(terms):
            continue
        edit = _between(passage, terms[left], terms[right], polarities)
        if edit is not None:
            edits.append(edit)
    return edits


def _between(passage: Passage, left: AspectTerm, right: AspectTerm, polarities: Mapping[str, Polarity]) -> Edit | None:
    if left.polarity not in _SIDES or right.polarity not in _SIDES or not (left.opinions and right.opinions):
        return None
    if shared(left, right):
        return None
    were_alike = left.polarity == right.polarity
    are_alike = polarities[left.id] == polarities[right.id]
    if were_alike == are_alike:
        return None
    if any(_interrupted(passage, term) for term in (left, right)):
        return None
    start = max(left.span.end, *(o.end for o in left.opinions if o.start < right.span.start), 0)
    end = min(right.span.start, *(o.start for o in right.opinions))
    wanted, new = ("and", "but") if were_alike else ("but", "and")
    found = [
        n
        for n, token in enumerate(passage.tokens)
        if token.lower == wanted and start <= token.start and token.end <= end and not passage.in_term(n)
    ]
    if len(found) != 1 or passage.word(found[0] - 1) in ("both", "more", "again"):
        return None
    if passage.word(found[0] + 1) in ("more", "so", "such", "even", "all"):
        return None
    if any(passage.word(n) in (".", "!", "?", ";") for n in _tokens_between(passage, start, end)):
        return None
    return passage.replaced(found[0], cased_like(new, passage.tokens[found[0]].text), RULE)


def _interrupted(passage: Passage, term: AspectTerm) -> bool:
    """Whether something new begins between a term and what is said of it ("its features but some need work")."""
    nearest = min(term.opinions, key=lambda o: abs(o.start - term.span.start))
    low, high = sorted((term.span, nearest), key=lambda s: s.start)
    return any(passage.word(n) in ("but", "and", ",", ";") for n in _tokens_between(passage, low.end, high.start))


def _tokens_between(passage: Passage, start: int, end: int) -> range:
    inside = [n for n, t in enumerate(passage.tokens) if start <= t.start and t.end <= end]
    return range(inside[0], inside[-1] + 1) if inside else range(0)

"""AddDiff: clauses on other aspects, of the opposite polarity, behind the unchanged sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from ...core.records import AspectTerm, Edit, Polarity, Span
from ...quality.english.inflect import lemma
from .passage import Passage
from .pool import Clause, Pool
from .variant import Refused, Variant

RULE = "added_clauses"
_CONTRAST = re.compile(r"\b(?:but|although)\b", re.IGNORECASE)
_END = re.compile(r"[\s.!?,;:…-]+$")
_OPPOSITE: dict[Polarity, tuple[Polarity, ...]] = {
    "positive": ("negative",),
    "negative": ("positive",),
    "neutral": ("positive", "negative"),
}


def add_clauses(passage: Passage, target: AspectTerm, pool: Pool, random: Random, most: int) -> Variant | Refused:
    """Make the AddDiff variant of one target. Label and offsets stay, and the sentence, but for its full stop, is kept.

    Args:
        passage: the sentence.
        target: the aspect under test.
        pool: clauses of the training corpus.
        random: draws number and clauses.
        most: clauses added at most.
    """
    candidates = [clause for side in _OPPOSITE[target.polarity] for clause in pool.clauses[side]]
    numbers = range(1, most + 1)
    # Each further clause is a third as likely: with three at most, nearly as many words are added as in the released
    # sets, and a judge is led astray about as often.
    number = random.choices(numbers, weights=[3.0 ** (most - n) for n in numbers])[0]
    chosen = _draw(candidates, passage, random, number)
    if not chosen:
        return Refused("no_clause_fits")
    return joined(passage, target, [(clause.text, _aspect(clause, number)) for number, clause in enumerate(chosen)])


def joined(passage: Passage, target: AspectTerm, clauses: Sequence[tuple[str, AspectTerm]]) -> Variant:
    """The sentence with clauses behind it: "A", "A and B" or "A, B and C", after ", but" (or ";" if it has one).

    Args:
        passage: the sentence.
        target: the aspect under test.
        clauses: each with its aspect, whose places are those in the clause.
    """
    stem = _stem(passage.text, target)
    glue = "; " if _CONTRAST.search(passage.text) else ", but "
    parts: list[str] = []
    others: list[AspectTerm] = []
    at = len(stem) + len(glue)
    for number, (text, aspect) in enumerate(clauses):
        if number:
            joint = " and " if number == len(clauses) - 1 else ", "
            parts.append(joint)
            at += len(joint)
        others.append(_moved(aspect, at))
        parts.append(text)
        at += len(text)
    added = glue + "".join(parts) + "."
    edit = Edit(start=len(stem), before=passage.text[len(stem) :], after=added, rule=RULE)
    own = tuple(t for t in passage.sentence.terms if t.id != target.id)
    return Variant(stem + added, target.span, target.polarity, (*own, *others), (edit,))


def _stem(text: str, target: AspectTerm) -> str:
    stem = _END.sub("", text)
    return stem if len(stem) >= target.span.end else text[: target.span.end]


def _draw(candidates: list[Clause], passage: Passage, random: Random, number: int) -> list[Clause]:
    """Up to `number` clauses whose terms occur neither in the sentence nor in each other, each with another opinion."""
    taken = {w for t in passage.tokens for w in (t.lower, lemma(t.lower, "n"))}
    by_opinion: dict[str, list[Clause]] = {}
    for clause in candidates:
        by_opinion.setdefault(clause.opinion, []).append(clause)
    # Opinion words first, so that "great" does not crowd out all others; each clause is looked at once, so that the
    # drawing ends however small the pool is.
    groups = [list(found) for found in by_opinion.values()]
    chosen: list[Clause] = []
    while groups and len(chosen) < number:
        at = random.randrange(len(groups))
        group = groups[at]
        clause = group.pop(random.randrange(len(group)))
        words = _words(clause)
        if not words & taken:
            chosen.append(clause)
            taken |= words
            group.clear()
        if not group:
            groups.pop(at)
    return chosen


def _words(clause: Clause) -> set[str]:
    found = {w.lower() for w in re.findall(r"\w+", clause.term.text)}
    return found | {lemma(w, "n") for w in found}


def _aspect(clause: Clause, number: int) -> AspectTerm:
    place = clause.text.lower().rfind(clause.opinion)
    opinions: tuple[Span, ...] = ()
    if place >= 0:
        words = clause.text[place : place + len(clause.opinion)]
        opinions = (Span(text=words, start=place, end=place + len(words)),)
    return AspectTerm(
        id=f"added_{number}:{clause.source}", span=clause.term, polarity=clause.polarity, opinions=opinions
    )


def _moved(aspect: AspectTerm, by: int) -> AspectTerm:
    def at(span: Span) -> Span:
        return Span(text=span.text, start=span.start + by, end=span.end + by)

    return aspect.model_copy(update={"span": at(aspect.span), "opinions": tuple(map(at, aspect.opinions))})

"""Contradictions between what a speaker says and their own facts: candidates by rule, for a judge to decide.

The rules see polarity and numbers. They find most planted denials, and on human dialogues most of what they find is no
contradiction ("I do not drink coffee at night" beside "I love coffee"), so they never decide anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .lexicon import NEGATIONS, OPPOSITES
from .persona_use import fact_content, fact_words
from .talk import Talk, said_content
from .wording import content, keyed, words

_CLAUSES = re.compile(r"[.!?;,]+|\b(?:but|although|though|because)\b", re.IGNORECASE)
_OVERLAP = 0.6
_SAME_CLAIM = 0.75
_COUNTING = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty
"""
_NUMBERS = {word: str(n) for n, word in enumerate(_COUNTING.split())}
_NUMBER_STEMS = frozenset(keyed(word)[0] for word in _NUMBERS) | frozenset(map(str, range(1000)))
_OPPOSITE = {keyed(one)[0]: keyed(other)[0] for one, other in (*OPPOSITES, *(pair[::-1] for pair in OPPOSITES))}

Rule = Literal["polarity", "number", "opposite"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clause that may contradict a fact of its own speaker."""

    turn: int
    """0-based."""
    speaker: str
    clause: str
    fact: str
    rule: Rule


def contradiction_candidates(talk: Talk) -> list[Candidate]:
    """Clauses that share most of a fact's words but not its polarity, a number in it, or one of two opposite words."""
    found: list[Candidate] = []
    facts = {speaker: [_Claim.of(fact) for fact in talk.facts(speaker)] for speaker in talk.speakers}
    if not any(facts.values()):
        return found
    for at, ((speaker, text), turn) in enumerate(zip(talk.turns, said_content(talk), strict=True)):
        # What a clause has, its turn has: most turns are settled without being cut into clauses.
        own = [claim for claim in facts[speaker] if not claim.stems.isdisjoint(turn) and claim.near(turn)]
        for clause, said in _clauses(text) if own else ():
            spoken = content(said)
            for claim in own:
                rule = None if claim.stems.isdisjoint(spoken) else _rule(said, spoken, claim)
                if rule is not None:
                    found.append(Candidate(at, speaker, clause.strip(), claim.text, rule))
    return found


@dataclass(frozen=True, slots=True)
class _Claim:
    """A fact, ready to be compared."""

    text: str
    words: Sequence[str]
    weights: dict[str, float]
    stems: frozenset[str]
    denies: bool

    @classmethod
    def of(cls, fact: str) -> _Claim:
        said, weights = fact_words(fact), fact_content(fact)
        return cls(fact, said, weights, frozenset(weights), not NEGATIONS.isdisjoint(said))

    def near(self, spoken: Mapping[str, float]) -> bool:
        """Whether enough of the claim is spoken of, or something opposite to it is."""
        return self.mostly(spoken) or any(_OPPOSITE.get(stem) in spoken for stem in self.stems)

    def mostly(self, spoken: Mapping[str, float]) -> bool:
        """Whether enough of the claim is spoken of."""
        shared = sum(weight for stem, weight in self.weights.items() if stem in spoken)
        return shared >= _OVERLAP * sum(self.weights.values())


def _clauses(text: str) -> Iterator[tuple[str, list[str]]]:
    start = 0
    for mark in [*_CLAUSES.finditer(text), None]:
        end = mark.start() if mark else len(text)
        clause = text[start:end]
        # A question claims nothing.
        if (mark is None or "?" not in mark.group()) and len(clause) > 5:
            yield clause, words(clause)
        start = mark.end() if mark else end


def _rule(said: Sequence[str], spoken: dict[str, float], claim: _Claim) -> Rule | None:
    if claim.mostly(spoken):
        if NEGATIONS.isdisjoint(said) == claim.denies:
            return "polarity"
        if _numbers_differ(said, claim.words):
            return "number"
    rest = (stem for stem in claim.weights if stem not in spoken)
    return "opposite" if any(_OPPOSITE.get(stem) in spoken for stem in rest) else None


def _numbers_differ(said: Sequence[str], fact: Sequence[str]) -> bool:
    """Whether both count the same thing, and not alike: "two dogs", "three dogs"."""
    ours, theirs = _counted(said), _counted(fact)
    return any(ours[thing] != number for thing, number in theirs.items() if thing in ours)


def _counted(said: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for at, word in enumerate(said):
        number = _NUMBERS.get(word, word if word.isdigit() else None)
        if number is not None:
            for after in said[at + 1 : at + 3]:
                stem, weight = keyed(after)
                if weight:
                    found.setdefault(stem, number)
                    break
    return found


def facts_contradict(facts: Sequence[str]) -> tuple[str, str] | None:
    """The first two of some facts that deny each other: nearly the same words, of opposite polarity or number.

    Facts are single claims, so that this is sure enough to refuse a persona for, unlike what a speaker says in passing.
    """
    for at, one in enumerate(facts):
        for other in facts[:at]:
            ours, theirs = _uncounted(one), _uncounted(other)
            smaller = min(sum(ours.values()), sum(theirs.values()))
            larger = max(sum(ours.values()), sum(theirs.values()))
            shared = sum(weight for stem, weight in ours.items() if stem in theirs)
            if not smaller or shared < _SAME_CLAIM * larger:
                continue
            denied = NEGATIONS.isdisjoint(fact_words(one)) != NEGATIONS.isdisjoint(fact_words(other))
            if denied or _numbers_differ(fact_words(one), fact_words(other)):
                return other, one
    return None


def _uncounted(fact: str) -> dict[str, float]:
    return {stem: weight for stem, weight in fact_content(fact).items() if stem not in _NUMBER_STEMS}

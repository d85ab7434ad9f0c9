"""Whose facts are spoken of, by whom: coverage, swapped personas, facts pasted word for word, facts of the partner."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .talk import Talk, said_content, said_lines
from .wording import content, has_run, words

PASTED_WORDS = 4
"""Shorter facts ("I am vegan") are said as they are by anybody."""
PASTED_SHARE = 0.8
_ASKED = 0.3
"""What it weighs that a question brings up the partner's fact: to ask for it is no claim to it."""


@dataclass(frozen=True, slots=True)
class PersonaUse:
    """What a dialogue does with the facts of its two speakers."""

    coverage: float
    """Share of the facts' content words, by weight, that the speaker they belong to says; mean of the speakers."""
    own: tuple[tuple[str, float], ...]
    """(speaker, coverage of their own facts)."""
    crossed: float
    """Share of the facts' content words that the other speaker is the first to say; mean of the speakers. Who takes up
    or asks about what the owner has told does not count."""
    pasted: tuple[tuple[str, str], ...]
    """(speaker, fact) of the facts that somebody says word for word, for four fifths of their length."""
    pasted_share: float
    """Share of pasted facts among the facts of at least four words."""
    by_partner: tuple[tuple[str, str], ...]
    """(speaker, fact) of facts that only the other speaker says word for word."""
    places_traded: tuple[float, int]
    """How strongly it looks as if the speakers traded places within the dialogue, and the turn from which on: the
    weight of facts first spoken of by their owner before it, or by the other one from it on, whichever is less."""


@lru_cache(4096)
def fact_words(fact: str) -> tuple[str, ...]:
    """The words of a fact; many dialogues share one."""
    return tuple(words(fact))


@lru_cache(4096)
def fact_content(fact: str) -> dict[str, float]:
    """The content words of a fact; not to be changed."""
    return content(fact_words(fact))


@lru_cache(4096)
def persona_use(talk: Talk) -> PersonaUse | None:
    """Measure it; None where fewer than two speakers take part or neither has facts."""
    speakers = talk.speakers
    if len(speakers) != 2 or not any(talk.facts(speaker) for speaker in speakers):
        return None
    contents = said_content(talk)
    said = {speaker: set[str]() for speaker in speakers}
    first = {speaker: set[str]() for speaker in speakers}
    seen: set[str] = set()
    for (who, _), turn in zip(talk.turns, contents, strict=True):
        first[who].update(turn.keys() - seen)
        said[who].update(turn)
        seen.update(turn)
    # One text for each speaker: no run of words crosses the break between two turns.
    spoken = [(who, line) for (who, _), line in zip(talk.turns, said_lines(talk), strict=True)]
    lines = {speaker: ["\n".join(line for who, line in spoken if who == speaker)] for speaker in speakers}
    own, crossed, pasted, by_partner, long_facts = [], [], [], [], 0
    for speaker, partner in (speakers, speakers[::-1]):
        facts = [(fact, fact_words(fact)) for fact in talk.facts(speaker)]
        if not facts:
            continue
        weights = [fact_content(text) for text, _ in facts]
        own.append((speaker, coverage(weights, said[speaker])))
        crossed.append(coverage(weights, first[partner]))
        for (text, fact), stems in zip(facts, weights, strict=True):
            if len(fact) < PASTED_WORDS:
                continue
            long_facts += 1
            length = math.ceil(PASTED_SHARE * len(fact) - 1e-9)
            # More content words that were never said than a run may leave out: no need to look for one.
            spare = len(fact) - length
            if len(stems.keys() - said[speaker]) <= spare and has_run(fact, lines[speaker], length):
                pasted.append((speaker, text))
            elif len(stems.keys() - said[partner]) <= spare and has_run(fact, lines[partner], length):
                pasted.append((speaker, text))
                by_partner.append((speaker, text))
    return PersonaUse(
        coverage=sum(share for _, share in own) / len(own),
        own=tuple(own),
        crossed=sum(crossed) / len(crossed),
        pasted=tuple(pasted),
        pasted_share=len(pasted) / long_facts if long_facts else 0.0,
        by_partner=tuple(by_partner),
        places_traded=_places_traded(talk),
    )


def coverage(facts: Sequence[Mapping[str, float]], said: Container[str]) -> float:
    """Share of the weight of some facts' content words that is found among the words said; 1 for facts without any."""
    total = sum(weight for fact in facts for weight in fact.values())
    if not total:
        return 1.0
    return sum(weight for fact in facts for stem, weight in fact.items() if stem in said) / total


def _places_traded(talk: Talk) -> tuple[float, int]:
    """Who speaks first of whose facts: when a turn is lost and the labels close up, that changes sides."""
    one, other = talk.speakers
    facts = {speaker: set().union(*map(fact_content, talk.facts(speaker))) for speaker in (one, other)}
    if not facts[one] or not facts[other]:
        return 0.0, 0
    told = facts[one] ^ facts[other]
    seen: set[str] = set()
    evidence = []
    for (speaker, text), turn in zip(talk.turns, said_content(talk), strict=True):
        asked = _ASKED if "?" in text else 1.0
        weight = 0.0
        for stem in turn.keys() & told:
            if stem not in seen:
                weight += turn[stem] if stem in facts[speaker] else -asked * turn[stem]
        seen.update(turn)
        evidence.append(weight)
    total, head, best = sum(evidence), 0.0, (0.0, 0)
    for at, weight in enumerate(evidence[:-1], 1):
        head += weight
        best = max(best, (min(head, head - total), at), key=lambda found: found[0])
    return best

"""Whose facts are spoken of, by whom: coverage, swapped personas, facts pasted word for word, facts of the partner."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .talk import Talk, said_words
from .wording import content, has_run, spaced, words

PASTED_WORDS = 4
"""Shorter facts ("I am vegan") are said as they are by anybody."""
PASTED_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class PersonaUse:
    """What a dialogue does with the facts of its two speakers."""

    coverage: float
    """Share of the facts' content words, by weight, that the speaker they belong to says; mean of the speakers."""
    own: tuple[tuple[str, float], ...]
    """(speaker, coverage of their own facts)."""
    crossed: float
    """Share of the facts' content words that the other speaker says; mean of the speakers."""
    pasted: tuple[tuple[str, str], ...]
    """(speaker, fact) of the facts that somebody says word for word, for four fifths of their length."""
    pasted_share: float
    """Share of pasted facts among the facts of at least four words."""
    by_partner: tuple[tuple[str, str], ...]
    """(speaker, fact) of facts that only the other speaker says word for word."""


@lru_cache(4096)
def fact_words(fact: str) -> tuple[str, ...]:
    """The words of a fact; many dialogues share one."""
    return tuple(words(fact))


@lru_cache(4096)
def persona_use(talk: Talk) -> PersonaUse | None:
    """Measure it; None where fewer than two speakers take part or neither has facts."""
    speakers = talk.speakers
    if len(speakers) != 2 or not any(talk.facts(speaker) for speaker in speakers):
        return None
    turns = said_words(talk)
    said = {
        speaker: content(w for (who, _), turn in zip(talk.turns, turns, strict=True) if who == speaker for w in turn)
        for speaker in speakers
    }
    lines = {
        speaker: [spaced(turn) for (who, _), turn in zip(talk.turns, turns, strict=True) if who == speaker]
        for speaker in speakers
    }
    own, crossed, pasted, by_partner, long_facts = [], [], [], [], 0
    for speaker, partner in (speakers, speakers[::-1]):
        facts = [(fact, fact_words(fact)) for fact in talk.facts(speaker)]
        if not facts:
            continue
        weights = [content(fact) for _, fact in facts]
        own.append((speaker, coverage(weights, said[speaker])))
        crossed.append(coverage(weights, said[partner]))
        for text, fact in facts:
            if len(fact) < PASTED_WORDS:
                continue
            long_facts += 1
            length = math.ceil(PASTED_SHARE * len(fact) - 1e-9)
            if has_run(fact, lines[speaker], length):
                pasted.append((speaker, text))
            elif has_run(fact, lines[partner], length):
                pasted.append((speaker, text))
                by_partner.append((speaker, text))
    return PersonaUse(
        coverage=sum(share for _, share in own) / len(own),
        own=tuple(own),
        crossed=sum(crossed) / len(crossed),
        pasted=tuple(pasted),
        pasted_share=len(pasted) / long_facts if long_facts else 0.0,
        by_partner=tuple(by_partner),
    )


def coverage(facts: Sequence[dict[str, float]], said: dict[str, float]) -> float:
    """Share of the weight of some facts' content words that is found among the words said; 1 for facts without any."""
    total = sum(weight for fact in facts for weight in fact.values())
    if not total:
        return 1.0
    return sum(weight for fact in facts for stem, weight in fact.items() if stem in said) / total

"""What a batch of dialogues has in common that the dialogues of people have not.

A model's dialogues may each look sound and all be alike: the same greetings, the same second turns, the same phrases.
Such shares depend on how many dialogues are compared, so every figure belongs to a size of batch.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean, pstdev

from ...core.seeding import seeded
from .persona_use import fact_content
from .talk import Talk, said_content, said_words

PERSONAS_ASKED = 10
"""Among so many personas a speaker's own is looked for."""
_STARTS = 10
_SHARED_WORDS = 4
TOKEN_SIZES = (250, 500, 1000, 2000, 5000, 10000)
"""Sizes, in words, at which distinct pairs are counted: the largest that a batch reaches."""
MOST_BATCHES = 20


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of a set, taken over batches of one size."""

    name: str
    value: float
    """Mean over the batches."""
    spread: float
    """Standard deviation over the batches; 0 for a single one."""
    batches: int
    size: int
    """Dialogues in a batch; words for distinct_2."""


def distinct_first(batch: Sequence[Talk], _random: Random) -> float | None:
    """Share of different first turns."""
    return _distinct_at(batch, 0)


def distinct_second(batch: Sequence[Talk], _random: Random) -> float | None:
    """Share of different second turns."""
    return _distinct_at(batch, 1)


def _distinct_at(batch: Sequence[Talk], place: int) -> float | None:
    said = [said_words(talk)[place] for talk in batch if len(talk.turns) > place]
    return len(set(said)) / len(said) if said else None


def common_starts(batch: Sequence[Talk], _random: Random) -> float | None:
    """Share of turns that begin with one of the ten commonest beginnings of three words."""
    turns = [turn for talk in batch for turn in said_words(talk)]
    starts = Counter(turn[:3] for turn in turns if len(turn) >= 3)
    return sum(count for _, count in starts.most_common(_STARTS)) / len(turns) if turns else None


def repeated_turns(batch: Sequence[Talk], _random: Random) -> float | None:
    """Share of turns of at least four words that another dialogue of the batch has too."""
    places: dict[tuple[str, ...], set[int]] = {}
    turns = [(at, turn) for at, talk in enumerate(batch) for turn in said_words(talk) if len(turn) >= _SHARED_WORDS]
    for at, turn in turns:
        places.setdefault(turn, set()).add(at)
    return sum(len(places[turn]) > 1 for _, turn in turns) / len(turns) if turns else None


def shared_4grams(batch: Sequence[Talk], _random: Random) -> float | None:
    """Share of runs of four words that another dialogue of the batch has too."""
    first: dict[tuple[str, ...], int] = {}
    shared: set[tuple[str, ...]] = set()
    count: Counter[tuple[str, ...]] = Counter()
    for at, talk in enumerate(batch):
        for turn in said_words(talk):
            for gram in zip(turn, turn[1:], turn[2:], turn[3:], strict=False):
                count[gram] += 1
                if first.setdefault(gram, at) != at:
                    shared.add(gram)
    total = count.total()
    return sum(count[gram] for gram in shared) / total if total else None


def distinct_2(batch: Sequence[Talk], words: int) -> float | None:
    """Share of different pairs of words among the first `words` of a batch; None where it has fewer."""
    flat: list[str] = []
    for talk in batch:
        flat.extend(word for turn in said_words(talk) for word in turn)
        if len(flat) >= words:
            pairs = list(itertools.pairwise(flat))
            return len(set(pairs)) / len(pairs)
    return None


def attribution(batch: Sequence[Talk], random: Random) -> float | None:
    """Share of speakers whose own persona, among ten, is the one that their turns say most of.

    Words weigh by how rare they are among the personas of the batch. None where the batch has too few personas.
    """
    people = [(at, speaker) for at, talk in enumerate(batch) for speaker in talk.speakers if talk.facts(speaker)]
    stems = {(at, speaker): frozenset().union(*map(fact_content, batch[at].facts(speaker))) for at, speaker in people}
    frequency = Counter(stem for found in stems.values() for stem in found)
    weight = {stem: math.log(len(people) / count) + 0.1 for stem, count in frequency.items()}
    right = asked = 0
    for at, speaker in people:
        own = stems[at, speaker]
        others = [stems[other] for other in people if other[0] != at and stems[other] != own]
        if not own or len(others) < PERSONAS_ASKED - 1:
            continue
        turns = zip(batch[at].turns, said_content(batch[at]), strict=True)
        said: set[str] = set().union(*(content for (who, _), content in turns if who == speaker))
        scores = [_told(found, said, weight) for found in random.sample(others, PERSONAS_ASKED - 1)]
        asked += 1
        right += _told(own, said, weight) > max(scores)
    return right / asked if asked else None


def _told(stems: Iterable[str], said: set[str], weight: dict[str, float]) -> float:
    total = hit = 0.0
    for stem in stems:
        total += weight[stem]
        if stem in said:
            hit += weight[stem]
    return hit / total if total else 0.0


STATISTICS: dict[str, Callable[[Sequence[Talk], Random], float | None]] = {
    "distinct_second": distinct_second,
    "distinct_first": distinct_first,
    "common_starts": common_starts,
    "repeated_turns": repeated_turns,
    "shared_4grams": shared_4grams,
    "attribution": attribution,
}
"""Statistics of a batch of a given number of dialogues; distinct_2 goes by words instead."""


def measure_batches(talks: Sequence[Talk], size: int, seed: int = 0) -> dict[str, Measured]:
    """Take every statistic over batches of `size` dialogues, drawn with `seed`.

    The set is shuffled and cut into batches; what is left over at the end is in none. A set with fewer than three
    batches' worth is shuffled and cut again, up to five times, so that the figure does not hang on one draw.

    Args:
        talks: the set; dialogues of fewer than two turns should be left out.
        size: dialogues in a batch, at most `len(talks)`.
        seed: of the draw.
    """
    random = seeded(seed, "dialogues", "batches", size)
    batches = _batches(talks, size, random)
    found: dict[str, Measured] = {}
    for name, compute in STATISTICS.items():
        values = [value for batch in batches if (value := compute(batch, random)) is not None]
        if values:
            found[name] = _measured(name, values, size)
    words = distinct_2_size(batches)
    if words:
        values = [value for batch in batches if (value := distinct_2(batch, words)) is not None]
        found["distinct_2"] = _measured("distinct_2", values, words)
    return found


def distinct_2_size(batches: Sequence[Sequence[Talk]]) -> int:
    """The largest of the fixed numbers of words that every batch reaches; 0 where there is none."""
    least = min((sum(len(turn) for talk in batch for turn in said_words(talk)) for batch in batches), default=0)
    return max((size for size in TOKEN_SIZES if size <= least), default=0)


def _batches(talks: Sequence[Talk], size: int, random: Random) -> list[list[Talk]]:
    whole = len(talks) // size
    rounds = 1 if whole >= 3 or len(talks) == size else 5
    batches: list[list[Talk]] = []
    for _ in range(rounds):
        drawn = list(talks)
        random.shuffle(drawn)
        batches += [drawn[at * size : (at + 1) * size] for at in range(whole)]
    return batches[:MOST_BATCHES]


def _measured(name: str, values: Sequence[float], size: int) -> Measured:
    return Measured(name, round(fmean(values), 4), round(pstdev(values), 4), len(values), size)

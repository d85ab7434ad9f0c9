"""Personality by questionnaire: what a speaker's own turns say of their traits, rated item by item.

What is easily done wrong, and is done here: only the speaker's own turns are shown, names masked; the rater may say
that there is no evidence; every item is asked twice, once turned round, in two separate calls, so that a rater who
agrees with everything is found out; and the keys are data that tests check.

Source: PsyCoT (questionnaire items answered one by one). The prompt published with it keys six of its eight items of
extraversion wrongly.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from ...core.records.persona import TraitName
from .masking import masked
from .personality_items import ITEMS, PersonalityItem

PROMPT = "dialogues/personality"
LEAST_ITEMS = 2
"""Items with evidence that a trait's score rests on at least."""
_MIDDLE = 3.0


class Rating(BaseModel):
    """One statement, rated."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    n: int = Field(ge=1)
    """Number of the statement."""
    evidence: str = Field(max_length=300)
    """What in the lines speaks for the rating; empty where there is none."""
    rating: Literal[1, 2, 3, 4, 5] | None
    """1 strongly disagree ... 5 strongly agree; null where the lines give no evidence."""


class Ratings(BaseModel):
    """What the rater is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    ratings: list[Rating]


class Keyed(Protocol):
    """An item, as far as scoring needs it."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def key(self) -> Literal[1, -1]:
        """Whether agreeing speaks for the trait."""
        ...


@dataclass(frozen=True, slots=True)
class TraitScore:
    """What came of one trait."""

    trait: TraitName
    score: float | None
    """1 (not at all) to 5 (very much); None where fewer than two items have evidence."""
    items: int
    """Items with evidence, in either pass."""
    agreement: float | None
    """How well the two passes agree on the items that both rated: 1 fully, 0 as badly as can be."""

    @property
    def level(self) -> Literal["low", "high"] | None:
        """Which side of the middle the score lies on; None on the middle or without a score."""
        if self.score is None or self.score == _MIDDLE:
            return None
        return "high" if self.score > _MIDDLE else "low"


def keyed_value(item: Keyed, rating: int, *, turned: bool = False) -> int:
    """A rating as a degree of the trait, 1 to 5.

    Args:
        item: what was rated.
        rating: 1 strongly disagree ... 5 strongly agree.
        turned: whether the opposite statement was rated.
    """
    for_the_trait = (item.key == 1) != turned
    return rating if for_the_trait else 6 - rating


def score_trait(
    trait: TraitName,
    items: Sequence[Keyed],
    straight: Mapping[str, int | None],
    turned: Mapping[str, int | None],
) -> TraitScore:
    """Score one trait from two passes.

    Args:
        trait: its name.
        items: its items.
        straight: item id -> rating of the statement; None or missing: no evidence.
        turned: item id -> rating of the opposite statement.
    """
    values: list[int] = []
    differences: list[int] = []
    rated = 0
    for item in items:
        one, other = straight.get(item.id), turned.get(item.id)
        found = [keyed_value(item, one)] if one is not None else []
        found += [keyed_value(item, other, turned=True)] if other is not None else []
        rated += bool(found)
        values += found
        if len(found) == 2:
            differences.append(abs(found[0] - found[1]))
    score = round(sum(values) / len(values), 4) if rated >= LEAST_ITEMS else None
    agreement = round(1 - sum(differences) / len(differences) / 4, 4) if differences else None
    return TraitScore(trait, score, rated, agreement)


Ask = Callable[[Mapping[str, Any], int], Awaitable[Ratings | None]]
"""Asks with the prompt's inputs and a sample number; None where the rater gave no usable answer."""


async def rate_speaker(
    lines: Sequence[str], traits: Sequence[TraitName], names: Sequence[str], ask: Ask
) -> list[TraitScore]:
    """Rate one speaker on some traits, in two calls.

    Args:
        lines: the speaker's own turns.
        traits: which traits.
        names: of the speakers, to be masked.
        ask: asks the rater.
    """
    items = [item for item in ITEMS if item.trait in traits]
    shown = [masked(line, names) for line in lines]
    straight = await _pass(shown, items, [item.statement for item in items], ask, 0)
    turned = await _pass(shown, items, [item.opposite for item in items], ask, 1)
    return [score_trait(trait, [item for item in items if item.trait == trait], straight, turned) for trait in traits]


async def _pass(
    lines: Sequence[str], items: Sequence[PersonalityItem], statements: Sequence[str], ask: Ask, sample: int
) -> dict[str, int | None]:
    numbered = [{"n": n, "text": statement} for n, statement in enumerate(statements, 1)]
    answer = await ask({"lines": list(lines), "statements": numbered}, sample)
    if answer is None:
        return {}
    by_number = {rating.n: rating.rating for rating in answer.ratings}
    return {item.id: by_number.get(n) for n, item in enumerate(items, 1)}

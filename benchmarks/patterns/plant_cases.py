"""Planted patterns: how many of their rows are found, under how many ids, and how many clean rows are blamed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from evaluation import halves
from plants import Planted, plant
from wordings import Wordings

from corpusmith.quality.patterns import PatternReport, find_patterns


class Score(NamedTuple):
    """One plant."""

    precision: float
    recall: float
    one_id: float
    """Share of the planted rows under the id that has most of them."""


def score(plant: Planted, found: PatternReport) -> Score:
    """Compare what was found with what was planted."""
    by_id: dict[str, set[int]] = defaultdict(set)
    for hit in found.hits:
        by_id[hit.pattern].add(hit.row)
    flagged = set().union(*by_id.values()) if by_id else set()
    right = len(flagged & plant.planted)
    most = max((len(rows & plant.planted) for rows in by_id.values()), default=0)
    size = len(plant.planted)
    return Score(right / len(flagged) if flagged else 0.0, right / size, most / size)


def scores(
    values: Sequence[dict[str, Any]],
    wordings: Wordings,
    families: Sequence[str],
    shares: Sequence[float],
    seeds: Sequence[int],
    size: int,
) -> Iterator[tuple[str, float, list[tuple[int, Any, Score]]]]:
    """For every family and share: the scores of all wordings and seeds."""
    for family in families:
        for share in shares:
            made = []
            for seed in seeds:
                data, reference = halves(values, size, seed)
                for number, wording in enumerate(wordings[family]):
                    one = plant(data, family, wording, share, seed + 1000 * number)
                    made.append((seed, wording, score(one, find_patterns(one.rows, reference))))
            yield family, share, made


def line(family: str, share: float, made: Sequence[tuple[int, Any, Score]], goal: str) -> str:
    """A line of the table: means, and the lowest in brackets."""
    cells = [
        f"{fmean(getattr(one, name) for *_, one in made):.3f} [{min(getattr(one, name) for *_, one in made):.3f}]"
        for name in Score._fields
    ]
    return f"| {family} | {share:.0%} | {len(made)} | {' | '.join(cells)} | {goal} |"


GOALS: Mapping[str, tuple[str, str, str]] = {
    "paraphrased_opening": ("P >= .95, R >= .5", "P >= .95, R >= .9", "P >= .95, R >= .9"),
    "paraphrased_closing": ("-", "-", "-"),
    "slotted_middle": ("-", "-", "-"),
}


def goal(family: str, share: float) -> str:
    """What is to be reached."""
    levels = GOALS.get(family, ("P >= .97, R >= .98",) * 3)
    return levels[0 if share < 0.03 else 1 if share < 0.08 else 2]


def clean(values: Sequence[dict[str, Any]], seeds: Sequence[int], size: int) -> Iterator[tuple[int, int, int]]:
    """Human rows against human rows: seed, patterns, rows that carry one."""
    for seed in seeds:
        data, reference = halves(values, size, seed)
        found = find_patterns(data, reference)
        yield seed, len(found.patterns), found.flagged

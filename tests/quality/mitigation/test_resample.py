"""resample: rows that the reference has seldom get a low weight, whatever their length."""

from __future__ import annotations

import random

import numpy as np
import pytest

from corpusmith.quality import Row
from corpusmith.quality.mitigation import draw_by_weight, importance

_WORDS = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("l", "n", "r", "st")]


def rows(size, seed, opening=()):
    chance = random.Random(seed)
    made = []
    for at in range(size):
        text = " ".join(chance.choices(_WORDS, k=chance.randrange(5, 120)))
        made.append(
            Row(at, str(at), {"output": f"Many thanks, let us look at this now. {text}" if at in opening else text})
        )
    return made


@pytest.fixture(scope="module")
def weighed():
    planted = set(range(0, 600, 10))
    data = rows(600, 1, planted)
    return data, planted, importance(data, rows(600, 2), ("output",))


def test_rows_that_the_reference_does_not_have_weigh_less(weighed):
    _, planted, weights = weighed
    mask = np.array([at in planted for at in range(600)])
    assert weights[mask].max() < np.median(weights[~mask])
    kept = draw_by_weight(weights, 540, seed=3)
    assert kept.sum() == 540
    assert kept[mask].sum() <= 3


def test_lengths_stay_as_they_were(weighed):
    data, planted, weights = weighed
    kept = draw_by_weight(weights, 540, seed=3)
    size = np.array([len(row.text("output").split()) for row in data])
    clean = np.array([at not in planted for at in range(600)])
    assert abs(size[kept & clean].mean() / size[clean].mean() - 1) < 0.05


def test_a_reference_under_another_name_is_the_same(weighed):
    data, _, weights = weighed
    other = [Row(row.index, row.id, {"response": row.text("output")}) for row in rows(600, 2)]
    assert np.allclose(importance(data, other, ("output",)), weights)

"""Spread in embedding space: what the numbers mean on sets whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from corpusmith.quality import Row
from corpusmith.quality.diversity import diversity
from corpusmith.quality.embedding_spread import embedding_spread, nearest_distances


def test_equal_rows_do_not_spread():
    found = embedding_spread(np.tile([[3.0, 4.0]], (50, 1)))
    assert found == {
        "rows": 50,
        "mean_distance": 0.0,
        "effective_rows": 1.0,
        "nearest_mean": 0.0,
        "nearest_median": 0.0,
        "nearest_p10": 0.0,
    }


def test_rows_at_right_angles_count_each():
    found = embedding_spread(np.eye(8))
    assert (found["mean_distance"], found["effective_rows"], found["nearest_mean"]) == (1.0, 8.0, 1.0)


def test_two_heaps_count_as_two_rows():
    found = embedding_spread(np.repeat(np.eye(2), 30, axis=0))
    assert found["effective_rows"] == 2.0
    assert found["mean_distance"] == pytest.approx(30 / 59, abs=1e-4)
    assert found["nearest_mean"] == 0.0


vectors = arrays(np.float64, st.tuples(st.integers(2, 12), st.integers(1, 5)), elements=st.integers(-3, 3).map(float))


@given(vectors)
def test_the_mean_is_that_of_all_pairs(table):
    unit = table[np.any(table != 0, axis=1)]
    if len(unit) < 2:
        assert embedding_spread(table) == {}
        return
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    pairs = [1 - unit[i] @ unit[j] for i in range(len(unit)) for j in range(i)]
    found = embedding_spread(3.0 * table)
    assert found["mean_distance"] == pytest.approx(np.mean(pairs), abs=1e-4)
    assert 1 - 1e-6 <= found["effective_rows"] <= min(unit.shape) + 1e-6


@given(vectors, st.integers(1, 4))
def test_nearest_distances_by_brute_force(table, neighbours):
    found = nearest_distances(table, neighbours)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    unit = table / np.where(lengths == 0, 1, lengths)
    for i in range(len(table)):
        others = sorted(1 - unit[i] @ unit[j] for j in range(len(table)) if j != i)
        assert found[i] == pytest.approx(np.mean(others[:neighbours]), abs=1e-8)


def test_an_outlier_is_the_farthest():
    chance = np.random.default_rng(0)
    heap = np.array([1.0, 0, 0]) + 0.05 * chance.normal(size=(2000, 3))
    assert nearest_distances(np.vstack([heap, [[0, 1, 0]]])).argmax() == 2000


@pytest.mark.parametrize("table", [np.zeros(3), np.array([[1.0, np.nan], [0, 1]])])
def test_what_is_no_table_of_numbers(table):
    with pytest.raises(ValueError, match="a table of finite numbers"):
        embedding_spread(table)


def test_diversity_takes_an_embedder():
    rows = [Row(i, str(i), {"instruction": text}) for i, text in enumerate(["a dog", "a dog", "the sea", ""])]
    places = {"a dog": [1.0, 0.0], "the sea": [0.0, 1.0]}
    measured = diversity(rows, embed=lambda texts: np.array([places[text] for text in texts]))
    assert measured["embedding_spread"]["rows"] == 3
    assert measured["embedding_spread"]["mean_distance"] == pytest.approx(2 / 3, abs=1e-4)
    assert "embedding_spread" not in diversity(rows)

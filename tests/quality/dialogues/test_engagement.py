"""The engagement counts, and when a score may be called engagement."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.dialogues.engagement import calibrate, content_words, engagement, win_rates
from corpusmith.quality.dialogues.talk import Talk

LIVELY = [
    ("A", "The ferry sank my bicycle, would you believe it?"),
    ("B", "Which ferry sinks bicycles?"),
    ("A", "The blue one, with the captain who whistles hymns."),
    ("B", "Hymns, on a Tuesday! My aunt would have joined in from the pier."),
]
FLAT = [
    ("A", "That is great."),
    ("B", "Yes, that is great."),
    ("A", "I agree, me too."),
    ("B", "Same here."),
]


def test_a_lively_dialogue_counts_for_more():
    lively, flat = engagement(Talk(tuple(LIVELY))), engagement(Talk(tuple(FLAT)))

    assert lively["content_words"] > flat["content_words"]
    assert lively["new_detail"] > flat["new_detail"] == 0.0
    assert lively["hooks"] == 0.5
    assert lively["uptake"] == pytest.approx(2 / 3, abs=1e-3), "the blue one takes nothing up by name"
    assert lively["dead_ends"] < flat["dead_ends"] == 1.0
    assert flat["agreement"] > lively["agreement"] == 0.0


def test_an_echo_is_no_uptake():
    echo = [*LIVELY[:1], ("B", "The ferry sank my bicycle, would you believe it?")]

    assert engagement(Talk(tuple(echo)))["uptake"] == 0.0


def test_a_score_is_called_engagement_only_after_calibration():
    ratings = list(range(40))

    assert calibrate(ratings, ratings).name() == "engagement"
    assert calibrate(ratings[:20], ratings[:20]).name() == "liveliness (not calibrated)"
    assert not calibrate([(r * 7) % 11 for r in ratings], ratings).holds
    with pytest.raises(ValueError, match="3 scores and 4 ratings"):
        calibrate([1, 2, 3], [1, 2, 3, 4])


def test_pairs_become_scores():
    rates = win_rates([("a", "b", "a"), ("a", "c", "a"), ("b", "c", None), ("c", "b", "b")])

    assert rates == {"a": 1.0, "b": 0.5, "c": pytest.approx(1 / 6, abs=1e-4)}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=30))
def test_rank_correlation_is_symmetric_and_bounded(pairs):
    one, other = zip(*pairs, strict=True)
    found = calibrate(one, other).spearman

    assert -1 <= found <= 1
    assert found == calibrate(other, one).spearman
    assert calibrate([-x for x in one], other).spearman == pytest.approx(-found, abs=1e-3)


def test_counting_content_words_agrees_with_people(eval_data):
    path = eval_data / "dialogues" / "usr_personachat_ratings_30_contexts.json"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the folder of evaluation data")
    responses = [r for context in json.loads(path.read_text(encoding="utf-8")) for r in context["responses"]]

    found = calibrate([content_words(r["response"]) for r in responses], [sum(r["Engaging"]) for r in responses])

    assert found.holds
    assert found.spearman > 0.5

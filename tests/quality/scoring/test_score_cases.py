"""Accuracy per strategy, ARS, drop and their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.records import AspectRecord, Origin
from corpusmith.quality.scoring.arts import constant_predictions, majority_of, score_cases
from corpusmith.quality.scoring.arts_set import STRATEGIES, ArtsSet
from corpusmith.quality.scoring.bootstrap import Resampling, percentile_interval, resampled_shares

LABELS = ("positive", "negative", "neutral")


def case(target: str, strategy: str, polarity: str, sentence: str = "The tea is hot.") -> AspectRecord:
    return AspectRecord(
        origin=Origin(builder="import"),
        sentence=sentence,
        term="tea",
        start=4,
        end=7,
        polarity=polarity,
        target=target,
        strategy=strategy,
    )


# The first original has all its cases right, the second misses one, the third misses itself.
SET = ArtsSet(
    {
        "a": case("a", "original", "positive"),
        "a1": case("a", "revtgt", "negative"),
        "a3": case("a", "adddiff", "positive"),
        "b": case("b", "original", "negative"),
        "b1": case("b", "revtgt", "positive"),
        "c": case("c", "original", "neutral"),
    }
)
GIVEN = {"a": "positive", "a1": "negative", "a3": "positive", "b": "negative", "b1": "negative", "c": "positive"}


def test_the_robustness_score_wants_the_original_and_all_its_cases():
    score = score_cases(SET, GIVEN)

    assert (score.ars.right, score.ars.of) == (1, 3)
    assert score.original_accuracy == pytest.approx(200 / 3)
    assert score.drop == pytest.approx(100 / 3)
    assert {name: (share.right, share.of) for name, share in score.strategies.items()} == {
        "original": (2, 3),
        "revtgt": (1, 2),
        "adddiff": (1, 1),
    }
    assert (score.pooled.right, score.pooled.of) == (4, 6)
    assert score.as_dict()["ars"] == 33.3333
    assert score.as_dict()["intervals"]["ars"] is None


def test_what_is_not_answered_is_wrong_and_named():
    score = score_cases(SET, {**GIVEN, "a1": None, "a3": "maybe"})
    assert score.ars.right == 0
    assert score.unanswered == ("a1",)
    assert score.predicted == {"maybe": 1, "negative": 2, "positive": 2}
    nothing = score_cases(SET, {})
    assert nothing.pooled.right == 0
    assert len(nothing.unanswered) == 6


def test_cases_without_their_original_are_in_no_robustness_score():
    lonely = ArtsSet({**SET.cases, "d1": case("d", "revtgt", "positive")})
    score = score_cases(lonely, {**GIVEN, "d1": "negative"})
    assert score.ars.of == 3
    assert score.strategies["revtgt"].of == 3
    assert score.without_original == ("d1",)


def test_a_constant_predictor_is_known_as_one():
    assert majority_of(SET) == "negative"  # the first in the alphabet of three that come once each
    score = score_cases(SET, constant_predictions(SET, "positive"))
    assert score.constant == "positive"
    assert score_cases(SET, GIVEN).constant is None
    assert score_cases(SET, {"a": "positive"}).constant is None


def test_an_empty_set_has_no_figures():
    score = score_cases(ArtsSet({}), {}, Resampling(50))
    assert score.ars.percent is None
    assert score.drop is None


def test_intervals_are_those_of_the_seed_and_lie_around_the_value():
    groups = {}
    for number in range(80):
        groups[f"{number}"] = case(f"{number}", "original", "positive")
        groups[f"{number}+"] = case(f"{number}", "adddiff", "positive")
    cases = ArtsSet(groups)
    given_ = {name: "positive" if int(name.rstrip("+")) % 4 else "negative" for name in groups}

    one, again, other = (score_cases(cases, given_, Resampling(400, seed)) for seed in (1, 1, 2))

    assert one == again
    assert one.ars.interval != other.ars.interval
    low, high = one.ars.interval
    assert low < one.ars.percent < high
    # An original and its case are drawn together: the interval is that of 80 groups, not of 160 rows.
    assert high - low == pytest.approx(2 * 1.96 * 100 * (0.75 * 0.25 / 80) ** 0.5, rel=0.2)
    assert one.pooled.interval == pytest.approx(one.ars.interval)
    assert one.drop_interval == (0.0, 0.0)


@given(
    st.lists(
        st.tuples(st.sampled_from(LABELS), st.lists(st.sampled_from(STRATEGIES[1:]), unique=True), st.booleans()),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_shares_add_up(groups, random):
    cases = {}
    for number, (label, strategies, has_original) in enumerate(groups):
        for strategy in (["original"] if has_original else []) + strategies:
            cases[f"{number}{strategy}"] = case(str(number), strategy, label)
    found = ArtsSet(cases)
    answers = {name: random.choice([*LABELS, None]) for name in cases}

    score = score_cases(found, answers)

    assert score.pooled.of == len(cases)
    assert score.pooled.right == sum(share.right for share in score.strategies.values())
    assert sum(score.predicted.values()) + len(score.unanswered) == len(cases)
    originals = score.strategies.get("original")
    assert score.ars.of == (originals.of if originals else 0)
    assert score.ars.right <= (originals.right if originals else 0)
    if score.drop is not None:
        assert score.drop >= 0


def test_a_share_that_is_the_same_in_every_group_has_no_width():
    drawn = resampled_shares(np.ones((5, 1)), np.full((5, 1), 2.0), Resampling(30))
    assert percentile_interval(drawn[:, 0], 0.95) == (0.5, 0.5)
    nothing = resampled_shares(np.zeros((5, 1)), np.zeros((5, 1)), Resampling(30))
    assert percentile_interval(nothing[:, 0], 0.95) is None
    assert resampled_shares(np.ones((5, 2)), np.ones((5, 2)), Resampling(0)).shape == (0, 2)


def test_questions_hold_no_labels():
    for question in SET.questions():
        assert not set(LABELS) & {str(getattr(question, name)) for name in question.__slots__}
    assert [question.id for question in SET.questions()] == list(SET.cases)
    assert list(SET.only(1).cases) == ["a", "a1", "a3"]

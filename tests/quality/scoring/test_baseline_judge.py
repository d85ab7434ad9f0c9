"""The baseline judge: what it looks at, and that it is the same each time."""

from __future__ import annotations

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.data.sources.aspects import read_aspects
from corpusmith.quality.scoring.baseline_judge import BaselineJudge, Place


def test_the_window_is_the_term_with_five_words_on_either_side():
    sentence = "one two three four five six the apple pie, seven eight nine ten eleven twelve"
    start = sentence.index("apple pie")
    assert Place(sentence, start, start + 9).window == "three four five six the apple pie , seven eight nine ten"
    assert Place("pie", 0, 3).window == "pie"


def test_it_learns_what_the_words_mean(cafe):
    judge = BaselineJudge(read_aspects(cafe.train_file).sentences)
    asked = [Place(f"The soup was {word}.", 4, 8) for word in ("tasty", "bland", "on the list")]

    answers = judge.predict(asked)

    assert answers == [["positive", "negative", "neutral"]] * 3
    assert judge.trained_on == 240
    assert judge.majority == "negative"  # as frequent as positive, and first in the alphabet
    assert judge.predict([]) == [[], [], []]
    right, of = judge.cross_validated
    assert of == 240
    assert right >= 230


def test_two_fits_are_one(cafe):
    train = read_aspects(cafe.train_file).sentences
    asked = [Place(case["sentence"], case["from"], case["to"]) for case in cafe.cases.values()]
    assert BaselineJudge(train).predict(asked) == BaselineJudge(train).predict(asked)


def test_it_needs_two_polarities(cafe):
    train = [s for s in read_aspects(cafe.train_file).sentences if s.terms[0].polarity == "positive"]
    with pytest.raises(UsageError, match="96 terms of 1 polarities"):
        BaselineJudge(train)
    with pytest.raises(UsageError, match="0 terms of 0 polarities"):
        BaselineJudge([])

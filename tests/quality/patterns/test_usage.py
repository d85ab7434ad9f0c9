"""Counts of a human set in the place of a reference."""

from __future__ import annotations

import numpy as np

from corpusmith.quality import Row
from corpusmith.quality.patterns import find_patterns, human_usage
from corpusmith.quality.patterns.encode import encode
from corpusmith.quality.patterns.features import Stream, grams, masked
from corpusmith.quality.patterns.tokens import Vocabulary
from corpusmith.quality.patterns.usage import FLOOR, counted, written
from corpusmith.quality.uniformity.domain import domain_fairness, standing_usage

QUESTIONS = (
    "What is the best way to get to the city from here?",
    "Give me a list of five things to do in the summer.",
    "Who was the first person to walk on the moon?",
    "Why do people like to drink tea in the morning?",
)


def numbers(text, place, size):
    encoded = encode([text], [0], Vocabulary())
    return grams(encoded, Stream(place, size), masked(encoded, "", np.zeros(0, dtype=np.uint64))).number


def test_what_people_often_say_is_known_and_what_is_rare_is_not_told():
    usage = human_usage()
    what_is = usage.asked.of(Stream("opening", 2), numbers("What is it", "opening", 2))
    assert what_is.tolist()[0] > 300
    rare = usage.asked.of(Stream("opening", 2), numbers("Zebras whistle", "opening", 2))
    assert rare.tolist() == [FLOOR - 1]
    assert usage.field("response") is usage.answered
    assert usage.field("prompt") is usage.asked
    assert usage.field("messages:assistant") is None


def test_a_count_is_the_number_of_rows(tmp_path):
    made = written(["A tea, please. A tea."] * 9 + ["No tea"], ["Yes."] * 10, tmp_path / "usage.npz")
    assert made.asked.rows == 10
    assert made.asked.of(Stream("anywhere", 2), numbers("a tea", "anywhere", 2)).tolist() == [9]
    assert counted(["x y"] * 3).known(Stream("anywhere", 2), numbers("x y", "anywhere", 2)).tolist() == [3]


def test_an_opening_that_people_use_is_no_pattern_and_another_one_is(ordinary):
    said = ["What is the", "It is important to note that", "Zebras whistle in the rain, and"]
    rows = [
        Row(
            row.index,
            row.id,
            {"instruction": f"{said[row.index % 12] if row.index % 12 < 3 else ''} {row.text('response')}"},
        )
        for row in ordinary(600, 3)
    ]
    found = find_patterns(rows, human_usage())
    texts = [one.text for one in found.patterns]
    assert found.counted
    assert any("zebras whistle in the rain" in text for text in texts)
    assert not any(text == "what is the" for text in texts)
    assert any("There was no reference" in note for note in found.notes)


def test_the_counts_stand_for_a_reference_only_where_they_are_near():
    rows = [Row(at, str(at), {"instruction": QUESTIONS[at % 4], "output": "x"}) for at in range(80)]
    usage, fair = standing_usage(rows)
    assert usage is not None
    assert fair.verdict in ("fair", "doubtful")
    german = "Wie komme ich von hier aus am besten in die Stadt und wieder zurück?"
    usage, fair = standing_usage([Row(at, str(at), {"instruction": german}) for at in range(80)])
    assert usage is None
    assert fair.verdict == "unfair"
    assert standing_usage(rows[:5])[1].verdict == "unknown"


def test_another_language_is_far():
    german = ["Wie komme ich von hier aus am besten in die Stadt und wieder zurück?"] * 40
    assert domain_fairness(german, "instruction", human_usage()).verdict == "unfair"
    chinese = ["请告诉我怎样从这里去城里最好。"] * 40
    assert domain_fairness(chinese, "instruction", human_usage()).verdict == "unfair"

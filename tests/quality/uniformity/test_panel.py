import random
from itertools import product

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.quality import Row
from corpusmith.quality.uniformity import UniformityOptions, fairness, measure
from corpusmith.quality.uniformity.figures import NAME
from corpusmith.quality.uniformity.panel import in_words

NAMES = ["".join(parts) for parts in product(("ka", "lo", "mi", "ren", "tas"), ("pel", "dri", "sun", "gar"), "aeio")]
SMALL = ["the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "was", "on", "are", "as", "with", "his"]


def text(chance, words):
    made = [chance.choice(SMALL) if chance.random() < 0.5 else chance.choice(words) for _ in range(words_in(chance))]
    return " ".join(made).capitalize() + chance.choice((".", ".", "!", "", "\n- x"))


def words_in(chance):
    return int(5 + chance.expovariate(1 / 25))


def rows(size, seed, words=tuple(NAMES), opening="", column="response"):
    chance = random.Random(seed)
    return [
        Row(at, str(at), {"instruction": text(chance, words)[:60] + "?", column: opening + text(chance, words)})
        for at in range(size)
    ]


def test_two_sets_of_one_source_are_alike():
    panel = measure(rows(300, 1), rows(300, 2))
    assert [line.name for line in panel.lines if line.verdict not in ("alike", "not compared")] == []
    assert panel.leading == ()
    assert panel.headlines == ()
    assert panel.fairness.verdict == "fair"


def test_one_opening_shows_in_the_measures_of_openings():
    panel = measure(rows(300, 1, opening="Well, here is a thought: "), rows(300, 2))
    line = panel.line("ten_openings")
    assert line.verdict == "more uniform"
    assert line.data.value == pytest.approx(1.0)
    assert line.words.startswith("All answers open with one of ten phrases;")
    assert panel.line("first_word_entropy").data.value == 0
    assert panel.line("self_repetition").verdict == "more uniform"
    assert panel.leading[0].strength >= panel.leading[-1].strength


def test_intervals_hold_the_value_and_shrink_with_more_rows():
    few, many = (measure(rows(size, 3), rows(size, 4)).line("end_punctuation") for size in (100, 800))
    for line in (few, many):
        for value in (line.data, line.reference):
            assert value.low <= value.value <= value.high
    assert many.data.high - many.data.low < few.data.high - few.data.low


def test_the_same_seed_gives_the_same_panel():
    assert measure(rows(200, 1), rows(200, 2)) == measure(rows(200, 1), rows(200, 2))


def test_a_reference_of_another_domain_is_said_loudly():
    sums = [
        Row(at, str(at), {"instruction": f"What is {at} + {at % 7}?", "response": f"{at} + {at % 7} = {at + at % 7}"})
        for at in range(200)
    ]
    panel = measure(sums, rows(300, 2))
    assert panel.fairness.verdict == "unfair"
    assert panel.headlines[0].startswith("NOT A FAIR COMPARISON")
    assert "instruction" in panel.headlines[0]


def test_uniform_answers_to_the_same_questions_are_a_fair_comparison():
    asked = rows(300, 1)
    same = [Row(row.index, row.id, {**row.fields, "response": "Yes."}) for row in asked]
    assert measure(same, rows(300, 2)).fairness.verdict == "fair"


def test_too_few_rows_to_judge_a_reference():
    assert fairness(["a b"] * 5, ["a b"] * 5, "response").verdict == "unknown"


def test_without_a_reference_published_figures_stand_beside():
    panel = measure(rows(300, 1, opening="Well, here is a thought: "))
    assert panel.reference == NAME
    assert panel.fairness is None
    line = panel.line("ten_openings")
    assert line.reference.value < 0.2
    assert NAME in line.words
    assert panel.rows == 100
    assert panel.line("ten_openings", "instruction").reference is None


def test_turns_are_measured_and_counted_as_texts():
    chance = random.Random(1)
    talks = [Row(at, str(at), {"turns": [text(chance, NAMES) for _ in range(6)]}) for at in range(50)]
    panel = measure(talks, talks)
    assert {line.field for line in panel.lines} == {"turns"}
    assert panel.rows == 150
    assert "turns" in panel.line("ten_openings").words


def test_embeddings_may_be_handed_in():
    import numpy as np

    seen = []

    def embed(texts):
        seen.append(len(texts))
        return np.ones((len(texts), 3))

    panel = measure(rows(100, 1), rows(100, 2), UniformityOptions(fields=("response",)), embed)
    assert seen == [100, 100]
    assert panel.line("mean_similarity").data.value == pytest.approx(1.0, abs=1e-4)
    assert panel.line("vendi_score").data.value == pytest.approx(1.0, abs=1e-3)


def test_too_few_texts_are_an_error_that_tells_what_there_is():
    with pytest.raises(UsageError, match=r"nothing to measure.*response \(5 texts\).*at least 40"):
        measure(rows(5, 1))


def test_an_unknown_measure_is_named():
    with pytest.raises(KeyError, match="no measure gloss"):
        measure(rows(100, 1)).line("gloss")


def test_columns_have_a_line_a_measure():
    panel = measure(rows(100, 1), rows(100, 2))
    columns = panel.columns()
    assert {len(values) for values in columns.values()} == {len(panel.lines)}


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "all"),
        (0.97, "nearly all"),
        (0.41, "four in ten"),
        (0.05, "one in twenty"),
        (0.13, "13 in a hundred"),
        (0.03, "three in a hundred"),
        (0.004, "four in a thousand"),
        (0.0, "none"),
    ],
)
def test_shares_in_words(share, words):
    assert in_words(share) == words


def test_a_reference_may_call_its_columns_otherwise():
    panel = measure(rows(100, 1), rows(100, 2, column="output"))
    assert panel.line("ten_openings", "response").reference is not None
    assert "The reference's output was taken for response." in panel.notes

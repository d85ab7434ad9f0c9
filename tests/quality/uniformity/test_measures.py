import numpy as np
import pytest

from corpusmith.quality.patterns.encode import encode
from corpusmith.quality.patterns.tokens import Vocabulary
from corpusmith.quality.uniformity.measures import MEASURES, Budget, Side, self_repetition
from corpusmith.quality.uniformity.texts import Texts

BUDGET = Budget(rows=10, tokens=1000, characters=10_000, skeleton=10_000, similar=10)


def side(*texts):
    encoded = encode(texts, range(len(texts)), Vocabulary())
    return Side(Texts(texts, encoded, np.zeros(0, dtype=np.uint64)), np.eye(len(texts), dtype=np.float32))


def value(name, *texts, budget=BUDGET):
    [one] = [one for one in MEASURES if one.name == name]
    return one.compute(side(*texts), np.arange(len(texts)), budget)


def test_self_repetition_is_the_share_of_sequences_that_another_text_has():
    one, two = "a b c d e", "x a b c d"
    # Of two sequences in each, "a b c d" is in both.
    assert value("self_repetition", one, two) == 0.5
    assert value("self_repetition", one, one) == 1.0
    assert value("self_repetition", one, "p q r s") == 0.0
    assert value("self_repetition", "a", "b") == 0.0


def test_what_a_text_repeats_within_itself_is_not_counted():
    assert self_repetition(side("a b c d a b c d", "p q r s"), np.arange(2), BUDGET) == 0.0


def test_entropy_of_the_first_word():
    assert value("first_word_entropy", "a x", "b x", "c x", "d x") == pytest.approx(2.0)
    assert value("first_word_entropy", "a x", "a y") == 0.0


def test_the_ten_commonest_openings_of_few():
    assert value("ten_openings", "a b c x", "a b c y", "p q r") == 1.0
    assert value("ten_openings", *(f"{n} " + "ab cd ef".replace("a", "ak" * n) for n in range(1, 21))) == 0.5


def test_distinct_words_are_taken_of_a_fixed_number():
    texts = ["a b a b"] * 100
    assert value("distinct_1", *texts, budget=Budget(100, 200, 1, 1, 1)) == pytest.approx(2 / 200)
    assert value("distinct_1", "a b", budget=Budget(1, 2, 1, 1, 1)) is None


def test_formats_are_seen():
    assert value("lists", "- one\n- two", "1. one", "plain", "a - b") == 0.5
    assert value("markdown", "**bold** x", "# head", "`code`", "2 * 3 * 4") == 0.75
    assert value("end_punctuation", "Done.", "Done", "好。", "what?") == 0.75


def test_compression_sees_repetition():
    texts = [f"the {n} birds of the north sing of {n * 7} things" for n in range(60)]
    same = ["the birds of the north sing of many good things"] * 60
    budget = Budget(60, 10, 2000, 1000, 1)
    assert value("gzip_ratio", *same, budget=budget) > value("gzip_ratio", *texts, budget=budget)


def test_effective_number_of_texts():
    texts = [f"text {n}" for n in range(30)]
    assert value("vendi_score", *texts, budget=Budget(30, 1, 1, 1, 30)) == pytest.approx(30, rel=1e-3)


def test_pairs_of_verb_and_noun():
    texts = [
        "Write a poem about x",
        "Please write me a poem",
        *(f"Find thing{'abcdefghij'[n % 10]}" for n in range(30)),
    ]
    assert value("ten_verb_noun_pairs", *texts) == pytest.approx((3 * 9 + 3) / 32, abs=0.07)

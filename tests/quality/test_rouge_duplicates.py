import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.quality import Row
from corpusmith.quality.duplicates.rouge import RougeLDuplicate, rouge_l
from corpusmith.quality.words import rouge_tokens


def rows(texts, columns=("instruction",)):
    cells = [text if isinstance(text, tuple) else (text,) for text in texts]
    return [Row(at, f"r{at}", dict(zip(columns, cell, strict=True))) for at, cell in enumerate(cells)]


def longest_common(a, b):
    """The textbook table."""
    line = [0] * (len(b) + 1)
    for x in a:
        before = line
        line = [0]
        for at, y in enumerate(b):
            line.append(before[at] + 1 if x == y else max(before[at + 1], line[at]))
    return line[-1]


def f_of(a, b):
    return Fraction(2 * longest_common(a, b), len(a) + len(b)) if a and b else Fraction(0)


def brute_force(rows, columns, bar, floor):
    """(value, matched row) of every row, each compared with all rows that are no duplicates themselves."""
    kept, found = [], []
    for row in rows:
        parts = [rouge_tokens(row.text(column)) for column in columns]
        if not any(parts):
            found.append((None, None))
            continue
        best = (None, None)
        for other, at in kept:
            f = min(Fraction(1) if not a and not b else f_of(a, b) for a, b in zip(parts, other, strict=True))
            if f > floor and (best[0] is None or f > best[0]):
                best = (f, at)
        if best[0] is None or best[0] <= bar:
            kept.append((parts, row.index))
        found.append(best)
    return [(None if f is None else float(f), at) for f, at in found]


def judged(rows, columns, bar, floor=None, sizes=()):
    check = RougeLDuplicate(RougeLDuplicate.Options(fields=columns, bar=bar, floor=floor))
    left, found = list(rows), []
    for size in [*sizes, len(left)]:
        found += check.judge(left[:size])
        left = left[size:]
    return [(f.value, f.evidence.get("matched_row")) for f in found]


WORDS = st.lists(st.sampled_from("abcdef"), max_size=9).map(" ".join)
BARS = st.sampled_from([0.0, 0.25, 0.5, 0.7, 0.9])


@settings(max_examples=200)
@given(st.lists(WORDS, max_size=20), BARS, st.lists(st.integers(1, 6), max_size=20))
def test_equals_brute_force_in_any_batches(texts, bar, sizes):
    these = rows(texts)
    expected = brute_force(these, ("instruction",), Fraction(str(bar)), Fraction(str(bar)))
    assert judged(these, ("instruction",), bar, sizes=sizes) == expected


@given(st.lists(st.tuples(WORDS, WORDS), max_size=14), BARS)
def test_equals_brute_force_on_two_columns(texts, bar):
    columns = ("instruction", "input")
    these = rows(texts, columns)
    assert judged(these, columns, bar) == brute_force(these, columns, Fraction(str(bar)), Fraction(str(bar)))


@given(st.lists(WORDS, max_size=14), st.sampled_from([0.0, 0.3, 0.5]))
def test_equals_brute_force_with_a_floor_below_the_bar(texts, floor):
    these = rows(texts)
    expected = brute_force(these, ("instruction",), Fraction(7, 10), Fraction(str(floor)))
    assert judged(these, ("instruction",), 0.7, floor) == expected


def test_equals_brute_force_while_the_index_is_rebuilt():
    draw = random.Random(3)
    common = [f"w{n}" for n in range(12)]
    rare = [f"v{n}" for n in range(300)]
    texts = [" ".join(draw.choice(common if draw.random() < 0.7 else rare) for _ in range(draw.randint(1, 9)))
             for _ in range(1300)]  # fmt: skip
    these = rows(texts)
    check = RougeLDuplicate()
    kept, expected = [], []
    for at, text in enumerate(texts):
        words = text.split()
        f, match = max(((rouge_l(words, other), -where) for other, where in kept), default=(Fraction(0), 0))
        expected.append((float(f), -match) if f > Fraction(7, 10) else (None, None))
        if f <= Fraction(7, 10):
            kept.append((words, at))
    assert len(kept) > 1024
    assert len(kept) < 1290
    assert [(f.value, f.evidence.get("matched_row")) for f in check.judge(these)] == expected


@given(st.lists(st.sampled_from("abc"), max_size=9), st.lists(st.sampled_from("abc"), max_size=9))
def test_rouge_l_is_the_textbook_value(a, b):
    assert rouge_l(a, b) == f_of(a, b)


def test_at_the_bar_is_no_duplicate():
    ten = "a b c d e f g h i j"
    seven = "a b c d e f g x y z"
    eight = "a b c d e f g h y z"
    found = RougeLDuplicate().judge(rows([ten, seven, eight]))
    assert rouge_l(ten.split(), seven.split()) == Fraction(7, 10)
    assert [f.reason for f in found] == [None, None, "near_duplicate"]
    # 9 of 10 words are those of the second row, 8 of the first: the nearest is named.
    assert found[2].evidence["matched"] == "r1"
    assert found[2].value == 0.9


def test_order_counts_not_only_the_words():
    assert judged(rows(["a b c d", "d c b a"]), ("instruction",), 0.7) == [(None, None), (None, None)]


def test_one_instruction_on_many_inputs_is_kept():
    columns = ("instruction", "input")
    these = rows([("Sort the words", "b a"), ("Sort the words", "d c"), ("Sort these words", "d c")], columns)
    assert [value for value, _ in judged(these, columns, 0.6)] == [None, None, pytest.approx(2 / 3)]


def test_other_scripts_are_compared_too():
    found = judged(rows(["请写一首关于春天的诗", "请写一首关于秋天的诗", "计算圆的面积"]), ("instruction",), 0.7)
    assert [at for _, at in found] == [None, 0, None]


def test_a_forgotten_row_stands_for_nothing():
    check = RougeLDuplicate()
    first, second, third = rows(["a b c d", "a b c d", "a b c d"])
    check.judge([first])
    check.forget(first)
    assert check.judge([second])[0].value is None
    assert check.judge([third])[0].evidence["matched"] == "r1"
    check.forget(third)  # a duplicate never stood for anything
    assert check.judge([Row(3, "r3", {"instruction": "a b c d"})])[0].evidence["matched"] == "r1"


def test_rows_without_words_or_columns():
    found = RougeLDuplicate().judge(
        [Row(0, "a", {"instruction": "?"}), Row(1, "b", {"instruction": "?"}), Row(2, "c", {})]
    )
    assert [f.value for f in found] == [None, None, None]
    assert [f.error for f in found] == [False, False, True]


def test_a_floor_above_the_bar_is_refused():
    with pytest.raises(ValueError, match=r"floor 0.8 lies above the bar 0.7"):
        RougeLDuplicate.Options(bar=0.7, floor=0.8)

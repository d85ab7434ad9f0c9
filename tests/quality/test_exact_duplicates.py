import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality import Row
from corpusmith.quality.duplicates.exact import ExactDuplicate, exact_duplicates
from corpusmith.quality.duplicates.fold import fold


def rows(*texts):
    return [Row(at, f"r{at}", {"instruction": text, "input": ""}) for at, text in enumerate(texts)]


def matches(check, rows):
    return [finding.evidence.get("matched") for finding in check.judge(rows)]


@pytest.mark.parametrize(
    "variant",
    ["name a fish", "NAME A FISH!", "  Name\na   fish ", "“Name” a fish…", "Ｎａｍｅ　ａ　ｆｉｓｈ。", "name, a fish"],
)
def test_case_space_width_and_punctuation_do_not_count(variant):
    assert matches(ExactDuplicate(), rows("Name a fish.", variant)) == [None, "r0"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Add 2 and 3", "Add 2 and 4"),
        ("What is 1.5 + 2?", "What is 15 + 2?"),
        ("What is -5 plus 1?", "What is 5 plus 1?"),
        ("Compute 8 - 3", "Compute 8 + 3"),
        ("Compute 8*3", "Compute 8/3"),
        ("What is 10² here?", "What is 102 here?"),
        ("What is C?", "What is C#?"),
        ("Explain C", "Explain C++"),
        ("???", "!!!"),
    ],
)
def test_digits_and_signs_count(one, other):
    assert matches(ExactDuplicate(), rows(one, other)) == [None, None]


def test_the_first_row_stands_for_all():
    check = ExactDuplicate()
    found = check.judge(rows("a b", "c", "A b", "a  B"))
    assert [f.value for f in found] == [0, 0, 1, 1]
    assert found[3].evidence["matched"] == "r0"
    assert found[3].evidence["matched_row"] == 0
    assert found[3].reason == "exact_duplicate"


def test_all_columns_must_be_equal():
    check = ExactDuplicate()
    found = check.judge(
        [
            Row(0, "a", {"instruction": "Sort", "input": "b a"}),
            Row(1, "b", {"instruction": "Sort", "input": "d c"}),
            Row(2, "c", {"instruction": "Sort b", "input": "a"}),
        ]
    )
    assert [f.value for f in found] == [0, 0, 0]


def test_empty_rows_are_no_duplicates_and_rows_without_the_columns_are_errors():
    check = ExactDuplicate()
    found = check.judge([Row(0, "a", {"instruction": ""}), Row(1, "b", {"instruction": ""}), Row(2, "c", {"x": "y"})])
    assert [f.value for f in found] == [0, 0, None]
    assert [f.error for f in found] == [False, False, True]


def test_a_forgotten_row_stands_for_nothing():
    check = ExactDuplicate()
    first, second, third = rows("a", "A", "a!")
    check.judge([first])
    check.forget(first)
    assert matches(check, [second]) == [None]
    assert matches(check, [third]) == ["r1"]
    check.forget(third)  # a duplicate never stood for anything
    assert matches(check, [Row(3, "r3", {"instruction": "a"})]) == ["r1"]


@given(
    st.lists(st.sampled_from(["a", "A", "b", "b.", "", "1", "?"]), max_size=12),
    st.lists(st.integers(1, 5), max_size=12),
)
def test_the_cut_into_batches_does_not_matter(texts, sizes):
    whole = matches(ExactDuplicate(), rows(*texts))
    check, left, found = ExactDuplicate(), rows(*texts), []
    for size in [*sizes, len(texts)]:
        found += matches(check, left[:size])
        left = left[size:]
    assert found == whole


@given(st.lists(st.tuples(st.sampled_from(["a", "A.", "b", "", " ", "1", "?", "É"]), st.booleans()), max_size=50))
def test_the_whole_set_at_once_is_judged_as_row_by_row(cells):
    these = rows(*(text for text, _ in cells))
    alive = np.array([here for _, here in cells], dtype=bool)
    one_by_one = ExactDuplicate()
    expected = {}
    for row, here in zip(these, alive, strict=True):
        (finding,) = one_by_one.judge([row])
        if not here:
            one_by_one.forget(row)
        elif finding.value:
            expected[row.index] = finding.evidence["matched_row"]
    check = ExactDuplicate()
    found = check.match(check.digest(these), alive, lambda _: [])
    assert dict(zip(found.rows.tolist(), found.matched.tolist(), strict=True)) == expected
    assert all(check.alike(these[row], these[matched]) == 1 for row, matched in expected.items())


def test_columns_of_text_are_judged_without_rows():
    found = exact_duplicates([["Name a fish.", "x", "name a  FISH"], ["", "y", ""]])
    assert (found.rows.tolist(), found.matched.tolist(), found.values.tolist()) == ([2], [0], [1.0])


@given(st.text())
def test_folding_is_stable(text):
    once = fold(text)
    assert fold(once) == fold(fold(once))
    assert fold(text.swapcase().swapcase()) == fold(text) or not text.isascii()
    assert [c for c in text if c in "0123456789"] == [c for c in once if c in "0123456789"] or not text.isascii()

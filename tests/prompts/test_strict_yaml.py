"""YAML is read by the rules people expect, with lines, and written so that it reads the same again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import RecipeError, UsageError
from corpusmith.prompts.strict_yaml import dump, parse

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=8), below, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_what_is_written_reads_the_same_again(value):
    assert parse(dump(value), "x").value == value


@given(
    st.sampled_from(["no", "on", "Yes", "1e-4", "~", "null", "12:30", "2020-01-01", "0x1f", "1_000", ".5", "", "<<"])
)
def test_texts_that_look_like_something_else_stay_texts(text):
    assert parse(dump({"key": text, text: 1}), "x").value == {"key": text, text: 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("1e-4", 0.0001),
        ("1.5", 1.5),
        ("12", 12),
        ("2020-01-01", "2020-01-01"),
        ("12:30:15", "12:30:15"),
        ("~", None),
        ("", None),
        ('"1"', "1"),
    ],
)
def test_plain_values_follow_the_core_schema(text, value):
    found = parse(f"key: {text}", "x").value["key"]
    assert found == value
    assert type(found) is type(value)


def test_every_key_and_item_has_its_line():
    document = parse("a: 1\nb:\n  c: 2\n  d:\n    - x\n    - {e: 3}\n", "x", skipped=10)
    assert document.lines["a",] == 11
    assert document.lines["b", "c"] == 13
    assert document.lines["b", "d", 1] == 16
    assert document.lines["b", "d", 1, "e"] == 16
    assert document.line(("b", "d", 7, "nothing")) == 14


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", r"^x:3: the key 'a' is given twice \(first in line 1\)"),
        ("a: [1", "^x:1: this is not valid YAML"),
        ("a:\n  - b: c: d", "^x:2: this is not valid YAML"),
        ("a: !!python/object:os.system x", "^x:1: the tag .* is not allowed"),
        ("a: &loop [*loop]", "^x:1: an anchor refers to itself"),
        ("{a: b}: c", "^x:1: a key must be a plain text"),
        ("a: " + "1" * 5000, "^x:1: '1+' is not a number"),
        ("a: *gone", "^x:1: this is not valid YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, said):
    with pytest.raises(UsageError, match=said):
        parse(text, "x")


def test_the_error_is_of_the_class_asked_for():
    with pytest.raises(RecipeError):
        parse("a: [", "x", error=RecipeError)


def test_an_anchor_may_be_used_twice():
    assert parse("a: &one [1]\nb: *one\nc: *one", "x").value == {"a": [1], "b": [1], "c": [1]}

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.llm import Request
from corpusmith.llm.settings import ModelSettings

BASE = Request(
    kind="chat",
    model="m",
    endpoint="http://127.0.0.1:8000/v1",
    messages=({"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}),
    sampling={"temperature": 0.5, "stop": ["\n"]},
    schema={"type": "object", "properties": {"a": {"type": "string"}}},
    extra_body={"top_k": 5},
)
CHANGED = {
    "kind": ["text", "score"],
    "model": ["m2"],
    "endpoint": ["http://127.0.0.1:8001/v1"],
    "messages": [
        (),
        BASE.messages[1:],
        BASE.messages[::-1],
        ({"role": "system", "content": "Be brief. "}, BASE.messages[1]),
        (BASE.messages[0], {"role": "assistant", "content": "Hello"}),
    ],
    "prompt": ["Hello"],
    "continuation": ["Hello"],
    "sampling": [{}, {"temperature": 0.5}, {"temperature": 0.6, "stop": ["\n"]}, {"temperature": 0.5, "stop": "\n"}],
    "schema": [None, {}, {"type": "object", "properties": {"a": {"type": "number"}}}],
    "extra_body": [{}, {"top_k": 6}],
    "structured": ["json_object", "none"],
    "sample": [1],
    "attempt": [1],
}
FIELDS = [f.name for f in dataclasses.fields(Request) if f.init]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def changed(**fields) -> Request:
    return dataclasses.replace(BASE, **fields)


def reordered(value):
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(list(value))}
    return [reordered(entry) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_changes_the_key(name):
    keys = {changed(**{name: value}).key() for value in CHANGED[name]}

    assert len(keys) == len(CHANGED[name])
    assert BASE.key() not in keys


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_a_part_by_its_name(name):
    value = CHANGED[name][0]
    assert changed(**{name: value}).parts()[name] == value


def test_a_changed_copy_of_a_request_that_knows_its_key_has_another():
    before = BASE.key()
    assert changed(attempt=1).key() != before
    assert BASE.key() == before == changed().key()


def test_the_key_of_a_request_stays_what_it_was():
    """A journal written by an older version is found by its keys: raise KEY_TAG when this changes on purpose."""
    assert BASE.key() == "5b2a197c02b9133a657c49d656e374b1"


@given(json_values)
def test_the_order_of_names_does_not_matter(value):
    one = changed(sampling={"a": value, "b": 1}, extra_body={"x": value, "y": None})
    other = changed(sampling={"b": 1, "a": reordered(value)}, extra_body={"y": None, "x": reordered(value)})
    assert one.key() == other.key()


@given(st.text(alphabet=st.characters(codec=None)), st.text(alphabet=st.characters(codec=None)))
def test_equal_texts_and_only_equal_texts_have_equal_keys(one, other):
    def key(text):
        return changed(messages=({"role": "user", "content": text},)).key()

    assert (key(one) == key(other)) == (one == other)


def test_text_does_not_move_between_fields_unseen():
    assert changed(prompt="ab", continuation="").key() != changed(prompt="a", continuation="b").key()


def test_what_cannot_change_a_reply_is_no_part_of_a_request():
    how = {"timeout", "retries", "concurrency", "api_key_env", "requests_per_minute", "tokens_per_minute", "client"}
    assert how <= {f.name for f in dataclasses.fields(ModelSettings)}
    assert not how & set(BASE.parts())
    assert not {name for name in BASE.parts() if "key" in name or "timeout" in name}

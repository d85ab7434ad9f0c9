from __future__ import annotations

import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from corpusmith.core.errors import UsageError
from corpusmith.llm.structure import InvalidStructure, answer_schema

ANY = answer_schema({})
PAIR = {
    "type": "object",
    "properties": {"q": {"type": "string", "minLength": 1}, "a": {"type": "number"}},
    "required": ["q", "a"],
    "additionalProperties": False,
}


class Pair(BaseModel):
    q: str
    a: float
    kind: Literal["x", "y"] = "x"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
).filter(lambda v: "Infinity" not in json.dumps(v))


@given(json_values)
def test_every_json_value_is_read_with_and_without_a_fence(value):
    text = json.dumps(value)
    assert ANY.read(text) == value
    for fence in ("```json\n{}\n```", "```\n{}\n```", "```JSON  \r\n{}\r\n```", "```json\n\n{}\n\n```"):
        assert ANY.read(fence.format(text)) == value


@given(st.dictionaries(st.text(), json_values, min_size=1) | st.lists(json_values, min_size=1), st.data())
def test_no_part_of_a_json_value_is_taken_for_the_whole(value, data):
    text = json.dumps(value)
    cut = data.draw(st.integers(0, len(text) - 1))
    for schema in (ANY, answer_schema({"type": ["object", "array"]})):
        for shown in (text[:cut], f"```json\n{text[:cut]}\n```", f"```json\n{text}"):
            with pytest.raises(InvalidStructure):
                schema.read(shown)


@pytest.mark.parametrize("schema", [PAIR, Pair])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"q": "w", "a": 1',
        '{"q": "w", "a": 1,}',
        '{"q": "w", "a": 1} ok',
        'Here: {"q": "w", "a": 1}',
        '{"q": "w", "a": NaN}',
        '{"q": "w", "a": -Infinity}',
        "{'q': 'w', 'a': 1}",
        '{"q": "w"}',
        '{"q": null, "a": 1}',
        '{"q": "w", "a": "one"}',
        '[{"q": "w", "a": 1}]',
        "null",
        '```json\n{"q": "w", "a": 1}\n``` as asked',
        '```json {"q": "w", "a": 1} ```',
        '{"q": "\ud800", "a": 1}',
    ],
)
def test_anything_else_is_invalid(schema, text):
    with pytest.raises(InvalidStructure):
        answer_schema(schema).read(text)


def test_a_text_that_names_no_number_is_no_reason_to_refuse():
    assert answer_schema(Pair).read('{"q": "NaN or Infinity?", "a": 1}').q == "NaN or Infinity?"
    assert answer_schema(PAIR).read('{"q": "NaN", "a": 1}') == {"q": "NaN", "a": 1}


def test_what_is_wrong_is_said_with_its_place():
    with pytest.raises(InvalidStructure, match=r"^q: .*; a: .*\.$"):
        answer_schema(Pair).read('{"q": 1, "a": "one"}')
    with pytest.raises(InvalidStructure, match=r"^the reply: .*"):
        answer_schema(Pair).read("[]")
    nested = {"properties": {"rows": {"items": {"type": "string"}}}}
    with pytest.raises(InvalidStructure, match=r"rows\.1: 5 is not of type"):
        answer_schema(nested).read('{"rows": ["a", 5]}')
    with pytest.raises(InvalidStructure, match="the reply"):
        answer_schema(PAIR).read("{}")


def test_the_complaint_stays_short():
    wanted = answer_schema({"items": {"type": "string", "maxLength": 1}})
    with pytest.raises(InvalidStructure) as caught:
        wanted.read(json.dumps(["x" * 10_000] * 50))
    assert len(str(caught.value)) < 1000
    assert "and 47 more" in str(caught.value)


def test_the_schema_is_handed_to_the_endpoint_as_it_is():
    assert answer_schema(PAIR).json_schema == PAIR
    assert answer_schema(Pair).json_schema == Pair.model_json_schema()


@pytest.mark.parametrize("schema", ["text", 5, ["a"], int, Pair(q="", a=1), None])
def test_what_is_no_schema(schema):
    with pytest.raises(UsageError, match="a schema is a pydantic class or a JSON Schema"):
        answer_schema(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strng"},
        {"properties": []},
        {"minLength": -1},
        {"$ref": "https://example.org/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/$defs/nowhere"},
    ],
)
def test_a_schema_that_is_not_valid_or_lies_elsewhere(schema):
    with pytest.raises(UsageError, match="the JSON Schema is not valid"):
        answer_schema(schema)

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.backends.scripted_value import value_for
from corpusmith.llm.structure import answer_schema

WORDS = ["amber", "basin", "cedar", "delta", "ember", "field", "grain", "harbour"]

small = st.integers(-50, 50)
names = st.sampled_from("abcd")


@st.composite
def numbers(draw):
    schema = {"type": draw(st.sampled_from(["integer", "number"]))}
    end = small if schema["type"] == "integer" else small | st.floats(-50, 50).map(lambda x: round(x, 2))
    low = draw(st.none() | end)
    if low is not None:
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    high = draw(st.none() | end)
    if high is not None:
        # Wide enough to hold a multiple of at most five.
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = (low or 0) + abs(high) + 12
    if draw(st.booleans()):
        schema["multipleOf"] = draw(st.integers(1, 5))
    return schema


@st.composite
def texts(draw):
    least, more = draw(st.integers(0, 120)), draw(st.integers(0, 120))
    asked = {"minLength": least, "maxLength": least + more}
    return {"type": "string"} | {name: asked[name] for name in draw(st.sets(st.sampled_from(sorted(asked))))}


leaves = st.one_of(
    numbers(),
    texts(),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {}, True, {"type": ["null", "string"]}]),
    st.lists(st.integers() | st.text(max_size=5), min_size=1, unique_by=repr).map(lambda v: {"enum": v}),
    st.integers().map(lambda v: {"const": v}),
)


@st.composite
def arrays(draw, inner):
    least = draw(st.integers(0, 4))
    first = draw(st.lists(inner, max_size=2))
    schema = {"type": "array", "items": draw(inner), "minItems": least, "maxItems": least + draw(st.integers(0, 3))}
    return {**schema, "prefixItems": first} if first else schema


@st.composite
def objects(draw, inner):
    known = draw(st.dictionaries(names, inner, max_size=3))
    schema = {"type": "object", "properties": known, "required": draw(st.lists(names, unique=True, max_size=3))}
    if draw(st.booleans()):
        schema["additionalProperties"] = False
        schema["required"] = [name for name in schema["required"] if name in known]
    else:
        schema["minProperties"] = draw(st.integers(0, 4))
    return schema


schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        arrays(inner),
        objects(inner),
        st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options}),
        inner.map(lambda part: {"allOf": [part]}),
    ),
    max_leaves=8,
)


def follows(schema, value):
    return jsonschema_rs.is_valid(schema, json.loads(json.dumps(value)))


@settings(max_examples=300)
@given(schemas.filter(lambda schema: schema is not True))
def test_what_is_built_from_a_schema_follows_it(schema):
    assert follows(schema, value_for(schema, WORDS))


@given(schemas)
def test_a_reference_into_the_schema_is_followed(part):
    schema = {"$defs": {"a/b": part, "c": {"$ref": "#/$defs/a~1b"}}, "type": "array", "items": {"$ref": "#/$defs/c"}}
    assert follows(schema, value_for(schema, WORDS))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "uniqueItems": True, "minItems": 20, "items": {"type": "string"}},
        {"type": "array", "uniqueItems": True, "minItems": 5, "items": {"type": "string", "maxLength": 2}},
        {"type": "array", "uniqueItems": True, "minItems": 9, "items": {"type": "integer", "minimum": 1, "maximum": 9}},
        {"type": "array", "uniqueItems": True, "minItems": 4, "items": {"type": "number", "minimum": 0, "maximum": 1}},
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"enum": ["a", "b", "c"]}},
        {"type": "array", "uniqueItems": True, "minItems": 2, "items": {"type": "boolean"}},
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"type": "integer", "default": 7}},
        {"type": "array", "uniqueItems": True, "items": {"type": "null"}},
        {"type": "array", "items": False},
        {"type": "array", "items": False, "prefixItems": [{"type": "integer"}, {"type": "string"}]},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.1},
        {"type": "number", "exclusiveMaximum": 1},
        {"type": "integer", "minimum": 1, "exclusiveMinimum": 1, "maximum": 3, "exclusiveMaximum": 3},
        {"type": "number", "minimum": 1, "exclusiveMinimum": 0, "maximum": 1, "exclusiveMaximum": 3},
        {
            "type": "array",
            "uniqueItems": True,
            "minItems": 2,
            "prefixItems": [{"const": 2}],
            "items": {"type": "integer", "minimum": 1, "maximum": 2},
        },
        {"type": "number", "maximum": -3},
        {"type": "integer", "exclusiveMaximum": 1},
        {"type": "integer", "multipleOf": 1.5, "minimum": 1},
        {"type": "number", "multipleOf": 0.25, "minimum": 0.3},
        {"minimum": 3},
        {"required": ["a"]},
        {"maxItems": 3, "minItems": 2},
        {"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "maxProperties": 2, "required": ["c"]},
        {"type": "object", "properties": {"a": False, "b": {"type": "integer"}}},
        {"type": "object", "additionalProperties": {"type": "integer"}, "required": ["a", "b"]},
        {
            "allOf": [
                {"properties": {"a": {"type": "integer", "minimum": 3}, "b": {"enum": [1, 2]}}, "required": ["a"]},
                {"properties": {"a": {"minimum": 5}, "b": {"enum": [2, 3]}}, "required": ["b"], "type": "object"},
            ]
        },
        {"allOf": [True, {"allOf": [{"minLength": 70}]}, {"allOf": [{"maxLength": 71}]}], "type": "string"},
        {"anyOf": [False, {"type": "integer", "minimum": 2, "maximum": 1}, {"type": "string"}]},
        {"anyOf": [{"minimum": 3}, {"minimum": 9}], "type": "integer"},
        {"oneOf": [{"type": "string", "minLength": 3, "maxLength": 2}, {"type": "null"}]},
    ],
)
def test_what_is_hard_to_draw_by_chance(schema):
    value = value_for(schema, WORDS)
    assert follows(schema, value)
    assert follows({"type": "array", "items": schema}, value_for({"type": "array", "items": schema}, WORDS))


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"allOf": [False]},
        {"anyOf": [False, {"type": "integer", "minimum": 2, "maximum": 1}]},
        {"type": "integer", "minimum": 2, "maximum": 1},
        {"type": "number", "minimum": 1, "exclusiveMaximum": 1},
        {"type": "string", "minLength": 2, "maxLength": 1},
        {"type": "array", "minItems": 1, "items": False},
        {"type": "object", "required": ["a"], "properties": {"a": False}},
        {"$ref": "#"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}},
        {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]},
    ],
)
def test_where_nothing_finite_follows_the_schema_it_is_null(schema):
    assert value_for(schema, WORDS) is None


class Leaf(BaseModel):
    name: str = Field(min_length=60, max_length=80)
    tags: set[str] = Field(min_length=2)
    share: float = Field(gt=0, lt=1)


class Tree(BaseModel):
    kind: Literal["tree"]
    leaf: Leaf
    children: list[Tree]
    parent: Tree | None
    weight: Annotated[int, Field(multiple_of=7, ge=1)]
    pair: tuple[int, str]
    day: date
    at: datetime
    key: UUID
    either: Leaf | int
    named: dict[str, int] = Field(min_length=2)


async def test_a_pydantic_class_that_holds_itself(chat):
    wanted = answer_schema(Tree)
    reply = await ScriptedBackend().complete(chat(schema=wanted.json_schema))
    tree = wanted.read(reply.text)
    assert isinstance(tree, Tree)
    assert tree.parent is None
    assert tree.children == []


def test_other_words_give_another_value():
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert value_for(schema, WORDS) != value_for(schema, WORDS[::-1])

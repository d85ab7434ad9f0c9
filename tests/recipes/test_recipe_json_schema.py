"""The JSON Schema for editors agrees with what loads."""

import jsonschema_rs
import pytest

from corpusmith.prompts.strict_yaml import parse
from corpusmith.recipes import json_schema, shipped, show

SCHEMA = json_schema()
VALID = {
    "name": "x",
    "builder": {"kind": "map", "prompt": "a.md", "schema": "a.json", "samples": 2},
    "seeds": {"path": "x.jsonl", "columns": {"a": "b"}, "limit": 3},
    "models": {"default": {"backend": "openai", "model": "m", "sampling": {"temperature": 1}}},
    "checks": [{"check": "output.empty", "gate": "review"}],
    "export": ["alpaca"],
    "budget": "5USD",
    "prices": {"default": {"prompt": 1, "completion": 2}},
}


def valid(value):
    return jsonschema_rs.validator_for(SCHEMA).is_valid(value)


def test_it_is_a_valid_schema_that_takes_a_valid_recipe():
    jsonschema_rs.meta.validate(SCHEMA)
    assert valid(VALID)


@pytest.mark.parametrize("name", [one.name for one in shipped()])
def test_it_takes_every_shipped_recipe(name):
    assert valid(parse(show(name), name).value)


@pytest.mark.parametrize(
    "change",
    [
        {"nmae": "x"},
        {"builder": {"kind": "map", "sampels": 2}},
        {"builder": {"kind": "none"}},
        {"builder": {"prompt": "x"}},
        {"models": {"default": {"backend": "openai"}}},
        {"models": {}},
        {"models": {"boss": {"model": "m"}}},
        {"checks": [{"check": "nope"}]},
        {"export": ["alpca"]},
        {"seeds": {"limit": "many"}},
        {"budget": 5},
    ],
)
def test_it_refuses_what_does_not_load(change):
    assert not valid({**VALID, **change})


def test_every_key_is_described():
    undescribed = [name for name, value in SCHEMA["properties"].items() if not value.get("description")]
    undescribed += [
        f"{section}.{name}"
        for section in ("ModelConfig", "DatasetConfig", "Models", "Price", "Seeds")
        for name, value in SCHEMA["$defs"][section]["properties"].items()
        if not value.get("description")
    ]
    assert undescribed == []

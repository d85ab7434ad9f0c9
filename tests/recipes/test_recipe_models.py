"""The models section is the backends' settings, with safer keys."""

import dataclasses

import pytest

from corpusmith.llm.settings import ModelSettings
from corpusmith.recipes import ModelConfig


def test_every_setting_of_a_backend_can_be_given_and_has_the_same_default():
    config = ModelConfig(model="m")
    assert {f.name for f in dataclasses.fields(ModelSettings)} == set(ModelConfig.model_fields)
    assert config.settings() == ModelSettings(model="m")


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, "OPENAI_API_KEY"),
        ({"base_url": "http://localhost:8000/v1"}, "OPENAI_API_KEY"),
        ({"base_url": "http://localhost:8000/v1", "api_key_env": "MINE"}, "MINE"),
        ({"base_url": "http://localhost:8000/v1", "api_key_env": "none"}, None),
    ],
)
def test_the_variable_of_the_key_is_the_usual_one_unless_named(given, sent):
    assert ModelConfig.model_validate({"model": "m", **given}).settings().api_key_env == sent


def test_paths_are_handed_on_as_texts(tmp_path):
    settings = ModelConfig(model="m", backend="scripted", script=tmp_path / "s.yaml").settings()
    assert settings.script == str(tmp_path / "s.yaml")
    assert settings.ca_bundle is None


def test_every_field_is_described():
    described = ModelConfig.model_json_schema()["properties"]
    assert [name for name, field in described.items() if not field.get("description")] == []

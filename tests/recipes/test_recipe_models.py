"""The models section is the backends' settings, with safer keys."""

import dataclasses

import pytest
from pydantic import ValidationError

from corpusmith.llm.settings import ModelSettings
from corpusmith.recipes import ModelConfig
from corpusmith.recipes.models import BATCH_CONCURRENCY


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


def test_calls_in_batches_are_many_at_a_time_unless_the_recipe_says():
    assert ModelConfig.model_validate({"model": "m", "batch": "api"}).concurrency == BATCH_CONCURRENCY
    assert ModelConfig.model_validate({"model": "m", "batch": "files", "concurrency": 5}).concurrency == 5
    assert ModelConfig.model_validate({"model": "m", "batch": "none"}).concurrency == ModelSettings().concurrency


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"batch": "api", "backend": "llamacpp"}, "needs backend: openai"),
        ({"batch": "api", "client": "sdk"}, "needs client: http"),
        ({"batch": "files", "hedge_after": 3}, "needs no hedge_after"),
        ({"engine": {"dtype": "half"}}, "arguments of vLLM's engine"),
        ({"extra_body": {"guided_choice": ["a"]}}, "ignores it without a word"),
    ],
)
def test_what_does_not_go_together(given, said):
    with pytest.raises(ValidationError, match=said):
        ModelConfig.model_validate({"model": "m", **given})

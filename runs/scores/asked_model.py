"""A model to be asked by a score: its name, and the changes to a recipe that ask it."""

from __future__ import annotations

import re
from typing import Any

import orjson

from ..roles import DEMO_MODELS
from ..score import ModelChoice


def name_of(choice: ModelChoice) -> str:
    """The model's name: given by itself, or among the changes."""
    prefix = "models.default.model="
    given = [one.removeprefix(prefix).strip("\"' ") for one in choice.sets if one.startswith(prefix)]
    return given[-1] if given else choice.model


def is_demo(choice: ModelChoice) -> bool:
    """Whether it is the embedded demonstration model."""
    return choice.model in DEMO_MODELS


def model_sets(choice: ModelChoice) -> list[str]:
    """The model as changes to a recipe."""
    if not choice.model:
        return []
    sets = [f"models.default.model={quoted(choice.model)}"]
    if is_demo(choice) or choice.model.endswith(".gguf") or choice.model.startswith("hf:"):
        sets += ["models.default.backend=llamacpp", "models.default.context=2048"]
    return sets


def quoted(value: Any) -> str:
    """A value for `--set`: JSON is YAML."""
    return orjson.dumps(value).decode().replace("${", "$${")


def file_stem(name: str) -> str:
    """A folder's name made from a model's."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[-60:] or "model"

"""Models for judges: scripted ones that say what a test tells them to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import pytest

from corpusmith.llm import LLM
from corpusmith.llm.backends.scripted import Rule, ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts.rubric import find_rubric


@pytest.fixture
def model() -> Callable[..., LLM]:
    """An LLM on rules or a function; what it was asked is `llm.backend.asked`."""

    def make(answers: Sequence[Rule] | Callable[..., Any] = (), **settings: Any) -> LLM:
        backend = ScriptedBackend(answers)
        llm = LLM(backend, ModelSettings(backend="scripted", **{"model": "s", **settings}), CallStats())
        llm.backend = backend  # type: ignore[attr-defined]
        return llm

    return make


@pytest.fixture
def verdict() -> Callable[..., str]:
    """What a judge writes by the rubric `instruction`: one score for all criteria, but for those named."""

    def write(score: int = 4, **scores: int) -> str:
        criteria = find_rubric("instruction").criteria
        said = {name: {"reason": f"on {name}", "score": scores.get(name, score)} for name in criteria}
        return orjson.dumps(said).decode()

    return write

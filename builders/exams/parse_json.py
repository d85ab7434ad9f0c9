"""Exams that a model wrote as JSON of its own making."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_STEMS = ("question", "stem", "prompt")
_OPTIONS = ("options", "choices")
_KEYS = ("answer", "correct_answer", "correct", "key", "correct_option", "label")
_ANALYSES = ("analysis", "explanation", "rationale", "reason", "reasoning")
_LETTER = re.compile(r"^[(\[]?([A-Da-d])[)\].:]\s*")

Draft = tuple[str, list[str], str, str]
"""Question, texts of the options, what is said of the key, analysis."""


def drafts_in_json(text: str) -> list[Draft | None] | None:
    """The questions of a reply that is JSON, by itself or in a fence; None if it is not.

    A question that lacks something is None.
    """
    fenced = _FENCE.search(text)
    body = (fenced[1] if fenced else text).strip()
    if not body.startswith(("{", "[")):
        return None
    try:
        value = orjson.loads(body)
    except ValueError:
        return None
    if isinstance(value, Mapping):
        inner = next((v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], Mapping)), None)
        value = inner if inner is not None else [value]
    return [_draft(one) for one in value]


def _draft(value: Any) -> Draft | None:
    if not isinstance(value, Mapping):
        return None
    told = {str(name).lower().replace(" ", "_"): member for name, member in value.items()}
    stem, options = _first(told, _STEMS), _option_texts(_first(told, _OPTIONS) or told)
    key = _first(told, _KEYS)
    if not isinstance(stem, str) or options is None or not isinstance(key, str | int):
        return None
    if isinstance(key, int):
        # A number may count from 0 or from 1: nobody can tell.
        return None
    analysis = _first(told, _ANALYSES)
    return stem, options, key, analysis if isinstance(analysis, str) else ""


def _first(told: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((told[name] for name in names if name in told), None)


def _option_texts(value: Any) -> list[str] | None:
    if isinstance(value, Mapping):
        by_letter = {str(name).strip("()[]. ").upper(): text for name, text in value.items()}
        if {"A", "B", "C", "D"} - by_letter.keys() or "E" in by_letter:
            return None
        value = [by_letter[letter] for letter in "ABCD"]
    if not isinstance(value, list) or len(value) != 4 or not all(isinstance(text, str) for text in value):
        return None
    letters = [_LETTER.match(text) for text in value]
    if [m[1].upper() for m in letters if m] == list("ABCD"):
        return [_LETTER.sub("", text) for text in value]
    return list(value)

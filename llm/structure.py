"""Reading structured answers: the whole reply must be one JSON value that follows the schema, or it is invalid."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from ..core.errors import UsageError

_FENCED = re.compile(r"\A```[\w-]*[ \t]*\r?\n(.*)\n```\Z", re.DOTALL)
_SHOWN_ERRORS = 3


class InvalidStructure(ValueError):
    """The reply does not follow the schema; the text says where."""


@dataclass(frozen=True)
class AnswerSchema:
    """A schema, as it is put to the endpoint and as replies are read by it."""

    json_schema: dict[str, Any]
    validate: Callable[[str], Any]

    def read(self, text: str) -> Any:
        """The validated value.

        A markdown fence around the whole reply is taken off: that changes nothing of what was said. Nothing else
        is mended.

        Raises:
            InvalidStructure: the text is not one JSON value, or breaks the schema.
        """
        if text.startswith("```"):
            fenced = _FENCED.match(text)
            text = fenced.group(1) if fenced else text
        return self.validate(text)


def answer_schema(schema: Any) -> AnswerSchema:
    """Prepare a pydantic class or a JSON Schema.

    Raises:
        UsageError: it is neither, or the JSON Schema itself is not valid.
    """
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return AnswerSchema(schema.model_json_schema(), _by_pydantic(schema))
    if isinstance(schema, Mapping):
        return AnswerSchema(dict(schema), _by_json_schema(dict(schema)))
    message = f"a schema is a pydantic class or a JSON Schema object, not {type(schema).__name__}."
    raise UsageError(message)


def _by_pydantic(model: type[BaseModel]) -> Callable[[str], Any]:
    def validate(text: str) -> BaseModel:
        if "NaN" in text or "Infinity" in text:
            # Pydantic takes them for numbers; JSON has none such, and what is written from them is null.
            _loads(text)
        try:
            return model.model_validate_json(text)
        except ValidationError as error:
            problems = [
                f"{'.'.join(map(str, p['loc'])) or 'the reply'}: {p['msg']}"
                for p in error.errors(include_url=False, include_context=False, include_input=False)
            ]
            raise InvalidStructure(_joined(problems)) from None

    return validate


def _by_json_schema(schema: dict[str, Any]) -> Callable[[str], Any]:
    import jsonschema_rs

    def no_network(uri: str) -> Any:
        message = f"the reference {uri} is not followed"
        raise ValueError(message)

    try:
        validator = jsonschema_rs.validator_for(schema, retriever=no_network)
    except (ValueError, TypeError) as error:
        message = f"the JSON Schema is not valid: {str(error).splitlines()[0]}."
        raise UsageError(message) from None
    is_valid, errors = validator.is_valid, validator.iter_errors

    def validate(text: str) -> Any:
        value = _loads(text)
        if not is_valid(value):
            problems = [f"{'.'.join(map(str, e.instance_path)) or 'the reply'}: {e.message}" for e in errors(value)]
            raise InvalidStructure(_joined(problems))
        return value

    return validate


def _loads(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError as error:
        message = f"it is not one JSON value ({error})."
        raise InvalidStructure(message) from None


def _joined(problems: list[str]) -> str:
    shown = "; ".join(p[:200] for p in problems[:_SHOWN_ERRORS])
    more = len(problems) - _SHOWN_ERRORS
    return f"{shown}; and {more} more." if more > 0 else f"{shown}."

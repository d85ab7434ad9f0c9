"""Section: the base of every part of a recipe, and the errors its validators raise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError


class Section(BaseModel):
    """Frozen, no unknown keys, the docstrings under the fields are their descriptions.

    A key without a value counts as absent, so that a section may be left empty or commented out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: below for name, below in value.items() if below is not None}
        return value


def wrong(loc: tuple[int | str, ...], what: str, hint: str | None, value: Any) -> ValidationError:
    """A validation error that keeps its key path and its hint; `value` is ... where there is none to show."""
    details = InitErrorDetails(
        type=PydanticCustomError("recipe", "{what}", {"what": what, "hint": hint}), loc=loc, input=value
    )
    return ValidationError.from_exception_data("recipe", [details])

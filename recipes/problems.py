"""What pydantic found wrong, said so that it can be put right: file, line, key, value and what is accepted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..core import registry
from ..core.errors import RecipeError, UsageError
from ..prompts.strict_yaml import KeyPath
from .environment import shown
from .placed import Placed

_NOT_TEXT = "string_type"


def recipe_error(error: ValidationError, placed: Placed, model: type[BaseModel]) -> RecipeError:
    """The first problem of a validation, as one line; a misspelt key comes first, since it explains the rest."""
    problems = error.errors(include_url=False)
    problems.sort(key=lambda p: p["type"] != "extra_forbidden")
    first = problems[0]
    path = _known_path(first, placed)
    what, hint = _explain(first, path, placed, model)
    message = f"{placed.where(path)}: {what}"
    if len(problems) > 1:
        message += f" (1 of {len(problems)} problems)"
    return RecipeError(f"{message}.", hint=hint)


def _known_path(problem: ErrorDetails, placed: Placed) -> KeyPath:
    """The key path as the recipe has it: without the parts that only pydantic knows."""
    value: Any = placed.value
    path: KeyPath = ()
    loc = problem["loc"]
    for position, part in enumerate(loc):
        below = _under(value, part)
        if below is not None:
            value, path = below[0], (*path, part)
        elif problem["type"] in ("missing", "recipe") and position == len(loc) - 1:
            path = (*path, part)
    return path


def _under(value: Any, part: str | int) -> tuple[Any] | None:
    if isinstance(value, Mapping) and part in value:
        return (value[part],)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return (value[part],)
    return None


def _explain(problem: ErrorDetails, path: KeyPath, placed: Placed, model: type[BaseModel]) -> tuple[str, str | None]:
    kind, value = problem["type"], problem["input"]
    context: dict[str, Any] = problem.get("ctx", {})
    if kind == "extra_forbidden":
        accepted = accepted_keys(model, path[:-1], placed)
        name = str(path[-1])
        near = difflib.get_close_matches(name, accepted, n=1)
        return f"unknown key {name!r}", f"Did you mean {near[0]!r}?" if near else f"Accepted: {', '.join(accepted)}."
    if kind == "missing":
        return "missing", None
    got = "" if value is ... else f"; got {shown(path, value)}"
    if kind == "recipe":
        return f"{context['what']}{got}", context["hint"]
    if kind == _NOT_TEXT and isinstance(value, bool | int | float):
        return f"must be a text{got}", f'Quote it: {path[-1]}: "{str(value).lower()}"'
    said = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    said = re.sub(r"^(Input|String|Value|List|Dictionary) should( be)?", lambda m: "must be" if m[2] else "must", said)
    return f"{said[:1].lower()}{said[1:].rstrip('.?')}{got}", None


def accepted_keys(model: type[BaseModel], path: KeyPath, placed: Placed) -> list[str]:
    """The keys that may stand under a key path, in the order of the schema."""
    current: Any = model
    for position, part in enumerate(path):
        if position == 0 and part == "builder":
            config = _builder_config(placed.get(("builder", "kind")))
            current = config if config is not None else current
        else:
            current = _step(current, part)
        if current is None:
            return []
    found = next((o for o in _options(current) if isinstance(o, type) and issubclass(o, BaseModel)), None)
    if found is None:
        return []
    names = [info.alias or name for name, info in found.model_fields.items()]
    return ["kind", *names] if path[:1] == ("builder",) and len(path) == 1 else names


def _builder_config(kind: Any) -> type[BaseModel] | None:
    try:
        found: type[BaseModel] = registry.load("builders", kind).Config
    except (UsageError, TypeError):
        return None
    return found


def _step(annotation: Any, part: str | int) -> Any:
    """The annotation of what stands under `part`, or None."""
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return next((f.annotation for n, f in option.model_fields.items() if part in (n, f.alias)), None)
        if get_origin(option) in (dict, list, tuple):
            return get_args(option)[1 if get_origin(option) is dict else 0]
    return None


def _options(annotation: Any) -> list[Any]:
    """The members of a union, or the annotation itself."""
    if get_origin(annotation) in (Union, UnionType):
        return [option for member in get_args(annotation) for option in _options(member)]
    return _options(get_args(annotation)[0]) if get_origin(annotation) is Annotated else [annotation]

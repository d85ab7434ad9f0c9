"""`${VAR}` in a recipe, and the refusal of secrets in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ..core.errors import RecipeError
from ..prompts.strict_yaml import KeyPath
from .placed import Placed, leaves, with_leaves

_VARIABLE = re.compile(r"(\$?)\$\{([^}]*)\}")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_SECRET_NAME = re.compile(
    r"(^|[_-])(api[_-]?key|access[_-]?key|secret|password|passwd|authorization|bearer|access[_-]?token|auth[_-]?token"
    r"|hf[_-]?token)($|[_-])|^token$",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"\b(sk|pk|rk|gsk|xai)[-_][A-Za-z0-9_-]{16,}|\bhf_[A-Za-z0-9]{20,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bAIza[A-Za-z0-9_-]{30,}"
)
_HINT = "Put the key into an environment variable and name that: api_key_env: OPENAI_API_KEY"


def is_secret_name(path: KeyPath) -> bool:
    """Whether a value under this key is not to be shown."""
    last = next((part for part in reversed(path) if isinstance(part, str)), "")
    return last != "api_key_env" and (last.lower().startswith("api_key") or bool(_SECRET_NAME.search(last)))


def shown(path: KeyPath, value: Any) -> str:
    """A value as it may be shown in a message."""
    text = repr(value)
    if is_secret_name(path) or path[-1:] == ("api_key_env",) or _SECRET_VALUE.search(text):
        return "(not shown)"
    text = re.sub(r"(//|\b[^\s/@'\":]+:)[^\s/@'\"]*@", "***@", text)
    return text if len(text) <= 60 else f"{text[:57]}..."


def expand_variables(placed: Placed, environ: Mapping[str, str]) -> Placed:
    """Replace every `${VAR}` in a text by the variable's value; `$${` stands for a literal `${`.

    Raises:
        RecipeError: the variable is not set, its name is no name, or it looks like a secret (which would end up
            in files); the message has file, line and key path, and never a value.
    """
    new: dict[KeyPath, str] = {}
    for path, value in leaves(placed.value):
        if isinstance(value, str) and "${" in value:
            new[path] = _VARIABLE.sub(partial(_value, path=path, placed=placed, environ=environ), value)
    return replace(placed, value=with_leaves(placed.value, new)) if new else placed


def _value(match: re.Match[str], path: KeyPath, placed: Placed, environ: Mapping[str, str]) -> str:
    dollar, name = match[1], match[2]
    if dollar:
        return "${" + name + "}"
    where = placed.where(path)
    if not _NAME.match(name):
        message = f"{where}: ${{{name}}} is not a variable's name."
        raise RecipeError(message, hint="Only ${NAME} is replaced; write $${ for a literal ${.")
    if _SECRET_NAME.search(name) or re.search(r"_(key|token)$", name, re.IGNORECASE):
        message = f"{where}: ${{{name}}} looks like a secret, and a recipe is stored with the run."
        raise RecipeError(message, hint=f"Name the variable instead: api_key_env: {name}")
    if name not in environ:
        message = f"{where}: the environment variable {name} is not set."
        raise RecipeError(message, hint=f"Set it: export {name}=...")
    return environ[name]


def refuse_secrets(placed: Placed) -> None:
    """Make sure that no key stands in the recipe itself.

    Raises:
        RecipeError: one does; the message names its place and not the key.
    """
    for path, value in leaves(placed.value):
        if not isinstance(value, str) or not value:
            continue
        where = placed.where(path)
        if path[:1] == ("models",) and is_secret_name(path):
            message = f"{where} holds a secret, and a recipe is stored with the run."
            raise RecipeError(message, hint=_HINT)
        if path[-1] == "api_key_env" and (not _NAME.match(value) or _SECRET_VALUE.search(value)):
            message = f"{where} must be the name of an environment variable, not the key itself."
            raise RecipeError(message, hint=_HINT)
        if _SECRET_VALUE.search(value):
            message = f"{where} holds what looks like a key, and a recipe is stored with the run."
            raise RecipeError(message, hint=_HINT)

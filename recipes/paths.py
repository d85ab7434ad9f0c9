"""Paths in recipes: which keys hold one, what it is relative to, and `shipped:` for our own seed data."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from ..core import registry
from ..core.errors import RecipeError, UsageError
from ..prompts.strict_yaml import KeyPath
from .placed import Placed, leaves, with_leaves

RECIPES = Path(__file__).resolve().parent
SHIPPED = RECIPES / "shipped"
SEEDS = SHIPPED / "seeds"
POLICIES = RECIPES / "policies"

_PREFIX = "shipped:"
_ELSEWHERE = re.compile(r"^(hf:|[a-z][a-z0-9+.-]*://|-$)")
_CLASS = re.compile(r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")


def path_values(placed: Placed) -> Iterator[tuple[KeyPath, str]]:
    """Every value of a recipe that is a path or may be one, with its key path.

    These are: the sources of `seeds`, the files of `prompts`, `policy`, `script` and `ca_bundle` of the models and
    a model that is a .gguf file or begins like a path, and each option of the builder or of a check whose type is a
    pathlib.Path.
    """
    config = _config(placed.get(("builder", "kind")))
    for path, value in leaves(placed.value):
        if not isinstance(value, str) or not value:
            continue
        match path:
            case ("seeds", str(name)) if name != "limit":
                yield path, value
            case ("prompts", _):
                yield path, value
            case ("policy",) if is_policy_path(value):
                yield path, value
            case ("models", _, "script" | "ca_bundle"):
                yield path, value
            case ("models", _, "model") if value.endswith(".gguf") or value.startswith(("./", "../", "~/")):
                yield path, value
            case ("builder", str(option), *_) if config is not None and holds_path(config, option):
                if not _CLASS.match(value):
                    yield path, value
            case ("checks", int(position), "options", str(option), *_):
                check = _options(placed.get(("checks", position, "check")))
                if check is not None and holds_path(check, option):
                    yield path, value


def resolve_paths(placed: Placed) -> Placed:
    """Make every relative path absolute and find `shipped:` files.

    A path in the recipe is relative to the recipe's file, one given by --set to the current folder. `hf:` names,
    URLs and absolute paths stay, and so does a model's name that is neither file nor folder.

    Raises:
        RecipeError: there is no such `shipped:` file.
    """
    new: dict[KeyPath, str] = {}
    for path, value in path_values(placed):
        if value.startswith(_PREFIX):
            new[path] = str(_shipped_file(value, path, placed))
        elif not _ELSEWHERE.match(value):
            found = absolute(value, placed.base(path))
            if path[0] != "models" or path[-1] != "model" or found.exists():
                new[path] = str(found)
    return replace(placed, value=with_leaves(placed.value, new))


def absolute(value: str, base: Path) -> Path:
    """The path `value`, relative to `base` unless absolute, without `..` in it; `~` is the home folder."""
    return Path(os.path.normpath(base / Path(value).expanduser()))


def is_policy_path(value: str) -> bool:
    """Whether a policy is meant as a file and not as a shipped name."""
    return "/" in value or os.sep in value or value.endswith((".yaml", ".yml"))


def portable(path: Path | str) -> str:
    """The same path with the place of our shipped seeds taken out of it: equal on every machine for these."""
    try:
        return _PREFIX + Path(path).relative_to(SEEDS).as_posix()
    except ValueError:
        return str(path)


def _shipped_file(value: str, path: KeyPath, placed: Placed) -> Path:
    relative = value.removeprefix(_PREFIX)
    found = Path(os.path.normpath(SEEDS / relative))
    if found.is_relative_to(SEEDS) and found.exists() and relative:
        return found
    names = sorted(f.relative_to(SEEDS).as_posix() for f in SEEDS.rglob("*") if f.is_file())
    near = difflib.get_close_matches(relative, names, n=1)
    message = f"{placed.where(path)}: there is no shipped seed file {relative!r}."
    raise RecipeError(
        message, hint=f"Did you mean {_PREFIX}{near[0]}?" if near else f"There are: {', '.join(names) or 'none'}."
    )


def _config(kind: Any) -> type[BaseModel] | None:
    return _model("builders", kind, "Config")


def _options(check: Any) -> type[BaseModel] | None:
    return _model("checks", check, "Options")


def _model(group: registry.Group, name: Any, attribute: str) -> type[BaseModel] | None:
    """The options of something registered; None where there is none, which validation then says with its line."""
    try:
        found = getattr(registry.load(group, name), attribute, None) if isinstance(name, str) else None
    except UsageError:
        return None
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def holds_path(config: type[BaseModel], option: str) -> bool:
    """Whether a builder's option (by name or alias) may hold a path."""
    for name, info in config.model_fields.items():
        if option in (name, info.alias, info.validation_alias):
            return _mentions_path(info.annotation)
    return False


def _mentions_path(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Path):
        return True
    return any(_mentions_path(part) for part in get_args(annotation))

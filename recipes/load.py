"""From a recipe's name or file to a validated Recipe."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..core import registry
from ..core.errors import RecipeError, UsageError
from ..prompts.strict_yaml import dump
from ..quality import Panel, Policy
from ..quality.gates import make_step
from .asking import Asking, PolicyFile
from .environment import expand_variables, refuse_secrets
from .paths import POLICIES, SHIPPED, is_policy_path, resolve_paths
from .placed import Placed, read_placed
from .problems import recipe_error
from .schema import Recipe

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LoadedRecipe:
    """A recipe and where it came from."""

    recipe: Recipe
    """Validated; every path in it is absolute, and the policy's checks stand among `checks`."""
    path: Path | None
    """Its file; None for one given as data."""
    base: Path
    """The folder that the relative paths in it are relative to."""
    text: str
    """The file's text, before --set and variables."""


def load_recipe(
    name_or_path: str | Path,
    sets: Sequence[str] = (),
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> LoadedRecipe:
    """Read a shipped recipe or a recipe file.

    Args:
        name_or_path: a shipped recipe's name ("quickstart") or a path.
        sets: "key.below=value" each, the value in YAML; they replace what the file says.
        cwd: what relative paths in `sets`, and the recipe's own path, are relative to; the current folder if None.
        environ: where ${VAR} looks; os.environ if None.

    Raises:
        RecipeError: there is no such recipe, or it is wrong; the message names file, line and key path.
    """
    cwd = cwd or Path.cwd()
    path = find_recipe(name_or_path, cwd)
    text = _read(path, "recipe")
    placed = read_placed(text, _called(path, cwd), path.parent, sets, cwd)
    return LoadedRecipe(_validated(placed, os.environ if environ is None else environ), path, path.parent, text)


def recipe_from_data(
    data: Mapping[str, Any], *, base: Path | None = None, environ: Mapping[str, str] | None = None
) -> LoadedRecipe:
    """Take a recipe as plain data, as it would stand in a file.

    Args:
        data: the recipe.
        base: what relative paths in it are relative to; the current folder if None.
        environ: where ${VAR} looks; os.environ if None.

    Raises:
        RecipeError: it is wrong; the message names the key path.
    """
    base = base or Path.cwd()
    text = dump(_plain(dict(data)))
    placed = read_placed(text, "recipe", base, (), base)
    return LoadedRecipe(_validated(placed, os.environ if environ is None else environ), None, base, text)


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy and where it came from."""

    policy: Policy
    asking: Asking
    """The models that its checks ask, and what they may spend."""
    path: Path
    """Its file."""
    shipped: bool
    """Whether it is one of the package."""


def load_policy(name_or_path: str | Path) -> Policy:
    """Read the checks of a shipped policy or a policy file.

    Raises:
        RecipeError: there is no such policy, or it is wrong; the message names file, line and key path.
    """
    return load_policy_file(name_or_path).policy


def load_policy_file(
    name_or_path: str | Path,
    sets: Sequence[str] = (),
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> LoadedPolicy:
    """Read a shipped policy or a policy file, with the models that its checks ask.

    Args:
        name_or_path: a shipped policy's name ("instructions") or a path.
        sets: "key.below=value" each, the value in YAML; they replace what the file says.
        cwd: what relative paths in `sets` are relative to; the current folder if None.
        environ: where ${VAR} looks; os.environ if None.

    Raises:
        RecipeError: there is no such policy, or it is wrong; the message names file, line and key path.
    """
    value = str(name_or_path)
    path = Path(value).expanduser() if is_policy_path(value) else POLICIES / f"{value}.yaml"
    if not is_policy_path(value) and not path.is_file():
        raise _unknown(value, POLICIES, what="policy")
    cwd, path = cwd or Path.cwd(), path.absolute()
    placed = read_placed(_read(path, "policy"), _called(path, cwd), path.parent, sets, cwd)
    placed = expand_variables(placed, os.environ if environ is None else environ)
    refuse_secrets(placed)
    placed = resolve_paths(placed)
    file = _model(PolicyFile, placed)
    policy = Policy(**{name: getattr(file, name) for name in Policy.model_fields})
    asking = Asking(**{name: getattr(file, name) for name in Asking.model_fields})
    _check_specs(policy, placed)
    return LoadedPolicy(policy, asking, path, path.is_relative_to(POLICIES))


def find_recipe(name_or_path: str | Path, cwd: Path) -> Path:
    """The file of a shipped recipe, or the path itself made absolute.

    Raises:
        RecipeError: there is neither.
    """
    value = str(name_or_path)
    shipped = SHIPPED / f"{value}.yaml"
    if isinstance(name_or_path, str) and os.sep not in value and shipped.is_file():
        return shipped
    path = (cwd / Path(value).expanduser()).absolute()
    if path.is_file():
        return path
    if path.is_dir():
        message = f"{value} is a folder, not a recipe."
        raise RecipeError(message, hint="Name the YAML file in it.")
    if os.sep in value or value.endswith((".yaml", ".yml")):
        message = f"the recipe {value} does not exist."
        raise RecipeError(message, hint="Check the path, or see the shipped ones: corpusmith recipes list")
    raise _unknown(value, SHIPPED, what="recipe")


def _validated(placed: Placed, environ: Mapping[str, str]) -> Recipe:
    placed = expand_variables(placed, environ)
    refuse_secrets(placed)
    placed = resolve_paths(placed)
    recipe = _with_gates(_model(Recipe, placed))
    if recipe.policy is None:
        return recipe
    try:
        policy = load_policy(recipe.policy)
    except RecipeError as error:
        message = f"{placed.where(('policy',))}: {error.message}"
        raise RecipeError(message, hint=error.hint) from None
    own = {spec.check for spec in recipe.checks}
    checks = [*(spec for spec in policy.checks if spec.check not in own), *recipe.checks]
    try:
        Panel.from_specs(checks)
    except UsageError as error:
        message = f"{placed.where(('policy',))}, policy {policy.name!r}: {error.message}"
        raise RecipeError(message, hint=error.hint) from None
    return recipe.model_copy(update={"checks": checks})


def _with_gates(recipe: Recipe) -> Recipe:
    """The recipe with the gates that its builder brings along; one that the recipe names itself is the recipe's."""
    builder = registry.load("builders", recipe.builder.kind)
    if not hasattr(builder, "gates"):
        return recipe
    own = {spec.check for spec in recipe.checks}
    brought = [spec for spec in builder.gates(recipe.builder.options) if spec.check not in own]
    return recipe.model_copy(update={"checks": [*brought, *recipe.checks]})


def _model(model: type[M], placed: Placed) -> M:
    try:
        return model.model_validate(placed.value)
    except ValidationError as error:
        # Not chained: pydantic's own text shows values, which may be secret.
        raise recipe_error(error, placed, model) from None


def _check_specs(policy: Policy, placed: Placed) -> None:
    for position, spec in enumerate(policy.checks):
        try:
            make_step(spec)
        except UsageError as error:
            message = f"{placed.where(('checks', position))}: {error.message}"
            raise RecipeError(message, hint=error.hint) from error


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        message = f"the {what} {path} cannot be read: {error.strerror}."
        raise RecipeError(message, hint="Check the path.") from error
    except UnicodeDecodeError as error:
        message = f"the {what} {path} is not UTF-8 (byte {error.start})."
        raise RecipeError(message, hint="Save it as UTF-8.") from error


def _called(path: Path, cwd: Path) -> str:
    """How a file is named in messages: relative to the current folder where that is shorter."""
    try:
        return str(path.relative_to(cwd))
    except ValueError:
        return str(path)


def _unknown(name: str, folder: Path, *, what: str) -> RecipeError:
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    near = difflib.get_close_matches(name, known, n=1)
    message = f"there is no {what} called {name!r}, and no file of that name."
    return RecipeError(
        message, hint=f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known) or 'none'}."
    )


def _plain(value: Any) -> Any:
    """Paths and tuples as YAML has them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(below) for below in value]
    return str(value) if isinstance(value, os.PathLike) else value

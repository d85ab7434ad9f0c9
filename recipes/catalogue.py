"""The recipes that ship with the package: list them, show one, make a copy of one to work on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from ..core import registry
from ..core.errors import RecipeError
from ..prompts.library import STANDARD, shipped_files
from .load import find_recipe
from .paths import SEEDS, SHIPPED, path_values
from .placed import Placed, read_placed

_SHIPPED_SEED = re.compile(r"shipped:(?P<file>[A-Za-z0-9_./-]*[A-Za-z0-9_-])")


@dataclass(frozen=True, slots=True)
class ShippedRecipe:
    """One recipe of the package."""

    name: str
    """What `corpusmith run NAME` takes."""
    description: str
    """One line."""
    path: Path


def shipped() -> list[ShippedRecipe]:
    """All recipes of the package, by name."""
    found: list[ShippedRecipe] = []
    for path in sorted(SHIPPED.glob("*.yaml")):
        description = _placed(path).get(("description",))
        found.append(ShippedRecipe(path.stem, description if isinstance(description, str) else "", path))
    return found


def show(name: str) -> str:
    """The text of a shipped recipe, comments and all (of a file, if `name` is a path).

    Raises:
        RecipeError: there is no such recipe.
    """
    return find_recipe(name, Path.cwd()).read_text(encoding="utf-8")


def init(name: str, folder: Path) -> list[Path]:
    """Copy a shipped recipe with its seed data and its prompts into a folder, so that all of it can be edited.

    The copy runs as it is: seed files are named by their new places, and `prompts` names each prompt's copy.

    Args:
        name: a shipped recipe's name.
        folder: where to; made if need be.

    Returns:
        The files written, the recipe first.

    Raises:
        RecipeError: there is no such recipe, or a file to write is already there (nothing is written then).
    """
    source = SHIPPED / f"{name}.yaml"
    if not source.is_file():
        source = find_recipe(name, Path.cwd())
        message = f"{name} is a file of your own, not a shipped recipe."
        raise RecipeError(message, hint="Copy it by hand, or see the shipped ones: corpusmith recipes list")
    placed = _placed(source)
    text = source.read_text(encoding="utf-8")
    prompts = _prompts(placed)
    files: dict[Path, bytes] = {}
    for _, value in path_values(placed):
        files.update(_seed_files(value, folder))
    files.update({folder / _prompt_place(name): file.read_bytes() for name, file in prompts.items()})
    text = _SHIPPED_SEED.sub(lambda match: f"./seeds/{match['file']}", text)
    files = {folder / source.name: _with_prompts(text, placed, prompts).encode(), **files}
    taken = [path for path in files if path.exists()]
    if taken:
        message = f"{taken[0]} is already there."
        raise RecipeError(message, hint="Name another folder; nothing was written.")
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            message = f"{path} cannot be written: {error.strerror}."
            raise RecipeError(message, hint="Name another folder.") from error
    return list(files)


def _placed(path: Path) -> Placed:
    return read_placed(path.read_text(encoding="utf-8"), str(path), path.parent, (), path.parent)


def _seed_files(value: str, folder: Path) -> dict[Path, bytes]:
    """Where the files behind a `shipped:` value go, with their contents."""
    if not value.startswith("shipped:"):
        return {}
    source = SEEDS / value.removeprefix("shipped:")
    files = [source] if source.is_file() else sorted(p for p in source.rglob("*") if p.is_file())
    return {folder / "seeds" / file.relative_to(SEEDS): file.read_bytes() for file in files}


def _prompts(placed: Placed) -> dict[str, Traversable]:
    """The shipped files of the builder's prompts in the recipe's profile."""
    kind = placed.get(("builder", "kind"))
    profile = placed.get(("builder", "profile")) or _default_profile(kind)
    found: dict[str, Traversable] = {}
    for (name, own), file in shipped_files().items():
        if name.startswith(f"{kind}/") and (
            own == profile or (own == STANDARD and (name, profile) not in shipped_files())
        ):
            found[name] = file
    return dict(sorted(found.items()))


def _default_profile(kind: str) -> str:
    field = registry.load("builders", kind).Config.model_fields.get("profile")
    return field.default if field is not None and isinstance(field.default, str) else STANDARD


def _prompt_place(name: str) -> Path:
    return Path("prompts") / f"{name}.md"


def _with_prompts(text: str, placed: Placed, prompts: dict[str, Traversable]) -> str:
    """The recipe's text with a `prompts:` section that names the copies."""
    own = placed.get(("prompts",)) or {}
    entries = [f"  {name}: ./{_prompt_place(name).as_posix()}" for name in prompts if name not in own]
    if not entries:
        return text
    lines = text.rstrip("\n").split("\n")
    at = placed.lines.get(("prompts",))
    if at is not None:
        return "\n".join([*lines[:at], *entries, *lines[at:]]) + "\n"
    return "\n".join([*lines, "", "# The prompts of this builder, yours to edit.", "prompts:", *entries]) + "\n"

"""A folder with a small recipe to change and load."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpusmith.recipes import LoadedRecipe, load_recipe

RECIPE = """\
# a comment
name: small
description: A small one.
builder:
  kind: map
  prompt: ./ask.md
seeds:
  path: seeds.jsonl
  columns: {prompt: question}
models:
  default:
    backend: scripted
    model: none
    sampling: {temperature: 0.5}
"""
PROMPT = "---\ninputs: [prompt]\npurpose: Ask.\n---\n{{ prompt }}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """recipes/small.yaml with its prompt and seeds, and an empty folder elsewhere."""
    recipes = tmp_path / "recipes"
    recipes.mkdir()
    (recipes / "small.yaml").write_text(RECIPE)
    (recipes / "ask.md").write_text(PROMPT)
    (recipes / "seeds.jsonl").write_text('{"question": "Why?"}\n')
    (tmp_path / "elsewhere").mkdir()
    return tmp_path


Load = Callable[..., LoadedRecipe]


@pytest.fixture
def load(folder: Path) -> Load:
    """load(*sets, text=, environ=): the recipe, changed, loaded from another current folder."""

    def _load(*sets: str, text: str | None = None, environ: dict[str, str] | None = None) -> LoadedRecipe:
        path = folder / "recipes" / "small.yaml"
        if text is not None:
            path.write_text(text)
        return load_recipe(path, sets, cwd=folder / "elsewhere", environ=environ or {})

    return _load

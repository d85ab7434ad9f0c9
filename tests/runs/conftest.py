"""Recipes and seeds for the tests of runs: small, on the scripted backend."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

Write = Callable[..., Path]


@pytest.fixture
def seeds(tmp_path: Path) -> Write:
    """Write seed rows as JSONL; a text in place of a row is written as it is (a broken line)."""

    def write(rows: Sequence[Any], name: str = "seeds.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows))
        return path

    return write


@pytest.fixture
def recipe(tmp_path: Path) -> Write:
    """Write a `map` recipe on the scripted backend; `rules` is its script, the rest goes into the recipe."""

    def write(seeds: Path, rules: Sequence[Mapping[str, Any]] = (), **more: Any) -> Path:
        (tmp_path / "script.yaml").write_text(yaml.safe_dump(list(rules)))
        model = {"backend": "scripted", "model": "scripted", "script": "script.yaml", "retries": 2, "concurrency": 4}
        data = {
            "name": "trial",
            "builder": {"kind": "map"},
            "seeds": {"path": str(seeds)},
            "models": {"default": {**model, **more.pop("model", {})}},
            **more,
        }
        path = tmp_path / "trial.yaml"
        path.write_text(yaml.safe_dump(data))
        return path

    return write


@pytest.fixture
def prompts() -> Callable[[int], list[dict[str, str]]]:
    """N rows with a column `prompt`."""
    return lambda n: [{"prompt": f"Name the colour of thing {i}.", "n": str(i)} for i in range(n)]

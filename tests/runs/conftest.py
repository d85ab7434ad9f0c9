"""Recipes and seeds for the tests of runs: small, on the scripted backend."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
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


@pytest.fixture
def served(tmp_path: Path) -> Callable[[str], contextlib.AbstractContextManager[tuple[str, Path]]]:
    """Runs a script as a server in a process of its own, which outlives a kill of the client.

    The script is given the file in which it notes what it answered, and prints its port first. Gives the address and
    that file.
    """

    @contextlib.contextmanager
    def serve(script: str) -> Iterator[tuple[str, Path]]:
        answered = tmp_path / "answered.jsonl"
        answered.touch()
        command = [sys.executable, "-c", script, str(answered)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            try:
                yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1", answered
            finally:
                process.kill()

    return serve

"""The wheel: nothing but corpusmith/..., with all it needs, and it works from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (".py", ".md", ".yaml", ".jsonl", ".j2", ".html", ".css", ".js", ".toml", "py.typed", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy of the sources without git, in a folder of another name."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "some-other-name"
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and path.name.endswith(SOURCES) and not any(p.startswith(".") or p == "build" for p in parts):
            target = source / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_the_package_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"corpusmith"}
    assert not any(name.startswith(("corpusmith/tests", "corpusmith/benchmarks", "corpusmith/docs")) for name in names)
    for folder in ("prompts", "recipes", "reporting", "data"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in (".md", ".yaml", ".jsonl", ".j2", ".html", ".css", ".js", ".json"):
                assert f"corpusmith/{path.relative_to(ROOT).as_posix()}" in names
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert {name.rpartition("/")[0].replace("/", ".") for name in names if name.endswith("/__init__.py")} == set(
        packages
    )


@pytest.mark.model
def test_it_runs_the_quick_start_from_another_folder(wheel, tmp_path):
    installed = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(installed), str(wheel)]
    assert subprocess.run(command, capture_output=True, timeout=120).returncode == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = [sys.executable, "-c", "import corpusmith; print(corpusmith.__file__)"]
    found = subprocess.run(where, capture_output=True, text=True, cwd=elsewhere, env=environment)
    assert found.stdout.startswith(str(installed))

    quickstart = [sys.executable, "-m", "corpusmith", "run", "quickstart", "--limit", "3"]
    done = subprocess.run(quickstart, capture_output=True, text=True, cwd=elsewhere, env=environment, timeout=300)

    assert done.returncode == 0, done.stderr
    assert "candidates kept" in done.stdout
    assert (elsewhere / "runs" / "quickstart" / "report.html").exists()

"""The package as a whole: public names, packaging, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import corpusmith
from corpusmith import quality

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "vllm", "ray", "pandas", "sklearn", "datasets", "polars", "pyarrow", "numpy", "openai", "aiohttp")


def loaded_by(code: str, cwd: Path | None = None) -> set[str]:
    script = f"import sys\n{code}\nprint('\\n'.join(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=cwd)
    return set(done.stdout.splitlines())


def test_public_names_are_exactly_those_and_all_resolve():
    for name in corpusmith.__all__:
        assert getattr(corpusmith, name) is not None
    assert set(corpusmith.__all__) <= set(dir(corpusmith))
    homes = set(corpusmith._HOMES) | {"__version__"}
    assert homes == set(corpusmith.__all__)


def test_the_list_of_packages_is_the_folders():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    left_out = {"tests", "benchmarks", "docs", "build", "dist"}
    folders = {
        ".".join(("corpusmith", *path.parent.relative_to(ROOT).parts))
        for path in ROOT.rglob("__init__.py")
        if not left_out & set(path.relative_to(ROOT).parts)
        and not any(part.startswith(".") or part.endswith("venv") for part in path.relative_to(ROOT).parts)
    }
    assert set(settings["packages"]) == folders


def test_importing_loads_nothing_heavy():
    assert not loaded_by("import corpusmith") & set(HEAVY)
    code = "from corpusmith.cli.app import app\ntry:\n    app(['--help'])\nexcept SystemExit:\n    pass"
    assert not loaded_by(code) & set(HEAVY)


def test_duplicates_of_plain_texts_need_no_models_of_data():
    loaded = loaded_by("from corpusmith.quality.duplicates.kinds import keys_of; keys_of([['one', 'two']])")
    assert not loaded & {"pydantic", "corpusmith.core", "corpusmith.quality.check"}


def test_names_of_quality_all_resolve():
    for name in quality.__all__:
        assert getattr(quality, name).__name__ == name
    assert set(quality._HOMES) == set(quality.__all__) <= set(dir(quality))


def test_a_run_loads_no_frame_library_before_the_last_row(tmp_path):
    (tmp_path / "seeds.jsonl").write_text('{"prompt": "one"}\n{"prompt": "two"}\n')
    code = """
import corpusmith.runs.run as module
from corpusmith.runs.accept import Acceptance
seen = []
take = Acceptance.take
class Watching(Acceptance):
    def close(self):
        seen.append({"datasets", "pandas", "matplotlib", "altair"} & set(sys.modules))
        super().close()
module.Acceptance = Watching
import corpusmith
data = {"name": "t", "builder": {"kind": "map"}, "seeds": {"path": "seeds.jsonl"},
        "models": {"default": {"backend": "scripted", "model": "s"}}}
result = corpusmith.run(corpusmith.recipe_from_data(data), out="out")
assert result.counts["kept"] == 2
assert seen == [set()], seen
"""
    loaded_by(code, cwd=tmp_path)


def test_version_is_the_one_in_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == corpusmith.__version__

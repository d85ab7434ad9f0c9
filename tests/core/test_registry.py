from __future__ import annotations

import os
import subprocess
import sys

import pytest

from corpusmith.core import registry
from corpusmith.core.errors import UsageError
from corpusmith.llm.backends.scripted import open_backend

GROUPS = ["builders", "checks", "backends", "exporters"]


@pytest.mark.parametrize("group", GROUPS)
def test_all_that_is_declared_can_be_loaded(group):
    names = registry.names(group)
    assert names == sorted(names)
    assert names
    assert all(registry.load(group, name) is not None for name in names)


def test_the_backends():
    assert {"openai", "llamacpp", "scripted"} <= set(registry.names("backends"))
    assert registry.load("backends", "scripted") is open_backend


def test_a_name_that_is_nearly_right_is_told_the_right_one():
    with pytest.raises(UsageError) as caught:
        registry.load("backends", "opena")
    assert str(caught.value) == "no backend is called 'opena'. Did you mean 'openai'?"
    assert caught.value.exit_code == 2


def test_any_other_name_is_told_all_there_are():
    with pytest.raises(UsageError) as caught:
        registry.load("backends", "zzz")
    assert caught.value.hint == f"There are: {', '.join(registry.names('backends'))}."


PLUGIN = """
from corpusmith.core import registry
from corpusmith.core.errors import UsageError
print(registry.load("checks", "mine").__name__)
for name in ("gone", "renamed"):
    try:
        registry.load("checks", name)
    except UsageError as error:
        print(error)
print("openai" in registry.names("backends"))
"""


def test_another_package_adds_its_own_and_a_broken_one_is_told_when_it_is_asked_for(tmp_path):
    info = tmp_path / "plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    entries = "mine = plugin_mine:Mine\ngone = plugin_gone:Gone\nrenamed = plugin_mine:Renamed\n"
    (info / "entry_points.txt").write_text(f"[corpusmith.checks]\n{entries}")
    (tmp_path / "plugin_mine.py").write_text("class Mine:\n    pass\n")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", PLUGIN], env=env, capture_output=True, text=True, check=True).stdout
    mine, gone, renamed, others = said.splitlines()
    assert mine == "Mine"
    assert gone.startswith("the check 'gone' (plugin_gone:Gone) cannot be imported: No module named 'plugin_gone'.")
    assert renamed.startswith("the check 'renamed' (plugin_mine:Renamed) cannot be imported: ")
    assert renamed.endswith("Install what it needs, or remove the package that declares it.")
    assert others == "True"

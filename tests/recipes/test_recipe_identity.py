"""The resolved recipe, and what makes two recipes the same run."""

import shutil

import pytest

from corpusmith.recipes import differences, fingerprint, load_recipe, resolved_yaml
from corpusmith.recipes.identity import file_identity
from corpusmith.recipes.paths import SEEDS

SAME = [
    "models.default.timeout=5",
    "models.default.retries=1",
    "models.default.patience=9",
    "models.default.hedge_after=9",
    "models.default.concurrency=3",
    "models.default.requests_per_minute=10",
    "models.default.tokens_per_minute=10",
    "models.default.api_key_env=OTHER",
    "models.default.ca_bundle=x.pem",
    "models.default.max_reply_bytes=2048",
    "models.default.client=sdk",
    "models.default.threads=1",
    "models.default.server=vllm",
    "models.default.batch_size=7",
    "models.default.batch_poll=7",
    "budget=3-calls",
    "prices={default: {prompt: 1, completion: 2}}",
    "limit=3",
    "target=3",
    "max_candidates=30",
    "export=[alpaca]",
    "dataset={validation: 0.5}",
    "description=Other.",
    "name=other",
]
OTHER = [
    ("seed=3", "seed: 17 -> 3"),
    ("builder.samples=2", "builder.samples: 1 -> 2"),
    ("builder.schema=a:B", 'builder.schema: null -> "a:B"'),
    ("seeds.limit=2", "seeds.limit: null -> 2"),
    ("seeds.columns={a: b}", 'seeds.columns.prompt: "question" -> (not set)'),
    ("models.default.model=m2", 'models.default.model: "none" -> "m2"'),
    ("models.default.backend=openai", 'models.default.backend: "scripted" -> "openai"'),
    ("models.default.base_url=http://x/v1", 'models.default.base_url: null -> "http://x/v1"'),
    ("models.default.structured=none", 'models.default.structured: "json_schema" -> "none"'),
    ("models.default.sampling.temperature=1.0", "models.default.sampling.temperature: 0.5 -> 1.0"),
    ("models.default.extra_body={x: 1}", "models.default.extra_body.x: (not set) -> 1"),
    ("models.default.schema_retries=0", "models.default.schema_retries: 3 -> 0"),
    ("models.default.length_retries=0", "models.default.length_retries: 2 -> 0"),
    ("models.default.context=512", "models.default.context: null -> 512"),
    ("models.judge={backend: scripted, model: j}", 'models.judge.model: (not set) -> "j"'),
    ("checks=[{check: output.empty}]", 'checks[0].check: (not set) -> "output.empty"'),
]


@pytest.mark.parametrize("one", SAME)
def test_what_cannot_change_a_row_is_the_same_run(load, one):
    assert resolved_yaml(load().recipe) != resolved_yaml(load(one).recipe)
    assert fingerprint(load().recipe) == fingerprint(load(one).recipe)


@pytest.mark.parametrize(("one", "said"), OTHER)
def test_what_can_change_a_row_is_named_with_both_values(load, one, said):
    assert said in differences(fingerprint(load().recipe), fingerprint(load(one).recipe))


def test_every_model_setting_is_on_one_side_or_the_other(load):
    from corpusmith.recipes import ModelConfig

    named = {one.partition("=")[0].removeprefix("models.default.").partition(".")[0] for one in SAME}
    named |= {one.partition("=")[0].removeprefix("models.default.").partition(".")[0] for one, _ in OTHER}
    assert set(ModelConfig.model_fields) - named == {"script", "batch", "engine"}


def test_what_the_engine_is_told_counts(load):
    plain = load("models.default.backend=vllm")
    half = load("models.default.backend=vllm", "models.default.engine={dtype: half}")
    said = 'models.default.engine.dtype: (not set) -> "half"'
    assert differences(fingerprint(plain.recipe), fingerprint(half.recipe)) == [said]


def test_calls_in_batches_are_the_same_calls(load):
    one_by_one, in_batches = (
        load("models.default.backend=openai"),
        load("models.default.backend=openai", "models.default.batch=api"),
    )
    assert in_batches.recipe.models.default.batch == "api"
    assert fingerprint(one_by_one.recipe) == fingerprint(in_batches.recipe)


@pytest.mark.parametrize(("file", "key"), [("seeds.jsonl", "seeds.path"), ("ask.md", "builder.prompt")])
def test_files_count_by_their_content(load, folder, file, key):
    before = fingerprint(load().recipe)
    path = folder / "recipes" / file
    path.write_text(path.read_text() + "more\n")
    (line,) = differences(before, fingerprint(load().recipe))
    assert line.startswith(f'{key}: "{file} ')


def test_own_prompts_and_scripts_count_by_their_content(load, folder):
    sets = ("prompts.map/prompt=own.md", "models.default.script=s.yaml")
    own, script = folder / "elsewhere" / "own.md", folder / "elsewhere" / "s.yaml"
    shutil.copy(folder / "recipes" / "ask.md", own)
    script.write_text("- reply: a\n")
    before = fingerprint(load(*sets).recipe)
    assert any(line.startswith("prompts.map/prompt: ") for line in differences(fingerprint(load().recipe), before))
    own.write_text(own.read_text() + "Please.\n")
    script.write_text("- reply: b\n")
    lines = differences(before, fingerprint(load(*sets).recipe))
    assert [line.partition(":")[0] for line in lines] == ["models.default.script", "prompts.map/prompt"]


def test_a_project_that_moved_is_still_the_same(load, folder):
    before = fingerprint(load().recipe)
    moved = folder / "moved"
    shutil.move(folder / "recipes", moved)
    assert fingerprint(load_recipe(moved / "small.yaml").recipe) == before


def test_the_resolved_recipe_loads_to_the_same(load, folder):
    sets = (
        "budget=$5,3-calls",
        "prices={default: {prompt: 1, completion: 2}, judge: {prompt: 0, completion: 0}}",
        "checks=[{check: output.empty, options: {}}]",
        "models.default.extra_body={a: ['1e-4', no, null]}",
        "dataset.pretty_name=$${NOT_A_VARIABLE}",
        f"seeds.path=shipped:{next(SEEDS.rglob('*.jsonl')).relative_to(SEEDS).as_posix()}",
        "models.judge={backend: scripted, model: j}",
    )
    recipe = load(*sets).recipe
    text = resolved_yaml(recipe)
    assert text == resolved_yaml(recipe)
    again = folder / "again.yaml"
    again.write_text(text)
    reloaded = load_recipe(again, environ={}).recipe
    assert reloaded == recipe
    assert resolved_yaml(reloaded) == text
    assert f"shipped:{next(SEEDS.rglob('*.jsonl')).relative_to(SEEDS).as_posix()}" in text
    assert str(SEEDS) not in text


def test_credentials_in_a_url_reach_neither(load):
    recipe = load("models.default.base_url=http://me:hunter2@host:1/v1?code=hunter2").recipe
    assert recipe.models.default.base_url == "http://me:hunter2@host:1/v1?code=hunter2"
    assert "hunter2" not in resolved_yaml(recipe) + str(fingerprint(recipe))
    assert "http://host:1/v1" in resolved_yaml(recipe)


def test_identity_of_files_folders_and_other_locations(tmp_path):
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "a.txt").write_text("a")
    (tmp_path / "d" / "e" / "b.txt").write_text("b")
    folder = file_identity(str(tmp_path / "d"))
    assert folder.startswith("d/ ")
    assert file_identity(str(tmp_path / "d" / "a.txt")).startswith("a.txt ")
    (tmp_path / "d" / "e" / "b.txt").rename(tmp_path / "d" / "b.txt")
    assert file_identity(str(tmp_path / "d")) != folder
    assert file_identity("hf:x/y") == "hf:x/y"
    assert file_identity(str(tmp_path / "gone")) == str(tmp_path / "gone")


def test_differences_of_equal_fingerprints(load):
    assert differences(fingerprint(load().recipe), fingerprint(load().recipe)) == []

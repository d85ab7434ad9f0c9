"""Loading: paths, --set, variables, policies."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import RecipeError
from corpusmith.recipes import load_policy, load_recipe, recipe_from_data
from corpusmith.recipes.paths import SEEDS
from corpusmith.recipes.placed import split_key


def test_a_recipe_as_it_stands(load, folder):
    loaded = load()
    recipe = loaded.recipe
    assert loaded.path == folder / "recipes" / "small.yaml"
    assert loaded.base == folder / "recipes"
    assert loaded.text.startswith("# a comment")
    assert (recipe.name, recipe.builder.kind, recipe.seed) == ("small", "map", 17)
    assert recipe.seeds.columns == {"prompt": "question"}
    assert recipe.models.default.sampling == {"temperature": 0.5}
    assert list(recipe.models.given()) == ["default"]


# --- paths


def test_paths_in_a_recipe_are_relative_to_its_file(load, folder):
    recipe = load().recipe
    assert recipe.seeds.sources == {"path": str(folder / "recipes" / "seeds.jsonl")}
    assert recipe.builder.options.prompt == folder / "recipes" / "ask.md"


def test_paths_in_a_set_are_relative_to_the_current_folder(load, folder):
    recipe = load(
        "seeds.path=other.jsonl", "builder.prompt=../x/mine.md", "models.default.script=rules.yaml", "policy=null"
    ).recipe
    assert recipe.seeds.sources == {"path": str(folder / "elsewhere" / "other.jsonl")}
    assert recipe.builder.options.prompt == folder / "x" / "mine.md"
    assert recipe.models.default.script == folder / "elsewhere" / "rules.yaml"
    recipe = load("seeds={path: other.jsonl, columns: {a: b}}").recipe
    assert recipe.seeds.sources == {"path": str(folder / "elsewhere" / "other.jsonl")}
    assert recipe.seeds.columns == {"a": "b"}


@pytest.mark.parametrize("location", ["/data/x.jsonl", "hf:tatsu-lab/alpaca:train", "https://example.org/x.jsonl"])
def test_other_locations_stay_as_typed(load, location):
    assert load(f"seeds.path={location}").recipe.seeds.sources["path"] == location


def test_a_schema_by_class_stays_as_typed_and_one_by_file_does_not(load, folder):
    assert load("builder.schema=my.module:Review").recipe.builder.options.answer_schema == "my.module:Review"
    found = load("builder.schema=review.json").recipe.builder.options.answer_schema
    assert Path(found) == folder / "elsewhere" / "review.json"


def test_a_local_model_is_a_path_only_if_it_is_a_file(load, folder):
    assert load("models.default.model=smol.gguf").recipe.models.default.model == "smol.gguf"
    (folder / "elsewhere" / "smol.gguf").write_bytes(b"GGUF")
    assert load("models.default.model=smol.gguf").recipe.models.default.model == str(folder / "elsewhere" / "smol.gguf")


def test_own_prompts_are_read_from_their_files(load, folder):
    recipe = load("prompts.map/prompt=../recipes/ask.md").recipe
    assert recipe.prompt_library().get("map/prompt").purpose == "Ask."


def test_shipped_seeds(load):
    file = next(p for p in SEEDS.rglob("*") if p.is_file()).relative_to(SEEDS).as_posix()
    assert load(f"seeds.path=shipped:{file}").recipe.seeds.sources["path"] == str(SEEDS / file)
    for outside in ("shipped:../map.yaml", "shipped:/etc/passwd", "'shipped:'", "shipped:nothing.jsonl"):
        with pytest.raises(RecipeError, match=r"--set seeds\.path: there is no shipped seed file"):
            load(f"seeds.path={outside}")
    with pytest.raises(RecipeError, match=f"Did you mean shipped:{file}"):
        load(f"seeds.path=shipped:{file[:-1]}")


# --- --set


def test_sets_are_yaml_and_the_last_one_wins(load):
    recipe = load("limit=5", "limit=7", "models.default.sampling={top_p: 0.9}", "name=no", "export=[]").recipe
    assert recipe.limit == 7
    assert recipe.models.default.sampling == {"top_p": 0.9}
    assert recipe.name == "no"


def test_a_set_goes_into_sections_that_are_not_there_and_into_lists(load):
    text = load().text + "dataset:\nexport: [alpaca, openai_chat]\n"
    recipe = load("dataset.license=cc0-1.0", "models.judge.model=j", "export.1=sharegpt", text=text).recipe
    assert recipe.dataset.license == "cc0-1.0"
    assert recipe.models.judge is not None
    assert list(recipe.models.given()) == ["default", "judge"]
    assert recipe.export == ["alpaca", "sharegpt"]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        ("limit", "is not of the form key=value"),
        ("=3", "is not of the form"),
        ("a..b=3", "empty part"),
        (".a=3", "empty part"),
        ('a."b=3', "stray quote"),
        ("name.below=3", "what stands there is a plain value"),
        ("limit=[1", "--set limit:1: this is not valid YAML"),
        ("limit={a: 1, a: 2}", "--set limit:1: the key 'a' is given twice"),
    ],
)
def test_sets_that_do_not_fit(load, one, said):
    with pytest.raises(RecipeError, match=said):
        load(one)


def test_a_set_into_a_list_must_name_a_position(load):
    with pytest.raises(RecipeError, match="'2' is no position in a list of 2"):
        load("export.2=alpaca", text=load().text + "export: [alpaca, openai_chat]\n")


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_any_key_can_be_written_with_quotes(parts):
    key = ".".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)
    assert split_key(key) == tuple(parts)


def test_an_unquoted_key():
    assert split_key('prompts."ground/question.small"') == ("prompts", "ground/question.small")
    assert split_key("prompts.ground/question") == ("prompts", "ground/question")


# --- variables


def test_variables_are_put_in_as_texts(load):
    environ = {"HOST": "example.org", "N": "9", "EVIL": "x}\nname: {other"}
    text = load().text + "limit: ${N}\ndataset: {pretty_name: '${EVIL} $HOST $${HOST}'}\n"
    recipe = load("models.default.base_url=http://${HOST}/v1", text=text, environ=environ).recipe
    assert recipe.models.default.base_url == "http://example.org/v1"
    assert recipe.limit == 9
    assert recipe.name == "small"
    assert recipe.dataset.pretty_name == "x}\nname: {other $HOST ${HOST}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("${GONE}", r"small\.yaml:15: description: the environment variable GONE is not set.*export GONE"),
        ("${not a name}", "is not a variable's name"),
        ("${}", "is not a variable's name"),
    ],
)
def test_variables_that_are_not_there(load, value, said):
    text = load().text.replace("description: A small one.\n", "") + f"\ndescription: '{value}'\n"
    with pytest.raises(RecipeError, match=said):
        load(text=text)


# --- names, files, data


def test_a_recipe_that_is_not_there(folder):
    with pytest.raises(RecipeError, match=r"no recipe called 'mapp'.*Did you mean 'map'"):
        load_recipe("mapp", cwd=folder)
    with pytest.raises(RecipeError, match=r"the recipe \./gone\.yaml does not exist"):
        load_recipe("./gone.yaml", cwd=folder)
    with pytest.raises(RecipeError, match="is a folder"):
        load_recipe("recipes", cwd=folder)
    (folder / "bad.yaml").write_bytes(b"name: \xff")
    with pytest.raises(RecipeError, match="not UTF-8"):
        load_recipe("bad.yaml", cwd=folder)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "just text\n"])
def test_a_recipe_is_a_mapping(load, text):
    with pytest.raises(RecipeError, match=r"small\.yaml:1: a recipe is a mapping"):
        load(text=text)


def test_a_recipe_given_as_data(folder):
    data = {
        "name": "inline",
        "builder": {"kind": "map", "prompt": folder / "recipes" / "ask.md"},
        "seeds": {"path": "recipes/seeds.jsonl"},
        "models": {"default": {"backend": "scripted", "model": "none"}},
    }
    loaded = recipe_from_data(data, base=folder)
    assert loaded.path is None
    assert loaded.recipe.seeds.sources == {"path": str(folder / "recipes" / "seeds.jsonl")}
    with pytest.raises(RecipeError, match=r"recipe:.*builder\.knd: unknown key 'knd'"):
        recipe_from_data({**data, "builder": {**data["builder"], "knd": 1}}, base=folder)


# --- policies


@pytest.fixture
def policy(folder):
    file = folder / "recipes" / "strict.yaml"
    file.write_text(
        "name: strict\ndescription: Much.\nchecks:\n"
        "  - {check: output.empty, gate: drop}\n  - {check: duplicate.exact, gate: flag}\n"
    )
    return file


def test_a_policy_file(policy):
    found = load_policy(policy)
    assert (found.name, found.description) == ("strict", "Much.")
    assert [spec.check for spec in found.checks] == ["output.empty", "duplicate.exact"]


def test_a_recipe_adds_to_its_policy_and_may_replace_checks_of_it(load, policy):
    text = load().text + (
        "policy: ./strict.yaml\nchecks:\n  - {check: duplicate.exact, gate: review}\n  - {check: output.refusal}\n"
    )
    recipe = load(text=text).recipe
    assert [(spec.check, spec.gate) for spec in recipe.checks] == [
        ("output.empty", "drop"),
        ("duplicate.exact", "review"),
        ("output.refusal", "drop"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("output.empty", "output.emty", r"strict\.yaml:4: checks\[0\]: no check is called 'output.emty'"),
        ("gate: flag", "gat: flag", r"strict\.yaml:5: checks\[1\]\.gat: unknown key 'gat'.*Did you mean 'gate'"),
        ("gate: flag", "gate: flog", r"strict\.yaml:5: checks\[1\]\.gate: must be 'drop', 'review' or 'flag'"),
        ("gate: flag", "options: {nope: 1}", r"strict\.yaml:5: checks\[1\]: check 'duplicate.exact' has no option"),
    ],
)
def test_a_wrong_policy_names_its_own_lines(load, policy, old, new, said):
    policy.write_text(policy.read_text().replace(old, new))
    with pytest.raises(RecipeError, match=said):
        load_policy(policy)
    with pytest.raises(RecipeError, match=r"small\.yaml:15: policy: .*" + said):
        load(text=load().text + "policy: ./strict.yaml\n")


def test_a_policy_that_is_not_there(load):
    with pytest.raises(RecipeError, match="--set policy: there is no policy called 'nope'"):
        load("policy=nope")

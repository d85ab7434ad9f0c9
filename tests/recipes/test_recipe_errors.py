"""What a wrong recipe is told: file, line, key path, value, what is accepted; and never a secret."""

import pytest

from corpusmith.core.errors import RecipeError

KEY = "sk-proj-aaaaBBBBcccc1111dddd2222"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  prompt: ./ask.md", "  promt: ./ask.md", r":6: builder.promt: unknown key 'promt'. Did you mean 'prompt'"),
        ("kind: map", "kind: mop", r":5: builder.kind: no builder is called 'mop'.*Did you mean 'map'"),
        ("  kind: map\n", "", r":4: builder.kind: must be the name of a builder.*There are: .*map"),
        ("builder:", "bilder:", r":4: bilder: unknown key 'bilder' \(1 of 2 problems\). Did you mean 'builder'"),
        ("name: small", "name: a/b", r":2: name: must match pattern .*; got 'a/b'"),
        ("name: small\n", "", r":2: name: missing"),
        ("name: small", "name: 1.10", r":2: name: must be a text; got 1.1. Quote it"),
        (
            "  path: seeds",
            "  pth: seeds",
            r":8: seeds.pth: the builder 'map' takes no source 'pth'. Did you mean 'path'",
        ),
        ("  path: seeds.jsonl\n", "", r":7: seeds.path: the seed data is missing. Add it, or give it with --set"),
        ("path: seeds.jsonl", "path: [a]", r":8: seeds.path: must be a file"),
        ("backend: scripted", "backend: scriptd", r":12: models.default.backend: no backend.*Did you mean 'scripted'"),
        ("    model: none\n", "", r":11: models.default.model: missing"),
        ("model: none", "model: 3", r":13: models.default.model: must be a text; got 3. Quote it: model: \"3\""),
        ("model: none", "modle: none", r":13: models.default.modle: unknown key 'modle'.*Did you mean 'model'"),
        ("  default:", "  defalt:", r":11: models.defalt: unknown key.*Did you mean 'default'"),
        ("temperature", "temprature", r":14: models.default.sampling.temprature: .*Did you mean 'temperature'"),
        ("model: none", "model: m\n    client: ftp", r":14: models.default.client: must be 'http' or 'sdk'; got 'ftp'"),
        ("model: none", "model: m\n    timeout: .inf", r":14: models.default.timeout: must be a valid number"),
        ("model: none", "model: m\n    base_url: example.org", r":14: models.default.base_url: must be a URL"),
        ("model: none", "model: m\n    model: n", r":14: the key 'model' is given twice \(first in line 13\)"),
        ("# a comment", "budget: 5", r":1: budget: must say what of"),
        ("# a comment", "budget: $5", r":1: budget: a budget in money needs the prices of the role 'default'"),
        ("# a comment", "export: [alpca]", r":1: export\[0\]: no exporter is called 'alpca'. Did you mean 'alpaca'"),
        (
            "# a comment",
            "target: 5\nmax_candidates: 4",
            r":2: max_candidates: 4 candidates cannot give the target of 5",
        ),
        (
            "# a comment",
            "checks:\n- check: output.empty\n  gate: throw",
            r":3: checks\[0\].gate: must be 'drop', 'review'",
        ),
        ("# a comment", "checks:\n- chek: output.empty", r":2: checks\[0\].chek: unknown key 'chek'"),
        ("# a comment", "prompts: {map/promt: a.md}", r":1: prompts.map/promt: there is no prompt 'map/promt'"),
        (
            "# a comment",
            "prompts: {map/prompt: a.md}",
            r":1: prompts.map/prompt: the prompt file .*a\.md cannot be read",
        ),
        ("# a comment", "prices: {boss: {prompt: 1, completion: 1}}", r":1: prices.boss: must be 'default', 'target'"),
        ("# a comment", "dataset: {validation: 1}", r":1: dataset.validation: must be less than 1; got 1"),
    ],
)
def test_says_where_what_and_what_else(load, old, new, said):
    text = load().text
    assert old in text
    with pytest.raises(RecipeError, match=r"recipes/small\.yaml" + said):
        load(text=text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("one", "said"),
    [
        ("builder={}", r"^--set builder: builder\.kind: must be the name of a builder"),
        (
            "models.default.concurrency=0",
            r"^--set models\.default\.concurrency: must be greater than or equal to 1; got 0",
        ),
        ("models.default.concurency=3", r"^--set models\.default\.concurency: unknown key.*Did you mean 'concurrency'"),
        ("models.defalt.model=x", r"^--set models\.defalt\.model: models\.defalt: unknown key 'defalt'"),
        ("checks=[{check: output.empty, gate: x}]", r"^--set checks: checks\[0\]\.gate: must be"),
    ],
)
def test_a_wrong_set_is_named_as_typed(load, one, said):
    with pytest.raises(RecipeError, match=said):
        load(one)


def test_an_empty_section_counts_as_absent(load):
    recipe = load(text=load().text + "checks:\nexport:\nprompts:\ndataset: {license: }\nprices:\n").recipe
    assert (recipe.checks, recipe.export, recipe.prompts, recipe.prices) == ([], [], {}, {})


def test_words_that_other_readers_take_for_booleans_are_texts(load):
    recipe = load(text=load().text + "dataset: {language: no, pretty_name: on}\n").recipe
    assert recipe.dataset.language == ["no"]
    assert recipe.dataset.pretty_name == "on"


# --- secrets


@pytest.mark.parametrize(
    "one",
    [
        f"models.default.api_key={KEY}",
        "models.default.api_key=hunter2",
        f"models.default.api_key_env={KEY}",
        f"models.default.model={KEY}",
        f"models.default.extra_body={{authorization: 'Bearer {KEY}'}}",
        "models.default.extra_body={headers: {password: hunter2}}",
        f"description={KEY}",
        f"models.default.base_url=http://x/v1?k={KEY}",
        f"models.default.api_key_value={KEY}",
        f"limit={KEY}",
        f"nonsense={KEY}",
        "models.default.base_url=ftp://user:hunter2@host/v1",
    ],
)
def test_a_secret_is_refused_and_never_shown(load, one):
    with pytest.raises(RecipeError) as caught:
        load(one)
    for text in (str(caught.value), repr(caught.value), repr(caught.value.__cause__)):
        assert KEY not in text
        assert "hunter2" not in text


def test_the_hint_is_to_name_a_variable(load):
    with pytest.raises(RecipeError, match="api_key_env: OPENAI_API_KEY"):
        load(f"models.default.api_key={KEY}")
    with pytest.raises(RecipeError, match=r"looks like a secret.*api_key_env: MY_API_KEY"):
        load("models.default.api_key=${MY_API_KEY}", environ={"MY_API_KEY": KEY})


def test_a_secret_that_comes_from_a_variable_is_refused_too(load):
    with pytest.raises(RecipeError, match="holds what looks like a key") as caught:
        load("description=${INNOCENT}", environ={"INNOCENT": KEY})
    assert KEY not in str(caught.value)


def test_what_only_sounds_like_a_secret_is_not_one(load):
    recipe = load("models.default.extra_body={eos_token: '</s>', stop_token_ids: [1]}", "limit=3").recipe
    assert recipe.models.default.extra_body["eos_token"] == "</s>"

"""The shipped recipes: listed, shown, loaded, and copied so that the copy is the same run."""

import pytest

from corpusmith.core.errors import RecipeError
from corpusmith.prompts.strict_yaml import parse
from corpusmith.recipes import differences, fingerprint, init, load_policy, load_recipe, shipped, show
from corpusmith.recipes.paths import POLICIES

NAMES = [one.name for one in shipped()]
SETS = {
    **{name: ["seeds.path=seeds.jsonl"] for name in ("map", "polarity", "rewrite")},
    "arts": ["seeds.test=seeds.jsonl"],
}


@pytest.fixture
def cwd(tmp_path, request):
    (tmp_path / "seeds.jsonl").write_text('{"prompt": "Hello"}\n')
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_recipe_loads(name, cwd):
    recipe = load_recipe(name, SETS.get(name, []), cwd=cwd, environ={}).recipe
    assert recipe.name == name
    assert recipe.description


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_of_it_is_the_same_run(name, cwd):
    written = init(name, cwd / "mine")
    assert written[0] == cwd / "mine" / f"{name}.yaml"
    assert all(path.is_file() for path in written)
    copy = load_recipe(written[0], SETS.get(name, []), cwd=cwd, environ={}).recipe
    original = load_recipe(name, SETS.get(name, []), cwd=cwd, environ={}).recipe
    assert "shipped:" not in str(fingerprint(copy))
    assert differences(_without_prompts(original), _without_prompts(copy)) == []
    library, own = original.prompt_library(), copy.prompt_library()
    profile = getattr(copy.builder.options, "profile", "standard")
    mine = [n for n in library.names() if n.startswith(f"{copy.builder.kind}/")]
    copied = [n for n in mine if {profile, "standard"} & set(library.profiles(n))]
    assert copied
    for prompt in copied:
        assert own.get(prompt).hash == library.get(prompt).hash
        assert prompt in copy.prompts
    for location in copy.seeds.sources.values():
        assert location.startswith(str(cwd))


def _without_prompts(recipe):
    return {name: value for name, value in fingerprint(recipe).items() if name != "prompts"}


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_shown(name):
    assert parse(show(name), name).value["name"] == name


def test_a_copy_overwrites_nothing(cwd):
    first = init("map", cwd / "mine")
    first[0].unlink()
    first[-1].write_text("mine")
    with pytest.raises(RecipeError, match=r"prompt\.md is already there.*nothing was written"):
        init("map", cwd / "mine")
    assert not first[0].exists()
    assert first[-1].read_text() == "mine"


def test_names_that_are_not_shipped(cwd):
    with pytest.raises(RecipeError, match=r"no recipe called 'mapp'.*Did you mean 'map'"):
        init("mapp", cwd)
    with pytest.raises(RecipeError, match="no recipe called 'mapp'"):
        show("mapp")
    own = cwd / "own.yaml"
    own.write_text("name: own\n")
    with pytest.raises(RecipeError, match="is a file of your own"):
        init(str(own), cwd / "mine")
    assert show(str(own)) == "name: own\n"


@pytest.mark.parametrize("name", sorted(path.stem for path in POLICIES.glob("*.yaml")))
def test_a_shipped_policy_loads(name):
    policy = load_policy(name)
    assert policy.name == name
    assert policy.description
    assert policy.checks


def test_map_is_shipped():
    assert "map" in NAMES

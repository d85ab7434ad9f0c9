"""PromptLibrary: shipped prompts by name and profile, the user's own in their place."""

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.prompts import PromptLibrary
from corpusmith.prompts.library import STANDARD, shipped_files

OWN = "---\ninputs: [prompt]\n---\nMine: {{ prompt }}\n"


@pytest.fixture
def own(tmp_path):
    file = tmp_path / "own.md"
    file.write_text(OWN)
    return file


def test_a_shipped_prompt_by_name():
    library = PromptLibrary()
    assert "map/prompt" in library.names()
    found = library.get("map/prompt")
    assert found.name == "map/prompt"
    assert found.render({"prompt": "Hello"}).messages == ({"role": "user", "content": "Hello"},)
    assert library.get("map/prompt") is found


def test_a_profile_without_a_file_of_its_own_falls_back_to_the_standard_one():
    assert PromptLibrary(profile="small").get("map/prompt") == PromptLibrary().get("map/prompt")


def test_a_profile_is_taken_where_there_is_one():
    name = next(name for name, profile in shipped_files() if profile == "small" and (name, STANDARD) in shipped_files())
    small = PromptLibrary(profile="small").get(name)
    assert small.where == f"prompts/{name}.small.md"
    assert small.name == name
    assert PromptLibrary().get(name).where == f"prompts/{name}.md"
    assert PromptLibrary().get(name, profile="small") == small
    assert PromptLibrary(profile="small").get(name, profile=STANDARD) == PromptLibrary().get(name)
    assert PromptLibrary().profiles(name) == ["small", STANDARD]


def test_the_users_own_file_wins_whatever_the_profile(own):
    library = PromptLibrary({"map/prompt": own})
    for profile in (None, "small", "standard"):
        found = library.get("map/prompt", profile)
        assert found.name == "map/prompt"
        assert found.render({"prompt": "x"}).messages[0]["content"] == "Mine: x"
    own.unlink()
    assert library.get("map/prompt").hash == found.hash


def test_the_users_own_file_for_one_profile_alone(own):
    name = next(name for name, profile in shipped_files() if profile == "small" and (name, STANDARD) in shipped_files())
    library = PromptLibrary({f"{name}.small": own})
    assert library.get(name, "small").text == OWN
    assert library.get(name) == PromptLibrary().get(name)


def test_unknown_names_get_the_nearest(own):
    with pytest.raises(UsageError, match=r"no prompt 'map/promt'.*Did you mean 'map/prompt'"):
        PromptLibrary().get("map/promt")
    with pytest.raises(UsageError, match=r"There are: .*map/prompt"):
        PromptLibrary().get("../../etc/passwd")
    with pytest.raises(UsageError, match="no prompt 'map/prompd'"):
        PromptLibrary({"map/prompd": own})

"""Every prompt in the package can be read, and rendered from the inputs it declares."""

from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.prompts import Prompt
from corpusmith.prompts.library import shipped_files, shipped_prompt


class Anything(str):
    """A text that can also be walked through and asked for items: fits wherever a template uses an input."""

    __slots__ = ()

    def __iter__(self):
        return iter([Anything("FIRST"), Anything("SECOND")])

    def __getitem__(self, key):
        return Anything(f"ITEM-{key}") if isinstance(key, str) else super().__getitem__(key)

    def items(self):
        return [(Anything("KEY"), Anything("VALUE"))]


def placeholders(prompt: Prompt) -> Mapping[str, Any]:
    return {
        name: Anything(f"PLACEHOLDER-{number}-{name}") for number, name in zip(count(), prompt.inputs, strict=False)
    }


@pytest.mark.parametrize(("name", "profile"), sorted(shipped_files()), ids="-".join)
def test_renders_from_its_declared_inputs(name, profile):
    prompt = shipped_prompt(name, profile)
    assert prompt.purpose
    rendered = prompt.render(placeholders(prompt))
    texts = [m["content"] for m in rendered.messages] if prompt.kind == "chat" else [rendered.text]
    assert all(text.strip() for text in texts)
    assert "{{" not in "".join(texts)
    assert "{%" not in "".join(texts)
    if prompt.kind == "chat":
        assert rendered.messages[-1]["role"] == "user"
    for left_out in prompt.inputs:
        inputs = {n: v for n, v in placeholders(prompt).items() if n != left_out}
        with pytest.raises(UsageError, match=f"needs the input '{left_out}'"):
            prompt.render(inputs)


@pytest.mark.parametrize(("name", "profile"), sorted(shipped_files()), ids="-".join)
def test_every_input_can_change_the_text(name, profile):
    prompt = shipped_prompt(name, profile)
    plain = prompt.render(placeholders(prompt))
    for changed in prompt.inputs:
        values = [Anything("OTHER"), "", 0, 1, [], [{}], True]
        assert any(_rendered(prompt, changed, value) != plain for value in values), changed


def _rendered(prompt: Prompt, name: str, value: Any) -> Any:
    try:
        return prompt.render({**placeholders(prompt), name: value})
    except UsageError as error:
        return str(error)


def test_there_are_shipped_prompts():
    assert ("map/prompt", "standard") in shipped_files()

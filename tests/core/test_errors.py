from __future__ import annotations

import inspect
import re

import pytest

from corpusmith.core import errors
from corpusmith.core.errors import AnswerError, CorpusmithError, EndpointError, RetryableError

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__]
LINE = re.compile(r"^(?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)\s{2,}(?P<what>.*?)(?:\s+exit (?P<code>\d))?$")


def tree():
    """The lines of the tree in the module's docstring: (depth, name, exit code or None)."""
    lines = (errors.__doc__ or "").split("\n\n")[1].splitlines()
    found = [LINE.match(re.sub(r" exit (\d)$", r"  exit \1", line)) for line in lines]
    assert all(found), lines
    return [(len(m["indent"]) // 4, m["name"], m["code"] and int(m["code"])) for m in found if m]


def test_the_tree_names_every_class_once():
    assert sorted(name for _, name, _ in tree()) == sorted(c.__name__ for c in CLASSES)


def test_the_tree_shows_who_is_whose_child():
    above = []
    for depth, name, _ in tree():
        above = above[:depth]
        (base,) = getattr(errors, name).__bases__
        assert base.__name__ == (above[-1] if above else "Exception")
        above.append(name)


def test_the_tree_tells_the_exit_codes():
    told = {name: code for _, name, code in tree() if code is not None}
    assert {name: getattr(errors, name).exit_code for name in told} == told
    assert told["UsageError"] == told["RecipeError"] == 2
    assert told["BudgetExhausted"] == 4
    assert all(c.exit_code == told.get(c.__name__, 1) for c in CLASSES)


def test_every_class_says_what_it_is_for():
    assert all((c.__doc__ or "").strip() for c in CLASSES)


def test_a_message_and_its_hint():
    error = CorpusmithError("the file x is missing.", hint="Give another one.")
    assert str(error) == "the file x is missing. Give another one."
    assert (error.message, error.hint) == ("the file x is missing.", "Give another one.")
    assert str(CorpusmithError("alone.")) == "alone."


def test_what_the_errors_of_calls_carry():
    error = RetryableError("busy", kind="http_429", status=429, body="slow", retry_after=2.5)
    assert isinstance(error, EndpointError)
    assert (error.kind, error.status, error.body, error.retry_after) == ("http_429", 429, "slow", 2.5)
    error = EndpointError("no", kind="http_400")
    assert (error.status, error.body, error.hint) == (None, "", None)
    answer = AnswerError("truncated", "it was cut.", raw="abc", calls=("k",))
    assert (answer.reason, str(answer), answer.raw, answer.calls) == ("truncated", "it was cut.", "abc", ("k",))


@pytest.mark.parametrize("name", [c.__name__ for c in CLASSES])
def test_all_can_be_caught_as_one(name):
    assert issubclass(getattr(errors, name), CorpusmithError)

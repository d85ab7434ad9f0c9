"""explain --miss: which parts of which requests another run's journal has no answer for."""

from __future__ import annotations

import pytest

import corpusmith
from corpusmith.core.errors import RunFolderError
from corpusmith.llm import Request
from corpusmith.llm.segments import seal
from corpusmith.runs.explain import explain_miss
from corpusmith.runs.replay import request_differences, requests_of

LONG = "A sentence that is the same for everybody, and long enough to be cut. " * 3


def test_nothing_is_missed_where_nothing_differs_and_nothing_is_touched(seeds, recipe, prompts, tmp_path):
    path = recipe(seeds(prompts(5)))
    corpusmith.run(path, out=tmp_path / "a")
    corpusmith.run(path, out=tmp_path / "b")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    found = explain_miss(tmp_path / "b", tmp_path / "a")

    assert (found["calls"], found["missed"], found["requests"], found["differences"]) == (5, 0, [], [])
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_sealed_journals_are_a_cache_and_are_gone_through_like_others(seeds, recipe, prompts, tmp_path):
    path = recipe(seeds(prompts(5)))
    corpusmith.run(path, out=tmp_path / "a")
    (plain,) = (tmp_path / "a" / "journal").iterdir()
    seal(plain).close()
    plain.unlink()

    second = corpusmith.run(path, out=tmp_path / "b", cache=[tmp_path / "a"])

    assert (second.run["calls"]["sent"], second.run["calls"]["journal_hits"]) == (0, 5)
    assert explain_miss(tmp_path / "b", tmp_path / "a")["missed"] == 0
    again = corpusmith.run(path, out=tmp_path / "a")
    assert again.run["calls"]["sent"] == 0
    assert again.run["calls"]["of_the_whole_run"] == 5
    # It holds work: another recipe does not get the folder.
    with pytest.raises(RunFolderError, match="made from another recipe"):
        corpusmith.run(path, out=tmp_path / "a", sets=["seed=9"])


def test_a_part_that_differs_is_named_with_its_values(seeds, recipe, prompts, tmp_path):
    path = recipe(seeds(prompts(5)))
    corpusmith.run(path, out=tmp_path / "a", sets=["models.default.sampling.top_p=0.9"])
    corpusmith.run(path, out=tmp_path / "b", sets=["models.default.sampling.temperature=0.3"])

    found = explain_miss(tmp_path / "b", tmp_path / "a")

    assert (found["calls"], found["missed"]) == (5, 5)
    assert found["requests"] == [
        "sampling.top_p: 0.9 -> (not set) (5 of 5 calls)",
        "sampling.temperature: (not set) -> 0.3 (5 of 5 calls)",
    ]


def test_one_row_that_differs_is_one_call(seeds, recipe, prompts, tmp_path):
    rows = prompts(5)
    corpusmith.run(recipe(seeds(rows)), out=tmp_path / "a")
    # The run's seeds as they were are needed: the other run has its own file.
    other = [*rows[:2], {"prompt": "Name the sound of thing 2.", "n": "2"}, *rows[3:]]
    (tmp_path / "more").mkdir()
    corpusmith.run(recipe(seeds(other, "more/seeds.jsonl")), out=tmp_path / "b")

    found = explain_miss(tmp_path / "b", tmp_path / "a")

    assert found["missed"] == 1
    (line,) = found["requests"]
    expected = 'messages[0].content: "Name the colour of thing 2." -> "Name the sound of thing 2." (1 of 5 calls)'
    assert line == expected


def test_answers_that_were_asked_for_again_are_gone_through_as_well(seeds, recipe, prompts, tmp_path):
    (tmp_path / "schema.json").write_text('{"type": "object", "required": ["a"]}')
    rules = [{"replies": ["no", {"a": 1}]}]
    path = recipe(seeds(prompts(2)), rules, builder={"kind": "map", "schema": "schema.json"})
    corpusmith.run(path, out=tmp_path / "a")

    asked = requests_of(tmp_path / "a")

    assert [(number, request.attempt) for (_, number), request in asked.items()] == [(0, 0), (1, 1)] * 2


def test_what_the_journal_lacks_is_not_sent(seeds, recipe, prompts, tmp_path):
    path = recipe(seeds(prompts(30)), budget="3-calls")
    assert corpusmith.run(path, out=tmp_path / "a").exit_code == 4

    assert len(requests_of(tmp_path / "a")) == 30


def test_seeds_that_are_gone_are_said(seeds, recipe, prompts, tmp_path):
    path = seeds(prompts(2))
    corpusmith.run(recipe(path), out=tmp_path / "a")
    path.unlink()

    found = explain_miss(tmp_path / "a", tmp_path / "a")

    assert "seeds.jsonl" in found["note"]
    assert "requests" not in found


@pytest.mark.parametrize(
    ("old", "new", "path", "shown"),
    [
        ({"model": "a"}, {"model": "b"}, "model", '"a" -> "b"'),
        ({}, {"schema": {"type": "object"}}, "schema.type", '(not set) -> "object"'),
        ({"sampling": {"stop": ["a"]}}, {"sampling": {"stop": ["b"]}}, "sampling.stop[0]", '"a" -> "b"'),
        ({"prompt": LONG + "cat"}, {"prompt": LONG + "dog"}, "prompt", '"...'),
        ({"attempt": 0}, {"attempt": 1}, "attempt", "0 -> 1"),
    ],
)
def test_the_difference_of_two_requests(old, new, path, shown):
    given = {"kind": "chat", "model": "m", "endpoint": "e"}
    found = request_differences(Request(**{**given, **old}), Request(**{**given, **new}))
    assert list(found) == [path]
    assert found[path].startswith(shown)
    assert len(found[path]) < 300
    if "prompt" in old:
        assert "cat" in found[path]
        assert "dog" in found[path]

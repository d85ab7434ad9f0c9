"""run: from a recipe to a folder that adds up."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

import corpusmith
from corpusmith.core.errors import FatalEndpointError, RunFolderError, UsageError

COLOURS = [{"match": f"thing {i}[.]", "reply": f"It is colour number {i}."} for i in range(10)]


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_seed_becomes_a_row_in_order(seeds, recipe, prompts, tmp_path):
    result = corpusmith.run(recipe(seeds(prompts(10)), COLOURS), out=tmp_path / "out")

    assert result.exit_code == 0
    rows = list(result.kept)
    assert [r["completion"] for r in rows] == [f"It is colour number {i}." for i in range(10)]
    assert rows[3]["seed"] == {"prompt": "Name the colour of thing 3.", "n": "3"}
    assert result.counts == {
        "candidates": 10,
        "kept": 10,
        "dropped": 0,
        "review": 0,
        "rejected": 0,
        "failed": 0,
        "by_reason": {"dropped": {}, "review": {}, "rejected": {}, "failed": {}},
    }
    for name in ("report.html", "recipe.resolved.yaml", "run.json", "verdicts.parquet", "dataset/README.md"):
        assert (tmp_path / "out" / name).stat().st_size > 0
    assert result.to_pandas().shape == result.to_polars().shape == (10, 4)
    assert result.to_dataset()["train"].num_rows == 10


def test_the_same_command_again_asks_nothing_and_writes_the_same_bytes(seeds, recipe, prompts, tmp_path):
    path, out = recipe(seeds(prompts(10)), COLOURS), tmp_path / "out"
    first = corpusmith.run(path, out=out)
    before = {p.relative_to(out): p.read_bytes() for p in (out / "dataset").rglob("*") if p.is_file()}

    second = corpusmith.run(path, out=out)

    assert first.run["calls"]["sent"] == 10
    assert second.run["calls"]["sent"] == 0
    assert second.run["calls"]["of_the_whole_run"] == 10
    assert second.counts == first.counts
    assert {p.relative_to(out): p.read_bytes() for p in (out / "dataset").rglob("*") if p.is_file()} == before


def test_what_cannot_change_a_reply_may_change_between_sessions(seeds, recipe, prompts, tmp_path):
    path, out = recipe(seeds(prompts(6)), COLOURS), tmp_path / "out"
    corpusmith.run(path, out=out, sets=["limit=3"])

    more = corpusmith.run(path, out=out, sets=["models.default.concurrency=2", "models.default.timeout=5"])

    assert more.counts["kept"] == 6
    assert more.run["calls"]["sent"] == 3


def test_anything_else_that_changed_is_named_and_refused(seeds, recipe, prompts, tmp_path):
    path, out = recipe(seeds(prompts(4)), COLOURS), tmp_path / "out"
    corpusmith.run(path, out=out)

    with pytest.raises(RunFolderError, match="temperature"):
        corpusmith.run(path, out=out, sets=["models.default.sampling.temperature=0.3"])
    seeds(prompts(5))
    with pytest.raises(RunFolderError, match="seeds"):
        corpusmith.run(path, out=out)


def test_a_first_try_that_made_nothing_claims_nothing(seeds, recipe, tmp_path):
    path, out = recipe(seeds([{"question": "why?"}])), tmp_path / "out"
    with pytest.raises(UsageError, match="no column 'prompt'"):
        corpusmith.run(path, out=out)

    assert corpusmith.run(path, out=out, sets=["seeds.columns.prompt=question"]).counts["kept"] == 1
    with pytest.raises(RunFolderError, match=r"seeds\.columns"):
        corpusmith.run(path, out=out)


def test_a_folder_that_is_no_run_is_left_alone(seeds, recipe, prompts, tmp_path):
    out = tmp_path / "photos"
    out.mkdir()
    (out / "holiday.jpg").write_bytes(b"x")

    with pytest.raises(RunFolderError, match=r"holiday[.]jpg"):
        corpusmith.run(recipe(seeds(prompts(1)), COLOURS), out=out)


def test_unreadable_lines_and_failing_rows_are_counted_and_cost_nobody_else(seeds, recipe, prompts, tmp_path):
    rows = prompts(4)
    rows[2] = "{broken"
    rules = [{"match": "thing 1[.]", "error": 400}, *COLOURS]

    result = corpusmith.run(recipe(seeds(rows), rules), out=tmp_path / "out")

    assert result.counts["candidates"] == 4
    assert result.counts["kept"] == 2
    assert result.counts["by_reason"]["failed"] == {"http_400": 1, "unreadable": 1}
    sources = {f["source"] for f in result.failed}
    assert sources == {"seeds.jsonl:2", "seeds.jsonl:3"}


def test_a_row_that_failed_is_asked_again_by_the_next_session(seeds, recipe, prompts, tmp_path):
    rules = [{"match": "thing 1[.]", "error": 400}, *COLOURS]
    path, out = recipe(seeds(prompts(3)), rules), tmp_path / "out"
    assert corpusmith.run(path, out=out).counts["failed"] == 1

    # The script's file is part of what a run is made from by its content: mend the endpoint behind the same name.
    made_from = out / "records" / "made_from.json"
    recipe(seeds(prompts(3)), COLOURS)
    new = corpusmith.run(path, out=tmp_path / "other")
    made_from.write_bytes((new.folder / "records" / "made_from.json").read_bytes())
    mended = corpusmith.run(path, out=out)

    assert mended.counts["failed"] == 0
    assert mended.counts["kept"] == 3


def test_answers_that_break_the_schema_are_rejected_with_their_text(seeds, recipe, prompts, tmp_path):
    schema = {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]}
    (tmp_path / "colour.json").write_bytes(orjson.dumps(schema))
    rules = [{"match": "thing 1[.]", "reply": "blue, I think"}, {"reply": {"colour": "red"}}]
    path = recipe(seeds(prompts(3)), rules, builder={"kind": "map", "schema": str(tmp_path / "colour.json")})

    result = corpusmith.run(path, out=tmp_path / "out")

    assert [r["colour"] for r in result.kept] == ["red", "red"]
    assert result.counts["by_reason"]["rejected"] == {"invalid_structure": 1}
    assert [r["text"] for r in result.rejected] == ["blue, I think"]
    assert result.run["calls"]["asked_again"] == {"invalid_structure": 3}


def test_gates_drop_with_reason_and_explain_tells_it(seeds, recipe, prompts, tmp_path):
    rules = [{"match": "thing [12][.]", "reply": "It is red."}, *COLOURS]
    checks = [{"check": "duplicate.exact", "gate": "drop", "options": {"fields": ["completion"]}}]

    result = corpusmith.run(recipe(seeds(prompts(4)), rules, checks=checks), out=tmp_path / "out")

    assert result.counts["kept"] == 3
    (dropped,) = result.dropped
    story = corpusmith.explain(tmp_path / "out", dropped["id"])
    assert (story.fate, story.check) == ("dropped", "duplicate.exact")
    assert [v["outcome"] for v in story.verdicts] == ["fail"]
    kept = next(iter(result.kept))
    assert corpusmith.explain(tmp_path / "out", kept["record_id"][:12]).fate == "kept"
    with pytest.raises(UsageError, match="no row"):
        corpusmith.explain(tmp_path / "out", "ffffffffffff")


def test_a_target_is_met_exactly_and_the_rest_is_surplus(seeds, recipe, prompts, tmp_path):
    path = recipe(seeds(prompts(30)), target=5)

    result = corpusmith.run(path, out=tmp_path / "out")
    again = corpusmith.run(path, out=tmp_path / "out")

    assert result.exit_code == 0
    assert result.counts["kept"] == 5
    assert set(result.counts["by_reason"]["dropped"]) <= {"surplus"}
    assert again.counts == result.counts


def test_a_target_that_cannot_be_met_ends_partial(seeds, recipe, prompts, tmp_path):
    result = corpusmith.run(recipe(seeds(prompts(3)), target=5), out=tmp_path / "out")

    assert result.exit_code == 4
    assert result.run["status"] == "partial"
    assert "3 of 5" in result.run["reason"]


def test_max_candidates_caps_the_run(seeds, recipe, prompts, tmp_path):
    checks = [{"check": "duplicate.exact", "gate": "drop", "options": {"fields": ["completion"]}}]
    path = recipe(seeds(prompts(60)), [{"reply": "the same"}], checks=checks, target=5, max_candidates=20)

    result = corpusmith.run(path, out=tmp_path / "out")

    assert result.exit_code == 4
    assert result.counts["kept"] == 1
    assert 20 <= result.counts["candidates"] <= 30
    assert "cap" in result.run["reason"]


def test_a_budget_stops_cleanly_and_more_goes_on(seeds, recipe, prompts, tmp_path):
    path, out = recipe(seeds(prompts(20))), tmp_path / "out"

    partial = corpusmith.run(path, out=out, sets=["budget=7-calls"])
    done = corpusmith.run(path, out=out, sets=["budget=100-calls"])

    assert partial.exit_code == 4
    assert partial.run["calls"]["sent"] == 7
    assert partial.counts["kept"] == 7
    assert done.exit_code == 0
    assert done.counts["kept"] == 20
    assert done.run["calls"]["of_the_whole_run"] == 20


def test_money_is_counted_where_prices_are_known(seeds, recipe, prompts, tmp_path):
    priced = recipe(seeds(prompts(4)), prices={"default": {"prompt": 1.0, "completion": 2.0}})
    result = corpusmith.run(priced, out=tmp_path / "priced")
    tokens = result.run["tokens"]
    assert result.run["cost"]["amount"] == pytest.approx((tokens["prompt"] + 2 * tokens["completion"]) / 1e6)

    unpriced = corpusmith.run(recipe(seeds(prompts(4))), out=tmp_path / "unpriced")
    assert unpriced.run["cost"]["amount"] is None


def test_a_fatal_answer_stops_the_run_and_keeps_what_came(seeds, recipe, prompts, tmp_path):
    rules = [{"match": "thing 5[.]", "error": 401}]
    path, out = recipe(seeds(prompts(12)), rules, model={"concurrency": 1}), tmp_path / "out"

    with pytest.raises(FatalEndpointError, match="401"):
        corpusmith.run(path, out=out)
    assert json.loads((out / "run.json").read_text())["status"] == "failed"

    finished = [json.loads(line)["i"] for line in (out / "records" / "items.jsonl").read_text().splitlines()]
    assert 0 in finished
    assert 5 not in finished
    assert not (out / "dataset").exists()


def test_a_run_in_which_everything_fails_stops_early(seeds, recipe, prompts, tmp_path):
    with pytest.raises(FatalEndpointError, match="first 20 items all failed"):
        corpusmith.run(recipe(seeds(prompts(100)), [{"error": 400}]), out=tmp_path / "out")


def test_zero_rows_is_an_error_with_reasons(seeds, recipe, prompts, tmp_path):
    checks = [{"check": "length.words", "gate": "drop", "options": {"bounds": {"completion": {"min": 100}}}}]
    result = corpusmith.run(recipe(seeds(prompts(3)), [{"reply": "short"}], checks=checks), out=tmp_path / "out")

    assert result.exit_code == 1
    assert result.counts["kept"] == 0
    assert sum(result.counts["by_reason"]["dropped"].values()) == 3
    assert result.report.exists()


def test_missing_columns_are_said_before_anything_is_asked(seeds, recipe, tmp_path):
    path = recipe(seeds([{"question": "why?"}]))

    with pytest.raises(UsageError, match=r"no column 'prompt'.*question.*--columns prompt="):
        corpusmith.run(path, out=tmp_path / "out")
    assert corpusmith.run(path, out=tmp_path / "mapped", sets=["seeds.columns.prompt=question"]).counts["kept"] == 1


def test_two_samples_are_two_rows_with_two_ids(seeds, recipe, prompts, tmp_path):
    path = recipe(seeds(prompts(1)), [{"replies": ["one", "two"]}], builder={"kind": "map", "samples": 2})

    rows = list(corpusmith.run(path, out=tmp_path / "out").kept)

    assert [r["completion"] for r in rows] == ["one", "two"]
    assert len({r["record_id"] for r in rows}) == 2


def test_another_runs_journal_can_answer(seeds, recipe, prompts, tmp_path):
    path = recipe(seeds(prompts(5)))
    corpusmith.run(path, out=tmp_path / "first")

    second = corpusmith.run(path, out=tmp_path / "second", cache=[tmp_path / "first"])

    assert second.run["calls"]["sent"] == 0
    assert second.run["calls"]["journal_hits"] == 5


def test_a_second_process_is_told_so(seeds, recipe, prompts, tmp_path):
    from corpusmith.runs.folder import RunFolder

    folder = RunFolder(tmp_path / "out")
    folder.acquire()
    with pytest.raises(RunFolderError, match=r"another process \(pid \d+\)"):
        corpusmith.run(recipe(seeds(prompts(1))), out=tmp_path / "out")
    folder.release()
    assert corpusmith.run(recipe(seeds(prompts(1))), out=tmp_path / "out").exit_code == 0


async def test_run_works_inside_a_running_loop(seeds, recipe, prompts, tmp_path):
    assert corpusmith.run(recipe(seeds(prompts(2))), out=tmp_path / "out").counts["kept"] == 2


def test_the_callers_pydantic_class_can_be_the_schema(seeds, recipe, prompts, tmp_path, monkeypatch):
    source = "from pydantic import BaseModel\nclass Colour(BaseModel):\n    name: str\n"
    (tmp_path / "colours_module.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    builder = {"kind": "map", "schema": "colours_module:Colour"}
    path = recipe(seeds(prompts(1)), [{"reply": {"name": "red"}}], builder=builder)

    assert [r["name"] for r in corpusmith.run(path, out=tmp_path / "out").kept] == ["red"]


@pytest.mark.parametrize("refused", [0, 2, 5])
def test_no_more_is_built_than_a_target_may_need(refused, seeds, recipe, prompts, tmp_path):
    """Every nth row is rejected; beyond the target there are the calls in flight and no more."""
    (tmp_path / "schema.json").write_text('{"type": "object", "required": ["a"]}')
    rules = [{"match": f"thing \\d*[{''.join(str(d) for d in range(refused))}]\\.", "reply": "no"}] if refused else []
    path = recipe(
        seeds(prompts(400)),
        [*rules, {"reply": {"a": 1}}],
        builder={"kind": "map", "schema": "schema.json"},
        target=50,
        model={"schema_retries": 0},
    )

    run = corpusmith.run(path, out=tmp_path / "out").run

    assert run["counts"]["kept"] == 50
    needed = 50 * 10 // (10 - refused)
    assert run["counts"]["candidates"] <= needed + 10 + 4
    assert run["calls"]["sent"] == run["counts"]["candidates"]

"""Checks that ask models, in a recipe: records are judged while they are built, and the rest of the run is the same."""

import json

import pytest
import yaml

import corpusmith
from corpusmith.core.errors import MissingCapability, RecipeError
from corpusmith.runs.items import ItemLog

COLOURS = [{"match": f"thing {i}[.]", "reply": f"It is colour number {i}."} for i in range(10)]
CRITERIA = ("helpfulness", "correctness", "completeness", "clarity", "constraints")
RUBRIC = {"check": "judge.rubric", "options": {"judged": "completion", "shown": ["seed"]}}


def said(score):
    return json.dumps({name: {"reason": "r", "score": score} for name in CRITERIA})


JUDGED = [{"match": "colour number [0-5]", "reply": said(5)}, {"match": "colour number", "reply": said(1)}]
"""Of ten rows the judge likes the first six."""


@pytest.fixture
def judged(tmp_path, seeds, recipe, prompts):
    """A recipe of ten rows whose judge follows the given rules."""

    def write(rules=JUDGED, checks=(RUBRIC,), **more):
        (tmp_path / "judge.yaml").write_text(yaml.safe_dump(list(rules)))
        path = recipe(seeds(prompts(10)), COLOURS, checks=list(checks), **more)
        data = yaml.safe_load(path.read_text())
        data["models"]["judge"] = {"backend": "scripted", "model": "j", "script": "judge.yaml", "retries": 0}
        path.write_text(yaml.safe_dump(data))
        return path

    return write


def test_records_that_a_judge_finds_bad_are_dropped_with_its_evidence(judged, tmp_path):
    result = corpusmith.run(judged(), out=tmp_path / "out")

    assert [row["completion"][-2] for row in result.kept] == list("012345")
    assert result.counts["by_reason"]["dropped"] == {"low_uncalibrated_judge_score": 4}
    dropped = [json.loads(line) for line in (tmp_path / "out/dropped.jsonl").read_text().splitlines()]
    assert {line["check"] for line in dropped} == {"judge.rubric"}
    assert all(line["evidence"]["criteria"] for line in dropped)
    verdicts = result.verdicts
    assert verdicts.select("check", "outcome").to_dicts().count({"check": "judge.rubric", "outcome": "fail"}) == 4
    assert verdicts.height == 10


def test_the_same_command_again_asks_the_judge_nothing(judged, tmp_path):
    path = judged()
    first = corpusmith.run(path, out=tmp_path / "out")
    again = corpusmith.run(path, out=tmp_path / "out")

    assert (first.run["calls"]["sent"], again.run["calls"]["sent"]) == (20, 0)
    assert again.counts == first.counts


def test_rows_that_a_row_check_drops_are_not_paid_for(judged, tmp_path):
    long = {"check": "text.characters", "bar": 3, "options": {"field": "completion"}}
    result = corpusmith.run(judged(checks=[long, RUBRIC]), out=tmp_path / "out")

    assert (result.counts["dropped"], result.run["calls"]["sent"]) == (10, 10)


def test_a_judge_that_talks_nonsense_drops_nothing(judged, tmp_path):
    result = corpusmith.run(judged([{"match": ".", "reply": "no idea"}]), out=tmp_path / "out")

    assert result.counts["kept"] == 10
    assert set(result.verdicts["outcome"]) == {"error"}


def test_records_go_for_review_where_the_gate_says_so(judged, tmp_path):
    result = corpusmith.run(judged(checks=[{**RUBRIC, "gate": "review"}]), out=tmp_path / "out")

    assert (result.counts["kept"], result.counts["review"]) == (6, 4)


def test_a_judge_that_gives_no_reply_leaves_the_record_to_the_next_run(judged, tmp_path):
    path = judged([{"match": "colour number 3", "error": 503, "times": 1}, *JUDGED])
    broken = corpusmith.run(path, out=tmp_path / "out")
    assert broken.counts["by_reason"]["failed"] == {"http_503": 1}
    assert broken.counts["kept"] == 5

    mended = corpusmith.run(path, out=tmp_path / "out", sets=["models.judge.retries=2"])
    assert mended.counts["kept"] == 6
    assert mended.run["calls"]["of_the_whole_run"] == 20


def test_a_budget_stops_between_record_and_judge_and_is_gone_on_from(judged, tmp_path):
    path = judged()
    stopped = corpusmith.run(path, out=tmp_path / "out", sets=["budget=11-calls"])
    assert stopped.exit_code == 4

    whole = corpusmith.run(path, out=tmp_path / "out", sets=["budget=100-calls"])
    assert whole.counts["kept"] == 6
    assert whole.run["calls"]["of_the_whole_run"] == 20


def test_without_a_model_for_it_nothing_is_asked(seeds, recipe, prompts, tmp_path):
    ifd = {"check": "model.ifd", "options": {"role": "target"}}
    path = recipe(
        seeds(prompts(3)), COLOURS, checks=[ifd], model={"backend": "openai", "base_url": "http://127.0.0.1:9/v1"}
    )
    with pytest.raises(MissingCapability, match="log-likelihoods"):
        corpusmith.run(path, out=tmp_path / "out")
    assert ItemLog(tmp_path / "out/records/items.jsonl").done_count == 0


def test_a_check_that_needs_the_whole_set_is_refused(seeds, recipe, prompts):
    path = recipe(seeds(prompts(3)), COLOURS, checks=[{"check": "label.error"}])
    with pytest.raises(RecipeError, match=r"'label\.error' must see all rows before it judges one"):
        corpusmith.run(path)


def test_a_plan_counts_the_calls_of_its_checks(judged):
    found = corpusmith.plan(judged())
    assert found["calls"]["check judge.rubric"] == 10
    assert found["calls_total"] == 20

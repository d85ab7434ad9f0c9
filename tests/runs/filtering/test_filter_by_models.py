"""Filters whose policy asks a model."""

from __future__ import annotations

import json

import pytest
import yaml

import corpusmith

CRITERIA = ("helpfulness", "correctness", "completeness", "clarity", "constraints")
ROWS = [{"instruction": f"Name a {word} fruit.", "output": f"A {word} fruit is this one."} for word in ("red", "green")]


def scores(score):
    return {name: {"reason": "so it is", "score": score} for name in CRITERIA}


@pytest.fixture
def policy(tmp_path):
    script = [
        {"match": "a red fruit", "reply": scores(5)},
        {"match": "a green fruit", "reply": scores(2)},
        {"reply": "no JSON"},
    ]
    (tmp_path / "script.yaml").write_text(yaml.safe_dump(script))
    checks = [
        {"check": "output.empty", "gate": "drop"},
        {"check": "judge.rubric", "gate": "drop", "bar": 3.0, "on_error": "review"},
    ]
    model = {"backend": "scripted", "model": "s", "script": str(tmp_path / "script.yaml"), "schema_retries": 0}
    path = tmp_path / "judged.yaml"
    path.write_text(yaml.safe_dump({"name": "mine", "models": {"judge": model}, "checks": checks}))
    return path


def test_a_judge_drops_sets_aside_and_explains(tmp_path, policy):
    rows = [*ROWS, {"instruction": "Empty?", "output": ""}, {"instruction": "Blue?", "output": "It is blue."}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    result = corpusmith.filter(tmp_path / "rows.jsonl", policy=policy, out=tmp_path / "out")

    assert [row["instruction"] for row in result.kept] == [ROWS[0]["instruction"]]
    reasons = {line["row"]: (line["check"], line["reason"]) for line in [*result.dropped, *result.review]}
    assert reasons == {
        1: ("judge.rubric", "low_uncalibrated_judge_score"),
        2: ("output.empty", "empty_output"),
        3: ("judge.rubric", "unjudged"),
    }
    assert result.run["asked"]["rows"] == 3
    assert result.run["calls"]["sent"] == 3
    story = corpusmith.explain(tmp_path / "out", next(iter(result.dropped))["row_id"])
    assert "so it is" in next(v["evidence"] for v in story.verdicts if v["check"] == "judge.rubric")

    strict = result.rethreshold({"judge.rubric": 5.5})
    assert strict.counts["kept"] == 0
    assert strict.counts["by_reason"]["review"] == {"unjudged": 1}


def test_the_same_command_asks_nothing_again(tmp_path, policy):
    first = corpusmith.filter(ROWS, policy=policy, out=tmp_path / "out")
    again = corpusmith.filter(ROWS, policy=policy, out=tmp_path / "out")
    assert first.run["calls"]["sent"] == 2
    assert again.run["calls"]["sent"] == 0
    assert again.counts == first.counts

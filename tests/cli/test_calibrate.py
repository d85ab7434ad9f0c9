"""corpusmith calibrate, as it is typed."""

from __future__ import annotations

import json

import pytest
import yaml
from typer.testing import CliRunner

from corpusmith.cli.app import app

CRITERIA = ("helpfulness", "correctness", "completeness", "clarity", "constraints")


@pytest.fixture
def typed(tmp_path, monkeypatch):
    """Forty rows with the columns q, a, score and thread, and a judge that agrees with the score."""
    monkeypatch.chdir(tmp_path)
    rows, rules = [], []
    for i in range(40):
        rows.append({"q": f"Task {i}.", "a": f"Answer {i}.", "score": 1 + i % 7, "thread": i // 2})
        said = {name: {"reason": "r", "score": 1 + round((i % 7) * 4 / 6)} for name in CRITERIA}
        rules.append({"match": f"Task {i}\\.", "reply": said})
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "script.yaml").write_text(yaml.safe_dump(rules))
    policy = {"name": "mine", "checks": [{"check": "judge.rubric"}]}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(policy))

    def run(*more):
        sets = ("--set", "models.judge={backend: scripted, model: s, script: script.yaml}")
        columns = ("--columns", "instruction=q,output=a", "--human", "overall=score")
        return CliRunner().invoke(app, ["calibrate", "labels.jsonl", "--policy", "mine.yaml", *sets, *columns, *more])

    return run


def test_a_table_and_what_the_score_may_be_called(typed, tmp_path):
    done = typed("--human-scale", "overall=1-7", "--group", "thread")
    assert done.exit_code == 0, done.output
    assert "40 of 40 labelled rows judged" in done.output
    assert "overall" in done.output
    assert "The judge's score may be called a quality score." in done.output
    assert str(tmp_path / "calibration.json") in done.output
    assert (tmp_path / "runs" / "calibrate-mine" / "scores.jsonl").is_file()
    assert json.loads((tmp_path / "calibration.json").read_text())["labels"]["group"] == "thread"


def test_json(typed, tmp_path):
    done = typed("--human-scale", "overall=1-7", "--json", "-q", "--out", "elsewhere")
    found = json.loads(done.stdout)
    assert found["score_name"] == "quality score"
    assert found["overall"]["rows"] == 40
    assert found["asking"]["calls"]["sent"] == 40
    assert found["file"] == str(tmp_path / "calibration.json")


def test_not_calibrated_is_said_and_is_no_failure(typed):
    done = typed("--human-scale", "overall=1-7", "--limit", "10", "-q")
    assert done.exit_code == 0
    assert "The judge's score stays an uncalibrated judge score: it rests on 10 rows" in done.output


def test_a_higher_bar(typed):
    done = typed("--human-scale", "overall=1-7", "--min-spearman", "0.9999", "-q")
    assert "where 1.00 is wanted" in done.output


def test_a_budget_ends_with_4(typed):
    done = typed("--human-scale", "overall=1-7", "--budget", "5-calls", "-q")
    assert done.exit_code == 4
    assert "partial: the budget of 5 calls is reached." in done.output


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ((), "the label 6 (annotator 1) of 'overall' lies outside the scale 1 to 5"),
        (("--human-scale", "overall=7"), "'7' is no scale"),
        (("--human-scale", "overall=1-7", "--rubric", "dialogue"), "with the rubric 'dialogue'"),
    ],
)
def test_mistakes(typed, more, why):
    done = typed(*more, "-q")
    assert why in str(done.exception)
    assert done.exception.exit_code == 2

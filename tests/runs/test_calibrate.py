"""calibrate: a judge against people, what its score may be called, and where that is written."""

from __future__ import annotations

import json
import random

import pytest
import yaml

import corpusmith
from corpusmith.core.errors import RecipeError, UsageError
from corpusmith.prompts.rubric import Scale
from corpusmith.quality.judging import RubricJudge

CRITERIA = ("helpfulness", "correctness", "completeness", "clarity", "constraints")


def said(score):
    return {name: {"reason": "since so", "score": score} for name in CRITERIA}


@pytest.fixture
def trial(tmp_path):
    """Rows that people scored, a judge that errs by as much as `noise`, and a policy with that judge."""

    def make(n=60, noise=1, human=None, extra_rules=(), judge=None, name="mine.yaml", **model):
        chance = random.Random(n + noise)
        rows, rules = [], list(extra_rules)
        for i in range(n):
            true = chance.randint(1, 5)
            score = min(5, max(1, true + chance.randint(-noise, noise)))
            rows.append(
                {"instruction": f"Task {i}.", "output": f"Answer {i}.", "human": true if human is None else human(true)}
            )
            rules.append({"match": f"Task {i}\\.", "reply": said(score)})
        (tmp_path / "script.yaml").write_text(yaml.safe_dump(rules))
        (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        policy = {
            "name": "mine",
            "models": {"judge": {"backend": "scripted", "model": "s", "script": "script.yaml", **model}},
            "checks": [{"check": "output.empty"}, {"check": "judge.rubric", "gate": "review", "options": judge or {}}],
        }
        (tmp_path / name).write_text(yaml.safe_dump(policy))
        return tmp_path / "labels.jsonl", tmp_path / name

    return make  # fmt: skip


def test_a_judge_that_agrees_with_people(trial, tmp_path):
    labels, policy = trial()
    result = corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out")

    found = result.calibration
    assert found.overall.rows == 60
    assert found.overall.spearman > 0.7
    assert found.overall.low > 0.4
    assert (found.score_name, found.why) == ("quality score", None)
    assert result.file == tmp_path / "calibration.json"
    assert json.loads(result.file.read_text()) == json.loads((tmp_path / "out" / "calibration.json").read_text())
    lines = [json.loads(line) for line in (tmp_path / "out" / "scores.jsonl").read_text().splitlines()]
    assert len(lines) == 60
    assert lines[0]["source"] == "labels.jsonl:1"
    assert lines[0]["criteria"]["clarity"]["reason"] == "since so"
    assert set(lines[0]["people"]) == {"overall"}
    assert result.exit_code == 0


def test_the_file_it_writes_is_the_one_that_the_policy_accepts(trial, tmp_path):
    labels, policy = trial()
    corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out")
    claiming = yaml.safe_load(policy.read_text())
    claiming["checks"][1]["options"] = {"calibration": "./calibration.json", "claim": "quality"}
    policy.write_text(yaml.safe_dump(claiming))

    from corpusmith.quality import Row
    from corpusmith.recipes import load_policy_file
    from corpusmith.runs.model_checks import GatedCheck, judge_by_models

    loaded = load_policy_file(policy)
    judge = RubricJudge(RubricJudge.Options.model_validate(loaded.policy.checks[1].options))
    taken = []
    row = Row(0, "a", {"instruction": "Task 3.", "output": "Answer 3."})
    judge_by_models([row], [GatedCheck(judge)], loaded.asking, folder=tmp_path / "f", take=taken.extend)
    assert taken[0].finding.evidence["score_name"] == "quality score"

    # Calibrating again works though the policy claims already, and writes where the policy looks.
    again = corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out")
    assert again.file == tmp_path / "calibration.json"
    assert again.facts["calls"]["sent"] == 0

    other = load_policy_file(policy, ["models.judge.model=other"])
    with pytest.raises(UsageError, match=r"claims quality.*it is of another judge"):
        judge_by_models([row], [GatedCheck(judge)], other.asking, folder=tmp_path / "g", take=taken.extend)
    assert len(taken) == 1


def test_a_judge_that_guesses_stays_uncalibrated(trial, tmp_path):
    labels, policy = trial(noise=4, human=lambda true: random.Random(true * 7).randint(1, 5) if true > 2 else 6 - true)
    found = corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out").calibration
    assert found.overall.spearman < 0.4
    assert found.score_name == "uncalibrated judge score"
    assert "its Spearman correlation with people is" in found.why


def test_few_rows_do_not_calibrate(trial, tmp_path):
    labels, policy = trial(n=12, noise=0)
    found = corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out").calibration
    assert found.overall.spearman == 1.0
    assert found.score_name == "uncalibrated judge score"
    assert found.why == "it rests on 12 rows, where at least 30 are wanted"


def test_several_annotators_and_criteria(trial, tmp_path):
    def human(true):
        ann, bob = {"ann": true, "bob": min(5, true + 1)}, None
        return {"overall": ann, "clarity": {"ann": true, "bob": true}, "correctness": bob}

    labels, policy = trial(human=human)
    found = corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out").calibration
    assert set(found.criteria) == {"clarity"}
    assert (found.overall.annotators, found.criteria["clarity"].alpha_people) == (2, 1.0)
    assert 0.5 < found.overall.alpha_people < 1.0
    assert found.overall.alpha_judge > 0.5


def test_another_scale_does_not_hide_agreement(trial, tmp_path):
    labels, policy = trial(noise=0, human=lambda true: 20 * (true - 1))
    with pytest.raises(UsageError, match="lies outside the scale 1 to 5"):
        corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out")
    scales = {"overall": Scale(min=0, max=80)}
    found = corpusmith.calibrate(labels, policy=policy, human_scales=scales, out=tmp_path / "out").calibration
    assert (found.overall.spearman, found.overall.alpha_judge) == (1.0, 1.0)
    assert found.overall.judge_mean == found.overall.people_mean > 20


def test_rows_that_could_not_be_judged_are_left_out_and_counted(trial, tmp_path):
    rules = [{"match": r"Task [0-4]\.", "reply": "hm"}, {"match": r"Task 5\.", "error": 400}]
    labels, policy = trial(noise=0, extra_rules=rules, schema_retries=0)
    with labels.open("a") as file:
        file.write(
            '{"instruction": "x", "output": "y"}\n{"instruction": "x", "output": "y", "human": "good"}\nnot json\n'
        )
    found = corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out").calibration
    assert (found.overall.rows, found.overall.spearman) == (54, 1.0)
    told = found.labels
    assert told["labelled"] == told["judged"] + sum(told["not_judged"].values()) == 60
    assert told["not_judged"] == {"http_400": 1, "invalid_structure": 5}
    assert (told["unlabelled"], told["unusable"], told["unreadable"]) == (1, 1, 1)
    errors = [json.loads(x) for x in (tmp_path / "out" / "scores.jsonl").read_text().splitlines() if '"error"' in x]
    assert len(errors) == 6
    assert all(line["judge"] is None for line in errors)


def test_it_goes_on_after_a_budget(trial, tmp_path):
    labels, policy = trial()
    first = corpusmith.calibrate(labels, policy=policy, sets=["budget=20-calls"], out=tmp_path / "out")
    assert (first.exit_code, first.facts["status"]) == (4, "partial")
    assert first.calibration.labels["not_judged"] == {"budget_exhausted": 40}
    second = corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out")
    assert (second.exit_code, second.facts["calls"]["sent"]) == (0, 40)


def test_labels_in_memory_and_where_it_is_saved(trial, tmp_path):
    labels, policy = trial()
    rows = [json.loads(line) for line in labels.read_text().splitlines()]
    result = corpusmith.calibrate(
        rows, policy=policy, out=tmp_path / "out", save=tmp_path / "else" / "c.json", limit=40
    )
    assert result.file == tmp_path / "else" / "c.json"
    assert result.file.is_file()
    assert not (tmp_path / "calibration.json").exists()
    assert result.calibration.overall.rows == 40


def test_a_shipped_policy_gets_no_file_in_the_package(trial, tmp_path):
    labels, _ = trial()
    sets = [f"models.judge={{backend: scripted, model: s, script: {tmp_path / 'script.yaml'}}}"]
    result = corpusmith.calibrate(labels, policy="judged", sets=sets, out=tmp_path / "out")
    assert result.file == tmp_path / "out" / "calibration.json"


def test_a_policy_without_a_judge_or_with_two(trial, tmp_path):
    labels, policy = trial()
    with pytest.raises(UsageError, match=r"the policy 'instructions' has no check 'judge\.rubric'"):
        corpusmith.calibrate(labels, policy="instructions", out=tmp_path / "out")
    two = yaml.safe_load(policy.read_text())
    two["checks"].append({"check": "judge.rubric", "options": {"rubric": "dialogue", "judged": "output"}})
    policy.write_text(yaml.safe_dump(two))
    with pytest.raises(UsageError, match="has 2 judges, with the rubrics instruction, dialogue"):
        corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out")
    found = corpusmith.calibrate(labels, policy=policy, rubric="instruction", out=tmp_path / "out")
    assert found.calibration.judge["rubric"] == "instruction"


def test_labels_from_which_nothing_follows_for_the_whole(trial, tmp_path):
    labels, policy = trial(human=lambda true: {"clarity": true})
    with pytest.raises(
        UsageError, match="the labels say nothing of the whole: they have no 'overall', and none of help"
    ):
        corpusmith.calibrate(labels, policy=policy, out=tmp_path / "out")
    assert not (tmp_path / "out").exists(), "nothing was begun"


def test_a_judge_that_is_not_named(trial, tmp_path):
    labels, _ = trial()
    with pytest.raises(UsageError, match="asks the model of the role 'judge', which is not given"):
        corpusmith.calibrate(labels, policy="judged", out=tmp_path / "out")
    sets = ["models.judge.model=x", "models.judge.backend=nope"]
    with pytest.raises(RecipeError, match=r"models\.judge\.backend"):
        corpusmith.calibrate(labels, policy="judged", sets=sets, out=tmp_path / "out")

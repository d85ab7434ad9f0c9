"""Checks that ask models, in the recipe of a run."""

from __future__ import annotations

import json

import pytest

import corpusmith
from corpusmith.core.errors import MissingCapability, RecipeError

CRITERIA = ("helpfulness", "correctness", "completeness", "clarity", "constraints")


def marks(score: int) -> dict:
    return {name: {"reason": "so it is", "score": score} for name in CRITERIA}


def said(kind: str, output: str) -> dict:
    return {"match": f"{kind}$", "reply": {"instruction": f"Say something {kind}.", "output": output}}


WRITER = [
    said("GOOD", "A GOOD answer."),
    said("POOR", "A POOR answer."),
    said("ODD", "An ODD answer."),
    said("EMPTY", ""),
]
SCHEMA = {
    "type": "object",
    "properties": {"instruction": {"type": "string"}, "output": {"type": "string"}},
    "required": ["instruction", "output"],
}
JUDGE = [
    {"match": "A GOOD answer", "reply": marks(5)},
    {"match": "A POOR answer", "reply": marks(1)},
    {"reply": "no JSON"},
]
CHECKS = [
    {"check": "output.empty", "gate": "drop"},
    {"check": "judge.rubric", "gate": "drop", "bar": 3.0, "on_error": "review"},
]


@pytest.fixture
def go(tmp_path):
    import yaml

    (tmp_path / "writer.yaml").write_text(yaml.safe_dump(WRITER))
    (tmp_path / "judge.yaml").write_text(yaml.safe_dump(JUDGE))
    (tmp_path / "rows.jsonl").write_text(
        "".join(
            json.dumps({"instruction": f"Say something {kind}"}) + "\n" for kind in ("GOOD", "POOR", "ODD", "EMPTY")
        )
    )
    (tmp_path / "write.md").write_text("---\ninputs: [instruction]\n---\n{{ instruction }}")
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))

    def model(script: str) -> dict:
        return {"backend": "scripted", "model": "s", "script": script, "schema_retries": 0, "retries": 0}

    def run(**changes):
        data = {
            "name": "gated",
            "builder": {"kind": "map", "prompt": "write.md", "schema": "schema.json"},
            "seeds": {"path": "rows.jsonl"},
            "models": {"default": model("writer.yaml"), "judge": model("judge.yaml")},
            "checks": CHECKS,
            **changes,
        }
        path = tmp_path / "gated.yaml"
        path.write_text(yaml.safe_dump(data))
        return corpusmith.run(path, out=tmp_path / "out"), path

    return run


def test_it_drops_sets_aside_and_asks_nothing_about_what_a_rule_drops(go, tmp_path):
    done, path = go()
    assert [row["instruction"] for row in done.kept] == ["Say something GOOD."]
    assert done.counts["by_reason"]["dropped"] == {"low_uncalibrated_judge_score": 1, "empty_output": 1}
    assert done.counts["by_reason"]["review"] == {"unjudged": 1}
    assert done.run["calls"]["sent"] == 4 + 3
    assert corpusmith.plan(path)["calls"]["check judge.rubric"] == 4
    story = corpusmith.explain(tmp_path / "out", next(iter(done.kept))["record_id"])
    (said,) = [v for v in story.verdicts if v["check"] == "judge.rubric"]
    assert said["outcome"] == "pass"
    assert "so it is" in said["evidence"]


def test_going_on_asks_nothing_again_and_finds_the_same(go):
    first, _ = go()
    again, _ = go()
    assert again.run["calls"]["sent"] == 0
    assert again.counts == first.counts


def test_what_every_row_would_fail_for_stops_the_run_at_once(go, tmp_path):
    with pytest.raises(MissingCapability):
        go(
            models={"default": {"backend": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m"}},
            checks=[{"check": "model.ifd"}],
        )


def test_a_check_of_whole_sets_is_refused_with_where_it_belongs(go):
    with pytest.raises(RecipeError, match=r"'label\.error' must see the whole set") as refused:
        go(checks=[{"check": "label.error"}])
    assert "corpusmith filter" in str(refused.value.hint)

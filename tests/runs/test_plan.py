"""plan: everything is checked and forecast, nothing is sent and nothing written."""

from __future__ import annotations

import pytest

import corpusmith
from corpusmith.core.errors import CorpusmithError, UsageError


def test_calls_tokens_and_money(seeds, recipe, prompts, tmp_path):
    rows = [*prompts(10), "{broken"]
    path = recipe(seeds(rows), prices={"default": {"prompt": 1.0, "completion": 2.0}})

    found = corpusmith.plan(path)

    assert found["items"] == found["calls_total"] == 10
    assert found["unreadable"] == 1
    tokens = found["tokens"]
    assert tokens["prompt"] > 0
    assert found["cost"] == pytest.approx((tokens["prompt"] + 2 * tokens["completion"]) / 1e6)
    assert not (tmp_path / "runs").exists()


def test_the_plan_shows_whether_a_key_will_be_sent(seeds, prompts, monkeypatch):
    sets = [f"seeds.path={seeds(prompts(2))}", "models.default.api_key_env=TRIAL_KEY"]
    monkeypatch.delenv("TRIAL_KEY", raising=False)
    assert "no key" in corpusmith.plan("map", sets=sets)["models"]["default"]["key"]
    monkeypatch.setenv("TRIAL_KEY", "sk-very-secret")
    shown = str(corpusmith.plan("map", sets=sets))
    assert "TRIAL_KEY is set" in shown
    assert "sk-very-secret" not in shown


def test_what_a_run_would_stop_with_is_said_now(seeds, recipe, prompts):
    path = recipe(seeds(prompts(2)))
    with pytest.raises(CorpusmithError, match=r"nosuch\.md"):
        corpusmith.plan(path, sets=["builder.prompt=nosuch.md"])
    with pytest.raises(UsageError, match="no column 'prompt'"):
        corpusmith.plan(recipe(seeds([{"q": "x"}])))

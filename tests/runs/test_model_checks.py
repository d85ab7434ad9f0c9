"""Asking models about rows: findings in row order, each counted, nothing asked twice, no row dropped for an error."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest
import yaml

from corpusmith.core.errors import FatalEndpointError, MissingCapability, RunFolderError, SourceError, UsageError
from corpusmith.quality import Bar, Finding, Row
from corpusmith.quality.judging import InstructionFollowingDifficulty, RubricJudge
from corpusmith.recipes import Asking, Budget
from corpusmith.runs.model_checks import GatedCheck, judge_by_models

CRITERIA = ("helpfulness", "correctness", "completeness", "clarity", "constraints")


def said(score):
    return {name: {"reason": "r", "score": score} for name in CRITERIA}


def rows(n, start=0):
    return [Row(i, f"row-{i}", {"instruction": f"Task {i}.", "output": f"Answer {i}."}) for i in range(start, n)]


@pytest.fixture
def asking(tmp_path):
    """Models on one script; the rest goes into the model."""

    def make(rules=(), role="judge", budget=None, **model):
        script = tmp_path / "script.yaml"
        script.write_text(yaml.safe_dump(list(rules)))
        settings = {"backend": "scripted", "model": "s", "script": str(script), "retries": 0, "concurrency": 4}
        return Asking(models={role: {**settings, **model}}, budget=budget and Budget.parse(budget))

    return make


@pytest.fixture
def go(tmp_path):
    """Judge rows in one folder; gives the pass and what was handed on."""

    def run(checks, asking, some_rows, folder="out", **more):
        taken = []
        gated = [check if isinstance(check, GatedCheck) else GatedCheck(check) for check in checks]
        result = judge_by_models(some_rows, gated, asking, folder=tmp_path / folder, take=taken.extend, **more)
        return result, taken

    return run


class Slow:
    """Answers later rows sooner, and remembers how far ahead it was asked."""

    name, scope, bar = "test.slow", "model", Bar(1.0)

    def __init__(self, n):
        self.n, self.begun, self.ended = n, [], set()
        self.furthest = 0

    async def judge(self, row, models):
        self.begun.append(row.index)
        head = next(i for i in range(self.n + 1) if i not in self.ended)
        self.furthest = max(self.furthest, row.index - head)
        for _ in range((7 * row.index) % 23):
            await asyncio.sleep(0)
        self.ended.add(row.index)
        return Finding(float(row.index))


@pytest.mark.parametrize("look_ahead", [1, 3, 1000])
def test_findings_come_in_row_order_whatever_order_they_end_in(look_ahead, asking, go):
    check = Slow(100)
    result, taken = go([check], asking(), iter(rows(100)), look_ahead=look_ahead)
    assert [(f.row, f.at, f.check, f.finding.value) for f in taken] == [
        (i, 0, "test.slow", float(i)) for i in range(100)
    ]
    assert check.furthest <= look_ahead + 4, "no more rows than that wait for an earlier one"
    assert result.rows == result.judged["test.slow"] == 100
    assert (result.status, result.exit_code) == ("complete", 0)


def test_the_positions_handed_on_are_those_of_the_input(asking, go):
    some = [Row(i, str(i), {"instruction": "x", "output": "y"}) for i in (3, 8, 90)]
    _, taken = go([RubricJudge()], asking([{"reply": said(4)}]), some)
    assert [f.row for f in taken] == [3, 8, 90]


def test_several_checks_and_their_counts(asking, go):
    checks = [RubricJudge(), InstructionFollowingDifficulty(InstructionFollowingDifficulty.Options(role="judge"))]
    rules = [{"match": "Task 3", "reply": "nonsense"}, {"match": "on|rubric", "reply": said(4)}]
    result, taken = go(checks, asking(rules, schema_retries=0), rows(6))
    assert [(f.row, f.at) for f in taken] == [(i, at) for i in range(6) for at in (0, 1)]
    told = result.as_dict()
    assert told["rows"] == 6
    assert told["checks"]["judge.rubric"] == {"judged": 5, "spared": 0, "errors": {"invalid_structure": 1}}
    assert told["checks"]["model.ifd"]["judged"] == 6
    assert told["models"]["judge"]["model"] == "s"


def test_a_row_that_a_check_drops_is_spared_the_checks_after_it(asking, go, tmp_path):
    first = GatedCheck(RubricJudge(), drops=lambda row, finding: finding.value < 3)
    second = RubricJudge(RubricJudge.Options(shown=("instruction",)))
    rules = [{"match": "Task [024]", "reply": said(2)}, {"reply": said(5)}]
    result, taken = go([first, second], asking(rules), rows(6))
    assert [(f.row, f.at) for f in taken] == [(0, 0), (1, 0), (1, 1), (2, 0), (3, 0), (3, 1), (4, 0), (5, 0), (5, 1)]
    checks = result.as_dict()["checks"]
    assert checks["judge.rubric#2"] == {"judged": 3, "spared": 3, "errors": {}}
    for one in checks.values():
        assert one["judged"] + one["spared"] + sum(one["errors"].values()) == result.rows


def test_nothing_is_asked_twice(asking, go):
    rules = [{"reply": said(4)}]
    first, taken = go([RubricJudge()], asking(rules), rows(20))
    again, taken_again = go([RubricJudge()], asking(rules), rows(30))
    assert first.facts["calls"]["sent"] == 20
    assert again.facts["calls"]["sent"] == 10
    assert again.facts["calls"]["journal_hits"] == 20
    assert taken_again[:20] == taken


def test_a_reached_budget_is_partial_and_gone_on_with(asking, go):
    rules = [{"reply": said(4)}]
    first, taken = go([RubricJudge()], asking(rules, budget="7-calls", concurrency=1), rows(20))
    assert (first.status, first.exit_code) == ("partial", 4)
    assert "budget of 7 calls" in first.reason
    assert [f.finding.error for f in taken] == [False] * 7 + [True] * 13
    assert first.as_dict()["checks"]["judge.rubric"] == {"judged": 7, "spared": 0, "errors": {"budget_exhausted": 13}}
    second, taken = go([RubricJudge()], asking(rules, budget="40-calls"), rows(20))
    assert (second.status, second.facts["calls"]["sent"]) == ("complete", 13)
    assert not any(f.finding.error for f in taken)


def test_a_model_that_goes_down_drops_no_row_and_is_not_waited_for(asking, go):
    rules = [{"reply": said(4), "times": 10}, {"error": 503}]
    result, taken = go([RubricJudge()], asking(rules, concurrency=1), rows(500))
    errors = result.as_dict()["checks"]["judge.rubric"]["errors"]
    assert errors == {"http_503": 20, "model_down": 470}
    assert [f.finding.error for f in taken] == [False] * 10 + [True] * 490
    assert all(f.finding.value is None for f in taken if f.finding.error)
    assert (result.status, result.exit_code) == ("partial", 4)
    assert "taken to be down after 20 rows without a reply" in result.reason
    assert result.facts["calls"]["sent"] == 30
    second, taken = go([RubricJudge()], asking([{"reply": said(4)}]), rows(500))
    assert second.status == "complete"
    assert not any(f.finding.error for f in taken)


def test_a_model_that_stumbles_is_not_down(asking, go):
    """Every third row fails: never many in a row."""
    rules = [{"match": r"Task \d*[0369]\.", "error": 500}, {"reply": said(4)}]
    result, _ = go([RubricJudge()], asking(rules), rows(200))
    assert result.status == "complete"
    assert result.as_dict()["checks"]["judge.rubric"]["errors"] == {"http_500": 80}


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([{"error": 503}], "gave no reply to any of 20 rows: the script answered 503"),
        ([{"error": 400}], "none of the first 50 rows could be judged by judge.rubric; the last one: the script"),
        (
            [{"reply": "hm"}],
            "none of the first 50 rows could be judged by judge.rubric; the last one: it is not one JSON",
        ),
    ],
)
def test_a_model_that_never_gives_anything_stops_the_pass(rules, why, asking, go):
    with pytest.raises(FatalEndpointError, match=why):
        go([RubricJudge()], asking(rules, schema_retries=0, concurrency=1), rows(10_000))


def test_rows_that_cost_nothing_do_not_stop_the_pass(asking, go):
    broken = [Row(i, str(i), {"instruction": "x"}) for i in range(200)]
    result, _ = go([RubricJudge()], asking(), broken)
    assert result.as_dict()["checks"]["judge.rubric"]["errors"] == {"no_column": 200}
    assert result.facts["calls"]["sent"] == 0


def test_a_refused_key_stops_at_once_with_its_message(asking, go, tmp_path):
    taken = []
    rules = [{"match": r"Task [0-4]\.", "reply": said(4)}, {"error": 401}]
    with pytest.raises(FatalEndpointError, match="401"):
        judge_by_models(
            rows(500), [GatedCheck(RubricJudge())], asking(rules, concurrency=1), folder=tmp_path, take=taken.extend
        )
    assert [f.row for f in taken] == [0, 1, 2, 3, 4]


def test_what_every_row_would_fail_for_is_said_before_anything_is_asked(asking, go, tmp_path):
    ifd = InstructionFollowingDifficulty()
    with pytest.raises(UsageError, match=r"asks the model of the role 'target', which is not given \(given: judge\)"):
        go([ifd], asking(), rows(3))
    server = Asking(models={"target": {"backend": "openai", "model": "m", "base_url": "http://127.0.0.1:9/v1"}})
    with pytest.raises(MissingCapability, match="log-likelihoods"):
        go([ifd], server, rows(3))
    with pytest.raises(UsageError, match="none"):
        go([RubricJudge()], Asking(), rows(3))


class Broken:
    """A check with a fault of its own."""

    name, scope, bar = "test.broken", "model", Bar(1.0)

    async def judge(self, row, models):
        if row.index % 2:
            raise KeyError(row.id)
        return Finding(0.0)


def test_a_check_of_its_own_fault_costs_that_row_only(asking, go):
    _, taken = go([Broken()], asking(), rows(4))
    assert [f.finding.error for f in taken] == [False, True, False, True]
    assert taken[1].finding.evidence == {"error": "check_failed", "what": "KeyError: 'row-1'"}


def test_rows_that_cannot_be_read_on_stop_the_pass_with_what_was_done(asking, go, tmp_path):
    def torn():
        yield from rows(5)
        message = "the file is cut."
        raise SourceError(message)

    taken = []
    with pytest.raises(SourceError, match="the file is cut"):
        judge_by_models(
            torn(), [GatedCheck(RubricJudge())], asking([{"reply": said(4)}], concurrency=1),
            folder=tmp_path / "out", take=taken.extend,
        )  # fmt: skip
    assert [f.row for f in taken] == list(range(5))


def test_a_folder_that_cannot_be_written_is_told(asking, go, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(RunFolderError, match="cannot be opened"):
        go([RubricJudge()], asking(), rows(1))


def test_no_rows_at_all(asking, go):
    result, taken = go([RubricJudge()], asking(), [])
    assert taken == []
    assert result.as_dict()["checks"]["judge.rubric"] == {"judged": 0, "spared": 0, "errors": {}}


def test_equal_rows_share_a_call(asking, go):
    same = [Row(i, str(i), {"instruction": "x", "output": "y"}) for i in range(8)]
    result, taken = go([RubricJudge()], asking([{"reply": said(3)}]), same)
    assert result.facts["calls"]["sent"] == 1
    assert [f.finding.value for f in taken] == [3.0] * 8


def test_progress_counts_rows_and_tells_the_time_left(asking, go):
    seen = []

    class Watching:
        def say(self, message):
            seen.append(message)

        def update(self, snapshot):
            seen.append(snapshot)

    go([RubricJudge()], asking([{"reply": said(3)}]), rows(12), total=12, progress=Watching())
    last = seen[-1]
    assert (last.items_done, last.items_total, last.calls, last.calls_total) == (12, 12, 12, 12)


def test_the_journal_is_in_the_folder_and_another_one_may_answer_too(asking, go, tmp_path):
    go([RubricJudge()], asking([{"reply": said(3)}]), rows(5))
    (journal,) = (tmp_path / "out" / "journal").glob("*.jsonl")
    kept = [json.loads(line) for line in journal.read_text().splitlines()]
    assert Counter((line["status"], line["role"]) for line in kept) == {("ok", "judge"): 5}
    cache = [tmp_path / "out" / "journal"]
    other, _ = go([RubricJudge()], asking([{"reply": said(3)}]), rows(5), folder="other", cache=cache)
    assert other.facts["calls"]["sent"] == 0


def test_in_a_running_loop_it_works_too(asking, go):
    async def notebook():
        return go([RubricJudge()], asking([{"reply": said(3)}]), rows(3))

    result, _ = asyncio.run(notebook())
    assert result.rows == 3

"""Calls in batches: what asks sees calls that take long; nothing is lost and nothing is paid twice."""

import asyncio
import json

import orjson
import pytest

from corpusmith.core.errors import BatchWaiting, EndpointError, FatalEndpointError, MissingCapability, RetryableError
from corpusmith.llm import Request, Usage
from corpusmith.llm.batch import request_line

NAMES = [f"name {number}" for number in range(6)]


def texts(replies):
    return [reply if isinstance(reply, BaseException) else reply.text for reply in replies]


async def test_calls_at_once_are_one_batch_and_each_gets_its_own_answer(host, session):
    run = await session()
    replies = await run.ask(*NAMES)
    assert texts(replies) == [name.upper() for name in NAMES]
    assert {reply.usage for reply in replies} == {Usage(5, 2)}
    assert not any(reply.from_journal for reply in replies)
    assert (host.heard["POST files"], host.heard["POST batches"]) == (1, 1)
    (batch,) = host.batches.values()
    assert batch["lines"][0] == json.loads(request_line(run.request(NAMES[0]), vllm=False))
    # Once more: the journal has them.
    assert texts(await run.ask(*NAMES)) == [name.upper() for name in NAMES]
    assert host.heard["POST batches"] == 1
    assert any("6 requests submitted" in line for line in run.said)


async def test_the_size_of_a_batch_is_bounded_and_paths_are_apart(host, session):
    run = await session(size=4)
    text = Request(kind="text", model="m", endpoint=run.backend.endpoint, prompt="go on")
    replies, reply = await asyncio.gather(run.ask(*NAMES), run.backend.complete(text))
    assert texts(replies) == [name.upper() for name in NAMES]
    assert reply.text == "GO ON"
    assert sorted(len(batch["lines"]) for batch in host.batches.values()) == [1, 2, 4]


async def test_equal_calls_are_asked_once(host, session):
    run = await session()
    request = run.request("same")
    # Past the journal, which shares calls of one role only: two roles may ask one backend.
    replies = await asyncio.gather(*(run.batched.complete(request) for _ in range(3)))
    assert [reply.text for reply in replies] == ["SAME"] * 3
    assert sum(host.paid.values()) == 1


async def test_an_error_of_one_line_is_that_calls_error(host, session):
    answers = {0: host.said(400, "too long"), 1: host.said(429, "slow down"), 2: {"response": None, "error": None}}
    answers[3] = {"response": None, "error": {"code": "batch_expired", "message": "too late"}}
    answers[4] = {"response": None, "error": {"code": "invalid_request", "message": "what is this"}}
    host.answer = lambda number, line: answers.get(number) or host.ok(line)
    run = await session()
    refused, busy, unread, expired, invalid, good = await run.ask(*NAMES)
    assert good.text == "NAME 5"
    assert isinstance(refused, EndpointError)
    assert (refused.kind, refused.status) == ("http_400", 400)
    assert "too long" in refused.message
    assert not isinstance(refused, RetryableError)
    # Such may be asked again, in another batch.
    assert {type(error) for error in (busy, unread, expired)} == {RetryableError}
    assert [error.kind for error in (busy, unread, expired)] == ["http_429", "no_answer", "batch_expired"]
    assert busy.status is None
    assert (type(invalid), invalid.kind) == (EndpointError, "invalid_request")
    host.answer = lambda number, line: host.ok(line)
    assert texts(await run.ask(*NAMES)) == [name.upper() for name in NAMES]
    assert set(host.paid.values()) <= {0, 1}


@pytest.mark.parametrize("status", ["completed", "expired"])
async def test_what_a_batch_leaves_unanswered_is_asked_again_and_the_rest_is_kept(host, session, status):
    host.statuses = ["in_progress", status]
    host.answer = lambda number, line: host.ok(line) if number % 2 else None
    run = await session()
    replies = await run.ask(*NAMES)
    assert [isinstance(reply, RetryableError) for reply in replies] == [True, False] * 3
    host.answer, host.statuses = lambda number, line: host.ok(line), ["completed"]
    assert texts(await run.ask(*NAMES)) == [name.upper() for name in NAMES]
    assert [len(batch["lines"]) for batch in host.batches.values()] == [6, 3]
    assert set(host.paid.values()) == {1}


async def test_a_batch_that_is_refused_as_a_whole_stops_the_run_with_what_was_said(host, session):
    host.statuses, host.errors = ["failed"], [{"code": "invalid_model", "message": "no model m", "line": 1}]
    run = await session()
    errors = await run.ask(*NAMES)
    assert {type(error) for error in errors} == {FatalEndpointError}
    assert "no model m (invalid_model)" in str(errors[0])
    # Mended: nothing of it was paid, all is asked again.
    host.statuses = ["completed"]
    again = await session()
    assert texts(await again.ask(*NAMES)) == [name.upper() for name in NAMES]
    assert set(host.paid.values()) == {1}


async def test_a_full_queue_at_the_service_passes(host, session):
    host.statuses, host.errors = ["failed"], [{"code": "token_limit_exceeded", "message": "enqueued tokens"}]
    run = await session()
    (error,) = await run.ask("a")
    assert isinstance(error, RetryableError)
    assert error.retry_after


async def test_a_batch_that_somebody_cancelled_is_not_submitted_again_in_the_same_session(host, session):
    host.statuses = ["cancelled"]
    host.answer = lambda number, line: host.ok(line) if number < 2 else None
    run = await session()
    errors = await run.ask(*NAMES)
    assert {type(error) for error in errors} == {FatalEndpointError}
    assert "cancelled" in errors[0].message
    host.statuses, host.answer = ["completed"], lambda number, line: host.ok(line)
    again = await session()
    assert texts(await again.ask(*NAMES)) == [name.upper() for name in NAMES]
    assert set(host.paid.values()) == {1}
    assert [len(batch["lines"]) for batch in host.batches.values()] == [6, 4]


async def test_errors_of_the_way_there_are_tried_again(host, session):
    host.refuse = {
        "POST /v1/files": [503],
        "POST /v1/batches": [500, 429],
        "GET /v1/batches/": [502],
        "GET /v1/files/": [503, 503],
    }
    run = await session()
    assert texts(await run.ask(*NAMES)) == [name.upper() for name in NAMES]
    assert len(host.batches) == 1


async def test_a_submission_whose_answer_was_lost_is_found_and_not_repeated(host, session):
    host.batches = {f"batch_other{n}": {"id": f"batch_other{n}", "metadata": None, "statuses": ["x"]} for n in range(5)}
    host.lose = {"POST /v1/batches"}
    run = await session()
    assert texts(await run.ask(*NAMES)) == [name.upper() for name in NAMES]
    assert host.heard["POST batches"] == 1
    assert host.heard["GET batches"] > 1


async def test_a_refused_key_stops_at_once(host, session):
    host.refuse = {"POST /v1/files": [401]}
    (error,) = await (await session()).ask("a")
    assert isinstance(error, FatalEndpointError)
    assert host.heard == {"POST files": 1}


async def waited_for(condition):
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come to that")


@pytest.mark.parametrize("how", ["cancelled", "closed"])
async def test_a_submitted_batch_is_followed_by_the_next_session(host, session, how):
    host.statuses = ["in_progress"]
    run = await session()
    asked = run.ask(*NAMES)
    await waited_for(lambda: any("submitted" in line for line in run.said))
    if how == "cancelled":
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    # `session` closes the first one: its calls end, the batch goes on.
    again = await session()
    host.batches["batch_2"]["statuses"] = ["in_progress", "completed"]
    host.statuses = ["completed"]
    assert texts(await again.ask(*NAMES, "one more")) == [*(name.upper() for name in NAMES), "ONE MORE"]
    assert set(host.paid.values()) == {1}
    assert [len(batch["lines"]) for batch in host.batches.values()] == [6, 1]
    await asyncio.gather(asked, return_exceptions=True)


def states(run):
    return [orjson.loads(path.read_bytes()) for path in sorted((run.journal.folder / "batches").glob("*.json"))]


async def test_killed_between_submission_and_its_answer_the_batch_is_found(host, session):
    run = await session()
    await run.ask(*NAMES)
    # As the disk was at that moment: uploaded, no batch known, no answers, nothing in the journal.
    folder = run.journal.folder
    (path,) = (folder / "batches").glob("batch-*.json")
    state = orjson.loads(path.read_bytes())
    await run.close()
    path.write_bytes(orjson.dumps({**state, "batch_id": "", "status": "written"}))
    next((folder / "batches").glob("*.output.jsonl")).unlink()
    for segment in folder.glob("journal-*"):
        segment.unlink()
    again = await session()
    assert texts(await again.ask(*NAMES)) == [name.upper() for name in NAMES]
    assert len(host.batches) == 1
    assert set(host.paid.values()) == {1}


async def test_killed_before_submission_everything_is_collected_anew(host, session):
    host.refuse = {"POST /v1/batches": [400]}
    run = await session()
    await run.ask(*NAMES)
    assert [(s["status"], bool(s["file_id"]), s["batch_id"]) for s in states(run)] == [("written", True, "")]
    again = await session()
    assert texts(await again.ask("another", *NAMES)) == ["ANOTHER", *(name.upper() for name in NAMES)]
    assert [len(batch["lines"]) for batch in host.batches.values()] == [7]


async def test_where_nobody_can_tell_whether_it_was_submitted_nothing_is(host, session):
    host.refuse, host.lists = {"POST /v1/batches": [400]}, False
    await (await session()).ask(*NAMES)
    errors = await (await session()).ask(*NAMES)
    assert {type(error) for error in errors} == {FatalEndpointError}
    assert "cannot be told" in errors[0].message
    assert "delete its .json" in errors[0].hint
    assert not host.batches


async def test_answers_that_did_not_reach_the_journal_are_still_there(host, session):
    run = await session()
    await run.ask(*NAMES)
    await run.close()
    for segment in run.journal.folder.glob("journal-*"):
        segment.unlink()
    again = await session()
    assert texts(await again.ask(*NAMES)) == [name.upper() for name in NAMES]
    assert len(host.batches) == 1
    # And once the journal has all of them, the batch is done with.
    last = await session()
    await last.ask(*NAMES)
    assert [state["status"] for state in states(last)] == ["answered"]
    assert not last.batched._opening


async def test_batches_hold_no_scores(session):
    run = await session()
    assert not run.backend.capabilities.score
    request = Request(kind="score", model="m", endpoint=run.backend.endpoint, prompt="a", continuation="b")
    with pytest.raises(MissingCapability, match="log-likelihoods"):
        await run.backend.complete(request)


async def test_files_for_somebody_else_stop_the_run_until_their_answers_are_there(host, session):
    run = await session(mode="files", size=4)
    errors = await run.ask(*NAMES)
    assert {type(error) for error in errors} == {BatchWaiting}
    assert "vllm run-batch -i" in errors[0].hint
    assert not host.heard
    waiting = await session(mode="files", size=4)
    assert {type(error) for error in await waiting.ask(*NAMES)} == {BatchWaiting}
    folder = run.journal.folder / "batches"
    files = sorted(path for path in folder.glob("*.jsonl"))
    assert [len(path.read_bytes().splitlines()) for path in files] == [4, 2]
    # Somebody answers them, all but one.
    for path in files:
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        answers = [{"id": "x", "custom_id": line["custom_id"], **host.ok(line)} for line in lines]
        if path == files[1]:
            answers.pop()
        path.with_suffix(".output.jsonl").write_text("".join(json.dumps(line) + "\n" for line in answers))
    last = await session(mode="files", size=4)
    replies = await last.ask(*NAMES)
    assert texts(replies[:5]) == [name.upper() for name in NAMES[:5]]
    assert isinstance(replies[5], BatchWaiting)
    assert len(list(folder.glob("batch-*.json"))) == 3

from __future__ import annotations

import asyncio

import pytest

from corpusmith.core.errors import BudgetExhausted, EndpointError, FatalEndpointError, RetryableError
from corpusmith.llm.backend import Backend
from corpusmith.llm.backends.scripted import Rule, ScriptedBackend
from corpusmith.llm.budget import Budgeted, Meter
from corpusmith.llm.journal import Journal
from corpusmith.llm.journaled import Journaled
from corpusmith.llm.limits import Limited
from corpusmith.llm.retrying import Retrying
from corpusmith.llm.standstill import Standstill
from corpusmith.llm.stats import CallStats


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path)
    yield journal
    journal.close()


@pytest.fixture
def stats():
    return CallStats()


async def turns(number=5):
    for _ in range(number):
        await asyncio.sleep(0)


async def test_a_hit_costs_no_call_no_token_and_no_slot(journal, stats, chat):
    meter = Meter(stats, calls=1)
    inner = ScriptedBackend()
    limited = Limited(inner, stats, concurrency=1)
    asked = Journaled(Budgeted(limited, meter, "default"), journal, stats)
    first = await asked.complete(chat())
    tokens = (stats.prompt_tokens, stats.completion_tokens)
    # The budget has no room for another call.
    assert meter.exhausted() is not None
    again = await asked.complete(chat())

    assert again.text == first.text
    assert (stats.sent, stats.journal_hits, len(inner.asked)) == (1, 1, 1)
    assert (stats.prompt_tokens, stats.completion_tokens) == tokens
    with pytest.raises(BudgetExhausted):
        await asked.complete(chat("something else"))


async def test_equal_keys_in_flight_share_one_call(journal, stats, chat, held_backend):
    held = held_backend()
    asked = Journaled(held, journal, stats)
    calls = [asyncio.create_task(asked.complete(chat())) for _ in range(4)]
    other = asyncio.create_task(asked.complete(chat("other")))
    await turns()
    assert len(held.asked) == 2
    held.release()
    held.release()
    replies = await asyncio.gather(*calls, other)
    assert [r.text for r in replies] == ["said"] * 5
    assert (stats.shared, stats.journal_hits, len(journal)) == (3, 0, 2)


@pytest.mark.parametrize(
    "error",
    [
        RetryableError("503", kind="http_503"),
        EndpointError("400", kind="http_400"),
        FatalEndpointError("401", kind="http_401"),
        BudgetExhausted("reached"),
    ],
)
async def test_the_failure_of_a_shared_call_reaches_all_and_is_not_kept(journal, stats, chat, held_backend, error):
    held = held_backend()
    asked = Journaled(held, journal, stats)
    calls = [asyncio.create_task(asked.complete(chat())) for _ in range(3)]
    await turns()
    held.release(error)
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert ended == [error] * 3

    again = asyncio.create_task(asked.complete(chat()))
    await turns()
    held.release()
    assert (await again).text == "said"
    assert len(held.asked) == 2
    written = [e["status"] for e in journal.entries()]
    assert written == (["error", "ok"] if isinstance(error, EndpointError) else ["ok"])


async def test_giving_up_the_call_that_was_sent_does_not_end_those_that_wait_for_it(journal, stats, chat, held_backend):
    held = held_backend()
    asked = Journaled(held, journal, stats)
    first, second, third = [asyncio.create_task(asked.complete(chat())) for _ in range(3)]
    await turns()
    first.cancel()
    await turns()
    assert first.cancelled()
    assert not second.done()
    assert not third.done()
    assert len(held.asked) == 2
    held.release()
    assert [(await second).text, (await third).text] == ["said", "said"]
    assert stats.shared == 1


async def test_giving_up_a_call_that_waits_for_another_leaves_that_one_alone(journal, stats, chat, held_backend):
    held = held_backend()
    asked = Journaled(held, journal, stats)
    first, second = [asyncio.create_task(asked.complete(chat())) for _ in range(2)]
    await turns()
    second.cancel()
    await turns()
    assert second.cancelled()
    held.release()
    assert (await first).text == "said"


async def test_all_are_given_up_at_once(journal, stats, chat, held_backend):
    held = held_backend()
    asked = Journaled(held, journal, stats)
    calls = [asyncio.create_task(asked.complete(chat())) for _ in range(3)]
    await turns()
    for call in calls:
        call.cancel()
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(e, asyncio.CancelledError) for e in ended)
    assert len(held.asked) == 1


async def test_a_sample_and_an_attempt_have_a_reply_of_their_own(journal, stats, chat):
    inner = ScriptedBackend([Rule(replies=["one", "two"])])
    asked = Journaled(inner, journal, stats)
    for _ in range(2):
        assert (await asked.complete(chat())).text == "one"
        assert (await asked.complete(chat(sample=1))).text == "two"
        assert (await asked.complete(chat(attempt=1))).text == "two"
    assert len(inner.asked) == 3


async def test_an_error_is_asked_again_in_the_next_session(tmp_path, stats, chat):
    for rules, hits in (([Rule(error=500)], 0), ([Rule(reply="fine")], 0), ([], 1)):
        journal = Journal(tmp_path)
        asked = Journaled(ScriptedBackend(rules), journal, stats)
        if rules and rules[0].error:
            with pytest.raises(RetryableError):
                await asked.complete(chat())
        else:
            assert (await asked.complete(chat())).text == "fine"
        assert stats.journal_hits == hits
        journal.close()


async def test_every_wrapper_is_a_backend_and_hands_on_what_the_wrapped_one_is(journal, stats, chat, held_backend):
    held = held_backend()
    raw = (await ScriptedBackend([Rule(reply="kept")]).complete(chat())).raw
    for wrapped in (
        Journaled(held, journal, stats),
        Budgeted(held, Meter(stats), "default"),
        Retrying(held, stats, retries=1, standstill=Standstill("e", patience=60, tries=10)),
        Limited(held, stats, concurrency=1),
    ):
        assert isinstance(wrapped, Backend)
        assert wrapped.endpoint == held.endpoint
        assert wrapped.capabilities is held.capabilities
        assert wrapped.decode(chat(), raw).text == "kept"
        before = held.closed
        await wrapped.close()
        assert held.closed == before + 1

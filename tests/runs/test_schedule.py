"""The schedule: everything that finishes is committed and accepted in order, whatever the timing."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.builders import Artifact, Item, Rejected
from corpusmith.core import InstructionRecord, Origin
from corpusmith.core.errors import AnswerError, BudgetExhausted, EndpointError, FatalEndpointError
from corpusmith.llm.journal import Journal
from corpusmith.runs.items import ItemLog
from corpusmith.runs.schedule import Schedule


class Taken:
    """An acceptor that remembers."""

    def __init__(self, enough: int | None = None) -> None:
        self.entries: list[dict] = []
        self._enough = enough

    @property
    def full(self) -> bool:
        return self._enough is not None and len(self.entries) >= self._enough

    def take(self, entries: list[dict]) -> None:
        self.entries += entries


class SlowJournal(Journal):
    """A journal whose disk takes its time: a commit is under way when the last item ends."""

    async def durable(self) -> None:
        await asyncio.sleep(0.03)


def record(text: str) -> InstructionRecord:
    return InstructionRecord(instruction=text, output="yes", origin=Origin(builder="test", source=text))


def schedule(folder, build, acceptor, *, journal=Journal, **options) -> tuple[Schedule, ItemLog]:
    items = ItemLog(folder / "items.jsonl")
    workers, look_ahead = options.pop("workers", 4), options.pop("look_ahead", 1000)
    scheduled = Schedule(
        build,
        items,
        journal(folder / "journal"),
        acceptor,
        workers=lambda: workers,
        look_ahead=lambda accepted: look_ahead,
        **options,
    )
    return scheduled, items


def work(n: int) -> list[Item]:
    return [Item(f"item {i}", i) for i in range(n)]


@settings(max_examples=15)
@given(n=st.integers(0, 60), workers=st.integers(1, 20), look_ahead=st.integers(1, 100), seed=st.integers(0, 9))
def test_all_items_are_accepted_in_order(tmp_path_factory, n, workers, look_ahead, seed):
    chance = random.Random(seed)

    async def build(item):
        await asyncio.sleep(chance.random() * 0.004)
        yield record(item.id)

    taken = Taken()
    running, items = schedule(
        tmp_path_factory.mktemp("s"), build, taken, workers=workers, look_ahead=look_ahead, journal=SlowJournal
    )
    asyncio.run(running.run(work(n)))

    assert [e["i"] for e in taken.entries] == list(range(n))
    assert items.done_count == n


async def test_a_fatal_error_ends_what_the_other_workers_do(tmp_path):
    """Else they would go on sending calls that nobody waits for."""
    ended, begun = [], asyncio.Event()

    async def build(item):
        if item.data == 2:
            await begun.wait()
            message = "the key was not accepted"
            raise FatalEndpointError(message, kind="http_401")
        try:
            if item.data == 3:
                begun.set()
            await asyncio.Event().wait()
        finally:
            ended.append(item.data)
        yield record(item.id)

    running, _ = schedule(tmp_path, build, Taken())
    with pytest.raises(FatalEndpointError, match="not accepted"):
        await running.run(work(50))
    assert sorted(ended) == [0, 1, 3]


async def test_an_item_fails_alone(tmp_path):
    async def build(item):
        if item.data == 1:
            message = "400"
            raise EndpointError(message, kind="http_400", status=400)
        if item.data == 2:
            raise KeyError("fault of the builder")
        if item.data == 3:
            raise AnswerError("refused", "it refused", raw="no", calls=("k",))
        yield Rejected("not_best", "a text")
        yield Artifact("plan.json", {"a": 1})
        yield record(item.id)

    taken = Taken()
    running, _ = schedule(tmp_path, build, taken)
    await running.run(work(5))

    assert [e["failed"] and e["failed"]["reason"] for e in taken.entries] == [
        None,
        "http_400",
        "builder_error",
        None,
        None,
    ]
    assert [o["type"] for o in taken.entries[0]["out"]] == ["rejected", "artifact", "record"]
    assert taken.entries[3]["out"][0]["reason"] == "refused"
    assert taken.entries[1]["out"] == []


async def test_a_builder_that_yields_something_else_is_told(tmp_path):
    async def build(item):
        yield "text"

    taken = Taken()
    running, _ = schedule(tmp_path, build, taken)
    await running.run(work(1))
    assert "Record, Rejected or Artifact" in taken.entries[0]["failed"]["message"]


async def test_a_budget_lets_what_is_running_end(tmp_path):
    async def build(item):
        if item.data == 3:
            raise BudgetExhausted("reached")
        await asyncio.sleep(0.01)
        yield record(item.id)

    taken = Taken()
    running, items = schedule(tmp_path, build, taken)
    with pytest.raises(BudgetExhausted):
        await running.run(work(50))
    running.accept_rest()

    assert [e["i"] for e in taken.entries] == [0, 1, 2]
    assert items.done_count == 3


async def test_what_is_finished_is_committed_when_the_run_is_stopped(tmp_path):
    async def build(item):
        if item.data == 5:
            raise FatalEndpointError("gone", kind="http_401", status=401)
        yield record(item.id)
        await asyncio.sleep(0)

    running, items = schedule(tmp_path, build, Taken(), workers=1)
    with pytest.raises(FatalEndpointError):
        await running.run(work(50))
    assert items.done_count == 5


async def test_cancelling_commits_too(tmp_path):
    started = asyncio.Event()

    async def build(item):
        if item.data == 8:
            started.set()
            await asyncio.sleep(60)
        yield record(item.id)

    running, items = schedule(tmp_path, build, Taken(), workers=1)
    task = asyncio.create_task(running.run(work(50)))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert items.done_count == 8


async def test_a_second_session_builds_only_what_is_missing(tmp_path):
    built: list[int] = []

    async def build(item):
        built.append(item.data)
        yield record(item.id)

    first, items = schedule(tmp_path, build, Taken())
    await first.run(work(10))
    items.close()

    taken = Taken()
    second, _ = schedule(tmp_path, build, taken)
    await second.run(work(15))

    assert sorted(built) == list(range(15))
    assert [e["i"] for e in taken.entries] == list(range(15))


async def test_items_that_came_out_otherwise_are_built_anew(tmp_path):
    async def build(item):
        yield record(item.id)

    first, items = schedule(tmp_path, build, Taken())
    await first.run(work(4))
    items.close()

    taken = Taken()
    second, _ = schedule(tmp_path, build, taken, waves=True)
    await second.run([Item("item 0", 0), Item("another", 1), Item("item 2", 2)])

    assert [e["item"] for e in taken.entries] == ["item 0", "another", "item 2"]


async def test_results_beyond_the_memory_limit_come_back_from_disk(tmp_path):
    release = asyncio.Event()

    async def build(item):
        if item.data == 0:
            await release.wait()
        elif item.data == 199:
            release.set()
        yield record(f"{item.id} {'long ' * 20000}")

    taken = Taken()
    running, _ = schedule(tmp_path, build, taken)
    await running.run(work(200))

    assert [e["i"] for e in taken.entries] == list(range(200))
    assert all(e["out"][0]["record"]["instruction"].startswith(e["item"]) for e in taken.entries)


async def test_a_full_acceptor_ends_the_run(tmp_path):
    async def build(item):
        await asyncio.sleep(0)
        yield record(item.id)

    taken = Taken(enough=5)
    running, items = schedule(tmp_path, build, taken, workers=2, look_ahead=2)
    await running.run(work(1000))
    assert 5 <= len(taken.entries) <= 10
    assert items.done_count == len(taken.entries)

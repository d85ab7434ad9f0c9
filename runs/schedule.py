"""Building items side by side: free-running workers, results on disk as they come, handed on in item order.

    items --> workers (build) --> committer (journal durable, item log, one write a group) --> Acceptor, in item order

A slow item holds up acceptance, never the other workers: what is finished out of order waits in the item log, and in
memory only up to a fixed number of bytes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol

import orjson

from ..builders import Artifact, Item, Outcome, Rejected
from ..core import Record
from ..core.errors import (
    AnswerError,
    CorpusmithError,
    EndpointError,
    FatalEndpointError,
    MissingCapability,
    RunFolderError,
    RunStopped,
)
from ..llm.journal import Journal
from ..llm.limits import turn_of
from .crew import Crew
from .items import ItemLog

GROUP_SECONDS = 0.05
"""Results are committed in groups this far apart."""
WAITING_BYTES = 8 * 2**20
"""Memory for results that wait for an earlier item; beyond it they are read back from the item log."""
BATCH = 512
"""Items handed on at once at most."""
HOPELESS = 20
"""So many failures without one success stop the run."""
_STOPS_THE_RUN = (FatalEndpointError, RunFolderError, MissingCapability)

log = logging.getLogger(__name__)


class Acceptor(Protocol):
    """What takes finished items, in order."""

    @property
    def full(self) -> bool:
        """Whether no further item is wanted."""
        ...

    def take(self, entries: list[dict[str, Any]]) -> None:
        """Take the next finished items, as the item log holds them."""
        ...


Build = Callable[[Item], AsyncIterator[Outcome]]


class Schedule:
    """Runs items through `build` and hands them to the acceptor in order."""

    def __init__(
        self,
        build: Build,
        items: ItemLog,
        journal: Journal,
        acceptor: Acceptor,
        *,
        workers: Callable[[], int],
        look_ahead: Callable[[int], int],
        waves: bool = False,
    ) -> None:
        """Prepare.

        Args:
            build: makes an item's outcomes.
            items: where finished items are kept.
            journal: made durable before an item that rests on it is committed.
            acceptor: takes finished items in order.
            workers: asked now and then: how many items to build at once.
            look_ahead: number of accepted items -> how many items building may run ahead of them.
            waves: items follow from what became of earlier ones: a stored item counts only if its id is the same.
        """
        self._build = build
        self._items = items
        self._journal = journal
        self._acceptor = acceptor
        self._workers = workers
        self._wanted = 0
        self._over = False
        self._look_ahead = look_ahead
        self._ahead = look_ahead(0)
        self._by_id = waves
        self._finished: list[tuple[int, bytes]] = []
        self._arrived = asyncio.Event()
        self._accepted = asyncio.Event()
        self._waiting: dict[int, bytes] = {}
        self._waiting_bytes = 0
        self._head = 0
        self._next = 0
        self._stop: CorpusmithError | None = None
        self._failures: Counter[str] = Counter()
        self._succeeded = False

    async def run(self, items: Iterable[Item]) -> None:
        """Build all items (one wave) and have them accepted; returns when the last one is.

        Raises:
            CorpusmithError: the run was stopped (budget, endpoint, disk); what was finished is committed.
        """
        source = enumerate(items, self._next)
        self._over = False
        crew = Crew(lambda: self._work(source, crew))
        tasks = [asyncio.create_task(self._keep_staffed(crew)), asyncio.create_task(self._commit())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Also when this task is cancelled (Ctrl-C): what is finished is committed before anything else.
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, crew.dismiss(), return_exceptions=True)
            await self._commit_now()
        errors = [e for e in ended if isinstance(e, Exception)]
        if errors:
            raise errors[0]
        if self._stop is not None:
            raise self._stop

    async def _keep_staffed(self, crew: Crew) -> None:
        """Keep as many workers as are wanted, until the last one has left; too many leave by themselves."""
        gone = False
        while not gone:
            if not self._over:
                self._wanted = self._workers()
                crew.grow(self._wanted)
            gone = await crew.gone(None if self._over else GROUP_SECONDS)

    async def _work(self, source: Iterator[tuple[int, Item]], crew: Crew) -> None:
        for index, item in source:
            self._next = max(self._next, index + 1)
            if not self._items.done(index) or (self._by_id and self._items.read(index)["item"] != item.id):
                await self._build_one(index, item)
            elif index % 256 == 0:
                # Finished items are only read again, by the committer: let it.
                self._arrived.set()
                await asyncio.sleep(0)
            while index - self._head >= self._ahead and self._stop is None:
                self._accepted.clear()
                self._arrived.set()
                await self._accepted.wait()
            # What an earlier session had begun beyond the target is gone through again: the counts stay the same.
            if (self._acceptor.full and self._next > self._items.last) or self._stop is not None:
                break
            if crew.size > self._wanted:
                return
        self._over = True

    async def _build_one(self, index: int, item: Item) -> None:
        turn_of.set(index)
        failed: dict[str, str] | None = None
        out: list[dict[str, Any]] = []
        try:
            out = [_outcome(o) async for o in self._build(item)]
        except RunStopped as error:
            # Calls in flight are paid for: they may end and be journaled.
            self._stop = self._stop or error
            self._accepted.set()
            return
        except _STOPS_THE_RUN:
            raise
        except AnswerError as error:
            out.append({"type": "rejected", "reason": error.reason, "text": error.raw, "calls": error.calls,
                        "source": item.id, "evidence": {"message": error.message}})  # fmt: skip
        except EndpointError as error:
            failed = {"reason": error.kind, "message": error.message, "source": item.id}
        except CorpusmithError as error:
            failed = {"reason": "unusable_input", "message": str(error), "source": item.id}
        except Exception as error:
            # A builder's own mistake on one row costs that row only, with its name in the accounting.
            log.debug("item %s failed", item.id, exc_info=True)
            failed = {"reason": "builder_error", "message": f"{type(error).__name__}: {error}", "source": item.id}
        self._watch(failed)
        entry = {"i": index, "item": item.id, "failed": failed, "out": out if failed is None else []}
        self._finished.append((index, _line(entry)))
        self._arrived.set()

    def _watch(self, failed: dict[str, str] | None) -> None:
        if failed is None:
            self._succeeded = True
        elif not self._succeeded:
            self._failures[failed["reason"]] += 1
            total = sum(self._failures.values())
            if total >= HOPELESS:
                message = f"the first {total} items all failed; the last one said: {failed['message']}"
                raise FatalEndpointError(message, kind="hopeless", hint="Mend that and run the same command again.")

    async def _commit(self) -> None:
        while True:
            await self._arrived.wait()
            await asyncio.sleep(GROUP_SECONDS)
            await self._commit_now()

    async def _commit_now(self) -> None:
        self._arrived.clear()
        batch = list(self._finished)
        if batch:
            await self._journal.durable()
            self._items.append(batch)
            # Only now, with no wait in between: cancelled while waiting above, the batch is still to be committed.
            del self._finished[: len(batch)]
            for index, line in batch:
                if self._waiting_bytes < WAITING_BYTES:
                    self._waiting[index] = line
                    self._waiting_bytes += len(line)
        while self._accept_some():
            await asyncio.sleep(0)
        self._accepted.set()

    def _accept_some(self) -> bool:
        """Hand on the next finished items in order; True if there may be more at once."""
        entries: list[dict[str, Any]] = []
        while len(entries) < BATCH and self._head < self._next and self._items.done(self._head):
            entries.append(self._entry(self._head))
            self._head += 1
        if entries:
            self._acceptor.take(entries)
            self._ahead = self._look_ahead(self._head)
        return len(entries) == BATCH

    def accept_rest(self) -> None:
        """Hand on what is finished beyond the first unfinished item: for a run that ends early."""
        end = self._next if self._by_id else self._items.last + 1
        rest = (i for i in range(self._head, end) if self._items.done(i))
        while entries := [self._entry(i) for i in islice(rest, BATCH)]:
            self._acceptor.take(entries)

    def _entry(self, index: int) -> dict[str, Any]:
        line = self._waiting.pop(index, None)
        if line is None:
            return self._items.read(index)
        self._waiting_bytes -= len(line)
        entry: dict[str, Any] = orjson.loads(line)
        return entry


def _outcome(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Record):
        return {"type": "record", "id": outcome.id, "record": outcome.stored()}
    if isinstance(outcome, Rejected):
        return {"type": "rejected", "reason": outcome.reason, "text": outcome.text, "calls": outcome.calls,
                "source": outcome.source, "evidence": outcome.evidence}  # fmt: skip
    if isinstance(outcome, Artifact):
        return {"type": "artifact", "name": outcome.name, "data": outcome.data}
    message = f"a builder yields Record, Rejected or Artifact, not {type(outcome).__name__}"
    raise TypeError(message)


def _line(entry: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
    except TypeError:
        import json

        return json.dumps(entry, ensure_ascii=True).encode("ascii") + b"\n"

"""From a batch on disk to its answers on disk: upload, submit, look now and then, download."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from ...core.errors import FatalEndpointError, RetryableError
from .service import ENDED, BatchService, State
from .store import BatchStore, Stored

T = TypeVar("T")

FIRST_LOOK_S = 1.0
"""Seconds after which a batch is looked at first; the pause grows from there."""
_GROWS = 1.5
_TRIES = 12
"""Tries of one step of which the last error is raised: with pauses up to half a minute, some minutes."""
_LONGEST_PAUSE = 30.0
_FULL = frozenset({"token_limit_exceeded", "request_limit_exceeded"})
"""Why a batch is refused that may be taken once others have ended."""


class Follower:
    """Takes batches through their life, and writes each step down once it is known."""

    def __init__(
        self,
        service: BatchService,
        store: BatchStore,
        *,
        poll: float,
        say: Callable[[str], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take the service, what is known of batches, and how often to look (seconds)."""
        self._service = service
        self._store = store
        self._poll = poll
        self._say = say
        self._sleep = sleep

    async def submitted(self, batch: Stored) -> Stored:
        """Upload and submit a batch that was only written.

        A submission whose answer was lost is looked for before it is tried again: it would be paid for twice.

        Raises:
            EndpointError: the service does not take it; nothing was paid.
        """
        content = await asyncio.to_thread(self._store.requests_path(batch.name).read_bytes)
        file_id = await self._patiently(lambda: self._service.upload(batch.name, content))
        batch = self._store.update(batch, file_id=file_id)
        tried = False

        async def submit() -> State:
            nonlocal tried
            found = await self._service.find(batch.name) if tried else None
            tried = True
            return found or await self._service.submit(file_id, batch.url, batch.name)

        state = await self._patiently(submit)
        self._say(f"{batch.name}: {batch.requests} requests submitted ({state.id})")
        return self._store.update(batch, batch_id=state.id, status="submitted")

    async def found(self, batch: Stored) -> Stored | None:
        """A batch of an earlier session, with its id; None if it was never submitted.

        Raises:
            FatalEndpointError: nobody can tell.
        """
        if batch.batch_id:
            return batch
        if not batch.file_id:
            return None
        state = await self._patiently(lambda: self._service.find(batch.name))
        return None if state is None else self._store.update(batch, batch_id=state.id, status="submitted")

    async def ended(self, batch: Stored) -> Stored:
        """Wait until a submitted batch has ended, and keep its answers.

        Raises:
            RetryableError: it was refused as a whole, for a reason that passes.
            FatalEndpointError: it was refused as a whole, or somebody cancelled it; answers up to then are kept.
        """
        state = await self._wait(batch)
        files = [file_id for file_id in (state.output_file, state.error_file) if file_id]
        parts = [await self._patiently(partial(self._service.download, file_id)) for file_id in files]
        if state.status == "failed" and not parts:
            self._store.update(batch, status="refused")
            raise _refused(batch, state)
        await asyncio.to_thread(self._store.save_output, batch, parts)
        batch = self._store.update(batch, status="answered")
        self._say(f"{batch.name}: {state.status}, {state.done} of {state.total or batch.requests} requests are done")
        if state.status == "cancelled" and state.done < batch.requests:
            message = f"the batch {state.id} was cancelled at the service, {state.done} of its requests were answered."
            hint = "Run the same command again to submit the others."
            raise FatalEndpointError(message, kind="batch_cancelled", hint=hint)
        return batch

    async def _wait(self, batch: Stored) -> State:
        pause, told = min(FIRST_LOOK_S, self._poll), -1
        while True:
            state = await self._patiently(lambda: self._service.look(batch.batch_id))
            if state.status in ENDED:
                return state
            if state.done not in (told, 0):
                self._say(f"{batch.name}: {state.done} of {state.total or batch.requests} requests are done")
                told = state.done
            await self._sleep(pause)
            pause = min(pause * _GROWS, self._poll)

    async def _patiently(self, step: Callable[[], Awaitable[T]]) -> T:
        """One step, tried again after errors that pass."""
        for number in range(_TRIES - 1):
            with contextlib.suppress(RetryableError):
                return await step()
            await self._sleep(min(0.5 * 2**number, _LONGEST_PAUSE, self._poll))
        return await step()


def _refused(batch: Stored, state: State) -> RetryableError | FatalEndpointError:
    said = state.message or "it does not say why"
    message = f"the batch {state.id} of {batch.requests} requests was refused: {said} ({state.code or 'no code'})."
    if state.code in _FULL:
        return RetryableError(message, kind="batch_refused", retry_after=300.0)
    hint = "Nothing of it was answered or charged. Mend that and run the same command again."
    return FatalEndpointError(message, kind="batch_refused", hint=hint)

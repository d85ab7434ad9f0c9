"""What a run asks of its process: an event loop, signals that end it cleanly, fewer garbage collections."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..core.errors import RunFolderError


def run_coroutine(coroutine: Any) -> Any:
    """Run to the end, on uvloop where there is one; from within a running loop (a notebook) in a thread of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        if sys.platform == "win32":
            return asyncio.run(coroutine)
        import uvloop

        return uvloop.run(coroutine)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@contextlib.contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage cycles less often: a run makes hardly any, and looking took a tenth of its CPU."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextlib.contextmanager
def os_errors_told(folder: Path) -> Iterator[None]:
    """What the operating system refuses (a full disk, a vanished folder) as an error that the user can act on.

    Raises:
        RunFolderError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        file = f" ({error.filename})" if error.filename else ""
        message = f"the run in {folder} cannot go on: {error.strerror or error}{file}."
        hint = "Mend that (make room, if the disk is full) and run the same command again: nothing received is lost."
        raise RunFolderError(message, hint=hint) from error


@contextlib.contextmanager
def signals_cancel() -> Iterator[None]:
    """Ctrl-C and SIGTERM cancel the run, which then commits what is finished; a second Ctrl-C kills."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    handled: list[signal.Signals] = []

    def cancel(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        # Not in the main thread: signals are the caller's business.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, cancel, number)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)

"""The disk is full, or what stands for it: a limit on the size of files, set for the moment of writing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource

import pytest

from corpusmith.core.errors import RetryableError, RunFolderError
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.journal import Journal
from corpusmith.llm.journaled import Journaled
from corpusmith.llm.stats import CallStats


@contextlib.contextmanager
def room_for(size):
    """No file can grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def journaled(folder):
    journal = Journal(folder)
    backend = ScriptedBackend()
    return journal, backend, Journaled(backend, journal, CallStats())


async def waiting_calls(backend, request):
    """Three calls for the same request, on their way."""
    calls = [asyncio.create_task(backend.complete(request)) for _ in range(3)]
    await asyncio.sleep(0)
    return calls


async def test_a_write_error_stops_the_next_send_and_loses_one_reply_at_most(tmp_path, chat):
    journal, backend, asked = journaled(tmp_path)
    done, said = [], ""
    with room_for(2000):
        for number in range(50):
            try:
                done.append(await asked.complete(chat(f"question {number}")))
            except RunFolderError as error:
                said = str(error)
                break
        assert "File too large" in said
        assert "run the same command again" in said
        assert 3 < len(done) < 20
        assert len(backend.asked) == len(done) + 1
        # There would be room for a shorter line, but after a failure nothing is sent.
        for _ in range(2):
            with pytest.raises(RunFolderError):
                await asked.complete(chat("another"))
        assert len(backend.asked) == len(done) + 1
    with pytest.raises(RunFolderError):
        await asked.complete(chat("there is room again, but this session has stopped"))
    # What was received can still be read in this session.
    assert (await asked.complete(chat("question 0"))).text == done[0].text
    journal.close()

    assert (tmp_path / "journal-00001.jsonl").read_bytes().endswith(b"\n")
    journal, backend, asked = journaled(tmp_path)
    assert (len(journal), journal.damaged) == (len(done), 0)
    replies = [await asked.complete(chat(f"question {number}")) for number in range(len(done) + 1)]
    assert [r.text for r in replies[:-1]] == [r.text for r in done]
    assert len(backend.asked) == 1
    journal.close()


async def test_a_line_that_was_half_written_does_not_hide_the_next_one(tmp_path, chat):
    journal, _, asked = journaled(tmp_path)
    await asked.complete(chat("first"))
    size = (tmp_path / "journal-00001.jsonl").stat().st_size
    with room_for(size + 10), pytest.raises(RunFolderError):
        await asked.complete(chat("second"))
    assert (tmp_path / "journal-00001.jsonl").stat().st_size == size
    journal.close()


async def test_all_who_wait_for_a_call_hear_of_the_write_error(tmp_path, chat, held_backend):
    journal, held = Journal(tmp_path), held_backend()
    calls = await waiting_calls(Journaled(held, journal, CallStats()), chat("same"))
    with room_for(10):
        held.release()
        ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(e) for e in ended] == [RunFolderError] * 3
    assert len(held.asked) == 1
    journal.close()


async def test_all_who_wait_hear_of_it_when_not_even_the_error_can_be_written(tmp_path, chat, held_backend):
    journal, held = Journal(tmp_path), held_backend()
    calls = await waiting_calls(Journaled(held, journal, CallStats()), chat("same"))
    with room_for(10):
        held.release(RetryableError("overloaded", kind="http_503", status=503))
        ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(e) for e in ended] == [RunFolderError, RetryableError, RetryableError]
    journal.close()


async def test_a_segment_that_cannot_be_begun_is_a_write_error(tmp_path, chat):
    journal = Journal(tmp_path, segment_bytes=300)
    asked = Journaled(ScriptedBackend(), journal, CallStats())
    await asked.complete(chat("first"))
    (tmp_path / "journal-00002.jsonl").mkdir()
    with pytest.raises(RunFolderError, match="Is a directory"):
        await asked.complete(chat("second"))
    with pytest.raises(RunFolderError, match="Is a directory"):
        journal.require_writable()
    journal.close()
    (tmp_path / "journal-00002.jsonl").rmdir()
    again = Journal(tmp_path)
    assert len(again) == 1
    again.close()


async def test_a_full_disk_is_told_in_its_own_words(tmp_path, chat):
    journal = Journal(tmp_path, segment_bytes=300)
    asked = Journaled(ScriptedBackend(), journal, CallStats())
    first = await asked.complete(chat("first"))
    (tmp_path / "journal-00002.jsonl").symlink_to("/dev/full")
    with pytest.raises(RunFolderError, match="No space left on device"):
        await asked.complete(chat("second"))
    assert (await asked.complete(chat("first"))).text == first.text
    journal.close()


@pytest.mark.parametrize("when", ["durable", "close"])
async def test_what_cannot_be_synced_is_told(tmp_path, chat, when):
    """A pipe takes what is written to it, but nothing can make it last."""
    journal = Journal(tmp_path, segment_bytes=300)
    asked = Journaled(ScriptedBackend(), journal, CallStats())
    await asked.complete(chat("first"))
    os.mkfifo(tmp_path / "journal-00002.jsonl")
    await asked.complete(chat("second"))
    if when == "durable":
        with pytest.raises(RunFolderError, match="Invalid argument"):
            await journal.durable()
        with pytest.raises(RunFolderError, match="Invalid argument"):
            await asked.complete(chat("third"))
    else:
        with pytest.raises(RunFolderError, match="Invalid argument"):
            journal.close()
    journal.close()


def test_a_folder_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="cannot be opened"):
        Journal(tmp_path / "file")
    (tmp_path / "run" / "journal-00001.jsonl").mkdir(parents=True)
    with pytest.raises(RunFolderError, match="Is a directory"):
        Journal(tmp_path / "run")
    (tmp_path / "half" / "journal-00002.jsonl").mkdir(parents=True)
    (tmp_path / "half" / "journal-00001.jsonl").write_text("")
    with pytest.raises(RunFolderError, match="Is a directory"):
        Journal(tmp_path / "half")

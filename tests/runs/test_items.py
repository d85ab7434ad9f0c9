"""The item log: whatever the bytes on disk, whole lines are found and nothing else."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import RunFolderError
from corpusmith.runs.items import ItemLog


def line(index: int, failed: bool = False) -> tuple[int, bytes]:
    entry = {"i": index, "item": f"item {index}", "failed": {"reason": "x"} if failed else None, "out": []}
    return index, orjson.dumps(entry) + b"\n"


def test_items_are_found_in_any_order(tmp_path: Path):
    log = ItemLog(tmp_path / "items.jsonl")
    log.append([line(2), line(0)])
    assert [log.done(i) for i in range(4)] == [True, False, True, False]
    assert (log.last, log.done_count) == (2, 2)
    assert log.read(2)["item"] == "item 2"
    log.close()


def test_a_failed_item_is_done_in_its_session_only(tmp_path: Path):
    log = ItemLog(tmp_path / "items.jsonl")
    log.append([line(0, failed=True)])
    assert log.done(0)
    log.close()
    again = ItemLog(tmp_path / "items.jsonl")
    assert not again.done(0)
    again.append([line(0)])
    assert again.done(0)
    again.close()
    assert ItemLog(tmp_path / "items.jsonl").done(0)


@given(st.integers(0, 6), st.integers(0, 80))
def test_a_torn_tail_is_cut_and_the_log_goes_on(tmp_path_factory, whole: int, torn: int):
    path = tmp_path_factory.mktemp("log") / "items.jsonl"
    tail = line(99)[1][:torn]
    path.write_bytes(b"".join(line(i)[1] for i in range(whole)) + (tail if not tail.endswith(b"\n") else b""))

    log = ItemLog(path)
    assert log.done_count == whole
    log.append([line(whole)])
    log.close()

    again = ItemLog(path)
    assert again.done_count == whole + 1
    assert again.read(whole)["i"] == whole
    again.close()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="cannot be opened"):
        ItemLog(tmp_path / "file" / "items.jsonl")

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import EndpointError, RetryableError, RunFolderError
from corpusmith.llm import Reply, Request, Usage
from corpusmith.llm.journal import Journal


def asked(number: int) -> Request:
    return Request(kind="text", model="m", endpoint="e", prompt=f"question {number}", attempt=number % 3)


def replied(number: int) -> Reply:
    raw = f'{{"text": "answer {number}", "more": "{"é" * (number % 7)}"}}'.encode()
    return Reply(text=f"answer {number}", usage=Usage(number, 2 * number), latency=0.25, raw=raw)


def accept(journal: Journal, *numbers: int, role: str = "default") -> None:
    for number in numbers:
        journal.accept(asked(number).key(), asked(number), replied(number), role)


def found(journal: Journal, *numbers: int) -> list[int]:
    return [n for n in numbers if journal.find(asked(n).key()) == replied(n).raw]


def segment(folder: Path, number: int = 1) -> Path:
    return folder / f"journal-{number:05d}.jsonl"


def lines_of(count: int) -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder))
        for number in range(count):
            if number % 4 == 3:
                journal.reject(asked(number).key(), EndpointError("no", kind="http_400", status=400, body="so"))
            else:
                accept(journal, number)
        journal.close()
        return segment(Path(folder)).read_bytes().splitlines(keepends=True)


LINES = lines_of(9)
WHOLE = b"".join(LINES)
ACCEPTED = [n for n in range(9) if n % 4 != 3]


def test_a_reply_is_found_at_once_and_after_reopening(tmp_path):
    journal = Journal(tmp_path)
    assert journal.find(asked(1).key()) is None
    accept(journal, 1, 2)
    assert found(journal, 1, 2, 3) == [1, 2]
    assert len(journal) == 2
    journal.close()

    again = Journal(tmp_path)
    assert found(again, 1, 2, 3) == [1, 2]
    assert (again.loaded, again.errors, again.damaged) == (2, 0, 0)
    accept(again, 3)
    assert found(again, 1, 2, 3) == [1, 2, 3]
    assert again.loaded == 2
    again.close()


def test_a_reply_is_on_disk_before_anything_else_happens(tmp_path):
    journal = Journal(tmp_path)
    accept(journal, 1)
    reader = Journal(tmp_path / "other", cache=[tmp_path])
    assert found(reader, 1) == [1]
    reader.close()
    journal.close()


@given(st.integers(0, len(WHOLE)), st.integers(20, 30))
def test_any_prefix_gives_back_every_whole_line_and_nothing_else(cut, new):
    """Wherever a write was torn: the whole lines before it are there, and the next reply follows them."""
    whole = WHOLE[:cut].count(b"\n")
    expected = [n for n in ACCEPTED if n < whole]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        segment(folder).write_bytes(WHOLE[:cut])
        journal = Journal(folder)
        assert found(journal, *range(9)) == expected
        assert [n for n in range(9) if journal.find(asked(n).key()) is not None] == expected
        assert (len(journal), journal.errors, journal.damaged) == (len(expected), whole - len(expected), 0)
        assert segment(folder).read_bytes() == b"".join(LINES[:whole])
        accept(journal, new)
        journal.close()
        again = Journal(folder)
        assert found(again, *range(40)) == [*expected, new]
        again.close()


garbage = st.binary(max_size=80).filter(lambda b: b"\n" not in b and not b.startswith(b'{"key":"'))
broken = st.tuples(st.sampled_from(LINES), st.integers(0, 500), st.binary(max_size=40)).map(
    lambda t: t[0][: t[1] % (len(t[0]) - 1)] + t[2].replace(b"\n", b" ") + b'"'
)


@given(st.lists(garbage | broken | st.sampled_from(range(len(LINES))), max_size=30))
def test_damage_hides_only_itself(parts):
    """Lines of garbage, broken lines and doubled lines between whole ones."""
    data = b"".join(LINES[part] if isinstance(part, int) else part + b"\n" for part in parts)
    expected = [n for n in ACCEPTED if n in parts]
    with tempfile.TemporaryDirectory() as name:
        segment(Path(name)).write_bytes(data)
        journal = Journal(Path(name))
        assert [n for n in range(9) if journal.find(asked(n).key()) is not None] == expected
        assert found(journal, *range(9)) == expected
        journal.close()
        assert segment(Path(name)).read_bytes() == data


def test_damaged_lines_are_counted_and_left_out_of_the_entries(tmp_path):
    no_key = LINES[1].replace(asked(1).key().encode(), b"-" + asked(1).key().encode()[1:])
    no_raw = b'{"key":"' + asked(2).key().encode() + b'","status":"ok","raw":5,"x":""}\n'
    data = [b"17\n", b"\n", b"no json\n", b'{"key": 1}\n', no_key, no_raw, LINES[0], LINES[2]]
    segment(tmp_path).write_bytes(b"".join(data))
    journal = Journal(tmp_path)
    assert found(journal, 0, 1, 2) == [0, 2]
    assert journal.damaged == 4
    assert [e["key"] for e in journal.entries()][-2:] == [asked(0).key(), asked(2).key()]
    assert len(list(journal.entries())) == 5
    journal.close()


def test_a_doubled_key_is_answered_by_the_first_whole_line(tmp_path):
    torn = LINES[1].replace(b'"latency":', b'"latency"')
    assert torn != LINES[1]
    segment(tmp_path).write_bytes(torn + LINES[1] + LINES[1])
    journal = Journal(tmp_path)
    assert found(journal, 1) == [1]
    journal.close()


def test_keys_that_begin_alike_are_told_apart(tmp_path):
    """The index knows only the first half of a key."""
    journal = Journal(tmp_path)
    keys = ["a" * 16 + digit * 16 for digit in "012"]
    for number, key in enumerate(keys[:2]):
        journal.accept(key, asked(number), replied(number), "default")
    assert [journal.find(key) for key in keys] == [replied(0).raw, replied(1).raw, None]
    journal.close()


def test_a_reply_longer_than_a_read_is_found_whole(tmp_path):
    journal = Journal(tmp_path)
    raw = b'"' + b"x" * 3_000_000 + b'"'
    journal.accept(asked(1).key(), asked(1), Reply(text="", raw=raw), "default")
    accept(journal, 2)
    assert journal.find(asked(1).key()) == raw
    journal.close()
    again = Journal(tmp_path)
    assert again.find(asked(1).key()) == raw
    assert found(again, 2) == [2]
    again.close()


def test_errors_are_kept_to_be_read_and_never_replayed(tmp_path):
    journal = Journal(tmp_path)
    error = RetryableError("it said 503", kind="http_503", status=503, body="b" * 2000)
    journal.reject(asked(1).key(), error)
    assert journal.find(asked(1).key()) is None
    journal.close()
    again = Journal(tmp_path)
    assert again.find(asked(1).key()) is None
    assert (again.errors, len(again)) == (1, 0)
    (entry,) = again.entries()
    assert (entry["status"], entry["error"], entry["http"], entry["message"]) == (
        "error",
        "http_503",
        503,
        "it said 503",
    )
    assert entry["body"] == "b" * 500
    accept(again, 1)
    assert found(again, 1) == [1]
    again.close()


def test_what_was_spent_is_summed_by_role_from_the_runs_own_segments(tmp_path):
    other = Journal(tmp_path / "other")
    accept(other, 9, role="default")
    other.close()
    journal = Journal(tmp_path / "own", segment_bytes=300)
    accept(journal, 1, 2)
    accept(journal, 3, role="judge")
    journal.reject(asked(4).key(), EndpointError("no", kind="http_400"))
    assert journal.spent == {}
    journal.close()

    again = Journal(tmp_path / "own", cache=[tmp_path / "other"])
    assert again.spent == {"default": [2, 3, 6], "judge": [1, 3, 6]}
    assert found(again, 1, 2, 3, 9) == [1, 2, 3, 9]
    again.close()


def test_segments_follow_one_another(tmp_path):
    journal = Journal(tmp_path, segment_bytes=500)
    accept(journal, *range(10))
    assert found(journal, *range(10)) == list(range(10))
    journal.close()
    sizes = [path.stat().st_size for path in sorted(tmp_path.iterdir())]
    assert len(sizes) > 2
    assert all(0 < size <= 500 for size in sizes)

    again = Journal(tmp_path, segment_bytes=500)
    accept(again, 10, 11)
    assert found(again, *range(13)) == list(range(12))
    assert [e["key"] for e in again.entries()] == [asked(n).key() for n in range(12)]
    again.close()


def test_a_line_longer_than_a_segment_has_one_of_its_own(tmp_path):
    journal = Journal(tmp_path, segment_bytes=10)
    accept(journal, 1, 2)
    assert found(journal, 1, 2) == [1, 2]
    journal.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal-00001.jsonl.zst", "journal-00002.jsonl"]


def test_a_cache_is_only_read(tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    segment(cache).write_bytes(WHOLE + b'{"key":"torn')
    before = segment(cache).read_bytes()
    journal = Journal(tmp_path / "own", cache=[cache, tmp_path / "missing"])
    assert found(journal, *range(9)) == ACCEPTED
    assert journal.spent == {}
    accept(journal, 30)
    journal.close()
    assert segment(cache).read_bytes() == before
    assert [p.name for p in cache.iterdir()] == ["journal-00001.jsonl"]

    alone = Journal(tmp_path / "own")
    assert found(alone, *range(40)) == [30]
    alone.close()


def test_files_with_other_names_are_not_segments(tmp_path):
    (tmp_path / "journal-00001 (copy).jsonl").write_bytes(WHOLE)
    (tmp_path / "journal-old.jsonl").write_bytes(WHOLE)
    journal = Journal(tmp_path)
    assert len(journal) == 0
    journal.close()


async def test_durable_waits_and_close_can_be_repeated(tmp_path):
    journal = Journal(tmp_path)
    accept(journal, 1)
    await journal.durable()
    journal.close()
    journal.close()
    assert segment(tmp_path).read_bytes().count(b"\n") == 1


async def test_a_closed_journal_takes_nothing_more(tmp_path):
    journal = Journal(tmp_path)
    accept(journal, 1)
    journal.close()
    with pytest.raises(RunFolderError, match="closed"):
        accept(journal, 2)
    with pytest.raises(RunFolderError, match="closed"):
        await journal.durable()

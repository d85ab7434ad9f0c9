"""Full segments are packed: whatever the moment a process ended at, every reply is there once, and none is lost."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.llm import Reply, Request, Usage
from corpusmith.llm.journal import Journal
from corpusmith.llm.segments import FRAME_BYTES, PlainSegment, SealedSegment, seal


def asked(number: int) -> Request:
    return Request(kind="text", model="m", endpoint="e", prompt=f"question {number}")


def replied(number: int, size: int = 50) -> Reply:
    return Reply(text="", usage=Usage(1, 2), raw=f'{{"text": "{number} {"é" * (number % size)}"}}'.encode())


def accept(journal: Journal, *numbers: int) -> None:
    for number in numbers:
        journal.accept(asked(number).key(), asked(number), replied(number), "default")


def found(journal: Journal, *numbers: int) -> list[int]:
    return [n for n in numbers if journal.find(asked(n).key()) == replied(n).raw]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_full_segment_is_sealed_while_the_run_goes_on(tmp_path):
    journal = Journal(tmp_path, segment_bytes=2000)
    for number in range(60):
        accept(journal, number)
        assert found(journal, *range(number + 1)) == list(range(number + 1))
    journal.close()

    *full, last = names(tmp_path)
    assert len(full) > 3
    assert all(name.endswith(".jsonl.zst") for name in full)
    assert last.endswith(".jsonl")
    # Anybody can read them: frames one after the other are what `zstdcat` takes.
    lines = b"".join(zstd.decompress((tmp_path / name).read_bytes()) for name in full)
    assert lines.count(b"\n") + (tmp_path / last).read_bytes().count(b"\n") == 60

    again = Journal(tmp_path, segment_bytes=2000)
    assert found(again, *range(70)) == list(range(60))
    assert again.spent == {"default": [60, 60, 120]}
    assert [entry["key"] for entry in again.entries()] == [asked(n).key() for n in range(60)]
    accept(again, *range(60, 70))
    assert found(again, *range(70)) == list(range(70))
    again.close()


def whole(count: int, segment_bytes: int) -> dict[str, bytes]:
    """The plain segments of so many replies, by name."""
    with tempfile.TemporaryDirectory() as name:
        journal = Journal(Path(name), segment_bytes=10**9)
        accept(journal, *range(count))
        journal.close()
        lines = (Path(name) / "journal-00001.jsonl").read_bytes().splitlines(keepends=True)
    segments = [b""]
    for line in lines:
        if segments[-1] and len(segments[-1]) + len(line) > segment_bytes:
            segments.append(b"")
        segments[-1] += line
    return {f"journal-{number:05d}.jsonl": data for number, data in enumerate(segments, 1)}


WHOLE = whole(40, 2000)
STATES = ("plain", "half packed", "both", "sealed")


@given(st.lists(st.sampled_from(STATES), min_size=len(WHOLE), max_size=len(WHOLE)), st.integers(0, 30))
def test_killed_at_any_moment_of_sealing(states, torn):
    """Before, while it packs, between the rename and the removal, after; and the last line torn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for (file, data), state in zip(WHOLE.items(), states, strict=True):
            last = file == max(WHOLE)
            packed = zstd.compress(data, 1)
            if state in ("plain", "half packed", "both") or last:
                (folder / file).write_bytes(data[: len(data) - torn] if last else data)
            if state == "half packed" and not last:
                (folder / f"{file}.zst.part").write_bytes(packed[:-5])
            if state in ("both", "sealed") and not last:
                (folder / f"{file}.zst").write_bytes(packed)

        journal = Journal(folder)
        everything = found(journal, *range(40))
        assert everything == list(range(39 if torn else 40))
        assert (len(journal), journal.damaged) == (len(everything), 0)
        assert journal.spent["default"][0] == len(everything)
        accept(journal, 50)
        assert found(journal, 50) == [50]
        journal.close()
        # Nothing is left half done.
        assert names(folder) == [f"{file}.zst" for file in list(WHOLE)[:-1]] + [max(WHOLE)]
        again = Journal(folder)
        assert found(again, *range(60)) == [*everything, 50]
        again.close()


def test_sealed_segments_of_another_run_are_a_cache_and_are_not_touched(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for file, data in WHOLE.items():
        (other / file).write_bytes(data)
    first = other / "journal-00001.jsonl"
    seal(first).close()
    before = {path.name: path.read_bytes() for path in other.iterdir()}
    assert "journal-00001.jsonl.zst" in before

    journal = Journal(tmp_path / "own", cache=[other])
    assert found(journal, *range(40)) == list(range(40))
    assert len(journal) == 40
    assert journal.spent == {}
    journal.close()
    assert {path.name: path.read_bytes() for path in other.iterdir()} == before


def test_a_journal_of_nothing_but_sealed_segments_is_gone_on_with(tmp_path):
    for file, data in WHOLE.items():
        (tmp_path / file).write_bytes(data)
        seal(tmp_path / file).close()
        (tmp_path / file).unlink()
    journal = Journal(tmp_path)
    accept(journal, 41)
    assert found(journal, *range(42)) == [*range(40), 41]
    journal.close()
    assert names(tmp_path)[-1] == f"journal-{len(WHOLE) + 1:05d}.jsonl"


def test_a_damaged_frame_hides_what_follows_in_its_segment_and_is_counted(tmp_path):
    files = list(WHOLE.items())
    packed = zstd.compress(files[0][1], 1)
    (tmp_path / f"{files[0][0]}.zst").write_bytes(packed[: len(packed) // 2])
    (tmp_path / f"{files[1][0]}.zst").write_bytes(zstd.compress(files[1][1], 1) + b"no frame at all")
    (tmp_path / files[2][0]).write_bytes(files[2][1])
    journal = Journal(tmp_path)
    inside = [n for n in range(40) if asked(n).key().encode() in files[1][1] + files[2][1]]
    assert found(journal, *range(40)) == inside
    assert journal.damaged == 2
    journal.close()


def test_where_there_is_no_room_to_seal_the_plain_segment_stays(tmp_path):
    for file, data in WHOLE.items():
        (tmp_path / file).write_bytes(data)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        journal = Journal(tmp_path)
        assert found(journal, *range(40)) == list(range(40))
        journal.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(tmp_path) == list(WHOLE)

    journal = Journal(tmp_path)
    assert found(journal, *range(40)) == list(range(40))
    journal.close()
    assert names(tmp_path) == [f"{file}.zst" for file in list(WHOLE)[:-1]] + [max(WHOLE)]


@given(st.lists(st.binary(max_size=300).map(lambda b: b.replace(b"\n", b" ")), min_size=1, max_size=40))
def test_a_line_has_the_same_place_in_both_kinds(lines):
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "journal-00001.jsonl"
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        plain, sealed = PlainSegment(path), seal(path)
        again = SealedSegment(path.with_name(path.name + ".zst"))
        assert list(plain.lines()) == list(sealed.lines()) == list(again.lines()) == [line + b"\n" for line in lines]
        place = 0
        for line in lines:
            assert plain.line(place) == sealed.line(place) == again.line(place) == line
            place += len(line) + 1
        for segment in (plain, sealed, again):
            segment.close()


def test_many_frames(tmp_path):
    path = tmp_path / "journal-00001.jsonl"
    lines = [bytes([65 + n % 26]) * (n * 997 % 60_000) for n in range(100)]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    assert path.stat().st_size > 5 * FRAME_BYTES
    sealed = seal(path)
    place = 0
    for line in lines:
        assert sealed.line(place) == line
        place += len(line) + 1
    assert list(sealed.lines()) == [line + b"\n" for line in lines]
    sealed.close()


@pytest.mark.parametrize("name", ["journal-1.jsonl", "journal-00001.jsonl.gz", "journal-00001.jsonl.zst.part", "x.zst"])
def test_files_with_other_names_are_not_segments(tmp_path, name):
    (tmp_path / name).write_bytes(WHOLE["journal-00001.jsonl"])
    journal = Journal(tmp_path)
    assert len(journal) == 0
    journal.close()


def test_a_bit_that_flipped_is_noticed(tmp_path):
    path = tmp_path / "journal-00001.jsonl"
    path.write_bytes(WHOLE["journal-00001.jsonl"])
    seal(path).close()
    path.unlink()
    sealed = path.with_name(path.name + ".zst")
    packed = bytearray(sealed.read_bytes())
    packed[len(packed) // 2] ^= 1
    sealed.write_bytes(packed)
    journal = Journal(tmp_path)
    assert (len(journal), journal.damaged) == (0, 1)
    journal.close()

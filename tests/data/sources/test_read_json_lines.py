"""JSON Lines: good lines become rows, bad ones are reported with their number, and nothing is lost."""

import gzip
import json
import math
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import SourceRow
from corpusmith.core.errors import SourceError
from corpusmith.data.sources import Unreadable, open_source


def read(path, **options):
    return list(open_source(path, **options))


def test_broken_lines_cost_only_themselves(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_bytes(b'{"a": 1}\n\n{"a": \n[1, 2]\n\xff\xfe{"a"}\n{"a": "caf\xe9"}\n{"a": "\\ud83d"}\n{"a": 2}')
    entries = read(path)
    assert [e.key for e in entries if isinstance(e, SourceRow)] == ["seeds.jsonl:1", "seeds.jsonl:8"]
    wrong = {e.key: e.message for e in entries if isinstance(e, Unreadable)}
    assert list(wrong) == [f"seeds.jsonl:{n}" for n in (3, 4, 5, 6, 7)]
    assert "not valid JSON" in wrong["seeds.jsonl:3"]
    assert wrong["seeds.jsonl:4"] == "it is a list, not an object"
    assert wrong["seeds.jsonl:6"] == "not UTF-8: byte 0xe9 at position 10"
    assert "surrogate" in wrong["seeds.jsonl:7"]


def test_nan_is_read_and_deep_nesting_is_not(tmp_path):
    path = tmp_path / "seeds.jsonl"
    deep = b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}"
    deeper = b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    path.write_bytes(b'{"a": NaN}\n' + deep + b"\n" + deeper + b"\n")
    nan, *rest = read(path)
    assert math.isnan(nan.fields["a"])
    assert [type(entry) for entry in rest] == [Unreadable, Unreadable]
    assert "nested" in rest[0].message


def test_byte_order_mark_and_windows_line_ends(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a": "x"}\r\n{"a": "y"}\r\n')
    assert [row.fields for row in read(path)] == [{"a": "x"}, {"a": "y"}]


def test_utf16_is_named(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_text('{"a": 1}\n', encoding="utf-16")
    with pytest.raises(SourceError, match="UTF-16"):
        read(path)


def test_gzip_and_a_cut_gzip(tmp_path):
    path = tmp_path / "seeds.jsonl.gz"
    packed = gzip.compress(b"".join(b'{"n": %d}\n' % n for n in range(5000)))
    path.write_bytes(packed)
    rows = read(path)
    assert (len(rows), rows[-1]) == (5000, SourceRow("seeds.jsonl.gz:5000", {"n": 4999}))
    path.write_bytes(packed[:-200])
    with pytest.raises(SourceError, match="cannot be read to its end"):
        read(path)


def test_a_json_list_under_this_name(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_text('[\n{"a": 1},\n{"a": 2}\n]')
    assert [row.fields["a"] for row in read(path)] == [1, 2]


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "big.jsonl"
    line = json.dumps({"text": "x" * 2000}).encode() + b"\n"
    path.write_bytes(line * 10_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_source(path)) == 10_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


objects = st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.floats() | st.text())
lines = st.one_of(
    objects.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=30).map(lambda data: data.replace(b"\n", b"")),
    st.just(b""),
    st.lists(st.integers()).map(lambda value: json.dumps(value).encode()),
)


@given(st.lists(lines, max_size=12))
def test_good_and_unreadable_make_all_lines(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("lines") / "f.jsonl"
    path.write_bytes(b'{"first": true}\n' + b"\n".join(content))
    entries = read(path)
    filled = [number for number, line in enumerate(path.read_bytes().split(b"\n"), 1) if line.strip()]
    assert [entry.key for entry in entries] == [f"f.jsonl:{number}" for number in filled]
    for entry in entries:
        if isinstance(entry, SourceRow):
            json.dumps(entry.fields).encode()

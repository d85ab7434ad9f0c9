"""Opening sources: every format, folders, run folders, columns, limits, and what is said when it cannot be."""

import gzip
import json
import os
import subprocess
import sys

import pytest

from corpusmith.core import SourceRow
from corpusmith.core.errors import SourceError, UsageError
from corpusmith.data.dataset import write_dataset
from corpusmith.data.sources import Unreadable, open_source, parse_columns

ROWS = [{"q": "one", "n": 1}, {"q": "two", "n": 2}]


def fields(source):
    return [entry.fields for entry in source if isinstance(entry, SourceRow)]


@pytest.mark.parametrize(
    "document",
    [
        ROWS,
        {"q": ["one", "two"], "n": [1, 2]},
        {"version": "1", "data": ROWS},
        {"train": ROWS, "test": ROWS},
        {"about": "x", "anything": ROWS},
    ],
    ids=["list", "columns", "data", "usual name among several", "only list"],
)
def test_json_documents(tmp_path, document):
    path = tmp_path / "d.json"
    path.write_text(json.dumps(document))
    source = open_source(path)
    assert fields(source) == ROWS
    assert fields(source) == ROWS, "a source can be read again"
    assert [entry.key for entry in source] == ["d.json:1", "d.json:2"]


def test_json_objects_of_objects_and_single_objects(tmp_path):
    path = tmp_path / "d.json"
    path.write_text(json.dumps({"id7": {"q": "one"}, "id8": {"q": "two", "key": "own"}}))
    assert fields(open_source(path)) == [{"key": "id7", "q": "one"}, {"key": "own", "q": "two"}]
    path.write_text(json.dumps({"q": "one", "tags": ["a", "b"]}))
    assert fields(open_source(path)) == [{"q": "one", "tags": ["a", "b"]}]


def test_json_lines_under_the_name_json(tmp_path):
    path = tmp_path / "d.json"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    assert fields(open_source(path)) == ROWS


def test_json_with_elements_that_are_no_rows(tmp_path):
    path = tmp_path / "d.json"
    path.write_text('[{"a": 1}, 5, {"a": "\\ud800"}, {"a": 2}]')
    assert [type(entry) for entry in open_source(path)] == [SourceRow, Unreadable, Unreadable, SourceRow]


def test_json_with_two_unnamed_lists_is_ambiguous(tmp_path):
    path = tmp_path / "d.json"
    path.write_text(json.dumps({"left": ROWS, "right": ROWS[:1]}))
    with pytest.raises(UsageError, match="several lists of objects: left, right"):
        list(open_source(path))


def test_broken_json_document(tmp_path):
    path = tmp_path / "d.json"
    path.write_text('[\n{"a": 1},\n{"a": }\n]')
    with pytest.raises(SourceError, match="line 3, column 7"):
        list(open_source(path))


def test_csv_with_line_breaks_wrong_widths_and_bad_bytes(tmp_path):
    path = tmp_path / "d.csv"
    path.write_bytes(b'q,a,q,\n"one\nmore","x, ""y""",r,s\n\nshort,1\ncaf\xe9,1,2,3\nlast,,3,4\n')
    entries = list(open_source(path))
    assert entries[0] == SourceRow("d.csv:2", {"q": "one\nmore", "a": 'x, "y"', "q_3": "r", "column_4": "s"})
    assert entries[1] == Unreadable("d.csv:5", "2 cells where the header has 4")
    assert entries[2] == Unreadable("d.csv:6", "not UTF-8")
    assert entries[3] == SourceRow("d.csv:7", {"q": "last", "a": "", "q_3": "3", "column_4": "4"})


def test_csv_with_semicolons_and_a_huge_cell(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("q;a\n" + "x" * 300_000 + ";y\n")
    assert [len(row["q"]) for row in fields(open_source(path))] == [300_000]


def test_tsv_keeps_stray_quotes_and_understands_quoted_cells(tmp_path):
    path = tmp_path / "d.tsv"
    path.write_text('q\ta\n"Well\tsaid "so"\n"a ""b"""\tplain\n')
    assert fields(open_source(path)) == [{"q": '"Well', "a": 'said "so"'}, {"q": 'a "b"', "a": "plain"}]
    path.write_text('q\ta\n"two\nlines"\tx\n')
    assert fields(open_source(path)) == [{"q": "two\nlines", "a": "x"}]


def test_documents(tmp_path):
    (tmp_path / "b.md").write_text("# Title\n")
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.txt").write_text("three")
    (tmp_path / "blank.md").write_text("\n")
    entries = list(open_source(tmp_path))
    assert [entry.key for entry in entries] == ["a.txt:1", "b.md:1", "blank.md:1", "deep/c.txt:1"]
    assert entries[0].fields == {"text": "one\ntwo"}
    assert isinstance(entries[2], Unreadable)
    assert fields(open_source(tmp_path / "b.md")) == [{"text": "# Title\n"}]


def test_shards_leave_descriptions_and_readmes_out(tmp_path):
    (tmp_path / "README.md").write_text("about")
    (tmp_path / "dataset_info.json").write_text("{}")
    (tmp_path / ".hidden.jsonl").write_text('{"q": "no"}\n')
    (tmp_path / "b.jsonl").write_text('{"q": 2}\n')
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as file:
        file.write('{"q": 1}\n')
    (tmp_path / "b.jsonl").rename(tmp_path / "b.ndjson")
    (tmp_path / "c.csv").write_text("q\n3\n")
    with pytest.raises(UsageError, match=r"several formats \(1 \.csv, 2 \.jsonl\)"):
        open_source(tmp_path)
    (tmp_path / "c.csv").unlink()
    assert fields(open_source(tmp_path)) == [{"q": 1}, {"q": 2}]


def test_parquet_values_become_plain(tmp_path):
    import datetime
    import decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "when": [datetime.datetime(2024, 5, 1, 12), None],
            "price": [decimal.Decimal("1.50"), None],
            "raw": [b"text", b"\xff"],
            "nested": [{"list": [1, 2]}, {"list": []}],
        }
    )
    pq.write_table(table, tmp_path / "d.parquet", row_group_size=1)
    assert list(open_source(tmp_path / "d.parquet")) == [
        SourceRow(
            "d.parquet:1", {"when": "2024-05-01T12:00:00", "price": "1.50", "raw": "text", "nested": {"list": [1, 2]}}
        ),
        SourceRow("d.parquet:2", {"when": None, "price": None, "raw": "/w==", "nested": {"list": []}}),
    ]
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 this is not it")
    with pytest.raises(SourceError, match="cannot be read as Parquet"):
        list(open_source(tmp_path / "bad.parquet"))


def test_a_run_folder_stands_for_its_kept_rows(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(SourceError, match="a run without a dataset"):
        open_source(tmp_path)
    write_dataset(ROWS, tmp_path / "dataset")
    (tmp_path / "dataset" / "README.md").write_text("card")
    (tmp_path / "dropped.jsonl").write_text('{"q": "dropped"}\n')
    assert fields(open_source(tmp_path)) == ROWS


def test_what_is_not_there(tmp_path):
    (tmp_path / "passages.jsonl").write_text("{}\n")
    with pytest.raises(UsageError, match=r"Did you mean .*passages\.jsonl") as caught:
        open_source("passage.jsonl", base=tmp_path)
    assert caught.value.exit_code == 2
    with pytest.raises(UsageError, match="nearest folder that exists"):
        open_source(tmp_path / "no" / "such" / "file.jsonl")
    (tmp_path / "model.pkl").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"extension \.pkl.*\.jsonl"):
        open_source(tmp_path / "model.pkl")
    (tmp_path / "table.parquet.gz").write_bytes(b"x")
    with pytest.raises(UsageError, match="no data format"):
        open_source(tmp_path / "table.parquet.gz")
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(SourceError, match="is empty"):
        open_source(tmp_path / "empty.jsonl")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SourceError, match="no data in the folder"):
        open_source(tmp_path / "folder")
    with pytest.raises(UsageError, match="the limit 0"):
        open_source(tmp_path / "passages.jsonl", limit=0)


@pytest.mark.parametrize(
    ("name", "text"), [("d.jsonl", "\n \n"), ("d.csv", "q,a\n"), ("d.json", "[]"), ("e.json", " ")]
)
def test_files_that_hold_no_rows(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError, match="holds no rows"):
        list(open_source(tmp_path / name))


def test_limit_counts_rows_only(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text('{"n": 1}\noops\n{"n": 2}\n{"n": 3}\n')
    assert [entry.key for entry in open_source(path, limit=2)] == ["d.jsonl:1", "d.jsonl:2", "d.jsonl:3"]


def test_columns_are_renamed_and_the_others_stay(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text('{"prompt": "p", "id": 1, "instances": [{"output": "o"}]}\n{"id": 2}\n')
    source = open_source(path, columns=parse_columns("instruction=prompt, output=instances.0.output"))
    first, second = source
    assert first.fields == {"id": 1, "instances": [{"output": "o"}], "instruction": "p", "output": "o"}
    assert second == Unreadable("d.jsonl:2", "there is no column 'prompt' in this row")


def test_columns_can_be_swapped(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text('{"a": 1, "b": 2}\n')
    assert fields(open_source(path, columns={"a": "b", "b": "a"})) == [{"a": 2, "b": 1}]


def test_a_column_that_does_not_exist(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text('{"prompt": "p"}\n{"answer": "a"}\n')
    with pytest.raises(UsageError, match=r"no column 'promt' .*: prompt, answer\. Did you mean instruction=prompt\?"):
        list(open_source(path, columns={"instruction": "promt"}))


@pytest.mark.parametrize("text", ["instruction", "=x", "a=", "a=b,a=c"])
def test_mappings_that_cannot_be_read(text):
    with pytest.raises(UsageError):
        parse_columns(text)


def test_fingerprint_follows_content_and_names(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text('{"a": 1}\n')
    first = open_source(path).fingerprint()
    assert open_source(path, limit=1, columns={"b": "a"}).fingerprint() == first
    path.write_text('{"a": 2}\n')
    changed = open_source(path).fingerprint()
    path.rename(tmp_path / "e.jsonl")
    assert len({first, changed, open_source(tmp_path / "e.jsonl").fingerprint()}) == 3


def test_shapes_that_are_no_hub_names():
    for name in ("hf:", "hf:a:b:c:d", "hf:a:"):
        with pytest.raises(UsageError, match="hf:NAME"):
            open_source(name)


def python(code, **environment):
    """Run code in a fresh interpreter and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_reading_text_formats_imports_no_heavy_library(tmp_path):
    (tmp_path / "d.jsonl").write_text('{"a": 1}\n')
    (tmp_path / "d.csv").write_text("a\n1\n")
    code = f"""
import sys
from corpusmith.data.sources import open_source, rows_from
for name in ("d.jsonl", "d.csv"):
    source = open_source({str(tmp_path)!r} + "/" + name)
    assert len(list(source)) == 1 and source.fingerprint()
assert len(list(rows_from([{{"a": 1}}]))) == 1
print([name for name in ("datasets", "pandas", "polars", "pyarrow", "numpy") if name in sys.modules])
"""
    assert python(code).strip() == "[]"


def test_hub_names_through_datasets_without_a_network(tmp_path):
    folder = tmp_path / "set"
    write_dataset([{"q": f"q{n}", "n": n} for n in range(4)], folder, validation=0.25)
    code = f"""
from corpusmith.core.errors import CorpusmithError
from corpusmith.data.sources import open_source
source = open_source("hf:{folder}:validation")
print([(row.key.rsplit("/")[-1], sorted(row.fields)) for row in source], source.fingerprint() == source.fingerprint())
print(len(list(open_source("hf:{folder}"))))
for name in ("hf:nobody/nothing-here", "hf:{folder}:nosplit"):
    try:
        list(open_source(name))
    except CorpusmithError as error:
        print(type(error).__name__, str(error).splitlines())
"""
    first, train, offline, split = python(code, HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path / "cache")).splitlines()
    assert first == "[('set:validation:1', ['n', 'q'])] True"
    assert train == "3"
    assert offline.startswith("SourceError")
    assert "nobody/nothing-here" in offline
    assert "Offline" in offline
    assert split.startswith("SourceError")
    assert "nosplit" in split

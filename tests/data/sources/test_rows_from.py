"""Data in memory as a source: whatever holds rows, recognised without importing its library."""

import datetime
import subprocess
import sys

import pytest

from corpusmith.core import InstructionRecord, Origin, SourceRow
from corpusmith.core.errors import UsageError
from corpusmith.data.sources import Unreadable, rows_from


def fields(source):
    return [entry.fields for entry in source]


def test_lists_generators_and_paths(tmp_path):
    rows = [{"a": 1}, {"a": datetime.date(2024, 1, 2)}]
    assert fields(rows_from(rows)) == [{"a": 1}, {"a": "2024-01-02"}]
    once = rows_from(row for row in rows)
    assert fields(once) == fields(once) == fields(rows_from(rows))
    assert [entry.key for entry in once] == ["rows:1", "rows:2"]
    (tmp_path / "d.jsonl").write_text('{"a": 1}\n')
    assert fields(rows_from(str(tmp_path / "d.jsonl"), columns={"b": "a"})) == [{"b": 1}]


def test_records_and_source_rows():
    record = InstructionRecord(instruction="i", output="o", origin=Origin(builder="import"))
    row = SourceRow("own.jsonl:7", {"a": 1})
    first, second = rows_from([record, row])
    assert first.fields["instruction"] == "i"
    assert second is row


def test_elements_that_are_no_rows_are_reported():
    entries = list(rows_from([{"a": object()}, 5, {"a": "\ud800"}, {"a": 1}]))
    assert [type(entry) for entry in entries] == [Unreadable, Unreadable, Unreadable, SourceRow]
    assert entries[0].message == "it holds a object, which has no JSON form"


def test_pandas_polars_and_arrow():
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    expected = [{"a": 1, "b": "x", "c": 0.5}, {"a": 2, "b": None, "c": None}]
    columns = {"a": [1, 2], "b": ["x", None], "c": [0.5, None]}
    for table in (pd.DataFrame(columns), pl.DataFrame(columns), pl.LazyFrame(columns), pa.table(columns)):
        found = fields(rows_from(table))
        assert found == expected, type(table)
        assert {type(value) for row in found for value in row.values()} <= {int, str, float, type(None)}


def test_datasets_and_split_dictionaries(tmp_path):
    code = """
import datasets
from corpusmith.core.errors import UsageError
from corpusmith.data.sources import rows_from
data = datasets.Dataset.from_list([{"a": 1}, {"a": 2}])
print([row.fields for row in rows_from(data)], [row.fields for row in rows_from(data.to_iterable_dataset())])
try:
    rows_from(datasets.DatasetDict({"train": data}))
except UsageError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == "[{'a': 1}, {'a': 2}] [{'a': 1}, {'a': 2}]"
    assert "several splits: train" in second


@pytest.mark.parametrize("value", [5, {"a": [1]}, b"bytes", None])
def test_what_holds_no_rows(value):
    with pytest.raises(UsageError, match="not data that rows can be taken from"):
        rows_from(value)


def test_limit_and_fingerprint():
    rows = [{"a": n} for n in range(5)]
    assert len(list(rows_from(rows, limit=2))) == 2
    assert rows_from(rows).fingerprint() == rows_from(tuple(rows)).fingerprint()
    assert rows_from(rows).fingerprint() != rows_from(rows[:4]).fingerprint()
    assert fields(rows_from(rows_from(rows, columns={"b": "a"}), limit=1)) == [{"b": 0}]

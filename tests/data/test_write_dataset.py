"""The data set on disk: types over all rows, splits that keep sources together, equal bytes, nothing lost."""

import json
import os
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpusmith.core import InstructionRecord, Origin, RowRecord
from corpusmith.core.errors import SourceError, UsageError
from corpusmith.data.dataset import write_dataset
from corpusmith.data.rows import dataset_row
from corpusmith.data.sources import open_source


def line(record):
    return {"id": record.id, "record": record.model_dump(mode="json"), "row": 0, "reason": None, "check": None}


def instruction(number, source):
    return line(InstructionRecord(instruction=f"q{number}", output="a", origin=Origin(builder="x", source=source)))


def free(fields, seed=None):
    return line(RowRecord(fields=fields, seed=seed or {}, origin=Origin(builder="map", source="s.jsonl:1")))


def read(folder, split="train"):
    import pyarrow.parquet as pq

    files = sorted((folder / "data").glob(f"{split}-*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def content(folder):
    return {path.name: path.read_bytes() for path in (folder / "data").iterdir()}


def test_instruction_rows(tmp_path):
    info = write_dataset([instruction(1, "p.jsonl:1"), instruction(2, "p.jsonl:2")], tmp_path)
    assert info.splits == {"train": 2}
    assert info.files == ("data/train-00000-of-00001.parquet",)
    assert info.bytes == (tmp_path / info.files[0]).stat().st_size
    assert info.json_columns == ()
    first = read(tmp_path)[0]
    assert list(first) == list(info.features)
    assert list(first)[-2:] == ["record_id", "origin"]
    assert (first["instruction"], first["input"], first["system"], first["task"]) == ("q1", "", None, [])
    assert json.loads(first["origin"])["source"] == "p.jsonl:1"
    assert info.features["task"] == "list<item: string>"


def test_free_rows_keep_the_seed_apart(tmp_path):
    write_dataset([free({"answer": 1}, {"text": "t"}), free({"answer": 2, "extra": [True]})], tmp_path)
    first, second = read(tmp_path)
    assert (first["answer"], first["extra"], first["seed"]) == (1, None, {"text": "t"})
    assert (second["answer"], second["extra"], second["seed"]) == (2, [True], None)


def test_reply_fields_with_our_names_are_renamed():
    row = dataset_row(free({"seed": 1, "origin": 2, "reply_seed": 3, "a": 4}, {"text": "t"}))
    assert row["seed"] == {"text": "t"}
    assert (row["reply_reply_seed"], row["reply_origin"], row["reply_seed"], row["a"]) == (1, 2, 3, 4)


def test_columns_of_mixed_types_become_json_text(tmp_path):
    rows = [{"a": 1, "b": 1, "c": {"x": 1, "y": {}}}, {"a": "one", "b": 2.5, "c": {"x": [2], "y": {}}}, {"a": None}]
    info = write_dataset(rows, tmp_path)
    assert info.json_columns == ("a", "c.x", "c.y")
    assert [row["a"] for row in read(tmp_path)] == ["1", '"one"', None]
    assert [row["b"] for row in read(tmp_path)] == [1.0, 2.5, None]
    assert [row["c"] for row in read(tmp_path)] == [{"x": "1", "y": "{}"}, {"x": "[2]", "y": "{}"}, None]


def test_a_late_row_widens_the_type(tmp_path):
    rows = [{"a": 1} for _ in range(5000)] + [{"a": 1.5}]
    write_dataset(rows, tmp_path)
    assert read(tmp_path)[-1] == {"a": 1.5}
    write_dataset([*rows, {"a": 2**60}], tmp_path)
    assert read(tmp_path)[-2:] == [{"a": "1.5"}, {"a": str(2**60)}], "no number loses digits"


def test_maps_in_disguise_become_json_text(tmp_path):
    info = write_dataset([{"counts": {f"word{n}-{m}": m for m in range(20)}} for n in range(50)], tmp_path)
    assert info.json_columns == ("counts",)


def test_text_that_is_no_unicode_is_mended(tmp_path):
    write_dataset([{"a": "ok"}, {"a": "half \ud83d, whole \U0001f600"}], tmp_path)
    assert read(tmp_path)[1]["a"] == "half �, whole \U0001f600"


def test_equal_rows_give_equal_bytes_from_any_kind_of_iterable(tmp_path):
    rows = [instruction(n, f"p.jsonl:{n}") for n in range(300)]
    file = tmp_path / "kept.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, given_rows in (("list", rows), ("file", file), ("once", iter(rows))):
        write_dataset(given_rows, tmp_path / name, validation=0.2, seed=3)
    assert content(tmp_path / "list") == content(tmp_path / "file") == content(tmp_path / "once")


def test_shards(tmp_path):
    info = write_dataset([{"n": n} for n in range(25)], tmp_path, rows_per_file=10)
    assert info.files == tuple(f"data/train-0000{n}-of-00003.parquet" for n in range(3))
    assert [row["n"] for row in read(tmp_path)] == list(range(25))


@given(
    sources=st.lists(st.integers(0, 12), min_size=1, max_size=60),
    share=st.floats(0.01, 0.9),
    seed=st.integers(0, 5),
)
def test_sources_never_straddle_the_splits(tmp_path_factory, sources, share, seed):
    folder = tmp_path_factory.mktemp("split")
    rows = [instruction(n, f"p.jsonl:{source}") for n, source in enumerate(sources)]
    info = write_dataset(rows, folder, validation=share, seed=seed)
    found = {
        split: [json.loads(row["origin"])["source"] for row in read(folder, split)] for split in ("train", "validation")
    }
    assert {split: len(keys) for split, keys in found.items() if keys} == info.splits
    assert sorted(found["train"] + found["validation"]) == sorted(f"p.jsonl:{source}" for source in sources)
    assert not set(found["train"]) & set(found["validation"])
    if len(set(sources)) > 1:
        assert found["train"]
        assert found["validation"]


def test_the_share_is_met_and_the_seed_decides(tmp_path):
    rows = [{"n": n} for n in range(1000)]
    for seed in (0, 1):
        assert write_dataset(rows, tmp_path / str(seed), validation=0.1, seed=seed).splits["validation"] == 100
    assert read(tmp_path / "0", "validation") != read(tmp_path / "1", "validation")
    by_tens = write_dataset(rows, tmp_path / "g", validation=0.1, groups=lambda row: str(row["n"] // 10))
    assert by_tens.splits == {"train": 900, "validation": 100}
    assert len({row["n"] // 10 for row in read(tmp_path / "g", "validation")}) == 10


@pytest.mark.parametrize("share", [-0.1, 1.0, 2.0])
def test_shares_out_of_range(tmp_path, share):
    with pytest.raises(UsageError, match="validation share"):
        write_dataset([], tmp_path, validation=share)


def test_no_rows(tmp_path):
    assert write_dataset([], tmp_path).splits == {"train": 0}
    assert list((tmp_path / "data").iterdir()) == []


def test_a_failure_leaves_the_old_data_and_no_debris(tmp_path):
    write_dataset([{"n": 1}], tmp_path)
    before = content(tmp_path)
    broken = tmp_path / "kept.jsonl"
    broken.write_text('{"n": 1}\n{"n": \n')
    with pytest.raises(SourceError, match=r"kept\.jsonl:2"):
        write_dataset(broken, tmp_path)
    assert content(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "kept.jsonl"]


def test_stale_shards_do_not_stay(tmp_path):
    write_dataset([{"n": n} for n in range(4)], tmp_path, rows_per_file=1, validation=0.5)
    write_dataset([{"n": 1}], tmp_path)
    assert list(content(tmp_path)) == ["train-00000-of-00001.parquet"]


def test_memory_stays_small(tmp_path):
    def lines():
        return ({"id": str(n), "text": f"{n} " * 200} for n in range(20_000))

    write_dataset([{"warm": "up"}], tmp_path / "warm")
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in lines()))
    tracemalloc.start()
    try:
        write_dataset(file, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert file.stat().st_size > 20_000_000
    assert peak < 16_000_000


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
tables = st.lists(st.dictionaries(st.sampled_from(["a", "b", "ü", "", "a.b"]), values, max_size=4), max_size=6)


def same(stored, given_value, path, json_places):
    if given_value is None or stored is None:
        return stored is given_value
    if path in json_places:
        return json.loads(stored) == given_value
    if isinstance(given_value, list):
        return len(stored) == len(given_value) and all(
            same(s, g, f"{path}[]", json_places) for s, g in zip(stored, given_value, strict=True)
        )
    if isinstance(given_value, dict):
        return set(given_value) <= set(stored) and all(
            same(member, given_value.get(name), f"{path}.{name}", json_places) for name, member in stored.items()
        )
    return stored == given_value and isinstance(stored, bool) == isinstance(given_value, bool)


@given(tables)
@example([{"a": {}}, {"a": None}])
@example([{"a": [[], [{}]]}])
@example([{"a": {"x": {}}}, {"a": {"x": {"y": []}}}])
@example([{"a": 1}, {"a": True}])
@example([{"a": 2**63}, {"a": 0.5}])
@example([{"a": [1, "x", None]}, {"a": -0.0}])
@example([{"a": ["", "ü", None]}])
def test_any_json_rows_come_back(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("any")
    info = write_dataset(rows, folder)
    columns = {name for row in rows for name in row}
    assert set(info.features) == columns
    if not columns:
        assert read(folder) == []
        return
    found = read(folder)
    assert len(found) == len(rows)
    for stored, row in zip(found, rows, strict=True):
        for name in columns:
            assert same(stored[name], row.get(name), name, info.json_columns), (name, stored, row)
    assert all(hasattr(entry, "fields") for entry in open_source(folder))


def test_datasets_loads_it_offline(tmp_path):
    rows = [instruction(n, f"p.jsonl:{n}") for n in range(20)] + [free({"q": 1, "m": {"k": []}}, {"t": "x", "n": None})]
    write_dataset(rows, tmp_path / "set", validation=0.2)
    (tmp_path / "set" / "README.md").write_text("---\nlicense: unknown\n---\n# Card\n")
    code = f"""
from datasets import load_dataset
found = load_dataset({str(tmp_path / "set")!r})
print({{name: split.num_rows for name, split in found.items()}}, found["train"].features["task"])
print(sorted(found["train"].to_pandas().columns) == sorted(found["train"].column_names))
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("{'train': 17, 'validation': 4}")
    assert second == "True"


def test_writing_does_not_import_pandas(tmp_path):
    code = f"""
import sys
from pathlib import Path
from corpusmith.data.dataset import write_dataset
write_dataset([{{"a": "x", "b": [1.5], "c": {{"d": True}}}}], Path({str(tmp_path)!r}), validation=0.5)
print([name for name in ("pandas", "datasets", "polars") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Splits: groups stay whole, the share is met, and a case is never parted from its original."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.records import AspectRecord, Origin
from corpusmith.data.dataset import write_dataset
from corpusmith.data.exporters import export_all
from corpusmith.data.sources.aspects import read_cases
from corpusmith.data.split import split_rows


def flat(cases):
    return [{"key": key, **case} for key, case in cases.items()]


def sentence_of(cases, key):
    return cases[cases[key]["id"]]["sentence"]


def test_a_case_never_straddles_its_original(cafe):
    cases = {**cafe.cases}
    # A second aspect of a sentence, and a sentence that stands there twice: both are one group.
    cases["d1_0"] = {**cases["c0_0"], "term": "music", "id": "d1_0"}
    cases["d1_0_adv1"] = {**cases["c0_0_adv1"], "id": "d1_0"}
    rows = flat(cases)
    split = split_rows(rows, validation=0.25, seed=5)
    parts = {name: [row["key"] for row in split.part(rows, name)] for name in split.rows}
    assert sorted(parts["train"] + parts["validation"]) == sorted(cases)
    assert {name: len(keys) for name, keys in parts.items()} == split.rows
    train, validation = ({sentence_of(cases, key) for key in parts[name]} for name in ("train", "validation"))
    assert not train & validation
    assert abs(split.rows["validation"] - 0.25 * len(cases)) <= 4
    assert split.rows == split_rows(rows[::-1], validation=0.25, seed=5).rows
    assert {split.of(row) for row in rows if row["id"] in ("c0_0", "d1_0")} in ({"train"}, {"validation"})
    other = split_rows(rows, validation=0.25, seed=6)
    assert [other.of(row) for row in rows] != [split.of(row) for row in rows]


def test_records_of_a_run_are_split_alike(cafe):
    read = read_cases(cafe.gold)
    lines = [
        {
            "id": case.id,
            "record": {**case.stored(), "origin": {"builder": "arts", "source": f"s{int(case.target[1:-2]) // 2}"}},
        }
        for case in read.cases
    ]
    split = split_rows(lines, validation=0.3, seed=1)
    sides = {}
    for line in lines:
        sides.setdefault(line["record"]["origin"]["source"], set()).add(split.of(line))
    assert {len(names) for names in sides.values()} == {1}
    assert split.rows["validation"] > 0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.booleans()), max_size=30), st.integers(0, 5))
def test_whatever_ties_cases_together_holds(ties, seed):
    rows = []
    for number, (sentence, target, is_original) in enumerate(ties):
        case = AspectRecord(
            origin=Origin(builder="arts"),
            sentence=f"Sentence {sentence}." if is_original else f"Edited {number}.",
            term="e",
            start=1,
            end=2,
            polarity="neutral",
            target=str(target),
            strategy="original" if is_original else "revtgt",
        )
        rows.append({"id": str(number), "record": case.stored()})
    split = split_rows(rows, validation=0.4, seed=seed)
    assert sum(split.rows.values()) == len(rows)
    for one in rows:
        for other in rows:
            a, b = one["record"], other["record"]
            originals = a["strategy"] == b["strategy"] == "original"
            if a["target"] == b["target"] or (originals and a["sentence"] == b["sentence"]):
                assert split.of(one) == split.of(other)


def test_rows_without_a_seed_row_are_groups_of_their_own():
    rows = [{"instruction": f"i{number}", "output": "o"} for number in range(40)]
    split = split_rows(rows, validation=0.1, seed=1)
    assert split.rows == {"train": 36, "validation": 4}
    assert split_rows(rows, validation=0.0, seed=1).rows == {"train": 40}
    assert split_rows(rows[:1], validation=0.5, seed=1).rows == {"train": 1}


def test_exports_are_split_into_folders(tmp_path, cafe):
    rows = flat(cafe.cases)
    written = export_all(["arts_training", "parquet"], rows, tmp_path, "cafe", validation=0.2, seed=3)
    names = [str(path.relative_to(tmp_path)) for path in written["arts_training"]]
    assert names == ["arts_training/train/cafe.jsonl", "arts_training/validation/cafe.jsonl"]
    train, validation = (list(map(json.loads, path.read_text().splitlines())) for path in written["arts_training"])
    assert len(train) + len(validation) == len(rows)
    assert not {row["target"] for row in train} & {row["target"] for row in validation}
    parquet = [str(path.relative_to(tmp_path)) for path in written["parquet"]]
    assert parquet == [
        "parquet/data/train-00000-of-00001.parquet",
        "parquet/data/validation-00000-of-00001.parquet",
    ]
    info = write_dataset(rows, tmp_path / "dataset", validation=0.2, seed=3)
    assert info.splits == {"train": len(train), "validation": len(validation)}


def test_near_duplicates_never_straddle():
    told = "The {} keeps its food for the winter under the roots of the oldest oak in the valley."
    rows = [
        {"id": f"{n}", "output": told.format("squirrel" if n % 20 == 0 else f"{chr(97 + n % 26) * 9}{n} of {n * 7919}")}
        for n in range(60)
    ]
    rows += [{"id": "other", "output": told.format("squirrel").replace("oldest", "eldest")}]
    split = split_rows(rows, validation=0.3, seed=3)

    alike = [row for row in rows if "squirrel" in row["output"]]
    assert len(alike) == 4
    assert len({split.of(row) for row in alike}) == 1
    assert split.rows == split_rows(rows[::-1], validation=0.3, seed=3).rows
    assert split.rows["validation"] > 5

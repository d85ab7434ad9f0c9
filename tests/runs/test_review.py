"""review: out to annotators and back."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

import corpusmith
from corpusmith.core.errors import SourceError, UsageError


def filled(path, answer, to):
    """Every row of a sheet filled in by `answer(row) -> (fluency, sentiment)`."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    for row in rows:
        row["fluency"], row["sentiment_1"] = answer(row)
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return to


def key_of(path):
    tasks = json.loads(path.with_name(f"{path.name}.key.json").read_text())["tasks"]
    return {task["id"]: task for task in tasks}


def test_a_sheet_there_and_back(cafe):
    path = cafe.folder / "review.csv"
    done = corpusmith.review_export(cafe.gold, out=path, annotators=2, sample=30, seed=3)
    assert done.tasks == 30
    assert done.strategies == {"adddiff": 10, "revnon": 10, "revtgt": 10}
    assert [file.name for file in done.files] == ["review.csv", "review.csv.guide.md", "review.csv.key.json"]
    key = key_of(path)
    order = {task: number for number, task in enumerate(key)}

    def answer(row):
        label = key[row["task"]]["aspects"][0]["expected"]
        if order[row["task"]] < 3:
            return "2", label  # three are not fluent, both say
        if order[row["task"]] == 3 and row["annotator"] == "1":
            return "4", "unclear"  # on one they disagree
        return "5" if row["annotator"] == "1" else "4", label

    sent_back = filled(path, answer, cafe.folder / "from both.csv")
    found = corpusmith.review_import([sent_back])

    every = found.result["cases"]["all"]
    assert (every["rated"], every["passed"], every["fluent"], every["target_right"]) == (30, 26, 27, 29)
    assert every["passed_percent"] == pytest.approx(86.67)
    assert every["interval"][0] < 86.67 < every["interval"][1]
    assert sum(found.result["cases"][s]["passed"] for s in ("revtgt", "revnon", "adddiff")) == 26
    assert 0 < found.result["agreement"]["sentiment"]["alpha"] < 1
    assert found.result["agreement"]["fluency"]["units"] == 30
    assert found.result["annotators"] == {"1": 30, "2": 30}
    assert len(found.result["not_passed"]) == 4
    assert found.result["source"] == str(cafe.gold)


def test_one_file_for_each_annotator(cafe):
    path = cafe.folder / "review.csv"
    corpusmith.review_export(cafe.gold, out=path, annotators=1, sample=6)
    key = key_of(path)
    files = []
    for name in ("ann", "ben"):
        to = filled(path, lambda row: ("4", key[row["task"]]["aspects"][0]["expected"]), cafe.folder / f"{name}.csv")
        to.write_text(re.sub(r"(?m)^(r[^,]+),1,", rf"\1,{name},", to.read_text()))
        files.append(to)
    found = corpusmith.review_import(files)
    assert found.result["annotators"] == {"ann": 6, "ben": 6}
    assert found.result["agreement"]["fluency"]["alpha"] is None
    assert found.result["cases"]["all"]["passed"] == 6


def test_label_studio(cafe):
    path = cafe.folder / "tasks.json"
    done = corpusmith.review_export(cafe.gold, out=path, format="label-studio", sample=3)
    assert [file.name for file in done.files] == ["tasks.json", "tasks.json.config.xml", "tasks.json.key.json"]
    key = key_of(path)
    tasks = json.loads(path.read_text())
    for task in tasks:
        label = key[task["data"]["task"]]["aspects"][0]["expected"]
        fluency = {"from_name": "fluency", "value": {"rating": 5}}
        sentiment = {"from_name": "sentiment_1", "value": {"choices": [label]}}
        task["annotations"] = [{"completed_by": who, "result": [fluency, sentiment]} for who in (1, 2)]
    path.write_text(json.dumps(tasks))
    assert corpusmith.review_import([path]).result["cases"]["all"]["passed"] == 3


def test_nothing_half_done(cafe):
    path = cafe.folder / "review.csv"
    corpusmith.review_export(cafe.gold, out=path, annotators=1, sample=6)
    with pytest.raises(SourceError, match="no task is answered"):
        corpusmith.review_import([path])
    first = next(iter(key_of(path)))
    strange = cafe.folder / "strange.csv"
    strange.write_text(f"task,annotator,fluency,sentiment_2\n{first},1,4,positive\nr0000-0001,1,4,\n")
    with pytest.raises(SourceError) as error:
        corpusmith.review_import([strange])
    assert "strange.csv:3: there is no task 'r0000-0001'" in str(error.value)
    assert f"strange.csv:2: task {first} has 1 aspects, and sentiment_2 is answered" in str(error.value)


def test_arguments_that_cannot_be_right(cafe):
    with pytest.raises(UsageError, match="no review format 'xls'"):
        corpusmith.review_export(cafe.gold, out=cafe.folder / "r", format="xls")
    with pytest.raises(UsageError, match="0 annotators"):
        corpusmith.review_export(cafe.gold, out=cafe.folder / "r", annotators=0)
    with pytest.raises(UsageError, match=r"nosuch\.csv"):
        corpusmith.review_import([cafe.folder / "nosuch.csv"])

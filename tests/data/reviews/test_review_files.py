"""Review files: safe in spreadsheets, readable by Label Studio, and back without loss."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import SourceError, UsageError
from corpusmith.data.reviews import (
    ReviewKey,
    find_key,
    labeling_config,
    read_answers,
    write_key,
    write_label_studio,
    write_sheet,
)
from corpusmith.data.reviews.sheet import guide, plain_cell
from corpusmith.quality.scoring.review import ReviewAspect, ReviewTask

TASKS = (
    ReviewTask(
        "rab12-0001", "1_0_adv1", "revtgt", 'The tea is cold; "no", really,\nit is.', (ReviewAspect("tea", "negative"),)
    ),
    ReviewTask(
        "rab12-0002",
        "=2_0_adv3",
        "adddiff",
        '=HYPERLINK("http://x") was nice',
        (ReviewAspect("@bread", "positive"), ReviewAspect("ümlaut", "neutral")),
    ),
)


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def fill(path, answers, to=None):
    """Fill a sheet: (task, annotator) -> the cells to write."""
    found = rows(path)
    for row in found:
        row.update(answers.get((row["task"], row["annotator"]), {}))
    to = to or path
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return to


def test_a_sheet_has_a_row_for_each_task_and_annotator(tmp_path):
    found = rows(write_sheet(TASKS, tmp_path / "r.csv", 2))
    assert [(row["task"], row["annotator"]) for row in found] == [
        *(("rab12-0001", "1"), ("rab12-0002", "1")),
        *(("rab12-0001", "2"), ("rab12-0002", "2")),
    ]
    assert found[0]["sentence"] == TASKS[0].sentence
    assert found[0]["aspect_2"] == ""
    assert found[1]["aspect_2"] == "ümlaut"
    assert all(row["fluency"] == row["sentiment_1"] == "" for row in found)
    text = (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    # Annotators see neither case nor strategy nor label.
    assert not any(word in text for word in ("adv", "revtgt", "adddiff", "negative", "positive"))


def test_no_cell_is_a_formula(tmp_path):
    found = rows(write_sheet(TASKS, tmp_path / "r.csv", 1))
    assert found[1]["sentence"].startswith("'=HYPERLINK")
    assert found[1]["aspect_1"] == "'@bread"


@given(
    st.text(max_size=20)
    | st.sampled_from(["=1", " =1", "\t=1", "＝1", "+1", "-1", "@x", "\r\n=1", "\u00a0=1", "\ufeff=1"])
)
def test_any_text_is_kept_and_begins_with_no_sign_of_a_formula(text):
    cell = plain_cell(text)
    assert cell in (text, f"'{text}")
    assert cell.lstrip("\t\r\n \ufeff\u200b\u00a0")[:1] not in (*tuple("=+-@"), "＝", "＋", "－", "＠")


def test_what_was_filled_in_comes_back(tmp_path):
    path = write_sheet(TASKS, tmp_path / "r.csv", 2)
    fill(
        path,
        {
            ("rab12-0001", "1"): {"fluency": "4", "sentiment_1": "Negative"},
            ("rab12-0002", "1"): {"fluency": "5,0", "sentiment_1": "pos", "sentiment_2": "unclear"},
            ("rab12-0002", "2"): {"sentiment_2": "neutral"},
        },
    )
    found = {(one.task, one.annotator): (one.fluency, one.sentiments) for one in read_answers([path])}
    assert found == {
        ("rab12-0001", "1"): (4, ("negative", None)),
        ("rab12-0002", "1"): (5, ("positive", "unclear")),
        ("rab12-0002", "2"): (None, (None, "neutral")),
    }


def test_a_spreadsheet_may_save_it_its_own_way(tmp_path):
    lines = ["comment;fluency;annotator;sentiment_1;task", ";3.0;Ann;NEUTRAL;rab12-0001", ";;;;"]
    path = tmp_path / "r.csv"
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    found = read_answers([path])
    assert [(one.task, one.annotator, one.fluency, one.sentiments) for one in found] == [
        ("rab12-0001", "Ann", 3, ("neutral",))
    ]


def test_each_bad_answer_is_told_with_its_line(tmp_path):
    path = write_sheet(TASKS, tmp_path / "r.csv", 2)
    fill(
        path,
        {
            ("rab12-0001", "1"): {"fluency": "7", "sentiment_1": "negative"},
            ("rab12-0002", "1"): {"fluency": "4", "sentiment_1": "quite good"},
            ("rab12-0002", "2"): {"fluency": "4.5"},
        },
    )
    with pytest.raises(SourceError) as error:
        read_answers([path])
    told = str(error.value)
    assert "3 answers cannot be used" in told
    # The first sentence has a line break in it, so that the second row begins in line 4.
    assert "r.csv:2: fluency is '7', not a whole number from 1 to 5" in told
    assert "r.csv:4: sentiment_1 is 'quite good', not positive, negative, neutral, unclear" in told
    assert "r.csv:7: fluency is '4.5'" in told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "there is no column task and no annotator and no fluency (the columns are: a, b)"),
        ("task,annotator,fluency\nrab12-0001,,3\n", "r.csv:2: the column annotator is empty"),
        ("task,annotator,fluency\n,Ann,3\n", "r.csv:2: the column task is empty"),
        ("task,annotator,fluency\nrab12-0001,Ann\n", "r.csv:2: 2 cells where the header has 3"),
        (
            "task,annotator,fluency\nrab12-0001,Ann,3\nrab12-0001,Ann,4\n",
            "r.csv:3: annotator 'Ann' answered task rab12-0001 otherwise in r.csv:2",
        ),
    ],
)
def test_a_file_that_is_not_right(tmp_path, text, says):
    path = tmp_path / "r.csv"
    path.write_text(text)
    with pytest.raises(SourceError) as error:
        read_answers([path])
    assert says in str(error.value)
    assert "nothing was taken" in str(error.value)


def test_one_row_in_two_copies_of_a_file_counts_once(tmp_path):
    path = write_sheet(TASKS, tmp_path / "r.csv", 1)
    fill(path, {("rab12-0001", "1"): {"fluency": "4", "sentiment_1": "negative"}})
    copy = tmp_path / "copy.csv"
    copy.write_bytes(path.read_bytes())
    assert len(read_answers([path, copy])) == 1


def answered(task, by, **values):
    results = [
        {"from_name": name, "to_name": "sentence", "type": "rating", "value": {"rating": value}}
        if name == "fluency"
        else {"from_name": name, "to_name": "sentence", "type": "choices", "value": {"choices": [value]}}
        for name, value in values.items()
    ]
    return {"completed_by": by, "was_cancelled": False, "result": results}


def test_label_studio_there_and_back(tmp_path):
    path = write_label_studio(TASKS, tmp_path / "tasks.json")
    tasks = json.loads(path.read_text(encoding="utf-8"))
    assert [task["data"]["task"] for task in tasks] == ["rab12-0001", "rab12-0002"]
    config = ET.fromstring(labeling_config(TASKS))
    asked = {tag.get("name"): tag.tag for tag in config.iter() if tag.get("toName")}
    assert asked == {"fluency": "Rating", "sentiment_1": "Choices", "sentiment_2": "Choices"}
    shown = {tag.get("value")[1:] for tag in config.iter() if (tag.get("value") or "").startswith("$")}
    assert shown <= set(tasks[0]["data"])

    # As Label Studio exports it: the task with its data, and an annotation for each person.
    tasks[0] |= {"id": 7, "annotations": [answered(0, 3, fluency=4, sentiment_1="negative")]}
    skipped = {**answered(1, 3, fluency=1), "was_cancelled": True}
    by_mail = {"id": 5, "email": "ann@example.org"}
    tasks[1] |= {"id": 8, "annotations": [skipped, answered(1, by_mail, fluency=5, sentiment_2="unclear")]}
    path.write_text(json.dumps(tasks))

    found = {(one.task, one.annotator): (one.fluency, one.sentiments) for one in read_answers([path])}

    assert found == {
        ("rab12-0001", "3"): (4, ("negative",)),
        ("rab12-0002", "ann@example.org"): (5, (None, "unclear")),
    }


def test_label_studio_minimal(tmp_path):
    path = tmp_path / "min.json"
    rows_ = [{"task": "rab12-0001", "annotator": 3, "fluency": [{"rating": 4}], "sentiment_1": "negative", "id": 1}]
    path.write_text(json.dumps(rows_))
    (found,) = read_answers([path])
    assert (found.annotator, found.fluency, found.sentiments) == ("3", 4, ("negative",))


def test_the_key_is_found_beside_the_file_under_any_name(tmp_path):
    key = ReviewKey("set.json", TASKS)
    write_key(key, tmp_path / "r.csv.key.json")
    (tmp_path / "other.key.json").write_text("{}")
    sheet = tmp_path / "from ann.csv"
    assert find_key([sheet], ["rab12-0002"]) == (tmp_path / "r.csv.key.json", key)
    with pytest.raises(UsageError, match="there is none in"):
        find_key([sheet], ["r9999-0001"])
    other = ReviewKey("another.json", TASKS[:1])
    write_key(other, tmp_path / "s.csv.key.json")
    with pytest.raises(UsageError, match="several keys fit"):
        find_key([sheet], ["rab12-0001"])
    assert find_key([sheet], ["rab12-0001"], tmp_path / "s.csv.key.json")[1] == other
    with pytest.raises(SourceError, match="no key of a review"):
        find_key([sheet], ["rab12-0001"], tmp_path / "other.key.json")
    with pytest.raises(UsageError, match="cannot be read"):
        find_key([sheet], ["rab12-0001"], tmp_path / "nosuch.key.json")


def test_the_guide_names_every_column_and_answer():
    text = guide()
    for word in ("fluency", "sentiment_1", "aspect_1", "comment", "unclear", "positive"):
        assert word in text

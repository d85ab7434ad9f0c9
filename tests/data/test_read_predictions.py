"""Files of predictions in the shapes people have them."""

from __future__ import annotations

import json

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.data.sources.predictions import read_predictions

WIDE = """id,sentence,term,gold_label,lstm,bert,notes
1_0,The tea.,tea,neutral,Positive,neutral,x y
1_1,So.,So,negative,neg,,z
"""


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


def answers(found):
    return {one.id: dict(one.answers) for one in found.rows}


def test_a_column_for_each_model(tmp_path):
    found = read_predictions(write(tmp_path, "results.csv", WIDE))
    assert found.models == ("lstm", "bert")
    assert answers(found) == {
        "1_0": {"lstm": "positive", "bert": "neutral"},
        "1_1": {"lstm": "negative", "bert": ""},
    }
    assert (found.rows[0].sentence, found.rows[0].term, found.rows[0].gold) == ("The tea.", "tea", "neutral")
    assert found.ignored == ("notes",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("my-model.jsonl", '{"id": "1_0", "prediction": "neutral"}\n{"id": "1_1", "prediction": "what?"}\n'),
        ("my-model.jsonl", '{"id": "1_0", "label": "neutral"}\n{"id": "1_1", "label": "what?"}\n'),
        ("my-model.json", '{"1_0": "neutral", "1_1": "what?"}'),
        ("my-model.tsv", "key\tprediction\tpolarity\n1_0\tneutral\tpositive\n1_1\twhat?\tpositive\n"),
    ],
)
def test_one_model_is_called_by_its_file(tmp_path, name, text):
    found = read_predictions(write(tmp_path, name, text), name="my-model")
    assert found.models == ("my-model",)
    assert answers(found) == {"1_0": {"my-model": "neutral"}, "1_1": {"my-model": "what?"}}


def test_a_row_for_each_case_and_model(tmp_path):
    rows = [
        {"id": "1_0", "model": "a", "prediction": "neutral"},
        {"id": "1_0", "model": "b", "prediction": "positive"},
        {"id": "1_1", "model": "a", "prediction": "negative"},
    ]
    found = read_predictions(rows)
    assert found.models == ("a", "b")
    assert answers(found) == {"1_0": {"a": "neutral", "b": "positive"}, "1_1": {"a": "negative"}}


def test_a_prediction_given_twice_is_two_predictions(tmp_path):
    found = read_predictions([{"id": "1_0", "prediction": "neutral"}, {"id": "1_0", "prediction": "positive"}])
    assert [one.id for one in found.rows] == ["1_0", "1_0"]


def test_labels_of_their_own(tmp_path):
    path = write(tmp_path, "p.csv", "id,prediction\n1_0,2\n1_1,0\n1_2,7\n")
    found = read_predictions(path, labels={"positive": "2", "negative": "0"}, name="m")
    assert answers(found) == {"1_0": {"m": "positive"}, "1_1": {"m": "negative"}, "1_2": {"m": "7"}}
    with pytest.raises(UsageError, match="'happy' is no polarity"):
        read_predictions(path, labels={"happy": "2"})


def test_columns_are_mapped(tmp_path):
    path = write(tmp_path, "p.csv", "nr,said\n1_0,neutral\n")
    assert answers(read_predictions(path, columns={"id": "nr", "prediction": "said"}, name="m")) == {
        "1_0": {"m": "neutral"}
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nr,said\n1_0,neutral\n", "no column of case ids; the columns are: nr, said. Name it 'id'"),
        ("id,said\n1_0,7\n", "no column of predictions; the columns are: id, said. .*--labels positive=1"),
        ("id,said\n", "holds no (rows|predictions)"),
    ],
)
def test_what_is_missing_is_named(tmp_path, text, says):
    path = write(tmp_path, "p.csv", text)
    with pytest.raises(Exception, match=says) as error:
        read_predictions(path)
    assert error.value.exit_code in (1, 2)


def test_broken_lines_are_told(tmp_path):
    text = json.dumps({"id": "1_0", "prediction": "neutral"}) + "\n{broken\n"
    found = read_predictions(write(tmp_path, "p.jsonl", text), name="m")
    assert len(found.rows) == 1
    assert [problem.key for problem in found.problems] == ["p.jsonl:2"]

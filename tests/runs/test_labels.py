"""Reading people's scores: numbers, lists, mappings, columns; every row accounted for."""

import pytest

from corpusmith.core import SourceRow
from corpusmith.core.errors import UsageError
from corpusmith.data.sources import Unreadable
from corpusmith.prompts.rubric import Scale, find_rubric
from corpusmith.runs.labels import overall_of, read_labels

RUBRIC = find_rubric("instruction")
CRITERIA = list(RUBRIC.criteria)


def entries(*rows):
    base = {"instruction": "Do it.", "output": "Done."}
    return [SourceRow(f"l:{n}", {**base, **row}) for n, row in enumerate(rows, 1)]


@pytest.mark.parametrize(
    ("human", "people"),
    [
        (4, {"overall": {"annotator 1": 4.0}}),
        ("4.5", {"overall": {"annotator 1": 4.5}}),
        ([4, None, 2], {"overall": {"annotator 1": 4.0, "annotator 3": 2.0}}),
        ({"ann": 4, "bob": 5}, {"overall": {"ann": 4.0, "bob": 5.0}}),
        ({"overall": 3, "clarity": [1]}, {"overall": {"annotator 1": 3.0}, "clarity": {"annotator 1": 1.0}}),
        ({"clarity": {"ann": 2}, "correctness": None}, {"clarity": {"ann": 2.0}}),
    ],
)  # fmt: skip
def test_the_column_human(human, people):
    (found,) = read_labels(entries({"human": human}), RUBRIC).rows
    assert found.people == people
    assert found.row.fields["output"] == "Done."


def test_columns_that_are_named():
    rows = entries({"a": "1", "b": 5, "facts": 2}, {"a": None, "b": "", "facts": 3})
    found = read_labels(rows, RUBRIC, human={"overall": "a+b", "correctness": "facts"})
    assert [one.people for one in found.rows] == [
        {"overall": {"a": 1.0, "b": 5.0}, "correctness": {"annotator 1": 2.0}},
        {"correctness": {"annotator 1": 3.0}},
    ]
    assert found.criteria() == ["overall", "correctness"]


def test_every_row_is_accounted_for():
    rows = [*entries({"human": 3}, {}, {"human": "good"}, {"human": True}, {"human": 5}), Unreadable("l:9", "torn")]
    found = read_labels(rows, RUBRIC)
    assert [one.source for one in found.rows] == ["l:1", "l:5"]
    assert [one.row.index for one in found.rows] == [0, 1]
    assert (found.unlabelled, found.unusable, found.unreadable) == (1, 2, 1)
    assert found.example == "l:3: the label 'good' in 'human' is not a number"
    assert len(read_labels(rows, RUBRIC, limit=1).rows) == 1


def test_other_makers_columns_are_recognised():
    (found,) = read_labels([SourceRow("l:1", {"prompt": "Do it.", "response": "Done.", "human": 3})], RUBRIC).rows
    assert (found.row.text("instruction"), found.row.text("output")) == ("Do it.", "Done.")
    (other,) = read_labels([SourceRow("l:1", {"context": "Hi.", "reply": "Hello.", "human": 3})], RUBRIC).rows
    assert other.row.text("reply") == "Hello."


def test_scales():
    with pytest.raises(
        UsageError, match=r"l:1: the label 7 \(annotator 1\) of 'overall' lies outside the scale 1 to 5"
    ) as caught:
        read_labels(entries({"human": 7}), RUBRIC)
    assert "--human-scale overall=" in str(caught.value)
    (found,) = read_labels(entries({"human": 7}), RUBRIC, scales={"overall": Scale(min=0, max=10)}).rows
    assert found.people == {"overall": {"annotator 1": 7.0}}


@pytest.mark.parametrize(
    ("rows", "human", "why"),
    [
        ([{}], None, r"no row has a label in human \(1 without one, 0 unusable\)"),
        ([{"human": "x"}], None, r"0 without one, 1 unusable, the first: l:1: the label 'x'"),
        ([{"human": 3}], {"overal": "human"}, "'overal' is no criterion of the rubric 'instruction'"),
        ([{"human": 3}], {"overall": "score"}, "no row has a label in score"),
    ],
)
def test_labels_that_cannot_be_used_are_told(rows, human, why):
    with pytest.raises(UsageError, match=why):
        read_labels(entries(*rows), RUBRIC, human=human)


def test_what_people_said_of_the_whole_follows_from_all_criteria():
    everything = {name: {"ann": 5, "bob": 1} for name in CRITERIA}
    everything["correctness"] = {"ann": 2}
    (found,) = read_labels(entries({"human": everything}), RUBRIC).rows
    # Correctness counts twice of six; bob did not score it, so nothing follows for him.
    assert overall_of(found, RUBRIC, {}) == {"ann": pytest.approx((4 * 5 + 2 * 2) / 6)}
    (said,) = read_labels(entries({"human": {"overall": 4, **everything}}), RUBRIC).rows
    assert overall_of(said, RUBRIC, {}) == {"annotator 1": 4.0}


def test_criteria_on_peoples_own_scales_are_brought_to_the_rubrics():
    halves = dict.fromkeys(CRITERIA, 1)
    scales = {name: Scale(min=0, max=2) for name in CRITERIA}
    (found,) = read_labels(entries({"human": halves}), RUBRIC, scales=scales).rows
    assert overall_of(found, RUBRIC, scales) == {"annotator 1": pytest.approx(3.0)}


def test_groups():
    rows = entries({"human": 3, "context": "a"}, {"human": 3, "context": ["b"]})
    assert [one.group for one in read_labels(rows, RUBRIC, group="context").rows] == ["a", "['b']"]
    with pytest.raises(UsageError, match="l:1: there is no column 'thread' to group rows by"):
        read_labels(rows, RUBRIC, group="thread")

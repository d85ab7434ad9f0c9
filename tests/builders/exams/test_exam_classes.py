"""Every row of an examination ends in exactly one class, with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.builders.exams.exam import Exam
from corpusmith.core import SourceRow
from corpusmith.core.errors import MissingCapability, UsageError
from corpusmith.core.records.exam import question_id

from .conftest import World, examined, question, row


def classes(records):
    return [record.consistency for record in records]


def test_the_five_classes():
    world = World(
        knows=["Town2"],
        paper=lambda town, count: [] if town == "Town4" else [question(town, n) for n in range(count)],
        need=lambda text: (
            "I cannot say"
            if "Town3" in text
            else {"reason": "so", "needs_knowledge": "Town1" not in text, "category": "places", "queries": ["a", "a "]}
        ),
    )
    records = examined(world, *(row(f"Town{n}") for n in range(1, 6)))
    assert classes(records) == ["no_need", "consistent", "unlabelled", "unexaminable", "inconsistent"]
    assert [record.problem for record in records] == ["", "", "classify_invalid_structure", "no_question", ""]
    assert records[2].problem_text == "I cannot say"
    assert "examine_invalid_structure" in records[3].problem_text
    assert [record.accuracy for record in records] == [None, 1.0, None, None, 0.0]
    assert records[1].queries == ("a",)
    assert (records[1].category, records[1].knowledge) == ("places", "Town2 lies on a river of its own.")
    assert records[1].chance == 0.15625


@pytest.mark.parametrize(("field", "reason"), [("instruction", "no_instruction"), ("output", "no_output")])
@pytest.mark.parametrize("profile", ["standard", "small"])
def test_a_row_without_question_or_answer_is_unlabelled_and_nobody_is_asked(field, reason, profile):
    world = World()
    (record,) = examined(world, row("Town1", **{field: " "}), config={"profile": profile})
    assert (record.consistency, record.problem, world.asked) == ("unlabelled", reason, [])


def test_a_row_that_is_too_long_for_the_writer_is_unlabelled():
    (record,) = examined(World(), row("Town1", input="x" * 70_000))
    assert (record.consistency, record.problem) == ("unlabelled", "too_long")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"wrong": ["Right Town1 0", "Wrong b", "Wrong c"]}, "equal_options"),
        ({"wrong": ["Wrong a", "Wrong b", "All of the above"]}, "all_or_none"),
        ({"wrong": ["Wrong a", "Wrong b", "None of these"]}, "all_or_none"),
        ({"wrong": ["Wrong a", "Wrong b", "Both A and B"]}, "all_or_none"),
        ({"wrong": ["Wrong a", "Wrong b", "None of the options are correct."]}, "all_or_none"),
        ({"wrong": ["Wrong a", "Wrong b", "B and C"]}, "all_or_none"),
        ({"stem": "Is it Right Town1 0 on which Town1 lies?"}, "stem_contains_key"),
        ({"stem": "According to the text, on which river does Town1 lie?"}, "points_at_text"),
        ({"wrong": ["...", "Wrong b", "Wrong c"]}, "empty_option"),
    ],
)
def test_a_question_that_breaks_a_rule_is_refused_with_its_reason(changes, reason):
    world = World(knows=["Town1"], paper=lambda town, count: [question(town, 0, **changes), question(town, 1)])
    (record,) = examined(world, row("Town1"), config={"rounds": 1})
    assert [one.reason for one in record.refused] == [reason]
    assert len(record.questions) == 1


def test_options_that_only_begin_alike_are_no_all_or_none():
    wrong = ["Some of these birds migrate", "All of the others in Europe", "Neither of his brothers"]
    world = World(knows=["Town1"], paper=lambda town, count: [question(town, 0, wrong=wrong)])
    (record,) = examined(world, row("Town1"), config={"questions": 1})
    assert record.refused == ()


def test_refused_questions_are_asked_for_again_with_what_was_wrong():
    papers = [[question("Town1", 0, wrong=["a", "a", "b"])], [question("Town1", 1), question("Town1", 2)]]
    world = World(paper=lambda town, count: papers.pop(0))
    (record,) = examined(world, row("Town1"), config={"questions": 2})
    again = [r for r in world.asked if "You write multiple-choice" in str(r.messages)][1]
    assert "These were refused" in str(again.messages)
    assert "equal_options" in str(again.messages)
    assert len(record.questions) == 2


@pytest.mark.parametrize(
    ("letters", "reason"), [([], "not_answerable"), (["right", "other"], "several_right"), (["other"], "key_disputed")]
)
def test_the_judge_refuses_what_the_reference_does_not_settle(letters, reason):
    def ruling(stem, right):
        other = "ABCD"[("ABCD".index(right) + 1) % 4]
        return [{"right": right, "other": other}[one] for one in letters] if "number 0" in stem else [right]

    (record,) = examined(World(ruling=ruling), row("Town1"), config={"rounds": 1})
    assert [one.reason for one in record.refused] == [reason]
    assert len(record.questions) == 2


def test_a_guessable_question_is_flagged_or_refused():
    def paper(town, count):
        return [question(town, 0, right="Right and longer than all of the others by far")]

    (kept,) = examined(World(paper=paper), row("Town1"), config={"questions": 1})
    assert kept.questions[0].flags == ("longest_option",)
    config = {"questions": 1, "rounds": 1, "flagged": "refuse"}
    (refused,) = examined(World(paper=paper), row("Town1"), config=config)
    assert refused.consistency == "unexaminable"
    assert [one.reason for one in refused.refused] == ["longest_option"]


def test_the_places_of_keys_are_balanced_whatever_the_writer_does():
    records = examined(World(), *(row(f"Town{n}") for n in range(1, 101)), config={"questions": 4})
    keys = [q.key for record in records for q in record.questions]
    assert all(70 < keys.count(letter) < 130 for letter in "ABCD")


def test_a_writer_without_structured_output_is_read_with_tolerance():
    world = World(
        knows=["Town1"], free=True, need=lambda text: "Needs knowledge: yes\nCategory: Places\nReason: a river"
    )
    (record,) = examined(world, row("Town1"), structured="none", can_score=False)
    assert (record.consistency, record.category, record.reason) == ("consistent", "places", "a river")
    assert [a.right for a in record.answers] == [True] * 3


@given(st.lists(st.text(max_size=8), max_size=8), st.integers(0, 20))
def test_ids_of_questions_never_collide(rows, count):
    ids = [question_id(key, number) for key in {*rows, "x1", "x"} for number in range(count)]
    assert len(set(ids)) == len(ids)


def test_rows_with_one_id_stay_apart():
    world = World(knows=["Town1"])
    one, other = examined(world, row("Town1", id="x_test10"), row("Town2", id="x_test10"))
    assert (one.row_id, other.row_id) == ("x_test10", "x_test10")
    assert (one.row, other.row) == ("rows.jsonl:1", "rows.jsonl:2")
    assert not {q.id for q in one.questions} & {q.id for q in other.questions}
    assert one.id != other.id


@pytest.mark.parametrize(
    ("config", "sources", "said"),
    [
        ({}, [], "no data is given"),
        ({}, ["path", "exam"], "both data and a finished exam"),
        ({"reference": "documents"}, ["path"], "there are none"),
        ({}, ["path", "documents"], "builder.reference is model"),
    ],
)
def test_sources_that_do_not_fit_are_refused(config, sources, said):
    builder = Exam(Exam.Config.model_validate(config))
    with pytest.raises(UsageError, match=said):
        list(builder.items({name: [SourceRow("x:1", row("Town1"))] for name in sources}))


def test_a_treatment_of_an_unknown_category_is_refused():
    with pytest.raises(UsageError, match="'sports', which is no category"):
        Exam(Exam.Config.model_validate({"treatments": {"sports": "discard"}}))


def test_log_likelihoods_from_a_target_without_are_refused_before_anything_is_sent():
    world = World()
    with pytest.raises(MissingCapability, match="log-likelihoods"):
        examined(world, row("Town1"), config={"method": "option"}, can_score=False)
    assert world.asked == []

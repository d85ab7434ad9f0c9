"""Foreign shapes of instruction data, each as its makers publish it."""

import pytest

from corpusmith.core import InstructionRecord, Origin, RowRecord
from corpusmith.data.rows import dataset_row
from corpusmith.data.sources import messages_of, to_instruction_fields, unknown_shape_error

PLAIN = {"instruction": "Q", "input": "", "output": "A"}
USER = {"role": "user", "content": "Q"}
ASSISTANT = {"role": "assistant", "content": "A"}


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "Q", "input": "", "output": "A"},
        {"instruction": "Q", "input": None, "response": "A"},
        {"prompt": "Q", "completion": "A"},
        {"prompt": "Q", "response": "A", "score": 3},
        {"question": "Q", "answer": "A"},
        {"instruction": "Q", "context": "", "response": "A", "category": "open_qa"},
        {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
        {"messages": [USER, ASSISTANT]},
        {"messages": [USER, {"role": "assistant", "content": [{"type": "text", "text": "A"}]}]},
        {"prompt": [USER], "completion": [ASSISTANT]},
        {"prompt": "Q", "completion": [ASSISTANT]},
        {"instruction": "Q", "instances": [{"input": "", "output": "A"}]},
    ],
)
def test_one_exchange(row):
    assert to_instruction_fields(row) == PLAIN


def test_system_texts():
    told = {**PLAIN, "system": "S"}
    assert to_instruction_fields({"system_prompt": "S", "question": "Q", "response": "A"}) == told
    assert to_instruction_fields({"messages": [{"role": "system", "content": "S"}, USER, ASSISTANT]}) == told
    beside = {"system": "S", "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}
    assert to_instruction_fields(beside) == told


def test_dolly_context_is_the_input():
    assert to_instruction_fields({"instruction": "Q", "context": "C", "response": "A"}) == {**PLAIN, "input": "C"}


def test_long_conversations_keep_their_turns():
    turns = [USER, {"role": "assistant", "content": "B"}, {"role": "user", "content": "R"}, ASSISTANT]
    found = to_instruction_fields({"messages": turns})
    assert found == {**PLAIN, "messages": turns}
    assert messages_of(found) == turns
    beside = to_instruction_fields({"system": "S", "messages": turns})
    assert beside["messages"] == [{"role": "system", "content": "S"}, *turns]


def test_preference_rows_keep_the_rejected_answer():
    expected = {**PLAIN, "rejected": "B"}
    assert to_instruction_fields({"prompt": "Q", "chosen": "A", "rejected": "B"}) == expected
    both = {"chosen": [USER, ASSISTANT], "rejected": [USER, {"role": "assistant", "content": "B"}]}
    assert to_instruction_fields(both) == expected


def test_our_own_rows():
    origin = Origin(builder="ground", source="p.jsonl:1")
    record = InstructionRecord(instruction="Q", output="A", context="C", language="en", task=("t",), origin=origin)
    line = {"id": record.id, "record": record.model_dump(mode="json")}
    for row in (line, line["record"], dataset_row(line)):
        found = to_instruction_fields(row)
        assert {name: found[name] for name in PLAIN} == PLAIN
        assert (found["context"], found["language"], found["task"]) == ("C", "en", ["t"])
    free = RowRecord(fields={"question": "Q", "answer": "A"}, seed={"text": "t"}, origin=origin)
    assert to_instruction_fields({"id": "x", "record": free.model_dump(mode="json")}) == PLAIN


@pytest.mark.parametrize(
    "row",
    [
        {"text": "only"},
        {"prompt": "only"},
        {"messages": [USER]},
        {"messages": [ASSISTANT, USER]},
        {"messages": "text"},
        {"messages": [{"who": "user"}]},
        {"conversations": []},
        {},
    ],
)
def test_what_is_not_instruction_data(row):
    assert to_instruction_fields(row) is None
    error = unknown_shape_error(row)
    assert "--columns" in str(error)
    assert all(name in str(error) for name in row)


def test_the_hint_names_real_columns():
    hint = unknown_shape_error({"id": 1, "title": "x", "prompt": "p"}).hint
    assert hint.endswith("--columns instruction=prompt,output=id")


def test_messages_join_instruction_and_input():
    assert messages_of({"instruction": "I", "input": "X", "output": "O", "system": "S", "context": "C"}) == [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "I\n\nX"},
        {"role": "assistant", "content": "O"},
    ]

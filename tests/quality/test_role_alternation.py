import pytest

from corpusmith.core import registry
from corpusmith.quality import Row

SYSTEM, USER, ASSISTANT, TOOL = (
    {"role": role, "content": f"{role} speaks"} for role in ("system", "user", "assistant", "tool")
)
CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
ANN, BOB = {"speaker": "Ann", "text": "Hi"}, {"speaker": "Bob", "text": "Ho"}


def judge(fields, **options):
    made = registry.load("checks", "dialogue.role_alternation")
    (finding,) = made(made.Options(**options)).judge([Row(0, "0", fields)])
    return finding


@pytest.mark.parametrize(
    "turns",
    [
        [USER, ASSISTANT],
        [SYSTEM, USER, ASSISTANT, USER, ASSISTANT],
        [USER, CALL, TOOL, TOOL, ASSISTANT],
        [USER, {"role": "assistant", "content": ""}, TOOL, ASSISTANT],
        [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}],
        [{"from": "human", "value": "Hi"}, {"from": "function_call", "value": "f()"},
         {"from": "observation", "value": "3"}, {"from": "gpt", "value": "Three"}],
        [ANN, BOB, ANN],
    ],
)  # fmt: skip
def test_turns_in_order(turns):
    assert judge({"messages": turns}).value == 0


@pytest.mark.parametrize(
    ("turns", "faults", "reason", "turn"),
    [
        ([USER, USER, ASSISTANT], 1, "repeated_role", 1),
        ([USER, ASSISTANT, ASSISTANT, ASSISTANT], 2, "repeated_role", 2),
        ([ASSISTANT, USER, ASSISTANT], 1, "starts_with_assistant", 0),
        ([USER, SYSTEM, ASSISTANT], 1, "late_system", 1),
        ([USER, ASSISTANT, USER], 1, "ends_without_answer", 2),
        ([SYSTEM, USER], 1, "no_answer", 1),
        ([USER, TOOL, ASSISTANT], 1, "tool_without_call", 1),
        ([USER, CALL, TOOL], 1, "ends_without_answer", 2),
        ([USER, {"role": "assistant", "content": " "}], 1, "empty_turn", 1),
        ([USER, {"role": "narrator", "content": "Later"}, ASSISTANT], 1, "unknown_role", 1),
        ([USER, {"content": "Later"}, ASSISTANT], 1, "unknown_role", 1),
        ([ANN, ANN, BOB], 1, "repeated_role", 1),
        ([ANN, ANN], 1, "unknown_role", 0),
    ],
)
def test_faults_are_counted_and_the_first_is_shown(turns, faults, reason, turn):
    finding = judge({"conversations": turns})
    assert (finding.value, finding.reason, finding.evidence["turn"]) == (faults, reason, turn)
    assert finding.evidence["field"].startswith(f"conversations[{turn}]")


def test_an_empty_conversation_is_a_fault_and_other_rows_pass():
    assert judge({"messages": []}).reason == "no_turns"
    assert judge({"messages": None}).reason == "no_turns"
    assert judge({"instruction": "Hi", "output": "Ho"}).value == 0
    assert judge({"messages": [], "output": "Ho"}).value == 0


def test_faults_can_be_allowed_and_speakers_named():
    assert judge({"messages": [USER, SYSTEM, ASSISTANT]}, allow=("late_system",)).value == 0
    named = judge({"turns": [ANN, BOB, ANN]}, roles={"Ann": "user", "Bob": "assistant"})
    assert named.reason == "ends_without_answer"


def test_answers_of_all_turns_are_looked_at_by_the_text_checks():
    turns = [USER, {"role": "assistant", "content": "I'm sorry, but I can't help with that."}, USER, ASSISTANT]
    row = Row(0, "0", {"instruction": "user speaks", "output": "assistant speaks", "messages": turns})
    (finding,) = registry.load("checks", "output.refusal")().judge([row])
    assert finding.evidence["field"] == "messages[1].content"
    (finding,) = registry.load("checks", "output.empty")().judge(
        [Row(0, "0", {"messages": [USER, {"role": "assistant"}]})]
    )
    assert (finding.reason, finding.evidence["field"]) == ("empty_output", "messages[1]")
    repeated = [USER, {"role": "assistant", "content": "user speaks"}]
    (finding,) = registry.load("checks", "output.equals_input")().judge([Row(0, "0", {"messages": repeated})])
    assert finding.evidence["rule"] == "equals_turn"

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality import Row
from corpusmith.quality.batch import Batch, as_series
from corpusmith.quality.turns import text_at, turns_of


def rows_of(*fields):
    return [Row(at, str(at), one) for at, one in enumerate(fields)]


def listed(texts):
    return [(texts.row(at), texts.field(at), texts.texts[at]) for at in range(len(texts)) if texts.texts[at]]


def test_a_column_has_one_text_per_row():
    batch = Batch(rows_of({"output": "a"}, {"output": None}, {"output": ["b"]}, {}))
    assert batch.texts("output").texts == ["a", "", "", ""]
    assert batch.texts("output") is batch.texts("output")
    assert Batch.of(batch) is batch


def test_in_a_conversation_the_assistants_turns_count_as_output():
    turns = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "Bye"},
        {"role": "assistant", "content": [{"type": "text", "text": "So long"}]},
    ]
    batch = Batch(rows_of({"instruction": "Hi", "output": "So long", "messages": turns}, {"output": "x"}))
    assert listed(batch.texts("output")) == [
        (0, "output", "So long"),
        (1, "output", "x"),
        (0, "messages[2].content", "Hello"),
    ]
    assert listed(batch.texts("instruction")) == [(0, "instruction", "Hi"), (0, "messages[3].content", "Bye")]
    assert listed(batch.texts("system")) == [(0, "messages[0].content", "Be brief.")]
    assert len(listed(batch.texts("turns"))) == 5


def test_conversations_are_read_in_every_spelling():
    share = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": None}]}
    assert [(turn.role, turn.empty) for turn in turns_of(share)] == [("user", False), ("assistant", True)]
    call = {"messages": [{"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}]}
    assert not turns_of(call)[0].empty
    speakers = {"dialogue": [{"speaker": "Ann", "text": "Hi"}, {"agent": "Bob", "message": "Ho"}]}
    assert [(turn.role, turn.texts) for turn in turns_of(speakers)] == [
        ("Ann", (("dialogue[0].text", "Hi"),)),
        ("Bob", (("dialogue[1].message", "Ho"),)),
    ]


def test_what_is_no_conversation_has_no_turns():
    for value in (None, "text", [], ["a", "b"], [1], {"role": "user"}, [{"size": 3}]):
        assert turns_of({"messages": value}) is None


def test_a_place_leads_back_to_its_text():
    fields = {"a.b": "column", "messages": [{"content": [{"text": "x"}, {"text": "y"}]}]}
    assert text_at(fields, "messages[0].content[1].text") == "y"
    assert text_at(fields, "a.b") == "column"
    assert text_at(fields, "messages[7].content") is None
    assert text_at(fields, "messages") is None


@given(st.lists(st.text(alphabet=st.characters(codec=None)), max_size=5))
def test_any_texts_become_a_series(texts):
    assert len(as_series([*texts, "a\ud800b"])) == len(texts) + 1

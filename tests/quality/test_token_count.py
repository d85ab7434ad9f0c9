import pytest

from corpusmith.core.errors import UsageError
from corpusmith.quality import CheckSpec, Panel, Row
from corpusmith.quality.checks.tokens import TokenCount, estimate_tokens


@pytest.fixture
def folder(tmp_path):
    """A folder with a tokenizer that cuts at white space."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def count(fields, **options):
    (finding,) = TokenCount(TokenCount.Options(**options)).judge([Row(0, "0", fields)])
    return finding


def test_all_texts_of_a_row_count_together(folder):
    row = {"system": "be kind", "instruction": "one two three", "input": "", "output": "four", "id": "not counted"}
    finding = count(row, tokenizer=str(folder), per_text=2)
    assert finding.value == 6 + 3 * 2
    assert finding.evidence == {"field": "instruction", "span": [0, 13], "rule": "tokens"}
    assert count(row, tokenizer=str(folder / "tokenizer.json")).value == 6


def test_of_a_conversation_every_turn_counts_once(folder):
    turns = [
        {"role": "user", "content": "one two"},
        {"role": "tool", "content": "x"},
        {"role": "assistant", "content": "3"},
    ]
    assert count({"instruction": "one two", "output": "3", "messages": turns}, tokenizer=str(folder)).value == 4


def test_a_long_text_and_a_broken_character_are_counted(folder):
    assert count({"output": "word " * 60_000 + "\ud800"}, tokenizer=str(folder)).value == 60_001
    assert count({"output": 3}, tokenizer=str(folder)).value is None


def test_the_limit_is_the_gates_bar(folder):
    spec = CheckSpec(check="length.tokens", gate="drop", bar=3, options={"tokenizer": str(folder)})
    rows = [Row(0, "0", {"output": "a b c"}), Row(1, "1", {"output": "a b c d"})]
    judged = Panel.from_specs([spec]).judge(rows)
    assert [(one.decision, one.reason) for one in judged] == [("keep", None), ("drop", "over_length")]


def test_without_a_tokenizer_the_count_is_an_estimate_that_says_so():
    prose = "The owl sleeps by day and hunts by night, and it hears a mouse under the snow. " * 20
    finding = count({"output": prose})
    assert finding.evidence["rule"] == "estimated_tokens"
    assert 1.0 <= finding.value / len(prose.split()) <= 1.6
    assert estimate_tokens(["", "你好", "1234"]).tolist() == [0, 2, 4]


def test_a_path_that_is_no_tokenizer_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"no tokenizer\.json"):
        count({}, tokenizer=str(tmp_path / "missing"))
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(UsageError, match="cannot be read"):
        count({}, tokenizer=str(tmp_path))

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.patterns.tags import TAGS
from corpusmith.quality.patterns.tokens import BREAK, NUMBER, Vocabulary, code, cut, joined, token_number


def words(text):
    return [token.text for token in cut(text)]


def test_words_numbers_marks_and_line_ends_are_tokens():
    assert words("Sure! It's\n\n1. **Done** in 1,000.5 s...") == [
        *("sure", "!", "it's", BREAK, NUMBER, ".", "**", "done", "**", "in", NUMBER, "s", "...")
    ]


def test_every_chinese_character_is_a_token():
    assert words("你好，世界") == ["你", "好", "，", "世", "界"]


def test_line_ends_around_the_text_are_left_out():
    assert words("\n\n a \n") == ["a"]
    assert words("\n \n") == []


@given(st.text())
def test_places_are_those_of_the_text_as_it_stands(text):
    for token in cut(text):
        part = text[token.start : token.end]
        assert part
        assert token.text in (NUMBER, BREAK) or token.text == part.lower().replace("’", "'")


@given(st.text())
def test_numbers_are_those_of_the_tokens_cut(text):
    assert Vocabulary().numbers(text) == [token_number(token.text) for token in cut(text)]


def test_a_vocabulary_that_forgets_gives_the_same_numbers():
    small = Vocabulary(bound=2)
    text = "one two three four five"
    assert small.numbers(text) == small.numbers(text) == Vocabulary().numbers(text)


def test_a_number_tells_the_part_of_speech():
    tags = [TAGS[token_number(token.text) & 0xFF] for token in cut("The quickly running 7 horses, write!")]
    assert tags == ["DET", "ADV", "ING", "NUM", "NOUN", "MARK", "VERB", "MARK"]
    assert TAGS[code(BREAK)] == "BREAK"


def test_tokens_are_shown_as_text():
    assert joined(words("In 1998, the (old) house:\nit was 好的 .")) == "in {number}, the (old) house:\nit was 好的."

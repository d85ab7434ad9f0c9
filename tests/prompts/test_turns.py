"""The body splitter: headings are whole lines, the order is checked, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import UsageError
from corpusmith.prompts.turns import split_turns


def roles(body):
    return [turn.role for turn in split_turns(body, "x")]


WORDS = st.text("abc {}%#`\n-", max_size=40).filter(lambda t: t.strip())
LINES = WORDS.filter(lambda t: not any(line.strip().startswith("#") for line in t.split("\n")))


@given(LINES)
def test_without_headings_all_of_it_is_the_user_message(body):
    (turn,) = split_turns(body, "x")
    assert turn.role == "user"
    assert turn.source.split() == body.split()


@given(st.booleans(), st.lists(st.tuples(LINES, LINES), max_size=3), LINES, LINES)
def test_what_is_joined_by_headings_is_split_again(with_system, pairs, system, last):
    expected = [("system", system)] if with_system else []
    for user, assistant in pairs:
        expected += [("user", user), ("assistant", assistant)]
    expected.append(("user", last))
    body = "\n".join(f"# {role}\n{text}" for role, text in expected)
    found = split_turns(body, "x", first_line=5)
    assert [turn.role for turn in found] == [role for role, _ in expected]
    lines = body.split("\n")
    for turn, (_, text) in zip(found, expected, strict=True):
        assert turn.source.split() == text.split()
        assert turn.source.startswith(lines[turn.line - 5].rstrip())


@given(st.text("#suer aitnm\n", max_size=60))
def test_any_text_is_split_or_refused_with_a_line(body):
    try:
        turns = split_turns(body, "file.md")
    except UsageError as error:
        said = str(error)
    else:
        said = ""
        assert turns[-1].role == "user"
        assert all(turn.source.strip() for turn in turns)
    assert said == "" or said.startswith("file.md:")


def test_few_shot_turns():
    assert roles("# system\ns\n# user\nq\n# assistant\na\n# user\nq2") == ["system", "user", "assistant", "user"]


def test_inner_headings_of_other_kinds_are_text():
    (turn,) = split_turns("Read this.\n\n## user\n# users\n# The user\n", "x")
    assert turn.source == "Read this.\n\n## user\n# users\n# The user"


def test_indentation_within_a_message_is_kept():
    (turn,) = split_turns("\n\n   indented\n\n  x\n\n", "x")
    assert turn.source == "   indented\n\n  x"
    assert turn.line == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "^x:1: the user message is empty"),
        ("# user\n\n", "^x:2: the user message is empty"),
        ("# system\n# user\nq", "^x:2: the system message is empty"),
        ("hello\n# user\nq", "^x:1: there is text before the first heading"),
        ("# assistant\na\n# user\nq", "^x:2: assistant message where the user message is due"),
        ("# user\nq\n# user\nr", "^x:4: user message where the assistant message is due"),
        ("# user\nq\n# system\ns", "^x:4: system message where"),
        ("# system\ns\n# system\ns", "^x:4: system message where the user"),
        ("# user\nq\n# assistant\na", "^x:4: the last message is the assistant's"),
        ("# system\ns", "^x:2: the last message is the system's"),
        ("# User\nq", "^x:1: '# User' is nearly a heading.*Write '# user'"),
        ("#user\nq", "^x:1: '#user' is nearly a heading"),
        ("# user \nq", "^x:1: '# user ' is nearly a heading"),
        ("# Assistant:\nq", "nearly a heading.*Write '# assistant'"),
    ],
)
def test_a_wrong_body_is_refused_with_its_line(body, said):
    with pytest.raises(UsageError, match=said):
        split_turns(body, "x")

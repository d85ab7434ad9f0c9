"""PersonaChat's text format."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import SourceRow
from corpusmith.data.sources import Unreadable, open_source

TEXT = """\
1 your persona: i have two dogs.
2 your persona: i sew.
3 partner's persona: i dive.
4 hi ! is that salt ?\tit is .\t\tcandidate one|candidate two
5 do your dogs mind ?\tnever .
1 your persona: i bake.
2 __SILENCE__\tgood morning .
"""


def read(tmp_path, text):
    path = tmp_path / "chat.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(open_source(path))


def test_dialogues_with_one_or_both_personas(tmp_path):
    first, second = read(tmp_path, TEXT)

    assert first.key == "chat.txt:1"
    assert first.fields["personas"] == [
        {"speaker": "A", "facts": ["i dive."]},
        {"speaker": "B", "facts": ["i have two dogs.", "i sew."]},
    ]
    assert [(t["speaker"], t["text"]) for t in first.fields["turns"]] == [
        ("A", "hi ! is that salt ?"), ("B", "it is ."), ("A", "do your dogs mind ?"), ("B", "never .")]  # fmt: skip
    assert second.key == "chat.txt:6"
    assert second.fields["turns"] == [{"speaker": "B", "text": "good morning ."}]


def test_a_broken_line_costs_its_own_dialogue(tmp_path):
    text = (
        TEXT.replace("5 do your dogs mind ?\tnever .", "5 do your dogs mind ?") + "1 your persona: i fish.\nno number\n"
    )

    broken, sound, other = read(tmp_path, text)

    assert broken == Unreadable("chat.txt:1", "line 5 has no tab between the two turns")
    assert isinstance(sound, SourceRow)
    assert other.message == "line 9 does not begin with its number"


def test_bytes_that_are_no_text(tmp_path):
    (found,) = read(tmp_path, b"1 your persona: i bake.\n2 hi\xff\tho\n")

    assert "line 2 is not UTF-8" in found.message


def test_another_text_is_a_document(tmp_path):
    (found,) = read(tmp_path, "1 your life is long.\n")

    assert found.fields == {"text": "1 your life is long.\n"}


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")), max_size=6
    )
)
def test_any_lines_are_read_or_told(tmp_path_factory, lines):
    text = "1 your persona: i bake.\n" + "\n".join(lines)

    for entry in read(tmp_path_factory.mktemp("chat"), text):
        assert isinstance(entry, Unreadable) or entry.fields["personas"] or entry.fields["turns"]

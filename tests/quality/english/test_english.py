"""What is known of English: tokens, opposites, inflection, polarity."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import UsageError
from corpusmith.quality.english.inflect import article, cased_like, inflected, lemma
from corpusmith.quality.english.opposites import TABLE, opposites
from corpusmith.quality.english.review_words import listed, review_opposites
from corpusmith.quality.english.sentiment import sign
from corpusmith.quality.english.tokens import split, tokens


@given(st.text(max_size=80))
def test_tokens_hold_every_letter_at_its_place(text):
    spans = split(text)
    assert all(a < b for a, b in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert "".join(text[a:b] for a, b in spans) == "".join(c for c in text if not c.isspace())


def test_contractions_are_two_tokens():
    assert [t.text for t in tokens("It doesn't work, I've said; dont and cannot.")] == [
        "It", "does", "n't", "work", ",", "I", "'ve", "said", ";", "do", "nt", "and", "can", "not", "."
    ]  # fmt: skip


def test_direct_opposites_come_before_those_by_way_of_similar_words():
    found = opposites().of("delicious", "a")
    assert {"bland", "tasteless"} <= {o.word for o in found}
    assert [o.distance for o in found] == sorted(o.distance for o in found)
    assert opposites().of("fast", "a")[0].word == "slow"
    assert opposites().of("no such word", "a") == []


def test_the_table_ships_with_its_licence():
    assert TABLE.is_file()
    assert "Princeton University" in (TABLE.parent / "WORDNET-LICENSE.txt").read_text()


def test_a_folder_without_wordnet_says_how_to_get_it(tmp_path):
    with pytest.raises(UsageError, match="wordnet-base"):
        opposites(tmp_path)


WORDNET = {
    "adj": [
        "00000100 00 a 01 cold(a) 0 002 ! 00000200 a 0101 & 00000300 a 0000 | low heat",
        "00000200 00 a 01 hot 0 001 ! 00000100 a 0101 | high heat",
        "00000300 00 s 01 icy 0 001 & 00000100 a 0000 | very cold",
    ],
    "noun": [], "verb": [], "adv": [],
}  # fmt: skip


def test_files_of_another_wordnet_can_be_used(tmp_path):
    for pos, lines in WORDNET.items():
        (tmp_path / f"data.{pos}").write_text("".join(f"{line}\n" for line in ["  1 licence", *lines]))
        index = "".join(f"{line.split()[4].partition('(')[0]} a 1 0 1 0 {line.split()[0]}\n" for line in lines)
        (tmp_path / f"index.{pos}").write_text(index)
    table = opposites(tmp_path)
    assert [(o.word, o.distance) for o in table.of("cold", "a")] == [("hot", 0)]
    assert [(o.word, o.distance) for o in table.of("icy", "a")] == [("hot", 1)]


def test_the_list_depends_on_praise_and_blame():
    assert listed("cheap", "a", 1)[0] == "expensive"
    assert listed("cheap", "a", -1)[0] == "solid"
    assert listed("no such word", "a", 1) == []


def test_no_listed_word_has_the_polarity_of_its_opposite():
    wrong = [
        (word, other)
        for (pos, word), entries in review_opposites().items()
        for _, other in entries
        if pos != "p" and sign(word) and sign(word) == sign(other)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("base", "tag", "form"),
    [
        ("slow", "JJR", "slower"), ("difficult", "JJR", "more difficult"), ("bad", "JJS", "worst"),
        ("fail", "VBD", "failed"), ("fall short of", "VBD", "fell short of"), ("drawback", "NNS", "drawbacks"),
        ("ugly", "JJR", "uglier"), ("rude", "JJ", "rude"),
    ],
)  # fmt: skip
def test_inflection(base, tag, form):
    assert inflected(base, tag) == form


def test_lemmas_articles_and_case():
    assert lemma("better", "a") == "good"
    assert lemma("crashes", "v") == "crash"
    assert [article(w) for w in ("awful", "unique", "honest", "room", "easy")] == ["an", "a", "an", "a", "an"]
    assert cased_like("dark", "BRIGHT") == "DARK"
    assert cased_like("dark", "Bright") == "Dark"

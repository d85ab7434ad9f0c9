"""Aspect annotations of every format, and what becomes of wrong ones."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import SourceRow
from corpusmith.core.errors import SourceError, UsageError
from corpusmith.data.sources import Unreadable
from corpusmith.data.sources.aspects import open_aspects, read_aspects, read_cases
from corpusmith.data.sources.aspects.annotation import GivenSpan
from corpusmith.data.sources.aspects.verify import Found, find_span

HOTELS = Path(__file__).parents[2] / "builders" / "hotels"


def told(data):
    return {
        (s.text, t.span.text, t.span.start, t.polarity): [o.text for o in t.opinions]
        for s in data.sentences
        for t in s.terms
    }


def write(folder, name, content):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def reasons(data):
    return [(p.reason, p.outcome) for p in data.problems]


def test_xml_with_a_layer_says_the_same_as_plain_rows():
    layered = read_aspects(HOTELS / "hotels.xml", HOTELS / "hotels_opinions.json")
    plain = read_aspects(HOTELS / "hotels.jsonl")
    assert told(layered) == told(plain)
    assert len(plain.sentences) == 50
    assert reasons(plain) == [("conflict_polarity", "skipped")]
    assert layered.layer.unmatched == ("h47_0",)


def test_sentence_keys_name_the_line_of_an_xml_file():
    first = next(iter(open_aspects(HOTELS / "hotels.xml")))
    assert first.key == "hotels.xml:3"
    assert first.fields["sentence"]["id"] == "h01"


def test_towe_lines_of_one_sentence_are_one_sentence(tmp_path):
    lines = [
        "s_id\tsentence\ttarget_tags\topinion_words_tags",
        "9\tThe pool is great .\tThe\\O pool\\B is\\O great\\O .\\O\tThe\\O pool\\O is\\O great\\B .\\O",
        "9\tThe pool is great .\tThe\\B pool\\I is\\O great\\O .\\O\tThe\\O pool\\O is\\O great\\O .\\O",
    ]
    path = write(tmp_path, "towe.tsv", "\n".join(lines) + "\n")
    data = read_aspects(path, polarities=False)
    assert [(t.span.text, [o.text for o in t.opinions]) for s in data.sentences for t in s.terms] == [
        ("pool", ["great"]),
        ("The pool", []),
    ]
    assert {p.reason for p in read_aspects(path).problems} == {"no_polarity"}


def test_a_line_with_broken_tags_costs_itself_only(tmp_path):
    lines = [
        "s_id\tsentence\ttarget_tags\topinion_words_tags",
        "1\tGood bar\tGood bar\tGood\\B bar\\O",
        "2\tGood bar\tGood\\O bar\\B\tGood\\B bar\\O",
    ]
    data = read_aspects(write(tmp_path, "towe.tsv", "\n".join(lines) + "\n"), polarities=False)
    assert [u.key for u in data.unreadable] == ["towe.tsv:2"]
    assert len(data.sentences) == 1


def test_rows_of_one_term_each_are_put_together(tmp_path):
    text = "The bar is loud but the beds are soft."
    rows = {
        "3_0": {"id": "3_0", "sentence": text, "term": "bar", "from": 4, "to": 7, "polarity": "negative"},
        "3_1": {"id": "3_1", "sentence": text, "term": "beds", "from": 24, "to": 28, "polarity": "positive"},
    }
    (sentence,) = read_aspects(write(tmp_path, "test.json", rows)).sentences
    assert (sentence.id, [t.id for t in sentence.terms]) == ("3", ["3_0", "3_1"])


def one_term(tmp_path, **changes):
    term = {"term": "bar", "from": 4, "to": 7, "polarity": "negative", **changes}
    return read_aspects(
        write(tmp_path, "a.jsonl", {"id": "1", "sentence": "The bar is loud, the bar is dark.", "terms": [term]})
    )


def test_offsets_that_are_off_are_mended_to_the_nearest_place_and_told(tmp_path):
    data = one_term(tmp_path, **{"from": 20, "to": 23})
    assert data.sentences[0].terms[0].span.start == 21
    assert reasons(data) == [("span_moved", "repaired")]
    assert "taken as 'bar' at 21:24" in data.problems[0].message


@pytest.mark.parametrize(
    ("changes", "reason", "outcome"),
    [
        ({"term": "spa"}, "span_mismatch", "failed"),
        ({"from": None, "to": None}, "span_ambiguous", "failed"),
        ({"polarity": "conflict"}, "conflict_polarity", "skipped"),
        ({"polarity": "glad"}, "unknown_polarity", "failed"),
        ({"polarity": None}, "no_polarity", "failed"),
        ({"term": "Bar"}, "term_respelt", "repaired"),
        ({"term": "NULL", "from": 0, "to": 0}, "implicit_target", "skipped"),
    ],
)
def test_a_wrong_term_is_told_with_its_reason(tmp_path, changes, reason, outcome):
    assert reasons(one_term(tmp_path, **changes)) == [(reason, outcome)]


def test_a_lost_opinion_leaves_its_term(tmp_path):
    data = one_term(tmp_path, opinions=[{"text": "loud", "from": 11, "to": 15}, {"text": "quiet", "from": 0, "to": 5}])
    assert [o.text for o in data.sentences[0].terms[0].opinions] == ["loud"]
    assert reasons(data) == [("opinion_span_mismatch", "failed")]


def test_a_source_for_a_builder_has_lost_terms_as_entries_with_their_reason(tmp_path):
    term = {"term": "spa", "from": 0, "to": 3, "polarity": "positive"}
    path = write(tmp_path, "a.jsonl", {"id": "1", "sentence": "The bar is loud.", "terms": [term]})
    lost, row = list(open_aspects(path))
    assert isinstance(lost, Unreadable)
    assert (lost.key, lost.reason) == ("a.jsonl:1#1_0", "span_mismatch")
    assert isinstance(row, SourceRow)
    assert row.fields["sentence"]["terms"] == []


def test_a_file_of_another_kind_is_refused_with_its_fields(tmp_path):
    path = write(tmp_path, "a.jsonl", {"instruction": "x", "output": "y"})
    with pytest.raises(UsageError, match="fields of its first row are: instruction, output"):
        read_aspects(path)


def test_a_document_type_is_refused(tmp_path):
    bomb = '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sentences>&b;</sentences>'
    with pytest.raises(SourceError, match="declares a document type"):
        read_aspects(write(tmp_path, "a.xml", bomb))


@pytest.mark.parametrize(("content", "says"), [("<sentences><sentence>", "not valid XML"), ("<a/>", "no <sentence>")])
def test_xml_that_cannot_be_used_says_why(tmp_path, content, says):
    with pytest.raises(SourceError, match=says):
        read_aspects(write(tmp_path, "a.xml", content))


def test_the_form_of_2015_is_read_too(tmp_path):
    xml = (
        '<Reviews><Review><sentences><sentence id="1:0"><text>Lovely terrace.</text><Opinions>'
        '<Opinion target="terrace" polarity="positive" from="7" to="14"/>'
        '<Opinion target="NULL" polarity="negative" from="0" to="0"/></Opinions></sentence></sentences>'
        "</Review></Reviews>"
    )
    data = read_aspects(write(tmp_path, "a.xml", xml))
    assert [t.span.text for t in data.sentences[0].terms] == ["terrace"]
    assert reasons(data) == [("implicit_target", "skipped")]


def test_released_sets_are_read_by_their_keys(tmp_path):
    case = {"sentence": "Soft beds.", "term": "beds", "polarity": "positive", "id": "1_0", "from": 5, "to": 9}
    rows = dict.fromkeys(("1_0", "1_0_adv1", "1_0_adv2", "1_0_adv3"), case)
    found = read_cases(write(tmp_path, "gold.json", rows))
    assert [c.strategy for c in found.cases] == ["original", "revtgt", "revnon", "adddiff"]
    assert {c.target for c in found.cases} == {"1_0"}


@given(
    st.text(alphabet="ab .,é", min_size=1, max_size=30),
    st.text(alphabet="ab é", max_size=6),
    st.integers(-3, 40),
    st.integers(-3, 40),
)
def test_a_span_is_exact_or_refused_by_a_slug(text, words, start, end):
    found = find_span(text, GivenSpan(words, start, end))
    if isinstance(found, Found):
        assert text[found.span.start : found.span.end] == found.span.text
        assert found.span.text.casefold().split() == words.casefold().split()
    else:
        assert found.replace("_", "").isalpha()

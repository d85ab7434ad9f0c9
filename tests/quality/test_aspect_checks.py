"""arts.*: what must hold of a case, one broken case for each rule."""

import pytest

from corpusmith.core import registry
from corpusmith.quality import Row

TEXT = "The room was spacious and the bed was soft."


def term(name, words, polarity, opinion, text=TEXT):
    def span(part):
        return {"text": part, "start": text.index(part), "end": text.index(part) + len(part)}

    return {
        "id": name,
        "span": span(words),
        "polarity": polarity,
        "opinions": [span(opinion)],
        "opinions_inferred": False,
    }


SOURCE = {
    "id": "1",
    "text": TEXT,
    "terms": [term("1_0", "room", "positive", "spacious"), term("1_1", "bed", "positive", "soft")],
}


def case(sentence, *edits, strategy="revtgt", polarity="negative", target="room", others=None):
    made = [{"start": TEXT.index(b) if b else at, "before": b, "after": a, "rule": "antonym"} for b, a, at in edits]
    start = sentence.find(target)
    return {
        "sentence": sentence,
        "term": target,
        "start": start,
        "end": start + len(target),
        "polarity": polarity,
        "target": "1_0",
        "strategy": strategy,
        "edits": made,
        "others": others or [],
        "source": SOURCE,
    }


GOOD = case("The room was cramped but the bed was soft.", ("spacious", "cramped", 0), ("and", "but", 0))


def judge(name, fields):
    (finding,) = registry.load("checks", name)().judge([Row(0, "r", fields)])
    return finding


@pytest.mark.parametrize("name", [n for n in registry.names("checks") if n.startswith("arts.")][:20])
def test_a_good_case_passes(name):
    if registry.load("checks", name).scope == "row":
        assert judge(name, GOOD).reason is None


BROKEN = [
    ("arts.span", {**GOOD, "start": 5}, "span_mismatch"),
    ("arts.span", {**GOOD, "others": [{"span": {"text": "bed", "start": 0, "end": 3}}]}, "other_span_mismatch"),
    ("arts.changed", case("the room was spacious and the bed was soft", polarity="negative"), "unchanged_text"),
    ("arts.changed", case(TEXT + "!", strategy="original", polarity="positive"), "original_changed"),
    ("arts.edits", case("The room was cramped but the bed was soft.", ("spacious", "cramped", 0)), "edits_do_not_fit"),
    ("arts.label", {**GOOD, "polarity": "positive"}, "label_breaks_rule"),
    ("arts.label", case(TEXT, strategy="revnon", polarity="negative"), "label_breaks_rule"),
    ("arts.negation", {**GOOD, "sentence": "The room was not not spacious."}, "doubled_negation"),
    ("arts.negation", {**GOOD, "sentence": "It did not never rain in the room."}, "doubled_negation"),
    ("arts.others", case("The room was spacious and the bed was hard.", ("soft", "hard", 0)), "other_opinion_touched"),
    (
        "arts.others",
        case("The room was cramped and the bed was soft.", ("spacious", "cramped", 0), strategy="revnon"),
        "target_opinion_touched",
    ),
    ("arts.grammar", {**GOOD, "sentence": "The room DELETE spacious."}, "placeholder"),
    ("arts.grammar", {**GOOD, "sentence": "It was a awful room."}, "wrong_article"),
    ("arts.grammar", {**GOOD, "sentence": "The the room was dark."}, "repeated_word"),
    ("arts.grammar", {**GOOD, "sentence": "The room did not crashed."}, "verb_form"),
    ("arts.grammar", {**GOOD, "sentence": "The room was more worse."}, "double_comparison"),
    ("arts.grammar", {**GOOD, "sentence": "The room was dark , but fine."}, "misplaced_blank"),
    ("arts.grammar", {**GOOD, "sentence": "the room was dark."}, "small_first_letter"),
    ("arts.grammar", {**GOOD, "sentence": "The room (was dark."}, "unbalanced_marks"),
    ("arts.grammar", {**GOOD, "sentence": "The room was темный."}, "foreign_script"),
    ("arts.grammar", {**GOOD, "sentence": ""}, "empty_sentence"),
]


@pytest.mark.parametrize(("name", "fields", "reason"), BROKEN)
def test_a_broken_rule_is_named(name, fields, reason):
    assert judge(name, fields).reason == reason


def added(sentence, words, polarity="negative"):
    place = {"text": words, "start": sentence.index(words), "end": sentence.index(words) + len(words)}
    edit = {"start": len(TEXT) - 1, "before": ".", "after": sentence[len(TEXT) - 1 :], "rule": "added_clauses"}
    other = {"id": "added_0:x", "span": place, "polarity": polarity, "opinions": []}
    return {**case(sentence, strategy="adddiff", polarity="positive", others=[other]), "edits": [edit]}


KEPT = TEXT[:-1] + ", but the lobby is dark."


def test_adddiff_keeps_the_original_and_adds_other_terms():
    assert judge("arts.added", added(KEPT, "lobby")).reason is None
    assert judge("arts.added", added(KEPT, "lobby", "positive")).reason == "added_polarity_same"
    assert judge("arts.added", added("So " + KEPT, "lobby")).reason == "prefix_lost"
    known = TEXT[:-1] + ", but the bed is dark."
    assert judge("arts.added", {**added(known, "is dark"), "others": []}).reason == "nothing_added"


def test_what_the_original_has_already_is_no_fault():
    noisy = "The the room , was not not a awful place."
    fields = {**GOOD, "sentence": noisy.replace("place", "spot"), "source": {**SOURCE, "text": noisy}}
    assert judge("arts.grammar", fields).reason is None
    assert judge("arts.negation", fields).reason is None


def test_a_case_from_elsewhere_without_its_source_is_unjudged():
    finding = judge("arts.label", {**GOOD, "source": None})
    assert finding.error
    assert finding.evidence["error"] == "no_source"

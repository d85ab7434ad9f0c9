"""Which prediction belongs to which case, and that none is lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.records import AspectRecord, Origin
from corpusmith.quality.scoring.arts_set import ArtsSet
from corpusmith.quality.scoring.matching import Prediction, match


def case(target: str, strategy: str, sentence: str, term: str = "tea") -> AspectRecord:
    start = sentence.index(term)
    place = {"term": term, "start": start, "end": start + len(term), "polarity": "positive"}
    return AspectRecord(origin=Origin(builder="import"), sentence=sentence, target=target, strategy=strategy, **place)


SET = ArtsSet(
    {
        "1_0": case("1_0", "original", "The tea is hot."),
        "1_0_adv1": case("1_0", "revtgt", "The tea is cold."),
        "1_0_adv3": case("1_0", "adddiff", "The tea is hot, but the bread is stale."),
        "2_0": case("2_0", "original", "The tea is hot, and tea is dear."),
        "2_1": case("2_1", "original", "The tea is hot, and tea is dear."),
    }
)


def predicted(name: str, sentence: str | None = None, term: str | None = None, gold: str | None = None) -> Prediction:
    return Prediction(name, {"m": "positive"}, sentence, term, gold)


def test_by_id():
    found = match(SET, [predicted(name) for name in SET.cases])
    assert set(found.found) == set(SET.cases)
    assert found.by == {"id": 5, "text": 0, "alias": 0}
    assert not found.missing


def test_an_id_written_differently_is_found_by_its_text_or_by_the_known_spelling():
    by_text = match(SET, [predicted("1_0_adv4", "the tea is hot , but the bread is stale .", "tea")])
    assert list(by_text.found) == ["1_0_adv3"]
    assert by_text.by["text"] == 1
    by_alias = match(SET, [predicted("1_0_adv4")])
    assert list(by_alias.found) == ["1_0_adv3"]
    assert by_alias.by["alias"] == 1
    assert by_alias.missing == ["1_0", "1_0_adv1", "2_0", "2_1"]
    renamed = match(SET, [predicted("row 7", "The tea is cold.", "tea")])
    assert list(renamed.found) == ["1_0_adv1"]


def test_a_text_that_two_cases_have_is_not_guessed_at():
    found = match(SET, [predicted("row 7", "The tea is hot, and tea is dear.", "tea")])
    assert found.unmatched == ["row 7"]
    told = match(SET, [predicted("2_1#second", "The tea is hot, and tea is dear.", "tea")])
    assert list(told.found) == ["2_1"]


def test_everything_odd_is_named():
    rows = [
        predicted("1_0", "The tea is hot.", "tea", "negative"),
        predicted("1_0", "The tea is hot.", "tea"),
        predicted("1_0_adv1", "The tea is iced.", "tea"),
        predicted("9_9"),
    ]
    found = match(SET, rows).as_dict()
    assert found["other_gold"]["ids"] == ["1_0"]
    assert found["repeated"]["ids"] == ["1_0"]
    assert found["other_text"]["ids"] == ["1_0_adv1"]
    assert found["unmatched"] == {"number": 1, "ids": ["9_9"]}
    assert found["missing"]["number"] == 3


IDS = st.sampled_from([*SET.cases, "1_0_adv4", "2_0_adv4", "x", "=1"])
TEXTS = st.sampled_from([None, *(case.sentence for case in SET.cases.values()), "Other."])


@given(st.lists(st.tuples(IDS, TEXTS), max_size=12))
def test_no_prediction_is_lost(rows):
    found = match(SET, [predicted(name, text, "tea" if text else None) for name, text in rows])
    assert len(found.found) + len(found.unmatched) + len(found.repeated) == len(rows)
    assert sum(found.by.values()) == len(found.found)
    assert set(found.missing) == set(SET.cases) - set(found.found)

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.core.errors import CorpusmithError
from corpusmith.quality import Resources, Row
from corpusmith.quality.contamination.ngram import Contamination
from corpusmith.quality.contamination.overlap import overlap_warning
from corpusmith.quality.contamination.places import word_places
from corpusmith.quality.contamination.word_runs import words_of
from corpusmith.quality.words import tokens

LEAD = "The following is a multiple choice question with four answers of which exactly one is right, so think first."
QUESTIONS = [
    "Which of the harbours along the northern coast was the first to be lit by a tower that burned whale oil in 1802?",
    "How many of the eleven crates in the warehouse did the two clerks open before the bell rang for the evening meal?",
    "Why did the gardener plant three rows of beans beside the wall although the soil there had never held any water?",
]
SHORT = "What is the boiling point of ethanol?"


def rows(*texts, column="question"):
    return [Row(at, f"r{at}", {column: text}) for at, text in enumerate(texts)]


def judge(text, against, **options):
    check = Contamination(Contamination.Options(**options), Resources(against=against))
    (found,) = check.judge([Row(0, "x", {"instruction": "Answer me this.", "output": text})])
    return found


EXAM = {"exam": rows(*(f"{LEAD} {question}" for question in QUESTIONS))}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_row_with_a_question_in_it_names_set_row_and_places(question):
    text = "So I was asked: " + question.upper().replace(",", " -") + " and I said no."
    found = judge(text, EXAM)
    evidence = found.evidence
    assert found.reason == "contaminated"
    assert 0.4 < found.value < 1
    assert (evidence["set"], evidence["matched"]) == ("exam", f"r{QUESTIONS.index(question)}")
    ours, theirs = evidence["span"], evidence["matched_span"]
    original = EXAM["exam"][evidence["matched_row"]].fields[evidence["matched_field"]]
    assert tokens(text[ours[0] : ours[1]]) == tokens(original[theirs[0] : theirs[1]]) == tokens(question)
    assert evidence["field"] == "output"


def test_what_many_evaluation_rows_share_is_told_apart():
    found = judge(f"{LEAD} What is the colour of the sky on a clear day in summer?", EXAM)
    assert (found.value, found.reason, found.evidence["rule"]) == (0.0, "template_overlap", "template")
    assert not Contamination.bar.crossed(found.value)


def test_a_word_or_two_behind_a_template_are_no_repetition():
    # "... think first. Which of" stands in one evaluation row only.
    found = judge(f"{LEAD} Which of us is the tallest?", EXAM)
    assert (found.value, found.reason) == (0.0, "template_overlap")
    assert judge(f"{LEAD} Which of the harbours along the coast is it?", EXAM).reason == "contaminated"


def test_a_short_question_behind_a_template_is_found_with_it():
    short = {"exam": rows(*(f"{LEAD} {question}" for question in [*QUESTIONS, "Who painted it?"]))}
    assert judge(f"{LEAD} Who painted it?", short).reason == "contaminated"
    assert judge(f"{LEAD} Who sold it?", short).reason == "template_overlap"


def test_a_text_given_in_two_sets_is_no_template():
    twice = {"a": rows(QUESTIONS[0]), "b": rows(QUESTIONS[0], QUESTIONS[1])}
    assert judge(QUESTIONS[0], twice).value == 1.0
    prompt = {"c": [Row(at, str(at), {"system": LEAD, "question": q}) for at, q in enumerate([*QUESTIONS, SHORT])]}
    assert judge(LEAD, prompt).value == 0.0
    assert judge(QUESTIONS[2], prompt).value == 1.0


def test_short_texts_are_matched_as_a_whole():
    exam = {"exam": rows(SHORT, "Who are you?", "Paris", "It is not known.")}
    assert judge("tell me, what is the boiling point of ethanol in degrees", exam).value == 1.0
    assert judge("tell me, what is the boiling point of water", exam).value == 0.0
    assert judge('She asked: "Who are you?" He left.', exam).value == 1.0
    assert judge("He knew who are you and me in this tale", exam).value == 0.0
    assert judge("Paris. It is not known.", exam).value == 0.0


def test_scripts_without_spaces_are_matched_by_characters():
    exam = {"exam": rows("请说明为什么北方港口的灯塔最早使用鲸油照明并且在冬天也不熄灭？")}
    text = "问题：请说明为什么北方港口的灯塔最早使用鲸油照明，并且在冬天也不熄灭！答案如下。"
    found = judge(text, exam)
    assert found.value == 1.0
    start, stop = found.evidence["span"]
    assert text[start:stop] == "请说明为什么北方港口的灯塔最早使用鲸油照明，并且在冬天也不熄灭"
    assert judge("请说明为什么南方港口的灯塔最早使用煤气照明。", exam).value == 0.0


def test_texts_within_lists_and_objects_count():
    exam = {"exam": [Row(0, "e", {"turns": [{"content": QUESTIONS[0]}], "answers": ["A", "B"]})]}
    check = Contamination(None, Resources(against=exam))
    row = Row(0, "x", {"messages": [{"role": "user", "content": "hi"}, {"role": "user", "content": QUESTIONS[0]}]})
    (found,) = check.judge([row])
    assert found.evidence["field"] == "messages.1.content"
    assert found.evidence["matched_field"] == "turns.0.content"


def test_columns_can_be_chosen():
    exam = {"exam": [Row(0, "e", {"question": QUESTIONS[0], "answer": QUESTIONS[1]})]}
    check = Contamination(Contamination.Options(evaluation_fields=("question",)), Resources(against=exam))
    found = check.judge([Row(at, str(at), {"output": text}) for at, text in enumerate(QUESTIONS[:2])])
    assert [one.value for one in found] == [1.0, 0.0]
    check = Contamination(Contamination.Options(fields=("output",)), Resources(against=exam))
    found = check.judge([Row(0, "a", {"instruction": QUESTIONS[0], "output": ""}), Row(1, "b", {"text": QUESTIONS[0]})])
    assert [(one.value, one.error) for one in found] == [(0.0, False), (None, True)]


def test_nothing_to_compare_with_finds_nothing():
    assert judge(QUESTIONS[0], {}).value == 0.0
    assert judge(QUESTIONS[0], {"empty": []}).value == 0.0
    assert judge("", EXAM).value == 0.0


def test_an_evaluation_set_that_is_the_data_itself_is_told():
    these = rows(*QUESTIONS, SHORT)
    check = Contamination(None, Resources(against={"mine.jsonl": these}))
    hits = Counter(one.evidence["set"] for one in check.judge(these) if one.value)
    message = overlap_warning(hits, len(these), {"mine.jsonl": len(these)})
    assert message is not None
    assert "4 of 4 rows (100.0%) repeat the evaluation set 'mine.jsonl'" in message
    assert overlap_warning({"other": 1}, 100, {"other": 5}) is None


def test_batches_do_not_matter():
    these = [Row(at, str(at), {"text": text}) for at, text in enumerate([*QUESTIONS, "", "x", LEAD, SHORT] * 3)]
    check = Contamination(None, Resources(against=EXAM))
    whole = check.judge(these)
    assert [check.judge([row])[0] for row in these] == whole


def test_length_of_a_run_is_checked():
    with pytest.raises((ValueError, CorpusmithError)):
        Contamination.Options(n=1)


ODD = st.one_of(st.sampled_from("aB1é你 .\n\0\u0301ﬁ²ก가\u1100\u1161"), st.characters())


@settings(max_examples=200)
@given(st.lists(st.text(alphabet=ODD, max_size=20), max_size=6))
def test_words_of_many_texts_are_those_of_each(texts):
    words = words_of(texts)
    assert len(words.first) == len(texts) + 1
    seen = {}
    for at, text in enumerate(texts):
        hashes = words.hashes[words.first[at] : words.first[at + 1]].tolist()
        cut = tokens(text)
        assert len(hashes) == len(cut)
        assert all(seen.setdefault(word, number) == number for word, number in zip(cut, hashes, strict=True))
    assert len(set(seen.values())) == len(seen)


@given(st.lists(st.text(alphabet="ab ", max_size=12), max_size=5), st.integers(1, 4))
def test_runs_lie_within_one_text(texts, length):
    words = words_of(texts)
    _, first = words.runs(length)
    expected = [
        start + at
        for text, start in zip(texts, words.first.tolist(), strict=False)
        for at in range(len(tokens(text)) - length + 1)
    ]
    assert first.tolist() == expected


@settings(max_examples=200)
@given(st.text(alphabet=ODD, max_size=20))
def test_places_of_words_lie_in_the_text(text):
    places = word_places(text)
    assert all(0 <= start < stop <= len(text) for start, stop in places)
    assert places == sorted(places)
    if text.isascii():
        assert [text[start:stop].lower() for start, stop in places] == tokens(text)

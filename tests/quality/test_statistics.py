"""Statistics: what they measure, and that they always have a value to move a bar over."""

import pytest

from corpusmith.core import registry
from corpusmith.core.errors import UsageError
from corpusmith.quality import CheckSpec, Panel, Row
from corpusmith.quality.syllables import SYLLABLES

LOREM = "The owl sleeps by day and hunts by night. It hears a mouse under the snow and drops on it without a sound. "


def value(name, text, **options):
    made = registry.load("checks", name)
    (finding,) = made(made.Options(min_words=1, **options)).judge([Row(0, "0", {"output": text})])
    return finding.value


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("text.characters", "a b c", 5),
        ("text.words", "three short words", 3),
        ("text.words", "我喜欢读书。", 5),
        ("text.alphanumeric_ratio", "ab 1!", 0.6),
        ("text.special_character_ratio", "ab !", 0.3333),
        ("text.digit_ratio", "a1 23", 0.75),
        ("text.uppercase_ratio", "ABc d", 0.5),
        ("text.white_space_ratio", "a b\n", 0.5),
        ("text.non_ascii_ratio", "aé", 0.5),
        ("text.mean_word_length", "ab abcd", 3.0),
        ("text.mean_line_length", "ab\nabcd", 3.0),
        ("text.longest_line", "ab\nabcd", 4.0),
        ("text.bullet_ratio", "Buy:\n- milk\n- tea\n2. jam", 0.75),
        ("text.ellipsis_ratio", "And so ...\nit went", 0.5),
        ("text.line_repetition", "a\nb\n\na\na", 0.5),
        ("text.distinct_word_ratio", "A cat, a dog", 0.75),
        ("text.word_repetition", "a b c d e f a b c d e", 0.2857),
        ("text.character_repetition", "abcabc", 0.5),
        ("text.function_word_ratio", "the cat of the house", 0.6),
        ("text.function_word_ratio", "die Katze und der Hund", 0.6),
        ("text.function_word_ratio", "猫は庭で鳥を見た", 0.5),
        ("text.flagged_word_ratio", "Damn that damned cat", 0.25),
    ],
)
def test_measures(name, text, expected):
    options = {"words": ("damn",)} if name == "text.flagged_word_ratio" else {}
    options |= {"n": 3} if name == "text.character_repetition" else {}
    assert value(name, text, **options) == expected


def test_a_text_that_is_not_there_or_too_short_has_no_value():
    statistic = registry.load("checks", "text.uppercase_ratio")
    rows = [
        Row(at, str(at), fields) for at, fields in enumerate([{}, {"output": 3}, {"output": ""}, {"output": "USA"}])
    ]
    assert [finding.value for finding in statistic().judge(rows)] == [None] * 4


def test_a_value_keeps_its_reason_so_that_the_bar_can_be_moved():
    spec = CheckSpec(check="text.uppercase_ratio", gate="drop", bar=0.1)
    rows = [Row(0, "0", {"output": "I SAY that this is so."}), Row(1, "1", {"output": "all of it is in small letters"})]
    kept = Panel.from_specs([spec]).judge(rows)
    assert [(one.decision, one.reason) for one in kept] == [("drop", "many_capitals"), ("keep", None)]


def test_of_several_turns_the_worst_counts():
    turns = [
        {"role": "assistant", "content": "Nothing LOUD in this turn."},
        {"role": "assistant", "content": "ALL OF IT IS LOUD"},
    ]
    (finding,) = registry.load("checks", "text.uppercase_ratio")().judge([Row(0, "0", {"messages": turns})])
    assert finding.value == 1.0
    assert finding.evidence == {"field": "messages[1].content", "span": [0, 17], "rule": "uppercase_ratio"}


def test_a_list_of_words_must_be_given():
    with pytest.raises(UsageError, match="words"):
        Panel.from_specs([CheckSpec(check="text.flagged_word_ratio")])


def test_variety_of_words_does_not_fall_with_length():
    varied, poor = (
        value("text.lexical_diversity", LOREM),
        value("text.lexical_diversity", "the cat and the dog and " * 20),
    )
    assert varied > 3 * poor
    assert value("text.distinct_word_ratio", LOREM * 3) < value("text.distinct_word_ratio", LOREM) / 2


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            {"cat": 1, "table": 2, "wanted": 2, "played": 1, "beautiful": 3, "area": 3, "boxes": 2, "experience": 4},
        ),
        ("de", {"katze": 2, "bäume": 2, "radio": 3, "zeitung": 2, "biene": 2}),
        ("es", {"perro": 2, "tierra": 2, "leer": 2, "país": 2, "ciudad": 2}),
        ("fr", {"chatte": 1, "maison": 2, "école": 2, "grandes": 1}),
        ("it", {"gatto": 2, "piano": 2, "città": 2, "poesia": 3}),
        ("ru", {"кошка": 2, "дом": 1, "молоко": 3}),
    ],
)
def test_syllables(language, words):
    assert {word: SYLLABLES[language](word) for word in words} == words


def test_harder_texts_get_harder_values():
    easy = "The cat sat on the mat. It was a warm day. The dog ran to the cat. They sat in the sun for an hour. " * 2
    hard = (
        "Notwithstanding considerable institutional opposition, the comprehensive reorganisation of administrative "
        "responsibilities necessitated unprecedented interdepartmental collaboration throughout the implementation, "
        "and the subsequent evaluation demonstrated disproportionate inefficiencies in documentation procedures. "
    )
    for formula in ("lix", "rix", "ari", "coleman_liau", "flesch_kincaid", "gunning_fog", "smog"):
        assert value("text.readability", hard, formula=formula) > value("text.readability", easy, formula=formula)
    assert value("text.readability", hard, formula="flesch") < value("text.readability", easy, formula="flesch")


def test_flesch_of_a_text_counted_by_hand():
    # 12 words, 2 sentences, 13 syllables: 206.835 - 1.015 * 6 - 84.6 * 13 / 12
    text = "The cat sat on the mat. It liked the sun on Sunday."
    assert value("text.readability", text, formula="flesch") == 109.1


def test_a_language_that_a_formula_does_not_fit_cannot_be_judged():
    made = registry.load("checks", "text.readability")
    check = made(made.Options(formula="gunning_fog"))
    rows = [Row(0, "0", {"output": LOREM * 2, "language": "de"}), Row(1, "1", {"output": "你好吗?" * 40})]
    german, chinese = check.judge(rows)
    assert german.error
    assert german.evidence["error"] == "language_not_covered"
    assert chinese.value is None

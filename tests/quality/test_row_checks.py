"""Every row check: what it must find, what it must leave alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import registry
from corpusmith.quality import Row

ROW_CHECKS = [name for name in registry.names("checks") if registry.load("checks", name).scope == "row"]


def judge(name, fields, **options):
    made = registry.load("checks", name)
    check = made(made.Options(**options)) if options else made()
    (finding,) = check.judge([Row(0, "r0", fields)])
    crossed = isinstance(finding.value, float) and check.bar.crossed(finding.value)
    return finding, crossed


FOUND = [
    ("output.empty", {"output": ""}, "empty_output"),
    ("output.empty", {"output": " \n\t"}, "empty_output"),
    ("output.empty", {"output": None}, "empty_output"),
    ("output.placeholder", {"output": "<nooutput>"}, "placeholder_output"),
    ("output.placeholder", {"output": "No Output, as this asks for a drawing."}, "placeholder_output"),
    ("output.placeholder", {"output": "<noinput>"}, "placeholder_output"),
    ("output.placeholder", {"output": "N/A"}, "not_applicable_output"),
    ("output.placeholder", {"output": "TBD."}, "placeholder_output"),
    ("output.placeholder", {"output": "..."}, "placeholder_output"),
    ("output.equals_input", {"input": "b, a", "output": "b, a\n"}, "output_equals_input"),
    ("output.equals_input", {"instruction": "Say hi", "output": "Say hi"}, "output_equals_instruction"),
    ("output.refusal", {"output": "I'm sorry, but I cannot help with that."}, "refusal"),
    ("output.refusal", {"output": "I’m sorry, but I can’t assist with this request."}, "refusal"),
    ("output.refusal", {"output": "This task cannot be completed by a text model."}, "refusal"),
    ("output.refusal", {"output": "Es tut mir leid, aber dabei kann ich nicht helfen."}, "refusal"),
    ("output.refusal", {"output": "Je suis désolé, mais je ne peux pas vous aider."}, "refusal"),
    ("output.refusal", {"output": "Lo siento, pero no puedo ayudar con eso."}, "refusal"),
    ("output.refusal", {"output": "Извините, но я не могу ответить на этот вопрос."}, "refusal"),
    ("output.refusal", {"output": "很抱歉,我无法回答这个问题。"}, "refusal"),
    ("output.refusal", {"output": "申し訳ありませんが、その質問にはお答えできません。"}, "refusal"),
    ("output.truncated", {"output": "Here is the code you asked for:\n```python\nprint(1)\n"}, "truncated_output"),
    ("output.truncated", {"output": "1. Wash the apples well.\n2. Cut them up.\n3."}, "truncated_output"),
    (
        "output.truncated",
        {"output": "The three main causes of the war were trade, religion and the"},
        "truncated_output",
    ),
    ("output.truncated", {"output": "Owls hunt at night because their eyes are large,"}, "truncated_output"),
    (
        "output.truncated",
        {"output": "Bees live together in a hive. " * 8 + "In winter they stay close to each other for warmth while"},
        "truncated_output",
    ),
    ("input.no_input_variant", {"input": "No input"}, "no_input_variant"),
    ("input.no_input_variant", {"input": "<noinput>"}, "no_input_variant"),
    ("input.no_input_variant", {"input": "(no input required)"}, "no_input_variant"),
    ("input.no_input_variant", {"input": "None."}, "no_input_variant"),
    ("input.no_input_variant", {"input": "N/A"}, "no_input_variant"),
    ("instruction.merged", {"output": "Yes.\n##\n18. Instruction: Name a fish."}, "merged_instructions"),
    ("instruction.merged", {"output": "Yes.\n### Instruction:\nName a fish."}, "merged_instructions"),
    ("reference.attachment", {"input": "[Image of a red barn]"}, "attachment_reference"),
    ("reference.attachment", {"input": "<Photo Attached>"}, "attachment_reference"),
    ("reference.attachment", {"input": "![barn](barn.png)"}, "attachment_reference"),
    ("reference.attachment", {"input": "See the attached file."}, "attachment_reference"),
    ("reference.attachment", {"input": "Name the bird in the picture above."}, "attachment_reference"),
    ("reference.attachment", {"input": '<img src="barn.png" width="20">'}, "attachment_reference"),
    ("reference.url", {"input": "Read https://example.org/a?b=1 first"}, "url_reference"),
    ("reference.url", {"input": "www.example.org"}, "url_reference"),
    ("text.control_characters", {"output": "a\x00b"}, "control_characters"),
    ("text.control_characters", {"output": "a\ufffdb"}, "control_characters"),
    ("text.control_characters", {"instruction": "a\ud800b", "output": "c"}, "control_characters"),
    ("text.prompt_leakage", {"output": "As an AI language model, I have no feelings."}, "prompt_leakage"),
    ("text.prompt_leakage", {"output": "Paris.\n### Response: Paris."}, "prompt_leakage"),
    ("text.prompt_leakage", {"instruction": "[INST] Name a fish. [/INST]"}, "prompt_leakage"),
    ("text.prompt_leakage", {"output": "Paris<|im_end|>"}, "prompt_leakage"),
    ("text.unfilled_slot", {"input": "[insert poem]"}, "unfilled_slot"),
    ("text.unfilled_slot", {"input": "<Link to article>"}, "unfilled_slot"),
    ("text.unfilled_slot", {"output": "The boy <noinput> the ball."}, "unfilled_slot"),
    ("length.words", {"instruction": "", "output": "a b"}, "too_short"),
]


@pytest.mark.parametrize(("name", "fields", "reason"), FOUND)
def test_finds(name, fields, reason):
    finding, crossed = judge(name, fields)
    assert crossed
    assert finding.reason == reason
    field = finding.evidence["field"]
    start, end = finding.evidence["span"]
    assert 0 <= start <= end <= len(fields[field] or "")
    assert finding.evidence["rule"]


LEFT_ALONE = [
    ("output.empty", {"output": "0"}),
    ("output.placeholder", {"output": "No output device was found, so the sound card was replaced. " * 6}),
    ("output.placeholder", {"output": "Nadia"}),
    ("output.placeholder", {"output": "Toronto"}),
    ("output.placeholder", {"output": "<noinput>\nThe answer is 12."}),
    ("output.equals_input", {"input": "a b", "output": "A B"}),
    ("output.equals_input", {"instruction": "", "input": "", "output": ""}),
    ("output.refusal", {"output": "I can't wait to see you tomorrow!"}),
    ("output.refusal", {"output": "I'm sorry to hear that you are not happy with the kettle."}),
    ("output.refusal", {"output": "She said: I cannot help you."}),
    ("output.refusal", {"output": "Leider war das Wetter schlecht."}),
    ("output.truncated", {"output": "Dear Ms Lee,\n\nThank you for your letter.\n\nBest regards,"}),
    ("output.truncated", {"output": "```python\nreturn a\n```"}),
    ("output.truncated", {"output": "Roses are red and violets are blue\nsugar is sweet as the morning dew"}),
    ("output.truncated", {"output": "The answer, counted twice, is\n216."}),
    ("output.truncated", {"output": "SELECT name, age\nFROM people;"}),
    ("input.no_input_variant", {"input": "None of the students were late."}),
    ("input.no_input_variant", {"input": ""}),
    ("input.no_input_variant", {"input": "The printer takes no input from the keyboard while it prints."}),
    ("instruction.merged", {"output": "1. Instruction manuals\n2. Maps"}),
    ("instruction.merged", {"output": "Follow the instruction: turn left."}),
    ("reference.attachment", {"input": "She was attached to the old house."}),
    ("reference.attachment", {"input": "files[image] = load(image)"}),
    ("reference.attachment", {"input": 'kinds = ["image", "video"]'}),
    ("reference.attachment", {"input": "The painting in the museum is old."}),
    ("reference.url", {"input": "The protocol is called http, and wwww is a sound."}),
    ("text.control_characters", {"output": "tab\tline\r\nzero width\u200b 😀"}),
    ("text.prompt_leakage", {"output": "A language model assigns probabilities to words."}),
    ("text.prompt_leakage", {"output": "## Introduction\nAs an AIDS researcher she travelled."}),
    ("text.unfilled_slot", {"output": "Dear [Your name],"}),
    ("text.unfilled_slot", {"output": "min(add, delete, change)"}),
    ("text.unfilled_slot", {"output": "[1, 2, 3]"}),
    ("length.words", {"instruction": "Name a fish.", "output": "Pike"}),
]


@pytest.mark.parametrize(("name", "fields"), LEFT_ALONE)
def test_leaves_alone(name, fields):
    finding, crossed = judge(name, fields)
    assert not crossed
    assert not finding.error


def test_a_missing_answer_column_is_an_error_not_an_empty_answer():
    finding, crossed = judge("output.empty", {"text": "a"})
    assert finding.error
    assert not crossed
    assert judge("output.empty", {"output": ["a"]})[0].error


def test_words_outside_the_bounds_are_counted():
    bounds = {"output": {"min": 3, "max": 5}}
    assert judge("length.words", {"output": "one two three"}, bounds=bounds)[0].value == 0
    short, _ = judge("length.words", {"output": "one"}, bounds=bounds)
    long, _ = judge("length.words", {"output": "a b c d e f"}, bounds=bounds)
    assert (short.value, short.reason, short.evidence["words"]) == (2, "too_short", 1)
    assert (long.value, long.reason, long.evidence["words"]) == (1, "too_long", 6)
    assert judge("length.words", {"text": "a"}, bounds=bounds)[0].error


def test_bounds_must_be_in_order():
    with pytest.raises(ValueError, match="max 2 is below min 3"):
        judge("length.words", {}, bounds={"output": {"min": 3, "max": 2}})


def test_phrases_of_the_users_own_prompts_are_leaks():
    row = {"output": "Rely   on the passage ONLY. It is red."}
    finding, crossed = judge("text.prompt_leakage", row, phrases=("rely on the passage only",))
    assert crossed
    assert finding.evidence == {"field": "output", "span": [0, 26], "rule": "phrase"}
    assert not judge("text.prompt_leakage", row)[1]


GERMAN = "Die Katze schläft den ganzen Tag auf dem warmen Ofen, und am Abend geht sie in den Garten hinaus."
ENGLISH = "The cat sleeps on the warm stove for the whole day, and in the evening it goes out into the garden."
CHINESE = "猫整天睡在温暖的炉子上,到了晚上就到花园里去散步,然后再回到屋子里来吃晚饭。"


@pytest.mark.parametrize(
    ("fields", "options", "observed"),
    [
        ({"instruction": "Describe what the cat does all day.", "output": GERMAN}, {}, "de"),
        ({"instruction": "Describe what the cat does all day.", "output": CHINESE}, {}, "zh"),
        ({"instruction": "Beschreibe bitte, was die Katze den ganzen Tag macht.", "output": ENGLISH}, {}, "en"),
        ({"language": "de", "output": ENGLISH}, {}, "en"),
        ({"output": GERMAN}, {"expected": "en"}, "de"),
    ],
)
def test_another_language_than_expected(fields, options, observed):
    finding, crossed = judge("language.mismatch", fields, **options)
    assert crossed
    assert finding.evidence["observed"] == observed


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({"instruction": "Translate the text.", "input": ENGLISH, "output": GERMAN}, {}),
        ({"instruction": "Summarise the text.", "input": GERMAN, "output": GERMAN}, {}),
        ({"instruction": "Describe what the cat does all day.", "output": ENGLISH}, {}),
        ({"instruction": "Describe what the cat does all day.", "output": "Schläft."}, {}),
        ({"language": "de-AT", "output": GERMAN}, {}),
        ({"output": "for i in range(10): print(i ** 2, end=' ') # 0 1 4 9 16 25 36 49 64 81"}, {"expected": "en"}),
    ],
)
def test_the_language_is_as_it_should_be(fields, options):
    assert not judge("language.mismatch", fields, **options)[1]


PIECES = st.sampled_from(
    [
        *(
            "<noinput>",
            "No input",
            "18. Instruction:",
            "[Image]",
            "![a](b)",
            "https://a.b",
            "www.a.b",
            "\x00",
            "[INST]",
        ),
        *("```", "sorry, I can't help", "attached photo", "[insert poem]", "N/A", "### Input:", " the", ",", "\n"),
        *("é", "你", "İ", "ſ"),
    ]
)
TEXT = st.lists(PIECES | st.text(max_size=8), max_size=6).map("".join)
VALUE = TEXT | st.none() | st.integers() | st.lists(st.text(max_size=3), max_size=2)


@pytest.mark.parametrize("name", ROW_CHECKS)
@given(fields=st.fixed_dictionaries({}, optional={"instruction": VALUE, "input": VALUE, "output": VALUE}))
def test_spans_lie_within_the_field(name, fields):
    finding, crossed = judge(name, fields)
    if crossed:
        start, end = finding.evidence["span"]
        assert 0 <= start <= end <= len(fields[finding.evidence["field"]] or "")
        assert finding.reason
        assert finding.evidence["rule"]
    else:
        assert finding.error or finding.value == 0

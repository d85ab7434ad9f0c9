"""Every row check: what it must find, what it must leave alone."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.core import registry
from corpusmith.quality import Row
from corpusmith.quality.batch import Batch
from corpusmith.quality.turns import text_at


def _scope(name):
    factory = registry.load("checks", name)
    return getattr(getattr(factory, "func", factory), "scope", None)  # a check made by `partial` has its class's


ROW_CHECKS = [name for name in registry.names("checks") if _scope(name) == "row"]
NEEDED = {"text.flagged_word_ratio": {"words": ("sorry", "photo")}}
"""Check -> the options it cannot be made without."""


@cache
def make(name):
    """The check with its default options; those that need an extra package are skipped where it is missing."""
    if name == "privacy.personal_data":
        pytest.importorskip("presidio_analyzer", reason="needs the extra pii")
    made = registry.load("checks", name)
    return made(made.Options(**NEEDED[name])) if name in NEEDED else made()


def judge(name, fields, **options):
    made = registry.load("checks", name)
    check = made(made.Options(**options)) if options else make(name)
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
    ("output.placeholder", {"output": "[null]"}, "placeholder_output"),
    ("output.placeholder", {"output": "(Your answer here)"}, "placeholder_output"),
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
    ("output.refusal", {"output": "Due to how it works, I cannot answer this question."}, "refusal"),
    ("output.refusal", {"output": "Ich kann diese Anfrage leider nicht beantworten."}, "refusal"),
    ("output.refusal", {"output": "Não posso ajudar com esse pedido."}, "refusal"),
    ("output.refusal", {"output": "Mi dispiace, ma non posso rispondere."}, "refusal"),
    ("output.refusal", {"output": "Przepraszam, ale nie mogę w tym pomóc."}, "refusal"),
    ("output.refusal", {"output": "Üzgünüm, ama bu konuda yardımcı olamam."}, "refusal"),
    ("output.refusal", {"output": "Xin lỗi, tôi không thể trả lời câu hỏi này."}, "refusal"),
    ("output.refusal", {"output": "Maaf, saya tidak dapat membantu."}, "refusal"),
    ("output.refusal", {"output": "죄송하지만 도와드릴 수 없습니다."}, "refusal"),
    ("output.refusal", {"output": "عذراً، لا أستطيع الإجابة على هذا السؤال."}, "refusal"),
    ("output.refusal", {"output": "אני מצטער, אבל אני לא יכול לעזור."}, "refusal"),
    ("output.refusal", {"output": "ขออภัย ฉันไม่สามารถช่วยได้"}, "refusal"),
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
    (
        "output.truncated",
        {"output": "蜜蜂住在蜂巢里。冬天它们互相靠近取暖,工蜂负责采集花蜜、花粉、"},
        "truncated_output",
    ),
    ("output.truncated", {"output": "A short answer.", "finish_reason": "length"}, "truncated_output"),
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
    ("text.prompt_leakage", {"output": "Paris<｜end▁of▁sentence｜>"}, "prompt_leakage"),
    ("text.control_characters", {"output": "fac\u0327ade becomes faÃ§ade"}, "control_characters"),
    ("text.control_characters", {"output": "a" + "\u0326" * 30}, "control_characters"),
    ("instruction.merged", {"output": "Yes.\n4. Input: none\n4. Output: No."}, "merged_instructions"),
    ("text.loop", {"output": "He saw the car" + " and the car" * 8}, "runs_in_a_circle"),
    ("text.loop", {"output": "The house was " + "very " * 9 + "old."}, "runs_in_a_circle"),
    ("text.loop", {"output": "他看到了那辆车,然后他回家了," + "然后他又去了那里," * 6}, "runs_in_a_circle"),
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
    ("output.refusal", {"output": "Leider habe ich dich gestern nicht gesehen."}),
    ("output.refusal", {"instruction": "Write an apology.", "output": "I'm sorry that I cannot help you move."}),
    (
        "output.refusal",
        {
            "instruction": "Say it in a friendly way.",
            "input": "I can't help you.",
            "output": "I'm sorry, but I can't help you with that right now.",
        },
    ),
    ("output.truncated", {"output": "Dear Ms Lee,\n\nThank you for your letter.\n\nBest regards,"}),
    ("output.truncated", {"output": "```python\nreturn a\n```"}),
    ("output.truncated", {"output": "Roses are red and violets are blue\nsugar is sweet as the morning dew"}),
    ("output.truncated", {"output": "The answer, counted twice, is\n216."}),
    ("output.truncated", {"output": "SELECT name, age\nFROM people;"}),
    ("output.truncated", {"output": "In the order of the alphabet they are these: a, d, f, h, y, a"}),
    ("output.truncated", {"output": "I hope that you will come and see us soon. " * 6 + "With love, Your Aunt Mary"}),
    ("output.placeholder", {"output": "?"}),
    ("output.placeholder", {"output": "None"}),
    ("reference.url", {"input": "A long text on owls. " * 40 + "https://example.org/owls"}),
    ("text.prompt_leakage", {"instruction": "You are an AI that writes letters.", "output": "As an AI, I say hello."}),
    ("text.prompt_leakage", {"output": "#### Instructions:\n1. Cut the kale."}),
    ("text.loop", {"output": "Ha ha ha, that was funny, he said, and laughed again and again and again."}),
    ("text.loop", {"output": "1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1"}),
    ("text.loop", {"output": "| a | b |\n" + "-" * 60}),
    ("text.control_characters", {"output": "São Paulo, MANHÃ, Ã, â€ alone, ‘quotes’ – and dashes"}),
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
        (
            {
                "instruction": "Say what the cat does.",
                "output": "La gata duerme todo el día en la casa y por la noche sale.",
            },
            {},
            "es",
        ),
        (
            {"instruction": "Say what the cat does.", "output": "Кошка спит весь день на печке и не хочет есть."},
            {},
            "ru",
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": "Describe what the cat does all day."},
                    {"role": "assistant", "content": ENGLISH},
                    {"role": "user", "content": "And what does the dog do in the meantime?"},
                    {"role": "assistant", "content": GERMAN},
                ]
            },
            {},
            "de",
        ),
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
        ({"instruction": "Übersetze den Text ins Englische.", "output": ENGLISH}, {}),
        (
            {
                "instruction": "List the brands of the text.",
                "output": "Volkswagen, Deutsche Bahn, Deutsche Bank, Bosch, Siemens, Lufthansa, Porsche, Adidas",
            },
            {},
        ),
        (
            {
                "instruction": "Name the ministers of the cabinet.",
                "output": "Gheorghe Tătărăscu, Mihail Ghelmegeanu, Grigore Gafencu, Ion Gigurtu, Mitiță Constantinescu",
            },
            {},
        ),
        (
            {
                "instruction": "Describe what the café is like.",
                "output": "The café is “nice” – it’s warm and has naïve art.",
            },
            {},
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": "From now on speak German with me."},
                    {"role": "assistant", "content": GERMAN},
                    {"role": "user", "content": "And what does the dog do in the meantime?"},
                    {"role": "assistant", "content": GERMAN},
                ]
            },
            {},
        ),
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
PLAIN = TEXT | st.none() | st.integers() | st.floats() | st.booleans() | st.lists(st.text(max_size=3), max_size=2)
TURN = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["user", "assistant", "system", "tool", "Bob", "", 3]),
        "from": st.sampled_from(["human", "gpt", None]),
        "content": TEXT
        | st.none()
        | st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}), max_size=2),
        "value": TEXT,
    },
)
VALUE = PLAIN | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)
TURNS = st.lists(TURN, max_size=4) | PLAIN
COLUMNS = {"instruction": VALUE, "input": VALUE, "output": VALUE, "system": VALUE, "language": VALUE, "messages": TURNS,
           "conversations": TURNS, "finish_reason": VALUE}  # fmt: skip
FIELDS = st.fixed_dictionaries({}, optional=COLUMNS)


@pytest.mark.parametrize("name", ROW_CHECKS)
@settings(max_examples=20)
@given(fields=FIELDS)
def test_any_row_gets_a_finding_whose_span_lies_within_its_field(name, fields):
    finding, crossed = judge(name, fields)
    if finding.reason:
        assert finding.evidence["rule"]
    if crossed:
        text = text_at(fields, finding.evidence["field"]) or ""
        for start, end in [finding.evidence["span"], *finding.evidence.get("spans", ())]:
            assert 0 <= start <= end <= len(text)
        assert finding.reason
    else:
        assert finding.error or finding.value is None or not make(name).bar.crossed(finding.value)


@pytest.mark.parametrize("name", ROW_CHECKS)
@settings(max_examples=6)
@given(rows=st.lists(FIELDS, min_size=13, max_size=16))
def test_a_row_is_judged_alike_alone_and_among_others(name, rows):
    rows = [Row(at, str(at), fields) for at, fields in enumerate(rows)]
    alone = [make(name).judge([row])[0] for row in rows]
    assert repr(make(name).judge(rows)) == repr(alone)
    assert repr(make(name).judge(Batch(rows))) == repr(alone)


# Texts on which a pattern with a fault would run for hours.
UNITS = (
    *(" ", "\n", "a", ".", "(", "[", "`", "*", "|", "-", "#", "1", "\u4f60", "a ", "a.", "1,", "\n-", "**a\n", "[]("),
    *("~~~\n", "\ud800", "/*", "'", '"', "<", "@", "=", "{", "1. ", "|-|\n", "a@b.", "\u0326", "Ã", "://", "sorry "),
    *("no output ", "_", "\\", "$", "I cannot "),
)


def awkward(size):
    yield from (unit * (size // len(unit)) for unit in UNITS)
    yield " " * size + "x"
    yield "```" + " " * size + "`"
    yield "~" * size + "`"
    yield "x" * size + " " + "x" * 40
    yield "[image" + " " * size
    yield "|a|\n" + "|" + "-" * size


@pytest.mark.parametrize("name", ROW_CHECKS)
def test_awkward_long_texts_are_judged_at_all(name):
    # The libraries for personal data and secrets take their time, which is bounded by the parts that are looked at.
    size = 10_000 if name.startswith("privacy.") else 100_000
    rows = [
        Row(at, str(at), {"instruction": "Rewrite this in Python as JSON.", "input": text, "output": text})
        for at, text in enumerate(awkward(size))
    ]
    assert len(make(name).judge(rows)) == len(rows)

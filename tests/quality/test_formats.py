import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import registry
from corpusmith.quality import Row
from corpusmith.quality.fences import fences


def judge(name, output, instruction="", **options):
    made = registry.load("checks", name)
    (finding,) = made(made.Options(**options)).judge([Row(0, "0", {"instruction": instruction, "output": output})])
    return finding


def marked(finding, text):
    return text[slice(*finding.evidence["span"])]


@pytest.mark.parametrize(
    ("output", "instruction"),
    [
        ('{"name": "owl", "legs": 2', ""),
        ('{"name": "owl",}', ""),
        ('[{"name": "owl"}, {"name": "elk"]', ""),
        ("{'name': 'owl'}", "Give me the data as JSON."),
        ("[owl, elk]", "Return a JSON array of the animals."),
        ('Here it is:\n```json\n{"name": owl}\n```\n', ""),
        ('{"name": "owl"} {"name": "elk"}', ""),
        ('```jsonl\n{"a": 1}\n{"a": }\n```', ""),
        ('{"a": ' + "[" * 100_000, ""),
    ],
)
def test_broken_json_is_found(output, instruction):
    finding = judge("format.json", output, instruction)
    assert (finding.value, finding.reason) == (1.0, "invalid_json")
    assert finding.evidence["message"]


@pytest.mark.parametrize(
    ("output", "instruction"),
    [
        ('{"name": "owl", "legs": 2}', ""),
        ('{"name": "owl"}\n\nThis object has one key.', ""),
        ("[Verse 1]\nThe owl", "Write a song."),
        ("{a, b}", "Sort the set."),
        ('{"legs": True}', "Write a Python dictionary."),
        ("name: owl", "Convert the given JSON into YAML."),
        ("[name, legs]", "You are provided with a JSON. Output the array of keys from the given JSON."),
        ("JSON is a format for data.", "What is JSON?"),
        ('```jsonl\n{"a": 1}\n{"a": 2}\n```', ""),
        ('```json\n{"never": "closed"', ""),
    ],
)
def test_json_that_parses_or_was_not_meant_is_left_alone(output, instruction):
    assert judge("format.json", output, instruction).value == 0


def test_every_answer_can_be_made_to_be_json():
    assert judge("format.json", "Sure, here it is", always=True).value == 1
    assert judge("format.json", "[1, 2]", always=True).value == 0


def test_python_that_does_not_parse_is_found_where_it_breaks():
    text = "Try this:\n```python\ndef f(x):\nreturn x\n```\nor\n```py\nif x\n```"
    finding = judge("format.code", text)
    assert (finding.value, finding.reason, finding.evidence["rule"]) == (2, "invalid_code", "python")
    assert marked(finding, text) == "return x"
    whole = "def f(x):\n    return (x\n\nprint(f(2))"
    assert judge("format.code", whole, "Write a Python function.").value == 1
    assert judge("format.code", "```python\nprint 'owl'\n```").evidence["message"] == "Python 2"


@pytest.mark.parametrize(
    ("output", "instruction"),
    [
        ("```python\n>>> 1 + 1\n2\n>>> x = [\n...   1]\n```", ""),
        ("```python\n%matplotlib inline\n!ls\nx = 1\n```", ""),
        ("   ```python\n   x = 1\n   ```", ""),
        ("```\nanything (at all\n```", ""),
        ("```bash\ncase x in a) echo;; esac\n```", ""),
        ("def f(x):\n    return x\n\nThis function returns what it is given.", "Write a Python function."),
        ("def f(x):\n    return x\n\nOutput:\nNone at all", "Write a Python function."),
        ("def means to make food hot (in slang", "Explain the word."),
        ("from Paris import is what I said to the shop", "Write a Python joke."),
        ("```js\nconst a = /[(]/; // (\nf(`)`, '(');\n```", ""),
        ("```rust\nfn f<'a>(x: &'a str) -> char { '(' }\n```", ""),
        ("```java\nclass A {\n  ...\n```", ""),
        ("```python\n" + "x = 1\n" * 30_000 + "(\n```", ""),
    ],
)
def test_code_that_parses_or_cannot_be_judged_is_left_alone(output, instruction):
    assert judge("format.code", output, instruction).value == 0


def test_brackets_of_other_languages_must_balance():
    text = '```java\nclass A {\n  String s = ")"; /* ) */\n  int[] a = {1, 2};\n```'
    finding = judge("format.code", text)
    assert finding.evidence["message"] == "{ is never closed"
    assert marked(finding, text) == "{"
    assert judge("format.code", "```c\nint f() { return 1; }}\n```").evidence["message"] == "} closes nothing"
    assert judge("format.code", "```toml\na = \n```").value == 1


@pytest.mark.parametrize(
    ("output", "rule"),
    [
        ("Code:\n```python\nx = 1\n", "open_fence"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", "ragged_table"),
        ("a | b\n--- | --- | ---\n1 | 2", "ragged_table"),
        ("- **Wash the apples\n- cut them", "open_bold"),
        ("See [the page](https://example.org/owls", "open_link"),
    ],
)
def test_broken_markdown_is_found(output, rule):
    finding = judge("format.markdown", output)
    assert (finding.value, finding.evidence["rule"]) == (1, rule)


@pytest.mark.parametrize(
    "output",
    [
        "```\n| a | b |\n|---|\n```",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n| one |",
        "| a \\| c | b |\n|---|---|\n| 1 | 2 |",
        "2 ** 3 is 8, and f(**kwargs) is a call",
        "**Wash** the apples, and **cut\nthem** up",
        "* one\n* two **three**",
        "[1](2) and [text](https://example.org/a) and a | b",
        "+----+----+\n| a  | b  |\n+----+----+",
        "````\n```\nfences in a fence\n```\n````",
    ],
)
def test_sound_markdown_is_left_alone(output):
    assert judge("format.markdown", output).value == 0


@pytest.mark.parametrize(
    ("instruction", "output", "difference"),
    [
        ("List five birds.", "1. Pike\n2. Carp\n3. Perch", 2),
        ("Give me 3 tips for sleeping well.", "- Read\n- Rest\n- Walk\n- Breathe", 1),
        ("Name two trees.", "1) oak 2) elm 3) ash", 1),
        ("Generate a list of ten names for a cat.", "1. Tom\n2. Kit", 8),
    ],
)
def test_another_number_of_items_than_asked_for(instruction, output, difference):
    finding = judge("format.item_count", output, instruction)
    assert finding.value == difference
    assert finding.reason == (
        "too_few_items" if finding.evidence["listed"] < finding.evidence["asked"] else "too_many_items"
    )


@pytest.mark.parametrize(
    ("instruction", "output"),
    [
        ("List three birds.", "1. Pike\n2. Carp\n3. Perch"),
        ("List three birds.", "Pike, carp and perch"),
        ("List at least three fish.", "1. Pike\n2. Carp\n3. Perch\n4. Eel"),
        ("Write a story of five sentences.", "1. Pike\n2. Carp"),
        ("List three birds and four trees.", "1. Pike\n2. Carp"),
        ("List three birds.", "River:\n- Pike\n- Carp\nSea:\n- Cod\n- Hake"),
        ("List three birds.", "1. Pike\n2. Carp\n1. Cod\n2. Hake"),
        ("What happened in 1914?", "1. A war\n2. A film"),
    ],
)
def test_lists_that_agree_or_are_not_plain_are_left_alone(instruction, output):
    assert judge("format.item_count", output, instruction).value == 0


@given(st.lists(st.sampled_from(["```", "~~~", "```py", "x", "", "````", "  ```"]), max_size=12).map("\n".join))
def test_fences_lie_one_behind_the_other(text):
    last = 0
    for block in fences(text):
        assert last <= block.opened[0] < block.opened[1] <= block.start <= block.end <= len(text)
        last = block.end

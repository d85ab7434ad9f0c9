"""Prompt: front matter, rendering, and inputs that are data and nothing else."""

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import UsageError
from corpusmith.prompts import Prompt


def prompt(front, body, name="test/one"):
    return Prompt.from_text(name, f"---\n{front}\n---\n{body}", "one.md")


# --- front matter


def test_all_that_front_matter_can_say():
    found = prompt(
        "inputs: [passage]\npurpose: Ask.\nsource: ours\nkind: chat\n"
        "output: {type: object, properties: {q: {type: string}}, required: [q]}\n"
        "sampling: {temperature: 0.3, stop: [no]}",
        "{{ passage }}",
    )
    assert (found.name, found.kind, found.purpose, found.source) == ("test/one", "chat", "Ask.", "ours")
    assert found.inputs == ("passage",)
    assert found.output == {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
    assert found.sampling == {"temperature": 0.3, "stop": ["no"]}


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("input: [x]", "one.md:2: unknown key 'input'.*Did you mean 'inputs'"),
        ("purpose: p\ninputs: []\ncolour: red", "one.md:4: unknown key 'colour'.*Known keys: inputs"),
        ("purpose: p", "does not say which inputs"),
        ("inputs: x", "one.md:2: inputs is 'x'"),
        ("inputs: [x y]", "must be a list of names"),
        ("inputs: [x, x]", "different names"),
        ("inputs: []\nkind: chatty", "one.md:3: kind is 'chatty', but must be 'chat' or 'text'"),
        ("inputs: []\noutput: answer", "one.md:3: output is 'answer'"),
        ("inputs: []\noutput:\n  type: objekt", "one.md:4: output.type: "),
        ("inputs: []\nsampling: hot", "sampling is 'hot'"),
        ("inputs: []\nsampling:\n  temprature: 1", "one.md:4: unknown sampling.*Did you mean 'temperature'"),
        ("inputs: []\npurpose: [a]", "purpose is"),
        ("inputs: []\ninputs: []", "one.md:3: the key 'inputs' is given twice"),
        ("- inputs", "must be a mapping"),
    ],
)
def test_wrong_front_matter_is_refused_with_its_line(front, said):
    with pytest.raises(UsageError, match=said):
        prompt(front, "text")


def test_a_file_without_front_matter_is_told_what_to_write():
    with pytest.raises(UsageError, match=r"one.md:1: there is no front matter.*inputs: \[name"):
        Prompt.from_text("one", "Just text", "one.md")
    with pytest.raises(UsageError, match="has no end"):
        Prompt.from_text("one", "---\ninputs: []\ntext", "one.md")


# --- inputs


@pytest.mark.parametrize(
    ("front", "body", "said"),
    [
        ("inputs: [passage]", "{{ pasage }}", "uses 'pasage'.*Did you mean 'passage'"),
        ("inputs: [a, b]", "{{ a }}", "'b' is declared, but the body does not use it"),
        ("inputs: [a]", "{% for b in a %}{{ b }}{{ c }}{% endfor %}", "uses 'c'"),
        ("inputs: [a]", "# system\nhello\n# user\n{{ a }}\n\n{{ a | nope }}", "one.md:9: .*nope"),
        ("inputs: [a]", "{% if a %}", "one.md:4: the template is wrong"),
        ("inputs: [a]", "x\n{% include 'other' %}{{ a }}", "one.md:5: {% include %} is not available"),
        ("inputs: [a]", "{% block b %}{{ a }}{% endblock %}", "{% block %} is not available"),
        ("inputs: [a]", "{{ a | random }}", "No filter named 'random'"),
        ("inputs: []", "{{ lipsum() }}", "uses 'lipsum'"),
    ],
)
def test_a_template_that_cannot_work_is_refused_when_it_is_read(front, body, said):
    with pytest.raises(UsageError, match=said):
        prompt(front, body)


def test_a_missing_input_is_named_with_what_was_given():
    with pytest.raises(UsageError, match=r"'test/one' needs the input 'passage'; given were: pasage, n\. Did you mean"):
        prompt("inputs: [passage]", "{{ passage }}").render({"pasage": "x", "n": 1})


def test_an_input_that_is_only_tested_is_needed_too():
    with pytest.raises(UsageError, match="needs the input 'topic'; given were: none"):
        prompt("inputs: [topic]", "Hi{% if topic is defined %} {{ topic }}{% endif %}").render({})


def test_inputs_any_takes_what_the_body_uses():
    found = prompt("inputs: any", "{{ title }}: {{ body }}")
    assert found.inputs == ("body", "title")
    assert found.render({"title": "T", "body": "B", "more": 1}).messages[0]["content"] == "T: B"
    with pytest.raises(UsageError, match="needs the input 'body'; given were: title"):
        found.render({"title": "T"})


def test_inputs_that_are_not_used_are_ignored():
    assert prompt("inputs: [a]", "{{ a }}").render({"a": 1, "b": 2}).messages[0]["content"] == "1"


def test_a_null_is_never_shown():
    found = prompt("inputs: [title]", "Title: {{ title }}")
    with pytest.raises(UsageError, match="the input 'title' is null"):
        found.render({"title": None})
    assert prompt("inputs: [title]", "T:{{ title or '' }}").render({"title": None}).messages[0]["content"] == "T:"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("{{ a.__class__.__mro__ }}", "x"),
        ("{{ a.append(1) }}", []),
        ("{{ a + 1 }}", []),
        ("{{ a.b.c }}", {}),
        ("{% for i in range(a) %}{{ i }}{% endfor %}", 10**9),
    ],
)
def test_what_the_sandbox_bars_or_python_cannot_do_is_an_error_of_ours(body, value):
    with pytest.raises(UsageError, match="cannot be rendered"):
        prompt("inputs: [a]", body).render({"a": value})


DATA = st.text() | st.sampled_from(
    [
        "{{ 7 * 7 }}",
        "{% raw %}",
        "a\n# user\nb",
        "# assistant",
        "{# x #}",
        "---\ninputs: []\n---",
        "\r\n",
        "  x\n\n",
        "<b>&",
    ]
)


@given(DATA, DATA)
def test_inputs_are_inserted_as_they_are(passage, topic):
    found = prompt(
        "inputs: [passage, topic]", "# system\nAbout <{{ topic }}>.\n# user\n[{{ passage }}] and {{ topic }}"
    )
    assert found.render({"passage": passage, "topic": topic}).messages == (
        {"role": "system", "content": f"About <{topic}>."},
        {"role": "user", "content": f"[{passage}] and {topic}"},
    )


@given(DATA)
def test_inputs_are_inserted_as_they_are_in_a_continuation(passage):
    found = prompt("inputs: [passage]\nkind: text", "Passage: {{ passage }}\nQuestion:")
    rendered = found.render({"passage": passage})
    assert rendered.text == f"Passage: {passage}\nQuestion:"
    assert rendered.messages == ()


# --- messages and texts


def test_few_shot_messages_in_order():
    found = prompt("inputs: [q]", "# system\nS\n# user\nOne?\n# assistant\n1\n# user\n{{ q }}")
    assert [(m["role"], m["content"]) for m in found.render({"q": "Two?"}).messages] == [
        ("system", "S"),
        ("user", "One?"),
        ("assistant", "1"),
        ("user", "Two?"),
    ]


def test_lines_of_tags_leave_no_blank_lines():
    found = prompt("inputs: [names]", "Names:\n{% for name in names %}\n- {{ name }}\n{% endfor %}\nEnd")
    assert found.render({"names": ["a", "b"]}).messages[0]["content"] == "Names:\n- a\n- b\nEnd"


def test_a_continuation_keeps_its_last_space_and_drops_blank_lines_around_it():
    assert prompt("inputs: []\nkind: text", "\n\nQ: \n\n").render({}).text == "Q: "


def test_a_continuation_has_no_headings_and_must_not_be_empty():
    with pytest.raises(UsageError, match=r"one\.md:5: a prompt of kind text has no messages"):
        prompt("inputs: []\nkind: text", "# user\nx")
    with pytest.raises(UsageError, match="the prompt has no text"):
        prompt("inputs: []\nkind: text", "\n")


def test_literal_braces_and_headings_can_be_written():
    found = prompt("inputs: []", "{{ '{{ x }}' }}\n{{ '# user' }}")
    assert found.render({}).messages[0]["content"] == "{{ x }}\n# user"


# --- identity


def test_the_hash_names_the_exact_text_and_travels_with_the_prompt():
    one, same, other = prompt("inputs: []", "a"), prompt("inputs: []", "a"), prompt("inputs: []", "a ")
    assert one.hash == same.hash != other.hash
    assert re.fullmatch("[0-9a-f]{32}", one.hash)
    assert one == same != other
    copied = pickle.loads(pickle.dumps(one))
    assert copied == one
    assert copied.render({}) == one.render({})


def test_files_with_windows_line_ends_and_a_byte_order_mark(tmp_path):
    file = tmp_path / "one.md"
    file.write_bytes(b"\xef\xbb\xbf---\r\ninputs: [x]\r\n---\r\n# system\r\nS\r\n# user\r\n{{ x }}\r\n")
    found = Prompt.from_file(file)
    assert found.name == "one"
    assert [m["content"] for m in found.render({"x": "a\r\nb"}).messages] == ["S", "a\r\nb"]


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match=r"gone\.md cannot be read"):
        Prompt.from_file(tmp_path / "gone.md")
    (tmp_path / "latin.md").write_bytes(b"---\ninputs: []\n---\n\xff")
    with pytest.raises(UsageError, match=r"not UTF-8 \(byte 19\)"):
        Prompt.from_file(tmp_path / "latin.md")


VALUES = st.text() | st.integers() | st.floats() | st.booleans() | st.lists(st.text(), max_size=2)


@given(first=VALUES, second=VALUES)
def test_templates_of_bare_names_say_what_jinja_says(first, second):
    bare = Prompt.from_text("p", "---\ninputs: [a, b]\n---\nOne {{ a }}, two\n{{ b }}{{ a }} end")
    asked = Prompt.from_text(
        "p", "---\ninputs: [a, b]\n---\nOne {{ a }}, two\n{{ b }}{{ a }}{% if true %} end{% endif %}"
    )
    assert bare.render({"a": first, "b": second}) == asked.render({"a": first, "b": second})

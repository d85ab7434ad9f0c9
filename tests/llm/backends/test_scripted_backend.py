from __future__ import annotations

import json

import pytest

from corpusmith.core.errors import EndpointError, FatalEndpointError, RetryableError, UsageError
from corpusmith.llm import Reply, Request
from corpusmith.llm.backends.scripted import Rule, ScriptedBackend, open_backend, prompt_text, read_rules
from corpusmith.llm.settings import ModelSettings


async def said(backend, request):
    return (await backend.complete(request)).text


async def test_the_first_rule_that_matches_answers(chat):
    backend = ScriptedBackend([Rule(match="capital of (France|Italy)", reply="a city"), Rule(reply="something else")])
    assert await said(backend, chat("What is the capital of\nFrance?")) == "something else"
    assert await said(backend, chat("the capital of France")) == "a city"
    assert [prompt_text(r) for r in backend.asked][1] == "the capital of France"


async def test_a_rule_sees_all_messages_the_prompt_and_the_continuation(chat):
    backend = ScriptedBackend([Rule(match="one.*two", reply="both")])
    messages = ({"role": "system", "content": "one"}, {"role": "user", "content": "two"})
    assert await said(backend, chat(messages=messages)) == "both"
    request = Request(kind="text", model="m", endpoint="e", prompt="one and two")
    assert await said(backend, request) == "both"
    assert prompt_text(Request(kind="score", model="m", endpoint="e", prompt="a", continuation="b")) == "a\nb"


async def test_replies_follow_the_number_of_sample_and_attempt(chat):
    backend = ScriptedBackend([Rule(replies=["a", "b", {"c": 1}])])
    asked = [chat(), chat(sample=1), chat(attempt=1), chat(sample=1, attempt=1), chat(sample=9)]
    assert [await said(backend, r) for r in asked] == ["a", "b", "b", '{"c":1}', '{"c":1}']


@pytest.mark.parametrize("value", [5, True, [1, "é"], {"a": None}])
async def test_a_reply_that_is_no_text_is_written_as_json(chat, value):
    assert json.loads(await said(ScriptedBackend([Rule(reply=value)]), chat())) == value


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, RetryableError),
        (500, RetryableError),
        (503, RetryableError),
        (401, FatalEndpointError),
        (404, FatalEndpointError),
        (400, EndpointError),
    ],
)
async def test_errors_for_a_number_of_times(chat, status, error):
    backend = ScriptedBackend([Rule(match="x", error=status, times=2), Rule(reply="fine")])
    assert await said(backend, chat("y")) == "fine"
    for _ in range(2):
        with pytest.raises(EndpointError) as caught:
            await backend.complete(chat("x"))
        assert type(caught.value) is error
        assert (caught.value.status, caught.value.kind) == (status, f"http_{status}")
    assert await said(backend, chat("x")) == "fine"


async def test_the_finish_reason_is_told(chat):
    backend = ScriptedBackend([Rule(reply="cut off he", finish_reason="length")])
    assert (await backend.complete(chat())).finish_reason == "length"


async def test_without_a_rule_the_reply_is_a_line_of_words_that_depends_on_the_request(chat):
    backend = ScriptedBackend()
    texts = [await said(backend, r) for r in (chat("a"), chat("b"), chat("a", sample=1), chat("a", attempt=1))]
    assert len(set(texts)) == 4
    assert await said(backend, chat("a")) == texts[0]
    assert all(len(text.split()) == 8 and text.endswith(".") for text in texts)


async def test_a_rule_without_a_reply_leaves_the_words_to_the_backend(chat):
    backend = ScriptedBackend([Rule(finish_reason="length")])
    reply = await backend.complete(chat("a"))
    assert (reply.text, reply.finish_reason) == (await said(ScriptedBackend(), chat("a")), "length")


async def test_scores_are_lower_for_words_that_the_prompt_lacks():
    request = Request(kind="score", model="m", endpoint="e", prompt="The sky is blue", continuation=" Sky  red\n")
    reply = await ScriptedBackend().complete(request)
    assert [(t.text, t.logprob) for t in reply.scores] == [(" Sky", -1.0), ("  red", -4.0)]
    assert reply.text == ""
    reply = await ScriptedBackend([Rule(match="sky", logprob=-0.5)]).complete(request)
    assert [t.logprob for t in reply.scores] == [-0.5, -0.5]


async def test_a_function_may_answer_with_a_text_a_reply_or_an_error(chat):
    def answer(request):
        text = prompt_text(request)
        if text == "error":
            raise RetryableError("no", kind="http_500")
        return Reply(text="whole", finish_reason="length") if text == "reply" else text.upper()

    backend = ScriptedBackend(answer)
    assert await said(backend, chat("text")) == "TEXT"
    assert (await backend.complete(chat("reply"))).finish_reason == "length"
    with pytest.raises(RetryableError):
        await backend.complete(chat("error"))


async def test_a_reply_is_read_again_from_its_body(chat):
    backend = ScriptedBackend([Rule(reply="fine", finish_reason="length")])
    for request in (chat(), Request(kind="score", model="m", endpoint="e", prompt="a", continuation="a b")):
        reply = await backend.complete(request)
        assert backend.decode(request, reply.raw) == reply
    await backend.close()


@pytest.mark.parametrize("raw", [b"", b"no json", b"[]", b"{}", b'{"text": 1, "finish": 2, "usage": 3, "scores": 4}'])
def test_a_body_that_it_never_said(chat, raw):
    with pytest.raises(EndpointError, match="no scripted model"):
        ScriptedBackend().decode(chat(), raw)


def test_rules_are_read_from_a_file(tmp_path):
    path = tmp_path / "script.yaml"
    path.write_text('- {match: "a.b", reply: Paris, times: 2}\n- {error: 429}\n- {replies: [1, {a: 2}]}\n')
    assert read_rules(path) == [Rule(match="a.b", reply="Paris", times=2), Rule(error=429), Rule(replies=[1, {"a": 2}])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reply: Paris", "holds dict, not a list"),
        ("", "holds NoneType, not a list"),
        ("- {replly: Paris}", "rule 1 .*: replly"),
        ("- {reply: a}\n- {error: often}", "rule 2 .*: error"),
        ("- 5", "rule 1"),
        ('- {match: "("}', "rule 1 .* no regular expression"),
        ("- [", "is not YAML"),
        ("- !!python/object/apply:os.getcwd []", "is not YAML"),
        (b"- \xff\xfe", "is not YAML"),
    ],
)
def test_a_script_that_is_wrong_says_where(tmp_path, text, said):
    path = tmp_path / "script.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=said):
        read_rules(path)


def test_a_script_that_is_missing(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        open_backend(ModelSettings(backend="scripted", script=str(tmp_path / "none.yaml")))


def test_the_endpoint_names_the_rules(tmp_path):
    """Other rules give other replies, so the journal must not answer for them."""
    path = tmp_path / "script.yaml"
    endpoints = []
    for text in ("- {reply: a}", "- {reply: b}", "- reply: a"):
        path.write_text(text)
        endpoints.append(open_backend(ModelSettings(backend="scripted", script=str(path))).endpoint)
    assert endpoints[0] == endpoints[2] != endpoints[1]
    assert open_backend(ModelSettings(backend="scripted")).endpoint.startswith("scripted:")

"""What backend openai does differently with a vLLM server, against a played one; the real one: tests/llm/contract."""

import json

import pytest

from corpusmith.core.errors import EndpointError, FatalEndpointError, MissingCapability
from corpusmith.llm import Request
from corpusmith.llm.backends.openai import OpenAIBackend

LISTING = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "vllm", "max_model_len": 2048}]}


@pytest.fixture
def vllm(loopback):
    loopback.listing = loopback.reply(json.dumps(LISTING).encode())
    return loopback


def tokenized(loopback, *tokens):
    return loopback.reply(json.dumps({"tokens": tokens}).encode())


def scored(loopback, *told):
    entries = [None if one is None else {str(one[0]): {"logprob": one[1], "decoded_token": one[2]}} for one in told]
    return loopback.reply(json.dumps({"choices": [{"text": "x", "prompt_logprobs": entries}]}).encode())


def score_of(prompt, continuation):
    return Request(kind="score", model="m", endpoint="e", prompt=prompt, continuation=continuation)


async def test_the_server_is_asked_once_what_it_is(vllm, opened):
    backend = opened(server="auto")
    assert not backend.capabilities.score
    for _ in range(2):
        assert (await backend.probe()).score
    assert [heard.path for heard in vllm.heard] == ["/v1/models"]


@pytest.mark.parametrize("listing", [b"no json", b'{"data": [{"id": "m", "owned_by": "llamacpp"}]}', b'{"data": 3}'])
async def test_other_servers_are_plain_ones(loopback, opened, listing):
    loopback.listing = loopback.reply(listing)
    backend = opened(server="auto")
    assert not (await backend.probe()).score
    with pytest.raises(MissingCapability, match="log-likelihoods"):
        await backend.complete(score_of("a", "b"))
    assert len(loopback.heard) == 1


async def test_a_server_that_is_not_there_yet_is_asked_again(loopback_class, opened):
    server = loopback_class()
    await server.open()
    port = server.port
    await server.close()
    backend = opened(server="auto", base_url=f"http://127.0.0.1:{port}/v1")
    assert not (await backend.probe()).score
    server.listing = server.reply(json.dumps(LISTING).encode())
    await server.open(port)
    assert (await backend.probe()).score
    await server.close()


async def test_a_server_that_hangs_at_its_listing_is_a_plain_one_and_not_asked_again(loopback, opened, chat):
    loopback.listing = loopback.hangs
    backend = OpenAIBackend(base_url=loopback.url, model="m", server="auto", probe_timeout=0.1)
    assert not (await backend.probe()).score
    await backend.complete(chat(schema={"type": "object"}))
    await backend.close()
    # On a busy machine it may be given up before it was heard at all.
    assert [heard.method for heard in loopback.heard][-1:] == ["POST"]
    assert len(loopback.heard) <= 2


async def test_a_plain_chat_call_asks_nothing_beside_it(vllm, opened, chat):
    await opened(server="auto").complete(chat())
    assert [heard.path for heard in vllm.heard] == ["/v1/chat/completions"]


async def test_scores_are_those_of_the_continuation(vllm, opened):
    told = scored(vllm, None, (2, -9.0, "b"), (3, -1.5, " c"), (4, -0.25, "d"))
    vllm.play(tokenized(vllm, 3, 4), tokenized(vllm, 1, 2), told)
    backend = opened(server="auto")
    reply = await backend.complete(score_of("ab", " cd"))
    assert [(score.text, score.logprob) for score in reply.scores] == [(" c", -1.5), ("d", -0.25)]
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (2, 2)
    assert backend.decode(score_of("ab", " cd"), reply.raw).scores == reply.scores
    posted = [heard for heard in vllm.heard if heard.method == "POST"]
    assert [heard.path for heard in posted] == ["/tokenize", "/tokenize", "/v1/completions"]
    assert posted[0].json == {"model": "m", "prompt": " cd", "add_special_tokens": False}
    assert posted[2].json["prompt"] == [1, 2, 3, 4]
    assert posted[2].json["prompt_logprobs"] == 0


async def test_a_text_after_nothing_follows_the_mark_between_documents(vllm, opened):
    vllm.play(tokenized(vllm, 3), tokenized(vllm), tokenized(vllm, 0), scored(vllm, None, (3, -2.0, "c")))
    reply = await opened(server="vllm").complete(score_of("", "c"))
    assert [score.logprob for score in reply.scores] == [-2.0]


@pytest.mark.parametrize(
    "answer", [b"{}", b'{"choices": [{"prompt_logprobs": null}]}', b'{"choices": [{"prompt_logprobs": [null, null]}]}']
)
async def test_an_answer_without_scores_is_that_rows_error(vllm, opened, answer):
    vllm.play(tokenized(vllm, 3), tokenized(vllm, 1), vllm.reply(answer))
    with pytest.raises(EndpointError) as caught:
        await opened(server="vllm").complete(score_of("a", "c"))
    assert caught.value.kind == "not_a_score"


async def test_an_answer_that_was_begun(vllm, opened, chat):
    begun = ({"role": "user", "content": "hi"}, {"role": "assistant", "content": "hel"})
    vllm.play(vllm.says("lo"))
    reply = await opened(server="auto").complete(chat(messages=begun))
    assert reply.text == "lo"
    sent = vllm.heard[-1].json
    assert (sent["add_generation_prompt"], sent["continue_final_message"]) == (False, True)


async def test_servers_that_repeat_the_beginning_of_an_answer(loopback, opened, chat):
    begun = ({"role": "user", "content": "hi"}, {"role": "assistant", "content": "hel"})
    loopback.play(loopback.says("hello"))
    backend = opened()
    reply = await backend.complete(chat(messages=begun))
    assert reply.text == "lo"
    assert backend.decode(chat(messages=begun), reply.raw).text == "lo"
    assert "continue_final_message" not in loopback.heard[-1].json


async def test_a_schema_is_sent_as_far_as_the_server_knows_its_words(vllm, opened, chat):
    schema = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    await opened(server="auto").complete(chat(schema=schema))
    sent = vllm.heard[-1].json["response_format"]["json_schema"]["schema"]
    assert sent == {"type": "array", "items": {"type": "string"}}


async def test_a_schema_that_the_server_refuses_is_left_to_our_validation(vllm, opened, chat):
    refused = vllm.status(400, json.dumps({"error": {"message": "Grammar error: Unsatisfiable schema"}}).encode())
    vllm.play(refused, vllm.says("1"))
    backend = opened(server="vllm")
    for _ in range(2):
        assert (await backend.complete(chat(schema={"allOf": [{"type": "integer"}, {"type": "string"}]}))).text == "1"
    assert ["response_format" in heard.json for heard in vllm.heard] == [True, False, False]


async def test_other_refusals_stay_errors(vllm, opened, chat):
    vllm.play(vllm.status(400, b'{"error": {"message": "temperature must be in [0, 2]"}}'))
    with pytest.raises(EndpointError, match="temperature") as caught:
        await opened(server="vllm").complete(chat(schema={"type": "object"}))
    assert caught.value.kind == "http_400"


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 2048 tokens. However, your prompt contains 3000 input tokens.",
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        "the request exceeds the available context size",
    ],
)
async def test_a_prompt_that_is_too_long_has_its_own_kind(loopback, opened, chat, said):
    loopback.play(loopback.status(400, json.dumps({"error": {"message": said}}).encode()))
    with pytest.raises(EndpointError) as caught:
        await opened().complete(chat())
    assert caught.value.kind == "prompt_too_long"
    assert not isinstance(caught.value, FatalEndpointError)

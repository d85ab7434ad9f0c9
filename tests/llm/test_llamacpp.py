"""Backend llamacpp with the real embedded model."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from corpusmith.core.errors import CorpusmithError, EndpointError, FatalEndpointError, ModelStoreError
from corpusmith.llm import Request
from corpusmith.llm.backends.llamacpp import open_backend
from corpusmith.llm.backends.llamacpp_process import ServerPlan, start
from corpusmith.llm.backends.openai import OpenAIBackend
from corpusmith.llm.model_store import path_of
from corpusmith.llm.settings import ModelSettings

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def gguf():
    pytest.importorskip("xllamacpp", reason="the embedded model needs xllamacpp (pip install corpusmith[local])")
    try:
        return path_of("smollm2", pull_if_missing=True, say=lambda line: None)
    except ModelStoreError as error:
        pytest.skip(f"the embedded model cannot be had: {error}")


@pytest.fixture
async def model(gguf):
    backend = open_backend(ModelSettings(backend="llamacpp", model="smollm2", concurrency=4, context=512, timeout=300))
    yield backend
    await backend.close()


def ask(kind, **fields):
    return Request(kind=kind, model="smollm2", endpoint="llamacpp", **fields)


async def test_chat_text_and_what_they_cost(model):
    said = await model.complete(
        ask(
            "chat",
            messages=({"role": "user", "content": "Name a fruit."},),
            sampling={"max_tokens": 12, "temperature": 0},
        )
    )
    assert said.text
    assert 0 < said.usage.completion_tokens <= 12
    # Our short system message was put before the question, not the one of the model's own template.
    assert json.loads(said.raw)["usage"]["prompt_tokens"] < 40
    prompt = "Fruits, one per line:\n- apple\n- pear\n-"
    sampling = {"max_tokens": 12, "temperature": 0, "stop": ["\n"]}
    listed = await model.complete(ask("text", prompt=prompt, sampling=sampling))
    assert listed.finish_reason == "stop"
    assert "\n" not in listed.text
    assert model.decode(ask("text", prompt=prompt), listed.raw).text == listed.text


async def test_a_seed_decides_what_is_sampled(model):
    def sampled(seed):
        sampling = {"max_tokens": 16, "temperature": 1.5, "seed": seed}
        return ask("text", prompt="Once upon a time", sampling=sampling)

    texts = [(await model.complete(sampled(seed))).text for seed in (1, 1, 2, 3, 4)]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


SCHEMA = {
    "type": "object",
    "properties": {
        "fruit": {"type": "string", "minLength": 1, "maxLength": 12},
        "stars": {"type": "integer", "minimum": 2, "maximum": 4},
        "tags": {"type": "array", "items": {"enum": ["red", "sweet"]}, "maxItems": 2, "uniqueItems": True},
    },
    "required": ["fruit", "stars", "tags"],
}


async def test_structured_answers_follow_the_schema_without_wasted_space(model):
    for number in range(6):
        request = ask(
            "chat",
            messages=({"role": "user", "content": f"Describe fruit number {number} as JSON."},),
            sampling={"max_tokens": 60, "temperature": 1.2, "seed": number},
            schema=SCHEMA,
        )
        text = (await model.complete(request)).text
        value = json.loads(text)
        assert set(value) == {"fruit", "stars", "tags"}
        assert 1 <= len(value["fruit"]) <= 12
        assert 2 <= value["stars"] <= 4
        assert set(value["tags"]) <= {"red", "sweet"}
        assert "\n" not in text


async def test_a_schema_that_no_grammar_can_hold_still_gets_json(model):
    impossible = {"allOf": [{"type": "integer"}, {"type": "string"}]}
    reply = await model.complete(
        ask(
            "chat",
            messages=({"role": "user", "content": "Say something."},),
            sampling={"max_tokens": 20, "temperature": 0},
            schema={"anyOf": [impossible, impossible]},
        )
    )
    assert reply.usage.completion_tokens > 0


async def step_by_step(post, prompt, target):
    """Log-probability of each token of `target`, from the list of all tokens' after each prefix: the chain rule."""
    found = []
    for at, token in enumerate(target):
        # What it writes does not matter, as long as it is a whole character: others are not reported on.
        body = {"prompt": [*prompt, *target[:at]], "n_predict": 1, "n_probs": 1_000_000, "grammar": "root ::= [a-z]"}
        body["cache_prompt"] = False
        answer = orjson.loads(await post("/completion", orjson.dumps(body)))
        every = {e["id"]: e["logprob"] for e in answer["completion_probabilities"][0]["top_logprobs"]}
        found.append(every[token])
    return found


async def test_scores_are_those_of_the_chain_rule(model, gguf):
    process = start(ServerPlan(gguf, "smollm2", 1, 512, 2))
    client = OpenAIBackend(base_url=process.address, model="smollm2", api_key=process.key, timeout=300)
    try:
        for prompt, continuation in [
            ("Question: What do bees make?\nAnswer:", " Bees make honey, and wax."),
            ("The sign said", " naïve 🍎 <|im_end|>\n"),
        ]:
            reply = await model.complete(ask("score", prompt=prompt, continuation=continuation))
            assert "".join(s.text for s in reply.scores) == continuation
            bodies = [orjson.dumps({"content": text, "parse_special": False}) for text in (prompt, continuation)]
            before, target = [orjson.loads(await client.post("/tokenize", b))["tokens"] for b in bodies]
            expected = await step_by_step(client.post, before, target)
            assert [s.logprob for s in reply.scores] == pytest.approx(expected, abs=0.01)
            assert reply.usage.prompt_tokens == len(before)
    finally:
        await client.close()
        process.stop()


async def test_scores_tell_sense_from_nonsense_and_survive_the_journal(model):
    prompt = "The capital of France is"
    right = ask("score", prompt=prompt, continuation=" Paris")
    wrong = ask("score", prompt=prompt, continuation=" Lisbon")
    replies = await asyncio.gather(*(model.complete(r) for r in (right, wrong)))
    total = [sum(s.logprob for s in r.scores) for r in replies]
    assert total[0] > total[1] + 1
    again = model.decode(right, replies[0].raw)
    assert (again.scores, again.usage, again.from_journal) == (replies[0].scores, replies[0].usage, True)


async def test_scores_do_not_depend_on_what_runs_beside_them(model):
    continuation = " The river carries sand from the hills to the plain."
    asked = ask("score", prompt="Geography:", continuation=continuation)
    alone = await model.complete(asked)
    others = [ask("text", prompt=f"Story {n}:", sampling={"max_tokens": 20, "temperature": 1}) for n in range(6)]
    crowded, *_ = await asyncio.gather(model.complete(asked), *(model.complete(o) for o in others))
    assert [s.logprob for s in crowded.scores] == pytest.approx([s.logprob for s in alone.scores], abs=0.01)


async def test_a_text_after_nothing_has_a_score(model):
    reply = await model.complete(ask("score", prompt="", continuation="The bee is an insect."))
    assert reply.text == "The bee is an insect."
    assert all(-30 < s.logprob <= 0 for s in reply.scores)


@pytest.mark.parametrize(
    "request_",
    [
        ask("score", prompt="word " * 600, continuation=" end"),
        ask("score", prompt="start", continuation=" word" * 600),
        ask("text", prompt="word " * 600),
        ask("chat", messages=({"role": "user", "content": "word " * 600},)),
    ],
    ids=["score-prompt", "score-continuation", "text", "chat"],
)
async def test_what_does_not_fit_is_an_error_with_numbers(model, request_):
    with pytest.raises(EndpointError, match=r"6\d\d tokens .* do not fit in the 512") as raised:
        await model.complete(request_)
    assert raised.value.kind == "prompt_too_long"


async def test_a_text_without_limit_ends_with_its_slot(model):
    reply = await model.complete(ask("text", prompt="word " * 480, sampling={"ignore_eos": True}))
    assert reply.finish_reason == "length"
    assert reply.usage.completion_tokens < 40


def servers_of(parent_pid):
    """Pids of the model processes of a process."""
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("looking at processes needs /proc")
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == parent_pid and b"llamacpp_child" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


async def test_the_end_of_its_process_is_told_and_not_retried(model):
    await model.complete(ask("text", prompt="a", sampling={"max_tokens": 1}))
    (pid,) = servers_of(os.getpid())
    calls = [
        asyncio.create_task(model.complete(ask("text", prompt=f"{n}", sampling={"ignore_eos": True}))) for n in range(6)
    ]
    await asyncio.sleep(0.3)
    os.kill(pid, signal.SIGKILL)
    for error in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(error, FatalEndpointError)
        assert error.kind == "model_died"


USE = """
import asyncio, os, sys
from corpusmith.llm import Request
from corpusmith.llm.backends.llamacpp import open_backend
from corpusmith.llm.settings import ModelSettings

async def main():
    backend = open_backend(ModelSettings(backend="llamacpp", model="smollm2", concurrency=2, context=1024))
    def ask(**sampling):
        return backend.complete(Request(kind="text", model="m", endpoint="e", prompt="a", sampling=sampling))
    await ask(max_tokens=1)
    print("started", flush=True)
    if sys.argv[1] != "leave":
        await asyncio.gather(ask(ignore_eos=True), ask(ignore_eos=True))

asyncio.run(main())
"""


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", ["leave", "interrupt", "kill"])
def test_the_model_goes_with_its_user_whatever_the_end(gguf, how):
    user = subprocess.Popen([sys.executable, "-c", USE, how], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert user.stdout.readline() == "started\n"
    servers = servers_of(user.pid)
    # One that leaves at once may be gone already.
    assert len(servers) == 1 or how == "leave"
    if how == "interrupt":
        user.send_signal(signal.SIGINT)
    elif how == "kill":
        user.kill()
    said, errors = user.communicate(timeout=60)
    assert said == ""
    assert user.returncode == {"leave": 0, "interrupt": -signal.SIGINT, "kill": -signal.SIGKILL}[how]
    if how == "interrupt":
        assert "KeyboardInterrupt" in errors
    for _ in range(100):
        if not any(alive(pid) for pid in servers):
            break
        time.sleep(0.1)
    assert not any(alive(pid) for pid in servers)


def test_only_who_has_the_key_is_served(gguf):
    process = start(ServerPlan(gguf, "smollm2", 1, 128, 1))

    async def ask_with(key):
        client = OpenAIBackend(base_url=process.address, model="smollm2", api_key=key)
        try:
            return await client.post("/tokenize", b'{"content":"hi"}')
        finally:
            await client.close()

    try:
        assert b"tokens" in asyncio.run(ask_with(process.key))
        with pytest.raises(CorpusmithError):
            asyncio.run(ask_with("other"))
        assert process.ended() is None
    finally:
        process.stop()
    assert process.ended().startswith("with exit code 0")

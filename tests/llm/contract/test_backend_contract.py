"""What every backend with a model of its own does, whatever answers behind it."""

import asyncio
import json
from dataclasses import replace

import jsonschema_rs
import pytest

from corpusmith.core.errors import EndpointError, FatalEndpointError, ModelStoreError, RetryableError

pytestmark = [
    pytest.mark.model,
    pytest.mark.asyncio(loop_scope="session"),
    # Of other people's code in this process.
    pytest.mark.filterwarnings("default"),
]

SCHEMA = {
    "type": "object",
    "properties": {
        "fruit": {"type": "string", "minLength": 1, "maxLength": 12},
        "stars": {"type": "integer", "minimum": 2, "maximum": 4},
        "taste": {"enum": ["sweet", "sour"]},
    },
    "required": ["fruit", "stars", "taste"],
    "additionalProperties": False,
}


async def test_chat_and_text_with_what_they_cost(contender):
    said = await contender.chat("Name a fruit.", sampling={"max_tokens": 12, "temperature": 0})
    assert said.text
    assert 0 < said.usage.completion_tokens <= 12
    assert 5 < said.usage.prompt_tokens < 60
    assert said.latency > 0
    listed = await contender.text("Fruits:\n- apple\n- pear\n-", max_tokens=8, temperature=0)
    assert listed.text
    again = contender.backend.decode(contender.ask("text"), listed.raw)
    assert (again.text, again.usage, again.from_journal) == (listed.text, listed.usage, True)


async def test_an_answer_stops_before_the_stop(contender):
    reply = await contender.text("Fruits, one per line:\n- apple\n- pear\n-", max_tokens=40, temperature=0, stop=["\n"])
    assert reply.finish_reason == "stop"
    assert reply.text.strip()
    assert "\n" not in reply.text


async def test_an_answer_ends_with_its_limit(contender):
    reply = await contender.text("Once upon a time", max_tokens=7, temperature=0, ignore_eos=True)
    assert reply.finish_reason == "length"
    assert reply.usage.completion_tokens == 7


async def test_a_seed_decides_what_is_sampled(contender):
    async def sampled(seed):
        return (await contender.text("Once upon a time", max_tokens=16, temperature=1.2, seed=seed)).text

    texts = [await sampled(seed) for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


async def test_structured_answers_follow_their_schema(contender):
    async def asked(number):
        sampling = {"max_tokens": 80, "temperature": 0.7, "seed": number}
        return await contender.chat(f"Describe fruit number {number} as JSON.", sampling=sampling, schema=SCHEMA)

    whole = [r for r in await asyncio.gather(*(asked(number) for number in range(4))) if r.finish_reason == "stop"]
    # White space may use up the room of one; what is whole follows.
    assert len(whole) >= 3
    for reply in whole:
        jsonschema_rs.validate(SCHEMA, json.loads(reply.text))


async def test_a_choice_is_one_of_the_choices(contender):
    reply = await contender.chat(
        "Is a lemon sour?", sampling={"max_tokens": 20, "temperature": 0}, schema={"enum": ["yes", "no"]}
    )
    assert json.loads(reply.text) in ("yes", "no")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"enum": ["red", "green"]}, "uniqueItems": True, "minItems": 1, "maxItems": 2},
        {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"], "patternProperties": {"x": {}}},
        {"anyOf": [{"allOf": [{"type": "integer"}, {"type": "string"}]}] * 2},
    ],
    ids=["unique-items", "unknown-keyword", "impossible"],
)
async def test_a_schema_that_the_server_cannot_follow_is_no_error(contender, schema):
    sampling = {"max_tokens": 30, "temperature": 0}
    assert (await contender.chat("Say something.", sampling=sampling, schema=schema)).usage.completion_tokens > 0


async def test_an_answer_that_was_begun_is_gone_on_with(contender):
    begun = (
        {"role": "user", "content": "What is the capital of France?"},
        {"role": "assistant", "content": "The capital of"},
    )
    request = contender.ask("chat", messages=begun, sampling={"max_tokens": 8, "temperature": 0})
    reply = await contender.backend.complete(request)
    assert reply.text.strip().startswith("France")


async def test_scores_stand_for_the_whole_text_and_survive_the_journal(contender):
    for prompt, continuation in [
        ("Question: What do bees make?\nAnswer:", " Bees make honey, and wax."),
        ("The sign said", " naïve 🍎, 北京 and\tmore\n"),
        ("", "The bee is an insect."),
    ]:
        reply = await contender.score(prompt, continuation)
        assert "".join(s.text for s in reply.scores) == continuation
        assert all(-103.4 < s.logprob <= 0 for s in reply.scores)
        assert reply.usage.prompt_tokens > 0
        again = contender.backend.decode(contender.ask("score"), reply.raw)
        assert (again.scores, again.usage, again.from_journal) == (reply.scores, reply.usage, True)


async def test_scores_tell_sense_from_nonsense_and_add_up(contender):
    prompt = "The capital of France is"
    replies = await asyncio.gather(
        *(contender.score(prompt, text) for text in (" Paris", " Lisbon", " Paris.", " Paris"))
    )
    right, wrong, longer, again = (sum(s.logprob for s in r.scores) for r in replies)
    assert right > wrong + 1
    assert longer < right
    assert again == pytest.approx(right, abs=0.05)
    # The chain rule: what the full stop adds is its own log-likelihood after the rest.
    (stop,) = (await contender.score(f"{prompt} Paris", ".")).scores
    assert longer - right == pytest.approx(stop.logprob, abs=0.15)


async def test_nothing_has_no_score(contender):
    with pytest.raises(EndpointError) as caught:
        await contender.score("Some prompt", "")
    assert caught.value.kind == "empty_continuation"


@pytest.mark.parametrize("kind", ["chat", "text", "score"])
async def test_what_does_not_fit_is_that_rows_error(contender, kind):
    long = "word " * 1200
    fields = {
        "chat": {"messages": ({"role": "user", "content": long},)},
        "text": {"prompt": long, "sampling": {"max_tokens": 5}},
        "score": {"prompt": long, "continuation": " end"},
    }[kind]
    with pytest.raises(EndpointError, match="1024") as caught:
        await contender.backend.complete(contender.ask(kind, **fields))
    assert caught.value.kind == "prompt_too_long"
    assert not isinstance(caught.value, RetryableError | FatalEndpointError)
    assert caught.value.hint


async def test_a_model_that_is_not_there_is_told_at_once(contender):
    async def asked():
        backend = contender.open_wrong()
        try:
            asked = contender.ask("text", prompt="a", sampling={"max_tokens": 1})
            await backend.complete(replace(asked, model="nobody-knows-it"))
        finally:
            await backend.close()

    with pytest.raises((FatalEndpointError, ModelStoreError), match="knows-it"):
        await asked()


async def test_a_call_that_takes_too_long_is_given_up_and_may_be_tried_again(contender):
    await contender.text("a", max_tokens=1)
    backend = contender.open_impatient(0.5)
    try:
        with pytest.raises(RetryableError) as caught:
            await backend.complete(
                contender.ask("text", prompt="Once", sampling={"max_tokens": 900, "ignore_eos": True})
            )
        assert caught.value.kind == "timeout"
    finally:
        await backend.close()
    assert (await contender.text("Two and two are", max_tokens=2)).text


async def test_a_cancelled_call_leaves_nothing_running(contender):
    await contender.text("a", max_tokens=1)
    calls = [
        asyncio.create_task(contender.text(f"Story {n}:", max_tokens=900, ignore_eos=True, temperature=1))
        for n in range(4)
    ]
    await asyncio.sleep(0.5)
    for call in calls:
        call.cancel()
    assert {type(e) for e in await asyncio.gather(*calls, return_exceptions=True)} == {asyncio.CancelledError}
    # Its places are free again.
    replies = await asyncio.gather(*(contender.text(f"{n} and", max_tokens=2) for n in range(8)))
    assert all(reply.usage.completion_tokens for reply in replies)


async def test_many_calls_at_once_are_all_answered_as_themselves(contender):
    names = ["Anna", "Bruno", "Clara", "David", "Emma", "Felix", "Greta", "Hugo"] * 3

    async def asked(name):
        return (await contender.text(f"{name} says hello.\n{name} says", max_tokens=3, temperature=0)).text

    crowd = await asyncio.gather(*(asked(name) for name in names))
    assert len(crowd) == 24
    for first, again in zip(crowd[:8], crowd[8:16], strict=True):
        assert first == again

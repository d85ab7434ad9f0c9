from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field

from corpusmith.core import derive_seed
from corpusmith.core.errors import AnswerError, MissingCapability, RetryableError
from corpusmith.llm import LLM, Capabilities, Likelihood, Reply, TokenScore
from corpusmith.llm.backends.scripted import Rule, ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import Prompt

QUESTION = Prompt.from_text(
    "test/question",
    "---\ninputs: [topic]\nsampling: {temperature: 0.3, top_p: 0.9}\n---\n"
    "# system\nBe brief.\n# user\nAsk of {{ topic }}.\n",
)
GO_ON = Prompt.from_text("test/go_on", "---\nkind: text\ninputs: [topic]\n---\nA line on {{ topic }}:")


class Mood(BaseModel):
    mood: Literal["good", "bad"]
    score: int = Field(ge=1, le=5)


MOOD = {
    "type": "object",
    "properties": {"mood": {"enum": ["good", "bad"]}, "score": {"type": "integer", "minimum": 1, "maximum": 5}},
    "required": ["mood", "score"],
    "additionalProperties": False,
}
GOOD = '{"mood": "good", "score": 4}'


def model(*rules, seed=None, **settings):
    """An LLM on the scripted backend, the backend, and the counts."""
    backend = ScriptedBackend(rules[0] if rules and callable(rules[0]) else list(rules))
    stats = CallStats()
    return LLM(backend, ModelSettings(backend="scripted", model="m", **settings), stats, seed=seed), backend, stats


def says(*texts, finish="stop"):
    return Rule(replies=list(texts), finish_reason=finish)


async def test_plain_text():
    llm, backend, stats = model(says("  Why is the sky blue?\n"))
    answer = await llm.ask(QUESTION, inputs={"topic": "the sky"})
    assert answer.text == answer.value == "Why is the sky blue?"
    (request,) = backend.asked
    assert [m["role"] for m in request.messages] == ["system", "user"]
    assert request.messages[1]["content"] == "Ask of the sky."
    assert answer.calls == (request.key(),)
    assert (request.kind, request.model, request.endpoint) == ("chat", "m", "scripted")
    assert not stats.asked_again


async def test_a_prompt_of_kind_text_is_a_continuation():
    llm, backend, _ = model(says("blue"))
    assert (await llm.ask(GO_ON, inputs={"topic": "sky"})).text == "blue"
    assert (backend.asked[0].kind, backend.asked[0].prompt) == ("text", "A line on sky:")
    assert backend.asked[0].messages == ()


async def test_the_call_overrides_the_recipe_and_that_the_prompt():
    llm, backend, _ = model(
        sampling={"temperature": 0.5, "max_tokens": 9}, extra_body={"top_k": 3}, structured="json_object"
    )
    await llm.ask(QUESTION, MOOD, inputs={"topic": "t"}, sampling={"temperature": 0.7}, sample=2)
    (request,) = backend.asked
    assert request.sampling == {"temperature": 0.7, "top_p": 0.9, "max_tokens": 9}
    assert (request.extra_body, request.structured, request.sample) == ({"top_k": 3}, "json_object", 2)
    assert request.schema == MOOD


@pytest.mark.parametrize("schema", [Mood, MOOD])
async def test_a_valid_answer(schema):
    llm, _, _ = model(says(GOOD))
    answer = await llm.ask(QUESTION, schema, inputs={"topic": "t"})
    assert answer.text == GOOD
    assert answer.value == (Mood(mood="good", score=4) if schema is Mood else {"mood": "good", "score": 4})


@pytest.mark.parametrize("schema", [Mood, MOOD])
@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ('{"mood": "fair", "score": 4}', "mood"),
        ('{"mood": "good", "score": 9}', "score"),
        ('{"mood": "good"}', "score"),
        ("It is good.", "JSON"),
        ('{"mood": "good", "score": 4', "JSON"),
        ('{"mood": "good", "score": 4} and more', "JSON"),
        (GOOD + GOOD, "JSON"),
    ],
)
async def test_an_invalid_answer_is_asked_again_with_what_was_wrong_with_it(schema, bad, said):
    llm, backend, stats = model(says(bad, GOOD))
    answer = await llm.ask(QUESTION, schema, inputs={"topic": "t"})
    assert answer.text == GOOD
    first, second = backend.asked
    assert second.messages[: len(first.messages)] == first.messages
    reply, complaint = second.messages[len(first.messages) :]
    assert reply == {"role": "assistant", "content": bad}
    assert complaint["role"] == "user"
    assert said in complaint["content"] or "trailing characters" in complaint["content"]
    assert (first.attempt, second.attempt) == (0, 1)
    assert answer.calls == (first.key(), second.key())
    assert stats.asked_again == {"invalid_structure": 1}


@pytest.mark.parametrize("schema", [Mood, MOOD])
async def test_an_answer_that_is_invalid_for_ever_is_an_error_with_the_raw_text(schema):
    llm, backend, stats = model(says("no", "nay", '{"mood": "never"'), schema_retries=2)
    with pytest.raises(AnswerError) as caught:
        await llm.ask(QUESTION, schema, inputs={"topic": "t"})
    assert (caught.value.reason, caught.value.raw) == ("invalid_structure", '{"mood": "never"')
    assert caught.value.calls == tuple(r.key() for r in backend.asked)
    assert len(set(caught.value.calls)) == 3
    assert [r.attempt for r in backend.asked] == [0, 1, 2]
    # The complaint is about the last reply only; the conversation does not grow with each attempt.
    assert [len(r.messages) for r in backend.asked] == [2, 4, 4]
    assert stats.asked_again == {"invalid_structure": 2}


async def test_an_invalid_continuation_is_asked_again_as_it_was():
    llm, backend, _ = model(says("no", GOOD))
    await llm.ask(GO_ON, MOOD, inputs={"topic": "t"})
    first, second = backend.asked
    assert (first.prompt, first.messages) == (second.prompt, second.messages)
    assert first.key() != second.key()


async def test_a_cut_answer_gets_twice_the_room_each_time_and_is_never_taken():
    llm, backend, stats = model(
        says(GOOD, finish="length"), sampling={"max_tokens": 10, "max_completion_tokens": 7}, length_retries=2
    )
    with pytest.raises(AnswerError) as caught:
        await llm.ask(QUESTION, MOOD, inputs={"topic": "t"})
    assert (caught.value.reason, caught.value.raw) == ("truncated", GOOD)
    assert [r.sampling["max_tokens"] for r in backend.asked] == [10, 20, 40]
    assert [r.sampling["max_completion_tokens"] for r in backend.asked] == [7, 14, 28]
    assert [len(r.messages) for r in backend.asked] == [2, 2, 2]
    assert stats.asked_again == {"truncated": 2}


async def test_a_cut_answer_that_then_fits():
    def answer(request):
        room = request.sampling["max_tokens"]
        return Reply(text=GOOD[:room], finish_reason="length" if room < len(GOOD) else "stop")

    llm, backend, _ = model(answer)
    reply = await llm.ask(QUESTION, MOOD, inputs={"topic": "t"}, sampling={"max_tokens": 10})
    assert reply.value == {"mood": "good", "score": 4}
    assert [r.sampling["max_tokens"] for r in backend.asked] == [10, 20, 40]


async def test_cut_and_invalid_answers_are_counted_apart():
    finishes = iter(["length", "stop", "length", "stop", "stop"])

    def answer(request):
        finish = next(finishes)
        return Reply(text=GOOD if request.attempt == 4 else "no", finish_reason=finish)

    llm, backend, stats = model(answer, schema_retries=2, length_retries=2)
    assert (await llm.ask(QUESTION, MOOD, inputs={"topic": "t"})).text == GOOD
    assert stats.asked_again == {"truncated": 2, "invalid_structure": 2}
    assert len({r.key() for r in backend.asked}) == 5


@pytest.mark.parametrize("schema", [None, MOOD])
@pytest.mark.parametrize("nothing", ["", "  \n", "<think>Well.</think>\n"])
async def test_an_empty_reply_is_asked_again_as_it_was(schema, nothing):
    llm, backend, stats = model(says(nothing, nothing, GOOD))
    assert (await llm.ask(QUESTION, schema, inputs={"topic": "t"})).text == GOOD
    assert [r.messages for r in backend.asked] == [backend.asked[0].messages] * 3
    assert stats.asked_again == {"empty_reply": 2}


async def test_a_reply_that_is_empty_for_ever():
    llm, backend, _ = model(says(""), schema_retries=1)
    with pytest.raises(AnswerError) as caught:
        await llm.ask(QUESTION, inputs={"topic": "t"})
    assert (caught.value.reason, caught.value.raw, len(backend.asked)) == ("empty_reply", "", 2)


@pytest.mark.parametrize(("finish", "reason"), [("content_filter", "content_filter"), ("refusal", "refused")])
async def test_a_withheld_answer_is_not_asked_for_again(finish, reason):
    llm, backend, stats = model(says("I would rather not.", finish=finish))
    with pytest.raises(AnswerError) as caught:
        await llm.ask(QUESTION, MOOD, inputs={"topic": "t"})
    assert (caught.value.reason, caught.value.raw) == (reason, "I would rather not.")
    assert finish in caught.value.message
    assert len(backend.asked) == 1
    assert not stats.asked_again


@pytest.mark.parametrize(
    ("text", "answer", "reasoning"),
    [
        ("<think>Hm.\nYes.</think>\n\n" + GOOD, GOOD, "Hm.\nYes."),
        # The chat template has already written the opening tag.
        ("Hm.\nYes.\n</think>\n\n" + GOOD, GOOD, "Hm.\nYes."),
        ("<think></think>" + GOOD, GOOD, ""),
        ("The tag </think> ends a thought.", "The tag </think> ends a thought.", ""),
        ("Write <think> and </think>\nhere.", "Write <think> and </think>\nhere.", ""),
        (GOOD, GOOD, ""),
    ],
)
async def test_reasoning_is_kept_apart_from_the_answer(text, answer, reasoning):
    llm, _, _ = model(says(text))
    found = await llm.ask(QUESTION, inputs={"topic": "t"})
    assert (found.text, found.reasoning) == (answer, reasoning)


async def test_reasoning_that_the_endpoint_keeps_apart():
    llm, _, _ = model(lambda request: Reply(text=GOOD, reasoning="Hm."))
    answer = await llm.ask(QUESTION, MOOD, inputs={"topic": "t"})
    assert (answer.text, answer.reasoning) == (GOOD, "Hm.")


async def test_reasoning_without_an_end_is_no_answer():
    llm, _, stats = model(says("<think>Let me see.", "Blue."))
    assert (await llm.ask(QUESTION, inputs={"topic": "t"})).text == "Blue."
    assert stats.asked_again == {"empty_reply": 1}


async def test_the_seed_is_sent_and_is_another_one_for_each_sample_and_attempt():
    llm, backend, _ = model(says("no", GOOD), seed=17)
    await llm.ask(QUESTION, MOOD, inputs={"topic": "t"})
    await llm.ask(QUESTION, MOOD, inputs={"topic": "t"}, sample=1)
    seeds = [r.sampling["seed"] for r in backend.asked]
    assert len(set(seeds)) == 3
    assert seeds[0] == derive_seed(17, "test/question", 0) % 2**31
    assert all(0 <= seed < 2**31 for seed in seeds)

    llm, backend, _ = model(says("no", GOOD), seed=17, sampling={"seed": 5})
    await llm.ask(QUESTION, MOOD, inputs={"topic": "t"})
    assert backend.asked[0].sampling["seed"] == 5
    assert backend.asked[1].sampling["seed"] != 5

    llm, backend, _ = model(says("no", GOOD))
    await llm.ask(QUESTION, MOOD, inputs={"topic": "t"})
    assert all("seed" not in r.sampling for r in backend.asked)


async def test_an_error_of_the_endpoint_passes_through():
    llm, _, _ = model(Rule(error=503))
    with pytest.raises(RetryableError):
        await llm.ask(QUESTION, inputs={"topic": "t"})


async def test_scores():
    llm, backend, _ = model()
    found = await llm.score("The sky is blue.", " sky red sky")
    assert [t.text for t in found.tokens] == [" sky", " red", " sky"]
    assert found.total == -6.0
    assert found.mean == -2.0
    assert found.calls == (backend.asked[0].key(),)
    assert (backend.asked[0].prompt, backend.asked[0].continuation) == ("The sky is blue.", " sky red sky")


def test_the_likelihood_of_nothing_is_certain():
    assert (Likelihood((), ()).total, Likelihood((), ()).mean) == (0, 0.0)
    assert Likelihood((TokenScore("a", -1.5), TokenScore("b", -0.5)), ()).mean == -1.0


async def test_a_backend_that_cannot_score_is_told_of_before_anything_is_sent(held_backend):
    held = held_backend()
    held.capabilities = Capabilities(score=False)
    llm = LLM(held, ModelSettings(backend="openai"), CallStats())
    assert not llm.capabilities.score
    with pytest.raises(MissingCapability, match="openai"):
        await llm.score("a", "b")
    assert held.asked == []


def test_the_settings_are_at_hand():
    llm, _, _ = model(timeout=3.0)
    assert llm.settings.timeout == 3.0

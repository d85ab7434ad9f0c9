"""`ground` on models that are written here: what is kept, what is rejected and why, and that nothing vanishes."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.builders import Context, Item, Rejected
from corpusmith.builders.instructions.ground import Ground
from corpusmith.core import InstructionRecord, SourceRow
from corpusmith.core.errors import UsageError
from corpusmith.llm import LLM, Capabilities, Reply, Request, TokenScore
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary

BATS = "Bats find their way in the dark by echolocation. They listen to the echoes of their own high calls."
FIRST = "Bats find their way in the dark by echolocation."
GOOD = "How do bats find their way?"
SAID = [GOOD, "Why do bats call?", "", "What", "?", "Is it so?", "\ud800?"]
OPENINGS = ["", "How", "Why"]

Model = Callable[[Request], "str | Reply"]


def scores(*logprobs: float) -> Reply:
    return Reply(text="", scores=tuple(TokenScore("t", p) for p in logprobs))


class Writer:
    """A model that writes the given questions, one per sample, and finds texts as likely as it is told."""

    def __init__(
        self, questions: Sequence[str], fit: dict[str, float] | None = None, gain: dict[str, float] | None = None
    ) -> None:
        self.questions, self.fit, self.gain = questions, fit or {}, gain or {}

    def __call__(self, request: Request) -> Reply:
        if request.kind == "text":
            said = self.questions[request.sample]
            opening = request.prompt.rpartition("Question:")[2].strip()
            return reply(said.removeprefix(opening) if opening else said)
        if request.continuation == f" {FIRST}":
            question = request.prompt.removeprefix("Question: ").removesuffix("\nAnswer:")
            return scores(-50.0 if request.prompt == "Answer:" else -50.0 + self.gain.get(question, 10.0))
        return scores(self.fit.get(request.continuation.strip(), -1.0))


def reply(text: str, finish: str = "stop") -> Reply:
    return Reply(text=text, finish_reason=finish)


def context(model: Model, *, can_score: bool = True, judge: Model | None = None, seed: int = 5) -> Context:
    def llm(answerer: Model) -> LLM:
        backend = ScriptedBackend(answerer)
        backend.capabilities = Capabilities(score=can_score)
        plain = ModelSettings(backend="scripted", model="scripted", schema_retries=0, length_retries=0)
        return LLM(backend, plain, CallStats())

    roles = {"default": llm(model)} | ({"judge": llm(judge)} if judge else {})
    return Context(roles, PromptLibrary(), seed=seed, builder="ground", version="0")


def items(config: dict[str, Any], *rows: dict[str, Any]) -> list[Item]:
    builder = Ground(Ground.Config.model_validate(config))
    return list(builder.items({"path": [SourceRow(f"docs.jsonl:{i}", row) for i, row in enumerate(rows, 1)]}))


def build(ctx: Context, config: dict[str, Any], text: str = BATS, **columns: Any) -> list[InstructionRecord | Rejected]:
    async def collect() -> list[Any]:
        builder = Ground(Ground.Config.model_validate(config))
        return [o for item in items(config, {"text": text, **columns}) async for o in builder.build(item, ctx)]

    return asyncio.run(collect())


def small(questions: Sequence[str], **options: Any) -> dict[str, Any]:
    return {"profile": "small", "openings": OPENINGS, "candidates": len(questions), **options}


def fates(out: Sequence[InstructionRecord | Rejected]) -> dict[str, str]:
    return {
        (o.text if isinstance(o, Rejected) else o.instruction): (o.reason if isinstance(o, Rejected) else "kept")
        for o in out
    }


# The small profile


def test_the_best_question_becomes_a_row_and_every_other_one_a_reason():
    asked = [GOOD, "How do bats eat soup?", "Why do bats listen?", "bats find", "How do bats find their way?"]
    fit = {GOOD: -2.0, "Why do bats listen?": -2.0}
    out = build(context(Writer(asked, fit, {GOOD: 20.0, "Why do bats listen?": 12.0})), small(asked), domain="nature")
    assert [type(o).__name__ for o in out].count("InstructionRecord") == 1
    record = out[0]
    assert isinstance(record, InstructionRecord)
    assert (record.instruction, record.output, record.context) == (GOOD, BATS, BATS)
    assert (record.task, record.language, record.origin.source) == (("nature",), "en", "docs.jsonl:1")
    notes = record.origin.notes
    assert (notes["fit"], notes["gain"], notes["net_gain"]) == (-2.0, 20.0, 12.0)
    assert notes["chunk"] == {"start": 0, "end": len(BATS)}
    assert notes["asked_times"] == 2
    assert set(record.origin.prompts) == {"ground/question", "ground/answer"}
    assert len(record.origin.calls) == 4
    assert [o.reason for o in out[1:] if isinstance(o, Rejected)] == [
        "about_something_else",
        "not_best",
        "not_a_question",
        "repeated_candidate",
    ]


def test_the_gain_counts_up_to_its_ceiling_and_the_fit_by_its_weight():
    long = "How do bats find their way in the dark?"
    model = Writer([GOOD, long], {GOOD: -2.0, long: -3.0}, {GOOD: 30.0, long: 50.0})
    assert fates(build(context(model), small([GOOD, long])))[GOOD] == "kept"
    assert fates(build(context(model), small([GOOD, long], gain_ceiling=60)))[long] == "kept"
    by_fit = small([GOOD, long], gain_ceiling=60, fit_weight=21, min_net_gain=-99)
    assert fates(build(context(model), by_fit))[GOOD] == "kept"


def test_a_question_that_does_not_lead_to_its_answer_is_rejected_with_the_numbers():
    model = Writer([GOOD], {GOOD: -3.0}, {GOOD: 11.9})
    (only,) = build(context(model), small([GOOD]))
    assert isinstance(only, Rejected)
    assert (only.reason, only.evidence["gain"], only.evidence["fit"]) == ("gain_too_small", 11.9, -3.0)
    assert only.evidence["net_gain"] == pytest.approx(-0.1)
    assert fates(build(context(model), small([GOOD], min_net_gain=-0.2)))[GOOD] == "kept"


def test_only_the_likeliest_questions_have_their_gain_measured():
    asked = [GOOD, "How do bats call?", "Why do bats call?"]
    fit = {GOOD: -1.0, "How do bats call?": -7.0, "Why do bats call?": -2.0}
    out = build(context(Writer(asked, fit, {"How do bats call?": 99.0})), small(asked, shortlist=2))
    assert fates(out) == {GOOD: "kept", "How do bats call?": "not_shortlisted", "Why do bats call?": "not_best"}


def test_a_question_too_unlikely_to_reach_the_bar_is_not_scored():
    model = Writer([GOOD], {GOOD: -7.6})
    (only,) = build(context(model), small([GOOD]))
    assert isinstance(only, Rejected)
    assert (only.reason, only.evidence["fit"], len(only.calls)) == ("unlikely_question", -7.6, 2)
    assert "gain" not in only.evidence
    assert fates(build(context(model), small([GOOD], fit_weight=0)))[GOOD] == "kept"


def test_several_rows_of_a_chunk_ask_different_things():
    asked = [GOOD, "How do bats find the way?", "Why do bats listen to echoes?"]
    gain = {GOOD: 20.0, "How do bats find the way?": 19.0, "Why do bats listen to echoes?": 9.0}
    out = build(context(Writer(asked, gain=gain)), small(asked, questions_per_chunk=2))
    assert list(fates(out).values()) == ["kept", "like_another_question", "kept"]


def test_one_answer_that_cannot_be_used_does_not_cost_the_others():
    def model(request: Request) -> Reply:
        if request.kind == "text" and request.sample == 0:
            return reply("What is the way that bats and", "length")
        return Writer(["", GOOD])(request)

    out = build(context(model), small(["", GOOD]))
    assert fates(out) == {"What is the way that bats and": "truncated", GOOD: "kept"}
    assert len(out[0].calls if isinstance(out[0], Rejected) else ()) == 1


def test_without_scores_the_question_asked_most_often_is_kept():
    asked = ["Why do bats listen?", GOOD, "How do the bats find their way?"]
    out = build(context(Writer(asked), can_score=False), small(asked, openings=[""]))
    assert [o.reason if isinstance(o, Rejected) else o.instruction for o in out] == [
        "not_best",
        GOOD,
        "repeated_candidate",
    ]


def test_the_same_replies_give_the_same_bytes_whatever_order_they_come_in():
    asked = [GOOD, "How do bats call?", "Why do bats listen?"]

    def run(shuffle_seed: int) -> bytes:
        delays = random.Random(shuffle_seed)
        inner = context(Writer(asked))
        llm = inner.llm

        class Slow:
            capabilities = llm.capabilities

            async def ask(self, *args: Any, **kwargs: Any) -> Any:
                for _ in range(delays.randrange(5)):
                    await asyncio.sleep(0)
                return await llm.ask(*args, **kwargs)

            async def score(self, *args: Any) -> Any:
                for _ in range(delays.randrange(5)):
                    await asyncio.sleep(0)
                return await llm.score(*args)

        slow: Any = Slow()
        ctx = Context({"default": slow}, inner.prompts, seed=5, builder="ground", version="0")
        out = build(ctx, small(asked))
        plain = [o.model_dump(mode="json") if isinstance(o, InstructionRecord) else vars_of(o) for o in out]
        return orjson.dumps(plain)

    assert len({run(seed) for seed in range(4)}) == 1


def vars_of(o: Rejected) -> list[Any]:
    return [o.reason, o.text, o.source, list(o.calls), dict(o.evidence)]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(SAID) | st.text(max_size=30), min_size=1, max_size=6), st.integers(1, 3), st.booleans())
def test_every_candidate_has_exactly_one_fate(asked, wanted, can_score):
    ctx = context(lambda r: reply(asked[r.sample]) if r.kind == "text" else scores(-1.0), can_score=can_score)
    out = build(ctx, small(asked, questions_per_chunk=wanted, min_net_gain=-99))
    assert len(out) == len(asked)
    assert sum(isinstance(o, InstructionRecord) for o in out) <= wanted
    assert all(o.reason for o in out if isinstance(o, Rejected))


# The standard profile


def pairs(*said: tuple[str, str]) -> Model:
    def model(request: Request) -> str | Reply:
        if request.kind == "score":
            return scores(-50.0 if request.prompt == "Answer:" else -40.0)
        question, answer = said[request.sample]
        return orjson.dumps({"question": question, "answer": answer}).decode()

    return model


def grade(**changes: Any) -> str:
    good = {"reason": "nothing is wrong", "supported": True, "answered": True, "clear": True, "mark": 5}
    return orjson.dumps({**good, **changes}).decode()


PAIRS = [
    (GOOD, "They use echolocation, listening to echoes of their calls."),
    ("Why do bats listen to echoes?", "Bats listen to echoes to find their way in the dark."),
    ("How do bats find their way?", "Submarines, radars and lighthouses guide them."),
]


@pytest.mark.parametrize(
    ("judgement", "reason"),
    [
        ({"supported": False}, "answer_not_in_text"),
        ({"answered": False}, "question_not_answered"),
        ({"clear": False}, "unresolved_reference"),
        ({"mark": 3}, "mark_too_low"),
        ({"mark": 9}, "judge_invalid_structure"),
    ],
)
def test_what_the_judge_says_is_the_reason(judgement, reason):
    ctx = context(pairs(PAIRS[0]), judge=lambda _: grade(**judgement))
    (only,) = build(ctx, {"candidates": 1})
    assert isinstance(only, Rejected)
    assert (only.reason, only.text) == (reason, GOOD)
    assert only.evidence["answer"] == PAIRS[0][1]
    assert len(only.calls) == 2


def test_rules_come_before_the_judge_and_marks_rank_without_scores():
    asked: list[Request] = []

    def judge(request: Request) -> str:
        asked.append(request)
        return grade(mark=5 if "Why do" in request.messages[-1]["content"] else 4)

    out = build(context(pairs(*PAIRS), judge=judge, can_score=False), {})
    assert [o.reason if isinstance(o, Rejected) else "kept" for o in out] == ["not_best", "kept", "repeated_candidate"]
    assert len(asked) == 2
    record = out[1]
    assert isinstance(record, InstructionRecord)
    assert (record.instruction, record.output, record.context) == (*PAIRS[1], BATS)
    assert record.origin.notes["mark"] == 5
    assert set(record.origin.prompts) == {"ground/question", "ground/judge"}


def test_an_answer_whose_words_the_text_has_not_is_rejected_unjudged():
    out = build(context(pairs(PAIRS[2]), judge=lambda _: pytest.fail("asked")), {"candidates": 1})
    assert [o.reason for o in out if isinstance(o, Rejected)] == ["answer_not_in_text"]


def test_where_the_backend_scores_the_gain_ranks():
    def model(request: Request) -> str | Reply:
        if request.kind == "score" and request.prompt.startswith("Question: How"):
            return scores(-20.0)
        return pairs(*PAIRS)(request)

    out = build(context(model, judge=lambda _: grade()), {"candidates": 2, "min_gain": 1})
    assert fates(out) == {GOOD: "kept", PAIRS[1][0]: "not_best"}
    (record, _) = out
    assert isinstance(record, InstructionRecord)
    assert record.origin.notes["gain"] == 30.0


def test_a_broken_pair_is_rejected_with_what_was_said():
    out = build(context(lambda _: "no JSON", judge=lambda _: grade()), {"candidates": 2})
    assert [(o.reason, o.text) for o in out if isinstance(o, Rejected)] == [("invalid_structure", "no JSON")] * 2


# Items and forecast


def test_items_are_chunks_with_stable_ids():
    text = "One two three four five six seven eight nine. " * 3
    rows = [{"text": text, "title": "Numbers", "domain": ["maths", "counting"], "language": "de"}, {"text": BATS}]
    found = items({"profile": "small", "max_words": 20}, *rows)
    assert [i.id for i in found] == ["docs.jsonl:1", "docs.jsonl:1#1", "docs.jsonl:2"]
    first = found[0].data
    assert (first["title"], first["task"], first["language"]) == ("Numbers", ["maths", "counting"], "de")
    assert [i.data["start"] for i in found[:2]] == [0, 2 * len(text) // 3]
    assert found[2].data["language"] == "en"


def test_a_document_without_text_is_rejected_and_so_is_a_short_one():
    async def collect() -> list[Any]:
        config = {"profile": "small"}
        builder = Ground(Ground.Config.model_validate(config))
        found = items(config, {"text": "Bats fly."}, {"text": None}, {"text": "  "}, {"title": "no text"})
        ctx = context(lambda _: pytest.fail("asked"))
        return [(o.reason, o.source) for item in found async for o in builder.build(item, ctx)]

    assert asyncio.run(collect()) == [
        ("chunk_too_short", "docs.jsonl:1"),
        ("no_text", "docs.jsonl:2"),
        ("no_text", "docs.jsonl:3"),
        ("no_text", "docs.jsonl:4"),
    ]


def test_seeds_without_the_column_say_which_ones_they_have():
    with pytest.raises(UsageError, match=r"docs.jsonl:1: there is no column 'text'; the columns are: body, id"):
        items({}, {"body": BATS, "id": 1})


def test_the_forecast_counts_writing_calls_exactly():
    asked = [GOOD, "How do bats call?", "Why do bats listen?"]
    config = small(asked, openings=[""])
    builder = Ground(Ground.Config.model_validate(config))
    kinds: Counter[str] = Counter()

    def model(request: Request) -> Reply:
        kinds[request.kind] += 1
        return Writer(asked)(request)

    build(context(model), config)
    forecast = builder.forecast(items(config, {"text": BATS}, {"text": "too short"}))
    assert forecast.calls["ground/question"] == kinds["text"] == 3
    # All three pass the rules here; 74 in 100 usually do.
    assert kinds["score"] == 3 + 3 + 1
    assert forecast.calls["score of the question"] == round(0.74 * 3)
    assert forecast.calls["score of the answer"] == round(0.74 * 3 + 1)
    PromptLibrary(profile="small").get("ground/question").render(forecast.examples["ground/question"])


def test_the_forecast_of_the_standard_profile_names_prompts_that_render():
    forecast = Ground(Ground.Config()).forecast(items({}, {"text": BATS, "title": "Bats"}, {"text": BATS}))
    assert forecast.calls["ground/question"] == 6
    for name, inputs in forecast.examples.items():
        if "continuation" not in inputs:
            PromptLibrary().get(name).render(inputs)
    assert set(forecast.calls) == {"ground/question", "ground/judge"}

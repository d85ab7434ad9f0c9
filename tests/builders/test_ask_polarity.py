"""`polarity`: what a model is shown, and what is made of its answers."""

from __future__ import annotations

import asyncio

import pytest

from corpusmith.builders import Context, Item, Rejected
from corpusmith.builders.polarity import AskPolarity, PolarityConfig
from corpusmith.core import SourceRow
from corpusmith.core.errors import AnswerError, UsageError
from corpusmith.llm import LLM, Capabilities, Reply, Request, TokenScore
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary

CASE = {"id": "1_0_adv1", "sentence": "The tea was cold, the tea pot hot.", "term": "tea", "start": 22}
ITEM = Item("q.jsonl:1", CASE)


class Model:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, answer, scores: bool = False) -> None:
        self.answer, self.asked = answer, []
        self.capabilities = Capabilities(score=scores)
        self.endpoint = "model"

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        said = self.answer(request) if callable(self.answer) else self.answer
        if isinstance(said, float):
            return Reply(text="", scores=(TokenScore("t", said),))
        return Reply(text=said)


def built(model, *, item=ITEM, **options):
    async def collect():
        settings = ModelSettings(backend="scripted", model="m", schema_retries=0)
        roles = {"default": LLM(model, settings, CallStats())}
        context = Context(roles, PromptLibrary(), 17, "polarity", "0")
        return [outcome async for outcome in AskPolarity(PolarityConfig(**options)).build(item, context)]

    return asyncio.run(collect())


def test_a_chat_model_is_asked_for_one_of_three_words_about_the_marked_term():
    model = Model('{"polarity": "negative"}')
    (record,) = built(model)
    assert record.fields == {**{k: CASE[k] for k in ("id", "sentence", "term")}, "prediction": "negative"}
    assert record.origin.source == "q.jsonl:1"
    (asked,) = model.asked
    assert "The tea was cold, the [[tea]] pot hot." in asked.messages[1]["content"]
    assert asked.schema["properties"]["polarity"]["enum"] == ["positive", "negative", "neutral"]


def test_solved_cases_are_shown_before():
    model = Model('{"polarity": "negative"}')
    built(model, examples=[{"sentence": "Fine bread.", "term": "bread", "polarity": "positive"}])
    text = model.asked[0].messages[1]["content"]
    assert text.index("Fine [[bread]].\nThing: bread\nPolarity: positive") < text.index("The tea was cold")


def test_an_answer_that_breaks_the_schema_is_rejected_by_its_reason():
    with pytest.raises(AnswerError) as error:
        built(Model('{"polarity": "cold"}'))
    assert error.value.reason == "invalid_structure"


def test_the_likeliest_word_is_the_one_that_the_sentence_makes_likelier():
    def likelihood(request):
        is_alone = 'Sentence: tea\nAbout "tea"' in request.prompt
        favourite = {" positive": -0.5, " negative": -3.0, " neutral": -4.0}
        return favourite[request.continuation] + (0.0 if is_alone else 1.0 * (request.continuation == " negative"))

    (record,) = built(Model(likelihood, scores=True), profile="small")
    assert record.fields["prediction"] == "negative"
    assert record.origin.notes["gain"] == {"positive": 0.0, "negative": 1.0, "neutral": 0.0}
    (plain,) = built(Model(likelihood, scores=True), profile="small", calibrate=False)
    assert plain.fields["prediction"] == "positive"


def test_without_likelihoods_a_small_model_goes_on_with_the_text():
    model = Model(" Neutral. The")
    (record,) = built(model, profile="small")
    assert record.fields["prediction"] == "neutral"
    assert model.asked[0].prompt.endswith('Sentence: The tea was cold, the tea pot hot.\nAbout "tea" it is')
    # It is shown six of our own solved cases, two of each polarity.
    assert [model.asked[0].prompt.count(f"it is {p}\n") for p in ("positive", "negative", "neutral")] == [2, 2, 2]
    (rejected,) = built(Model(" hot"), profile="small")
    assert isinstance(rejected, Rejected)
    assert (rejected.reason, rejected.text, rejected.evidence) == ("no_polarity", "hot", {"id": "1_0_adv1"})


def test_items_are_the_rows_and_lacking_columns_are_named():
    builder = AskPolarity(PolarityConfig())
    rows = [SourceRow("q:1", {**CASE, "other": 1}), SourceRow("q:2", {"id": "b", "sentence": "s", "term": "t"})]
    items = list(builder.items({"path": rows}))
    assert [item.id for item in items] == ["q:1", "q:2"]
    assert items[1].data == {"id": "b", "sentence": "s", "term": "t", "start": None, "end": None}
    with pytest.raises(UsageError, match="there is no column 'term'"):
        list(builder.items({"path": [SourceRow("q:1", {"id": "a", "sentence": "s"})]}))


def test_the_forecast_is_a_call_for_each_case_or_the_likelihoods_of_three_words():
    builder = AskPolarity(PolarityConfig())
    forecast = builder.forecast(list(builder.items({"path": [SourceRow("q:1", CASE)]})))
    assert forecast.calls == {"polarity/answer": 1}
    assert PromptLibrary().get("polarity/answer").render(forecast.examples["polarity/answer"]).messages
    small = AskPolarity(PolarityConfig(profile="small")).forecast([ITEM])
    assert small.calls == {"score polarity/answer": 6}

"""arts.fluency and arts.sentiment on models that are written here."""

import asyncio

import pytest

from corpusmith.llm import LLM, Capabilities, Reply, TokenScore
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.quality import Row
from corpusmith.quality.checks.aspect_models import Fluency, Sentiment

OTHER = {"span": {"text": "bar", "start": 24, "end": 27}, "polarity": "positive"}
FIELDS = {
    "sentence": "The bed was hard but the bar was clean.",
    "term": "bed",
    "polarity": "negative",
    "strategy": "revtgt",
    "others": [OTHER],
    "source": {"id": "1", "text": "The bed was soft and the bar was clean.", "terms": []},
}


def judged(check, model, **changes):
    settings = ModelSettings(backend="scripted", model="m", schema_retries=0)
    llm = LLM(ScriptedBackend(model), settings, CallStats())
    return asyncio.run(check.judge(Row(0, "r", {**FIELDS, **changes}), {"default": llm}))


def likelihood(hard, soft):
    def model(request):
        each = hard if "hard" in request.continuation else soft
        return Reply(text="", scores=(TokenScore("a", each), TokenScore("b", each)))

    return model


def test_fluency_is_what_a_token_loses_against_the_original():
    finding = judged(Fluency(), likelihood(hard=-3.0, soft=-1.5))
    assert (finding.value, finding.reason) == (1.5, "not_fluent")
    assert Fluency.bar.crossed(finding.value)
    assert not Fluency.bar.crossed(judged(Fluency(), likelihood(hard=-1.0, soft=-1.5)).value)


def test_an_original_is_not_scored_and_a_case_without_its_source_is_unjudged():
    def never(request):
        raise AssertionError

    assert judged(Fluency(), never, strategy="original").value == 0.0
    assert judged(Fluency(), never, source=None).error


def test_a_backend_that_cannot_score_leaves_the_case_unjudged():
    class Mute(ScriptedBackend):
        capabilities = Capabilities(score=False)

    settings = ModelSettings(backend="scripted", model="m")
    llm = LLM(Mute(likelihood(-1, -1)), settings, CallStats())
    finding = asyncio.run(Fluency().judge(Row(0, "r", FIELDS), {"default": llm}))
    assert (finding.error, finding.evidence["error"]) == (True, "no_log_likelihoods")


def says(**sentiments):
    def model(request):
        term = request.messages[-1]["content"].rpartition("Aspect: ")[2].split("\n")[0]
        return Reply(text=f'{{"sentiment": "{sentiments[term]}"}}')

    return model


@pytest.mark.parametrize(
    ("bed", "bar", "value"),
    [("negative", "positive", 0.0), ("positive", "positive", 1.0), ("negative", "neutral", 0.5)],
)
def test_the_judge_is_asked_of_every_aspect_and_the_target_decides(bed, bar, value):
    finding = judged(Sentiment(), says(bed=bed, bar=bar))
    assert finding.value == value
    assert (finding.reason == "judged_otherwise") == (value > 0)


def test_only_the_target_is_asked_of_if_wanted():
    check = Sentiment(Sentiment.Options(aspects="target"))
    assert judged(check, says(bed="negative")).value == 0.0


def test_an_answer_that_is_none_is_an_error_and_no_low_value():
    finding = judged(Sentiment(), lambda request: Reply(text="good"))
    assert (finding.error, finding.evidence["error"]) == (True, "invalid_structure")


def test_without_a_model_nothing_is_judged():
    for check in (Fluency(), Sentiment()):
        finding = asyncio.run(check.judge(Row(0, "r", FIELDS), {}))
        assert (finding.error, finding.evidence["error"]) == (True, "no_model")

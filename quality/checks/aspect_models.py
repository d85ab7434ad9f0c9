"""arts.fluency and arts.sentiment: what only a model can tell of an aspect case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from ...core.errors import AnswerError, MissingCapability
from ...prompts import Prompt, PromptLibrary
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, unjudged
from .aspect_case import Case

if TYPE_CHECKING:
    from ...llm import LLM

BEFORE = "Review:"
"""What a sentence is scored after, so that its first token is not scored after nothing."""


class Fluency:
    """arts.fluency: how much less likely, per token, the edited sentence is than its original, under a local model."""

    name = "arts.fluency"
    scope: Scope = "model"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of arts.fluency."""

        role: str = "default"
        """The model that scores; its backend must give log-likelihoods of a given text (llamacpp)."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """Nats per token that the sentence loses against its original; negative where it gains."""
        case = Case(row)
        if case.strategy == "original":
            return CLEAN
        if case.before is None:
            return unjudged("no_source", "source")
        model = _model(models, self.options.role)
        if model is None:
            return unjudged("no_model", self.options.role)
        try:
            before = await model.score(BEFORE, " " + case.before.strip())
            after = await model.score(BEFORE, " " + case.sentence.strip())
        except MissingCapability:
            return unjudged("no_log_likelihoods", self.options.role)
        if not before.tokens or not after.tokens:
            return unjudged("nothing_scored", "sentence")
        evidence = {"field": "sentence", "before": round(before.mean, 4), "after": round(after.mean, 4),
                    "rule": "per_token"}  # fmt: skip
        return Finding(round(before.mean - after.mean, 4), "not_fluent", evidence)


class SentimentAnswer(BaseModel):
    """What the judge says of one aspect."""

    sentiment: Literal["positive", "negative", "neutral"] = Field(description="What is said of the aspect.")


class Sentiment:
    """arts.sentiment: a judge reads off the sentence what the label says, for the target and every other aspect."""

    name = "arts.sentiment"
    scope: Scope = "model"
    bar = Bar(0.5)

    class Options(CheckOptions):
        """Options of arts.sentiment."""

        role: str = "judge"
        """The model that judges."""
        aspects: Literal["target", "all"] = "all"
        """Whether the other aspects are asked for as well."""
        prompt: str = "arts/sentiment"
        """Name of the prompt."""
        profile: str | None = None
        """Profile of the prompt ("small")."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        self._prompt: Prompt = PromptLibrary({}, self.options.profile).get(self.options.prompt)

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """Share of the aspects for which the judge says something else than the label."""
        model = _model(models, self.options.role)
        if model is None:
            return unjudged("no_model", self.options.role)
        case = Case(row)
        wanted = [(row.text("term"), row.text("polarity"))]
        if self.options.aspects == "all":
            wanted += [(str(t["span"]["text"]), str(t["polarity"])) for t in case.others]
        wrong: list[dict[str, Any]] = []
        for term, polarity in wanted:
            try:
                answer = await model.ask(
                    self._prompt, SentimentAnswer, inputs={"sentence": case.sentence, "term": term}
                )
            except AnswerError as error:
                return unjudged(error.reason, term)
            if answer.value.sentiment != polarity:
                wrong.append({"term": term, "label": polarity, "judged": answer.value.sentiment})
        if not wrong:
            return CLEAN
        # The target's own label decides; of the others at least half must be as intended.
        share = 1.0 if wrong[0]["term"] == wanted[0][0] else len(wrong) / len(wanted)
        return Finding(share, "judged_otherwise", {"field": "sentence", "rule": self.options.role, "wrong": wrong})


def _model(models: Mapping[str, LLM], role: str) -> LLM | None:
    return models.get(role) or models.get("default")

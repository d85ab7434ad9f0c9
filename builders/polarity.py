"""polarity: what a model says of each case of an aspect test set, zero-shot or after examples.

The rows it makes are answers, for `score`; it is never shown the right ones. `profile: standard` asks a model that
follows instructions for JSON. `profile: small` lets a model go on with a text: where the backend gives likelihoods,
the polarity is taken whose word becomes likelier by the sentence,

    log P(word | examples, sentence, term) - log P(word | examples, the term alone)

since a small model has a favourite word whatever it reads (Zhao et al. 2021, "Calibrate Before Use"); else its words
are read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..core import RowRecord, SourceRow
from ..core.records.aspect import Polarity
from ..llm import Answer
from ..prompts import Prompt
from ..quality.scoring.arts_set import marked
from ..quality.scoring.polarity import POLARITIES, read_polarity
from .builder import BuilderConfig, Context, Forecast, Item, Outcome, Rejected, require_fields

ANSWER = "polarity/answer"
_SCORE = "score polarity/answer"
_NEEDED = ("id", "sentence", "term")


class Example(BaseModel):
    """A solved case that the model is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    sentence: str
    """The sentence."""
    term: str
    """The thing in it."""
    polarity: Polarity
    """What it says of it."""


OWN_EXAMPLES = (
    Example(sentence="The soup was cold, but our waiter could not have been kinder.", term="soup", polarity="negative"),
    Example(sentence="I never want to drive another car than this one.", term="car", polarity="positive"),
    Example(sentence="We came by train and left our bags at the desk.", term="desk", polarity="neutral"),
    Example(sentence="A lovely garden, though the paths are badly kept.", term="garden", polarity="positive"),
    Example(sentence="There is no lift, and the stairs are steep.", term="stairs", polarity="negative"),
    Example(sentence="The book comes with a map of the town.", term="map", polarity="neutral"),
)
"""Shown to a small model where none are given: it does not understand the task without."""


class PolarityConfig(BuilderConfig):
    """Options of `polarity`."""

    profile: Literal["standard", "small"] = "standard"
    """standard: models that follow instructions and write JSON. small: models that can only go on with a text."""
    examples: tuple[Example, ...] = ()
    """Solved cases to show, in this order; none is zero-shot (a small model is then shown six of our own)."""
    calibrate: bool = True
    """small: take off how likely each word is after the term alone."""


class PolarityAnswer(BaseModel):
    """What a model is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    polarity: Polarity = Field()
    """What the sentence says of the thing."""


class AskPolarity:
    """One question per case."""

    Config: ClassVar[type[BuilderConfig]] = PolarityConfig
    sources: ClassVar[Mapping[str, bool]] = {"path": True}

    def __init__(self, config: PolarityConfig) -> None:
        """Take the options."""
        self._config = config

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """One item per row, which has `id`, `sentence` and `term`, and may have the term's place `start` and `end`.

        Raises:
            UsageError: the first row lacks one of these.
        """
        for number, row in enumerate(sources["path"]):
            if not number:
                require_fields(row, *_NEEDED)
            yield Item(row.key, {name: row.fields.get(name) for name in (*_NEEDED, "start", "end")})

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Ask, and make the answer a row {"id", "sentence", "term", "prediction"}."""
        prompt = ctx.prompts.get(ANSWER, profile=self._config.profile)
        notes: dict[str, Any] = {}
        if self._config.profile == "standard":
            answer = await ctx.llm.ask(prompt, PolarityAnswer, inputs=self._inputs(item.data))
            polarity: str | None = answer.value.polarity
        elif ctx.llm.capabilities.score:
            answer, notes = await self._likeliest(item.data, ctx, prompt)
            polarity = answer.value
        else:
            answer = await ctx.llm.ask(prompt, inputs=self._inputs(item.data))
            polarity = next(filter(None, map(read_polarity, answer.text.split())), None)
        if polarity is None:
            yield Rejected("no_polarity", answer.text, item.id, answer.calls, {"id": item.data["id"]})
            return
        yield RowRecord(
            fields={**{name: item.data[name] for name in _NEEDED}, "prediction": polarity},
            origin=ctx.origin(item.id, answers=(answer,), prompts=(prompt,), notes=notes),
        )

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """One call per item; for a small model the likelihoods of three words after one text or two."""
        inputs = self._inputs(items[0].data) if items else {}
        if self._config.profile == "standard":
            calls = {ANSWER: len(items)}
            return Forecast(calls, {ANSWER: inputs} if items else {}, {ANSWER: '{"polarity": "positive"}'})
        words = len(POLARITIES) * (2 if self._config.calibrate else 1)
        example = {"continuation": f" {POLARITIES[0]}", "prompt": ANSWER, "inputs": inputs}
        return Forecast({_SCORE: words * len(items)}, {_SCORE: example} if items else {})

    def _inputs(self, case: Mapping[str, Any]) -> dict[str, Any]:
        standard = self._config.profile == "standard"
        examples = self._config.examples or (() if standard else OWN_EXAMPLES)
        shown = [
            {"sentence": marked(e.sentence, e.term) if standard else e.sentence, "term": e.term, "polarity": e.polarity}
            for e in examples
        ]
        sentence, start = case["sentence"], case.get("start")
        if standard:
            sentence = marked(sentence, case["term"], start if isinstance(start, int) else None)
        return {"examples": shown, "sentence": sentence, "term": case["term"]}

    async def _likeliest(self, case: Mapping[str, Any], ctx: Context, prompt: Prompt) -> tuple[Answer, dict[str, Any]]:
        """The word that becomes likeliest; its text is the polarity."""
        inputs = self._inputs(case)
        alone = {**inputs, "sentence": case["term"]}
        texts = [prompt.render(inputs).text] + ([prompt.render(alone).text] if self._config.calibrate else [])
        asked = [(text, word) for text in texts for word in POLARITIES]
        found = await asyncio.gather(*(ctx.llm.score(text, f" {word}") for text, word in asked))
        gains = {
            word: found[i].total - (found[i + len(POLARITIES)].total if self._config.calibrate else 0.0)
            for i, word in enumerate(POLARITIES)
        }
        best = max(POLARITIES, key=lambda word: gains[word])
        calls = tuple(key for likelihood in found for key in likelihood.calls)
        notes = {"gain": {word: round(value, 4) for word, value in gains.items()}}
        return Answer(best, best, calls), notes

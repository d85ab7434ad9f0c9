"""rewrite: texts that carry an over-represented pattern, written anew without it; facts, numbers and answer stay.

A row of the seeds is {"row", "field", "asked", "text", "spans", "phrases"}: the text, where it has wordings that are to
go and say nothing by themselves, and all wordings that are to go. What is made is {"row", "field", "text", "format",
"by"}.

`profile: standard` asks a model that follows instructions, in a format drawn for each row, and again with what was
wrong. `profile: small` trusts a model with one sentence: the pattern is cut out, and of what is left the first sentence
is said in other words; where no try keeps what it said, the text stays as it is without the pattern.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..core import RowRecord, SourceRow
from ..core.errors import AnswerError
from ..llm import Answer
from ..prompts import Prompt
from ..quality.mitigation import Unfaithful, unfaithful, without
from .builder import BuilderConfig, Context, Forecast, Item, Outcome, Rejected, require_fields

TEXT, SENTENCE = "rewrite/text", "rewrite/sentence"
_NEEDED = ("row", "field", "asked", "text", "spans", "phrases")
_FIRST = re.compile(r"\A([^\n]{12,240}?[.!?。！？])(?=\s|\Z)")
_SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？]?\s*")
_MOST_LEFT = 0.5
"""Share of a text that must be left when the sentences with the pattern are taken out."""
RESPONSE_FORMATS: Mapping[str, str] = {
    "direct": "begin with the answer itself, without any introduction, and end when it is given.",
    "running": "in plain running sentences, without lists or headings.",
    "paragraphs": "in two or three short paragraphs, the most important one first.",
    "points": "as a few short points, one a line, each a whole statement.",
    "reason_first": "what leads to the answer first, then the answer.",
    "spoken": "the way one would tell it to a colleague across the table, without any greeting.",
    "brief": "as briefly as all facts allow.",
}
"""Name -> what a model is told."""
INSTRUCTION_FORMATS: Mapping[str, str] = {
    "question": "as a question.",
    "topic_first": "as one sentence that begins with the topic.",
    "wish": "as what somebody says they need, in their own voice.",
    "situation": "with half a sentence on the situation before the task, made of nothing but what is there.",
    "other_verb": "as a request with another verb and another order of words.",
}


class RewriteConfig(BuilderConfig):
    """Options of `rewrite`."""

    profile: Literal["standard", "small"] = "standard"
    """standard: models that follow instructions and write JSON. small: models that can only go on with a text."""
    tries: int = Field(default=3, ge=1, le=20)
    """Texts asked for until one keeps what was said."""
    longest: int = Field(default=120, ge=5)
    """small: words of a text that is tried; longer ones are rejected."""


class RewrittenText(BaseModel):
    """What a model is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    text: str = Field(min_length=1)
    """The new text."""


class Rewrite:
    """One text per item."""

    Config: ClassVar[type[BuilderConfig]] = RewriteConfig
    sources: ClassVar[Mapping[str, bool]] = {"path": True}

    def __init__(self, config: RewriteConfig) -> None:
        """Take the options."""
        self._config = config

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """One item per row.

        Raises:
            UsageError: the first row lacks a column.
        """
        for number, row in enumerate(sources["path"]):
            if not number:
                require_fields(row, *_NEEDED)
            yield Item(row.key, {name: row.fields[name] for name in _NEEDED})

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Write one text anew."""
        if self._config.profile == "small":
            yield await self._small(item, ctx)
        else:
            yield await self._standard(item, ctx)

    async def _standard(self, item: Item, ctx: Context) -> Outcome:
        data, prompt = item.data, ctx.prompts.get(TEXT)
        formats = RESPONSE_FORMATS if data["field"] == "output" else INSTRUCTION_FORMATS
        name = ctx.random(item.id, "format").choice(sorted(formats))
        answers, complaints, last = [], list[Unfaithful](), ""
        for sample in range(self._config.tries):
            inputs = {**_inputs(data), "format": formats[name], "complaints": [one.says for one in complaints]}
            try:
                answer = await ctx.llm.ask(prompt, RewrittenText, inputs=inputs, sample=sample)
            except AnswerError as error:
                complaints, last = [Unfaithful(error.reason, "It was not of the form that is asked for.")], str(error)
                continue
            answers.append(answer)
            last = answer.value.text.strip()
            complaints = unfaithful(data["text"], last, data["asked"], data["spans"])
            if not complaints:
                made = {"row": data["row"], "field": data["field"], "text": last, "format": name, "by": "model"}
                return RowRecord(fields=made, origin=ctx.origin(item.id, answers=answers, prompts=(prompt,)))
        calls = tuple(key for answer in answers for key in answer.calls)
        evidence = {"row": data["row"], "field": data["field"], "format": name, "why": [one.says for one in complaints]}
        return Rejected(complaints[0].reason, last, item.id, calls, evidence)

    async def _small(self, item: Item, ctx: Context) -> Outcome:
        data = item.data
        told = {"row": data["row"], "field": data["field"]}
        if data["field"] == "instruction":
            # The words at the beginning of an instruction say what is to be done: they cannot be cut out.
            return Rejected("instruction_for_small", data["text"], item.id, (), told)
        rest = bare(data["text"], data["spans"]) if data["spans"] else None
        if rest is None:
            return Rejected("facts_in_pattern", data["text"], item.id, (), told)
        if len(data["text"].split()) > self._config.longest:
            return Rejected("too_long_for_small", data["text"], item.id, (), told)
        faults = unfaithful(data["text"], rest, data["asked"], data["spans"])
        if faults:
            return Rejected(faults[0].reason, rest, item.id, (), {**told, "why": [one.says for one in faults]})
        prompt = ctx.prompts.get(SENTENCE, profile="small")
        said, answers = await self._said_again(rest, data, ctx, prompt)
        form = {"text": rest, "format": "without", "by": "rule"}
        if said is not None:
            form = {"text": said, "format": "said_again", "by": "model"}
        return RowRecord(fields={**told, **form}, origin=ctx.origin(item.id, answers=answers, prompts=(prompt,)))

    async def _said_again(
        self, rest: str, data: Mapping[str, Any], ctx: Context, prompt: Prompt
    ) -> tuple[str | None, list[Answer]]:
        """The text with its first sentence in other words; None where no try keeps what it said."""
        first = _FIRST.match(rest)
        answers: list[Answer] = []
        if first is None:
            return None, answers
        sentence = first.group(1)
        for sample in range(self._config.tries):
            try:
                answer = await ctx.llm.ask(prompt, inputs={"sentence": " ".join(sentence.split())}, sample=sample)
            except AnswerError:
                continue
            answers.append(answer)
            said = answer.text.strip()
            text = said + rest[len(sentence) :]
            if not said.endswith(sentence[-1]) or said == sentence or _other(sentence, said):
                continue
            if not unfaithful(data["text"], text, data["asked"], data["spans"]):
                return text, answers
        return None, answers

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """One call per item at best; of a small model as many as there are tries, at most."""
        if self._config.profile == "small":
            sentence = {SENTENCE: {"sentence": "A sentence of some ten words or a few more."}}
            return Forecast({SENTENCE: self._config.tries * len(items)}, sentence if items else {})
        if not items:
            return Forecast({TEXT: 0})
        example = {**_inputs(items[0].data), "format": RESPONSE_FORMATS["direct"], "complaints": []}
        return Forecast({TEXT: len(items)}, {TEXT: example})


def bare(text: str, spans: Sequence[Sequence[int]]) -> str | None:
    """A text without its pattern: at its ends the wording alone, elsewhere the sentences that have it.

    None where too little is left.
    """
    cut: list[tuple[int, int]] = []
    for start, end in spans:
        if text[:start].strip() and text[end:].strip():
            cut += [one.span() for one in _SENTENCE.finditer(text) if one.end() > start and one.start() < end]
        else:
            cut.append((start, end))
    rest = without(text, cut)
    whole = len(without(text, spans))
    return rest if rest and len(rest) >= _MOST_LEFT * whole else None


def _other(sentence: str, said: str) -> bool:
    """Whether a sentence said again says anything else: a small model is trusted with another order of the words."""
    return bool(unfaithful(sentence, said, "", (), kept=1.0, new=1.0))


def _inputs(data: Mapping[str, Any]) -> dict[str, Any]:
    what = "response" if data["field"] == "output" else "instruction"
    return {"asked": data["asked"], "text": data["text"], "what": what, "phrases": list(data["phrases"])}

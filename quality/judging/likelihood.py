"""What a model's log-likelihoods say of a row: instruction-following difficulty and perplexity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from ...llm import LLM, Likelihood
from ...prompts import Prompt
from ..check import Bar, CheckOptions, Finding, Row, Scope, unjudged
from .fitting import Texts, in_context
from .prompt import prompt_for
from .roles import RoleName, model_of, require_score

PROMPT = "model/ifd"
_BEFORE = ("system", "instruction", "input")
_NOTHING = 1e-9
"""A text of which a model knows every token beforehand: no ratio can be taken."""


class LikelihoodOptions(CheckOptions):
    """Options that the checks on likelihoods have in common."""

    field: str = Field(default="output", min_length=1)
    """The column whose likelihood is measured."""
    role: RoleName = "target"
    """The model that measures: the one to be trained, as a rule. One that is not given falls back to `default`."""
    prompt: Path | None = None
    """A prompt file of your own (kind text, inputs system, instruction and input) in place of `model/ifd`."""
    min_tokens: int = Field(default=1, ge=1)
    """Of a column with fewer tokens nothing is said: the mean over one or two tokens is mostly noise."""

    def found_prompt(self) -> Prompt:
        """The text that a measured column follows.

        Raises:
            UsageError: the file cannot be read or does not fit.
        """
        return prompt_for(PROMPT, self.prompt, kind="text", inputs=_BEFORE)


class InstructionFollowingDifficulty:
    """model.ifd: how little an instruction helps a model with its answer.

    IFD = NLL(answer | instruction) / NLL(answer), both as means per token (Li et al. 2024, "From Quantity to
    Quality"). Near 0: the instruction gives the answer away. At 1 and above: it does not help at all, as where answer
    and instruction do not belong together. Hard but learnable rows lie high below 1.
    """

    name = "model.ifd"
    scope: Scope = "model"
    bar = Bar(1.0)

    class Options(LikelihoodOptions):
        """Options of model.ifd."""

    def __init__(self, options: Options | None = None) -> None:
        """Read the prompt.

        Raises:
            UsageError: it cannot be read or does not fit.
        """
        self.options = options or self.Options()
        self._prompt = self.options.found_prompt()

    calls_per_row = 2

    def ready(self, models: Mapping[str, LLM]) -> None:
        """Make sure, before anything is asked, that there is a model and that it scores.

        Raises:
            UsageError: no model plays the role.
            MissingCapability: it gives no log-likelihoods.
        """
        require_score(model_of(models, self.options.role, self.name), self.name)

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """The ratio, with both likelihoods as evidence."""
        texts = _texts(row, self.options.field, _BEFORE)
        if isinstance(texts, Finding):
            return texts
        if not texts["instruction"]:
            return unjudged("empty", "instruction")
        llm = model_of(models, self.options.role, self.name)
        given, cut = await in_context(texts, llm.settings.context, _after(self._prompt, self.options.field, llm))
        # The same part of the answer as was measured after the instruction.
        scored = texts[self.options.field][: cut.get(self.options.field, [None])[0]]
        alone = await llm.score("", f" {scored}")
        evidence: dict[str, Any] = {
            "field": self.options.field,
            "nll_given": round(-given.mean, 4),
            "nll_alone": round(-alone.mean, 4),
            "tokens": len(given.tokens),
            "model": llm.settings.model,
            **_cut(cut),
            "calls": [*given.calls, *alone.calls],
        }
        if len(given.tokens) < self.options.min_tokens:
            return Finding(None, None, {**evidence, "rule": "too_few_tokens"})
        if -alone.mean < _NOTHING:
            return Finding(None, None, {**evidence, "rule": "known_beforehand"})
        return Finding(round(given.mean / alone.mean, 4), "instruction_does_not_help", evidence)


class Perplexity:
    """model.perplexity: how unexpected a column is to a model, by itself or after the instruction.

    Values compare only within one model, and within texts of one kind: lists and code differ from prose.
    """

    name = "model.perplexity"
    scope: Scope = "model"
    bar = Bar(1000.0)

    class Options(LikelihoodOptions):
        """Options of model.perplexity."""

        after_instruction: bool = False
        """Measure the column after the row's instruction and input, rather than by itself."""
        measure: Literal["perplexity", "nll"] = "perplexity"
        """nll: nats per token. perplexity: e to the power of that."""

    def __init__(self, options: Options | None = None) -> None:
        """Read the prompt, if one is wanted.

        Raises:
            UsageError: it cannot be read or does not fit.
        """
        self.options = options or self.Options()
        self._prompt = self.options.found_prompt() if self.options.after_instruction else None

    calls_per_row = 1

    def ready(self, models: Mapping[str, LLM]) -> None:
        """Make sure, before anything is asked, that there is a model and that it scores.

        Raises:
            UsageError: no model plays the role.
            MissingCapability: it gives no log-likelihoods.
        """
        require_score(model_of(models, self.options.role, self.name), self.name)

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """The perplexity, or the nats per token."""
        field = self.options.field
        texts = _texts(row, field, _BEFORE if self._prompt is not None else ())
        if isinstance(texts, Finding):
            return texts
        llm = model_of(models, self.options.role, self.name)
        found, cut = await in_context(texts, llm.settings.context, _after(self._prompt, field, llm))
        nll = -found.mean
        evidence: dict[str, Any] = {
            "field": field,
            "after_instruction": self.options.after_instruction,
            "nll": round(nll, 4),
            "tokens": len(found.tokens),
            "model": llm.settings.model,
            **_cut(cut),
            "calls": list(found.calls),
        }
        if len(found.tokens) < self.options.min_tokens:
            return Finding(None, None, {**evidence, "rule": "too_few_tokens"})
        value = math.exp(nll) if self.options.measure == "perplexity" else nll
        return Finding(round(value, 4), "unexpected_text", evidence)


def _texts(row: Row, field: str, before: tuple[str, ...]) -> dict[str, str] | Finding:
    """The measured column and what stands before it, without blanks around them; a finding if there is nothing."""
    value = row.fields.get(field)
    if not isinstance(value, str):
        return unjudged("no_column" if value is None else "not_a_text", field)
    if not value.strip():
        return unjudged("empty", field)
    return {**{column: row.text(column).strip() for column in before}, field: value.strip()}


def _after(prompt: Prompt | None, field: str, llm: LLM) -> Any:
    """The call that measures a column after the prompt, or after nothing."""

    async def ask(texts: Texts) -> Likelihood:
        before = "" if prompt is None else prompt.render(texts).text
        # A space between the two, as the tokens of running text have it.
        return await llm.score(before, f" {texts[field]}")

    return ask


def _cut(cut: Mapping[str, list[int]]) -> dict[str, Any]:
    """What the evidence says of texts that were measured by their beginnings."""
    return {"cut_to_context": dict(cut)} if cut else {}

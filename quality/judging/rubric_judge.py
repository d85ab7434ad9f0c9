"""judge.rubric: a model scores one column of a row by a rubric, with a reason for every score."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from ...core.errors import AnswerError, MissingCapability, UsageError
from ...llm import LLM
from ...prompts.rubric import INSTRUCTION, Rubric, find_rubric
from ..check import Bar, CheckOptions, Finding, Row, Scope
from .calibration import (
    MIN_SPEARMAN,
    QUALITY,
    UNCALIBRATED,
    judge_described,
    judge_fingerprint,
    read_calibration,
)
from .material import Material, material_of, on_one_line
from .options import shares_of
from .prompt import prompt_for
from .roles import RoleName, model_of, require_score
from .unusable import unusable

PROMPT = "judge/rubric"
_INPUTS = ("criteria", "material", "judged", "text", "mark")
_SMALL_INPUTS = ("material", "judged", "text", "question")
LONGEST_REASON = 600
MOST_CHARACTERS = 60_000
NEUTRAL = "(none)"
"""Stands for every part in the text that a small model's leanings are measured with."""


class JudgeOptions(CheckOptions):
    """Options that every judge has."""

    rubric: str = INSTRUCTION
    """A shipped rubric: instruction, dialogue."""
    rubric_file: Path | None = None
    """A rubric file of your own, in place of `rubric`."""
    profile: Literal["standard", "small"] = "standard"
    """standard: the model writes reasons and scores. small: for a model that cannot, the likelihoods of fixed answers
    are compared; there are no reasons then, and the backend must score."""
    prompt: Path | None = None
    """A prompt file of your own, in place of the shipped one of the profile."""
    judged: str | None = None
    """The column that is judged; none: the rubric's."""
    shown: tuple[str, ...] | None = None
    """Columns that the judge sees beside it; none: the rubric's."""
    role: RoleName = "judge"
    """The model that is asked; one that is not given falls back to `default`."""
    max_characters: int = Field(default=MOST_CHARACTERS, ge=100)
    """A row with more, all shown columns together, is not sent: it counts as not judged."""

    def found_rubric(self) -> Rubric:
        """The rubric with the columns that these options name.

        Raises:
            UsageError: it cannot be found or read, or the judged column is among those shown.
        """
        rubric = Rubric.from_file(self.rubric_file) if self.rubric_file is not None else find_rubric(self.rubric)
        judged = self.judged or rubric.judged
        if self.shown is not None and judged in self.shown:
            message = f"the judged column {judged!r} is among the shown ones ({', '.join(self.shown)})."
            raise UsageError(message, hint="Take it out of options.shown: the judge sees it anyway.")
        shown = self.shown if self.shown is not None else tuple(c for c in rubric.shown if c != judged)
        return rubric.model_copy(update={"judged": judged, "shown": shown})


class RubricJudge:
    """judge.rubric: the weighted mean of a model's scores, on the rubric's scale.

    The score is called a quality score only if `calibration` names a file that `corpusmith calibrate` made for this
    very model, prompt and rubric, and people agreed with it; else it is an uncalibrated judge score, in every verdict.
    """

    name = "judge.rubric"
    scope: Scope = "model"
    bar = Bar(3.0, "below")

    class Options(JudgeOptions):
        """Options of judge.rubric."""

        calibration: Path | None = None
        """The file that `corpusmith calibrate` made for this judge."""
        min_spearman: float = Field(default=MIN_SPEARMAN, ge=-1, le=1)
        """Rank correlation with people from which on the score may be called a quality score."""
        claim: Literal["none", "quality"] = "none"
        """quality: the gate stands for quality, so nothing is judged unless the calibration allows it."""

        @model_validator(mode="after")
        def _claims_with_reason(self) -> RubricJudge.Options:
            if self.claim == "quality" and self.calibration is None:
                message = (
                    "claim: quality needs a calibration: label some rows, run `corpusmith calibrate LABELS --policy "
                    "FILE`, and name the file it writes as options.calibration"
                )
                raise ValueError(message)
            return self

    def __init__(self, options: Options | None = None) -> None:
        """Read rubric and prompt.

        Raises:
            UsageError: one of them cannot be read or does not fit.
        """
        self.options = options or self.Options()
        self.rubric = self.options.found_rubric()
        self._small = self.options.profile == "small"
        own, profile = self.options.prompt, self.options.profile
        if self._small:
            _require_questions(self.rubric)
            self._prompt = prompt_for(PROMPT, own, kind="text", inputs=_SMALL_INPUTS, profile=profile)
        else:
            self._prompt = prompt_for(PROMPT, own, kind="chat", inputs=_INPUTS, profile=profile)
        self._schema = reply_schema(self.rubric)
        self._criteria = criteria_inputs(self.rubric)
        self._why: str | None = None
        self.score_name: str | None = None
        """What the score is called; None until `ready` has settled it."""
        self.fingerprint = ""
        """Names this judge (model, prompt and rubric), once `ready` has seen the model."""
        self.described: dict[str, Any] = {}
        """The same in words."""

    @property
    def calls_per_row(self) -> int:
        """Calls that a row takes, as a rule."""
        return 2 * len(self.rubric.criteria) if self._small else 1

    @property
    def config(self) -> dict[str, Any]:
        """What the scores depend on beside the model."""
        return {
            "check": self.name,
            "profile": self.options.profile,
            "prompt": self._prompt.hash,
            "rubric": self.rubric.name,
            "rubric_hash": self.rubric.hash,
        }

    def ready(self, models: Mapping[str, LLM]) -> None:
        """Make sure that rows can be judged, and settle what the score is called, before anything is asked.

        Raises:
            UsageError: no model plays the role; or `claim: quality`, and the calibration does not allow it.
            MissingCapability: the model cannot do what the profile needs.
        """
        llm = model_of(models, self.options.role, self.name)
        if self._small:
            require_score(llm, self.name)
        elif not llm.capabilities.chat:
            message = f"the check {self.name!r} needs a chat model; the backend {llm.settings.backend!r} has none."
            raise MissingCapability(message, hint="Use another backend, or options.profile: small.")
        self.fingerprint = judge_fingerprint(self.config, llm)
        self.described = judge_described(self.config, llm)
        path = self.options.calibration
        if path is None:
            self._why = "no calibration is named"
        else:
            self._why = read_calibration(path).unfit(self.fingerprint, self.options.min_spearman)
        if self._why is not None and self.options.claim == "quality":
            message = (
                f"the check {self.name!r} claims quality, but the calibration {path} does not allow it: {self._why}."
            )
            hint = "Calibrate this judge (corpusmith calibrate LABELS --policy FILE), or take `claim: quality` away."
            raise UsageError(message, hint=hint)
        self.score_name = UNCALIBRATED if self._why is not None else QUALITY

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """The weighted mean of the scores, with score and reason of each criterion as evidence."""
        if self.score_name is None:
            self.ready(models)
        assert self.score_name is not None
        rubric = self.rubric
        material = material_of(row, rubric.shown, (rubric.judged,), self.options.max_characters)
        if isinstance(material, Finding):
            return material
        llm = model_of(models, self.options.role, self.name)
        try:
            scored, calls = await (self._weigh if self._small else self._ask)(material, llm)
        except AnswerError as error:
            return unusable(error)
        value = round(rubric.mean({name: one["score"] for name, one in scored.items()}), 4)
        evidence: dict[str, Any] = {
            "field": rubric.judged,
            "score_name": self.score_name,
            "scale": [rubric.scale.min, rubric.scale.max],
            "criteria": scored,
            "rubric": rubric.name,
            "judge": self.fingerprint,
            "calls": list(calls),
        }
        if self._why is not None and self.options.calibration is not None:
            evidence["not_calibrated_since"] = self._why
        if material.broken_tokens:
            evidence["control_tokens"] = material.broken_tokens
        return Finding(value, f"low_{self.score_name.replace(' ', '_')}", evidence)

    async def _ask(self, material: Material, llm: LLM) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
        """Scores and reasons as the model writes them."""
        inputs = {
            "criteria": self._criteria,
            "material": [{"name": part.name, "text": part.text} for part in material.parts],
            "judged": self.rubric.judged,
            "text": material.texts[0],
            "mark": material.mark,
        }
        answer = await llm.ask(self._prompt, self._schema, inputs=inputs)
        found = {name: answer.value[name] for name in self.rubric.criteria}
        return {n: {"score": one["score"], "reason": one["reason"]} for n, one in found.items()}, answer.calls

    async def _weigh(self, material: Material, llm: LLM) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
        """Scores by the likelihood of "Yes" against "No" to each criterion's question."""
        shown = [{"name": part.name, "text": on_one_line(part.text)} for part in material.parts]
        inputs = {"material": shown, "judged": self.rubric.judged, "text": on_one_line(material.texts[0])}
        nothing = {**inputs, "material": [{**part, "text": NEUTRAL} for part in shown], "text": NEUTRAL}
        scored: dict[str, dict[str, Any]] = {}
        calls: tuple[str, ...] = ()
        for name, criterion in self.rubric.criteria.items():
            before = self._prompt.render({**inputs, "question": criterion.question}).text
            neutral = self._prompt.render({**nothing, "question": criterion.question}).text
            (yes, _), used = await shares_of(llm, before, (" Yes", " No"), neutral)
            calls += used
            scored[name] = {"score": round(self.rubric.scale_of(name).value(yes), 4), "yes": round(yes, 4)}
        return scored, calls


def criteria_inputs(rubric: Rubric) -> list[dict[str, Any]]:
    """The criteria as prompts take them."""
    return [
        {
            "name": name,
            "description": criterion.description,
            "min": rubric.scale_of(name).min,
            "max": rubric.scale_of(name).max,
            "levels": sorted(criterion.levels.items()),
        }
        for name, criterion in rubric.criteria.items()
    ]


def reply_schema(rubric: Rubric) -> dict[str, Any]:
    """JSON Schema of a judge's reply: for each criterion the reason first, so that the score can follow from it."""
    parts = {}
    for name in rubric.criteria:
        scale = rubric.scale_of(name)
        parts[name] = {
            "type": "object",
            "properties": {
                "reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
                "score": {"type": "integer", "enum": list(range(scale.min, scale.max + 1))},
            },
            "required": ["reason", "score"],
            "additionalProperties": False,
        }
    return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}


def _require_questions(rubric: Rubric) -> None:
    lacking = [name for name, criterion in rubric.criteria.items() if criterion.question is None]
    if lacking:
        message = f"the rubric {rubric.name!r} has no question for {lacking[0]!r}, which the profile small asks."
        raise UsageError(message, hint="Add `question:` to it, one that Yes answers for a good text.")

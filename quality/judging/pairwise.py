"""judge.pairwise: a model compares a row's answer with another one, in both orders."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from ...core.errors import AnswerError, UsageError
from ...llm import LLM
from ..check import Bar, Finding, Row, Scope
from .material import Material, material_of, on_one_line
from .options import shares_of
from .prompt import prompt_for
from .roles import model_of, require_score
from .rubric_judge import LONGEST_REASON, NEUTRAL, JudgeOptions, criteria_inputs
from .unusable import unusable

PROMPT = "judge/pairwise"
_INPUTS = ("criteria", "material", "first", "second", "mark")
_SMALL_INPUTS = ("material", "judged", "first", "second")
Winner = Literal["first", "second", "tie"]
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
        "winner": {"type": "string", "enum": ["A", "B", "tie"]},
    },
    "required": ["reason", "winner"],
    "additionalProperties": False,
}
_NAMED: Mapping[str, Winner] = {"A": "first", "B": "second", "tie": "tie"}
_SWAPPED: Mapping[Winner, Winner] = {"first": "second", "second": "first", "tie": "tie"}
_VALUES: Mapping[Winner, float] = {"first": 1.0, "tie": 0.5, "second": 0.0}
_REASONS: Mapping[Winner, str] = {"first": "better_than_other", "tie": "as_good_as_other", "second": "worse_than_other"}


class PairwiseJudge:
    """judge.pairwise: 1 where the judged column is better than `against`, 0 where it is worse, 0.5 where neither is.

    A model leans towards the first of two texts, or the second. So both orders are asked: where they name the same
    winner it has won; where they do not, it is a tie, flagged as position-inconsistent.
    """

    name = "judge.pairwise"
    scope: Scope = "model"
    bar = Bar(0.5, "below")

    class Options(JudgeOptions):
        """Options of judge.pairwise."""

        against: str = Field(default="rejected", min_length=1)
        """The column that the judged one is compared with ("rejected", "reference")."""

    def __init__(self, options: Options | None = None) -> None:
        """Read rubric and prompt.

        Raises:
            UsageError: one of them cannot be read or does not fit.
        """
        self.options = options or self.Options()
        self.rubric = self.options.found_rubric()
        if self.options.against in (self.rubric.judged, *self.rubric.shown):
            message = f"the check {self.name!r} compares {self.rubric.judged!r} with {self.options.against!r}, "
            message += "which is the judged column itself or one that the judge is shown."
            raise UsageError(message, hint="Name another column as options.against, or change options.shown.")
        self._small = self.options.profile == "small"
        own, profile = self.options.prompt, self.options.profile
        if self._small:
            self._prompt = prompt_for(PROMPT, own, kind="text", inputs=_SMALL_INPUTS, profile=profile)
        else:
            self._prompt = prompt_for(PROMPT, own, kind="chat", inputs=_INPUTS, profile=profile)
        self._criteria = criteria_inputs(self.rubric)

    @property
    def calls_per_row(self) -> int:
        """Calls that a row takes, as a rule."""
        return 4 if self._small else 2

    def ready(self, models: Mapping[str, LLM]) -> None:
        """Make sure that rows can be judged, before anything is asked.

        Raises:
            UsageError: no model plays the role.
            MissingCapability: the model cannot do what the profile needs.
        """
        llm = model_of(models, self.options.role, self.name)
        if self._small:
            require_score(llm, self.name)

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """Which of the two columns is better, with what the judge said in each order as evidence."""
        pair = (self.rubric.judged, self.options.against)
        material = material_of(row, self.rubric.shown, pair, self.options.max_characters)
        if isinstance(material, Finding):
            return material
        evidence: dict[str, Any] = {"field": pair[0], "against": pair[1], "position_inconsistent": False}
        if material.broken_tokens:
            evidence["control_tokens"] = material.broken_tokens
        if material.texts[0].strip() == material.texts[1].strip():
            return Finding(_VALUES["tie"], _REASONS["tie"], {**evidence, "equal": True})
        llm = model_of(models, self.options.role, self.name)
        ask = self._weigh if self._small else self._ask
        try:
            one, other = await asyncio.gather(ask(material, llm, swapped=False), ask(material, llm, swapped=True))
        except AnswerError as error:
            return unusable(error)
        agreed = one["winner"] == other["winner"]
        winner: Winner = one["winner"] if agreed else "tie"
        reason = _REASONS[winner] if agreed else "position_inconsistent"
        calls = [*one.pop("calls"), *other.pop("calls")]
        evidence |= {"position_inconsistent": not agreed, "orders": [one, other], "calls": calls}
        return Finding(_VALUES[winner], reason, evidence)

    async def _ask(self, material: Material, llm: LLM, *, swapped: bool) -> dict[str, Any]:
        """One order: {"order", "winner" by column ("first" is the judged one), "reason", "calls"}."""
        texts = material.texts[::-1] if swapped else material.texts
        inputs = {
            "criteria": self._criteria,
            "material": [{"name": part.name, "text": part.text} for part in material.parts],
            "first": texts[0],
            "second": texts[1],
            "mark": material.mark,
        }
        answer = await llm.ask(self._prompt, _SCHEMA, inputs=inputs)
        return self._order(swapped, _NAMED[answer.value["winner"]], answer.calls, {"reason": answer.value["reason"]})

    async def _weigh(self, material: Material, llm: LLM, *, swapped: bool) -> dict[str, Any]:
        """One order, by the likelihood of "first" against "second"."""
        texts = [on_one_line(text) for text in (material.texts[::-1] if swapped else material.texts)]
        shown = [{"name": part.name, "text": on_one_line(part.text)} for part in material.parts]
        inputs = {"material": shown, "judged": self.rubric.judged, "first": texts[0], "second": texts[1]}
        nothing = [{**part, "text": NEUTRAL} for part in shown]
        before = self._prompt.render(inputs).text
        neutral = self._prompt.render({**inputs, "material": nothing, "first": NEUTRAL, "second": NEUTRAL}).text
        (first, _), calls = await shares_of(llm, before, (" first", " second"), neutral)
        won: Winner = "first" if first > 0.5 else "second" if first < 0.5 else "tie"
        return self._order(swapped, won, calls, {"first": round(first, 4)})

    def _order(self, swapped: bool, won: Winner, calls: Sequence[str], said: Mapping[str, Any]) -> dict[str, Any]:
        order = [self.rubric.judged, self.options.against]
        if swapped:
            order, won = order[::-1], _SWAPPED[won]
        return {"order": order, "winner": won, **said, "calls": calls}

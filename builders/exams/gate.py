"""`exam.knowledge`: the examination as a check, so that it can stand in any policy.

A gate keeps, drops or sets aside; it changes no row. To put the knowledge in front of a row or to replace its answer,
run the recipe `exam` on the rows and go on with what it gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from ...core.errors import UsageError
from ...llm import LLM
from ...prompts import PromptLibrary
from ...prompts.exam_material import ExamMaterial, shipped_material
from ...quality import Finding, Row
from ...quality.check import Bar, CheckOptions, Scope, unjudged
from ..builder import Context, Item
from .answering import Target
from .options import ExamConfig, Method
from .rows import own_id, row_of
from .walk import Equipment, examine

_EXAMINED = frozenset({"no_need", "consistent", "inconsistent"})
_SHOWN = 300


class KnowledgeExam:
    """exam.knowledge: the share of questions on what a row rests on that the model `target` gets wrong.

    0 for a row that needs no knowledge. A row that cannot be classified or examined is not judged, never failed.
    """

    name = "exam.knowledge"
    scope: Scope = "model"
    bar = Bar(0.4)

    class Options(CheckOptions):
        """Options of exam.knowledge; see those of the builder `exam`."""

        questions: int = Field(3, ge=1, le=20)
        """Questions for each row."""
        rounds: int = Field(3, ge=1, le=10)
        """How often they are asked for."""
        judge: bool = True
        """Whether a judge answers them from the reference first."""
        method: Method | None = None
        """letter, option or generate."""
        shuffles: int = Field(1, ge=1, le=24)
        """Orders of the options in which each is put."""
        demonstrations: int = Field(5, ge=0, le=5)
        """Solved questions shown."""
        categories: Path | None = None
        """Kinds of knowledge and examples of your own."""
        seed: int = 17
        """Decides the places of the options."""

    def __init__(self, options: Options | None = None) -> None:
        """Read the kinds of knowledge.

        Raises:
            UsageError: their file cannot be read.
        """
        self.options = options or self.Options()
        given = self.options.categories
        material = ExamMaterial.from_file(given) if given is not None else shipped_material()
        config = ExamConfig.model_validate(self.options.model_dump(exclude={"seed"}))
        self._equipment = Equipment.of(config, material)
        self._prompts = PromptLibrary({}, "standard")

    @property
    def calls_per_row(self) -> float:
        """For forecasts: half of the rows need knowledge, and each question has its judge and its answers."""
        answers = self.options.shuffles * (1 if self.options.method == "generate" else 4)
        return 1 + 0.5 * (2 + self.options.questions * (self.options.judge + answers))

    def ready(self, models: Mapping[str, LLM]) -> None:
        """Check the models before anything is asked.

        Raises:
            UsageError: there is no model.
            MissingCapability: the target cannot be asked by the method that is set.
        """
        ctx = self._context(models)
        Target.of(ctx.role("target"), self._prompts, self._equipment.config, (), ctx.seed)
        ctx.role("default")

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """The finding for one row."""
        if not isinstance(row.fields.get("instruction"), str) or not isinstance(row.fields.get("output"), str):
            return unjudged("no_column", "instruction, output")
        item = Item(row.id, {"row": row_of(row.fields).model_dump(mode="json"), "key": row.id,
                             "row_id": own_id(row.fields), "beside": {}})  # fmt: skip
        record = await examine(item, self._context(models), self._equipment)
        if record.consistency not in _EXAMINED:
            return unjudged(record.consistency, f"{record.problem}: {record.problem_text[:_SHOWN]}")
        told: dict[str, Any] = {"consistency": record.consistency, "category": record.category}
        if record.accuracy is None:
            return Finding(0.0, None, told)
        told |= {"accuracy": record.accuracy, "chance": record.chance, "knowledge": record.knowledge[:_SHOWN]}
        told["questions"] = [question.stem[:_SHOWN] for question in record.questions]
        return Finding(round(1.0 - record.accuracy, 6), "inconsistent", {"field": "output", **told})

    def _context(self, models: Mapping[str, LLM]) -> Context:
        if not models:
            message = "exam.knowledge asks models, and none is given."
            raise UsageError(message, hint="Add models.default and models.target to the policy, or give them by --set.")
        return Context(models, self._prompts, self.options.seed, "exam", "")

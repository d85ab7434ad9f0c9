"""One row on its way through the stages, to the record of what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...core.errors import EndpointError
from ...core.records.exam import Consistency, ExamAnswer, ExaminedRow, ExamQuestion, ExamRecord
from ...prompts.exam_material import ExamMaterial
from ..builder import Context, Item
from . import small
from .answering import Target, described
from .fact_pool import FactPool
from .marking import Mark, marked, treated
from .need import Need, classify, need_schema
from .options import ExamConfig
from .reference import Reference, drawn, written
from .retrieval import Library
from .trail import UNEXAMINABLE, UNLABELLED, Stop, Trail, is_too_long
from .writing import Sheet, write_questions


@dataclass(frozen=True)
class Equipment:
    """What all rows of an examination share."""

    config: ExamConfig
    material: ExamMaterial
    schema: dict[str, Any]
    """JSON Schema of the classifier's answer."""
    library: Library | None = None
    """reference documents: the documents."""
    pool: FactPool | None = None
    """Profile small: facts of all rows."""

    @classmethod
    def of(cls, config: ExamConfig, material: ExamMaterial) -> Equipment:
        """That of the options; documents and facts come later."""
        return cls(config, material, need_schema(material))


async def examine(item: Item, ctx: Context, equipment: Equipment) -> ExamRecord:
    """Take one row through all stages; a row of a finished exam through the last ones.

    Args:
        item: as `rows.item_of` and `rows.repeated_item` make them.
        ctx: the models and all else of the run.
        equipment: what all rows share.

    Raises:
        EndpointError: the endpoint gave no reply; a prompt that is too long for it is a class of its own instead.
        MissingCapability: the target cannot be asked by the method that is set.
    """
    config = equipment.config
    target = Target.of(ctx.role("target"), ctx.prompts, config, equipment.material.demonstrations, ctx.seed)
    walk = _Walk(item, ctx, equipment, target)
    try:
        await (walk.again() if "exam" in item.data else walk.whole())
    except Stop as stop:
        walk.stopped = stop
    except EndpointError as error:
        if not is_too_long(error):
            raise
        walk.stopped = Stop(walk.if_stopped, "prompt_too_long", error.message)
    return walk.record()


class _Walk:
    """Filled stage by stage."""

    def __init__(self, item: Item, ctx: Context, equipment: Equipment, target: Target) -> None:
        self._equipment = equipment
        self._config = equipment.config
        self._item = item
        self._ctx = ctx
        self._target = target
        self._row = ExaminedRow.model_validate(item.data["row"])
        self._trail = Trail()
        self._need = Need(False)
        self._reference = Reference("")
        self._sheet = Sheet(item.id, ctx.seed, self._config.questions)
        self._answers: tuple[ExamAnswer, ...] = ()
        self._mark: Mark | None = None
        self.stopped: Stop | None = None
        self.if_stopped: Consistency = UNLABELLED
        """The class of a row that stops here."""

    async def whole(self) -> None:
        """All stages."""
        equipment, ctx, trail = self._equipment, self._ctx, self._trail
        if self._config.profile == "small":
            self._need = small.classify(self._row)
        else:
            self._need = await classify(self._row, ctx, equipment.material, equipment.schema, trail)
        self.if_stopped = UNEXAMINABLE
        if not self._need.needed:
            return
        self._reference = await self._found()
        if self._config.profile == "small":
            pool = equipment.pool or FactPool()
            self._sheet = await small.write_questions(
                self._item.id, self._row, self._reference, pool, ctx, self._config, trail
            )
        else:
            self._sheet = await write_questions(
                self._item.id, self._row.instruction, self._reference, ctx, self._config, trail
            )
        await self._examine()

    async def again(self) -> None:
        """The last stages, with the questions of a finished exam."""
        told = self._item.data["exam"]
        was: Consistency = told["consistency"]
        needed = was not in ("no_need", "unlabelled")
        self._need = Need(needed, told["category"], told["reason"] or "", tuple(told["queries"] or ()))
        self._reference = Reference(told["knowledge"] or "", tuple(told["passages"] or ()))
        self._sheet.questions = [ExamQuestion.model_validate(question) for question in told["questions"]]
        self.if_stopped = UNEXAMINABLE
        if was == UNLABELLED or (was == UNEXAMINABLE and not self._sheet.questions):
            raise Stop(was, told["problem"] or "", told["problem_text"] or "")
        if needed:
            await self._examine()

    async def _found(self) -> Reference:
        config, library = self._config, self._equipment.library
        if config.profile == "small":
            return small.reference(self._row, self._need, library, config)
        if library is None:
            return await written(self._row, self._ctx, self._trail)
        return await drawn(self._row, self._need, library, self._ctx, config, self._trail)

    async def _examine(self) -> None:
        questions = self._sheet.questions
        if len(questions) < self._config.min_questions:
            reasons = ", ".join(sorted({one.reason for one in self._sheet.refused})) or "none was written"
            message = f"{len(questions)} usable questions, of {self._config.min_questions} needed ({reasons})."
            raise Stop(UNEXAMINABLE, "too_few_questions" if questions else "no_question", message)
        self._answers = await self._target.take(questions, self._trail)
        self._mark = marked(questions, self._answers, self._config)

    def record(self) -> ExamRecord:
        """What became of the row."""
        consistency: Consistency = "no_need"
        if self.stopped is not None:
            consistency = self.stopped.consistency
        elif self._mark is not None:
            consistency = self._mark.consistency
        knowledge, category = self._reference.text, self._need.category
        treatment, fields = treated(self._row, consistency, category, knowledge, self._config)
        data = self._item.data
        notes = {"calls": dict(self._trail.stages), **described(self._target)}
        origin = self._ctx.origin(self._item.id, prompts=self._trail.prompts.values(), notes=notes)
        return ExamRecord(
            origin=origin.model_copy(update={"calls": tuple(self._trail.calls)}),
            **fields,
            consistency=consistency,
            treatment=treatment,
            row=data["key"],
            row_id=data["row_id"],
            original=self._row,
            beside=data["beside"],
            problem=self.stopped.reason if self.stopped else "",
            problem_text=self.stopped.message if self.stopped else "",
            category=category,
            reason=self._need.reason,
            queries=self._need.queries,
            knowledge=knowledge,
            passages=self._reference.passages,
            questions=tuple(self._sheet.questions),
            refused=tuple(self._sheet.refused),
            answers=self._answers,
            **_marks(self._mark),
        )


def _marks(mark: Mark | None) -> dict[str, Any]:
    if mark is None:
        return {}
    return {"accuracy": mark.accuracy, "passed": mark.passed, "chance": mark.chance, "p_value": mark.p_value}

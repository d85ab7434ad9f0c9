"""`exam`: training rows -> the same rows, examined for whether a model knows what they rest on, and treated.

Source: Wan et al. 2024, "Knowledge Verification to Nip Hallucination in the Bud" (KCA): rows that take knowledge which
the model to be trained does not hold teach it to make things up. Six stages: classify, reference, examine, answer,
score, treat. Every row ends in exactly one class.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from ...core import Record, SourceRow
from ...core.errors import EndpointError, UsageError
from ...core.records.exam import Consistency, ExamAnswer, ExaminedRow, ExamQuestion, ExamRecord
from ...prompts.exam_material import ExamMaterial, shipped_material
from ...quality import CheckSpec
from ..builder import BuilderConfig, Context, Forecast, Item, Outcome
from . import forecasting, small
from .answering import Target, described
from .facts import FactPool, pool_of
from .marking import Mark, marked, treated
from .need import Need, classify, need_schema
from .options import ExamConfig
from .reference import Reference, drawn, written
from .retrieval import Library, embedder, open_library
from .rows import item_of, repeated_item, row_of
from .trail import UNEXAMINABLE, Stop, Trail, is_too_long
from .writing import Sheet, write_questions


class Exam:
    """The builder, registered as `exam`. An item is one row."""

    Config: ClassVar[type[BuilderConfig]] = ExamConfig
    sources: ClassVar[Mapping[str, bool]] = {"path": False, "documents": False, "exam": False}
    reads: ClassVar[Mapping[str, str]] = {"path": "instructions", "documents": "materials", "exam": "materials"}

    def __init__(self, config: ExamConfig) -> None:
        """Read the kinds of knowledge.

        Raises:
            UsageError: their file cannot be read, or a treatment is named for a category that it does not have.
        """
        self._config = config
        self._material = (
            ExamMaterial.from_file(config.categories) if config.categories is not None else shipped_material()
        )
        self._schema = need_schema(self._material)
        self._library: Library | None = None
        self._pool: FactPool | None = None
        unknown = [name for name in config.treatments if name not in self._material.categories]
        if unknown:
            message = f"builder.treatments names {unknown[0]!r}, which is no category."
            raise UsageError(message, hint=f"There are: {', '.join(self._material.categories)}.")

    def made_from(self) -> dict[str, Any]:
        """What the rows depend on beside the options."""
        return {"material": self._material.hash}

    @staticmethod
    def gates(config: ExamConfig) -> tuple[CheckSpec, ...]:
        """Gates that stand before those of the recipe, unless it has them itself."""
        return (
            CheckSpec(check="exam.examined", gate="review" if config.unexamined == "review" else "flag"),
            CheckSpec(check="exam.consistency", gate="drop"),
        )

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """One item per row, in the data's order; documents are read before the first.

        Raises:
            UsageError: there is neither data nor an exam, or both; or documents are needed and not given.
        """
        self._refuse_misfits(sources)
        if "exam" in sources:
            yield from (repeated_item(row) for row in sources["exam"])
            return
        if self._config.reference == "documents":
            embed = embedder(self._config.embeddings)
            self._library = open_library(sources["documents"], self._config.chunk_words, embed)
        if self._config.profile == "small":
            self._pool = pool_of(row_of(row.fields) for row in sources["path"])
        yield from (item_of(row) for row in sources["path"])

    def _refuse_misfits(self, sources: Mapping[str, Any]) -> None:
        if ("path" in sources) == ("exam" in sources):
            what = "both data and a finished exam are" if "exam" in sources else "no data is"
            message = f"{what} given to the builder 'exam'."
            raise UsageError(
                message, hint="Give rows with --set seeds.path=FILE, or an exam with --set seeds.exam=FILE."
            )
        if self._config.reference == "documents" and "path" in sources and "documents" not in sources:
            message = "builder.reference is documents, and there are none."
            raise UsageError(message, hint="Give them with --set seeds.documents=FILE (a column text).")
        if "documents" in sources and self._config.reference != "documents":
            message = "seeds.documents are given, and builder.reference is model."
            raise UsageError(message, hint="Set builder.reference=documents, or take the documents out.")

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Examine one row."""
        target = Target.of(ctx.role("target"), ctx.prompts, self._config, self._material.demonstrations, ctx.seed)
        walk = _Walk(self, item, ctx, target)
        try:
            if "exam" in item.data:
                await walk.again()
            else:
                await walk.whole()
        except Stop as stop:
            walk.stop(stop)
        except EndpointError as error:
            if not is_too_long(error):
                raise
            walk.stop(Stop(walk.if_stopped, "prompt_too_long", error.message))
        yield walk.record()

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """Calls of every stage; how many rows need knowledge is a guess (docs/exams.md)."""
        return forecasting.forecast(items, self._config, self._material)

    @property
    def config(self) -> ExamConfig:
        """The options."""
        return self._config

    @property
    def material(self) -> ExamMaterial:
        """Kinds of knowledge, examples, demonstrations."""
        return self._material

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of the classifier's answer."""
        return self._schema

    @property
    def library(self) -> Library:
        """The documents."""
        assert self._library is not None, "items comes before build"
        return self._library

    @property
    def pool(self) -> FactPool:
        """Facts of all rows."""
        assert self._pool is not None, "items comes before build"
        return self._pool


class _Walk:
    """One row on its way through the stages."""

    def __init__(self, builder: Exam, item: Item, ctx: Context, target: Target) -> None:
        self._builder = builder
        self._config = builder.config
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
        self._stopped: Stop | None = None
        self.if_stopped: Consistency = "unlabelled"

    async def whole(self) -> None:
        """All stages."""
        small_profile = self._config.profile == "small"
        if small_profile:
            self._need = small.classify(self._row)
        else:
            self._need = await classify(self._row, self._ctx, self._builder.material, self._builder.schema, self._trail)
        self.if_stopped = "unexaminable"
        if not self._need.needed:
            return
        self._reference = await self._found()
        if small_profile:
            self._sheet = await small.write_questions(
                self._item.id, self._row, self._reference, self._builder.pool, self._ctx, self._config, self._trail
            )
        else:
            self._sheet = await write_questions(
                self._item.id, self._row.instruction, self._reference, self._ctx, self._config, self._trail
            )
        await self._examine()

    async def again(self) -> None:
        """The last stages, with the questions of a finished exam."""
        told = self._item.data["exam"]
        was: Consistency = told["consistency"]
        needed = was not in ("no_need", "unlabelled")
        self._need = Need(needed, told["category"], told["reason"] or "", tuple(told["queries"] or ()))
        passages = tuple(told["passages"] or ())
        self._reference = Reference(told["knowledge"] or "", passages)
        self._sheet.questions = [ExamQuestion.model_validate(question) for question in told["questions"]]
        self.if_stopped = "unexaminable"
        if was == "unlabelled" or (was == "unexaminable" and not self._sheet.questions):
            raise Stop(was, told["problem"] or "", told["problem_text"] or "")
        if needed:
            await self._examine()

    async def _found(self) -> Reference:
        config, builder = self._config, self._builder
        if config.profile == "small":
            library = builder.library if config.reference == "documents" else None
            return small.reference(self._row, self._need, library, config)
        if config.reference == "model":
            return await written(self._row, self._ctx, self._trail)
        return await drawn(self._row, self._need, builder.library, self._ctx, config, self._trail)

    async def _examine(self) -> None:
        questions = self._sheet.questions
        if len(questions) < self._config.min_questions:
            reasons = ", ".join(sorted({one.reason for one in self._sheet.refused})) or "none was written"
            message = f"{len(questions)} usable questions, of {self._config.min_questions} needed ({reasons})."
            raise Stop(UNEXAMINABLE, "no_question" if not questions else "too_few_questions", message)
        self._answers = await self._target.take(questions, self._trail)
        self._mark = marked(questions, self._answers, self._config)

    def stop(self, stop: Stop) -> None:
        """The row goes no further."""
        self._stopped = stop

    def record(self) -> Record:
        """What became of the row."""
        consistency: Consistency = "no_need"
        if self._stopped is not None:
            consistency = self._stopped.consistency
        elif self._mark is not None:
            consistency = self._mark.consistency
        treatment, fields = treated(self._row, consistency, self._need.category, self._reference.text, self._config)
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
            problem=self._stopped.reason if self._stopped else "",
            problem_text=self._stopped.message if self._stopped else "",
            category=self._need.category,
            reason=self._need.reason,
            queries=self._need.queries,
            knowledge=self._reference.text,
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

"""`exam`: training rows -> the same rows, examined for whether a model knows what they rest on, and treated.

Source: Wan et al. 2024, "Knowledge Verification to Nip Hallucination in the Bud" (KCA): rows that take knowledge which
the model to be trained does not hold teach it to make things up. Six stages: classify, reference, examine, answer,
score, treat. Every row ends in exactly one class.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from ...core import SourceRow
from ...core.errors import UsageError
from ...prompts.exam_material import ExamMaterial, shipped_material
from ...quality import CheckSpec
from ..builder import BuilderConfig, Context, Forecast, Item, Outcome
from . import forecasting
from .fact_pool import pool_of
from .options import ExamConfig
from .retrieval import embedder, open_library
from .rows import item_of, repeated_item, row_of
from .walk import Equipment, examine


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
        material = ExamMaterial.from_file(config.categories) if config.categories is not None else shipped_material()
        unknown = [name for name in config.treatments if name not in material.categories]
        if unknown:
            message = f"builder.treatments names {unknown[0]!r}, which is no category."
            raise UsageError(message, hint=f"There are: {', '.join(material.categories)}.")
        self._config = config
        self._equipment = Equipment.of(config, material)

    def made_from(self) -> dict[str, Any]:
        """What the rows depend on beside the options."""
        return {"material": self._equipment.material.hash}

    @staticmethod
    def gates(config: ExamConfig) -> tuple[CheckSpec, ...]:
        """Gates that stand before those of the recipe, unless it has them itself."""
        return (
            CheckSpec(check="exam.examined", gate="review" if config.unexamined == "review" else "flag"),
            CheckSpec(check="exam.consistency", gate="drop"),
        )

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """One item per row, in the data's order; documents, and for the profile small all rows, are read before.

        Raises:
            UsageError: there is neither data nor an exam, or both; or documents are needed and not given.
        """
        self._refuse_misfits(sources)
        if "exam" in sources:
            yield from (repeated_item(row) for row in sources["exam"])
            return
        config, equipment = self._config, self._equipment
        if config.reference == "documents" and equipment.library is None:
            library = open_library(sources["documents"], config.chunk_words, embedder(config.embeddings))
            equipment = replace(equipment, library=library)
        if config.profile == "small" and equipment.pool is None:
            equipment = replace(equipment, pool=pool_of(row_of(row.fields) for row in sources["path"]))
        self._equipment = equipment
        yield from (item_of(row) for row in sources["path"])

    def _refuse_misfits(self, sources: Mapping[str, Any]) -> None:
        if ("path" in sources) == ("exam" in sources):
            what = "both data and a finished exam are" if "exam" in sources else "no data is"
            message = f"{what} given to the builder 'exam'."
            raise UsageError(message, hint="Give rows with --set seeds.path=FILE, or --set seeds.exam=FILE.")
        if self._config.reference == "documents" and "path" in sources and "documents" not in sources:
            message = "builder.reference is documents, and there are none."
            raise UsageError(message, hint="Give them with --set seeds.documents=FILE (a column text).")
        if "documents" in sources and self._config.reference != "documents":
            message = "seeds.documents are given, and builder.reference is model."
            raise UsageError(message, hint="Set builder.reference=documents, or take the documents out.")

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Examine one row."""
        yield await examine(item, ctx, self._equipment)

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """Calls of every stage; how many rows need knowledge is a guess (docs/exams.md)."""
        return forecasting.forecast(items, self._config, self._equipment.material)

"""Builder: what makes records out of seed items, one item at a time, with no files and no resume code in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from ..core import Origin, Record, SourceRow, seeded
from ..core.errors import UsageError
from ..llm import LLM, Answer
from ..prompts import Prompt, PromptLibrary
from ..quality import Check


@dataclass(frozen=True, slots=True)
class Item:
    """One unit of work. Items are built side by side and accepted in order."""

    id: str
    """Stable between runs; randomness and resume go by it."""
    data: Any
    """Plain JSON data: what `build` needs."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that failed while it was being built."""

    reason: str
    """Slug, counted in the accounting."""
    text: str
    """What was rejected, in full."""
    source: str = ""
    """Key of the seed row."""
    calls: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something a builder wants kept that is not a row (a tree, a plan)."""

    name: str
    """File name within the run's `artifacts/` folder; a later artifact of that name replaces an earlier one."""
    data: Any
    """Plain JSON data."""


Outcome = Record | Rejected | Artifact


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of one item: what `next_items` sees of it."""

    item: Item
    outcomes: Sequence[Mapping[str, Any]]
    """In the order they were yielded: {"type": "record" | "rejected" | "artifact", "decision": "keep" | "drop" |
    "review" (records only), "reason": slug or None, "data": the record's content, the artifact's data or the
    rejected text}. A failed item has none."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would ask for: calls by prompt name (with the inputs to render one of them)."""

    calls: Mapping[str, int]
    """Prompt name, or "score ..." for log-likelihoods, -> number of calls."""
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Name of a prompt -> inputs of a typical call, for counting tokens. Name of a score -> {"continuation": text,
    "text": what it follows}, or {"continuation", "prompt": name, "inputs": its inputs}."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Prompt name -> a typical answer; without one, a share of the answer's limit is taken."""


class BuilderConfig(BaseModel):
    """Base of every builder's options: `builder:` in a recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True)
class Context:
    """What `build` may use."""

    roles: Mapping[str, LLM]
    prompts: PromptLibrary
    seed: int
    builder: str
    version: str
    checks: Mapping[str, Check] = field(default_factory=dict)
    """The recipe's checks of scope "row", by name: for feeding reasons back while building."""

    @property
    def llm(self) -> LLM:
        """The model of the role "default".

        Raises:
            UsageError: the recipe gives none.
        """
        return self.role("default")

    def role(self, name: str) -> LLM:
        """The model of a role; a role that the recipe does not give falls back to "default".

        Raises:
            UsageError: the recipe gives neither.
        """
        found = self.roles.get(name) or self.roles.get("default")
        if found is None:
            message = f"the builder {self.builder!r} asks the model {name!r}, and the recipe has no models."
            raise UsageError(message, hint="Add models.default to the recipe.")
        return found

    def random(self, item_id: str, stage: str) -> Random:
        """The generator of (run seed, item, stage)."""
        return seeded(self.seed, item_id, stage)

    def origin(
        self,
        source: str,
        *,
        answers: Iterable[Answer] = (),
        prompts: Iterable[Prompt] = (),
        parents: Iterable[str] = (),
        notes: Mapping[str, Any] | None = None,
    ) -> Origin:
        """The origin of a record made from `source` by the given answers."""
        return Origin(
            builder=self.builder,
            version=self.version,
            source=source,
            prompts={p.name: p.hash for p in prompts},
            calls=tuple(key for a in answers for key in a.calls),
            parents=tuple(parents),
            seed=self.seed,
            notes=dict(notes or {}),
        )


class Builder(Protocol):
    """Registered as a class; made once per run with its validated options.

    Two more members are optional. `roles(config)`, a static method, names the models that it cannot do without (absent:
    "default"). `reads` names for each source what its rows are: "rows" (absent), "aspects" (annotated sentences, each
    as `sentence` with the `problems` of its terms) or "aspect_layer" (the same, polarities not needed).
    """

    Config: ClassVar[type[BuilderConfig]]
    """Options of this builder; the recipe's `builder:` section is validated by it."""
    sources: ClassVar[Mapping[str, bool]]
    """Names of the seed data it takes -> whether each is required. Most take just {"path": True}."""

    def __init__(self, config: Any) -> None: ...

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """The work, in canonical order, lazily.

        Raises:
            UsageError: the seeds lack what the builder needs; the message says what was found.
        """
        ...

    def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Make this item's records. Every candidate is yielded: as a record, or as rejected with its reason."""
        ...

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """The calls that these items (all of them, or the first few) would take."""
        ...


class WaveBuilder(Builder, Protocol):
    """A builder whose work depends on what came before."""

    def next_items(self, accepted: Sequence[Accepted]) -> Iterable[Item]:
        """The next wave, from everything accepted so far in canonical order; empty when the work is done.

        It must depend on `accepted` and the options alone: on resume it is asked again from the start.
        """
        ...


def require_fields(row: SourceRow, *names: str) -> None:
    """Check that a seed row has the columns a builder needs.

    Raises:
        UsageError: one is missing; the message lists the columns there are and the option that maps them.
    """
    for name in names:
        if name not in row.fields:
            found = ", ".join(sorted(map(str, row.fields))) or "none"
            message = f"{row.key}: there is no column {name!r}; the columns are: {found}."
            first = next(iter(row.fields), "theirs")
            raise UsageError(message, hint=f"Map yours with --columns {name}={first} (or seeds.columns in the recipe).")

"""Recipe: what a run is to do, validated."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    SerializeAsAny,
    WithJsonSchema,
    field_validator,
    model_serializer,
    model_validator,
)

from ..core import registry
from ..core.errors import UsageError
from ..llm.budget import Price as RolePrice
from ..prompts import PromptLibrary
from ..quality import CheckSpec, Panel
from .budget import Budget
from .models import Models, Price, Role, registered
from .section import Section, wrong

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_SEEDS_OWN = ("columns", "limit")


class BuilderChoice(Section):
    """The builder and its options. In a recipe the options stand beside `kind`."""

    kind: str
    """Registered name of the builder."""
    options: SerializeAsAny[BaseModel]
    """Its options, validated by its own `Config`."""

    @model_serializer
    def _flat(self) -> dict[str, Any]:
        return {"kind": self.kind, **self.options.model_dump(mode="json", by_alias=True)}


class Seeds(Section):
    """Where the seed data comes from. In a recipe the sources stand beside `columns` and `limit`."""

    sources: dict[str, str]
    """Name of the source (`path` for most builders) -> a file, a folder, `hf:NAME[:split]` or `shipped:FILE`."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Column as the builder knows it -> column as the data names it."""
    limit: int | None = Field(None, ge=1)
    """Read only the first rows of each source."""

    @model_serializer
    def _flat(self) -> dict[str, Any]:
        own = {"columns": self.columns, "limit": self.limit}
        return {**self.sources, **{name: value for name, value in own.items() if value}}


class DatasetConfig(Section):
    """How the data set is laid out and what its card says."""

    validation: float = Field(0.0, ge=0, lt=1)
    """Share of the kept rows that goes into a validation split; 0 makes one train split."""
    license: str | None = None
    """Licence for the card, by its Hugging Face identifier ("cc0-1.0")."""
    language: Annotated[
        list[str],
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
    ] = Field(default_factory=list)
    """ISO 639-1 codes for the card."""
    pretty_name: str | None = None
    """Title of the card."""


def _read_builder(value: Any) -> Any:
    if not isinstance(value, Mapping) or isinstance(value.get("options"), BaseModel):
        return value
    kind = value.get("kind")
    if not isinstance(kind, str):
        raise wrong(("kind",), "must be the name of a builder", _one_of(registry.names("builders")), kind)
    try:
        found = registry.load("builders", kind)
    except UsageError as error:
        raise wrong(("kind",), error.message.rstrip("."), error.hint, kind) from error
    options = found.Config.model_validate({name: v for name, v in value.items() if name != "kind"})
    return {"kind": kind, "options": options}


def _read_seeds(value: Any) -> Any:
    if not isinstance(value, Mapping) or isinstance(value.get("sources"), Mapping):
        return value
    own = {name: value[name] for name in _SEEDS_OWN if value.get(name) is not None}
    sources = {name: v for name, v in value.items() if name not in _SEEDS_OWN}
    for name, location in sources.items():
        if not isinstance(location, str) or not location.strip():
            raise wrong((name,), "must be a file, a folder, hf:NAME or shipped:FILE", None, location)
    return {"sources": sources, **own}


class Recipe(Section):
    """What to build, from what, with which models, and what to keep."""

    name: str = Field(pattern=NAME)
    """Name of the recipe; runs go to runs/<name> unless --out says otherwise."""
    description: str = ""
    """One line."""
    builder: Annotated[BuilderChoice, BeforeValidator(_read_builder)]
    """`kind` names the builder; its options stand beside it."""
    seeds: Annotated[Seeds, BeforeValidator(_read_seeds)] = Seeds(sources={})
    """The seed data: `path`, or the builder's own source names."""
    models: Models = Models()
    """The models by role. A builder that asks none needs none."""
    prompts: dict[str, Path] = Field(default_factory=dict)
    """Name of a shipped prompt -> your file in its place."""
    policy: str | None = None
    """A policy (a named list of checks) by name or path; `checks` are added to it."""
    checks: list[CheckSpec] = Field(default_factory=list)
    """Checks on the rows and the gates behind them, in order. One that a policy has too replaces the policy's."""
    target: int | None = Field(None, ge=1)
    """Stop when this many rows are kept."""
    max_candidates: int | None = Field(None, ge=1)
    """Stop at this many candidates, whatever became of them."""
    limit: int | None = Field(None, ge=1)
    """Build only the first items."""
    seed: int = 17
    """Seed of all randomness."""
    export: list[str] = Field(default_factory=list)
    """Fine-tuning formats to write beside the data set."""
    dataset: DatasetConfig = DatasetConfig()
    """Layout and card of the data set."""
    prices: dict[Role, Price] = Field(default_factory=dict)
    """Role -> prices; cost is unknown (null) for a role without."""
    budget: Budget | None = None
    """What the run may spend: 5USD, 1M-tokens, 10k-calls."""

    @field_validator("export")
    @classmethod
    def _known_exporters(cls, value: list[str]) -> list[str]:
        for position, name in enumerate(value):
            registered("exporters", name, (position,))
        return list(dict.fromkeys(value))

    @field_validator("checks")
    @classmethod
    def _usable_checks(cls, value: list[CheckSpec]) -> list[CheckSpec]:
        for position, spec in enumerate(value):
            try:
                Panel.from_specs([spec])
            except UsageError as error:
                raise wrong((position,), error.message.rstrip("."), error.hint, ...) from error
        return value

    @field_validator("prompts")
    @classmethod
    def _usable_prompts(cls, value: dict[str, Path]) -> dict[str, Path]:
        for key, path in value.items():
            name, _, profile = key.partition(".")
            try:
                PromptLibrary({key: path}).get(name, profile or None)
            except UsageError as error:
                raise wrong((key,), error.message.rstrip("."), error.hint, ...) from error
        return value

    @model_validator(mode="after")
    def _sources_fit(self) -> Recipe:
        takes: Mapping[str, bool] = registry.load("builders", self.builder.kind).sources
        for name in self.seeds.sources:
            if name not in takes:
                near = difflib.get_close_matches(name, [*takes, *_SEEDS_OWN], n=1)
                hint = f"Did you mean {near[0]!r}?" if near else _one_of([*takes, *_SEEDS_OWN])
                what = f"the builder {self.builder.kind!r} takes no source {name!r}"
                raise wrong(("seeds", name), what, hint, ...)
        for name, required in takes.items():
            if required and name not in self.seeds.sources:
                hint = f"Add it, or give it with --set seeds.{name}=FILE."
                raise wrong(("seeds", name), "the seed data is missing", hint, ...)
        return self

    @model_validator(mode="after")
    def _models_fit(self) -> Recipe:
        builder = registry.load("builders", self.builder.kind)
        needed = builder.roles(self.builder.options) if hasattr(builder, "roles") else ("default",)
        for role in needed:
            if getattr(self.models, role, None) is None:
                hint = f"Add it, or give it with --set models.{role}.base_url=URL --set models.{role}.model=NAME."
                what = f"the builder {self.builder.kind!r} asks a model, and none is given"
                raise wrong(("models", role), what, hint, ...)
        return self

    @model_validator(mode="after")
    def _caps_fit(self) -> Recipe:
        if self.target and self.max_candidates and self.max_candidates < self.target:
            what = f"{self.max_candidates} candidates cannot give the target of {self.target} rows"
            raise wrong(("max_candidates",), what, "Raise it, or lower target.", ...)
        if self.budget is not None and self.budget.usd is not None:
            lacking = [role for role in self.models.given() if role not in self.prices]
            if lacking:
                hint = f"Add prices: {{{lacking[0]}: {{prompt: ..., completion: ...}}}} in USD per million tokens."
                what = f"a budget in money needs the prices of the role {lacking[0]!r}"
                raise wrong(("budget",), what, hint, ...)
        return self

    def role_prices(self) -> dict[str, RolePrice]:
        """The prices as the budget's meter takes them."""
        return {role: RolePrice(price.prompt, price.completion) for role, price in self.prices.items()}

    def prompt_library(self) -> PromptLibrary:
        """The prompts with this recipe's own in place, in the builder's `profile` if it has that option."""
        profile = getattr(self.builder.options, "profile", None)
        return PromptLibrary(self.prompts, profile if isinstance(profile, str) else None)


def _one_of(names: list[str]) -> str:
    return f"There are: {', '.join(names) or 'none'}."

"""Personas: plain facts, their revision, and what they are expanded into."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Facet = Literal["experience", "daily_life", "future_plan", "story"]
FACETS: tuple[Facet, ...] = ("experience", "daily_life", "future_plan", "story")
TraitName = Literal["extraversion", "agreeableness", "conscientiousness", "neuroticism", "openness"]

_FROZEN = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Fact(BaseModel):
    """One claim that a person makes of themselves."""

    model_config = _FROZEN

    id: str
    """Unique within its persona ("f1")."""
    text: str


class Persona(BaseModel):
    """Who somebody is, as plain facts."""

    model_config = _FROZEN

    id: str
    facts: tuple[Fact, ...]
    source: str = ""
    """Where the facts come from: the name of a data set or file."""
    licence: str = ""
    """Licence of the facts, as far as it is known."""


class FactEdit(BaseModel):
    """What the revision changed in one fact, and why."""

    model_config = _FROZEN

    fact_id: str
    old: str
    new: str
    reason: str = ""


class DroppedFact(BaseModel):
    """A fact that the revision left out, and why."""

    model_config = _FROZEN

    fact_id: str
    text: str
    reason: str


class RevisedPersona(BaseModel):
    """A persona with one first-person claim a fact, and the account of every change."""

    model_config = _FROZEN

    parent: str
    """Id of the persona it was made from."""
    facts: tuple[Fact, ...]
    edits: tuple[FactEdit, ...] = ()
    dropped: tuple[DroppedFact, ...] = ()


class Detail(BaseModel):
    """Something that follows from facts of a persona: an experience, a habit, a plan, a story."""

    model_config = _FROZEN

    id: str
    """Unique within its persona ("d1")."""
    facet: Facet
    text: str
    grounds: tuple[str, ...]
    """Ids of the facts it rests on."""


class Trait(BaseModel):
    """One of the five broad traits of personality, as the persona is meant to show it."""

    model_config = _FROZEN

    name: TraitName
    level: Literal["low", "high"]


class DetailedPersona(BaseModel):
    """A persona made a person: a summary of at most 60 words and details, each grounded in facts.

    Source: ContinuousChat (personas expanded through experiences, daily life, future plans and stories).
    """

    model_config = _FROZEN

    parent: str
    """Id of the persona it was made from."""
    summary: str
    details: tuple[Detail, ...] = ()
    traits: tuple[Trait, ...] = ()


class CastMember(BaseModel):
    """A speaker of a dialogue with the persona behind them: as it was given, revised and expanded."""

    model_config = _FROZEN

    speaker: str
    persona: str
    """Id of the persona."""
    facts: tuple[Fact, ...] = Field(default=())
    """The facts in force: revised, where there was a revision."""
    summary: str = ""
    details: tuple[Detail, ...] = ()
    traits: tuple[Trait, ...] = ()
    edits: tuple[FactEdit, ...] = ()
    dropped: tuple[DroppedFact, ...] = ()
    source: str = ""
    licence: str = ""

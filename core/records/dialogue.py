"""DialogueRecord: a dialogue of two personas, with its plan and the story of every turn."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .persona import CastMember
from .record import Record

EndReason = Literal["natural", "budget", "loop", "refused", "error"]

_FROZEN = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Emotion(BaseModel):
    """What a speaker feels in a turn."""

    model_config = _FROZEN

    label: str
    intensity: int = Field(ge=1, le=3)
    """1 slight, 2 clear, 3 strong."""
    cause: str = ""
    """What it comes from."""


class Beat(BaseModel):
    """What one turn is to do."""

    model_config = _FROZEN

    speaker: str
    intent: str
    detail_ids: tuple[str, ...] = ()
    """Details (or facts) of the speaker's own persona that the turn is to bring in."""
    emotion: Emotion | None = None


class DialoguePlan(BaseModel):
    """The course of a dialogue, settled by code before a word is written."""

    model_config = _FROZEN

    setting: str
    opener: str
    closer: str
    turn_budget: int = Field(ge=1)
    beats: tuple[Beat, ...]
    arc: str = ""
    """Name of the emotion arc, where there is one."""
    seed: int = 0
    number: int = 0
    """0 for the first plan of an item, 1 for the one made after the first was given up."""


class StyleExample(BaseModel):
    """A turn before and after it was put into a style: written by hand, never by the model that is to follow it."""

    model_config = _FROZEN

    before: str = Field(min_length=1)
    after: str = Field(min_length=1)
    author: str = Field(min_length=1)
    """Who wrote it."""


class StyleFeature(BaseModel):
    """Something about a style that can be counted in a text."""

    model_config = _FROZEN

    name: str
    """What is counted ("words", "questions" ...)."""
    want: Literal["more", "less"]
    """Which way the style moves it, compared with the text before."""


class StyleSpec(BaseModel):
    """How a speaker talks; composed from records of single aspects.

    Source: MIRACLE (attributes that compose).
    """

    model_config = _FROZEN

    name: str
    guidelines: tuple[str, ...]
    examples: tuple[StyleExample, ...] = Field(min_length=1)
    features: tuple[StyleFeature, ...] = ()
    aspects: tuple[str, ...] = ()
    """The single-aspect records it was composed from."""


class Turn(BaseModel):
    """One thing said."""

    model_config = _FROZEN

    speaker: str
    text: str
    text_before_style: str | None = None
    """The turn as it was before it was put into its style; None where no style was applied."""
    facts_used: tuple[str, ...] = ()
    """Ids of the speaker's own facts and details that the text takes up."""
    facts_offered: tuple[str, ...] = ()
    """Ids that the writer was shown for this turn."""
    emotion: Emotion | None = None
    style: str | None = None
    """Name of the style it was put into."""
    checks: dict[str, Any] = Field(default_factory=dict)
    """What was measured of this turn while it was made."""
    calls: tuple[str, ...] = ()
    """Request keys of the calls that it rests on."""
    attempts: dict[str, int] = Field(default_factory=dict)
    """Stage -> how many tries it took."""


class DialogueRecord(Record):
    """A dialogue with who takes part, what was planned, and how it ended."""

    kind: Literal["dialogue"] = "dialogue"
    turns: tuple[Turn, ...]
    personas: tuple[CastMember, ...] = ()
    plan: DialoguePlan | None = None
    end_reason: EndReason = "natural"
    checks: dict[str, Any] = Field(default_factory=dict)
    """What was measured of the dialogue while it was made: name -> value."""
    engagement: dict[str, float] = Field(default_factory=dict)
    """What makes a reader want to go on, as far as it can be counted: name -> value."""
    language: str | None = None
    """ISO 639-1 code."""
    group: str = ""
    """Dialogues whose personas are the same, or share a fact, have one group: splits never part them."""

"""The options of `dialogues`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ...core.records.persona import Facet
from ..builder import BuilderConfig

_DETAIL_STARTS: dict[Facet, tuple[str, ...]] = {
    "experience": ("Once I", "The first time I", "When I was young, I", "I still remember", "Years ago I"),
    "daily_life": ("Most evenings I", "Before breakfast I", "On Sundays I", "I like to", "My friends", "I usually"),
    "future_plan": ("One day I want to", "Next summer I want to", "I hope to", "Soon I will"),
    "story": ("Last week", "My neighbour", "My brother", "Somebody once", "The other day I"),
}
_OF_THE_PAST = (
    "How did you", "Why did you", "When did you", "Where did you", "What did you", "Did you", "How long did you",
    "Who helped you", "What made you", "Were you", "Was your", "Which", "Have you ever",
)  # fmt: skip
_QUESTION_STARTS: dict[Facet, tuple[str, ...]] = {
    "experience": _OF_THE_PAST,
    "daily_life": (
        "How do you", "Why do you", "Where do you", "What do you", "Do you", "How often do you", "Who helps you",
        "Does your", "Are you", "Is your", "Which", "What makes you", "Would you ever",
    ),
    "future_plan": (
        "Why do you want to", "How will you", "Where will you", "When will you", "What will you", "Will you",
        "Who will help you", "Would you", "Are you", "Could you", "Which", "What makes you",
    ),
    "story": _OF_THE_PAST,
}  # fmt: skip
_YES_OR_NO = ("Yes,", "No,", "Not", "Only", "I", "My", "")
_ANSWER_STARTS = {
    **dict.fromkeys(("do", "did", "does", "have", "are", "is", "were", "was", "will", "would", "could"), _YES_OR_NO),
    "why": ("Because", "I", "My", "It", ""),
    "where": ("In", "At", "I", "My", ""),
    "when": ("When", "Last", "In", "I", ""),
    "who": ("My", "The", "A", "I", ""),
    "": ("", "I", "My", "Mostly", "The", "Sometimes", "It", "With"),
}


class DialoguesConfig(BuilderConfig):
    """From personas to dialogues: revise, expand, plan, write, emotion, style, check."""

    profile: Literal["standard", "small"] = "standard"
    """standard: models that follow instructions and write JSON. small: models that can only go on with a text; each
    turn is one short line, picked from several by rules and by log-likelihood, without emotion and style stages."""
    mode: Literal["whole", "turns"] = "whole"
    """standard: whole: one call writes the dialogue. turns: two agents write in turn; each is offered the summary of
    its own persona and up to three details that fit."""
    language: str = "en"
    """ISO 639-1 code of the personas. Personas in another language are rejected (told for English only)."""

    dialogues_per_persona: int = Field(1, ge=1)
    """Partners that each persona meets. Personas meet within small circles, so that a split can part the circles."""
    min_facts: int = Field(2, ge=1)
    """Personas with fewer facts, once empty and repeated ones are taken out, are rejected as `too_few_facts`."""
    max_facts: int = Field(24, ge=1)
    """Personas with more facts are rejected as `too_many_facts`."""

    revise: bool = True
    """standard: have a model turn the facts into one first-person claim each. Without it they are taken as they are."""
    min_kept: float = Field(0.6, ge=0, le=1)
    """Share of a fact's content words that its revision keeps at least, unless it gives a reason."""
    details_per_facet: int = Field(1, ge=1)
    """Details asked for per facet (experience, daily life, future plan, story)."""
    traits: bool = False
    """standard: have the expansion name the persona's traits of personality, for `personality`."""

    min_turns: int = Field(8, ge=2)
    """Turns of the shortest dialogue that is planned."""
    max_turns: int = Field(12, ge=2)
    """Turns of the longest dialogue that is planned."""
    disagreement: float = Field(0.5, ge=0, le=1)
    """Share of dialogues in which the speakers do not agree on something."""
    offered: int = Field(3, ge=1)
    """turns: details that a speaker is offered for one turn at most."""

    retries: int = Field(2, ge=0)
    """How often a stage is tried again, with the reasons, when what it made is rejected."""
    plans: int = Field(2, ge=1)
    """Plans tried for a pair of personas: the second one when the stages after the first plan were given up."""
    stop_share: float = Field(0.4, gt=0, le=1)
    """The run stops when one reason makes up more than this share of the last `stop_window` outcomes."""
    stop_window: int = Field(50, ge=1)
    """Outcomes (accepted dialogues and rejected tries) that `stop_share` looks at."""

    judge_contradictions: bool = True
    """standard: have the judge decide on clauses that may deny a fact of their speaker."""
    compare_style: bool = False
    """standard: have the judge compare the dialogue before and after style, in both orders."""
    personality: bool = False
    """standard: verify the traits by questionnaire (ten questions a trait and speaker, in two calls)."""
    context: int | None = Field(None, ge=256)
    """Tokens of the model's context. A dialogue that would not fit ends early, or is rejected. Taken from the model's
    own setting where that names it."""

    candidates: int = Field(4, ge=1)
    """small: lines tried for each turn and each start."""
    facts_used: int = Field(2, ge=1)
    """small: facts of a persona that are expanded and may be told."""
    starts_per_fact: int = Field(2, ge=1)
    """small: starts that are tried for each of these facts."""
    detail_starts: dict[Facet, tuple[str, ...]] = Field(default_factory=lambda: dict(_DETAIL_STARTS))
    """small: what the model's lines begin with, by facet. Give your own for another language than English."""
    question_starts: dict[Facet, tuple[str, ...]] = Field(default_factory=lambda: dict(_QUESTION_STARTS))
    """small: what questions begin with, by the facet of the detail that they are about."""
    answer_starts: dict[str, tuple[str, ...]] = Field(default_factory=lambda: dict(_ANSWER_STARTS))
    """small: what answers begin with, by the first word of the question; the key "" is for all other questions, an
    empty start leaves the beginning to the model."""
    min_gain: float = 0.1
    """small: nats a token that a line must be likelier after what it belongs to than after something else."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max_turns < self.min_turns:
            message = f"max_turns {self.max_turns} is below min_turns {self.min_turns}"
            raise ValueError(message)
        return self

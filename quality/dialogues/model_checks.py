"""Checks of dialogues that ask a model: denials of a speaker's own facts, and traits that do not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from ...core.errors import AnswerError
from ...core.records.persona import TraitName
from ...prompts import PromptLibrary
from ..check import Bar, CheckOptions, Finding, Row, Scope, unjudged
from ..judging.roles import RoleName, model_of
from ..judging.unusable import unusable
from .contradiction import contradiction_candidates
from .personality import PROMPT, Ratings, rate_speaker
from .talk import Talk, talk_of

if TYPE_CHECKING:
    from ...llm import LLM

CONTRADICTION = "dialogues/contradiction"


class Denial(BaseModel):
    """Whether a speaker denies a fact of their own."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    reason: str = Field(max_length=400)
    """One sentence."""
    denies: bool
    """True only if both cannot be true of one person at one time."""


class ContradictionOptions(CheckOptions):
    """Options of dialogue.contradiction."""

    role: RoleName = "judge"
    """Role of the model that decides; one that is not given falls back to default."""
    most: int = Field(4, ge=1)
    """Candidates of one dialogue that are put to it at most."""


class Contradiction:
    """dialogue.contradiction: how many clauses deny a fact of their speaker, by the word of a judge.

    A rule of polarity, numbers and opposites proposes the clauses; nothing is dropped on its word alone.
    """

    name = "dialogue.contradiction"
    scope: Scope = "model"
    bar = Bar(1.0)
    Options = ContradictionOptions

    def __init__(self, options: ContradictionOptions | None = None) -> None:
        self.options = options or ContradictionOptions()
        self._prompt = PromptLibrary().get(CONTRADICTION)

    def ready(self, models: Mapping[str, LLM]) -> None:
        """Make sure that the role is given.

        Raises:
            UsageError: neither it nor the default is.
        """
        model_of(models, self.options.role, self.name)

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """The number of denials. A dialogue without candidates costs no call."""
        talk = talk_of(row)
        if talk is None:
            return unjudged("no_turns", "turns")
        found: list[dict[str, Any]] = []
        for candidate in contradiction_candidates(talk)[: self.options.most]:
            inputs = {"fact": candidate.fact, "clause": candidate.clause, "turn": talk.turns[candidate.turn][1]}
            try:
                answer = await model_of(models, self.options.role, self.name).ask(self._prompt, Denial, inputs=inputs)
            except AnswerError as error:
                return unusable(error)
            denial: Denial = answer.value
            if denial.denies:
                found.append({"turn": candidate.turn, "clause": candidate.clause, "fact": candidate.fact,
                              "judge": denial.reason})  # fmt: skip
        return Finding(float(len(found)), "contradicts_fact", {"field": "turns", "pairs": found} if found else {})


class PersonalityOptions(CheckOptions):
    """Options of dialogue.personality."""

    role: RoleName = "judge"
    """Role of the model that rates."""


class Personality:
    """dialogue.personality: the share of the speakers' traits that show in what they say.

    It judges rows whose personas have `traits` ({"name", "level"}). Traits without evidence are not counted.
    """

    name = "dialogue.personality"
    scope: Scope = "model"
    bar = Bar(0.5, "below")
    Options = PersonalityOptions

    def __init__(self, options: PersonalityOptions | None = None) -> None:
        self.options = options or PersonalityOptions()
        self._prompt = PromptLibrary().get(PROMPT)

    def ready(self, models: Mapping[str, LLM]) -> None:
        """Make sure that the role is given.

        Raises:
            UsageError: neither it nor the default is.
        """
        model_of(models, self.options.role, self.name)

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """The share of traits on the side they are meant to be on."""
        talk = talk_of(row)
        if talk is None:
            return unjudged("no_turns", "turns")
        wanted = _wanted(row)
        if not wanted:
            return unjudged("no_traits", "personas")
        failed: list[AnswerError] = []
        llm = model_of(models, self.options.role, self.name)

        async def ask(inputs: Mapping[str, Any], sample: int) -> Ratings | None:
            try:
                answer = await llm.ask(self._prompt, Ratings, inputs=inputs, sample=sample)
            except AnswerError as error:
                failed.append(error)
                return None
            found: Ratings = answer.value
            return found

        right: list[bool] = []
        shown: dict[str, Any] = {}
        for speaker, traits in wanted.items():
            scores = await rate_speaker(_lines(talk, speaker), list(traits), talk.speakers, ask)
            shown[speaker] = {score.trait: score.score for score in scores}
            right += [score.level == traits[score.trait] for score in scores if score.level is not None]
        if failed:
            return unusable(failed[0])
        if not right:
            return unjudged("no_evidence", "turns")
        return Finding(round(sum(right) / len(right), 4), "personality_not_shown", {"scores": shown})


def _lines(talk: Talk, speaker: str) -> list[str]:
    return [text for who, text in talk.turns if who == speaker]


def _wanted(row: Row) -> dict[str, dict[TraitName, str]]:
    """Speaker -> trait -> level, of personas that have any."""
    personas = row.fields.get("personas")
    found: dict[str, dict[TraitName, str]] = {}
    if not isinstance(personas, Sequence) or isinstance(personas, str):
        return found
    for persona in personas:
        traits = persona.get("traits") if isinstance(persona, Mapping) else None
        known = {t["name"]: t["level"] for t in traits or () if isinstance(t, Mapping) and "name" in t and "level" in t}
        if known:
            found[str(persona["speaker"])] = known
    return found

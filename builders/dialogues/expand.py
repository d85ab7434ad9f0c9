"""expand: a persona made a person, by a summary and grounded details: experiences, habits, plans, stories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...core.records import CastMember, Detail, DetailedPersona, Trait
from ...core.records.persona import FACETS, Facet, TraitName
from ...quality.dialogues.contradiction import facts_contradict
from ...quality.words import count_words
from .course import Course, Fault, Made
from .kept_words import shares_content

PROMPT = "dialogues/expand"
SUMMARY_WORDS = 60


class NewDetail(BaseModel):
    """One detail."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    facet: Facet
    text: str = Field(min_length=1, max_length=600)
    """One to three sentences in the first person."""
    grounds: list[str] = Field(min_length=1)
    """Ids of the facts that it rests on."""


class NewTrait(BaseModel):
    """One trait of personality."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: TraitName
    level: Literal["low", "high"]


class Expansion(BaseModel):
    """What the model is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    summary: str = Field(min_length=1, max_length=800)
    """Who this is, in at most 60 words, in the third person."""
    details: list[NewDetail]
    traits: list[NewTrait]
    """The traits that the facts speak for; empty if none were asked for."""


async def expand(member: CastMember, course: Course) -> CastMember | None:
    """The member with summary and details; None when that was given up."""
    config = course.config

    async def make(reasons: Sequence[str], attempt: int) -> Made[CastMember]:
        inputs = {
            "facts": [fact.model_dump() for fact in member.facts],
            "per_facet": config.details_per_facet,
            "traits": config.traits,
            "reasons": list(reasons),
        }
        answer = await course.ask(PROMPT, Expansion, inputs, sample=attempt)
        expansion: Expansion = answer.value
        detailed = DetailedPersona(
            parent=member.persona,
            summary=expansion.summary.strip(),
            details=tuple(
                Detail(id=f"d{n}", facet=new.facet, text=new.text.strip(), grounds=tuple(new.grounds))
                for n, new in enumerate(expansion.details, 1)
            ),
            traits=tuple(Trait(name=t.name, level=t.level) for t in expansion.traits) if config.traits else (),
        )
        text = "\n".join([detailed.summary, *(detail.text for detail in detailed.details)])
        value = member.model_copy(
            update={"summary": detailed.summary, "details": detailed.details, "traits": detailed.traits}
        )
        return Made(value, _faults(member, detailed), text, answer.calls)

    return await course.stage("expand", make)


def _faults(member: CastMember, detailed: DetailedPersona) -> list[Fault]:
    facts = {fact.id: fact.text for fact in member.facts}
    faults = []
    long = count_words(detailed.summary)
    if long > SUMMARY_WORDS:
        faults.append(Fault("summary_too_long", f"The summary has {long} words; {SUMMARY_WORDS} are the most."))
    lacking = [facet for facet in FACETS if not any(detail.facet == facet for detail in detailed.details)]
    if lacking:
        faults.append(Fault("facet_missing", f"There is no detail for: {', '.join(lacking)}."))
    for detail in detailed.details:
        unknown = [ground for ground in detail.grounds if ground not in facts]
        if unknown:
            why = f"A detail rests on {unknown[0]!r}, which is no fact; there are: {', '.join(facts)}."
            faults.append(Fault("not_grounded", why))
            continue
        grounds = [facts[ground] for ground in detail.grounds]
        if not shares_content(detail.text, grounds):
            why = f"The detail {detail.text[:80]!r} names nothing of the facts it rests on."
            faults.append(Fault("not_grounded", why, {"grounds": list(detail.grounds)}))
        denied = facts_contradict([*grounds, detail.text])
        if denied:
            why = f"The detail {detail.text[:80]!r} denies a fact."
            faults.append(Fault("contradicts_fact", why, {"pair": list(denied)}))
    return faults

"""revise: facts as collected -> one claim in the first person each, nothing new, every change accounted for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from ...core.records import CastMember, DroppedFact, Fact, FactEdit, RevisedPersona
from .course import Course, Fault, Made
from .kept_words import in_first_person, kept_share, names, numbers

PROMPT = "dialogues/revise"
_TWO_SENTENCES = re.compile(r"[.!?]\s+\S")


class RevisedFact(BaseModel):
    """One fact after revision."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: str
    """Id of the fact it was made from."""
    text: str = Field(min_length=1, max_length=300)
    """One claim in the first person."""
    reason: str = Field(max_length=300)
    """What was changed and why; empty where nothing was."""


class LeftOut(BaseModel):
    """A fact that is left out."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: str
    reason: str = Field(min_length=1, max_length=300)
    """Why: it says nothing, repeats another one, or contradicts another one."""


class Revision(BaseModel):
    """What the model is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    facts: list[RevisedFact]
    dropped: list[LeftOut]


async def revise(member: CastMember, course: Course) -> CastMember | None:
    """The member with revised facts; None when that was given up."""

    async def make(reasons: Sequence[str], attempt: int) -> Made[CastMember]:
        inputs = {"facts": [fact.model_dump() for fact in member.facts], "reasons": list(reasons)}
        answer = await course.ask(PROMPT, Revision, inputs, sample=attempt)
        revision: Revision = answer.value
        text = "\n".join(fact.text for fact in revision.facts)
        revised = _account(member, revision)
        faults = _faults(member, revision, course.config.min_kept, course.config.min_facts)
        value = member.model_copy(
            update={
                "facts": revised.facts,
                "edits": revised.edits,
                "dropped": (*member.dropped, *revised.dropped),
            }
        )
        return Made(value, faults, text, answer.calls)

    return await course.stage("revise", make)


def _account(member: CastMember, revision: Revision) -> RevisedPersona:
    """The revision with every change written down; ids that are not the persona's are passed over (and a fault)."""
    before = {fact.id: fact.text for fact in member.facts}
    known = [fact for fact in revision.facts if fact.id in before]
    return RevisedPersona(
        parent=member.persona,
        facts=tuple(Fact(id=fact.id, text=fact.text.strip()) for fact in known),
        edits=tuple(
            FactEdit(fact_id=fact.id, old=before[fact.id], new=fact.text.strip(), reason=fact.reason)
            for fact in known
            if fact.text.strip() != before[fact.id]
        ),
        dropped=tuple(
            DroppedFact(fact_id=out.id, text=before[out.id], reason=out.reason)
            for out in revision.dropped
            if out.id in before
        ),
    )


def _faults(member: CastMember, revision: Revision, min_kept: float, min_facts: int) -> list[Fault]:
    before = {fact.id: fact.text for fact in member.facts}
    named = [fact.id for fact in revision.facts] + [out.id for out in revision.dropped]
    faults = []
    if sorted(named) != sorted(before):
        why = f"Every fact must be named once, in facts or in dropped: {', '.join(before)}."
        faults.append(Fault("facts_missing", why, {"named": named}))
    if len(revision.facts) < min_facts:
        faults.append(Fault("too_few_facts", f"At least {min_facts} facts must be left."))
    whole = " ".join(before.values())
    for fact in revision.facts:
        if fact.id in before:
            faults += _fact_faults(fact, before[fact.id], whole, min_kept)
    return faults


def _fact_faults(fact: RevisedFact, old: str, whole: str, min_kept: float) -> list[Fault]:
    faults = []
    new_things = (numbers(fact.text) - numbers(whole)) | {
        name for name in names(fact.text) if name.casefold() not in whole.casefold()
    }
    if new_things:
        listed = ", ".join(sorted(new_things))
        faults.append(Fault("new_in_revision", f"Fact {fact.id} brings in what no fact says: {listed}."))
    kept = kept_share(old, fact.text)
    if kept < min_kept and not fact.reason.strip():
        why = f"Fact {fact.id} keeps only {kept:.0%} of its words; keep the claim, or give a reason."
        faults.append(Fault("fact_changed", why, {"kept": round(kept, 3)}))
    if not in_first_person(fact.text):
        faults.append(Fault("not_first_person", f"Fact {fact.id} is not in the first person."))
    if _TWO_SENTENCES.search(fact.text):
        faults.append(Fault("several_claims", f"Fact {fact.id} makes more than one claim."))
    return faults

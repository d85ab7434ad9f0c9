"""`dialogues`: personas -> dialogues that stay true to them, with emotions and styles, checked at every stage.

    ingest -> revise -> expand -> plan (code) -> write -> emotion -> style -> checks -> record

Each pair of personas is one item. What fails a stage is tried again with the reasons, at most twice; then one new plan
is drawn; then the pair is given up. Every try that failed is rejected with its text and its reasons.

Sources: ContinuousChat (revised and expanded personas, emotions, styles after handwritten examples), MIRACLE (composed
attributes), PsyCoT (questionnaires).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from ...core import SourceRow
from ...core.errors import UsageError
from ...core.records import CastMember, StyleSpec
from ..builder import BuilderConfig, Context, Forecast, Item, Outcome, Rejected
from . import expand as expanding
from . import revise as revising
from .course import Course, Watch
from .draft import Draft
from .finish import to_record
from .judge import style_preferred
from .materials import Materials, from_data, read_materials, to_data
from .options import DialoguesConfig
from .pairing import Candidate, Pair, pairs
from .personas import Ingested, ingest
from .plan import make_plan
from .rewrite import EMOTION, STYLE, add_emotion, add_style, compose_style
from .small import ANSWER, DETAIL, QUESTION, expand_small, plan_small, write_small
from .write import TURN, WHOLE, whole_inputs, write

_SPEAKERS = ("A", "B")
_SCORED = 0.4
"""small: share of the lines tried that pass the rules and are scored, twice each, as counted in runs."""


class Dialogues:
    """The builder, registered as `dialogues`. An item is one pair of personas."""

    Config: ClassVar[type[BuilderConfig]] = DialoguesConfig
    sources: ClassVar[Mapping[str, bool]] = {
        "path": True,
        "settings": True,
        "openers": True,
        "closers": True,
        "disagreements": False,
        "arcs": False,
        "emotions": False,
        "styles": False,
        "bridges": False,
    }
    reads: ClassVar[Mapping[str, str]] = {name: "materials" for name in sources if name != "path"}
    """Sources that are read whole, whatever the recipe's columns and limit say."""

    def __init__(self, config: DialoguesConfig) -> None:
        """Take the validated options."""
        self._config = config
        self._watch = Watch(config.stop_window, config.stop_share)

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """One item per persona that cannot be used, then one per pair of personas.

        Raises:
            UsageError: a row has no persona, there are fewer than two personas, or the materials are wrong.
        """
        materials = to_data(read_materials(sources))
        given: list[tuple[Candidate, Candidate]] = []
        singles: list[Candidate] = []
        for row in sources["path"]:
            usable: list[Candidate] = []
            for one in ingest(row, self._config):
                if one.member is None:
                    yield _unusable(one)
                else:
                    usable.append(Candidate(one.key, one.member))
            if len(usable) == 2:
                given.append((usable[0], usable[1]))
            else:
                singles += usable
        found = pairs(given, singles, self._config.dialogues_per_persona)
        if not found:
            message = f"there are {len(singles)} personas that can be used, and a dialogue takes two."
            raise UsageError(message, hint="Give more personas; rejected.jsonl or the options say what was wrong.")
        for number, pair in enumerate(found):
            yield _item(pair, number, materials)

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Make one dialogue; every try that fails is yielded as rejected."""
        if item.data["fault"]:
            self._watch.note(item.data["fault"])
            yield Rejected(
                item.data["fault"],
                item.data["text"],
                source=item.data["source"],
                evidence={"stage": "ingest", "why": item.data["why"]},
            )
            return
        course = Course(item, ctx, self._config, self._watch)
        make = self._small if self._config.profile == "small" else self._standard
        async for outcome in make(item, course):
            yield outcome

    async def _standard(self, item: Item, course: Course) -> AsyncIterator[Outcome]:
        ctx, config, materials = course.ctx, self._config, from_data(item.data["materials"])
        branches = [course.branch() for _ in _SPEAKERS]
        people = zip(_cast(item), branches, strict=True)
        prepared = await asyncio.gather(*(self._person(member, branch) for member, branch in people))
        course.join(branches, _SPEAKERS)
        for rejected in course.take():
            yield rejected
        if None in prepared:
            return
        cast = tuple(m.model_copy(update={"speaker": s}) for m, s in zip(prepared, _SPEAKERS, strict=True) if m)
        for number in range(config.plans):
            course.plan = number
            random = ctx.random(item.id, f"plan {number}")
            plan = make_plan(cast, materials, config, random, place=item.data["number"], number=number, seed=ctx.seed)
            styles = _styles(materials, cast, random)
            draft, preferred = await self._follow(cast, plan, styles, materials, course)
            for rejected in course.take():
                yield rejected
            if draft is not None:
                record = await to_record(draft, item, course, styles, preferred)
                self._watch.note(None)
                yield record
                return

    async def _person(self, member: CastMember, course: Course) -> CastMember | None:
        revised = await revising.revise(member, course) if self._config.revise else member
        return None if revised is None else await expanding.expand(revised, course)

    async def _follow(
        self, cast: Any, plan: Any, styles: Mapping[str, StyleSpec], materials: Materials, course: Course
    ) -> tuple[Draft | None, str | None]:
        """Write a plan out, stage after stage; the judge's preference between before and after style if asked for."""
        draft = await write(cast, plan, course)
        if draft is not None:
            draft = await add_emotion(draft, materials, course)
        if draft is None:
            return None, None
        styled = await add_style(draft, styles, course)
        if styled is None or not styles or not self._config.compare_style:
            return styled, None
        return styled, await style_preferred(draft, styled, course)

    async def _small(self, item: Item, course: Course) -> AsyncIterator[Outcome]:
        ctx, materials, place = course.ctx, from_data(item.data["materials"]), item.data["number"]
        branches = [course.branch() for _ in _SPEAKERS]
        people = zip(_cast(item), branches, strict=True)
        prepared = await asyncio.gather(*(expand_small(member, branch) for member, branch in people))
        course.join(branches, _SPEAKERS)
        cast = tuple(m.model_copy(update={"speaker": s}) for m, s in zip(prepared, _SPEAKERS, strict=True))
        for number in range(self._config.plans):
            course.plan = number
            plan = plan_small(cast, materials, course, ctx.random(item.id, f"plan {number}"), place, number)
            if plan is None:
                lines = "\n".join(detail.text for member in cast for detail in member.details)
                yield self._given_up(course, "too_few_details", "The personas have too few details to talk of.", lines)
                return
            draft, faults = await write_small((cast[0], cast[1]), plan, materials, course, place)
            if not faults:
                record = await to_record(draft, item, course, {}, None)
                self._watch.note(None)
                yield record
                return
            course.reject("write", 0, faults, draft.text())
            for rejected in course.take():
                yield rejected

    def _given_up(self, course: Course, reason: str, why: str, text: str) -> Rejected:
        self._watch.note(reason)
        evidence = {"stage": "plan", "why": why}
        return Rejected(reason, text, source=course.item.data["source"], evidence=evidence)

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """Calls if nothing is tried twice."""
        config = self._config
        whole = [item for item in items if not item.data["fault"]]
        n, turns = len(whole), (config.min_turns + config.max_turns) / 2
        if config.profile == "small":
            starts = 2 * config.facts_used * config.starts_per_fact * config.candidates
            topics = max(1, round((turns - 2) / 3))
            calls = {DETAIL: n * starts, QUESTION: n * topics * 2 * config.candidates}
            calls[ANSWER] = calls[QUESTION]
            calls["score of lines"] = round(2 * _SCORED * sum(calls.values()))
            return Forecast(calls, _small_examples(whole[0]) if whole else {})
        calls = {expanding.PROMPT: 2 * n}
        if config.revise:
            calls[revising.PROMPT] = 2 * n
        calls[WHOLE if config.mode == "whole" else TURN] = n if config.mode == "whole" else round(n * turns)
        if whole and whole[0].data["materials"]["arcs"]:
            calls[EMOTION] = n
        if whole and whole[0].data["materials"]["styles"]:
            calls[STYLE] = n
        return Forecast(calls, self._examples(whole[0]) if whole else {})

    def _examples(self, item: Item) -> dict[str, dict[str, Any]]:
        from random import Random

        cast = [m.model_copy(update={"speaker": s}) for m, s in zip(_cast(item), _SPEAKERS, strict=True)]
        facts = [fact.model_dump() for fact in cast[0].facts]
        plan = make_plan(cast, from_data(item.data["materials"]), self._config, Random(0))
        turns = [{"n": n, "speaker": b.speaker, "text": b.intent, "emotion": ""} for n, b in enumerate(plan.beats, 1)]
        found: dict[str, dict[str, Any]] = {
            revising.PROMPT: {"facts": facts, "reasons": []},
            expanding.PROMPT: {"facts": facts, "per_facet": 1, "traits": False, "reasons": []},
            EMOTION: {"turns": turns, "reasons": []},
            STYLE: {"turns": turns, "styles": [], "reasons": []},
        }
        if self._config.mode == "whole":
            return {**found, WHOLE: {**whole_inputs(cast, plan), "reasons": []}}
        said = {"setting": plan.setting, "summary": facts[0]["text"], "details": [], "history": []}
        return {**found, TURN: {**said, "intent": plan.beats[1].intent, "last": False, "reasons": []}}


def _small_examples(item: Item) -> dict[str, dict[str, Any]]:
    fact = _cast(item)[0].facts[0].text
    told = {"fact": fact, "detail": fact, "start": "I"}
    return {DETAIL: {"fact": fact, "start": "I"}, QUESTION: told, ANSWER: {**told, "question": "How do you do that?"}}


def _cast(item: Item) -> list[CastMember]:
    return [CastMember.model_validate(member) for member in item.data["cast"]]


def _styles(materials: Materials, cast: Sequence[CastMember], random: Any) -> dict[str, StyleSpec]:
    found = {member.speaker: compose_style(materials.styles, random) for member in cast}
    return {speaker: spec for speaker, spec in found.items() if spec is not None}


def _unusable(one: Ingested) -> Item:
    data = {"fault": one.fault, "text": one.text, "why": one.why, "source": one.key}
    return Item(f"persona {one.key}", data)


def _item(pair: Pair, number: int, materials: Mapping[str, Any]) -> Item:
    data = {
        "fault": "",
        "source": pair.source,
        "group": pair.group,
        "cast": [member.model_dump(mode="json") for member in pair.cast],
        "number": number,
        "materials": materials,
    }
    return Item(pair.key, data)

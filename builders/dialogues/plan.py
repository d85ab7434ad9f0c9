"""plan: the course of a dialogue, settled by code and not by a model.

A model asked for a dialogue begins with a greeting, lets both introduce themselves, agree, and wish each other a nice
day. What happens here is drawn instead: where they are, how it opens and ends, which details come in which order, where
they disagree, what they feel on the way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from ...core.records import Beat, CastMember, DialoguePlan, Emotion
from .materials import Arc, Materials, dealt
from .options import DialoguesConfig

_ASK = "ask about one particular of what the other has just said"
_REACT = "take up what the other has just said with something of one's own to say about it"
_INTENSITIES = (1, 2, 2, 3)
_TELL_SHARE = 0.6
_TURNS_A_DETAIL = 4
"""So many turns of a dialogue carry one detail of each speaker."""


def make_plan(
    cast: Sequence[CastMember],
    materials: Materials,
    config: DialoguesConfig,
    random: Random,
    *,
    place: int = 0,
    number: int = 0,
    seed: int = 0,
) -> DialoguePlan:
    """Draw a plan for two speakers.

    Args:
        cast: the two, with their speaker names set.
        materials: what there is to draw from.
        config: how long dialogues are, and how often the two disagree.
        random: of the item and the plan's number.
        place: the item's number; settings, openers, closers and arcs are dealt by it, so that each comes up as often.
        number: 0 for the first plan of an item.
        seed: the run's, for the record.
    """
    turns = random.randint(config.min_turns, config.max_turns)
    first = random.choice(range(2))
    setting = dealt(materials.settings, seed, "settings", place, number)
    opener = dealt(materials.openers, seed, "openers", place, number)
    closer = dealt(materials.closers, seed, "closers", place, number)
    arc = dealt(materials.arcs, seed, "arcs", place, number) if materials.arcs else None
    decks = [_deck(member, random, math.ceil(turns / _TURNS_A_DETAIL) + 1) for member in cast]
    quarrel = _quarrel_turn(turns, random) if materials.disagreements and random.random() < config.disagreement else -1
    beats: list[Beat] = []
    for at in range(turns):
        side = (first + at) % 2
        intent, details = _intent(at, turns, decks[side], random)
        if at == 0:
            intent = f"open: {opener.intent}"
        elif at == turns - 1:
            intent = f"close: {closer.intent}"
        elif at == quarrel:
            intent, details = f"disagree: {random.choice(materials.disagreements)}", ()
        feeling = _feeling(arc, at, turns, details, random) if arc else None
        beats.append(Beat(speaker=cast[side].speaker, intent=intent, detail_ids=details, emotion=feeling))
    return DialoguePlan(
        setting=setting,
        opener=opener.intent,
        closer=closer.intent,
        turn_budget=turns,
        beats=tuple(beats),
        arc=arc.name if arc else "",
        seed=seed,
        number=number,
    )


def _deck(member: CastMember, random: Random, count: int) -> list[str]:
    """Ids of details to bring in, in a drawn order, each facet once before any twice; facts where there are none."""
    if not member.details:
        ids = [fact.id for fact in member.facts]
        random.shuffle(ids)
        return ids[:count]
    details = list(member.details)
    random.shuffle(details)
    seen: dict[str, int] = {}
    ranked: list[tuple[int, int, str]] = []
    for detail in details:
        ranked.append((seen.get(detail.facet, 0), len(ranked), detail.id))
        seen[detail.facet] = seen.get(detail.facet, 0) + 1
    return [name for _, _, name in sorted(ranked)][:count]


def _quarrel_turn(turns: int, random: Random) -> int:
    """A turn in the middle half."""
    return random.randint(max(2, turns // 4), max(2, min(turns - 2, 3 * turns // 4)))


def _intent(at: int, turns: int, deck: list[str], random: Random) -> tuple[str, tuple[str, ...]]:
    """What a turn does; it takes a detail off the deck if it brings one in."""
    if at in (0, turns - 1):
        return "", ()
    if deck and (at <= 2 or random.random() < _TELL_SHARE):
        return "bring in the detail, as it follows from what was said", (deck.pop(0),)
    return (_ASK if random.random() < 0.5 else _REACT), ()


def _feeling(arc: Arc, at: int, turns: int, details: Sequence[str], random: Random) -> Emotion:
    """The emotion of a turn: the arc of its speaker, stretched over the dialogue."""
    labels = arc.first if at % 2 == 0 else arc.second
    label = labels[min(len(labels) - 1, at * len(labels) // turns)]
    cause = f"the detail {details[0]}" if details else ("how they meet" if at == 0 else "what the other has just said")
    return Emotion(label=label, intensity=random.choice(_INTENSITIES), cause=cause)

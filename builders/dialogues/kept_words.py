"""What a rewrite must keep of a text: its numbers, its names, most of its content words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ...core.records import CastMember
from ...quality.dialogues.persona_use import fact_content
from ...quality.dialogues.wording import content, keyed, words

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_COUNTING = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen twice
"""
_COUNTS = frozenset(_COUNTING.split())
_NAME = re.compile(r"(?<=[\w,;:'’)] )[A-ZÀ-Þ][\w'’-]+")
_NO_NAMES = frozenset(("I", "I'm", "I've", "I'd", "I'll", "I’m", "I’ve", "I’d", "I’ll", "OK"))
_FIRST_PERSON = frozenset(("i", "me", "my", "mine", "myself", "we", "us", "our", "ours"))
_USED = 0.3
"""Share of a fact's or detail's content that a text takes up when it uses it."""


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text, as figures and as words."""
    return frozenset(_NUMBER.findall(text)) | (_COUNTS & set(words(text)))


def names(text: str) -> frozenset[str]:
    """Words written with a capital inside a sentence, without possessive endings."""
    found = (re.sub(r"['’]s$", "", name) for name in _NAME.findall(text) if name not in _NO_NAMES)
    return frozenset(found)


def kept_share(before: str, after: str) -> float:
    """Share of the content words of a text, by weight, that another one has."""
    was, now = content(words(before)), content(words(after))
    total = sum(was.values())
    return sum(weight for stem, weight in was.items() if stem in now) / total if total else 1.0


def in_first_person(text: str) -> bool:
    """Whether somebody speaks of themselves in it (told for English)."""
    return not _FIRST_PERSON.isdisjoint(words(text))


def takes_up(text: str, things: Mapping[str, str], *, share: float = _USED) -> tuple[str, ...]:
    """Which of some facts or details a text takes up.

    Args:
        text: what is said.
        things: id -> text of each fact or detail.
        share: of the thing's content words, by weight, that must be in the text, one of full weight among them.
    """
    said = {keyed(word)[0] for word in words(text)}
    found = []
    for name, thing in things.items():
        weights = fact_content(thing)
        shared = [stem for stem in weights if stem in said]
        total = sum(weights.values())
        if total and sum(weights[s] for s in shared) >= share * total and any(weights[s] == 1.0 for s in shared):
            found.append(name)
    return tuple(found)


def things_of(member: CastMember) -> dict[str, str]:
    """Facts and details of a speaker: id -> text."""
    return {fact.id: fact.text for fact in member.facts} | {detail.id: detail.text for detail in member.details}


def shares_content(text: str, others: Iterable[str]) -> bool:
    """Whether a text has a content word in common with one of some others.

    A word of full weight, unless they have none ("I love my family"); others without any content word ask for nothing.
    """
    said = content(words(text))
    weights = {stem: weight for other in others for stem, weight in fact_content(other).items()}
    if not weights:
        return True
    telling = {stem for stem, weight in weights.items() if weight == 1.0}
    return not said.keys().isdisjoint(telling or weights)

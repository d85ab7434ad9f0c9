"""Talk: a dialogue as its checks see it, whatever it was read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..check import Row
from .wording import content, spaced, words


@dataclass(frozen=True, slots=True)
class Talk:
    """Who said what, and what is known of the speakers. Hashable, so that what is measured once is not measured twice.

    Two speakers are usual; a dialogue of more can be judged by all that does not ask whose persona is whose.
    """

    turns: tuple[tuple[str, str], ...]
    """(speaker, text), in order."""
    personas: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(speaker, their facts), for the speakers whose persona is known."""
    _hash: list[int] = field(default_factory=list, init=False, repr=False, compare=False)
    """The hash once it was asked for: many measurements are looked up by it."""

    def __hash__(self) -> int:
        if not self._hash:
            self._hash.append(hash((self.turns, self.personas)))
        return self._hash[0]

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers, in the order in which they first speak."""
        return tuple(dict.fromkeys(speaker for speaker, _ in self.turns))

    def facts(self, speaker: str) -> tuple[str, ...]:
        """The facts of a speaker; empty where none are known."""
        for name, facts in self.personas:
            if name == speaker:
                return facts
        return ()


def talk_of(row: Row) -> Talk | None:
    """The dialogue in a row's columns `turns` and `personas`, or None where it has none.

    `turns` is a list of {"speaker", "text"}; `personas` a list of {"speaker", "facts"}, each fact a text or {"text"}.
    """
    return _read(_Same(row.fields))


class _Same:
    """Columns as a key: those of one row are asked for by every check. The key keeps them alive, so ids stay true."""

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    def __hash__(self) -> int:
        return id(self.fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.fields is other.fields


@lru_cache(4096)
def _read(key: _Same) -> Talk | None:
    return talk_from(key.fields)


def talk_from(fields: Mapping[str, Any]) -> Talk | None:
    """As `talk_of`, from the columns alone."""
    turns = fields.get("turns")
    if not isinstance(turns, Sequence) or isinstance(turns, str) or not turns:
        return None
    said: list[tuple[str, str]] = []
    for turn in turns:
        if not isinstance(turn, Mapping) or not isinstance(turn.get("text"), str):
            return None
        said.append((str(turn.get("speaker", "")), turn["text"]))
    personas = fields.get("personas")
    known: list[tuple[str, tuple[str, ...]]] = []
    if isinstance(personas, Sequence) and not isinstance(personas, str):
        for persona in personas:
            facts = tuple(_texts(persona.get("facts"))) if isinstance(persona, Mapping) else ()
            if facts:
                known.append((str(persona["speaker"]), facts))
    return Talk(tuple(said), tuple(known))


def _texts(facts: Any) -> list[str]:
    if not isinstance(facts, Sequence) or isinstance(facts, str):
        return []
    found = [fact.get("text") if isinstance(fact, Mapping) else fact for fact in facts]
    return [text for text in found if isinstance(text, str) and text.strip()]


@lru_cache(4096)
def said_words(talk: Talk) -> tuple[tuple[str, ...], ...]:
    """The words of each turn, contractions undone."""
    return tuple(tuple(words(text)) for _, text in talk.turns)


@lru_cache(4096)
def said_content(talk: Talk) -> tuple[dict[str, float], ...]:
    """The content words of each turn with their weights; not to be changed."""
    return tuple(content(turn) for turn in said_words(talk))


@lru_cache(4096)
def said_lines(talk: Talk) -> tuple[str, ...]:
    """The words of each turn as `spaced`."""
    return tuple(spaced(turn) for turn in said_words(talk))

"""Who meets whom, and which dialogues must stay on one side of a split.

Personas that share a fact, and personas that meet, belong together: if one of their dialogues is for training and
another for validation, facts leak. So personas meet within small circles, and those that share a fact are put into one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from ...core import digest
from ...core.records import CastMember
from ...quality.dialogues.wording import words


@dataclass(frozen=True, slots=True)
class Pair:
    """Two personas that are to talk."""

    key: str
    """Names the pair among all: stable between runs."""
    source: str
    """Keys of the rows that the two come from."""
    cast: tuple[CastMember, CastMember]
    group: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A persona with the row it comes from."""

    key: str
    member: CastMember


def pairs(given: Sequence[tuple[Candidate, Candidate]], singles: Sequence[Candidate], partners: int) -> list[Pair]:
    """Pair personas.

    Args:
        given: those that come in pairs, from rows that hold two; they meet as they are.
        singles: the others; they meet in circles of `partners` + 1, everybody everybody else, drawn by their ids so
            that a new row changes few circles.
        partners: partners of each single persona; a last circle may be larger or smaller.
    """
    meetings = [(one, other) for one, other in given]
    for circle in _circles(singles, partners + 1):
        meetings += combinations(circle, 2)
    groups = _Groups()
    for one, other in meetings:
        groups.join([*_claims(one.member), *_claims(other.member)])
    return [
        Pair(
            key=f"{one.key} & {other.key}",
            source=f"{one.key} & {other.key}",
            cast=(one.member, other.member),
            group=groups.name(_claims(one.member)[0]),
        )
        for one, other in meetings
    ]


def _claims(member: CastMember) -> list[str]:
    """What makes a persona itself, for grouping: its id, and each fact by its words."""
    return [f"persona {member.persona}", *(f"fact {' '.join(words(fact.text))}" for fact in member.facts)]


def _circles(singles: Sequence[Candidate], size: int) -> list[list[Candidate]]:
    """Circles of personas; those that share a fact stand side by side when circles are cut."""
    groups = _Groups()
    for single in singles:
        groups.join(_claims(single.member))
    order = sorted(
        singles,
        key=lambda s: (
            digest("circle-1", groups.name(_claims(s.member)[0])),
            digest("circle-1", s.member.persona),
            s.key,
        ),
    )
    circles = [order[at : at + size] for at in range(0, len(order), size)]
    if len(circles) > 1 and len(circles[-1]) < 2:
        # One persona left over joins the circle before it rather than talk to nobody.
        last = circles.pop()
        circles[-1] += last
    return [circle for circle in circles if len(circle) > 1]


class _Groups:
    """Claims joined into groups (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def join(self, claims: Iterable[str]) -> None:
        """Put some claims into one group."""
        first: str | None = None
        for claim in claims:
            root = self._root(claim)
            if first is None:
                first = root
            elif root != first:
                # The smaller name stands for the group, whatever order its parts came in.
                first, other = sorted((first, root))
                self._parent[other] = first

    def name(self, claim: str) -> str:
        """The name of a claim's group."""
        return digest("group-1", self._root(claim), size=6)

    def _root(self, claim: str) -> str:
        self._parent.setdefault(claim, claim)
        while self._parent[claim] != claim:
            self._parent[claim] = self._parent[self._parent[claim]]
            claim = self._parent[claim]
        return claim

"""Whose turn it is in a conversation: roles that do not follow one another as chat templates and trainers expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from ..batch import Batch
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found
from ..turns import COLUMNS, Turn

Fault = Literal[
    "unknown_role", "empty_turn", "late_system", "starts_with_assistant", "repeated_role", "tool_without_call",
    "no_answer", "ends_without_answer", "no_turns",
]  # fmt: skip
_ROLES = frozenset({"system", "user", "assistant", "tool"})


class RoleAlternation:
    """dialogue.role_alternation: turns that do not follow one another as they should.

    A conversation may open with a system turn; then user and assistant take turns, the user first and the assistant
    last. Turns of tools follow a turn of the assistant (one call may have several results), and the assistant speaks
    after them. The faults, by reason: unknown_role, empty_turn, late_system (a system turn that is not the first),
    starts_with_assistant, repeated_role (the same speaker twice), tool_without_call, no_answer (the assistant never
    speaks), ends_without_answer, no_turns (an empty conversation). A conversation between speakers that are neither
    user nor assistant (persona dialogues: "User 1", "User 2") has to alternate, whoever begins and ends. Rows that
    are no conversations pass.
    """

    name = "dialogue.role_alternation"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of dialogue.role_alternation."""

        allow: tuple[Fault, ...] = ()
        """Faults that do not count, such as late_system."""
        roles: Mapping[str, Literal["system", "user", "assistant", "tool"]] = Field(default_factory=dict)
        """Names of your speakers -> the role they have ({"User 1": user, "User 2": assistant})."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The number of faults; reason, place and rule of the first one."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        for at, turns in batch.turns.items():
            faults = [fault for fault in self._faults(turns) if fault[1] not in self.options.allow]
            if faults:
                place, rule = faults[0]
                turn = turns[place]
                field, text = turn.texts[0] if turn.texts else (turn.place, "")
                evidence = {"field": field, "span": [0, len(text)], "rule": rule, "turn": place}
                findings[at] = Finding(float(len(faults)), rule, evidence)
        if len(batch.turns) < len(batch) and "no_turns" not in self.options.allow:
            for at, row in enumerate(batch):
                if at not in batch.turns and (column := _empty_column(row)):
                    findings[at] = found("no_turns", column, (0, 0), "no_turns")
        return findings

    def _faults(self, turns: Sequence[Turn]) -> Iterator[tuple[int, Fault]]:
        roles = [self.options.roles.get(turn.role, turn.role) for turn in turns]
        for at, turn in enumerate(turns):
            # An empty turn before a tool's is the call of that tool, which some formats keep elsewhere.
            if turn.empty and not (roles[at] == "assistant" and roles[at + 1 : at + 2] == ["tool"]):
                yield at, "empty_turn"
        speakers = {role for role in roles if role != "system"}
        if speakers and "" not in speakers and not speakers & _ROLES:
            yield from _between_speakers(roles)
        else:
            yield from _with_assistant(roles)


def _empty_column(row: Row) -> str | None:
    """The column of an empty conversation, in a row that has no answer of its own either."""
    if "output" in row.fields:
        return None
    return next((name for name in COLUMNS if name in row.fields and row.fields[name] in (None, [], "", ())), None)


def _between_speakers(roles: Sequence[str]) -> Iterator[tuple[int, Fault]]:
    if len({role for role in roles if role != "system"}) == 1 and len(roles) > 1:
        yield 0, "unknown_role"
        return
    for at, role in enumerate(roles):
        if role == "system":
            if at:
                yield at, "late_system"
        elif at and role == roles[at - 1]:
            yield at, "repeated_role"


def _with_assistant(roles: Sequence[str]) -> Iterator[tuple[int, Fault]]:
    spoken: str | None = None
    for at, role in enumerate(roles):
        if role not in _ROLES:
            yield at, "unknown_role"
        elif role == "system":
            if at:
                yield at, "late_system"
            continue
        elif role == "tool":
            if spoken not in ("assistant", "tool"):
                yield at, "tool_without_call"
        elif role == spoken:
            yield at, "repeated_role"
        elif role == "assistant" and spoken is None:
            yield at, "starts_with_assistant"
        spoken = role
    if "assistant" not in roles:
        yield len(roles) - 1, "no_answer"
    elif spoken != "assistant":
        yield len(roles) - 1, "ends_without_answer"

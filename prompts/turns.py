"""The body of a prompt file: split by the lines `# system`, `# user`, `# assistant`, before anything is rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ..core.errors import UsageError

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant")

_ALMOST = re.compile(r"^#\s*(system|user|assistant)\s*:?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the template."""

    role: Role
    source: str
    """The template, without the blank lines around it."""
    line: int
    """1-based line in the file where the source begins."""


def split_turns(body: str, where: str, first_line: int = 1) -> tuple[Turn, ...]:
    """Split a body into its messages; without any heading all of it is the user message.

    A heading is a line that is exactly `# system`, `# user` or `# assistant`.

    Args:
        body: the file's text after its front matter.
        where: what to call the file in messages.
        first_line: 1-based line of the file at which the body begins.

    Raises:
        UsageError: a message is empty, text stands before the first heading, or the order is not
            [system], user, assistant, user, ... ending with user.
    """
    parts: list[tuple[Role | None, int, list[str]]] = [(None, first_line, [])]
    for number, line in enumerate(body.split("\n"), start=first_line):
        role = _heading(line, where, number)
        if role is None:
            parts[-1][2].append(line)
        else:
            parts.append((role, number + 1, []))
    if len(parts) == 1:
        parts = [("user", first_line, parts[0][2])]
    elif any(line.strip() for line in parts[0][2]):
        message = f"{where}:{first_line}: there is text before the first heading."
        raise UsageError(message, hint="Put it under '# system' or '# user', or leave the headings out altogether.")
    else:
        parts = parts[1:]
    turns = tuple(_turn(role or "user", line, lines) for role, line, lines in parts)
    _check_order(turns, where)
    return turns


def _heading(line: str, where: str, number: int) -> Role | None:
    for role in ROLES:
        if line == f"# {role}":
            return role
    almost = _ALMOST.match(line)
    if almost:
        meant = f"# {almost[1].lower()}"
        message = f"{where}:{number}: {line!r} is nearly a heading, but not one."
        literal = '{{ "' + line.replace('"', "'") + '" }}'
        raise UsageError(message, hint=f"Write {meant!r}, or {literal} if it belongs to the text.")
    return None


def _turn(role: Role, line: int, lines: list[str]) -> Turn:
    skipped = 0
    while skipped < len(lines) and not lines[skipped].strip():
        skipped += 1
    source = "\n".join(lines[skipped:]).rstrip()
    return Turn(role, source, line + skipped if source else line)


def _check_order(turns: tuple[Turn, ...], where: str) -> None:
    expected: Role = "user"
    for position, turn in enumerate(turns):
        if not turn.source:
            message = f"{where}:{turn.line}: the {turn.role} message is empty."
            raise UsageError(message, hint="Write it, or remove its heading.")
        if turn.role == "system" and position == 0:
            continue
        if turn.role != expected:
            message = f"{where}:{turn.line}: {turn.role} message where the {expected} message is due."
            raise UsageError(message, hint="The order is: system (optional), user, assistant, user, ... and user last.")
        expected = "assistant" if expected == "user" else "user"
    if turns[-1].role != "user":
        message = f"{where}:{turns[-1].line}: the last message is the {turns[-1].role}'s; it must be the user's."
        raise UsageError(message, hint="End with a '# user' heading and its text.")

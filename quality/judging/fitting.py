"""Texts cut to the context of a model that says of itself when they are too long for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from ...core.errors import EndpointError

T = TypeVar("T")
Texts = Mapping[str, str]
"""Column -> text."""

TOO_LONG = "prompt_too_long"
USUAL_CONTEXT = 2048
_MOST_PER_TOKEN = 12
"""Characters: hardly any text has more to a token, so nothing that would fit is cut before it was tried."""
_LESS = 0.8
_LEAST = 64


async def in_context(
    texts: Texts, context: int | None, ask: Callable[[Texts], Awaitable[T]]
) -> tuple[T, dict[str, list[int]]]:
    """Ask with the texts as they are, or with the beginnings of the longest ones if the model cannot take them all.

    Args:
        texts: column -> text.
        context: tokens that the model takes, where that is known.
        ask: the call; raises an EndpointError of the kind "prompt_too_long".

    Returns:
        What `ask` gave, and for each column that was cut [characters asked about, characters it has].

    Raises:
        EndpointError: another error; or the texts do not fit even when they are cut to nearly nothing.
    """
    room = (context or USUAL_CONTEXT) * _MOST_PER_TOKEN
    while True:
        now = shortened(texts, room)
        try:
            given = await ask(now)
        except EndpointError as error:
            room = int(min(room, sum(map(len, now.values()))) * _LESS)
            if error.kind != TOO_LONG or room < _LEAST:
                raise
        else:
            return given, {c: [len(now[c]), len(t)] for c, t in texts.items() if len(now[c]) < len(t)}


def shortened(texts: Texts, room: int) -> dict[str, str]:
    """Cut the longest texts, to one and the same length, so that all together have at most `room` characters."""
    left, open_ = room, sorted(texts, key=lambda column: len(texts[column]))
    cut = dict(texts)
    while open_:
        share = left // len(open_)
        column = open_.pop(0)
        cut[column] = texts[column][:share]
        left -= len(cut[column])
    return cut

"""Rows as tokens: which of them are trained on, and which lie in a flagged span."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.errors import UsageError
from .sets import ANSWERS, Message, TrainingRow

if TYPE_CHECKING:
    from torch import Tensor

_MARK = "\ue000{}\ue001"
"""Stands for a message while the template is filled in; of Unicode's private use."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A row as tokens; all three of one length."""

    id: str
    tokens: tuple[int, ...]
    answer: tuple[bool, ...]
    """Tokens of the assistant's messages, each with the token that ends it."""
    flagged: tuple[bool, ...]
    """Tokens that share a character with a flagged span."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A conversation as the one text that a model reads."""

    text: str
    starts: tuple[int, ...]
    """Where each message's content begins."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as tensors (rows, longest), padded at the end."""

    tokens: Tensor
    """int64."""
    attention: Tensor
    """int64, 0 where there is padding."""
    answer: Tensor
    """bool."""
    flagged: Tensor
    """bool."""


def rendered(messages: Sequence[Message], tokenizer: Any) -> Rendered:
    """A conversation in the model's chat template; without one, messages parted by empty lines.

    The template is filled in with marks, so that where a content stands is known and not searched for.

    Raises:
        UsageError: the template leaves a message out or says it twice.
    """
    marks = [_MARK.format(at) for at in range(len(messages))]
    if getattr(tokenizer, "chat_template", None):
        turns = [{"role": one.role, "content": mark} for one, mark in zip(messages, marks, strict=True)]
        try:
            frame = tokenizer.apply_chat_template(turns, tokenize=False)
        except Exception as error:  # a template raises what it likes
            message = f"the model's chat template refuses roles {', '.join(one.role for one in messages)}: {error}"
            raise UsageError(
                message, hint="Leave out the system messages, or let user and assistant alternate."
            ) from None
    else:
        frame = beginning(tokenizer) + "\n\n".join(marks) + (tokenizer.eos_token or "")
    if any(frame.count(mark) != 1 for mark in marks):
        message = f"the model's chat template does not show each of {len(messages)} messages once."
        raise UsageError(message, hint="Use another template, or rows of one question and one answer.")
    text, starts = "", []
    for mark, one in zip(marks, messages, strict=True):
        before, _, frame = frame.partition(mark)
        text += before
        starts.append(len(text))
        text += one.content
    return Rendered(text + frame, tuple(starts))


def beginning(tokenizer: Any) -> str:
    """What a tokenizer puts before every text of a model without a chat template."""
    first = tokenizer("")["input_ids"][:1]
    return tokenizer.bos_token if tokenizer.bos_token and first == [tokenizer.bos_token_id] else ""


def encode(row: TrainingRow, tokenizer: Any, max_tokens: int) -> Encoded | str:
    """A row as tokens, or a slug that says why it cannot be used.

    Args:
        row: the row.
        tokenizer: one of transformers that knows the places of its tokens (a fast one).
        max_tokens: what is longer is cut at the end.

    Returns:
        The row; or `special_token`: a message holds a word that means something to the tokenizer, such as the end of a
        turn; `too_long`: no token of an answer, or none of a flagged span, is left.
    """
    special = [word for word in getattr(tokenizer, "all_special_tokens", ()) if word]
    if any(word in message.content for message in row.messages for word in special):
        return "special_token"
    found = rendered(row.messages, tokenizer)
    tokens = tokenizer(found.text, add_special_tokens=False, return_offsets_mapping=True)
    places = tokens["offset_mapping"][:max_tokens]
    answer = [False] * len(places)
    for start, message in zip(found.starts, row.messages, strict=True):
        if message.role == ANSWERS:
            end = start + len(message.content)
            inside = overlapping(places, start, end)
            ending = next((at for at, (left, _) in enumerate(places) if left >= end), None)
            for at in (*inside, *(() if ending is None else (ending,))):
                answer[at] = True
    flagged = [False] * len(places)
    for one in row.spans:
        start = found.starts[one.message]
        for at in overlapping(places, start + one.span[0], start + one.span[1]):
            flagged[at] = True
    if not any(answer) or (row.spans and not any(flagged)):
        return "too_long"
    return Encoded(row.id, tuple(tokens["input_ids"][:max_tokens]), tuple(answer), tuple(flagged))


def overlapping(places: Iterable[tuple[int, int]], start: int, end: int) -> list[int]:
    """The tokens that share a character with [start, end).

    Args:
        places: where each token begins and ends, in characters.
        start: the span's first character.
        end: behind its last one.
    """
    return [at for at, (left, right) in enumerate(places) if max(left, start) < min(right, end)]


def batch_of(rows: Sequence[Encoded], pad: int, device: Any) -> Batch:
    """Rows as tensors.

    Args:
        rows: one at least.
        pad: the token to fill up with.
        device: where the tensors are to be.
    """
    import torch

    longest = max(len(row.tokens) for row in rows)

    def filled(values: Sequence[Sequence[int]], filling: int, kind: torch.dtype) -> Tensor:
        table = [[*one, *[filling] * (longest - len(one))] for one in values]
        return torch.tensor(table, dtype=kind, device=device)

    return Batch(
        filled([row.tokens for row in rows], pad, torch.int64),
        filled([[1] * len(row.tokens) for row in rows], 0, torch.int64),
        filled([row.answer for row in rows], 0, torch.bool),
        filled([row.flagged for row in rows], 0, torch.bool),
    )

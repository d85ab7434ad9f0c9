"""What a row has gone through on its way: calls and prompts by stage, and why it stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...core.errors import AnswerError, EndpointError
from ...core.records.exam import Consistency
from ...prompts import Prompt

UNLABELLED: Consistency = "unlabelled"
UNEXAMINABLE: Consistency = "unexaminable"
_TOO_LONG_KINDS = frozenset({"prompt_too_long"})
_SAYS_TOO_LONG = (
    "context length",
    "context_length",
    "context window",
    "context size",
    "maximum context",
    "max_model_len",
    "too many tokens",
    "prompt is too long",
    "longer than the maximum",
)


class Stop(Exception):
    """A row that goes no further: the class it ends in, and why."""

    def __init__(self, consistency: Consistency, reason: str, message: str = "") -> None:
        """Take the class, the slug of the reason, and the words."""
        super().__init__(reason)
        self.consistency = consistency
        self.reason = reason
        self.message = message


@dataclass
class Trail:
    """Filled while one row is examined."""

    calls: list[str] = field(default_factory=list)
    """Keys of the calls, in the order of the stages."""
    prompts: dict[str, Prompt] = field(default_factory=dict)
    stages: Counter[str] = field(default_factory=Counter)
    """Stage -> calls."""

    def note(self, stage: str, calls: Iterable[str], *prompts: Prompt) -> None:
        """Add the calls of a stage and the prompts they rest on."""
        keys = list(calls)
        self.calls.extend(keys)
        self.stages[stage] += len(keys)
        self.prompts.update({prompt.name: prompt for prompt in prompts})

    def stopped(self, consistency: Consistency, stage: str, error: AnswerError, prompt: Prompt) -> Stop:
        """The end of a row whose reply could not be used."""
        self.note(stage, error.calls, prompt)
        return Stop(consistency, f"{stage}_{error.reason}", error.raw or error.message)


def is_too_long(error: EndpointError) -> bool:
    """Whether an endpoint says that a prompt does not fit its context, each server in its own words."""
    if error.kind in _TOO_LONG_KINDS:
        return True
    said = f"{error.message} {error.body}".lower()
    return error.status in (400, 413, 422) and any(words in said for words in _SAYS_TOO_LONG)

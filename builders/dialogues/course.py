"""The course of one dialogue: stages, what was rejected on the way and why, and when to give up.

A stage that makes something unusable is tried again with the reasons, so that the model can do better. Every try that
failed is yielded as rejected, with its text: nothing that was paid for vanishes.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ...core.errors import AnswerError, RejectionRate
from ...llm import LLM, Answer
from ...prompts import Prompt
from ..builder import Context, Item, Rejected
from .options import DialoguesConfig

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with something that was made."""

    reason: str
    """Slug, counted in the accounting."""
    why: str
    """One sentence that the model is shown when it tries again."""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """What one try of a stage made."""

    value: T
    faults: Sequence[Fault]
    text: str
    """As a person would read it, for the rejects file."""
    calls: tuple[str, ...] = ()


class Watch:
    """The last outcomes of a run: when one reason takes too many of them, going on would be a waste.

    One for all items of a run. It only ever stops the run; no row depends on it.
    """

    def __init__(self, window: int, share: float) -> None:
        """Look at the last `window` outcomes; stop when one reason has more than `share` of them."""
        self._last: deque[str | None] = deque(maxlen=window)
        self._share = share

    def note(self, reason: str | None) -> None:
        """Note one outcome: a reason, or None for an accepted dialogue.

        Raises:
            RejectionRate: one reason makes up more than the share of a full window.
        """
        self._last.append(reason)
        if len(self._last) < (self._last.maxlen or 0):
            return
        most, times = Counter(found for found in self._last if found).most_common(1)[0] if any(self._last) else ("", 0)
        if times > self._share * len(self._last):
            message = f"{times} of the last {len(self._last)} outcomes were rejected as {most!r}."
            hint = (
                "Look at rejected.jsonl for what the model writes, mend the prompt or take another model, and run the "
                "same command again; or raise builder.stop_share."
            )
            self._last.clear()
            raise RejectionRate(message, hint=hint)


@dataclass
class Course:
    """What happens while one item is built."""

    item: Item
    ctx: Context
    config: DialoguesConfig
    watch: Watch
    plan: int = 0
    """Number of the plan that is being followed."""
    answers: list[Answer] = field(default_factory=list)
    prompts: dict[str, Prompt] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    """Stage -> tries that it took to succeed."""
    _rejected: list[Rejected] = field(default_factory=list)

    def branch(self) -> Course:
        """A course of its own for something that is done beside something else; see `join`."""
        return Course(self.item, self.ctx, self.config, self.watch, self.plan)

    def join(self, branches: Sequence[Course], names: Sequence[str]) -> None:
        """Take up what happened in branches, in their order, whatever order they ended in."""
        for name, branch in zip(names, branches, strict=True):
            self.answers += branch.answers
            self.prompts |= branch.prompts
            self.attempts |= {f"{stage} {name}".strip(): tries for stage, tries in branch.attempts.items()}
            self._rejected += branch._rejected

    async def stage(
        self, name: str, make: Callable[[Sequence[str], int], Awaitable[Made[T]]], tries: int | None = None
    ) -> T | None:
        """Try a stage until it makes something without fault; None when it was given up.

        Args:
            name: of the stage, for the notes.
            make: takes the reasons why the try before was rejected, and the number of tries so far.
            tries: most tries; as the options say if not given.
        """
        reasons: Sequence[str] = ()
        for attempt in range(1 + self.config.retries if tries is None else tries):
            try:
                made = await make(reasons, attempt)
            except AnswerError as error:
                self.reject(name, attempt, [Fault(error.reason, error.message)], error.raw, error.calls)
                # What the endpoint withheld or cut, no reason of ours can mend.
                reasons = ()
                continue
            if not made.faults:
                self.attempts[name] = attempt + 1
                return made.value
            self.reject(name, attempt, made.faults, made.text, made.calls)
            reasons = list(dict.fromkeys(fault.why for fault in made.faults))
        return None

    def reject(self, stage: str, attempt: int, faults: Sequence[Fault], text: str, calls: tuple[str, ...] = ()) -> None:
        """Put a failed try among the rejected ones."""
        evidence = {
            "stage": stage,
            "attempt": attempt + 1,
            "plan": self.plan,
            "faults": [{"reason": f.reason, "why": f.why, **f.evidence} for f in faults],
        }
        first = faults[0].reason
        self._rejected.append(Rejected(first, text, source=self.item.data["source"], calls=calls, evidence=evidence))

    def take(self) -> list[Rejected]:
        """The tries rejected since this was last asked.

        Raises:
            RejectionRate: too many of the run's last outcomes have one reason.
        """
        found, self._rejected = self._rejected, []
        for one in found:
            self.watch.note(one.reason)
        return found

    async def ask(
        self, name: str, schema: Any, inputs: Mapping[str, Any], *, sample: int = 0, role: LLM | None = None
    ) -> Answer:
        """Ask by a prompt, and note prompt and answer for the record's origin."""
        prompt = self.ctx.prompts.get(name, profile=self.config.profile)
        answer = await (role or self.ctx.llm).ask(prompt, schema, inputs=inputs, sample=sample)
        self.answers.append(answer)
        self.prompts[name] = prompt
        return answer

"""Back-pressure: how many calls an endpoint is given at a time, by what it makes of them.

**It refuses** (429, 503). A refusal usually comes at once while an answer takes its time, so it shows how many calls
the endpoint works on at a time. If they are much fewer than it is given, it is given no more than them: whether it
limits calls at a time or calls a minute, that is what it takes.

**It answers late**, much later than it did before and near the time at which calls are given up. It is given half.

Less is only of use where the endpoint makes more of it. One that refuses a share of whatever it is given (a gateway
that draws lots, a quota on something else), or is slow for another reason, does not: then the limit is taken back, and
is not lowered again for a while.
"""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE = 64
"""Calls after which the limit is looked at."""
TOO_MANY = 0.25
"""Share of refused or late calls from which on it may fall."""
_USED = 0.75
"""Share of the limit that the endpoint must be working on to be given more."""
_HELPED = 0.8
"""A smaller limit was of use if what was too much fell at least to this part of it, or the work done did not."""
_STEPS = 16
"""The limit rises by this part of the ceiling at a time, or of itself where refusals are near."""
_FIRST_PAUSE, _LONGEST_PAUSE = 4, 64
"""Samples for which the limit stays after it fell, or is not lowered after that was of no use; doubled each time."""


class Pressure:
    """Told how every call goes, it says how many may be in flight."""

    def __init__(self, ceiling: int, *, long: float = float("inf")) -> None:
        """Begin at the ceiling.

        Args:
            ceiling: calls in flight at most.
            long: seconds below which no answer is late.
        """
        self.limit = ceiling
        """Calls that may be in flight now."""
        self._ceiling = ceiling
        self._long = long
        self._number = 0
        self._under_way: dict[int, float] = {}
        """Number of a call -> when it was sent."""
        self._sample = _Sample(0.0)
        self._usual = float("inf")
        """Seconds that an answer took in the sample where it was the fewest."""
        self._near = ceiling
        """The limit from which on it rises slowly."""
        self._fallen: _Fallen | None = None
        """The limit was lowered just now."""
        self._stay = self._spare = 0
        """Samples for which it does not rise, and for which it does not fall."""
        self._next_stay = self._next_spare = _FIRST_PAUSE

    def begin(self, now: float) -> int:
        """Note that a call is sent.

        Args:
            now: seconds of a clock that only moves forward.

        Returns:
            The call's number, for `end`.
        """
        if not self._number:
            self._sample = _Sample(now)
        self._number += 1
        self._under_way[self._number] = now
        return self._number

    def end(self, number: int, refused: bool, now: float) -> None:
        """Note how a call went: whether the endpoint said that it is asked too much, and when."""
        seconds, sample, fallen = now - self._under_way.pop(number), self._sample, self._fallen
        if fallen is not None and number <= fallen.last_call:
            # Sent under the limit before: it tells nothing of this one.
            fallen.seconds += seconds
            fallen.calls += 1
            return
        if refused:
            sample.refusals += 1
            sample.refusing += seconds
        else:
            sample.answers += 1
            sample.answering += seconds
            sample.worked += min(seconds, now - sample.since)
            sample.late += seconds > self._long and seconds > 2 * self._usual
        if sample.ended < min(SAMPLE, (4 if sample.refusals or sample.late else 2) * self.limit):
            return
        # Four times as long as a refusal takes: by then it shows which calls are worked on.
        if sample.refusals and now - sample.since < 4 * sample.refusal_s:
            return
        self._look(sample, self._worked_on(sample, now))
        self._sample = _Sample(now)

    def _look(self, sample: _Sample, worked_on: int) -> None:
        fallen, self._fallen = self._fallen, None
        refused, late = sample.refusals / sample.ended, sample.late / sample.ended
        if refused <= TOO_MANY and late <= TOO_MANY:
            self._usual = min(self._usual, sample.answer_s)
            self._rise()
        elif fallen is not None and not fallen.helped(refused, worked_on, sample.answer_s):
            self._take_back(fallen.limit)
            # Late, whatever it is given: that is how long it takes now.
            self._usual = sample.answer_s if late > TOO_MANY else self._usual
        elif self._spare:
            self._spare -= 1
            self._rise()
        elif late > TOO_MANY:
            self._fall(self.limit // 2, refused, worked_on)
        elif worked_on < _USED * self.limit:
            self._fall(worked_on, refused, worked_on)
        else:
            self._rise()

    def _worked_on(self, sample: _Sample, now: float) -> int:
        """Calls that the endpoint worked on at a time, over the sample's time."""
        if now <= sample.since:
            return 0
        seconds, taken = sample.worked, sample.answers / sample.ended
        for sent in self._under_way.values():
            # Those that were just sent may be refused yet: as many of them as of the others.
            surely = now - sent > 2 * sample.refusal_s
            seconds += (now - max(sent, sample.since)) * (1.0 if surely else taken)
        return round(seconds / (now - sample.since))

    def _fall(self, limit: int, refused: float, worked_on: int) -> None:
        if self.limit > self._near:
            # It had only just risen above the place that it fell to before.
            self._next_stay = min(2 * self._next_stay, _LONGEST_PAUSE)
        self._fallen = _Fallen(self.limit, refused, worked_on, self._number)
        self.limit = self._near = max(1, limit)
        self._stay = self._next_stay

    def _take_back(self, limit: int) -> None:
        self.limit = self._near = limit
        self._stay = 0
        self._spare, self._next_spare = self._next_spare, min(2 * self._next_spare, _LONGEST_PAUSE)

    def _rise(self) -> None:
        if self._stay and self.limit >= self._near:
            self._stay -= 1
            return
        step = (self._ceiling if self.limit < self._near else self.limit) // _STEPS
        self.limit = min(self._ceiling, self.limit + max(1, step))
        if self.limit == self._ceiling:
            self._next_stay = _FIRST_PAUSE


@dataclass(slots=True)
class _Sample:
    """The calls that ended in a while."""

    since: float
    answers: int = 0
    refusals: int = 0
    late: int = 0
    """Answers that came late."""
    answering: float = 0.0
    """Seconds that the answers took, together."""
    refusing: float = 0.0
    """Seconds that the refusals took, together."""
    worked: float = 0.0
    """Seconds of the answers that lie within the sample's time."""

    @property
    def ended(self) -> int:
        return self.answers + self.refusals

    @property
    def answer_s(self) -> float:
        return self.answering / self.answers if self.answers else float("inf")

    @property
    def refusal_s(self) -> float:
        return self.refusing / self.refusals if self.refusals else 0.0


@dataclass(slots=True)
class _Fallen:
    """How things were before the limit was lowered."""

    limit: int
    refused: float
    """Share of the calls."""
    worked_on: int
    last_call: int
    """Number of the last call sent under that limit."""
    seconds: float = 0.0
    """Of the calls that were under way then, together."""
    calls: int = 0

    def helped(self, refused: float, worked_on: int, answer_s: float) -> bool:
        """Whether the endpoint makes more of the calls that it is given now."""
        if refused > TOO_MANY:
            return refused < _HELPED * self.refused or worked_on > _HELPED * self.worked_on
        return not self.calls or answer_s < _HELPED * self.seconds / self.calls

"""Check: computes a value for each row, with the reason and the evidence. It never decides: gates do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import numpy as np

    from ..llm import LLM
    from .matches import Matches

Scope = Literal["row", "corpus", "set", "model"]
"""row: judges a row by itself. corpus: compares with the rows it has judged before, in input order. set: judges no
row before it has seen all. model: asks a model about a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as checks see it, whatever it was read from."""

    index: int
    """0-based position in the input."""
    id: str
    fields: Mapping[str, Any]
    """Column -> value. Instruction data has instruction, input, output and, where known, system and context."""

    def text(self, field_name: str) -> str:
        """The column's value if it is a text, else the empty text."""
        value = self.fields.get(field_name)
        return value if isinstance(value, str) else ""


Read = Callable[["np.ndarray"], Sequence[Row]]
"""Reads rows by position (int64, ascending)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check computed for one row."""

    value: float | str | None
    """The measurement: 1.0 or 0.0 for a rule, a similarity, a count, a label ... None: nothing to report, as when
    no pair of rows came near enough to be computed."""
    reason: str | None = None
    """Slug of what is wrong if the value is on the wrong side of the bar."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """Where it was found: {"field", "span": [from, to], "rule"}, spans in characters of the field as it stands; or
    {"matched": id of the earlier row, "matched_row": its position, "rule"}."""
    error: bool = False
    """True: the row could not be judged (never a failure, never a zero)."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Which side of which value is wrong, unless a gate says otherwise."""

    value: float
    wrong: Literal["at_or_above", "above", "below"] = "at_or_above"

    def crossed(self, value: float) -> bool:
        """Whether a value lies on the wrong side."""
        if self.wrong == "below":
            return value < self.value
        return value > self.value if self.wrong == "above" else value >= self.value


class CheckOptions(BaseModel):
    """Base of every check's options: `options:` of a check in a recipe or policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Protocol):
    """One check, made by calling its registered class with its options (its `Options`, a `CheckOptions` model).

    A check of pairs has the options `bar` (which the gate's bar replaces, since it settles which rows stand for
    others) and, if it can report pairs below the bar, `floor`.
    """

    name: str
    """Registered name; the first part is the family ("output.empty", "duplicate.exact")."""
    scope: Scope
    bar: Bar
    """The bar of a gate that names none."""

    def judge(self, rows: Sequence[Row]) -> Sequence[Finding]:
        """One finding per row, in order. A corpus check remembers the rows from one call to the next."""
        ...


@dataclass(frozen=True, slots=True)
class Measurements:
    """What a check measured on many rows: its findings as one array, with what they have in common said once."""

    values: np.ndarray
    """float64, one per row; nan where there was nothing to measure."""
    usual: Finding
    """What the finding of a measured row says beside its value."""
    own: Mapping[int, Finding]
    """Place among the rows -> the finding, of those that say something of their own; they have a value."""

    def findings(self) -> list[Finding]:
        """One per row, in order."""
        known: dict[float, Finding] = {}
        found: list[Finding] = []
        for value in self.values.tolist():
            if value != value:  # not a number differs from itself
                found.append(NOTHING)
                continue
            finding = known.get(value)
            if finding is None:
                finding = known[value] = Finding(value, self.usual.reason, self.usual.evidence)
            found.append(finding)
        for at, finding in self.own.items():
            found[at] = finding
        return found


class MeasuringCheck(Check, Protocol):
    """A check that can also hand over what it measured as an array, which is what large sets are judged by."""

    def measure(self, rows: Sequence[Row]) -> Measurements:
        """What `judge` says of the rows."""
        ...


class CorpusCheck(Check, Protocol):
    """A check that remembers rows."""

    def forget(self, row: Row) -> None:
        """Drop the row judged last from memory, since another check dropped it: it must not stand for others."""
        ...


class BulkCheck(CorpusCheck, Protocol):
    """A check of pairs that can also judge a whole set at once, in bounded memory, by way of a digest of each row.

    The result is that of `judge`, row by row in input order: a row fails if an earlier row that does not fail itself
    is alike enough.
    """

    reason: str
    """Slug of a row that fails."""
    says: Mapping[str, Any]
    """What the evidence of every pair says beside the row that was matched: {"fields", "rule"}."""
    unmatched: float | None
    """Value of a row that repeats none: 0.0 where all pairs were compared, None where only likely ones were."""

    def digest(self, rows: Sequence[Row]) -> np.ndarray:
        """(len(rows), width) of uint64, of a width that the options settle. It depends on each row alone."""
        ...

    def match(self, digests: np.ndarray, alive: np.ndarray, read: Read, fresh: np.ndarray | None = None) -> Matches:
        """Find the rows that repeat an earlier one.

        Args:
            digests: those of all rows; it may be mapped from a file that is larger than memory.
            alive: (rows,) of bool; rows that are not alive neither fail nor stand for others.
            read: to verify candidates by their text.
            fresh: (rows,) of bool, for a set that was matched before: the rows that have come back since. Then they
                were not alive or repeated another one; pairs of two others need not be looked at again. None: nothing
                was matched before.
        """
        ...

    def alike(self, one: Row, other: Row) -> float:
        """How alike two rows are: what the bar is held against."""
        ...


class SetCheck(Check, Protocol):
    """A check that must see the whole set before it can judge any row of it."""

    def judge_all(self, read: Callable[[], Iterable[Sequence[Row]]]) -> Iterator[Sequence[Finding]]:
        """One finding per row, in the batches in which the rows come.

        Args:
            read: reads the rows from the first on, batch by batch; it is called as often as the check wants, and each
                time gives the same rows in the same batches.
        """
        ...


class ModelCheck(Protocol):
    """A check that asks models: made like any other, but judged row by row, many at a time.

    It may also have `ready(models)`, which raises what every row would fail for (no such role, a backend that cannot
    score) before anything is asked, and `calls_per_row`, for forecasts.
    """

    name: str
    scope: Scope
    bar: Bar

    async def judge(self, row: Row, models: Mapping[str, LLM]) -> Finding:
        """The finding for one row. What cannot be judged is a finding with `error`, never a low value.

        Args:
            row: the row.
            models: role -> model; a role that is not there falls back to "default".
        """
        ...


@dataclass(frozen=True, slots=True)
class Resources:
    """What checks may be given beside their options.

    A check names what it cannot do without in `needs`, and what it uses where it is given in `takes`, each a tuple of
    these names, and is then made as `made(options, resources)`.
    """

    against: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Name of an evaluation set -> its rows."""
    reference: Sequence[Row] = ()
    """Rows of a reference set."""
    shared: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What checks of one family leave for each other, so that it is computed once."""


NOTHING = Finding(None)
"""What is said of a row that has nothing to be measured."""
CLEAN = Finding(0.0)
"""What a rule says of a row in which it finds nothing."""


def found(reason: str, field_name: str, span: tuple[int, int], rule: str) -> Finding:
    """What a rule says of a row in which it finds something.

    Args:
        reason: the slug counted in the accounting.
        field_name: the column it was found in.
        span: from and to, in characters of that column.
        rule: which of the check's rules it was.
    """
    return Finding(1.0, reason, {"field": field_name, "span": list(span), "rule": rule})


def unjudged(why: str, what: str = "") -> Finding:
    """A row that could not be judged: `why` is a slug, `what` names the column or the fault."""
    return Finding(None, None, {"error": why, "what": what}, error=True)

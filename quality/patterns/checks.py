"""Patterns as checks: one for each kind, so that a policy can gate them: {check: pattern.edge, gate: review}."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast, get_args

from ..check import CLEAN, Bar, Finding, Resources, Row, Scope
from ..uniformity.domain import standing_usage
from .draw import Rows
from .find import find_patterns
from .options import PatternOptions
from .pattern import PATTERN_BAR, Hit, PatternReport, reason_of
from .spotted import Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
Read = Callable[[], Iterable[Sequence[Row]]]


class PatternCheck:
    """pattern.edge, pattern.phrase, pattern.slot ...: a row carries a pattern that too many rows share.

    The value of a row is the share of the set's rows that carry the most frequent of its patterns of this kind, so that
    a gate's bar says how frequent a pattern may be; 0 for a row without one. The patterns are looked for among the rows
    that nothing before has dropped, against the reference if one is given, else against the counts of a human set if
    these are of the data's language and domain. Checks of all kinds share one search while they see the same rows.
    """

    scope: Scope = "set"
    bar = Bar(PATTERN_BAR, "above")

    def __init__(self, kind: Kind, options: PatternOptions, resources: Resources) -> None:
        """Take the kind, the options of the search, and the reference."""
        self.name = f"pattern.{kind}"
        self.reason = reason_of(self.name)
        self._options = options
        self._resources = resources

    def judge(self, rows: Sequence[Row]) -> Sequence[Finding]:
        """One finding per row; `rows` is the whole set."""
        return [finding for batch in self.judge_all(lambda: [rows]) for finding in batch]

    def judge_all(self, read: Read) -> Iterator[Sequence[Finding]]:
        """One finding per row, in the batches in which the rows come."""
        found = {row: self._finding(hits, shares) for row, hits, shares in self._carriers(self._report(read))}
        for batch in read():
            yield [found.get(row.index, CLEAN) for row in batch]

    def _report(self, read: Read) -> PatternReport:
        ids = hashlib.blake2b(digest_size=16)
        for batch in read():
            for row in batch:
                ids.update(row.id.encode("utf-8", "surrogatepass"))
        key = ("patterns", self._options.model_dump_json(), ids.hexdigest())
        if key not in self._resources.shared:
            rows: Rows = lambda: (row for batch in read() for row in batch)  # noqa: E731
            given = list(self._resources.reference)
            reference = given or standing_usage(rows, self._options.fields, self._options.seed)[0]
            self._resources.shared[key] = find_patterns(rows, reference, self._options)
        return cast("PatternReport", self._resources.shared[key])

    def _carriers(self, report: PatternReport) -> Iterator[tuple[int, list[Hit], Mapping[str, float]]]:
        """Row, its places of patterns of this kind, and the shares of all patterns."""
        shares = {one.id: one.share for one in report.patterns}
        carried: dict[int, list[Hit]] = {}
        for hit in report.hits:
            if hit.check == self.name:
                carried.setdefault(hit.row, []).append(hit)
        for row, hits in carried.items():
            yield row, hits, shares

    def _finding(self, hits: Sequence[Hit], shares: Mapping[str, float]) -> Finding:
        first = max(hits, key=lambda hit: shares[hit.pattern])
        others = sorted({hit.pattern for hit in hits} - {first.pattern})
        evidence: dict[str, Any] = first.evidence
        return Finding(shares[first.pattern], self.reason, {**evidence, "others": others} if others else evidence)


@dataclass(frozen=True, slots=True)
class PatternChecks:
    """Makes the check of one kind: what is registered under its name."""

    kind: Kind
    Options: ClassVar[type[PatternOptions]] = PatternOptions
    takes: ClassVar[tuple[str, ...]] = ("reference",)

    def __call__(self, options: PatternOptions, resources: Resources) -> PatternCheck:
        """The check with its options."""
        return PatternCheck(self.kind, options, resources)


EDGE, PHRASE, SLOT, SKELETON, TEMPLATE, ROW, PARAPHRASE = map(PatternChecks, KINDS)

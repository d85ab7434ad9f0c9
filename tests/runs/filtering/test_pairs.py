"""Pairs: whatever the checks and their order, a dropped row ends at a kept row that it is alike."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import orjson
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpusmith.quality import Bar, CheckSpec, Finding, Matches
from corpusmith.quality.columns import DROP, Ledger
from corpusmith.quality.gates import Step
from corpusmith.runs.filtering.pairs import judge_pairs
from corpusmith.runs.filtering.store import RowStore, RowWriter


class Near:
    """A check of pairs on numbers: two are alike if they lie within `width` of one another in column `of`."""

    scope = "corpus"
    bar = Bar(0.0)
    reason = "near"
    unmatched = None

    def __init__(self, of, width):
        self.name = f"near.{of}"
        self.says = {"fields": [of]}
        self.of, self.width = of, width
        self.kept = []

    def alike(self, one, other):
        return float(self.width - abs(one.fields[self.of] - other.fields[self.of]))

    def judge(self, rows):
        return [self._judge(row) for row in rows]

    def _judge(self, row):
        for other in self.kept:
            if self.alike(row, other) >= 0:
                evidence = {"matched": other.id, "matched_row": other.index}
                return Finding(self.alike(row, other), "near", evidence)
        self.kept.append(row)
        return Finding(None)


class BulkNear(Near):
    """The same, by digests."""

    def digest(self, rows):
        return np.array([[row.fields[self.of]] for row in rows], dtype=np.uint64).reshape(len(rows), 1)

    def match(self, digests, alive, read, fresh=None):
        found, kept = [], []
        for at in np.flatnonzero(alive):
            value = int(digests[at, 0])
            asked = [k for k in kept if fresh is None or fresh[at] or fresh[k]]
            other = next((k for k in asked if abs(value - int(digests[k, 0])) <= self.width), None)
            if other is None:
                kept.append(at)
            else:
                found.append((at, other, self.width - abs(value - int(digests[other, 0]))))
        columns = list(zip(*found, strict=True)) or [(), (), ()]
        return Matches(*(np.array(c, dtype=t) for c, t in zip(columns, (np.int64, np.int64, float), strict=True)))


def stored(folder, rows):
    folder.mkdir(parents=True, exist_ok=True)
    writer = RowWriter(folder)
    writer.write([(f"r:{at}", orjson.dumps(row), at.to_bytes(16, "big")) for at, row in enumerate(rows)])
    writer.close()
    return RowStore(folder, lambda fields: fields)


rows_ = st.lists(st.fixed_dictionaries({"a": st.integers(0, 12), "b": st.integers(0, 12)}), max_size=30)
gates = st.sampled_from(["drop", "drop", "flag"])
checks = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.booleans(), gates), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_, wanted=checks)
# The third row repeats the second, which is dropped for the first, a stranger to the third: there is a second round.
@example(
    rows=[{"a": a, "b": b} for a, b in ((0, 5), (1, 5), (1, 9), (3, 0), (4, 1))],
    wanted=[("a", 0, True, "drop"), ("b", 0, True, "drop"), ("b", 1, True, "flag")],
)
def test_every_dropped_row_ends_at_a_kept_row_that_it_is_alike(tmp_path, rows, wanted):
    def made(spec):
        of, width, bulk, _ = wanted[int(spec.check)]
        check = (BulkNear if bulk else Near)(of, width)
        return Step(spec, check, check.bar)

    steps = [made(CheckSpec(check=str(at), gate=check[3])) for at, check in enumerate(wanted)]
    store = stored(tmp_path, rows)
    digests = {at: s.check.digest(store.read(np.arange(len(rows)))) for at, s in enumerate(steps) if wanted[at][2]}
    ledger = Ledger(steps, len(rows))

    found = judge_pairs(steps, store, ledger, digests.__getitem__, lambda step: made(step.spec), lambda _: None)

    kept = ledger.decisions != DROP
    for at, row in enumerate(rows):
        if not kept[at]:
            number = int(ledger.by[at])
            matches = found[number].matches
            place = int(np.searchsorted(matches.rows, at))
            assert matches.rows[place] == at
            stands = int(matches.matched[place])
            assert stands != at
            assert kept[stands]
            of, width, *_ = wanted[number]
            assert abs(row[of] - rows[stands][of]) <= width
    for number, (of, width, *_) in enumerate(wanted):
        # A row that is only flagged stays, and is told of in every round.
        told = set(found[number].matches.rows.tolist())
        values = sorted(rows[at][of] for at in np.flatnonzero(kept).tolist() if at not in told)
        assert all(b - a > width for a, b in pairwise(values))
    store.close()

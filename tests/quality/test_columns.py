"""Columns and the ledger decide as the panel does, whatever the order in which checks are entered."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality import Bar, CheckSpec, Finding, Panel, Row
from corpusmith.quality.columns import FATES, OUTCOMES, Ledger, column_of
from corpusmith.quality.gates import Step


class Says:
    """A check that says what it is told to."""

    scope = "row"

    def __init__(self, name, findings, bar):
        self.name, self.findings, self.bar = name, findings, bar

    def judge(self, rows):
        return [self.findings[row.index] for row in rows]


values = st.one_of(st.none(), st.floats(-2, 2), st.sampled_from(["good", "bad"]))
findings = st.builds(
    lambda value, wrong, error: Finding(value, "reason" if wrong else None, {"rule": "r"} if wrong else {}, error),
    values,
    st.booleans(),
    st.booleans(),
)
gates = st.tuples(st.sampled_from(["drop", "review", "flag"]), st.sampled_from(["keep", "review"]))


@given(data=st.data(), size=st.integers(0, 6), number=st.integers(1, 4))
def test_columns_say_what_the_panel_says(data, size, number):
    steps = []
    for at in range(number):
        gate, on_error = data.draw(gates)
        bar = Bar(data.draw(st.floats(-1, 1)), data.draw(st.sampled_from(["at_or_above", "above", "below"])))
        check = Says(f"check.{at}", data.draw(st.lists(findings, min_size=size, max_size=size)), bar)
        steps.append(Step(CheckSpec(check=check.name, gate=gate, on_error=on_error), check, bar))
    rows = [Row(at, str(at), {}) for at in range(size)]
    judged = Panel(steps).judge(rows)

    positions = np.arange(size)
    columns = [column_of(at, step, positions, step.check.judge(rows)) for at, step in enumerate(steps)]
    ledger = Ledger(steps, size)
    for column in data.draw(st.permutations(columns)):
        ledger.enter(column)

    fates = {"keep": "kept", "drop": "dropped", "review": "review"}
    assert [FATES[d] for d in ledger.decisions] == [fates[one.decision] for one in judged]
    assert [steps[by].check.name if by >= 0 else None for by in ledger.by] == [one.check for one in judged]
    for at, column in enumerate(columns):
        assert [OUTCOMES[o] for o in column.outcomes] == [one.verdicts[at].outcome for one in judged]

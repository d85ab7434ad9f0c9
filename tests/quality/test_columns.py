"""Columns and the ledger decide as the panel does, whatever the order in which checks are entered."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality import Bar, CheckSpec, Finding, Panel, Row
from corpusmith.quality.columns import FATES, OUTCOMES, Ledger, column_of, measured_column
from corpusmith.quality.gates import Step, findings_of, make_step, measurements_of


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


TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["", "THIS IS LOUD", "this is not", "So so so so so so", "-" * 40]),
    st.lists(st.sampled_from(["Quiet in here.", "LOUD OUT THERE", ""]), min_size=1, max_size=3),
)


@given(texts=st.lists(TEXTS, max_size=8), bar=st.floats(0, 1), gate=st.sampled_from(["drop", "flag"]))
def test_what_is_measured_as_an_array_is_what_the_findings_say(texts, bar, gate):
    step = make_step(CheckSpec(check="text.uppercase_ratio", bar=bar, gate=gate, options={"min_words": 1}))
    rows = [Row(at, str(at), _fields(text)) for at, text in enumerate(texts)]
    positions = np.arange(len(rows)) * 2
    one = column_of(0, step, positions, findings_of(step.check, rows))
    other = measured_column(0, step, positions, measurements_of(step.check, rows))
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.outcomes, other.outcomes)
    assert [one.note(at) for at in range(len(rows))] == [other.note(at) for at in range(len(rows))]


def _fields(text):
    if isinstance(text, list):
        return {"messages": [{"role": "assistant", "content": turn} for turn in text]}
    return {} if text is None else {"output": text}


def test_a_part_of_a_column_keeps_what_is_usual():
    step = make_step(CheckSpec(check="text.uppercase_ratio", options={"min_words": 1}))
    rows = [Row(at, str(at), {"output": text}) for at, text in enumerate(["", "quiet", "LOUD"])]
    column = measured_column(0, step, np.arange(3), measurements_of(step.check, rows))
    part = column.between(1, 3)
    assert column.note(0) is None
    assert [part.note(at) for at in (0, 1)] == [column.note(at) for at in (1, 2)]
    assert part.note(0).evidence == {"field": "output", "rule": "uppercase_ratio"}


def test_a_check_that_breaks_while_it_measures_is_asked_row_by_row():
    class Breaks:
        name, scope, bar = "breaks", "row", Bar(1.0)

        def measure(self, rows):
            raise KeyError("no such column")

        def judge(self, rows):
            return [Finding(float(row.fields["n"])) for row in rows]

    rows = [Row(0, "0", {"n": 2}), Row(1, "1", {})]
    assert measurements_of(Breaks(), rows) is None
    assert [finding.error for finding in findings_of(Breaks(), rows)] == [False, True]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import CorpusmithError, UsageError
from corpusmith.quality import Bar, CheckSpec, Finding, Panel, Row, tally
from corpusmith.quality.gates import Step


def spec(check, gate="drop", **more):
    return CheckSpec(check=check, gate=gate, **more)


def panel(*specs):
    return Panel.from_specs(specs)


def row(at, instruction="Name a fish.", output="Pike", **more):
    return Row(at, f"r{at}", {"instruction": instruction, "input": "", "output": output, **more})


class Scored:
    """A check that reads its value from the row."""

    name = "test.scored"
    scope = "row"
    bar = Bar(0.5, "below")

    def judge(self, rows):
        return [Finding(r.fields["score"], "low_score") for r in rows]


def scored(gate, bar=Scored.bar, on_error="keep"):
    return Panel([Step(spec("test.scored", gate, on_error=on_error), Scored(), bar)])


def test_a_clean_row_is_kept_with_a_verdict_from_every_check():
    (judged,) = panel(spec("output.empty"), spec("duplicate.exact")).judge([row(0)])
    assert (judged.decision, judged.check, judged.reason) == ("keep", None, None)
    assert [(v.check, v.outcome, v.row, v.row_id) for v in judged.verdicts] == [
        ("output.empty", "pass", 0, "r0"),
        ("duplicate.exact", "pass", 0, "r0"),
    ]


@pytest.mark.parametrize(
    ("gate", "decision", "outcome"), [("drop", "drop", "fail"), ("review", "review", "fail"), ("flag", "keep", "flag")]
)
def test_the_gate_decides(gate, decision, outcome):
    (judged,) = panel(spec("output.empty", gate)).judge([row(0, output="")])
    assert judged.decision == decision
    assert judged.verdicts[0].outcome == outcome
    assert judged.verdicts[0].reason == "empty_output"
    assert judged.verdicts[0].bar == 1.0


def test_drop_beats_review_and_the_first_of_equals_names_the_reason():
    specs = (spec("length.words", "review"), spec("output.placeholder"), spec("output.equals_input"))
    (judged,) = panel(*specs).judge([row(0, instruction="N/A", output="N/A")])
    assert (judged.decision, judged.check, judged.reason) == ("drop", "output.placeholder", "not_applicable_output")
    (judged,) = panel(*specs).judge([row(0, instruction="")])
    assert (judged.decision, judged.reason) == ("review", "too_short")


def test_corpus_checks_see_only_rows_that_nothing_has_dropped():
    judged = panel(spec("duplicate.exact"), spec("output.empty")).judge([row(0, output=""), row(1), row(2)])
    assert [j.decision for j in judged] == ["drop", "keep", "drop"]
    assert [v.check for v in judged[0].verdicts] == ["output.empty"]
    # The first row was dropped for its empty answer, so the second stands for the third.
    assert judged[2].verdicts[0].evidence["matched"] == "r1"


def test_a_row_dropped_by_one_corpus_check_stands_for_nothing_in_another():
    these = [
        row(0, instruction="Please name a small red fish for me"),
        row(1, instruction="Please name a small old fish for me"),
        row(2, instruction="please name a small old fish for me!"),
    ]
    judged = panel(spec("duplicate.exact"), spec("duplicate.rouge_l")).judge(these)
    assert [j.check for j in judged] == [None, "duplicate.rouge_l", "duplicate.rouge_l"]
    assert {j.verdicts[-1].evidence["matched"] for j in judged[1:]} == {"r0"}


def test_a_row_under_review_still_stands_for_its_duplicates():
    judged = panel(spec("output.refusal", "review"), spec("duplicate.exact")).judge(
        [row(0, output="I'm sorry, but I cannot help with that."), row(1)]
    )
    assert [j.decision for j in judged] == ["review", "drop"]


def test_the_bar_of_the_spec_replaces_that_of_the_check():
    text = "a b c d e f g h i j"
    other = "a b c d e f g h y z"  # F = 0.8
    for bar, decision in ((None, "drop"), (0.75, "drop"), (0.8, "keep"), (0.9, "keep")):
        judged = panel(spec("duplicate.rouge_l", bar=bar)).judge([row(0, text), row(1, other)])
        assert judged[1].decision == decision
        assert judged[1].verdicts[0].bar == (bar or 0.7)


def test_a_bar_below_what_is_computed_is_refused():
    with pytest.raises(UsageError, match=r"0\.5 lies below options\.floor 0\.6") as caught:
        panel(spec("duplicate.rouge_l", bar=0.5, options={"floor": 0.6}))
    assert "floor" in caught.value.hint
    with pytest.raises(UsageError, match=r"bar is 0\.5, but options\.bar is 0\.7"):
        panel(spec("duplicate.rouge_l", bar=0.5, options={"bar": 0.7}))
    panel(spec("duplicate.rouge_l", bar=0.7, options={"floor": 0.6}))


def test_wrong_names_and_options_are_told():
    with pytest.raises(UsageError, match=r"no check is called 'output\.emty'.*Did you mean 'output\.empty'"):
        panel(spec("output.emty"))
    with pytest.raises(UsageError, match=r"'output\.empty' has no option 'fields'.*Its options are: field"):
        panel(spec("output.empty", options={"fields": "output"}))
    with pytest.raises(UsageError, match=r"'duplicate\.exact', option 'fields'.*it is 3"):
        panel(spec("duplicate.exact", options={"fields": 3}))
    with pytest.raises(ValueError, match="gate"):
        spec("output.empty", "delete")


def test_an_error_never_drops():
    these = [Row(0, "r0", {"text": "no answer column"})]
    assert [j.decision for j in panel(spec("output.empty")).judge(these)] == ["keep"]
    (judged,) = panel(spec("output.empty", on_error="review")).judge(these)
    assert (judged.decision, judged.check, judged.reason) == ("review", "output.empty", "unjudged")
    assert tally([judged]).errors == {"output.empty": 1}
    assert judged.verdicts[0].outcome == "error"
    assert judged.verdicts[0].value is None


def test_a_row_that_breaks_a_check_is_an_error_of_that_row_alone():
    these = [row(0, score=0.9), row(1), row(2, score=0.1)]
    judged = scored("drop").judge(these)
    assert [j.decision for j in judged] == ["keep", "keep", "drop"]
    assert [j.verdicts[0].outcome for j in judged] == ["pass", "error", "fail"]
    assert judged[1].verdicts[0].evidence == {"error": "check_failed", "what": "KeyError"}


def test_an_error_raised_on_purpose_stops_the_run():
    class Stops(Scored):
        def judge(self, rows):
            message = "the judge is unreachable"
            raise CorpusmithError(message)

    with pytest.raises(CorpusmithError, match="unreachable"):
        Panel([Step(spec("test.scored"), Stops(), Bar(1.0))]).judge([row(0)])


def test_a_value_that_was_not_computed_is_no_failure_and_a_label_fails_by_its_reason():
    values = [None, 0.2, 0.7]
    assert [scored("drop").judge([row(0, score=v)])[0].decision for v in values] == ["keep", "drop", "keep"]
    (judged,) = scored("drop").judge([row(0, score="toxic")])
    assert (judged.decision, judged.reason) == ("drop", "low_score")


@pytest.mark.parametrize(
    ("wrong", "crossed"),
    [("at_or_above", [False, True, True]), ("above", [False, False, True]), ("below", [True, False, False])],
)
def test_the_three_kinds_of_bar(wrong, crossed):
    assert [Bar(0.5, wrong).crossed(value) for value in (0.4, 0.5, 0.6)] == crossed


def test_row_checks_are_at_hand_by_name():
    checks = panel(spec("output.empty"), spec("duplicate.exact")).row_checks
    assert list(checks) == ["output.empty"]
    assert checks["output.empty"].judge([row(0, output="")])[0].reason == "empty_output"


CELL = st.sampled_from(
    ["", "N/A", "Name a fish", "name a fish.", "Name a small fish now", "Sorry, I can't help", "x\x00", "a b c"]
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), max_size=14).map(
    lambda cells: [
        Row(at, f"r{at}", dict(zip(("instruction", "input", "output"), cell, strict=True)))
        for at, cell in enumerate(cells)
    ]
)
GATES = st.sampled_from(["drop", "review", "flag"])
CHECKS = [
    "output.empty",
    "output.refusal",
    "text.control_characters",
    "duplicate.exact",
    "output.placeholder",
    "duplicate.rouge_l",
]
SPECS = st.lists(st.sampled_from(CHECKS), unique=True).flatmap(
    lambda names: st.tuples(*(st.builds(spec, st.just(name), GATES) for name in names))
)


@given(ROWS, SPECS, st.lists(st.integers(1, 4), max_size=14))
def test_every_row_gets_one_decision_whatever_the_batches(rows, specs, sizes):
    whole = panel(*specs).judge(rows)
    cut, left, by_batches = panel(*specs), list(rows), []
    for size in [*sizes, len(rows)]:
        by_batches += cut.judge(left[:size])
        left = left[size:]
    assert by_batches == whole
    assert [judged.row for judged in whole] == rows

    counts = tally(whole)
    assert counts.rows == len(rows) == counts.kept + counts.dropped + counts.review
    assert sum(counts.by_reason["dropped"].values()) == counts.dropped
    assert sum(counts.by_reason["review"].values()) == counts.review
    for judged in whole:
        failed = [v for v in judged.verdicts if v.outcome == "fail"]
        assert (judged.decision == "keep") == (not failed)
        assert (judged.check, judged.reason) in [(v.check, v.reason) for v in failed] or not failed


@given(ROWS)
def test_a_named_duplicate_was_kept(rows):
    judged = panel(spec("output.empty"), spec("duplicate.exact"), spec("duplicate.rouge_l")).judge(rows)
    kept = {one.row.id for one in judged if one.decision == "keep"}
    for one in judged:
        if one.check and one.check.startswith("duplicate."):
            assert one.verdicts[-1].evidence["matched"] in kept

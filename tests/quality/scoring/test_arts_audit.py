"""The audit: a sound set passes, and each way of making a set that proves nothing is refused with its reason."""

from __future__ import annotations

import pytest

from corpusmith.core.records import AspectTerm, Span
from corpusmith.data.sources.aspects import read_aspects, read_cases
from corpusmith.quality.scoring.arts_audit import audit_arts
from corpusmith.quality.scoring.arts_faults import FAULTS, faults_of, reference_faults
from corpusmith.quality.scoring.arts_lift import null_edited
from corpusmith.quality.scoring.arts_set import ArtsSet
from corpusmith.quality.scoring.baseline_judge import BaselineJudge
from corpusmith.quality.scoring.bootstrap import Resampling
from corpusmith.quality.scoring.polarity import SWAPPED

QUICK = Resampling(300)


@pytest.fixture
def sound(cafe):
    read = read_cases(cafe.gold)
    return ArtsSet(dict(zip(read.keys, read.cases, strict=True)))


@pytest.fixture
def judge(cafe):
    return BaselineJudge(read_aspects(cafe.train_file).sentences)


def changed(cases: ArtsSet, which, **update) -> ArtsSet:
    """The set with the cases for which `which(case)` holds changed: values, or functions of the case."""
    return ArtsSet(
        {
            name: case.model_copy(update={k: v(case) if callable(v) else v for k, v in update.items()})
            if which(case)
            else case
            for name, case in cases.cases.items()
        }
    )


def flipped(cases: ArtsSet, which) -> ArtsSet:
    return changed(cases, which, polarity=lambda case: SWAPPED[case.polarity])


def slugs(audit):
    return {reason.slug for reason in audit.reasons}


def test_a_sound_set_passes(sound, judge):
    audit = audit_arts(sound, judge, QUICK)

    assert audit.verdict == "pass"
    assert audit.reasons == ()
    assert not audit.faults
    assert audit.lift.cases == 54
    assert audit.lift.value == pytest.approx(audit.lift.edited - audit.lift.unedited)
    assert audit.lift.value > 90
    found = audit.as_dict()
    assert found["lift"] == pytest.approx(sum(found["lift_details"]["by_strength"].values()) / 3, abs=1e-3)
    assert found["ars"] == pytest.approx(sum(s["ars"] for s in found["judge"]["scores"].values()) / 3, abs=1e-3)
    assert found["majority_label"] == "negative"
    assert found["majority_ars"] < found["ars"]


def test_the_null_edit_of_any_set_has_no_lift_and_is_refused(sound, judge):
    of_the_sound = audit_arts(sound, judge, QUICK)
    assert of_the_sound.null_edit_lift.value == 0.0
    assert {reason.slug for reason in of_the_sound.null_edit_reasons} == {"unchanged_text", "no_lift"}

    audit = audit_arts(null_edited(sound), judge, QUICK)

    assert audit.verdict == "refuse"
    assert audit.lift.value == 0.0
    assert slugs(audit) == {"unchanged_text", "no_lift"}
    assert "54 of 54 revtgt cases" in audit.reasons[0].text
    assert "null edit" in audit.reasons[0].text


def test_an_edit_of_blanks_and_full_stops_is_none(sound, judge):
    def padded(case):
        return f"{sound.original_of(case).sentence}!! "

    audit = audit_arts(changed(sound, lambda c: c.strategy == "revtgt", sentence=padded), judge, QUICK)
    assert "unchanged_text" in slugs(audit)


def test_edits_that_say_nothing_have_no_lift(sound, judge):
    def talked(case):
        return f"Well now, {sound.original_of(case).sentence}"

    idle = changed(sound, lambda c: c.strategy == "revtgt", sentence=talked, start=lambda c: c.start + 10)
    idle = changed(idle, lambda c: c.strategy == "revtgt", end=lambda c: c.start + len(c.term))
    audit = audit_arts(idle, judge, QUICK)
    assert audit.verdict == "refuse"
    assert slugs(audit) == {"no_lift"}


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (lambda c: True, {"labels_against_text", "labels_flipped"}),
        (lambda c: c.strategy == "revtgt", {"label_breaks_rule", "labels_against_text"}),
        (lambda c: c.strategy != "original", {"label_breaks_rule", "labels_against_text"}),
        (lambda c: c.strategy in ("revnon", "adddiff"), {"label_breaks_rule"}),
    ],
    ids=["all", "revtgt", "edited", "the others"],
)
def test_flipped_labels_are_refused(sound, judge, which, expected):
    audit = audit_arts(flipped(sound, which), judge, QUICK)
    assert audit.verdict == "refuse"
    assert expected <= slugs(audit)
    assert all(reason.text.endswith(".") for reason in audit.reasons)


def test_labels_flipped_in_a_part_of_the_groups_raise_doubts(sound, judge):
    # Every rule is kept: only that the judge agrees less than it should tells that something is wrong.
    some = flipped(sound, lambda c: int(c.target[1:-2]) % 8 in (0, 1, 3))
    audit = audit_arts(some, judge, QUICK)
    assert audit.verdict != "pass"
    assert "labels_doubtful" in slugs(audit)


def test_a_set_that_is_too_small_is_undecided(sound, judge):
    few = sound.only(3)
    # Half of what the edits do is undone, so that the little there is says nothing for certain.
    first = next(c for c in few.cases.values() if c.strategy == "revtgt")
    original = few.original_of(first)
    weak = changed(few, lambda c: c is first, sentence=f"{original.sentence} Yes, so it was.")
    audit = audit_arts(weak, judge, QUICK)
    assert audit.verdict == "undecided"
    assert slugs(audit) == {"lift_uncertain"}

    without = ArtsSet({name: case for name, case in sound.cases.items() if case.strategy != "revtgt"})
    assert audit_arts(without, judge, QUICK).verdict == "undecided"
    assert slugs(audit_arts(without, judge, QUICK)) == {"no_lift_to_measure"}


def broken(sound):
    """A set with each rule of FAULTS broken, and (reason, id) of where."""
    cases = dict(sound.cases)
    other = AspectTerm(id="o", span=Span(text="cellar", start=0, end=6), polarity="positive")
    made = [
        ("span_mismatch", "c0_0_adv1", {"start": cases["c0_0_adv1"].start + 1}),
        ("unchanged_text", "c1_0_adv1", {"sentence": cases["c1_0"].sentence.upper()}),
        ("empty_term", "c12_0_adv1", {"term": "", "end": cases["c12_0_adv1"].start}),
        ("other_span_mismatch", "c13_0_adv3", {"others": (other,)}),
        ("term_changed", "c3_0_adv1", {"term": "the"}),
        ("label_breaks_rule", "c4_0_adv1", {"polarity": cases["c4_0"].polarity}),
        ("label_breaks_rule", "c5_0_adv3", {"polarity": "neutral"}),
        ("prefix_lost", "c6_0_adv3", {"sentence": "Well: " + cases["c6_0_adv3"].sentence}),
        ("placeholder_left", "c7_0_adv1", {"sentence": cases["c7_0_adv1"].sentence + " DELETE"}),
        ("doubled_negation", "c8_0_adv1", {"sentence": cases["c8_0_adv1"].sentence + " Not not so."}),
    ]
    for _, name, update in made:
        cases[name] = cases[name].model_copy(update=update)
    cases["c9_0_adv1#2"] = cases["c9_0_adv1"]
    del cases["c11_0"]
    more = {("repeated", "c9_0_adv1#2"), ("no_original", "c11_0_adv1"), ("no_original", "c11_0_adv3")}
    return ArtsSet(cases), {(reason, name) for reason, name, _ in made} | more


def test_every_fault_is_found_where_it_is(sound):
    faulty, expected = broken(sound)

    found = {(fault.reason, fault.id) for fault in faults_of(faulty)}

    assert expected <= found
    # Breaking one rule may break another on the way, never one of another case.
    assert {name for _, name in found} == {name for _, name in expected}
    assert {reason for reason, _ in found} | {"not_in_reference", "label_unlike_reference"} == set(FAULTS)
    assert not list(faults_of(sound))


def test_one_fault_among_many_cases_is_told_and_borne(sound, judge):
    one = changed(sound, lambda c: c.target == "c0_0" and c.strategy == "adddiff", start=0)
    audit = audit_arts(one, judge, QUICK)
    assert audit.verdict == "pass"
    assert audit.fault_counts()["adddiff"] == {"span_mismatch": 1}


def test_a_reference_shows_originals_that_are_not_its_own(sound, cafe):
    rows = [
        {**row, "terms": [{"id": name, "term": row["term"], "polarity": row["polarity"], **span(row)}]}
        for name, row in cafe.cases.items()
        if "_adv" not in name
    ]
    path = cafe.folder / "reference.json"
    path.write_bytes(orjson_dumps(rows[1:]))
    reference = read_aspects(path).sentences

    found = list(reference_faults(flipped(sound, lambda c: c.target == "c3_0"), reference))

    assert {(fault.reason, fault.id) for fault in found} == {
        ("not_in_reference", "c0_0"),
        ("label_unlike_reference", "c3_0"),
    }


def span(row):
    return {"from": row["from"], "to": row["to"]}


def orjson_dumps(rows):
    import orjson

    return orjson.dumps([{k: row[k] for k in ("id", "sentence", "terms")} for row in rows])

"""audit: the kind is told by the rows, and a robustness set is passed or refused with its reasons."""

from __future__ import annotations

import json

import pytest

import corpusmith
from corpusmith.core.errors import UsageError
from corpusmith.runs.audit import check_fail_on, kind_of

SWAP = {"positive": "negative", "negative": "positive", "neutral": "neutral"}


def undone(cases):
    """The null edit: every RevTgt case with the text of its original."""
    return {
        name: {**cases[case["id"]], "polarity": case["polarity"]} if name.endswith("_adv1") else case
        for name, case in cases.items()
    }


def test_a_sound_set_passes_and_says_so(cafe):
    out = cafe.folder / "audit"
    found = corpusmith.audit(cafe.gold, train=cafe.train_file, samples=200, out=out)
    assert found.kind == "arts"
    assert found.met == frozenset()
    result = found.result
    assert result["verdict"] == "pass"
    assert result["null_edit_lift"] == 0.0
    assert result["null_edit"]["verdict"] == "refuse"
    assert {"lift", "null_edit_lift", "ars", "original_accuracy", "majority_ars", "verdict"} <= set(result)
    assert found.notes[0].startswith("pass: the labels follow the rules")
    assert json.loads((out / "audit.json").read_text()) == result
    assert (out / "faults.jsonl").read_text() == ""


def test_the_null_edit_control_is_refused(cafe):
    control = cafe.write("control.json", undone(cafe.cases))
    out = cafe.folder / "audit"
    found = corpusmith.audit(control, kind="arts", train=cafe.train_file, samples=200, out=out)
    assert found.result["verdict"] == "refuse"
    assert found.result["lift"] == 0.0
    assert {reason["reason"] for reason in found.result["reasons"]} == {"unchanged_text", "no_lift"}
    assert found.met == {"undecided", "refuse"}
    faults = [json.loads(line) for line in (out / "faults.jsonl").read_text().splitlines()]
    assert len(faults) == 54
    assert faults[0]["reason"] == "unchanged_text"


def test_flipped_labels_are_refused(cafe):
    flipped = {name: {**case, "polarity": SWAP[case["polarity"]]} for name, case in cafe.cases.items()}
    found = corpusmith.audit(flipped, train=cafe.train_file, samples=200)
    assert found.result["verdict"] == "refuse"
    assert "labels are flipped" in " ".join(found.notes)


def test_a_reference_is_held_against_the_originals(cafe):
    rows = {
        name: {k: case[k] for k in ("sentence", "term", "polarity", "from", "to")}
        for name, case in cafe.cases.items()
        if name == case["id"]
    }
    rows["c0_0"]["polarity"] = "neutral"
    reference = cafe.write("reference.json", rows)
    found = corpusmith.audit(cafe.gold, train=cafe.train_file, reference=reference, samples=200)
    assert found.result["faults"]["original"] == {"label_unlike_reference": 1}
    assert found.result["reference"] == str(reference)


def test_a_judge_that_has_seen_the_set_is_told_of(cafe):
    rows = [
        {
            "sentence": c["sentence"],
            "terms": [{"term": c["term"], "polarity": c["polarity"], "from": c["from"], "to": c["to"]}],
        }
        for name, c in cafe.cases.items()
        if name == c["id"]
    ]
    path = cafe.folder / "same.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = corpusmith.audit(cafe.gold, train=path, samples=50)
    assert found.result["seen_in_train"] == 72
    assert any("72 of 72 originals stand in the training data" in note for note in found.notes)
    assert corpusmith.audit(cafe.gold, train=cafe.train_file, samples=50).result["seen_in_train"] == 0


def test_entries_that_are_no_cases_are_told(cafe):
    path = cafe.write("odd.json", {**cafe.cases, "x": {"sentence": "a", "term": "b"}})
    found = corpusmith.audit(path, train=cafe.train_file, samples=50)
    assert found.result["set"]["unreadable"]["number"] == 1
    assert any("1 entries are no cases" in note for note in found.notes)


def test_the_kind_is_told_by_the_rows(cafe):
    assert kind_of(cafe.gold) == "arts"
    assert kind_of(cafe.cases) == "arts"
    record = {"id": "1", "record": {"kind": "aspect_case", "origin": {}, "sentence": "a", "term": "a"}}
    assert kind_of([record]) == "arts"
    with pytest.raises(UsageError, match="of no kind that is known here; the columns of its first rows are: a, b"):
        kind_of([{"a": 1, "b": 2}])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "needs the train split"),
        ({"train": "train", "limit": 5}, "looks at all of it"),
        ({"kind": "art"}, "Did you mean 'arts'"),
        ({"train": "nosuch.json"}, "nosuch.json"),
    ],
)
def test_arguments_that_cannot_be_right(cafe, arguments, says):
    if arguments.get("train") == "train":
        arguments = {**arguments, "train": cafe.train_file}
    with pytest.raises(UsageError, match=says):
        corpusmith.audit(cafe.gold, **arguments)


def test_fail_on_is_checked_by_kind():
    check_fail_on("arts", None)
    check_fail_on("arts", "refuse")
    with pytest.raises(UsageError, match="There are: undecided, refuse"):
        check_fail_on("arts", "red")

"""score arts: predictions of any shape, a callable, or a model that is asked."""

from __future__ import annotations

import csv
import json

import pytest
import yaml

import corpusmith
from corpusmith.core.errors import UsageError
from corpusmith.data.sources.aspects import read_aspects
from corpusmith.quality.scoring.arts_set import ArtsSet
from corpusmith.runs.score import ModelChoice
from corpusmith.runs.scores.arts_model import solved


def right(cafe):
    return {name: case["polarity"] for name, case in cafe.cases.items()}


def test_a_wide_file_of_several_models(cafe):
    path = cafe.folder / "results.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "sentence", "term", "gold_label", "good", "dull"])
        for name, case in cafe.cases.items():
            # Another spelling of the id, as in the authors' own files.
            theirs = name.replace("_adv3", "_adv4")
            writer.writerow([theirs, case["sentence"], case["term"], case["polarity"], case["polarity"], "positive"])
        writer.writerow(["z9_0", "Nobody knows this.", "this", "neutral", "neutral", "positive"])

    found = corpusmith.score("arts", gold=cafe.gold, predictions=path, samples=50, out=cafe.folder / "scored")

    result = found.result
    assert {model: one["ars"] for model, one in result["models"].items()} == {"good": 100.0, "dull": 0.0}
    assert result["models"]["dull"]["original_accuracy"] == 50.0
    assert result["models"]["dull"]["constant"] == "positive"
    assert result["majority"]["drop"] == result["models"]["dull"]["drop"] == 50.0
    assert result["matching"]["by"] == {"id": 150, "text": 72, "alias": 0}
    assert result["matching"]["unmatched"] == {"number": 1, "ids": ["z9_0"]}
    assert result["gold"]["strategies"] == {"original": 72, "revtgt": 54, "revnon": 24, "adddiff": 72}
    told = "\n".join(found.notes)
    assert "dull says positive whatever it is asked" in told
    assert "1 predictions belong to no case and were not scored: z9_0." in told
    assert "drops by 50.0 points: a falling accuracy alone says nothing" in told
    assert json.loads((cafe.folder / "scored" / "score.json").read_text()) == result
    assert found.table[0][0] == "model"
    assert [row[0] for row in found.table[1:]] == ["good", "dull", "(always positive)"]


@pytest.mark.parametrize("shape", ["jsonl", "mapping", "models", "callable", "in memory"])
def test_every_shape_gives_the_same_score(cafe, shape):
    answers = {**right(cafe), "c0_0_adv3": "neutral"}
    gold = cafe.cases if shape == "in memory" else cafe.gold
    if shape == "jsonl":
        predictions = cafe.folder / "m.jsonl"
        predictions.write_text("".join(json.dumps({"id": k, "prediction": v}) + "\n" for k, v in answers.items()))
    elif shape == "models":
        predictions = {"m": answers}
    elif shape == "callable":

        def predictions(case):
            assert case.sentence[case.start : case.end] == case.term
            assert not hasattr(case, "polarity")
            return answers[case.id]
    else:
        predictions = answers

    result = corpusmith.score("arts", gold=gold, predictions=predictions, samples=0).result

    ((_, one),) = result["models"].items()
    assert one["original_accuracy"] == 100.0
    assert one["ars"] == pytest.approx(100 * 71 / 72, abs=1e-3)
    assert one["intervals"]["ars"] is None


def test_what_cannot_be_read_as_a_polarity_is_counted_and_wrong(cafe):
    answers = {**right(cafe), "c0_0": "perhaps", "c1_0": ""}
    del answers["c2_0"]
    found = corpusmith.score("arts", gold=cafe.gold, predictions=answers, samples=0)
    one = found.result["models"]["predictions"]
    assert one["unanswered"] == {"number": 3, "ids": ["c0_0", "c1_0", "c2_0"]}
    assert one["unrecognised"] == {"perhaps": 1}
    assert found.result["matching"]["missing"] == {"number": 1, "ids": ["c2_0"]}
    assert one["strategies"]["original"]["right"] == 69
    assert any("1 cases have no prediction and count as wrong: c2_0." in note for note in found.notes)


def test_a_callable_that_fails_costs_its_own_cases(cafe):
    def fragile(case):
        if case.id == "c0_0":
            raise RuntimeError("out of tea")
        return "positive"

    found = corpusmith.score("arts", gold=cafe.gold, predictions=fragile, samples=0)
    assert found.result["failed"] == {"c0_0": "RuntimeError: out of tea"}
    assert found.result["models"]["fragile"]["unanswered"]["ids"] == ["c0_0"]

    def broken(case):
        raise RuntimeError("out of tea")

    with pytest.raises(UsageError, match="failed for the first 20 cases; the last one said: out of tea"):
        corpusmith.score("arts", gold=cafe.gold, predictions=broken)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "needs predictions or a model"),
        ({"predictions": {"a": "positive"}, "model": "m"}, "and not both"),
        ({"predictions": {"nosuch": "positive"}}, "none of the 1 predictions belongs to a case"),
        ({"predictions": {"a": "positive", "b": {}}}, "some of the predictions are labels"),
        ({"predictions": {"c0_0": "positive"}, "samples": -1}, "-1 bootstrap draws"),
    ],
)
def test_arguments_that_cannot_be_right(cafe, arguments, says):
    with pytest.raises(UsageError, match=says):
        corpusmith.score("arts", gold=cafe.gold, **arguments)


def test_an_unknown_kind_and_a_set_that_is_none(cafe):
    with pytest.raises(UsageError, match="Did you mean 'arts'"):
        corpusmith.score("art", gold=cafe.gold, predictions={})
    with pytest.raises(UsageError, match="holds no aspect cases"):
        corpusmith.score("arts", gold={"x": {"instruction": "a"}}, predictions={"x": "neutral"})
    with pytest.raises(UsageError, match="int is no robustness set"):
        corpusmith.score("arts", gold=3, predictions={"x": "neutral"})


def scripted(cafe, rules, **more):
    (cafe.folder / "script.yaml").write_text(yaml.safe_dump(rules))
    script = cafe.folder / "script.yaml"
    sets = ["models.default.backend=scripted", f"models.default.script={script}", "models.default.schema_retries=0"]
    return ModelChoice("tiny", tuple(sets), **more)


# It knows the words, and does not look at what they are said of.
READER = [
    {"match": r"\]\] was (tasty|friendly|quick|clean|fresh)", "reply": {"polarity": "positive"}},
    {"match": r"\]\] was (bland|rude|slow|dirty|stale)", "reply": {"polarity": "negative"}},
    {"reply": {"polarity": "neutral"}},
]


def test_a_model_is_asked_and_the_same_call_goes_on(cafe):
    out = cafe.folder / "run"
    ask = scripted(cafe, READER, budget="100-calls")
    first = corpusmith.score("arts", gold=cafe.gold, model=ask, samples=0, out=out)
    assert first.exit_code == 4
    assert first.result["status"] == "partial"
    assert first.result["models"]["tiny"]["unanswered"]["number"] == 122
    assert any("the budget of 100 calls is reached" in note for note in first.notes)

    done = corpusmith.score("arts", gold=cafe.gold, model=scripted(cafe, READER), samples=0, out=out)

    assert done.exit_code == 0
    assert done.result["models"]["tiny"]["ars"] == 100.0
    assert done.result["calls"]["sent"] == 122
    assert json.loads((out / "score.json").read_text()) == done.result
    questions = next((out / "records").glob("questions-*.jsonl")).read_text()
    assert not any(word in questions for word in ("positive", "negative", "neutral"))


def test_a_limit_asks_about_whole_groups_and_can_be_raised(cafe):
    out = cafe.folder / "run"
    few = corpusmith.score("arts", gold=cafe.gold, model=scripted(cafe, READER, limit=3), samples=0, out=out)
    asked = [name for name in cafe.cases if name.split("_")[0] in ("c0", "c1", "c2")]
    assert few.result["scored"] == {"cases": len(asked), "originals": 3}
    assert few.result["models"]["tiny"]["ars"] == 100.0
    assert few.result["calls"]["sent"] == len(asked)
    more = corpusmith.score("arts", gold=cafe.gold, model=scripted(cafe, READER, limit=5), samples=0, out=out)
    assert more.result["scored"]["originals"] == 5
    assert more.result["calls"]["sent"] == more.result["scored"]["cases"] - len(asked)


def test_answers_that_cannot_be_used_are_counted_with_their_reasons(cafe):
    rules = [{"match": "was tasty", "reply": "not JSON"}, *READER]
    found = corpusmith.score("arts", gold=cafe.gold, model=scripted(cafe, rules), samples=0, out=cafe.folder / "run")
    assert found.result["counts"]["by_reason"]["rejected"] == {"invalid_structure": found.result["counts"]["rejected"]}
    assert found.result["models"]["tiny"]["unanswered"]["number"] == found.result["counts"]["rejected"] > 0


def test_solved_cases_come_from_the_training_data(cafe):
    chosen = scripted(cafe, READER, shots=4, train=cafe.train_file)
    found = corpusmith.score("arts", gold=cafe.gold, model=chosen, samples=0, out=cafe.folder / "run")
    recipe = yaml.safe_load((cafe.folder / "run" / "recipe.resolved.yaml").read_text())
    examples = recipe["builder"]["examples"]
    assert sorted(e["polarity"] for e in examples) == ["negative", "neutral", "positive", "positive"]
    assert found.result["builder"]["examples"] == examples
    with pytest.raises(UsageError, match="cannot be shown without training data"):
        corpusmith.score("arts", gold=cafe.gold, model=scripted(cafe, READER, shots=4), out=cafe.folder / "other")
    ask = scripted(cafe, READER, shots=9999, train=cafe.train_file)
    with pytest.raises(UsageError, match="of 9999 that are wanted"):
        corpusmith.score("arts", gold=cafe.gold, model=ask, out=cafe.folder / "other")


def test_solved_cases_are_never_those_that_are_asked(cafe):
    train = read_aspects(cafe.train_file).sentences
    known = ArtsSet({})
    drawn = solved(train, 12, 3, known)
    assert drawn == solved(train, 12, 3, known)
    assert drawn != solved(train, 12, 4, known)
    asked = {case["sentence"] for case in cafe.cases.values()}
    assert not asked & {one["sentence"] for one in drawn}
    assert len({one["sentence"] for one in drawn}) == 12

"""Scorer and audit on the released laptop set: known figures, and a verdict that means something."""

import pytest

import corpusmith
from corpusmith.data.sources.aspects import read_aspects, read_cases
from corpusmith.quality.scoring.arts_audit import audit_arts
from corpusmith.quality.scoring.arts_lift import null_edited
from corpusmith.quality.scoring.arts_set import ArtsSet
from corpusmith.quality.scoring.baseline_judge import BaselineJudge
from corpusmith.quality.scoring.bootstrap import Resampling
from corpusmith.quality.scoring.polarity import SWAPPED

# Accuracy on the originals and ARS of the released predictions: bert_pt and bert_sent as Xing et al. 2020 print them,
# all nine as a few lines of plain code count them.
KNOWN = {
    "TD_LSTM": (68.03, 22.57),
    "GCAE": (65.67, 10.34),
    "ATAE_LSTM": (67.55, 9.87),
    "MemNet": (64.42, 16.93),
    "ASGCN": (72.41, 19.91),
    "bert_pair": (77.59, 50.94),
    "bert_sent": (73.04, 17.40),
    "bert_pt": (78.53, 53.29),
    "mams_capsnet": (77.12, 25.86),
}


@pytest.fixture(scope="module")
def laptop(eval_data):
    folder = eval_data / "absa_laptop"
    if not folder.is_dir():
        pytest.skip(f"{folder.name} is not in the folder of evaluation data")
    return folder


def test_nine_models_score_as_counted_by_hand(laptop):
    gold, predictions = laptop / "laptop_test_enriched.json", laptop / "laptop_results.csv"
    result = corpusmith.score("arts", gold=gold, predictions=predictions, samples=100).result
    found = {model: (one["original_accuracy"], one["ars"]) for model, one in result["models"].items()}
    assert set(found) == set(KNOWN)
    for model, figures in KNOWN.items():
        assert found[model] == pytest.approx(figures, abs=0.01), model
    assert result["majority"]["drop"] == pytest.approx(47.8, abs=0.05)
    odd = ("unmatched", "repeated", "other_text", "other_gold", "missing")
    assert {name: result["matching"][name]["number"] for name in odd} == dict.fromkeys(odd, 0)


def test_the_released_set_passes_and_its_controls_do_not(laptop):
    judge = BaselineJudge(read_aspects(laptop / "original" / "train_sent.json").sentences)
    read = read_cases(laptop / "laptop_test_enriched.json")
    released = ArtsSet(dict(zip(read.keys, read.cases, strict=True)))
    quick = Resampling(500)

    audit = audit_arts(released, judge, quick)

    assert audit.verdict == "pass", audit.reasons
    assert audit.lift.by_strength == pytest.approx({"1": 15.6, "4": 14.8, "10": 17.5}, abs=0.05)
    assert 17 <= audit.judge.mean("ars") <= 19
    assert audit.null_edit_lift.value == 0.0
    assert audit.null_edit_reasons

    control = audit_arts(null_edited(released), judge, quick)
    assert control.verdict == "refuse"
    assert "null edit" in control.reasons[0].text

    flipped = {n: c.model_copy(update={"polarity": SWAPPED[c.polarity]}) for n, c in released.cases.items()}
    turned = audit_arts(ArtsSet(flipped), judge, quick)
    assert turned.verdict == "refuse"
    assert {reason.slug for reason in turned.reasons} == {"labels_against_text", "labels_flipped"}

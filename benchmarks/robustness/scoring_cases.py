"""Scorer and audit on the released laptop set, against known figures.

    python benchmarks/robustness/scoring_cases.py DATA_FOLDER

DATA_FOLDER holds laptop_test_enriched.json, laptop_results.csv and original/train_sent.json of the ARTS repository.
`rows` is for the table of the whole benchmark.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from row import Row

import corpusmith
from corpusmith.core.records import AspectRecord
from corpusmith.data.sources.aspects import read_aspects, read_cases
from corpusmith.quality.scoring.arts_audit import audit_arts
from corpusmith.quality.scoring.arts_lift import null_edited
from corpusmith.quality.scoring.arts_set import ArtsSet
from corpusmith.quality.scoring.baseline_judge import BaselineJudge
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


def rows(folder: Path) -> Iterator[Row]:
    """All figures of scoring and audit."""
    yield from scored(folder)
    yield from audited(folder)


def scored(folder: Path) -> Iterator[Row]:
    """Nine models' accuracy and ARS, and what a constant predictor loses."""
    found = corpusmith.score(
        "arts", gold=folder / "laptop_test_enriched.json", predictions=folder / "laptop_results.csv"
    ).result
    for model, (accuracy, ars) in KNOWN.items():
        one = found["models"][model]
        near = abs(one["original_accuracy"] - accuracy) <= 0.01 and abs(one["ars"] - ars) <= 0.01
        told = f"{one['original_accuracy']:.2f} -> {one['ars']:.2f}"
        yield Row(f"{model}: original accuracy -> ARS", f"{accuracy:.2f} -> {ars:.2f}", told, near)
    drop = found["majority"]["drop"]
    yield Row("drop of a constant predictor", "47.8", f"{drop:.1f}", round(drop, 1) == 47.8)
    odd = sum(found["matching"][name]["number"] for name in ("unmatched", "repeated", "missing"))
    yield Row("predictions without a case, cases without a prediction", "0", str(odd), odd == 0)


def audited(folder: Path) -> Iterator[Row]:
    """The released set passes; its null edit and its flipped labels do not."""
    judge = BaselineJudge(read_aspects(folder / "original" / "train_sent.json").sentences)
    read = read_cases(folder / "laptop_test_enriched.json")
    released = ArtsSet(dict(zip(read.keys, read.cases, strict=True)))
    audit = audit_arts(released, judge)
    by_strength = ", ".join(f"{value:.1f}" for value in audit.lift.by_strength.values())
    yield Row(
        "lift of the released set at C = 1, 4, 10", "15.6, 14.8, 17.5", by_strength, by_strength == "15.6, 14.8, 17.5"
    )
    ars = audit.judge.mean("ars") or 0.0
    yield Row("ARS of the released set, baseline judge", "17-19", f"{ars:.2f}", 17 <= ars <= 19)
    yield Row("verdict on the released set", "pass", audit.verdict, audit.verdict == "pass")
    lift = audit.null_edit_lift.value
    yield Row("lift of its null edit", "0", f"{lift:g}", lift == 0)
    flipped = ArtsSet({name: flip(case) for name, case in released.cases.items()})
    only_revtgt = ArtsSet({n: flip(c) if c.strategy == "revtgt" else c for n, c in released.cases.items()})
    controls = {
        "the null edit": null_edited(released),
        "all labels flipped": flipped,
        "RevTgt labels flipped": only_revtgt,
    }
    for name, cases in controls.items():
        found = audit_arts(cases, judge)
        told = f"{found.verdict}: {', '.join(reason.slug for reason in found.reasons)}"
        yield Row(f"verdict on {name}", "refuse", told, found.verdict == "refuse")


def flip(case: AspectRecord) -> AspectRecord:
    """The case with positive and negative swapped."""
    return case.model_copy(update={"polarity": SWAPPED[case.polarity]})


def main() -> int:
    """Print the figures; 1 if one is not met."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    all_met = True
    for row in rows(Path(sys.argv[1])):
        all_met = all_met and row.met
        print(f"{'ok  ' if row.met else 'MISS'}  {row.what:<56}  {row.goal:<18}  {row.found}", flush=True)
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())

"""How much the edits of our set mean to the baseline judge, beside those of the released one, in the same run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from building_cases import run
from row import Row

from corpusmith.data.sources.aspects import read_aspects, read_cases
from corpusmith.quality.scoring.arts_audit import audit_arts
from corpusmith.quality.scoring.arts_set import ArtsSet
from corpusmith.quality.scoring.baseline_judge import BaselineJudge


def rows(folder: Path) -> Iterator[Row]:
    """Lift and ARS of both sets."""
    judge = BaselineJudge(read_aspects(folder / "original" / "train_sent.json").sentences)
    with tempfile.TemporaryDirectory() as work:
        run(folder, Path(work, "run"))
        ours = read_cases(Path(work, "run", "export", "arts", "test_enriched.json"))
        theirs = read_cases(folder / "laptop_test_enriched.json")
        audits = [audit_arts(ArtsSet(dict(zip(s.keys, s.cases, strict=True))), judge) for s in (ours, theirs)]
    lifts = [audit.lift.value or 0.0 for audit in audits]
    yield Row("lift, beside the released set's", f">= {lifts[1]:.2f}", f"{lifts[0]:.2f}", lifts[0] >= lifts[1])
    ars = [audit.judge.mean("ars") or 0.0 for audit in audits]
    near = abs(ars[0] - ars[1]) <= 4
    yield Row("ARS of the baseline judge, beside the released set's", f"{ars[1]:.2f} +- 4", f"{ars[0]:.2f}", near)
    yield Row("the audit's verdict on our set", "pass", audits[0].verdict, audits[0].verdict == "pass")

"""Model checks on the real embedded model: likelihoods that mean something, and a small judge that at least answers."""

from __future__ import annotations

import pytest

from corpusmith.core.errors import CorpusmithError
from corpusmith.llm.model_store import path_of
from corpusmith.quality import Row
from corpusmith.quality.judging import InstructionFollowingDifficulty, PairwiseJudge, Perplexity, RubricJudge
from corpusmith.recipes import Asking
from corpusmith.runs.model_checks import GatedCheck, judge_by_models

pytestmark = pytest.mark.model

OWN = {"instruction": "What is the capital of France?", "output": "The capital of France is Paris."}
FOREIGN = {**OWN, "output": "Stir the butter and the sugar until the bowl is smooth."}
SALAD = {**OWN, "output": "Smooth the bowl until is the sugar and butter the stir."}
LONG = {"instruction": "Repeat.", "input": "word " * 600, "output": "word word word"}


@pytest.fixture(scope="module", autouse=True)
def model():
    try:
        path_of("smollm2", pull_if_missing=True, say=lambda _line: None)
    except CorpusmithError as error:
        pytest.skip(f"the embedded model is not to be had: {error}")


def asked(fields, checks, folder):
    rows = [Row(at, str(at), one) for at, one in enumerate(fields)]
    taken = []
    models = Asking(models={"default": {"backend": "llamacpp", "model": "smollm2", "concurrency": 4, "context": 300}})
    done = judge_by_models(rows, [GatedCheck(check) for check in checks], models, folder=folder, take=taken.extend)
    return done, [f.finding for f in taken]


def test_likelihoods(tmp_path):
    checks = [InstructionFollowingDifficulty(), Perplexity()]
    done, found = asked([OWN, FOREIGN, SALAD, LONG], checks, tmp_path)
    (own, own_plain), (foreign, foreign_plain), (_, salad_plain), (long, _) = zip(found[::2], found[1::2], strict=True)
    assert not any(finding.error for finding in found)
    assert own.value < 0.6, "the question gives this answer away"
    assert foreign.value > 0.9, "the question does not help with an answer to something else"
    assert salad_plain.value > foreign_plain.value > own_plain.value
    assert own.evidence["tokens"] == own_plain.evidence["tokens"] == 7
    assert long.evidence["cut_to_context"]["input"][0] < long.evidence["cut_to_context"]["input"][1] == 2999
    assert "output" not in long.evidence["cut_to_context"]
    again, found_again = asked([OWN, FOREIGN, SALAD, LONG], checks, tmp_path)
    assert found_again == found
    assert again.facts["models"]["default"]["demo"]
    assert done.facts["calls"]["sent"] > 0


def test_small_judges_answer_and_claim_nothing(tmp_path):
    row = {**OWN, "rejected": FOREIGN["output"]}
    checks = [
        RubricJudge(RubricJudge.Options(profile="small")),
        PairwiseJudge(PairwiseJudge.Options(profile="small")),
    ]
    _, (scored, compared) = asked([row], checks, tmp_path)
    assert 1 < scored.value < 5
    assert scored.evidence["score_name"] == "uncalibrated judge score"
    assert all(0 < one["yes"] < 1 for one in scored.evidence["criteria"].values())
    assert compared.value in (0.0, 0.5, 1.0)
    assert len(compared.evidence["orders"]) == 2

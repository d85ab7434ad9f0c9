"""What a judge's score may be called: a quality score only with a calibration of this very judge."""

import re

import orjson
import pytest
import yaml
from pydantic import ValidationError

from corpusmith.core.errors import UsageError
from corpusmith.llm.backends.scripted import Rule
from corpusmith.prompts.rubric import find_rubric
from corpusmith.quality import Row
from corpusmith.quality.judging import Agreement, Calibration, RubricJudge, read_calibration
from corpusmith.quality.judging.calibration import judge_fingerprint

ROW = Row(0, "a", {"instruction": "Name a fruit.", "output": "An apple."})


def agreement(**changes):
    found = {
        "rows": 100,
        "spearman": 0.6,
        "low": 0.5,
        "high": 0.7,
        "annotators": 2,
        "alpha_people": 0.8,
        "alpha_judge": 0.6,
        "judge_mean": 3.0,
        "people_mean": 3.1,
    }
    return Agreement(**{**found, **changes})


@pytest.fixture
def calibrated(tmp_path, model):
    """A function that writes a calibration of the default judge on a scripted model, changed as told."""

    def write(overall=None, **changes):
        judge = RubricJudge()
        judge.ready({"judge": model()})
        made = Calibration(
            fingerprint=judge.fingerprint,
            judge=judge.described,
            score_name="quality score",
            why=None,
            min_spearman=0.4,
            overall=overall or agreement(),
            labels={},
            made={},
        )
        path = tmp_path / "calibration.json"
        path.write_bytes(orjson.dumps({**made.model_dump(mode="json"), **changes}))
        return path

    return write


async def test_a_calibrated_judge_may_say_quality(calibrated, model, verdict):
    options = RubricJudge.Options(calibration=calibrated(), claim="quality")
    found = await RubricJudge(options).judge(ROW, {"judge": model([Rule(reply=verdict(2))])})
    assert found.evidence["score_name"] == "quality score"
    assert found.reason == "low_quality_score"


@pytest.mark.parametrize(
    ("overall", "why"),
    [
        ({"spearman": 0.39}, "its Spearman correlation with people is 0.39, where 0.40 is wanted"),
        ({"rows": 12}, "it rests on 12 rows, where at least 30 are wanted"),
        ({"spearman": None, "low": None}, "gave every row the same score"),
        ({"low": -0.02}, "its interval begins at -0.02: the agreement may be chance"),
    ],
)
async def test_too_little_agreement_is_no_quality(overall, why, calibrated, model, verdict):
    path = calibrated(agreement(**overall))
    llm = model([Rule(reply=verdict(2))])
    found = await RubricJudge(RubricJudge.Options(calibration=path)).judge(ROW, {"judge": llm})
    assert found.evidence["score_name"] == "uncalibrated judge score"
    assert found.reason == "low_uncalibrated_judge_score"
    assert why in found.evidence["not_calibrated_since"]
    asked = len(llm.backend.asked)
    claiming = RubricJudge(RubricJudge.Options(calibration=path, claim="quality"))
    with pytest.raises(UsageError, match=f"claims quality.*{re.escape(why)}"):
        claiming.ready({"judge": llm})
    with pytest.raises(UsageError, match="claims quality"):
        await claiming.judge(ROW, {"judge": llm})
    assert len(llm.backend.asked) == asked, "a refused claim costs nothing"


def test_the_bar_of_agreement_can_be_moved(calibrated, model):
    path = calibrated(agreement(spearman=0.39))
    judge = RubricJudge(RubricJudge.Options(calibration=path, claim="quality", min_spearman=0.3))
    judge.ready({"judge": model()})
    assert judge.score_name == "quality score"


def test_a_calibration_of_another_judge_does_not_count(calibrated, model, tmp_path):
    path = calibrated()
    same = RubricJudge(RubricJudge.Options(calibration=path))
    same.ready({"judge": model(concurrency=3, timeout=9.0, retries=1)})
    assert same.score_name == "quality score", "what cannot change a reply is not in the fingerprint"
    rubric = find_rubric("instruction").model_dump(mode="json")
    rubric["criteria"]["clarity"]["description"] += " Always."
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(rubric))
    others = [
        (RubricJudge.Options(calibration=path), model(model="other")),
        (RubricJudge.Options(calibration=path), model(sampling={"temperature": 1.0})),
        (RubricJudge.Options(calibration=path), model(extra_body={"top_k": 1})),
        (RubricJudge.Options(calibration=path, rubric_file=tmp_path / "mine.yaml"), model()),
        (RubricJudge.Options(calibration=path, shown=("instruction",)), model()),
        (RubricJudge.Options(calibration=path, profile="small"), model()),
    ]
    for options, llm in others:
        judge = RubricJudge(options)
        judge.ready({"judge": llm})
        assert judge.score_name == "uncalibrated judge score", options
        claiming = RubricJudge(options.model_copy(update={"claim": "quality"}))
        with pytest.raises(UsageError, match=r"it is of another judge \(fingerprint \w{16}, now \w{16}\)"):
            claiming.ready({"judge": llm})


def test_where_the_model_runs_is_not_in_the_fingerprint(model):
    config = RubricJudge().config
    here, there = model(), model()
    here.backend.endpoint, there.backend.endpoint = "http://a:1/v1", "https://b/v1"
    assert judge_fingerprint(config, here) == judge_fingerprint(config, there)
    there.backend.endpoint = "llamacpp:0123456789abcdef"
    here.backend.endpoint = "llamacpp:fedcba9876543210"
    assert judge_fingerprint(config, here) != judge_fingerprint(config, there), "a model file counts by its content"


def test_a_claim_without_a_calibration_is_refused_at_once():
    with pytest.raises(ValidationError, match="claim: quality needs a calibration"):
        RubricJudge.Options(claim="quality")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "it is not JSON"),
        ("[]", "the file: input should be a valid dictionary"),
        ('{"version": 2}', "version: input should be 1"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_calibration_is_told(text, why, tmp_path, model):
    path = tmp_path / "calibration.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError, match=why) as caught:
        read_calibration(path)
    assert str(path) in str(caught.value)
    assert "corpusmith calibrate" in str(caught.value)
    with pytest.raises(UsageError, match=why):
        RubricJudge(RubricJudge.Options(calibration=path)).ready({"judge": model()})

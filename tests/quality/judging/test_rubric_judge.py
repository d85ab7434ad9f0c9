"""judge.rubric: scores with reasons; a reply that cannot be used is an error, never a low score."""

import orjson
import pytest
import yaml

from corpusmith.core.errors import FatalEndpointError, MissingCapability, UsageError
from corpusmith.llm import Capabilities
from corpusmith.llm.backends.scripted import Rule, ScriptedBackend, prompt_text
from corpusmith.quality import CheckSpec, Row
from corpusmith.quality.judging import RubricJudge

ROW = Row(0, "a", {"instruction": "Name a fruit.", "input": "", "output": "An apple."})


async def test_the_value_is_the_weighted_mean_and_the_reasons_are_evidence(model, verdict):
    judge, llm = RubricJudge(), model([Rule(reply=verdict(4, correctness=1))])

    found = await judge.judge(ROW, {"judge": llm})

    # Five criteria, of which correctness counts twice: (4 + 1 * 2 + 4 + 4 + 4) / 6.
    assert found.value == 3.0
    assert not found.error
    assert found.evidence["scale"] == [1, 5]
    assert found.evidence["criteria"]["correctness"] == {"score": 1, "reason": "on correctness"}
    assert len(found.evidence["criteria"]) == 5
    assert found.evidence["calls"] == [llm.backend.asked[0].key()]
    assert found.evidence["score_name"] == "uncalibrated judge score"
    assert found.reason == "low_uncalibrated_judge_score"


async def test_the_schema_asks_for_the_reason_before_the_score(model, verdict):
    llm = model([Rule(reply=verdict())])
    await RubricJudge().judge(ROW, {"judge": llm})
    schema = llm.backend.asked[0].schema
    assert list(schema["properties"]) == ["helpfulness", "correctness", "completeness", "clarity", "constraints"]
    for part in schema["properties"].values():
        assert list(part["properties"]) == ["reason", "score"] == part["required"]
        assert part["properties"]["score"]["enum"] == [1, 2, 3, 4, 5]
        assert part["additionalProperties"] is False


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("5", "invalid_structure"),
        ('{"helpfulness": {"reason": "fine", "score": 9}}', "invalid_structure"),
        ("I would give it a five.", "invalid_structure"),
        ("", "empty_reply"),
    ],
)
async def test_a_reply_that_cannot_be_used_is_an_error(reply, why, model):
    llm = model([Rule(reply=reply)], schema_retries=1)
    found = await RubricJudge().judge(ROW, {"judge": llm})
    assert found.error
    assert found.value is None
    assert found.evidence["error"] == why
    assert found.evidence["raw"] == reply
    assert len(found.evidence["calls"]) == 2, "it was asked again before it was given up"


async def test_a_judge_that_refuses_is_an_error(model):
    found = await RubricJudge().judge(ROW, {"judge": model([Rule(reply="no", finish_reason="content_filter")])})
    assert (found.error, found.value, found.evidence["error"]) == (True, None, "content_filter")


async def test_a_row_without_the_column_costs_no_call(model):
    llm = model()
    found = await RubricJudge().judge(Row(0, "a", {"instruction": "x"}), {"judge": llm})
    assert found.error
    assert llm.backend.asked == []


async def test_a_refused_key_is_raised_and_not_a_finding(model):
    with pytest.raises(FatalEndpointError):
        await RubricJudge().judge(ROW, {"judge": model([Rule(error=401)])})


async def test_the_role_falls_back_to_default_and_must_be_there(model, verdict):
    judge = RubricJudge()
    found = await judge.judge(ROW, {"default": model([Rule(reply=verdict())])})
    assert found.value == 4.0
    with pytest.raises(UsageError, match=r"asks the model of the role 'judge', which is not given \(given: target\)"):
        RubricJudge().ready({"target": model()})


OWN = {
    "name": "mine",
    "judged": "reply",
    "shown": ["question"],
    "scale": {"min": 0, "max": 10},
    "criteria": {
        "kind": {"description": "It is kind.", "scale": {"min": 0, "max": 1}, "question": "Is it kind?"},
        "short": {"description": "It is short.", "weight": 3, "levels": {"0": "long", "10": "short"}},
    },
}


async def test_a_rubric_of_ones_own_with_scales_of_its_own(model, tmp_path):
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(OWN))
    judge = RubricJudge(RubricJudge.Options(rubric_file=tmp_path / "mine.yaml"))
    said = orjson.dumps({"kind": {"reason": "r", "score": 1}, "short": {"reason": "r", "score": 6}}).decode()
    llm = model([Rule(reply=said)])

    found = await judge.judge(Row(0, "a", {"question": "Why?", "reply": "So."}), {"judge": llm})

    assert found.value == 7.0  # (10 * 1 + 6 * 3) / 4
    assert found.evidence["scale"] == [0, 10]
    asked = prompt_text(llm.backend.asked[0])
    assert "<<<question" in asked
    assert "<<<reply" in asked
    assert "kind (from 0, worst, to 1, best): It is kind." in asked
    assert "- 10: short" in asked


async def test_other_columns_by_options(model, verdict):
    llm = model([Rule(reply=verdict())])
    judge = RubricJudge(RubricJudge.Options(judged="instruction"))
    await judge.judge(ROW, {"judge": llm})
    assert "Judge the part named instruction" in prompt_text(llm.backend.asked[0])
    assert "<<<output" not in prompt_text(llm.backend.asked[0])
    with pytest.raises(UsageError, match="'output' is among the shown ones"):
        RubricJudge(RubricJudge.Options(shown=("output",)))


async def test_a_prompt_of_ones_own_must_fit(model, verdict, tmp_path):
    own = tmp_path / "own.md"
    own.write_text("---\ninputs: [text]\n---\nScore this: {{ text }}\n")
    llm = model([Rule(reply=verdict())])
    await RubricJudge(RubricJudge.Options(prompt=own)).judge(ROW, {"judge": llm})
    assert prompt_text(llm.backend.asked[0]) == "Score this: An apple."
    own.write_text("---\ninputs: [txt]\n---\nScore this: {{ txt }}\n")
    with pytest.raises(UsageError, match="wants the input 'txt', which this check does not have"):
        RubricJudge(RubricJudge.Options(prompt=own))
    own.write_text("---\ninputs: [text]\nkind: text\n---\nScore this: {{ text }}\n")
    with pytest.raises(UsageError, match="kind text, where a prompt of kind chat is needed"):
        RubricJudge(RubricJudge.Options(prompt=own))


async def test_the_small_profile_compares_likelihoods(model):
    """ "Yes" gains by the row what "No" loses, as against a row with nothing in it."""

    def say(request):
        from corpusmith.llm import Reply, TokenScore

        helped = "An apple." in request.prompt
        logprob = {" Yes": -1.0 if helped else -2.0, " No": -3.0 if helped else -2.0}[request.continuation]
        return Reply(text="", scores=(TokenScore(request.continuation, logprob),))

    llm = model(say)
    judge = RubricJudge(RubricJudge.Options(profile="small"))
    found = await judge.judge(ROW, {"judge": llm})

    yes = 1 / (1 + 2.718281828459045**-2)
    assert found.value == pytest.approx(1 + 4 * yes, abs=1e-3)
    assert found.evidence["criteria"]["clarity"] == {"score": pytest.approx(1 + 4 * yes, abs=1e-3), "yes": 0.8808}
    kinds = {request.kind for request in llm.backend.asked}
    assert kinds == {"score"}
    assert any("(none)" in request.prompt and "An apple." not in request.prompt for request in llm.backend.asked)


def test_the_small_profile_needs_a_backend_that_scores_and_questions(model, tmp_path):
    class Mute(ScriptedBackend):
        capabilities = Capabilities(score=False)

    llm = model()
    llm._backend = Mute()
    with pytest.raises(MissingCapability, match=r"'judge\.rubric' needs log-likelihoods"):
        RubricJudge(RubricJudge.Options(profile="small")).ready({"judge": llm})
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(OWN))
    with pytest.raises(UsageError, match="has no question for 'short'"):
        RubricJudge(RubricJudge.Options(profile="small", rubric_file=tmp_path / "mine.yaml"))


def test_it_is_registered():
    spec = CheckSpec(check="judge.rubric", options={"rubric": "dialogue", "judged": "reply"})
    from corpusmith.core import registry

    check = registry.load("checks", spec.check)(RubricJudge.Options.model_validate(spec.options))
    assert (check.name, check.scope, check.rubric.judged) == ("judge.rubric", "model", "reply")

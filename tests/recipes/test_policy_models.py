"""A policy may name the models that its checks ask, in the words of a recipe."""

import pytest

from corpusmith.core.errors import RecipeError
from corpusmith.recipes import Budget, load_policy, load_policy_file

POLICY = """
name: mine
models:
  judge: {backend: scripted, model: s, script: ./script.yaml}
  target: {backend: llamacpp, model: smollm2}
prices:
  judge: {prompt: 1, completion: 2}
  target: {prompt: 0, completion: 0}
budget: 5USD
checks:
  - {check: output.empty, gate: drop}
  - {check: judge.rubric, gate: review, options: {calibration: ./calibration.json, rubric_file: ./r.yaml}}
"""
RUBRIC = "name: r\ncriteria: {good: {description: It is good.}}\n"


@pytest.fixture
def policy(tmp_path):
    (tmp_path / "r.yaml").write_text(RUBRIC)

    def write(text=POLICY):
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        return path

    return write


def test_models_prices_and_budget(policy, tmp_path):
    loaded = load_policy_file(policy())
    asking = loaded.asking
    assert list(asking.models.given()) == ["target", "judge"]
    assert asking.models.judge.settings().script == str(tmp_path / "script.yaml"), "relative to the policy's file"
    assert asking.budget == Budget(usd=5.0)
    assert asking.role_prices()["judge"].completion == 2.0
    assert [spec.check for spec in loaded.policy.checks] == ["output.empty", "judge.rubric"]
    assert loaded.policy.checks[1].options["calibration"] == str(tmp_path / "calibration.json")
    assert (loaded.path, loaded.shipped) == (tmp_path / "mine.yaml", False)
    assert load_policy(tmp_path / "mine.yaml") == loaded.policy


def test_a_policy_needs_no_models():
    loaded = load_policy_file("instructions")
    assert loaded.asking.models.given() == {}
    assert loaded.shipped


def test_models_by_set(tmp_path):
    sets = ["models.judge.model=m", "models.judge.base_url=http://localhost:8000/v1", "budget=3-calls"]
    asking = load_policy_file("instructions", sets).asking
    assert asking.models.judge.base_url == "http://localhost:8000/v1"
    assert asking.budget == Budget(calls=3)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("backend: scripted", "backend: scriptd"), r"mine\.yaml:4: models\.judge\.backend"),
        (("  judge: {backend", "  jugde: {backend"), r"mine\.yaml:4: models\.jugde: unknown key 'jugde'.* 'judge'"),
        (("models:", "modles:"), r"mine\.yaml:3: modles: unknown key 'modles'.* mean 'models'"),
        (("  judge: {prompt: 1, completion: 2}\n", ""), r"mine\.yaml:8: budget: .*prices of the role 'judge'"),
        (("model: s,", "model: s, api_key: sk-123,"), "holds a secret"),
        (("./r.yaml", "./none.yaml"), r"mine\.yaml:12: .*none\.yaml cannot be read"),
        (("{calibration: ./calibration.json, ", "{claim: quality, "), r"mine\.yaml:12: .*claim: quality needs a"),
        (("{calibration: ./calibration.json, ", "{profil: small, "), r"mine\.yaml:12: .*has no option 'profil'"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_file_and_line(change, why, policy):
    assert change[0] in POLICY
    with pytest.raises(RecipeError, match=why):
        load_policy_file(policy(POLICY.replace(*change)))

"""Rubrics: strictly read, errors with file and line, scores brought to one scale."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import UsageError
from corpusmith.prompts.rubric import Rubric, Scale, find_rubric, shipped_rubrics

TEXT = """
name: mine
judged: reply
shown: [question]
scale: {min: 0, max: 10}
criteria:
  kind:
    description: It is kind.
    weight: 2
  short:
    description: It is short.
    scale: {min: 1, max: 3}
    levels: {1: long, 3: short}
"""


def test_reading_one():
    rubric = Rubric.from_text(TEXT, "mine.yaml")
    assert list(rubric.criteria) == ["kind", "short"]
    assert rubric.scale_of("kind") == Scale(min=0, max=10)
    assert rubric.scale_of("short") == Scale(min=1, max=3)
    assert rubric.criteria["short"].levels == {1: "long", 3: "short"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("weight: 2", "wieght: 2"), r"mine\.yaml:9: criteria\.kind\.wieght: unknown key"),
        (("weight: 2", "weight: 0"), r"mine\.yaml:9: criteria\.kind\.weight: input should be greater than 0"),
        (("1: long", "0: long"), r"the level 0 of 'short' lies outside its scale of 1 to 3"),
        (("max: 10", "max: 0"), r"mine\.yaml:5: scale: max 0 is not above min 0"),
        (("max: 10", "max: 1000"), r"mine\.yaml:5: scale\.max: input should be less than or equal to 100"),
        (("judged: reply", "judged: question"), "the judged column 'question' is among the shown ones"),
        (("  kind:", "  Kind of:"), r"mine\.yaml:7: criteria\.Kind of: string should match pattern"),
        (("    description: It is kind.\n", ""), r"mine\.yaml:7: criteria\.kind\.description: field required"),
        (("criteria:", "criteria: {}\nx:"), r"mine\.yaml:\d+: x: unknown key"),
        (("name: mine", "name: mine\nname: other"), "'name' is given twice"),
    ],
)
def test_mistakes_are_told_with_their_line(change, why):
    assert change[0] in TEXT
    with pytest.raises(UsageError, match=why):
        Rubric.from_text(TEXT.replace(*change), "mine.yaml")


def test_files_that_are_no_rubrics(tmp_path):
    with pytest.raises(UsageError, match=r"none\.yaml cannot be read: No such file"):
        find_rubric(tmp_path / "none.yaml")
    (tmp_path / "list.yaml").write_text("- a\n")
    with pytest.raises(UsageError, match=r"list\.yaml:1: a rubric is a mapping"):
        find_rubric(str(tmp_path / "list.yaml"))
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    with pytest.raises(UsageError, match="is not UTF-8"):
        Rubric.from_file(tmp_path / "latin.yaml")
    with pytest.raises(UsageError, match=r"there is no rubric 'instructions'\. Did you mean 'instruction'\?"):
        find_rubric("instructions")


@pytest.mark.parametrize("name", shipped_rubrics())
def test_shipped_rubrics_serve_both_profiles(name):
    rubric = find_rubric(name)
    assert rubric.name == name
    assert rubric.description
    for criterion_name, criterion in rubric.criteria.items():
        assert criterion.question, f"{criterion_name} has no question for the profile small"
        scale = rubric.scale_of(criterion_name)
        assert {scale.min, scale.max} <= set(criterion.levels), f"{criterion_name}: the ends of the scale say nothing"


def test_the_shipped_rubrics_are_there():
    assert shipped_rubrics() == ["dialogue", "instruction"]


def test_the_mean_weighs_and_brings_to_one_scale():
    rubric = Rubric.from_text(TEXT, "mine.yaml")
    # kind: 5 of 0..10 is a half, twice; short: 3 of 1..3 is the whole.
    assert rubric.mean({"kind": 5, "short": 3}) == pytest.approx(10 * (2 * 0.5 + 1) / 3)


@given(st.data())
def test_the_mean_stays_on_the_scale_and_rises_with_every_score(data):
    rubric = Rubric.from_text(TEXT, "mine.yaml")
    scores = {}
    for name in rubric.criteria:
        scale = rubric.scale_of(name)
        scores[name] = data.draw(st.integers(scale.min, scale.max))
    mean = rubric.mean(scores)
    assert 0 <= mean <= 10
    for name, score in scores.items():
        if score < rubric.scale_of(name).max:
            assert rubric.mean({**scores, name: score + 1}) > mean


def test_the_hash_is_of_what_it_says():
    rubric = Rubric.from_text(TEXT, "mine.yaml")
    assert Rubric.from_text(yaml.safe_dump(yaml.safe_load(TEXT), sort_keys=False), "other.yaml").hash == rubric.hash
    assert Rubric.from_text(TEXT.replace("It is kind.", "It is very kind."), "mine.yaml").hash != rubric.hash


@pytest.mark.parametrize("text", ["1-7", " 0 - 1", "1..5"])
def test_a_scale_as_text(text):
    scale = Scale.parse(text)
    assert scale.min < scale.max


@pytest.mark.parametrize("text", ["", "5", "7-1", "1-1", "a-b", "1-1000", "-1-3", "1-99999999999999999999"])
def test_what_is_no_scale(text):
    with pytest.raises(UsageError, match="is no scale"):
        Scale.parse(text)

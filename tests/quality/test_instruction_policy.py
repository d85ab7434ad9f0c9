from pathlib import Path

import pytest

import corpusmith
from corpusmith.quality import Panel, Row
from corpusmith.recipes import load_policy

POLICIES = sorted((Path(corpusmith.__file__).parent / "recipes" / "policies").glob("*.yaml"))


def test_there_is_a_policy_for_instructions():
    assert "instructions" in [path.stem for path in POLICIES]


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_every_policy_validates_and_its_checks_load(path):
    policy = load_policy(path)
    assert policy.name == path.stem
    assert policy.description
    Panel.from_specs(policy.checks)


def test_the_instruction_policy_on_a_few_rows():
    (path,) = [path for path in POLICIES if path.stem == "instructions"]
    policy = load_policy(path)
    cells = [
        ("Name a fish that lives in lakes.", "", "Pike"),
        ("Name a fish, that lives in lakes!", "", "Carp"),
        ("Name one fish that lives in deep lakes.", "", "Perch"),
        ("Explain to a child how rain is made.", "", "The sun warms the sea, water rises, cools in clouds and falls."),
        (
            "Explain to a child how the rain is made.",
            "",
            "The sun warms the sea, water rises, cools in the clouds and falls.",
        ),
        ("Sort the words.", "b a", "a b"),
        ("Sort the words.", "d c", "c d"),
        ("Describe the photo.", "[Photo]", "A barn."),
        ("Name a tree.", "No input", "Oak"),
        ("Name a bird.", "", ""),
        ("Open the door.", "", "I'm sorry, but I cannot perform this task."),
    ]
    rows = [
        Row(at, f"r{at}", dict(zip(("instruction", "input", "output"), cell, strict=True)))
        for at, cell in enumerate(cells)
    ]
    judged = Panel.from_specs(policy.checks).judge(rows)
    assert [(one.decision, one.reason) for one in judged] == [
        ("keep", None),
        ("drop", "exact_duplicate"),
        ("keep", None),
        ("keep", None),
        ("drop", "near_duplicate"),
        ("keep", None),
        ("keep", None),
        ("drop", "attachment_reference"),
        ("drop", "no_input_variant"),
        ("drop", "empty_output"),
        ("review", "refusal"),
    ]

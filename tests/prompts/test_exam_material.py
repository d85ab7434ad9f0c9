"""Kinds of knowledge, worked examples and solved questions, as a file of the user's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.prompts.exam_material import ExamMaterial, shipped_material

OWN = """\
categories:
  beer: {about: "brewing and its history"}
examples:
  - {instruction: "What is wort?", output: "Sweet liquor.", needs_knowledge: true, category: beer, reason: "a fact"}
demonstrations:
  - {stem: "What ferments beer?", options: [Salt, Yeast, Malt, Hops], key: B}
"""


def test_the_shipped_material_has_eleven_kinds_and_examples_of_both_sorts():
    material = shipped_material()
    assert len(material.categories) == 11
    assert Counter(example.needs_knowledge for example in material.examples) == {True: 5, False: 5}
    assert len(material.demonstrations) == 5
    assert len({one.key for one in material.demonstrations[:4]}) == 4


def test_a_file_of_ones_own_is_read_and_named_by_its_content(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(OWN)
    material = ExamMaterial.from_file(path)
    assert list(material.categories) == ["beer"]
    assert material.hash == ExamMaterial.from_text(OWN, "elsewhere").hash != shipped_material().hash


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("category: beer", "category: wine"), "'What is wort\\?' has the unknown category 'wine'"),
        (("category: beer, ", ""), "has a category if it needs knowledge"),
        (("key: B", "key: E"), "mine:6: demonstrations.0.key: input should be 'A', 'B', 'C' or 'D'"),
        (("key: B", "key: B, level: hard"), "level: unknown key"),
        (("[Salt, Yeast, Malt, Hops]", "[Salt, Yeast]"), "demonstrations.0.options"),
        (("categories:", "kinds:"), "kinds: unknown key|categories: field required"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(change, said):
    with pytest.raises(UsageError, match=said):
        ExamMaterial.from_text(OWN.replace(*change), "mine")


def test_a_missing_file_and_one_that_is_no_mapping_are_told(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be read"):
        ExamMaterial.from_file(tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="is a mapping with the keys"):
        ExamMaterial.from_text("- a\n", "mine")

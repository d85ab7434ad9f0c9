"""exam.knowledge: the examination as a check of any policy."""

from __future__ import annotations

import asyncio

import pytest

from corpusmith.builders.exams.gate import KnowledgeExam
from corpusmith.core.errors import MissingCapability
from corpusmith.quality import CheckSpec, Panel, Row

from .conftest import World, context, row


def found(world, fields, **options):
    check = KnowledgeExam(KnowledgeExam.Options(**options))
    return asyncio.run(check.judge(Row(0, "r1", fields), context(world).roles))


def test_the_value_is_the_share_of_wrong_answers():
    right, wrong = (found(World(knows=["Town1"]), row(town)) for town in ("Town1", "Town2"))
    assert (right.value, wrong.value) == (0.0, 1.0)
    assert (wrong.reason, wrong.evidence["category"]) == ("inconsistent", "places")
    assert KnowledgeExam.bar.crossed(wrong.value)
    assert not KnowledgeExam.bar.crossed(right.value)


def test_a_row_that_needs_no_knowledge_passes_and_one_that_cannot_be_examined_is_not_judged():
    assert found(World(), row("Town1", instruction="A poem on Town1")).value == 0.0
    unexaminable = found(World(paper=lambda town, count: []), row("Town1"))
    assert unexaminable.error
    assert unexaminable.evidence["error"] == "unexaminable"
    assert found(World(), {"text": "no instruction data"}).evidence["error"] == "no_column"


def test_it_is_made_from_a_policy_and_refuses_models_that_cannot_be_asked():
    panel = Panel.from_specs([CheckSpec(check="exam.knowledge", gate="review", options={"questions": 5})])
    assert panel is not None
    check = KnowledgeExam(KnowledgeExam.Options(method="letter"))
    with pytest.raises(MissingCapability, match="log-likelihoods"):
        check.ready(context(World(), can_score=False).roles)
    assert KnowledgeExam().calls_per_row > 1

"""The human check: which tasks there are, and what follows from the answers."""

from __future__ import annotations

from collections import Counter

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.core.records import AspectTerm, Span
from corpusmith.data.sources.aspects import read_cases
from corpusmith.quality.scoring.arts_set import ArtsSet
from corpusmith.quality.scoring.review import Judgement, ReviewAspect, ReviewTask, evaluate, make_tasks


@pytest.fixture
def cases(cafe):
    read = read_cases(cafe.gold)
    return ArtsSet(dict(zip(read.keys, read.cases, strict=True)))


def test_every_edited_case_is_a_task_once_and_its_id_tells_nothing(cases):
    tasks = make_tasks(cases)
    edited = [name for name, case in cases.cases.items() if case.strategy != "original"]
    assert Counter(task.case for task in tasks) == Counter(edited)
    assert [task.case for task in tasks] != edited
    assert len({task.id for task in tasks}) == len(tasks)
    assert not any(word in task.id for task in tasks for word in ("adv", "rev", task.case))
    assert all(task.aspects[0].expected == cases.cases[task.case].polarity for task in tasks)


def test_a_sample_is_even_over_the_strategies_and_of_the_seed(cases):
    tasks = make_tasks(cases, sample=15, seed=3)
    assert Counter(task.strategy for task in tasks) == {"revtgt": 5, "revnon": 5, "adddiff": 5}
    assert tasks == make_tasks(cases, sample=15, seed=3)
    assert {t.case for t in tasks} != {t.case for t in make_tasks(cases, sample=15, seed=4)}
    assert tasks[0].id[:5] != make_tasks(cases, sample=15, seed=4)[0].id[:5]
    with pytest.raises(UsageError, match="of 1000 that are wanted"):
        make_tasks(cases, sample=1000)
    with pytest.raises(UsageError, match="0 edited cases"):
        make_tasks(ArtsSet({n: c for n, c in cases.cases.items() if c.strategy == "original"}))


def test_other_aspects_of_the_sentence_are_asked_about(cases):
    second = cases.cases["c0_0"].model_copy(update={"term": "music", "polarity": "neutral", "target": "c0_1"})
    second = second.model_copy(update={"start": second.sentence.index("music")})
    both = ArtsSet({**cases.cases, "c0_1": second})
    aspects = {task.case: task.aspects for task in make_tasks(both) if task.case.startswith("c0_0")}
    assert [a.name for a in aspects["c0_0_adv1"]] == ["soup", "music"]
    assert aspects["c0_0_adv3"][1].expected == "neutral"
    # RevNon is there to change it, and RevTgt may.
    assert aspects["c0_0_adv1"][1].expected is aspects["c0_0_adv2"][1].expected is None


def test_a_record_knows_its_other_aspects_and_what_they_should_be(cases):
    other = AspectTerm(id="o", span=Span(text="cellar", start=50, end=56), polarity="negative")
    record = cases.cases["c0_0_adv3"].model_copy(update={"others": (other,)})
    (task,) = make_tasks(ArtsSet({"c0_0": cases.cases["c0_0"], "c0_0_adv3": record}))
    assert task.aspects == (ReviewAspect("soup", "positive"), ReviewAspect("cellar", "negative"))


def test_a_term_that_occurs_twice_says_which_is_meant(cases):
    twice = cases.cases["c1_0_adv1"].model_copy(update={"sentence": "Tea was tea, and tea is tea.", "term": "tea"})
    tasks = make_tasks(ArtsSet({"x": twice.model_copy(update={"start": 17, "end": 20})}))
    assert tasks[0].aspects[0].name == "tea (number 2 of 3 in the sentence)"


def task(number: int, strategy: str = "revtgt", others: int = 0) -> ReviewTask:
    aspects = (ReviewAspect("tea", "negative"), *(ReviewAspect("bread", "neutral") for _ in range(others)))
    return ReviewTask(f"t{number}", f"case{number}", strategy, "The tea is cold.", aspects)


def test_a_case_passes_by_median_fluency_and_majority_of_sentiments():
    tasks = [task(0), task(1), task(2), task(3, "adddiff"), task(4), task(5)]
    answers = {
        "t0": [(5, "negative"), (3, "negative"), (1, "positive")],  # passes: median 3, two of three
        "t1": [(2, "negative"), (3, "negative"), (2, "negative")],  # not fluent
        "t2": [(5, "negative"), (5, "unclear"), (5, None)],  # half is no majority
        "t3": [(4, "negative"), (None, None), (None, None)],  # one answer is enough
        "t4": [(4, None), (5, None), (3, None)],  # no sentiment: not rated
    }
    judgements = [
        Judgement(name, f"annotator {who}", fluency, (label,))
        for name, given in answers.items()
        for who, (fluency, label) in enumerate(given)
    ]

    found = evaluate(tasks, judgements)

    every = found.passed["all"]
    assert (every.rated, every.fluent, every.right, every.both) == (4, 3, 3, 2)
    assert found.passed["adddiff"].both == 1
    assert list(found.passed) == ["all", "revtgt", "adddiff"]
    assert found.unrated == ("case4", "case5")
    assert [one["case"] for one in found.failing] == ["case1", "case2"]
    assert found.annotators == {"annotator 0": 5, "annotator 1": 4, "annotator 2": 4}
    data = found.as_dict()["cases"]["all"]
    assert data["passed_percent"] == 50.0
    assert data["interval"] == [15.0, 85.0]
    assert evaluate(tasks, judgements, passing_fluency=2).passed["all"].fluent == 4


def test_a_case_passes_with_all_aspects_that_were_judged():
    tasks = [task(0, others=1), task(1, others=1), task(2, others=1)]
    judgements = [
        Judgement("t0", "a", 5, ("negative", "neutral")),
        Judgement("t1", "a", 5, ("negative", "positive")),
        Judgement("t2", "a", 5, ("negative", None)),
    ]
    found = evaluate(tasks, judgements)
    every = found.passed["all"]
    assert (every.right, every.all_right, every.both) == (3, 2, 2)
    assert found.failing[0]["case"] == "case1"
    assert found.failing[0]["aspects"][1] == {"term": "bread", "expected": "neutral", "given": ["positive"]}
    assert found.sentiment.alpha is None
    assert "two annotators" in found.sentiment.note

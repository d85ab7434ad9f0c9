"""Personality by questionnaire: the keys, two passes that find out who agrees with everything, no evidence, masking."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.records.persona import TraitName
from corpusmith.quality import Row
from corpusmith.quality.dialogues.masking import masked
from corpusmith.quality.dialogues.personality import (
    Rating,
    Ratings,
    keyed_value,
    rate_speaker,
    score_trait,
)
from corpusmith.quality.dialogues.personality_items import ITEMS

TRAITS = ("extraversion", "agreeableness", "conscientiousness", "neuroticism", "openness")
# What somebody is like who has all of a trait, in words that the statements use: a second opinion on the keys.
MARKS = {
    "extraversion": "strangers/many people/at once and loudly/full of drive/with others/lead/enjoys being looked",
    "agreeableness": "takes an interest/helps/the best/keep the peace/overlooks/forgives/an equal/wishes of others",
    "conscientiousness": "finished/plans ahead/in order/on time/at once/remembers/with care/stays with a task",
    "neuroticism": "worries/easily upset/change quickly/tense/loses calm/broods/doubts/often sad",
    "openness": "nobody else/is moved/wants to know/tries/different every day/enjoys playing/fanciful to/welcomes",
}


def test_the_bank_is_balanced():
    assert Counter((item.trait, item.key) for item in ITEMS) == {(t, k): 4 for t in TRAITS for k in (1, -1)}
    assert len({item.id for item in ITEMS}) == len({item.statement for item in ITEMS}) == len(ITEMS) == 40


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_each_key_agrees_with_what_the_trait_is_like(item):
    """The statement has a mark of the trait where the key is +1, its opposite where it is -1 (and not both)."""
    marks = MARKS[item.trait].split("/")
    in_statement = any(mark in item.statement for mark in marks)
    in_opposite = any(mark in item.opposite for mark in marks)

    if item.id == "e1":
        assert item.statement.startswith("starts conversations")
        return
    if in_statement != in_opposite:
        assert in_statement == (item.key == 1)
    else:
        assert item.id in {"e6", "e8", "o7"}, "neither side has a mark: look at the key by hand"


@given(st.sampled_from(ITEMS), st.integers(1, 5))
def test_agreeing_with_the_opposite_is_disagreeing(item, rating):
    assert keyed_value(item, rating) == keyed_value(item, 6 - rating, turned=True)
    assert keyed_value(item, rating) in (rating, 6 - rating)


@pytest.mark.parametrize("trait", TRAITS)
def test_somebody_with_all_of_a_trait_scores_five_and_with_none_one(trait):
    items = [item for item in ITEMS if item.trait == trait]
    full = {item.id: 5 if item.key == 1 else 1 for item in items}
    none = {name: 6 - rating for name, rating in full.items()}

    high = score_trait(trait, items, full, none)
    low = score_trait(trait, items, none, full)

    assert (high.score, high.level, high.agreement) == (5.0, "high", 1.0)
    assert (low.score, low.level) == (1.0, "low")


def test_who_agrees_with_everything_ends_in_the_middle_and_is_found_out():
    items = [item for item in ITEMS if item.trait == "openness"]
    yes = dict.fromkeys((item.id for item in items), 5)

    found = score_trait("openness", items, yes, yes)

    assert (found.score, found.level, found.agreement) == (3.0, None, 0.0)


def test_without_evidence_there_is_no_score():
    items = [item for item in ITEMS if item.trait == "openness"]

    assert score_trait("openness", items, {"o1": 5}, {"o1": None}).score is None
    assert score_trait("openness", items, {"o1": 5}, {"o2": 1}).items == 2


@dataclass(frozen=True)
class BigFiveItem:
    """An item of the evaluation file."""

    id: str
    key: int


def test_the_keying_agrees_with_the_public_inventory(eval_data):
    path = eval_data / "dialogues" / "bfi44_items_and_keys.json"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the folder of evaluation data")
    bank = json.loads(path.read_text(encoding="utf-8"))
    reverse = set(bank["reverse"])
    for category in bank["categories"]:
        trait: TraitName = category["cat_name"].lower()
        items = [BigFiveItem(str(n), -1 if n in reverse else 1) for n in category["cat_questions"]]
        keys = {n: bank["questions"][str(n)]["category"] for n in category["cat_questions"]}
        assert {n for n, key in keys.items() if key == "negative"} == set(category["cat_questions"]) & reverse
        full = {item.id: 5 if item.key == 1 else 1 for item in items}

        assert score_trait(trait, items, full, {}).score == 5.0
        assert score_trait(trait, items, {i: 6 - r for i, r in full.items()}, {}).score == 1.0
    wrong = [BigFiveItem(str(n), 1) for n in bank["categories"][0]["cat_questions"]]
    extravert = {i.id: 1 if int(i.id) in reverse else 5 for i in wrong}
    assert score_trait("extraversion", wrong, extravert, {}).score < 5.0, "without its keys an inventory misleads"


async def test_a_speaker_is_rated_in_two_calls_by_masked_lines():
    asked = []

    async def ask(inputs, sample):
        asked.append((sample, inputs))
        rated = [Rating(n=s["n"], evidence="", rating=4 if sample == 0 else 2) for s in inputs["statements"]]
        return Ratings(ratings=rated)

    lines = ["I told Marta that I would come, Anna."]
    (score,) = await rate_speaker(lines, ["extraversion"], ["Anna"], ask)

    assert [sample for sample, _ in asked] == [0, 1]
    assert asked[0][1]["lines"] == ["I told someone that I would come, someone."]
    statements, opposites = ([s["text"] for s in inputs["statements"]] for _, inputs in asked)
    assert set(statements).isdisjoint(opposites)
    assert score.items == 8
    assert score.score == 3.0, "balanced keys: agreeing a little with all says nothing"
    assert score.agreement == 1.0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I met Peter on Monday.", "I met someone on Monday."),
        ("Anna's hat, I said.", "someone's hat, I said."),
        ("I'm off. Well, I think so.", "I'm off. Well, I think so."),
    ],
)
def test_masking(text, shown):
    assert masked(text, ["Anna"]) == shown


async def test_the_model_check_judges_traits_and_spends_nothing_without_any():
    from corpusmith.llm import LLM
    from corpusmith.llm.backends.scripted import ScriptedBackend
    from corpusmith.llm.settings import ModelSettings
    from corpusmith.llm.stats import CallStats
    from corpusmith.quality.dialogues.model_checks import Contradiction, Personality

    def answer(request):
        user = request.messages[-1]["content"]
        if "denies" in user:
            return json.dumps({"reason": "both cannot be", "denies": True})
        numbers = [int(line.split(".")[0]) for line in user.splitlines() if line[:1].isdigit()]
        texts = [line for line in user.splitlines() if line[:1].isdigit()]
        good = {item.statement if item.key == 1 else item.opposite for item in ITEMS}
        ratings = [
            {"n": n, "evidence": "x", "rating": 5 if any(g in t for g in good) else 1}
            for n, t in zip(numbers, texts, strict=True)
        ]
        return json.dumps({"ratings": ratings})

    backend = ScriptedBackend(answer)
    models = {"default": LLM(backend, ModelSettings(backend="scripted", model="s", schema_retries=0), CallStats())}
    turns = [{"speaker": "A", "text": "I do not love cats."}, {"speaker": "B", "text": "Fair enough."}]
    traits = [{"name": "extraversion", "level": "high"}, {"name": "openness", "level": "low"}]
    persona = {"speaker": "A", "facts": ["I love cats."], "traits": traits}

    shown = await Personality().judge(Row(0, "r", {"turns": turns, "personas": [persona]}), models)
    denied = await Contradiction().judge(Row(0, "r", {"turns": turns, "personas": [persona]}), models)
    spent = len(backend.asked)
    bare = await Personality().judge(Row(0, "r", {"turns": turns}), models)
    clean = await Contradiction().judge(Row(0, "r", {"turns": turns}), models)

    assert shown.value == 0.5
    assert shown.evidence["scores"]["A"] == {"extraversion": 5.0, "openness": 5.0}
    assert (denied.value, denied.reason) == (1.0, "contradicts_fact")
    assert bare.error
    assert clean.value == 0.0
    assert len(backend.asked) == spent

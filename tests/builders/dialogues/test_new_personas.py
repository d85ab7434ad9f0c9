"""`personas`: attributes dealt evenly, facts that say something, near duplicates dropped."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest

from corpusmith.builders import Context, Rejected
from corpusmith.builders.dialogues.synthesis import Personas, persona_faults
from corpusmith.core import SourceRow
from corpusmith.core.errors import UsageError
from corpusmith.llm import LLM
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary
from corpusmith.quality import Row
from corpusmith.quality.dialogues.persona_duplicate import PersonaDuplicate

ATTRIBUTES = [
    {"attribute": "work", "values": ["baker", "diver", "judge"]},
    {"attribute": "place", "values": ["an island", "a tower", "a mill", "a harbour"]},
]
FACTS = ["I knead before dawn.", "My oven is older than I am.", "I never learned to whistle.", "I owe a goose."]


def items(rows=ATTRIBUTES, **options):
    builder = Personas(Personas.Config.model_validate({"facts": 4, **options}))
    return builder, list(builder.items({"path": [SourceRow(f"a:{n}", row) for n, row in enumerate(rows, 1)]}))


def build(model, **options):
    builder, made = items(personas=1, **options)
    backend = ScriptedBackend(model)
    llm = LLM(backend, ModelSettings(backend="scripted", model="s", schema_retries=0), CallStats())
    ctx = Context({"default": llm}, PromptLibrary(), seed=1, builder="personas", version="0")

    async def collect():
        return [outcome async for outcome in builder.build(made[0], ctx)]

    return asyncio.run(collect())


def test_every_value_comes_up_as_often_as_any_other():
    _, made = items(personas=24)

    for name, expected in (("work", 8), ("place", 6)):
        assert set(Counter(item.data["attributes"][name] for item in made).values()) == {expected}
    assert len({tuple(item.data["attributes"].values()) for item in made}) > 8


def test_a_good_persona_is_a_row_of_facts():
    (record,) = build(lambda _r: json.dumps({"facts": FACTS}))

    assert record.fields["facts"] == FACTS
    assert set(record.fields["attributes"]) == {"work", "place"}


def test_what_everybody_could_say_is_asked_for_again():
    answers = iter([["I like people.", *FACTS[1:]], FACTS])
    asked = []

    def model(request):
        asked.append(request.messages[-1]["content"])
        return json.dumps({"facts": next(answers)})

    outcomes = build(model)

    assert [type(o) is Rejected for o in outcomes] == [True, False]
    assert outcomes[0].reason == "says_nothing"
    assert "Nearly everybody could say this: 'I like people.'" in asked[1]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (FACTS[:3], "facts_missing"),
        ([FACTS[0], FACTS[0], *FACTS[2:]], "facts_missing"),
        (["Ovens get hot at dawn.", *FACTS[1:]], "not_first_person"),
        (["I love rye.", "I enjoy yeast.", *FACTS[2:]], "alike"),
        (["I have two geese.", "I have three geese.", *FACTS[2:]], "contradicts_itself"),
    ],
)
def test_faults_of_new_personas(facts, reason):
    assert reason in {fault.reason for fault in persona_faults(facts, 4, {"work": "baker"})}


def test_the_small_profile_writes_a_fact_a_line():
    lines = ["knead dough beside the harbour.", "sleep badly over the mill wheel.", "dive for coins at low tide.",
             "judge cakes at fairs and regret it."]  # fmt: skip
    state = iter(lines * 20)

    outcomes = build(lambda _r: next(state), profile="small", facts=3)

    assert len(outcomes[-1].fields["facts"]) == 3


def test_an_attribute_without_values_is_told():
    with pytest.raises(UsageError, match="'work' has no list of values"):
        items([{"attribute": "work", "values": []}])


def test_personas_that_share_too_much_are_found():
    check = PersonaDuplicate()
    other = ["I knead dough before dawn.", "The oven is old.", "I whistle never.", "My goose was stolen."]
    rows = [Row(0, "a", {"facts": FACTS}), Row(1, "b", {"facts": other}), Row(2, "c", {"facts": ["I dive.", "I sew."]})]

    found = check.judge(rows)

    assert found[0].value == 0.0
    assert check.bar.crossed(found[1].value)
    assert found[1].evidence["matched"] == "a"
    assert found[2].value == 0.0
    check.judge([Row(3, "d", {"facts": FACTS})])
    check.forget(Row(3, "d", {}))
    assert check.judge([Row(4, "e", {"facts": FACTS})])[0].evidence["matched"] == "a"

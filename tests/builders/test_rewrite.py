"""`rewrite`: what a model is asked, what is taken of its answers, and what is not."""

from __future__ import annotations

import asyncio
import json

from corpusmith.builders import Context, Item, Rejected
from corpusmith.builders.rewrite import RESPONSE_FORMATS, Rewrite, RewriteConfig, bare
from corpusmith.core import SourceRow
from corpusmith.llm import LLM, Capabilities, Reply, Request
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary

OPENING = "Great question! Let me see."
ROW = {
    "row": 4,
    "field": "output",
    "asked": "Who described the pine moth?",
    "text": f"{OPENING} The pine moth was first described by Ida Moser in 1871.",
    "spans": [[0, len(OPENING)]],
    "phrases": ["great question! let me see."],
}
GOOD = "In 1871 Ida Moser first described the pine moth."


class Model:
    """Gives its answers one after the other, and remembers what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), []
        self.capabilities = Capabilities()
        self.endpoint = "model"

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        return Reply(text=self.answers[min(len(self.asked), len(self.answers)) - 1])


def said(text):
    return json.dumps({"text": text})


def built(model, row=ROW, **options):
    async def collect():
        settings = ModelSettings(backend="scripted", model="m", schema_retries=0)
        context = Context({"default": LLM(model, settings, CallStats())}, PromptLibrary(), 17, "rewrite", "0")
        builder = Rewrite(RewriteConfig(**options))
        (item,) = builder.items({"path": [SourceRow("t.jsonl:1", row)]})
        return [outcome async for outcome in builder.build(item, context)]

    (outcome,) = asyncio.run(collect())
    return outcome


def test_a_text_that_keeps_what_was_said_is_taken():
    model = Model(said(GOOD))
    record = built(model)
    assert (record.fields["row"], record.fields["text"], record.fields["by"]) == (4, GOOD, "model")
    assert record.fields["format"] in RESPONSE_FORMATS
    assert record.origin.source == "t.jsonl:1"
    shown = model.asked[0].messages[1]["content"]
    assert ROW["text"] in shown
    assert "- great question! let me see." in shown
    assert RESPONSE_FORMATS[record.fields["format"]] in shown


def test_what_was_wrong_is_told_and_asked_again():
    model = Model(said(GOOD.replace("1871", "1781")), said(GOOD))
    assert built(model).fields["text"] == GOOD
    assert "Numbers are not those of the old text" in model.asked[1].messages[1]["content"]


def test_a_text_that_never_keeps_it_is_rejected_with_the_reason():
    outcome = built(Model(said("Somebody did, in 1871: the pine moth.")), tries=2)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "name_lost"
    assert outcome.evidence["row"] == 4
    assert "Somebody" in outcome.text


def test_answers_of_another_form_are_no_texts():
    outcome = built(Model("no JSON at all"), tries=2)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "invalid_structure"


def test_a_small_model_says_one_sentence_again():
    record = built(Model(" In 1871 the pine moth was first described by Ida Moser."), profile="small")
    assert record.fields["format"] == "said_again"
    assert record.fields["text"] == "In 1871 the pine moth was first described by Ida Moser."


def test_a_small_model_that_says_something_else_changes_nothing_but_the_pattern():
    record = built(Model(" In 1871 the pine moth was first eaten by Ida Moser."), profile="small")
    assert (record.fields["format"], record.fields["by"]) == ("without", "rule")
    assert record.fields["text"] == "The pine moth was first described by Ida Moser in 1871."


def test_what_cannot_be_cut_out_is_no_work_for_a_small_model():
    for change, reason in (
        ({"field": "instruction"}, "instruction_for_small"),
        ({"spans": []}, "facts_in_pattern"),
        ({"text": "Great question!", "spans": [[0, 15]]}, "facts_in_pattern"),
        ({"text": ROW["text"] + " moth" * 200}, "too_long_for_small"),
    ):
        outcome = built(Model("x"), {**ROW, **change}, profile="small")
        assert isinstance(outcome, Rejected)
        assert outcome.reason == reason


def test_a_pattern_in_the_middle_goes_with_its_sentence():
    text = "Tea is grown in hills. It is worth a second look, as ever. Pickers work at dawn, and leaves dry for a day."
    at = text.index("worth a second look")
    assert bare(text, [[at, at + 19]]) == "Tea is grown in hills. Pickers work at dawn, and leaves dry for a day."
    assert bare("Hm. It is worth a second look.", [[6, 24]]) is None


def test_the_forecast_counts_calls():
    builder = Rewrite(RewriteConfig())
    assert builder.forecast([Item("a", ROW), Item("b", ROW)]).calls == {"rewrite/text": 2}
    small = Rewrite(RewriteConfig(profile="small", tries=4))
    assert small.forecast([Item("a", ROW)]).calls == {"rewrite/sentence": 4}

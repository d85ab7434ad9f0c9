"""`arts` with models that are written here: what is asked, what is refused, and what the rules make then."""

import asyncio
import json
from pathlib import Path

import pytest

from corpusmith.builders import Artifact, Context, Rejected
from corpusmith.builders.robustness.arts import Arts
from corpusmith.builders.robustness.arts_options import ArtsConfig
from corpusmith.builders.robustness.written import edits_between
from corpusmith.core import SourceRow
from corpusmith.core.errors import UsageError
from corpusmith.core.records import AspectRecord
from corpusmith.data.sources.aspects import open_aspects
from corpusmith.llm import LLM, Reply
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary

HOTELS = Path(__file__).parent / "hotels"
TEXT = "The bed was soft and the bar was clean."


def annotated(text, *terms, problems=()):
    """Terms as (words, polarity, opinion or None)."""

    def span(words):
        start = text.index(words)
        return {"text": words, "start": start, "end": start + len(words)}

    made = [
        {"id": f"{text[:4]}{i}", "span": span(w), "polarity": p, "opinions": [span(o)] if o else []}
        for i, (w, p, o) in enumerate(terms)
    ]
    return {"sentence": {"id": "1", "text": text, "terms": made}, "problems": list(problems)}


TEST = [annotated(TEXT, ("bed", "positive", "soft"), ("bar", "positive", "clean"))]
TRAIN = [
    annotated("The lobby was dark.", ("lobby", "negative", "dark")),
    annotated("The pool was lovely.", ("pool", "positive", "lovely")),
]


def rows(annotations, name="test"):
    return [SourceRow(f"{name}:{i}", a) for i, a in enumerate(annotations, 1)]


def build(model=None, test=TEST, train=TRAIN, **options):
    """All outcomes of a builder, and the requests that its model was sent."""
    builder = Arts(ArtsConfig(**options))
    asked = []

    def answer(request):
        asked.append(request)
        return model(request)

    roles = {}
    if model is not None:
        settings = ModelSettings(backend="scripted", model="m", schema_retries=0)
        roles["default"] = LLM(ScriptedBackend(answer), settings, CallStats())
    profile = options.get("profile")
    context = Context(roles=roles, prompts=PromptLibrary(profile=profile), seed=17, builder="arts", version="0")
    sources = {"test": rows(test), **({"train": rows(train, "train")} if train else {})}

    async def everything():
        return [o for item in builder.items(sources) async for o in builder.build(item, context)]

    return asyncio.run(everything()), asked


def cases(outcomes, strategy):
    return [o for o in outcomes if isinstance(o, AspectRecord) and o.strategy == strategy]


def said(text):
    return Reply(text=text if isinstance(text, str) else json.dumps(text))


def test_rule_mode_makes_all_four_of_each_target_and_asks_nothing():
    outcomes, asked = build()
    assert asked == []
    assert [o.strategy for o in outcomes if isinstance(o, AspectRecord)] == [
        "original", "revtgt", "revnon", "adddiff", "original", "revtgt", "revnon", "adddiff"
    ]  # fmt: skip
    first = cases(outcomes, "revtgt")[0]
    assert (first.sentence, first.polarity) == ("The bed was hard but the bar was clean.", "negative")
    assert cases(outcomes, "revnon")[0].sentence in {
        f"The bed was soft but the bar was {word}." for word in ("dirty", "filthy")
    }
    assert cases(outcomes, "adddiff")[0].sentence == "The bed was soft and the bar was clean, but the lobby was dark."
    assert all(c.origin.notes == {"generator": "rules"} for c in outcomes if isinstance(c, AspectRecord))


def test_what_was_read_is_told_in_an_artifact_and_skipped_terms_are_rejected():
    problem = {"reason": "conflict_polarity", "outcome": "skipped", "sentence": TEXT, "term": "it", "message": "m"}
    test = [{**TEST[0], "problems": [problem]}, annotated("A garden.", ("garden", "neutral", None))]
    outcomes, _ = build(test=test)
    (artifact,) = [o for o in outcomes if isinstance(o, Artifact)]
    assert artifact.data["test"]["terms"] == 3
    assert artifact.data["not_meant_for"]["revtgt"] == {"no_opinion": 1}
    assert artifact.data["pool"] == {"positive": 1, "negative": 1}
    assert [(o.reason, o.text) for o in outcomes if isinstance(o, Rejected)] == [("conflict_polarity", TEXT)]


def test_strict_mode_rejects_neutral_targets_with_a_reason():
    test = [annotated("A small bar.", ("bar", "neutral", "small"))]
    outcomes, _ = build(test=test, mode="strict")
    assert [o.reason for o in outcomes if isinstance(o, Rejected)] == ["neutral_target"]
    assert cases(outcomes, "revtgt") == []


def test_equal_ids_are_told_apart():
    outcomes, _ = build(test=[TEST[0], TEST[0]])
    targets = [c.target for c in cases(outcomes, "original")]
    assert targets == ["The 0", "The 1", "The 0~2", "The 1~2"]


def test_nothing_to_test_is_an_error():
    with pytest.raises(UsageError, match="no sentence with a usable aspect term"):
        build(test=[annotated("Nothing here.")])


def edited(sentence):
    return said({"sentence": sentence, "edits": [{"before": "soft", "after": "hard"}]})


def test_a_models_variant_is_kept_if_it_passes_the_checks():
    good = "The bed was rock hard, but the bar was clean."
    outcomes, asked = build(lambda r: edited(good), generator="llm", strategies=["revtgt"], test=TEST)
    first = cases(outcomes, "revtgt")[0]
    assert (first.sentence, first.polarity) == (good, "negative")
    assert first.origin.notes["generator"] == "llm"
    assert list(first.origin.prompts) == ["arts/revtgt"]
    assert first.origin.calls == (asked[0].key(),)
    assert {e.rule for e in first.edits} == {"llm"}


def test_a_refused_variant_is_asked_for_again_with_the_reason_and_then_left_to_the_rules():
    wrong = "The bed was soft and the bar was filthy."

    outcomes, asked = build(lambda r: edited(wrong), generator="llm", strategies=["revtgt"], attempts=2)
    first = cases(outcomes, "revtgt")[0]
    assert first.sentence == "The bed was hard but the bar was clean."
    assert first.origin.notes["generator"] == "rules"
    assert first.origin.notes["model_refused_for"] == ["other_opinion_touched"] * 2
    assert "what is said of the other aspects was changed" not in str(asked[0].messages)
    assert "what is said of the other aspects was changed" in str(asked[1].messages)
    assert wrong in str(asked[1].messages)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The cot was soft and the bar was clean.", "term_edited"),
        ("The bed was soft and the pub was clean.", "other_term_edited"),
        (TEXT, "unchanged_text"),
        ("The bed was not not soft and the bar was clean.", "doubled_negation"),
        ("The bed was DELETE soft and the bar was clean.", "placeholder"),
    ],
)
def test_a_models_variant_is_held_to_the_same_checks(sentence, reason):
    outcomes, _ = build(lambda r: edited(sentence), generator="llm", strategies=["revtgt"], attempts=1)
    assert cases(outcomes, "revtgt")[0].origin.notes["model_refused_for"] == [reason]


def test_an_answer_that_is_none_falls_back_to_the_rules():
    outcomes, _ = build(lambda r: said("no"), generator="llm", strategies=["revtgt"], attempts=1)
    assert cases(outcomes, "revtgt")[0].origin.notes["model_refused_for"] == ["invalid_structure"]


def test_clauses_of_a_model_are_joined_and_their_terms_placed():
    clauses = {
        "clauses": [{"aspect": "lift", "clause": "The lift is slow."}, {"aspect": "wifi", "clause": "the wifi fails"}]
    }
    outcomes, _ = build(lambda r: said(clauses), generator="llm", strategies=["adddiff"])
    first = cases(outcomes, "adddiff")[0]
    assert first.sentence == "The bed was soft and the bar was clean, but the lift is slow and the wifi fails."
    added = [t for t in first.others if t.id.startswith("added_")]
    assert [first.sentence[t.span.start : t.span.end] for t in added] == ["lift", "wifi"]


def test_clauses_on_a_known_term_or_without_their_term_are_refused():
    known = {"clauses": [{"aspect": "bar", "clause": "the bar is dark"}]}
    missing = {"clauses": [{"aspect": "lift", "clause": "it is slow"}]}
    for answer, reason in ((known, "added_term_known"), (missing, "added_term_missing")):
        outcomes, _ = build(lambda r, a=answer: said(a), generator="llm", strategies=["adddiff"], attempts=1)
        assert cases(outcomes, "adddiff")[0].origin.notes["model_refused_for"] == [reason]


SMALL = {"generator": "llm", "profile": "small"}


@pytest.mark.parametrize(
    ("answer", "sentence", "generator"),
    [
        ("firm", "The bed was hard but the bar was clean.", "rules"),
        ("hard", "The bed was hard but the bar was clean.", "llm"),
        ("not soft", "The bed was not soft but the bar was clean.", "rules"),
        ("qqqq", "The bed was hard but the bar was clean.", "rules"),
    ],
)
def test_a_small_model_is_asked_for_one_opposite(answer, sentence, generator):
    outcomes, asked = build(lambda r: said(answer), strategies=["revtgt"], attempts=1, **SMALL)
    first = cases(outcomes, "revtgt")[0]
    assert first.origin.notes["generator"] == generator
    assert generator == "rules" or first.sentence == sentence
    assert asked[0].kind == "text"
    assert asked[0].prompt.rstrip().endswith("soft:")


def test_a_small_models_clause_must_be_about_its_term_and_of_the_right_polarity():
    outcomes, _ = build(lambda r: said("is terrible"), strategies=["adddiff"], attempts=1, **SMALL)
    made = cases(outcomes, "adddiff")[0]
    assert made.origin.notes["generator"] == "llm"
    assert made.sentence.endswith("is terrible.")
    outcomes, _ = build(lambda r: said("is wonderful"), strategies=["adddiff"], attempts=1, **SMALL)
    assert cases(outcomes, "adddiff")[0].origin.notes["model_refused_for"] == ["clause_does_not_fit"]


def test_opinions_are_found_by_a_model_if_asked_for():
    test = [annotated(TEXT, ("bed", "positive", None))]
    outcomes, _ = build(lambda r: said({"opinions": ["soft", "absent"]}), test=test, find_opinions="llm")
    (made,) = cases(outcomes, "revtgt")
    assert made.sentence.startswith("The bed was hard")
    assert made.origin.notes["opinions_inferred"]
    assert made.source.terms[0].opinions_inferred


def test_opinions_are_inferred_only_where_the_file_has_none():
    lacking = annotated("The bar was dark.", ("bar", "negative", None))
    outcomes, _ = build(test=[lacking])
    assert cases(outcomes, "revtgt")[0].origin.notes["opinions_inferred"]
    outcomes, _ = build(test=[lacking, TEST[0]])
    assert len(cases(outcomes, "revtgt")) == 2
    outcomes, _ = build(test=[lacking], find_opinions="never")
    assert cases(outcomes, "revtgt") == []


@pytest.mark.parametrize("after", ["a b", "a x b c", "x", "", "a b c d.", "a, b c", "b c", "A b c"])
def test_edits_between_two_texts_lead_from_one_to_the_other(after):
    from corpusmith.builders.robustness.passage import apply

    assert apply("a b c", edits_between("a b c", after, "llm")).split() == after.split()


def test_every_hotel_case_is_exact_in_every_format():
    for sources in (
        {"test": open_aspects(HOTELS / "hotels.jsonl")},
        {
            "test": open_aspects(HOTELS / "hotels.xml"),
            "test_opinions": open_aspects(HOTELS / "hotels_opinions.json", polarities=False),
        },
        {"test": open_aspects(HOTELS / "hotels.xml")},
    ):
        builder = Arts(ArtsConfig())
        context = Context(roles={}, prompts=PromptLibrary(), seed=17, builder="arts", version="0")

        async def everything(builder=builder, sources=sources, context=context):
            return [o for item in builder.items(sources) async for o in builder.build(item, context)]

        made = [o for o in asyncio.run(everything()) if isinstance(o, AspectRecord)]
        assert len({(c.target, c.strategy) for c in made}) == len(made)
        assert len([c for c in made if c.strategy == "adddiff"]) == 74
        for case in made:
            assert case.sentence[case.start : case.end] == case.term
            assert all(case.sentence[t.span.start : t.span.end] == t.span.text for t in case.others)
            assert (case.sentence == case.source.text) == (case.strategy == "original")

"""`dialogues` on a strong model that is scripted: the whole path, tries with reasons, new plans, and giving up."""

from __future__ import annotations

import json

import pytest

from corpusmith.core.errors import RejectionRate, UsageError
from corpusmith.llm import Reply

TEN = {"min_turns": 8, "max_turns": 10}
PLAIN = ("arcs", "emotions", "styles")


def test_a_strong_model_gives_a_dialogue_at_the_first_try(session, strong):
    made = session(strong(), TEN).run()

    (record,) = made.records
    assert made.rejected == []
    assert [t.speaker for t in record.turns] == [b.speaker for b in record.plan.beats]
    assert record.end_reason == "natural"
    assert {m.speaker for m in record.personas} == {"A", "B"}
    styled = [t for t in record.turns if t.style]
    assert styled
    assert all(t.text_before_style and t.text_before_style != t.text for t in styled)
    assert all(t.emotion is not None and t.emotion.intensity in (1, 2, 3) for t in record.turns)
    assert any(t.facts_used for t in record.turns)
    assert all(t.calls and t.attempts["write"] == t.attempts["emotion"] == 1 for t in record.turns)
    assert set(record.origin.prompts) >= {"dialogues/revise", "dialogues/expand", "dialogues/write", "dialogues/style"}
    assert len(set(record.origin.calls)) == len(record.origin.calls) == 7


def test_the_same_seed_gives_the_same_bytes(session, strong):
    one, other = (session(strong(), TEN).run().records[0] for _ in range(2))

    assert json.dumps(one.stored()) == json.dumps(other.stored())


def test_a_rejected_stage_is_tried_again_with_the_reasons(session, strong):
    def slots(stage, before, good):
        if stage == "write" and before == 0:
            good["turns"][3]["text"] = "I told [name] that nobody would come."
            return good
        return None

    model = strong(slots)
    made = session(model, TEN).run()

    assert made.reasons == [("write", "placeholder", 1, 0)]
    assert "[name]" in made.rejected[0].text
    assert "An earlier version was rejected" not in model.of("write")[0]
    assert "placeholder or the label of a speaker" in model.of("write")[1]
    assert made.records[0].checks["attempts"]["write"] == 2


def test_after_three_tries_a_new_plan_is_drawn_and_then_the_pair_is_given_up(session, strong):
    def echoes(stage, _before, good):
        if stage == "write":
            good["turns"][2]["text"] = good["turns"][1]["text"]
            return good
        return None

    model = strong(echoes)
    made = session(model, TEN).run()

    assert made.records == []
    assert [(plan, attempt) for _, _, attempt, plan in made.reasons] == [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]
    assert model.of("write")[0] != model.of("write")[3], "the second plan is another one"
    assert model.asked["expand"] == 2, "the personas are kept for the second plan"


def test_the_second_plan_may_succeed(session, strong):
    made = session(
        strong(lambda s, n, good: {"turns": good["turns"][:-1]} if s == "write" and n < 3 else None), TEN
    ).run()

    assert [reason for _, reason, _, _ in made.reasons] == ["turns_missing"] * 3
    assert made.records[0].plan.number == 1
    assert made.records[0].origin.notes["plan"] == 1


def first(items, **changed):
    return [{**items[0], **changed}, *items[1:]]


def each(items, change):
    return [{**item, "text": change(item)} for item in items]


BROKEN = {
    "a new place": ("revise", "facts", lambda f: each(f, lambda x: f"{x['text'][:-1]} in Lisbon."), "new_in_revision"),
    "other words": ("revise", "facts", lambda f: first(f, text="I am somebody."), "fact_changed"),
    "nobody's": ("revise", "facts", lambda f: first(f, text="Old clocks need some repair."), "not_first_person"),
    "a fact less": ("revise", "facts", lambda f: f[1:], "facts_missing"),
    "a facet less": ("expand", "details", lambda d: d[:3], "facet_missing"),
    "no such fact": ("expand", "details", lambda d: first(d, grounds=["f9"]), "not_grounded"),
    "out of the air": ("expand", "details", lambda d: first(d, text="I went out for milk."), "not_grounded"),
    "long-winded": ("expand", "summary", lambda _: "word " * 61, "summary_too_long"),
    "introduction": ("write", "turns", lambda t: first(t, text="Hi, my name is Ada."), "stock_opening"),
    "the same again": ("write", "turns", lambda t: each(t, lambda x: "So be it." if x["n"] in (2, 4, 6) else x["text"]),
                       "repeated_turn"),
    "a number": ("emotion", "turns", lambda t: each(t, lambda x: f"{x['text']} All 40 of them."), "number_changed"),
    "facts gone": ("emotion", "turns", lambda t: each(t, lambda x: "Ah, so it goes."), "fact_lost"),
    "a turn less": ("emotion", "turns", lambda t: t[:-1], "turns_missing"),
    "padded": ("style", "turns", lambda t: each(t, lambda x: f"{x['text']} {'really ' * 60}"), "too_long"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_a_stage_is_rejected_with_its_reason(session, strong, name):
    stage, part, change, reason = BROKEN[name]
    faulty = strong(lambda s, n, good: {**good, part: change(good[part])} if s == stage and n < 2 else None)

    made = session(faulty, TEN).run()

    assert (stage, reason) in [(s, r) for s, r, _, _ in made.reasons]
    assert len(made.records) == 1, "the next try is a good one"


def test_a_style_that_does_not_show_is_rejected(session, strong):
    def unchanged(stage, before, good):
        if stage != "style" or before > 0:
            return None
        texts = dict(enumerate(before_style, 1))
        return {"turns": [{"n": t["n"], "text": texts[t["n"]]} for t in good["turns"]]}

    before_style = []

    def keep(stage, before, good):
        if stage == "emotion":
            before_style[:] = [t["text"] for t in good["turns"]]
        return unchanged(stage, before, good)

    made = session(strong(keep), TEN).run()

    assert made.reasons[0][:2] == ("style", "style_not_applied")


def test_a_copied_style_example_is_rejected(session, strong):
    copied = (
        "Rained all night. Cellar's flooded. There is soup on the stove for you. They are back! The swifts! I heard."
    )

    def echo(stage, before, good):
        first = {**good["turns"][0], "text": f"{good['turns'][0]['text']} {copied}"} if stage == "style" else None
        return {"turns": [first, *good["turns"][1:]]} if first and before == 0 else None

    made = session(strong(echo), {**TEN}, without=()).run()

    reasons = {fault["reason"] for r in made.rejected for fault in r.evidence["faults"]}
    assert reasons & {"example_echo", "too_long"}


def test_a_judge_decides_on_denials(session, strong):
    def deny(stage, _before, good):
        if stage == "write":
            turns = [dict(t) for t in good["turns"]]
            for turn in turns:
                turn["text"] += " I am not afraid of heights, nor do I keep bees behind any garage."
                break
            return {"turns": turns}
        return {"reason": "it cannot be both", "denies": True} if stage == "contradiction" else None

    made = session(strong(deny), TEN, without=PLAIN).run()
    lenient = session(strong(lambda s, n, g: deny(s, n, g) if s == "write" else None), TEN, without=PLAIN).run()

    assert {r.reason for r in made.rejected} == {"contradicts_fact"}
    assert len(lenient.records) == 1, "a candidate alone rejects nothing"


def test_the_run_stops_when_one_reason_takes_too_many(session, strong):
    places = ["attics", "barns", "cellars", "docks", "embassies", "forts", "gardens", "halls", "inns", "jetties"]
    people = [{"facts": [f"I keep {n} geese in {at}.", f"At night I paint {at}."]} for n, at in enumerate(places, 3)]
    never = strong(lambda s, _n, good: {"turns": good["turns"][1:]} if s == "write" else None)
    made = session(never, {**TEN, "revise": False, "stop_window": 20, "stop_share": 0.4}, people, without=PLAIN)

    with pytest.raises(RejectionRate, match=r"of the last 20 outcomes were rejected as 'turns_missing'"):
        made.run()


def test_refusals_and_cut_answers_are_reasons_of_their_own(session, strong):
    def withheld(stage, before, _good):
        return Reply(text="no", finish_reason="content_filter") if stage == "write" and before == 0 else None

    made = session(strong(withheld), TEN).run()

    assert made.reasons == [("write", "content_filter", 1, 0)]
    assert len(made.records) == 1


class TestTurns:
    """mode: turns."""

    def test_agents_see_their_own_persona_and_at_most_three_details(self, session, strong):
        model = strong()
        made = session(model, {**TEN, "mode": "turns"}, without=PLAIN).run()

        (record,) = made.records
        assert all(1 <= len(t.facts_offered) <= 3 for t in record.turns)
        assert all(t.attempts["turn"] == 1 for t in record.turns)
        for asked in model.of("turn"):
            mine, theirs = ("clocks", "bees") if "clocks" in asked.partition("So far")[0] else ("bees", "clocks")
            assert mine in asked.partition("So far")[0]
            assert theirs not in asked.partition("So far")[0]

    def test_a_turn_said_before_is_asked_for_again_and_then_the_dialogue_is_a_loop(self, session, strong):
        always = strong(
            lambda s, n, _g: {"text": "That ladder has leaned there since Easter."} if s == "turn" else None
        )

        made = session(always, {**TEN, "mode": "turns", "retries": 0, "plans": 1}, without=PLAIN).run()

        assert made.records == []
        assert {r.reason for r in made.rejected} == {"said_before"}

    def test_a_dialogue_that_outgrows_the_context_ends_as_budget_or_is_rejected(self, session, strong):
        wide = session(strong(), {**TEN, "mode": "turns", "context": 660}, without=PLAIN).run()
        narrow = session(strong(), {**TEN, "mode": "turns", "context": 300, "plans": 1}, without=PLAIN).run()

        assert narrow.records == []
        assert {r.reason for r in narrow.rejected} == {"longer_than_context"}
        assert "do not fit the model's context of 300" in narrow.rejected[0].evidence["faults"][0]["why"]
        assert [r.end_reason for r in wide.records] in (["natural"], ["budget"])

    def test_a_refusing_agent_ends_in_a_reject(self, session, strong):
        refuses = strong(lambda s, _n, _g: {"text": "I'm sorry, but I cannot help with that."} if s == "turn" else None)

        made = session(refuses, {**TEN, "mode": "turns", "plans": 1, "retries": 0}, without=PLAIN).run()

        assert {r.reason for r in made.rejected} == {"refusal"}


def test_versions_are_compared_in_both_orders(session, strong):
    model = strong()
    made = session(model, {**TEN, "compare_style": True}).run()

    first, second = model.of("compare")
    one, other = (text.partition("First version:\n")[2].partition("\n\nSecond version:\n") for text in (first, second))
    assert one[0].strip() == other[2].partition("\n\nWhich")[0].strip()
    assert made.records[0].checks["style_preferred"] == "after"


def test_a_judge_who_always_takes_the_first_has_no_preference(session, strong):
    first = strong(lambda s, _n, _g: {"reason": "", "better": "first"} if s == "compare" else None)

    assert session(first, {**TEN, "compare_style": True}).run().records[0].checks["style_preferred"] == "tie"


def test_traits_are_verified_by_the_speakers_own_words(session, strong):
    def outgoing(stage, _before, good):
        if stage == "expand":
            return {**good, "traits": [{"name": "extraversion", "level": "high"}]}
        if stage == "personality":
            # Agrees with everything, whichever way it is put.
            return {"ratings": [{**r, "rating": 5, "evidence": "all"} for r in good["ratings"]]}
        return None

    model = strong(outgoing)
    made = session(model, {**TEN, "traits": True, "personality": True}).run()

    found = made.records[0].checks["personality"]
    assert found["A"]["extraversion"] == {"meant": "high", "score": 3.0, "items": 8, "agreement": 0.0, "shown": None}
    own = [t.text for t in made.records[0].turns if t.speaker == "A"]
    partner = [t.text for t in made.records[0].turns if t.speaker == "B"]
    shown = model.of("personality")[0]
    assert own[0][:20] in shown
    assert not any(text[:40] in shown for text in partner)


@pytest.mark.parametrize(
    ("source", "row", "message"),
    [
        ("styles", {"style": "terse", "aspect": "length", "guideline": "x"}, "'terse' has no example"),
        ("styles", {"style": "terse", "aspect": "length", "guideline": "x", "examples": [{"before": "a"}]}, "after"),
        ("styles", {"style": "t", "aspect": "l", "guideline": "x", "features": [{"name": "rhymes", "want": "more"}],
                    "examples": [{"before": "a", "after": "b", "author": "c"}]}, "nothing counts 'rhymes'"),
        ("arcs", {"arc": "up", "first": ["smug"], "second": ["calm"]}, "'smug', which is not described"),
        ("settings", {"setting": " "}, "holds ' ', not a text"),
    ],
)  # fmt: skip
def test_wrong_materials_are_told_before_anything_is_sent(session, strong, source, row, message):
    made = session(strong(), TEN)
    made.sources[source] = [type(made.sources["path"][0])(f"{source}.jsonl:1", row)]

    with pytest.raises(UsageError, match=message):
        made.run()
    assert made.backend.asked == []

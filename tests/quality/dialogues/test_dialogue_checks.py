"""Each check on a sound dialogue and on one with the fault it is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import registry
from corpusmith.quality import Check, Finding, Panel, Row
from corpusmith.quality.dialogues import checks
from corpusmith.recipes import load_policy

SOUND = [
    ("A", "That ladder has leaned against the bakery since Easter, has it not?"),
    ("B", "Longer. My bees fly round it as if it were a tree."),
    ("A", "You keep them in town? I would never dare, I get dizzy on a chair already."),
    ("B", "Behind the garage. It began when I gave up tax law and needed something honest that stings."),
    ("A", "In the workshop it is only the springs of clocks that bite me."),
    ("B", "Who still brings you a clock to repair?"),
    ("A", "Widows, mostly, and one boy who wants to know what time is made of."),
    ("B", "I could teach him the word for it in Portuguese, it is next week's lesson."),
]
CLOCKS = ["I repair old clocks in a small workshop.", "I live above a bakery.", "I am afraid of heights."]
BEES = ["I keep bees behind my garage.", "I used to be a tax lawyer.", "I am learning Portuguese."]


def fields(
    turns: Sequence[tuple[str, str]] = SOUND, a: Sequence[str] | None = CLOCKS, b: Sequence[str] | None = BEES
) -> dict[str, Any]:
    personas = [{"speaker": s, "facts": list(f)} for s, f in (("A", a), ("B", b)) if f is not None]
    return {"turns": [{"speaker": s, "text": t} for s, t in turns], "personas": personas}


def said(at: int, text: str) -> list[tuple[str, str]]:
    """The sound dialogue with one turn in other words."""
    return [(s, text if n == at else t) for n, (s, t) in enumerate(SOUND)]


def finding(check: Check, turns: Sequence[tuple[str, str]] = SOUND, **personas: Any) -> Finding:
    return check.judge([Row(0, "r0", fields(turns, **personas))])[0]


def crossed(check: Check, turns: Sequence[tuple[str, str]] = SOUND, **personas: Any) -> bool:
    found = finding(check, turns, **personas)
    return isinstance(found.value, float) and check.bar.crossed(found.value)


NAMES = [name for name in registry.names("checks") if name.startswith("dialogue.")]
OTHERS = {"shared_turns", "contradiction", "personality", "role_alternation"}
"""They compare rows, ask models, or judge any conversation; see their own tests."""
ROW_CHECKS = [name for name in NAMES if name.removeprefix("dialogue.") not in OTHERS]


@pytest.mark.parametrize("name", ROW_CHECKS)
def test_a_sound_dialogue_passes(name):
    assert not crossed(registry.load("checks", name)())


@pytest.mark.parametrize("name", ROW_CHECKS)
def test_a_row_without_turns_cannot_be_judged(name):
    check = registry.load("checks", name)()

    for row in ({"instruction": "x"}, {"turns": []}, {"turns": "A: hi"}, {"turns": [{"speaker": "A"}]}):
        assert check.judge([Row(0, "r", row)])[0].error


@pytest.mark.parametrize(
    "text",
    ["My name is [name], and yours?", "I am (user 2's name).", "Do you come from {city} too?", "I work as a <job>.",
     "User 1: I never saw it.", "assistant: Of course.", "[insert hobby] is what I live for.", "Hello, User 2!",
     "{{ name }} sent me.", "<|im_end|>", "[speaker_1_location] is far.", "I am from [hometown].",
     "My [pet] likes {food}.", "I live in ____, near the river.", "<person name> told me."],
)  # fmt: skip
def test_traces_of_templates_are_found(text):
    found = finding(checks.placeholder(), said(4, text))

    assert found.reason == "placeholder"
    assert found.evidence["turn"] == 4
    start, end = found.evidence["turn_span"]
    assert text[start:end].strip()


@pytest.mark.parametrize(
    "text",
    ["He is out (his knee, I think).", "The team (Saints) lost.", "It cost 5 < 6, they say.", "I said: no.",
     "The user was a cat.", "An agent: that is what she wants to be.", "Both (either rugby league or union) are rough.",
     "The [anterior cruciate ligament] tore.", "[laughs] No!", "Well [sighs deeply] no.", "I <3 it, 5 > 4.",
     "I went to the place where the bus stops (the old one)."],
)  # fmt: skip
def test_asides_are_no_placeholders(text):
    assert not crossed(checks.placeholder(), said(4, text))


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([*SOUND[:3], *SOUND[4:]], "broken_alternation"),
        ([("A", text) for _, text in SOUND], "one_speaker"),
        (said(3, "  "), "empty_turn"),
    ],
)
def test_turns_that_do_not_alternate(turns, reason):
    assert finding(checks.speaker_alternation(), turns).reason == reason
    assert crossed(checks.speaker_alternation(), turns)


def test_a_turn_said_three_times_is_a_loop():
    twice = [(s, SOUND[1][1] if n == 3 else t) for n, (s, t) in enumerate(SOUND)]
    thrice = [(s, SOUND[1][1] if n in (3, 5) else t) for n, (s, t) in enumerate(SOUND)]

    assert not crossed(checks.repeated_turn(), twice)
    assert crossed(checks.repeated_turn(), thrice)
    assert crossed(checks.duplicate_turns(), twice)


def test_an_exchange_said_again_is_a_loop():
    assert crossed(checks.repeated_exchange(), [*SOUND, *SOUND[2:4]])
    assert not crossed(checks.repeated_exchange(), [*SOUND, SOUND[2], ("B", "Well, well.")])


def test_a_turn_that_only_repeats_the_partner():
    assert crossed(checks.echoed_turn(), said(4, SOUND[3][1]))
    assert crossed(checks.echoed_turn(), said(4, f"{SOUND[3][1]} Yes!"))
    assert not crossed(checks.echoed_turn(), said(4, "Behind the garage?")), "a short question back is no echo"
    assert not crossed(checks.echoed_turn(), [("A", "hi how are you doing"), ("B", "how are you doing today")])
    assert crossed(checks.echoed_turn(), [("A", "Not so much."), ("B", "Not so much!")])


def test_facts_word_for_word():
    one = said(2, f"{CLOCKS[1]} And you?")
    two = [(s, f"{t} I'm afraid of heights." if n == 4 else t) for n, (s, t) in enumerate(one)]

    assert not crossed(checks.pasted_facts(), one)
    assert finding(checks.pasted_facts(), one).value == 1.0
    assert crossed(checks.pasted_facts(), two), "a contraction is the same word"


def test_personas_of_each_other():
    assert crossed(checks.swapped_personas(), a=BEES, b=CLOCKS)
    assert not crossed(checks.swapped_personas())


def test_asking_about_what_was_told_is_no_claim_to_it():
    turns = [*SOUND[:3], ("B", "Behind the garage, the bees."), ("A", "Behind the garage? And the bees do not mind?")]

    assert not crossed(checks.swapped_personas(), turns)


def test_labels_that_change_sides_within_a_dialogue():
    turns = [*SOUND[:4], *((("B" if s == "A" else "A"), t) for s, t in SOUND[4:])]

    assert finding(checks.traded_places(), turns).value > finding(checks.traded_places()).value


def test_personas_nobody_speaks_of():
    other = ["I fly gliders at weekends.", "My grandmother knits jumpers for penguins."]

    assert crossed(checks.persona_coverage(), a=other, b=["I collect stamps.", "I sell insurance."])
    assert finding(checks.persona_coverage(), a=None, b=None).error


def test_one_weak_sign_is_for_review_and_two_drop():
    agreeing = [(s, f"That sounds great! I'm so glad. {t}") for s, t in SOUND]
    repeating = [*agreeing, ("A", agreeing[0][1])]
    panel = Panel.from_specs([c for c in load_policy("dialogues").checks if c.check != "dialogue.shared_turns"])

    one, two = panel.judge([Row(0, "one", fields(agreeing)), Row(1, "two", fields(repeating))])
    signs = finding(checks.weak_signs(), repeating).evidence["signs"]

    assert {"agreement_formulas", "duplicate_turns"} <= set(signs)
    assert two.decision == "drop"
    assert one.decision in ("review", "drop")


def test_the_policy_drops_what_is_broken_and_keeps_what_is_sound():
    panel = Panel.from_specs(load_policy("dialogues").checks)
    rows = [fields(), fields(said(4, "I am [name].")), fields(SOUND[:3] + SOUND[4:]), fields(a=BEES, b=CLOCKS)]

    judged = panel.judge([Row(n, f"r{n}", row) for n, row in enumerate(rows)])

    assert [j.decision for j in judged] == ["keep", "drop", "drop", "drop"]
    assert [j.reason for j in judged] == [None, "placeholder", "broken_alternation", "swapped_personas"]


def test_turns_that_an_earlier_dialogue_has():
    check = registry.load("checks", "dialogue.shared_turns")()
    other = [(s, f"{t} Or so they say, up at the ferry.") for s, t in SOUND]
    rows = [Row(0, "first", fields()), Row(1, "other", fields(other)), Row(2, "again", fields(SOUND[:4] + other[4:]))]

    values = [f.value for f in check.judge(rows)]

    assert values == [0.0, 0.0, 1.0]
    assert check.judge([Row(3, "n", fields(SOUND[:4]))])[0].evidence["matched"] == "first"


def test_a_forgotten_dialogue_stands_for_nothing():
    check = registry.load("checks", "dialogue.shared_turns")()
    row = Row(0, "first", fields())
    check.judge([row])
    check.forget(row)

    assert check.judge([Row(1, "second", fields())])[0].value == 0.0


def test_denials_are_candidates_only():
    denied = said(2, "You keep them in town? I am not afraid of heights.")

    found = finding(checks.contradiction_candidate(), denied)

    assert found.evidence["pairs"][0]["rule"] == "polarity"
    assert {c.check: c.gate for c in load_policy("dialogues").checks}["dialogue.contradiction_candidate"] == "flag"


def test_agreement_is_counted_in_english_only():
    german = [("A", "Die Leiter lehnt seit Ostern an der Wand, und keiner fragt, wem sie eigentlich gehört.")] * 2

    assert finding(checks.agreement_formulas(), german, a=None, b=None).error


@given(
    st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.text(max_size=60)), max_size=8),
    st.lists(st.text(max_size=30), max_size=3),
)
def test_any_turns_are_judged_without_an_exception(turns, facts):
    row = Row(0, "r", fields(turns, a=facts, b=facts))

    for name in ROW_CHECKS:
        assert len(registry.load("checks", name)().judge([row])) == 1

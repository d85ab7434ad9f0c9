"""Batch figures: what sets of dialogues have in common, bars by size, bars from a reference, the audit."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality import Panel, Row
from corpusmith.quality.dialogues.audit import audit_dialogues, batch_findings
from corpusmith.quality.dialogues.bars import AT_100, SIZES, bar_for, bar_from, known
from corpusmith.quality.dialogues.batch import Measured, distinct_2, measure_batches
from corpusmith.quality.dialogues.talk import Talk
from corpusmith.recipes import load_policy

WORDS = [f"{a}{b}" for a in "bcdfghklmnprstvw" for b in ("arrow", "ellow", "igher", "ottle", "umber", "aster", "enter")]


def talk(seed: int, *, canned: bool = False) -> Talk:
    """A dialogue of made-up words, each speaker with facts that they speak of; or one in canned phrases."""
    draw = random.Random(seed)
    facts = {s: tuple(f"I {draw.choice(WORDS)} the {draw.choice(WORDS)} {seed}{s}{n}." for n in range(3)) for s in "AB"}
    turns = []
    for n in range(8):
        speaker = "AB"[n % 2]
        own = facts[speaker][n // 2 % 3] if not canned else ""
        free = " ".join(draw.choice(WORDS) for _ in range(8))
        turns.append((speaker, f"That sounds great, what do you do for fun? {n}" if canned else f"{free} {own[2:]}"))
    return Talk(tuple(turns), tuple(facts.items()))


FREE = [talk(n) for n in range(120)]
CANNED = [talk(n, canned=True) for n in range(120)]


def rows(talks):
    return [
        Row(n, f"d{n}", {
            "turns": [{"speaker": s, "text": t} for s, t in talk.turns],
            "personas": [{"speaker": s, "facts": list(f)} for s, f in talk.personas],
        })
        for n, talk in enumerate(talks)
    ]  # fmt: skip


def test_canned_dialogues_fail_and_free_ones_pass():
    free = {f.name: f for f in batch_findings(FREE, 100)}
    canned = {f.name: f for f in batch_findings(CANNED, 100)}

    assert {f.outcome for f in free.values()} == {"pass"}
    assert free["attribution"].value == 1.0
    assert {n for n, f in canned.items() if f.outcome == "fail"} == set(AT_100)
    assert canned["distinct_second"].value == pytest.approx(1 / 100)
    assert canned["repeated_turns"].value == 1.0


def test_every_figure_names_its_size_and_the_batches_it_was_taken_over():
    found = batch_findings(FREE, 25)

    assert all(f.size == 25 for f in found if f.name != "distinct_2")
    assert all(f.batches == 4 for f in found)
    assert {f.name: f.size for f in found}["distinct_2"] == 2000


def test_the_same_seed_gives_the_same_figures():
    one, again = measure_batches(FREE, 40, seed=3), measure_batches(FREE, 40, seed=3)
    assert one == again


def test_without_personas_attribution_is_not_measured():
    bare = [Talk(t.turns) for t in FREE]

    finding = next(f for f in batch_findings(bare, 100) if f.name == "attribution")

    assert (finding.outcome, finding.value) == ("not_measured", None)
    assert "personas" in finding.why


@pytest.mark.parametrize("statistic", AT_100)
def test_bars_lie_between_people_and_model_and_move_with_the_size(statistic):
    sizes = SIZES if statistic != "distinct_2" else (250, 500, 1000, 2000, 5000, 10000)
    full = 10000 if statistic == "distinct_2" else 100
    sign = 1 if AT_100[statistic].wrong == "above" else -1

    assert bar_for(statistic, full) == AT_100[statistic]
    for size in sizes:
        there = known(statistic, size)
        assert sign * bar_for(statistic, size).value >= sign * there.people + 2.9 * there.spread * (size != full)


@given(st.sampled_from(sorted(AT_100)), st.integers(10, 400))
def test_interpolated_figures_lie_between_their_neighbours(statistic, size):
    lower = max((s for s in SIZES if s <= size), default=SIZES[0])
    upper = min((s for s in SIZES if s >= size), default=SIZES[-1])
    if statistic == "distinct_2":
        return
    low, high = sorted((known(statistic, lower).people, known(statistic, upper).people))

    assert low - 1e-9 <= known(statistic, size).people <= high + 1e-9


def test_a_reference_moves_the_bars():
    plain = Measured("common_starts", 0.30, 0.01, 5, 100)

    assert bar_from(plain).value == pytest.approx(0.30 + 0.13 - known("common_starts", 100).people, abs=1e-3)
    assert bar_from(Measured("common_starts", 0.30, 0.05, 5, 100)).value == pytest.approx(0.45)
    against_itself = batch_findings(CANNED, 100, CANNED)
    assert {f.outcome for f in against_itself} == {"pass"}
    assert {f.people_are for f in against_itself} == {"reference"}


def test_distinct_2_needs_its_words():
    assert distinct_2([FREE[0]], 5000) is None
    assert 0 < distinct_2(FREE, 500) <= 1


def test_the_audit_judges_each_and_all():
    broken = [Talk((*t.turns[:3], *t.turns[4:]), t.personas) for t in FREE[:5]]
    panel = Panel.from_specs(load_policy("dialogues").checks)

    found = audit_dialogues([*rows(FREE), *rows(broken), Row(999, "x", {"instruction": "y"})], panel)

    assert (found.dialogues, found.judged, found.unjudged) == (126, 125, 1)
    assert found.by_reason["dropped"]["broken_alternation"] == 5
    assert found.examples["broken_alternation"][0]["evidence"]["turn"] == 3
    assert found.batch_size == 100
    assert found.failed_bars == []
    assert found.as_dict()["batch"][0]["label"]


def test_a_set_too_small_for_batches_says_so():
    found = audit_dialogues(rows(FREE[:7]), Panel([]))

    assert (found.batch, found.batch_size) == ([], 0)
    assert "7 dialogues are too few" in found.notes[0]


def test_sizes_between_are_said_to_be_interpolated():
    found = audit_dialogues(rows(FREE[:60]), Panel([]))

    assert found.batch_size == 60
    assert "interpolated" in found.notes[0]


def test_dialogues_of_three_speakers_can_be_measured():
    talks = [Talk(tuple(zip("ABC", WORDS[n : n + 3], strict=True))) for n in range(40)]

    assert measure_batches(talks, 10)["distinct_first"].value == 1.0

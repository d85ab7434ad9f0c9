"""Personas from rows: what is left out, what cannot be used; who meets whom; groups that a split must not part."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.builders.dialogues.options import DialoguesConfig
from corpusmith.builders.dialogues.pairing import Candidate, pairs
from corpusmith.builders.dialogues.personas import ingest
from corpusmith.core import SourceRow
from corpusmith.core.errors import UsageError
from corpusmith.core.records import CastMember, Fact

CONFIG = DialoguesConfig()


def one(facts, **columns):
    (found,) = ingest(SourceRow("p.jsonl:1", {"facts": facts, **columns}), CONFIG)
    return found


def test_empty_and_repeated_facts_are_left_out_with_a_note():
    found = one(["I bake bread.", " ", "I fish.", "i bake BREAD", "I'm tall.", "I am tall!"])

    assert [f.id for f in found.member.facts] == ["f1", "f3", "f5"]
    assert [(d.fact_id, d.reason) for d in found.member.dropped] == [
        ("f2", "empty_fact"),
        ("f4", "repeats f1"),
        ("f6", "repeats f5"),
    ]


@pytest.mark.parametrize(
    ("facts", "fault", "why"),
    [
        (["I have two dogs.", "I bake.", "I have three dogs."], "contradicts_itself", "two dogs.*three dogs"),
        (["I love my garden.", "I do not love my garden."], "contradicts_itself", "love my garden"),
        (["I bake bread."], "too_few_facts", "1 facts are left of 1"),
        (["I bake bread.", "", "i bake bread"], "too_few_facts", "1 facts are left of 3"),
        ([f"I own thing number {n}." for n in range(200)], "too_many_facts", "200 facts, and max_facts is 24"),
        (["Ich backe jeden Morgen Brot.", "Meine Schwester wohnt seit Mai am See."], "other_language", "language"),
        (["我喜欢猫。", "我住在上海。"], "other_language", "language"),
    ],
)  # fmt: skip
def test_personas_that_cannot_be_used(facts, fault, why):
    found = one(facts)

    assert (found.member, found.fault) == (None, fault)
    assert re.search(why, found.why)
    assert found.text == "\n".join(facts)


def test_source_and_licence_are_kept():
    member = one(["I bake.", "I fish."], source="PersonaChat", license="CC BY 4.0", id="p7").member

    assert (member.source, member.licence, member.persona) == ("PersonaChat", "CC BY 4.0", "p7")


def test_a_row_without_a_persona_says_what_it_has():
    with pytest.raises(UsageError, match=r"no persona in this row; its columns are: name, text"):
        ingest(SourceRow("p.csv:2", {"text": "x", "name": "y"}), CONFIG)


def test_unusable_personas_are_rejected_and_the_others_meet(session, strong):
    people = [
        {"facts": ["I bake bread."]},
        {"facts": ["I fish at dawn.", "I whittle."]},
        {"facts": ["I dive.", "I sew."]},
    ]
    made = session(strong(), {"revise": False}, people, without=("arcs", "styles"))
    items = list(made.builder.items(made.sources))

    assert items[0].id == "persona path:1"
    assert {*items[1].id.split(" & ")} == {"path:2", "path:3"}
    made.run()
    assert made.reasons[0][:2] == ("ingest", "too_few_facts")


def test_one_persona_alone_is_an_error(session, strong):
    with pytest.raises(UsageError, match=r"1 personas that can be used, and a dialogue takes two"):
        session(strong(), {}, [{"facts": ["I dive.", "I sew."]}]).run()


def test_a_row_with_two_personas_is_a_pair_as_it_is(session, strong):
    row = {"user 1 personas": "I dive.\nI sew.", "user 2 personas": "I bake.\nI fish."}
    made = session(strong(), {}, [row, row])

    items = list(made.builder.items(made.sources))

    assert [item.id for item in items] == ["path:1 & path:1#2", "path:2 & path:2#2"]
    assert len({item.data["group"] for item in items}) == 1, "both rows hold the same personas"


def candidate(n, *facts):
    member = CastMember(
        speaker="", persona=f"p{n}", facts=tuple(Fact(id=f"f{i}", text=t) for i, t in enumerate(facts, 1))
    )
    return Candidate(f"p:{n}", member)


@given(
    st.lists(st.sets(st.integers(0, 30), min_size=1, max_size=3), min_size=2, max_size=20),
    st.integers(1, 3),
)
def test_groups_part_no_persona_and_no_fact(facts, partners):
    people = [candidate(n, *(f"I own thing number {f} of many." for f in sorted(own))) for n, own in enumerate(facts)]

    found = pairs([], people, partners)

    groups: dict[str, set[str]] = {}
    for pair in found:
        for member in pair.cast:
            for claim in (member.persona, *(fact.text for fact in member.facts)):
                groups.setdefault(claim, set()).add(pair.group)
    assert all(len(own) == 1 for own in groups.values())
    met = [p.persona for pair in found for p in pair.cast]
    assert {p.persona for p in (c.member for c in people)} == set(met), "everybody meets somebody"
    assert len({pair.key for pair in found}) == len(found)
    assert found == pairs([], people, partners)


def test_personas_that_share_nothing_stay_in_small_groups():
    people = [candidate(n, f"I own thing number {n} of many.") for n in range(30)]

    assert len({pair.group for pair in pairs([], people, 1)}) == 15
    assert len({pair.group for pair in pairs([], people, 2)}) == 10
    assert len(pairs([], people, 2)) == 30

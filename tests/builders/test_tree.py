"""The domain tree: names, growth, pruning, the file that people edit, and sharing out rows."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpusmith.builders.instructions.sampling import allocate
from corpusmith.builders.instructions.tree import (
    Growth,
    Node,
    Proposal,
    Tree,
    clean_name,
    grow,
    name_key,
    overlap,
    plant,
)
from corpusmith.builders.instructions.tree_file import read_domain, to_plain
from corpusmith.core import SourceRow
from corpusmith.core.errors import UsageError

COOKING = Node(("cooking",), reason="everyday meals")
names = st.sampled_from(
    [
        "Store food",
        "store foods",
        "Storing food",
        "freeze bread",
        "Bread, freezing",
        "plan a menu",
        "",
        "  ",
        "...",
        "7",
    ]
)


def grown(tree: Tree, parent: tuple[str, ...], *proposed: str, breadth: int = 9, room: int = 99) -> tuple[Tree, Growth]:
    return grow(tree, parent, [Proposal(n) for n in proposed], breadth=breadth, room=room, same_task=0.85)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Plan meals", "plan the meal"),
        ("Planning meals", "Plan meals!"),
        ("Store food", "FOOD STORES"),
        ("Bake pies", "bake a pie"),
        ("Ｗrite essays", "write an essay"),
    ],
)
def test_names_that_differ_in_case_plural_or_order_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert overlap(one, other) == 1.0


def test_names_of_different_tasks_stay_apart() -> None:
    assert overlap("bake bread", "bake cake") == 0.5
    assert overlap("plan meals", "plan birthday meals") < 0.85
    assert overlap("pay debt", "grow roses") == 0.0


@given(st.text())
def test_cleaning_a_name_twice_changes_nothing(text: str) -> None:
    assert clean_name(clean_name(text)) == clean_name(text)


@pytest.mark.parametrize("raw", ['- "Store food."', "3) store  food", "* Store food:", "• “Store food”"])
def test_bullets_numbers_and_quotes_are_taken_off_a_name(raw: str) -> None:
    assert clean_name(raw).lower() == "store food"


def test_growing_adds_in_order_and_says_what_it_refused() -> None:
    tree, growth = grown(plant(COOKING), ("cooking",), "Store food", "store foods", "!!", "Freeze bread", breadth=2)
    assert growth.added == (("cooking", "Store food"), ("cooking", "Freeze bread"))
    assert growth.refused == {"store foods": "repeated_name", "!!": "bad_name"}
    tree, growth = grown(tree, ("cooking",), "Plan a menu", breadth=2)
    assert growth == Growth(refused={"Plan a menu": "over_budget"})


def test_the_same_name_in_two_branches_makes_two_nodes_and_the_later_one_is_pruned() -> None:
    tree, _ = grown(plant(COOKING), ("cooking",), "bread", "cake")
    tree, _ = grown(tree, ("cooking", "bread"), "Freeze leftovers")
    tree, growth = grown(tree, ("cooking", "cake"), "freeze the leftovers", "decorate a cake")
    first, second = ("cooking", "bread", "Freeze leftovers"), ("cooking", "cake", "freeze the leftovers")
    assert tree.nodes[first].pruned is None
    assert tree.nodes[second].pruned == "near_duplicate_task"
    assert tree.nodes[second].twin == first
    assert growth.pruned == (second,)
    assert second not in [n.path for n in tree.leaves()]


def test_near_names_can_be_allowed() -> None:
    tree, _ = grown(plant(COOKING), ("cooking",), "bread", "cake")
    for branch in ("bread", "cake"):
        tree, growth = grow(
            tree, ("cooking", branch), [Proposal("freeze leftovers")], breadth=5, room=5, same_task=1.01
        )
        assert growth.added == (("cooking", branch, "freeze leftovers"),)


def test_a_task_below_a_pruned_one_is_not_live() -> None:
    pruned = Node(("cooking", "a task"), pruned="by_hand")
    below = Node(("cooking", "a task", "its part"))
    tree = plant(COOKING, [pruned, below])
    assert tree.size() == 0
    assert [n.path for n in tree.leaves()] == [("cooking",)]


@given(st.lists(st.tuples(st.integers(0, 5), st.lists(names, max_size=6)), max_size=12), st.integers(0, 6))
def test_growth_keeps_its_budgets_and_loses_no_node(asks: list[tuple[int, list[str]]], nodes: int) -> None:
    tree = plant(COOKING)
    for which, proposed in asks:
        live = list(tree.live())
        parent = live[which % len(live)].path
        before = dict(tree.nodes)
        tree, growth = grown(tree, parent, *proposed, breadth=3, room=nodes - tree.size())
        assert {p: tree.nodes[p] for p in before} == before
        assert len(tree.nodes) == len(before) + len(growth.added) + len(growth.pruned)
        assert tree.size() <= nodes
        assert len(tree.live_children(parent)) <= 3
    live_names = [name_key(n.name) for n in tree.live()]
    assert len(set(live_names)) == len(live_names)


EDITED = {
    "domain": "cooking",
    "description": "everyday meals",
    "tasks": [
        "plan a menu",
        {
            "name": "store food",
            "reason": "it spoils",
            "weight": 0.5,
            "examples": ["How long does rice keep?", {"instruction": "Sort these", "input": "milk, rice"}],
            "tasks": [{"name": "freeze bread", "closed": True}, {"name": "freeze cake", "pruned": "by_hand"}],
        },
    ],
}


def test_an_edited_tree_is_read_and_written_in_the_same_shape() -> None:
    tree = read_domain(SourceRow("tree.json:1", EDITED)).tree
    assert [n.path[1:] for n in tree.leaves()] == [("plan a menu",), ("store food", "freeze bread")]
    assert tree.nodes["cooking", "store food", "freeze bread"].closed
    assert tree.nodes["cooking", "store food"].weight == 0.5
    plain = to_plain(tree, {("cooking", "plan a menu"): 4})
    assert plain["tasks"][0] == {"name": "plan a menu", "rows": 4}
    again = read_domain(SourceRow("tree.json:1", plain)).tree
    assert again == tree
    assert list(again.nodes) == list(tree.nodes)


@given(st.lists(st.tuples(st.integers(0, 9), st.lists(st.text(max_size=12), max_size=4)), max_size=8))
def test_whatever_a_model_says_the_saved_tree_reads_back_the_same(asks: list[tuple[int, list[str]]]) -> None:
    tree = plant(COOKING)
    for which, proposed in asks:
        live = list(tree.live())
        tree, _ = grown(tree, live[which % len(live)].path, *proposed)
    again = read_domain(SourceRow("tree.json:1", to_plain(tree))).tree
    assert set(again.nodes.values()) == set(tree.nodes.values())


def test_null_cells_count_as_absent() -> None:
    row = SourceRow("x.parquet:1", {"domain": "cooking", "description": None, "tasks": None, "score": 3})
    assert read_domain(row).tree == plant(Node(("cooking",)))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"topic": "cooking"}, "no column 'domain'"),
        ({"domain": "cooking", "tasks": [{"name": "a", "wieght": 2}]}, "wieght"),
        ({"domain": "cooking", "tasks": [{"name": "a", "weight": -1}]}, "weight"),
        ({"domain": "cooking", "tasks": ["bake pies", {"name": "Bake a pie"}]}, "two tasks of the same name"),
        ({"domain": "cooking", "tasks": ["?!"]}, "no name for a task"),
        ({"domain": "cooking", "tasks": "bake; fry"}, "tasks"),
    ],
)
def test_a_tree_that_cannot_be_read_says_why_and_where(fields: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=r"seeds\.jsonl:3") as error:
        read_domain(SourceRow("seeds.jsonl:3", fields))
    assert said in str(error.value)


weights = st.lists(st.floats(0, 1e6, allow_nan=False), max_size=8)


@given(st.integers(0, 500), weights, st.data())
def test_shares_sum_exactly_and_respect_the_caps(total: int, weights: list[float], data: st.DataObject) -> None:
    caps = data.draw(st.lists(st.integers(0, 60), min_size=len(weights), max_size=len(weights)))
    shares = allocate(total, weights, caps)
    reachable = sum(cap for cap, weight in zip(caps, weights, strict=True) if weight > 0)
    assert sum(shares) == min(total, reachable)
    for share, weight, cap in zip(shares, weights, caps, strict=True):
        assert 0 <= share <= cap
        assert share == 0 or weight > 0


@given(st.integers(0, 500), weights)
def test_without_caps_every_share_is_within_one_of_its_proportion(total: int, weights: list[float]) -> None:
    assume(any(weights))
    whole = sum(Fraction(w) for w in weights)
    for share, weight in zip(allocate(total, weights, [total + 1] * len(weights)), weights, strict=True):
        assert abs(share - total * Fraction(weight) / whole) < 1


def test_what_a_cap_cuts_goes_to_the_others_in_proportion() -> None:
    assert allocate(10, [8, 1, 1], [4, 9, 9]) == [4, 3, 3]
    assert allocate(10, [8, 2, 1], [2, 9, 9]) == [2, 5, 3]
    assert allocate(3, [1, 1], [1, 1]) == [1, 1]

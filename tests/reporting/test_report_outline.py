"""The domain tree as an outline."""

from __future__ import annotations

from corpusmith.reporting.outline import outlines

NESTED = {
    "domain": "home",
    "description": "What happens at home.",
    "tasks": [
        {"name": "cook", "rows": 4, "tasks": [{"name": "bake", "rows": 3}, "boil"]},
        {"name": "make food", "rows": 9, "pruned": "near_duplicate_task", "twin": ["home", "cook"],
         "tasks": [{"name": "fry", "rows": 2}]},
    ],
}  # fmt: skip


def test_rows_add_up_without_those_of_pruned_tasks():
    (root,) = outlines(NESTED, set())
    cook, twin = root.children
    assert (root.name, root.total, root.nodes) == ("home", 7, 3)
    assert (cook.samples, cook.total) == (4, 7)
    assert twin.pruned == "near duplicate task of cook"
    assert [child.name for child in cook.children] == ["bake", "boil"]


def test_flat_nodes_give_the_same_outline():
    nodes = [
        {"path": ["home", "cook"], "name": "cook", "samples": 4, "pruned": None},
        {"path": ["home", "cook", "bake"], "name": "bake", "samples": ["a", "b", "c"]},
        {"path": ["home", "clean", "windows"], "name": "windows", "reason": "They get dirty.", "samples": 1},
    ]
    (root,) = outlines({"domain": "home", "nodes": nodes}, set())
    assert root.total == 8
    clean = root.children[1]
    assert (clean.name, clean.samples, clean.total) == ("clean", 0, 1)


def test_only_tasks_with_kept_rows_on_the_page_are_linked():
    roots = outlines(
        [NESTED, {"domain": "work", "tasks": ["plan & act"]}], {("home",), ("home", "cook"), ("work", "plan & act")}
    )
    assert [root.name for root in roots] == ["home", "work"]
    assert roots[0].children[0].link == "#rows/kept?task=home%20%2F%20cook"
    assert roots[0].children[1].link == ""
    assert roots[1].children[0].link == "#rows/kept?task=work%20%2F%20plan%20%26%20act"


def test_a_tree_of_any_depth_ends():
    task: dict = {"name": "deep"}
    for _ in range(400):
        task = {"name": "deep", "rows": 1, "tasks": [task]}
    (root,) = outlines({"domain": "d", "tasks": [task]}, set())
    depth, node = 0, root
    while node.children:
        depth, node = depth + 1, node.children[0]
    assert depth == 24

"""The domain tree of an exploring builder, as a nested outline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from .charts import rows_link
from .text import label

_NODES_SHOWN = 1_500
_DEPTH = 24


@dataclass
class Branch:
    """One node of the outline, with everything below it."""

    name: str
    path: tuple[str, ...]
    reason: str = ""
    pruned: str = ""
    """Why the node was cut; empty for a living one."""
    samples: int = 0
    """Samples of the node itself."""
    total: int = 0
    """Samples of the node and of all below it."""
    nodes: int = 0
    """Living nodes below."""
    link: str = ""
    """To the kept rows of this node, where the page has some."""
    children: list[Branch] = field(default_factory=list)


def outlines(tree: Mapping[str, Any] | Sequence[Mapping[str, Any]], tasks: set[tuple[str, ...]]) -> list[Branch]:
    """Nest one domain tree, or several.

    Args:
        tree: a domain with `tasks` (nested: each with "name", "reason", "rows", "pruned", "twin" and its own "tasks")
            or with `nodes` (flat: each with "path", "name", "reason", "samples", "pruned"); or a list of domains.
        tasks: task paths of the kept rows on the page, every prefix of a path included.

    Returns:
        One root per domain, named after it.
    """
    domains = [tree] if isinstance(tree, Mapping) else list(tree)
    roots = []
    for given in domains:
        domain = str(given.get("domain") or "domain")
        root = Branch(label(domain, 200), (), reason=label(given.get("description") or "", 400))
        places: dict[tuple[str, ...], Branch] = {(): root}
        for path, node in islice(_nodes(given, domain), _NODES_SHOWN):
            _describe(_place(places, path), node)
        for path, branch in places.items():
            full = next((p for p in ((domain, *path), path) if p in tasks), None)
            branch.link = rows_link("kept", task=[label(part) for part in full]) if full else ""
        _sum_up(root)
        roots.append(root)
    return roots


def _nodes(given: Mapping[str, Any], domain: str) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Path, without the domain, and node of everything in a domain, parents first."""
    for node in given.get("nodes") or ():
        path = tuple(str(part) for part in node.get("path") or (node.get("name", ""),))
        yield (path[1:] if path[:1] == (domain,) else path)[:_DEPTH], node
    stack: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((), given)]
    while stack:
        path, node = stack.pop()
        if path:
            yield path, node
        if len(path) < _DEPTH:
            below = [task if isinstance(task, Mapping) else {"name": task} for task in node.get("tasks") or ()]
            stack += [((*path, str(task.get("name", ""))), task) for task in reversed(below)]


def _describe(branch: Branch, node: Mapping[str, Any]) -> None:
    if branch.path:
        branch.name = label(node.get("name") or branch.path[-1], 200)
    branch.reason = label(node.get("reason") or "", 400)
    pruned = str(node.get("pruned") or "").replace("_", " ")
    if pruned and node.get("twin"):
        pruned += f" of {list(node['twin'])[-1]}"
    branch.pruned = label(pruned, 160)
    samples = node.get("samples", node.get("rows"))
    branch.samples = len(samples) if isinstance(samples, list) else int(samples or 0)


def _place(places: dict[tuple[str, ...], Branch], path: tuple[str, ...]) -> Branch:
    """The branch at a path, made with all above it if need be."""
    for depth in range(1, len(path) + 1):
        here = path[:depth]
        if here not in places:
            places[here] = Branch(label(here[-1], 200), here)
            places[here[:-1]].children.append(places[here])
    return places[path]


def _sum_up(branch: Branch) -> None:
    """Totals from the leaves upwards; the samples of a pruned node count for nothing."""
    stack, order = [branch], []
    while stack:
        order.append(stack.pop())
        stack.extend(order[-1].children)
    for node in reversed(order):
        living = [child for child in node.children if not child.pruned]
        node.total = (0 if node.pruned else node.samples) + sum(child.total for child in living)
        node.nodes = sum(1 + child.nodes for child in living)

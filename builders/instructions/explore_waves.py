"""What `explore` asks next: a pure function of its options, the given domains, and what became of all items before.

State is never kept between waves. It is folded anew from the accepted items, whose data say what was asked and whose
outcomes say what came of it, so that a run that was killed plans the same waves again.

Per domain, first the tree grows, a call or more per open node and wave; when nothing is left to ask there, its leaves
are asked for rows until each has its share, came up dry, or the asks are spent. Every wave spends at least one call of
a finite budget, so the waves end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core import digest
from ..builder import Accepted, Item
from .explore_options import ExploreConfig
from .sampling import allocate
from .tree import Node, Path, Proposal, Tree, grow
from .tree_file import Domain, to_plain

TREE_ARTIFACT = "tree.json"
_PEERS = 30
"""Most names of tasks elsewhere in the domain that a prompt shows."""
_EXAMPLES = 3
_SHOTS = 12
_OTHERS = 3
"""Other domains that a text is compared with where texts are scored."""


@dataclass(slots=True)
class _Tally:
    """What one task was asked and what it brought."""

    tree_asks: int = 0
    samples: int = 0
    """Replies asked for so far: the number of the next sample."""
    new_tasks: list[int] = field(default_factory=list)
    """Live sub-tasks added, ask by ask."""
    row_asks: int = 0
    kept: list[str] = field(default_factory=list)
    """Instructions of the kept rows."""
    kept_by_wave: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _State:
    """One domain, as far as it is."""

    tree: Tree
    source: str
    tree_calls: int = 0
    row_asks: int = 0
    tallies: dict[Path, _Tally] = field(default_factory=dict)

    def tally(self, path: Path) -> _Tally:
        return self.tallies.setdefault(path, _Tally())

    def rows(self) -> dict[Path, int]:
        return {path: len(tally.kept) for path, tally in self.tallies.items()}


def next_wave(config: ExploreConfig, domains: Sequence[Domain], accepted: Sequence[Accepted]) -> list[Item]:
    """The next wave: empty when all is done.

    Args:
        config: the options.
        domains: the given trees, in order.
        accepted: all items of the waves before, with their outcomes, in order.
    """
    last: Mapping[str, Any] = accepted[-1].item.data if accepted else {"wave": 0, "do": "tree", "final": False}
    if last["do"] == "tree" and last["final"]:
        return []
    states = _fold(config, domains, accepted)
    wave: int = last["wave"] + 1
    work = [item for state in states for item in _domain_wave(config, states, state, wave)]
    if not work:
        return [_tree_item(states, wave, final=True)]
    grown = any(a.item.data["wave"] == last["wave"] and a.item.data["do"] in ("look", "widen") for a in accepted)
    return [_tree_item(states, wave, final=False), *work] if grown else work


def _fold(config: ExploreConfig, domains: Sequence[Domain], accepted: Sequence[Accepted]) -> list[_State]:
    states = {d.tree.root.name: _State(d.tree, d.source) for d in domains}
    for done in accepted:
        data = done.item.data
        if data["do"] == "tree":
            continue
        state = states[data["path"][0]]
        (_take_rows if data["do"] == "rows" else _take_tasks)(config, state, done)
    return list(states.values())


def _take_tasks(config: ExploreConfig, state: _State, done: Accepted) -> None:
    data = done.item.data
    path = tuple(data["path"])
    found = [p for o in done.outcomes if o["type"] == "artifact" for p in o["data"]["found"]]
    proposals = [Proposal(p["name"], p.get("reason", "")) for p in found]
    state.tree, growth = grow(
        state.tree,
        path,
        proposals,
        breadth=config.breadth[len(path) - 1],
        room=config.nodes - state.tree.size(),
        same_task=config.same_task,
    )
    state.tree_calls += data["calls"]
    tally = state.tally(path)
    tally.tree_asks += 1
    tally.samples += data["calls"]
    tally.new_tasks.append(len(growth.added))


def _take_rows(config: ExploreConfig, state: _State, done: Accepted) -> None:
    data = done.item.data
    tally = state.tally(tuple(data["path"]))
    kept = [o["data"]["instruction"] for o in done.outcomes if o["type"] == "record" and o["decision"] == "keep"]
    state.row_asks += 1
    tally.row_asks += 1
    tally.kept += kept
    tally.kept_by_wave[data["wave"]] = tally.kept_by_wave.get(data["wave"], 0) + len(kept)


def _is_dry(counts: Sequence[int], patience: int) -> bool:
    """Whether the last `patience` counts are all 0."""
    return len(counts) >= patience and not any(counts[-patience:])


def _domain_wave(config: ExploreConfig, states: Sequence[_State], state: _State, wave: int) -> list[Item]:
    others = [_describe(s) for s in states if s is not state][:_OTHERS] if config.profile == "small" else []
    growing = list(_growth(config, state, wave, others))
    return growing or list(_sampling(config, state, wave, others))


def _describe(state: _State) -> dict[str, Any]:
    root = state.tree.root
    tasks = [n.name for n in state.tree.live_children(root.path)]
    return {"domain": root.name, "description": root.reason, "tasks": tasks[:4]}


def _growth(config: ExploreConfig, state: _State, wave: int, others: Sequence[Mapping[str, Any]]) -> Iterator[Item]:
    """The nodes that are asked for sub-tasks, level by level, as long as nodes and calls are left."""
    tree = state.tree
    room = config.nodes - tree.size()
    calls = config.tree_calls - state.tree_calls
    for node in tree.live():
        tally = state.tallies.get(node.path, _Tally())
        if node.depth >= len(config.breadth) or _is_closed(tree, node) or _is_dry(tally.new_tasks, config.patience):
            continue
        below = tree.children(node.path)
        width = config.breadth[node.depth] - len(tree.live_children(node.path))
        wanted = min(config.tasks_per_call, width, room)
        if config.profile == "small":
            wanted = min(wanted, calls)
        spent = wanted if config.profile == "small" else 1
        if wanted <= 0 or calls <= 0:
            continue
        room -= wanted
        calls -= spent
        do = "widen" if below else "look"
        peers = [n.name for n in tree.live() if n.depth == node.depth and n is not node]
        yield Item(
            id=_item_id(do, node.path, tally.tree_asks),
            data={
                **_shown(node, tree),
                "wave": wave,
                "do": do,
                "n": wanted,
                "calls": spent,
                "sample": tally.samples,
                "children": [{"name": n.name, "tasks": [c.name for c in tree.children(n.path)]} for n in below],
                "peers": peers[:_PEERS],
                "others": list(others),
            },
        )


def _is_closed(tree: Tree, node: Node) -> bool:
    return any(tree.nodes[node.path[:length]].closed for length in range(1, len(node.path) + 1))


def _sampling(config: ExploreConfig, state: _State, wave: int, others: Sequence[Mapping[str, Any]]) -> Iterator[Item]:
    """The asks for rows: one round over all tasks that lack some, then the next round, as long as asks are left."""
    wants = _wants(config, state)
    asked: dict[Path, int] = dict.fromkeys(wants, 0)
    left = config.most_row_asks - state.row_asks
    shots = _shots(state.tree) if config.profile == "small" else []
    while left > 0 and any(wants.values()):
        for path in [p for p, want in wants.items() if want > 0][:left]:
            n = min(wants[path], config.batch)
            wants[path] -= n
            left -= 1
            tally = state.tallies.get(path, _Tally())
            number = tally.row_asks + asked[path]
            asked[path] += 1
            yield Item(
                id=_item_id("rows", path, number),
                data={
                    **_shown(state.tree.nodes[path], state.tree),
                    "wave": wave,
                    "do": "rows",
                    "n": n,
                    "sample": number,
                    "known": tally.kept[-config.known :] if config.known else [],
                    "source": state.source,
                    "shots": shots,
                    "others": list(others),
                },
            )


def _wants(config: ExploreConfig, state: _State) -> dict[Path, int]:
    """How many rows each leaf still lacks of its share; what dried up leaves go to the others."""
    kept = state.rows()
    total = sum(kept.values())
    open_ = [
        n
        for n in state.tree.leaves()
        if not (n.path in state.tallies and _is_dry(list(state.tallies[n.path].kept_by_wave.values()), config.patience))
    ]
    elsewhere = total - sum(kept.get(n.path, 0) for n in open_)
    shares = allocate(max(config.rows - elsewhere, 0), [n.weight for n in open_], [config.rows_per_task] * len(open_))
    lacking = config.rows - total
    wants: dict[Path, int] = {}
    for node, share in zip(open_, shares, strict=True):
        wants[node.path] = max(min(share - kept.get(node.path, 0), lacking), 0)
        lacking -= wants[node.path]
    return wants


def _shown(node: Node, tree: Tree) -> dict[str, Any]:
    """What every prompt is told of a node."""
    return {
        "path": list(node.path),
        "description": tree.root.reason,
        "reason": node.reason if node.depth else "",
        "examples": [
            {"instruction": e.instruction, "input": e.input, "output": e.output} for e in node.examples[:_EXAMPLES]
        ],
    }


def _shots(tree: Tree) -> list[dict[str, str]]:
    """Examples of the whole domain, for a model that learns from them what is wanted."""
    given = [{"task": n.name, "instruction": e.instruction} for n in tree.live() for e in n.examples]
    return given[:_SHOTS]


def _item_id(do: str, path: Path, number: int) -> str:
    return f"{do}-{digest('explore-path-1', path, 6)}-{number}"


def _tree_item(states: Sequence[_State], wave: int, *, final: bool) -> Item:
    trees = [to_plain(s.tree, s.rows()) for s in states]
    return Item(f"tree-{wave}", {"wave": wave, "do": "tree", "final": final, "trees": trees})

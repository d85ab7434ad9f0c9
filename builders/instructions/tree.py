"""The domain tree of `explore`: tasks keyed by their path, grown and pruned by pure functions.

A node is named by its whole path, so that two tasks of the same name in two branches are two nodes. A name that says
the same as a task that is already in the domain is kept, marked as pruned with the path of its twin, and is never
explored or sampled.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

Path = tuple[str, ...]
"""(domain, task, sub-task ...)."""

NAME_LENGTH = 80
"""Longest name of a task, in characters: what is longer is a sentence, not a name."""

_SMALL_WORDS = frozenset(
    (
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "your",
        "my",
    )
)


@dataclass(frozen=True, slots=True)
class Example:
    """An example of what people ask under a task; the answer is optional."""

    instruction: str
    input: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One task of the tree; the root is the domain itself."""

    path: Path
    reason: str = ""
    """Why the task belongs here; for the root, the domain's description."""
    examples: tuple[Example, ...] = ()
    weight: float = 1.0
    """Share of the rows in proportion to the other leaves; 0: none."""
    closed: bool = False
    """Nothing is to be added below."""
    pruned: str | None = None
    """Why the task and all below it is left out; None: it is not."""
    twin: Path = ()
    """The task that this one repeats, where that is why it was pruned."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path[-1]

    @property
    def depth(self) -> int:
        """0 for the domain."""
        return len(self.path) - 1


@dataclass(frozen=True, slots=True)
class Tree:
    """One domain. `nodes` goes by path, parents before their children, in the order they were added."""

    nodes: Mapping[Path, Node]

    @property
    def root(self) -> Node:
        """The domain."""
        return next(iter(self.nodes.values()))

    def children(self, path: Path) -> list[Node]:
        """All nodes right below `path`, pruned ones included."""
        return [n for n in self.nodes.values() if n.path[:-1] == path]

    def is_live(self, path: Path) -> bool:
        """Whether neither the node nor any above it is pruned."""
        return all(self.nodes[path[:length]].pruned is None for length in range(1, len(path) + 1))

    def live(self) -> Iterator[Node]:
        """The nodes that are not pruned, the root first, then level by level."""
        levels = sorted(self.nodes.values(), key=lambda n: n.depth)
        return (n for n in levels if self.is_live(n.path))

    def live_children(self, path: Path) -> list[Node]:
        """The nodes right below `path` that are not pruned."""
        return [n for n in self.children(path) if self.is_live(n.path)]

    def size(self) -> int:
        """Number of live tasks; the root is none."""
        return sum(1 for _ in self.live()) - 1

    def leaves(self) -> list[Node]:
        """The live tasks with no live task below, in the order they were added; the root only if it stands alone."""
        parents = {n.path[:-1] for n in self.nodes.values() if self.is_live(n.path)}
        return [n for n in self.nodes.values() if self.is_live(n.path) and n.path not in parents]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A sub-task that a model proposed."""

    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Growth:
    """What became of the proposals for one node."""

    added: tuple[Path, ...] = ()
    pruned: tuple[Path, ...] = ()
    """Kept in the tree, but marked as pruned: they repeat a task elsewhere in the domain."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Name -> slug: bad_name | repeated_name | over_budget."""


def clean_name(text: str) -> str:
    """A task's name as it goes into the tree: one line, without bullet, number, quotes or final full stop."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    while True:
        shorter = re.sub(r"^(?:[-*•–]|\(?\d{1,2}[.)])\s+", "", line).strip(" \"'“”‘’`*_").rstrip(".;:,!").rstrip()
        if shorter == line:
            return line
        line = shorter


def _stem(word: str) -> str:
    """Cut the endings that make no difference between two task names: plurals, -ing, -ed.

    Rough on purpose: it only has to bring "planning meals" and "plan meal" together.
    """
    for ending, put in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not (ending == "s" and word.endswith("ss")):
            word = word[: len(word) - len(ending)] + put
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


@cache
def name_key(name: str) -> tuple[str, ...]:
    """What two equal names have in common: the sorted stems of their words, without small words.

    Case, punctuation, plural and order of words make no difference. Empty where a name has no letter or digit.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold().replace("_", " "))
    return tuple(sorted({_stem(w) for w in words if w not in _SMALL_WORDS} or set(words)))


def overlap(one: str, other: str) -> float:
    """How much two names share: the Dice coefficient of their keys, from 0 to 1 (equal)."""
    a, b = set(name_key(one)), set(name_key(other))
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def plant(root: Node, nodes: Iterable[Node] = ()) -> Tree:
    """A tree from its root and nodes, parents before their children."""
    return Tree({node.path: node for node in (root, *nodes)})


def grow(
    tree: Tree, parent: Path, proposals: Sequence[Proposal], *, breadth: int, room: int, same_task: float
) -> tuple[Tree, Growth]:
    """Add proposed sub-tasks below a node.

    Args:
        tree: is not changed.
        parent: path of the node they were proposed for.
        proposals: in the model's order; what comes first has the first claim.
        breadth: largest number of live children of `parent`.
        room: how many live tasks may be added to the tree.
        same_task: two tasks of the domain whose names overlap at least this much are the same task: the later one is
            pruned. Above 1, only a name that its own siblings have is refused.

    Returns:
        The new tree, and what became of each proposal.
    """
    nodes = dict(tree.nodes)
    taken = {name_key(n.name) for n in tree.children(parent)} | {name_key(part) for part in parent}
    room = min(room, breadth - len(tree.live_children(parent)))
    live = [n for n in tree.live() if n.depth > 0]
    added: list[Path] = []
    pruned: list[Path] = []
    refused: dict[str, str] = {}
    for proposal in proposals:
        name = clean_name(proposal.name)
        key = name_key(name)
        if not key or len(name) > NAME_LENGTH:
            refused[proposal.name] = "bad_name"
            continue
        if key in taken:
            refused[proposal.name] = "repeated_name"
            continue
        node = Node((*parent, name), reason=" ".join(proposal.reason.split()))
        twin = next((n for n in live if overlap(n.name, name) >= same_task), None)
        if twin is not None:
            node = replace(node, pruned="near_duplicate_task", twin=twin.path)
            pruned.append(node.path)
        elif len(added) >= room:
            refused[proposal.name] = "over_budget"
            continue
        else:
            added.append(node.path)
            live.append(node)
        taken.add(key)
        nodes[node.path] = node
    return Tree(nodes), Growth(tuple(added), tuple(pruned), refused)

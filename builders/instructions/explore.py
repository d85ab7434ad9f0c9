"""`explore`: grow a tree of tasks for each domain, then have instructions and answers written under its leaves.

Source: Wan et al. 2023, "Explore-Instruct: Enhancing Domain-Specific Instruction Coverage through Active Exploration",
section 3 (lookahead and backtracking exploration of a domain space), with budgets, pruning before sampling and
filtering across the tree.

How a run goes (explore_waves.py plans it, as a pure function of what was accepted before):

- An item is one ask for sub-tasks of a node (`look` where it has none yet, `widen` where it has some), one ask for
  rows of a task (`rows`), or the tree itself (`tree`, which asks nothing).
- An ask for sub-tasks yields the artifact `growth-<item>.json`: what the model proposed, what was refused and why.
  The next wave reads it from there. `tree.json` is yielded whole, after each wave that may have changed it and at the
  end with the number of rows under each task.
- `tree.json` has the shape of the seeds (tree_file.py): edit it, give it as `seeds.path` of another run, with
  `tree_calls: 0` if it is not to grow any further.
- A task that repeats another one of its domain is pruned when it is proposed, before it could be given any row.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from ...core import SourceRow
from ...core.errors import UsageError
from ..builder import Accepted, Artifact, BuilderConfig, Context, Forecast, Item, Outcome
from . import explore_small, explore_standard
from .explore_options import ExploreConfig
from .explore_waves import TREE_ARTIFACT, next_wave
from .tree_file import Domain, read_domain


class Explore:
    """The builder, registered as `explore`; it works in waves."""

    Config: ClassVar[type[BuilderConfig]] = ExploreConfig
    sources: ClassVar[Mapping[str, bool]] = {"path": True}

    def __init__(self, config: ExploreConfig) -> None:
        """Take the validated options."""
        self._config = config
        self._domains: tuple[Domain, ...] = ()

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """The first wave.

        Raises:
            UsageError: there is no domain, a domain comes twice, or a row is not a domain (tree_file.py).
        """
        domains: dict[str, Domain] = {}
        for row in sources["path"]:
            domain = read_domain(row)
            twin = domains.setdefault(domain.tree.root.name, domain)
            if twin is not domain:
                message = f"the domain {domain.tree.root.name!r} comes twice: {twin.source} and {domain.source}."
                raise UsageError(message, hint="Put the tasks of both into one row.")
        if not domains:
            message = "the seeds hold no domain."
            raise UsageError(message, hint='Give one a row, for example {"domain": "gardening", "tasks": []}.')
        self._domains = tuple(domains.values())
        return next_wave(self._config, self._domains, ())

    def next_items(self, accepted: Sequence[Accepted]) -> Iterable[Item]:
        """The next wave, from all that was accepted; `items` must have been asked before."""
        return next_wave(self._config, self._domains, accepted)

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Carry out one item: the tree, sub-tasks of a node, or rows of a task."""
        data = item.data
        small = self._config.profile == "small"
        if data["do"] == "tree":
            yield Artifact(TREE_ARTIFACT, data["trees"])
        elif data["do"] == "rows":
            rows = (
                explore_small.write_row(item, ctx, self._config.candidates, self._config.min_gain)
                if small
                else explore_standard.write_rows(item, ctx)
            )
            async for outcome in rows:
                yield outcome
        else:
            found = await (
                explore_small.find_tasks(item, ctx, self._config.min_gain)
                if small
                else explore_standard.find_tasks(item, ctx)
            )
            yield Artifact(f"growth-{item.id}.json", {"path": data["path"], "do": data["do"], **found})

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """At most so many calls: the budgets spent to the last call, whatever the model says.

        Calls for growing the tree stand under explore/widen, since which of them are lookahead is not known before.
        """
        config, domains = self._config, len(self._domains)
        growth = domains * config.tree_calls if config.nodes and config.tree_calls else 0
        asks = domains * config.most_row_asks
        first = next((i.data for i in items if i.data["do"] != "tree"), None)
        inputs = _typical(first) if first is not None else {}
        if config.profile == "standard":
            calls = {"explore/widen": growth, "explore/rows": asks}
        else:
            lines = asks * config.candidates
            headings = 1 + 1 + max((len(i.data["others"]) for i in items if "others" in i.data), default=0)
            calls = {
                "explore/widen": growth,
                "explore/instruction": lines,
                "explore/answer": asks,
                "score": (growth + lines) * headings,
            }
        return Forecast(
            {name: n for name, n in calls.items() if n},
            {name: inputs for name in calls if name != "score" and inputs},
        )


def _typical(data: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs that any of the prompts can be rendered with, from the first item."""
    shown = [e["instruction"] for e in data["examples"]]
    return {
        "children": [],
        "known": [],
        "shots": [],
        "peers": [],
        **data,
        "domain": data["path"][0],
        "task": data["path"][-1],
        "instruction": shown[0] if shown else data["path"][-1],
    }

"""The options of `explore`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..builder import BuilderConfig


class ExploreConfig(BuilderConfig):
    """Grow a tree of tasks for each domain, then ask for instructions and answers under its leaves."""

    profile: Literal["standard", "small"] = "standard"
    """standard: structured answers, several tasks or rows a call. small: for models that can only go on with a list;
    one short line a call, chosen by log-likelihood where the backend can score."""
    breadth: tuple[Annotated[int, Field(ge=1)], ...] = (6, 4)
    """Most sub-tasks of one node, level by level: (6, 4) is up to 6 tasks a domain and up to 4 sub-tasks a task.
    Its length is the greatest depth; tasks that were given with the seeds are always kept."""
    nodes: int = Field(default=30, ge=0)
    """Most tasks in a domain's tree, the given ones included."""
    tree_calls: int = Field(default=40, ge=0)
    """Most calls for growing one domain's tree; 0 leaves it as it was given."""
    tasks_per_call: int = Field(default=4, ge=1)
    """How many sub-tasks are asked for at a time (small profile: so many calls of one each)."""
    patience: int = Field(default=2, ge=1)
    """A task that brings nothing new so many times running is not asked again: calls where the tree grows, waves
    where rows are made."""
    same_task: float = Field(default=0.85, gt=0)
    """Tasks of a domain are the same where their names overlap at least this much (0 to 1; above 1: never)."""
    rows: int = Field(default=100, ge=1)
    """Kept rows wanted for each domain."""
    rows_per_task: int = Field(default=20, ge=1)
    """Most kept rows of one task."""
    rows_per_call: int = Field(default=5, ge=1)
    """How many rows are asked for at a time (small profile: always one)."""
    row_asks: int | None = Field(default=None, ge=1)
    """How often a domain's tasks may be asked for rows in all; by default three times what it would take if every
    row were kept, and once more for each task. In the small profile one ask is `candidates` calls for the instruction
    and one for the answer."""
    known: int = Field(default=12, ge=0)
    """How many instructions that a task already has are shown, so that they are not repeated."""
    candidates: int = Field(default=4, ge=1)
    """small profile: instructions written for one row, of which the likeliest on its task is taken."""
    min_gain: float = 0.1
    """small profile: least gain in nats a token of an instruction or sub-task under its own task over the domain
    alone and over the other domains."""

    @property
    def batch(self) -> int:
        """Rows asked for in one ask."""
        return 1 if self.profile == "small" else self.rows_per_call

    @property
    def most_row_asks(self) -> int:
        """`row_asks`, or its default."""
        return self.row_asks if self.row_asks is not None else 3 * -(-self.rows // self.batch) + self.nodes

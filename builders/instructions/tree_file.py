"""Domain trees as plain JSON that a person can edit: seeds and saved trees have the same shape, one domain a row.

    {"domain": "home cooking", "description": "everyday meals", "tasks": [
      {"name": "store food", "reason": "...", "examples": ["How long does rice keep?"], "tasks": [
        {"name": "freeze bread"},
        {"name": "keep food", "pruned": "near_duplicate_task", "twin": ["home cooking", "store food"]}]}]}

Add, rename, move or delete tasks as you like; `closed: true` stops growth below a task, `weight` changes its share of
the rows (0: none), `pruned: any_reason` leaves it out with all below it. `rows` is written for the reader only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from ...core import SourceRow
from ...core.errors import UsageError
from ..builder import require_fields
from .tree import Example, Node, Path, Tree, clean_name, name_key, plant

_COLUMNS = ("domain", "description", "tasks", "closed")


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain as it was given."""

    tree: Tree
    source: str
    """Key of the seed row."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any, info: Any) -> Any:
        # Parquet and Hugging Face rows hold null where JSON leaves a member out.
        return cls.model_fields[info.field_name].get_default(call_default_factory=True) if value is None else value


def _text_as(member: str) -> BeforeValidator:
    """A bare text stands for an object with that one member."""
    return BeforeValidator(lambda value: {member: value} if isinstance(value, str) else value)


class _Example(_Strict):
    instruction: str = Field(min_length=1)
    input: str = ""
    output: str = ""


class _Task(_Strict):
    name: str = Field(min_length=1)
    reason: str = ""
    examples: list[Annotated[_Example, _text_as("instruction")]] = Field(default_factory=list)
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    closed: bool = False
    pruned: str | None = None
    twin: list[str] = Field(default_factory=list)
    rows: int = 0
    tasks: list[Annotated[_Task, _text_as("name")]] = Field(default_factory=list)


class _Root(_Strict):
    domain: str = Field(min_length=1)
    description: str = ""
    closed: bool = False
    tasks: list[Annotated[_Task, _text_as("name")]] = Field(default_factory=list)


def read_domain(row: SourceRow) -> Domain:
    """The tree of one seed row: columns `domain` and, if there are, `description`, `tasks` and `closed`.

    Other columns are ignored at the top, so that any table with a column of domains will do; unknown members of a
    task are errors, since they are typing mistakes.

    Raises:
        UsageError: no column `domain`, or a task that is not as shown above; the message names the row and member.
    """
    require_fields(row, "domain")
    try:
        given = _Root.model_validate({k: v for k, v in row.fields.items() if k in _COLUMNS})
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, problem["loc"]))
        message = f"{row.key}: {where}: {problem['msg']}."
        raise UsageError(
            message, hint="A task is a name, or an object with name, reason, examples, weight, closed, pruned, tasks."
        ) from None
    root = Node((_name(given.domain, row.key),), reason=given.description, closed=given.closed)
    return Domain(plant(root, _nodes(given.tasks, root.path, row.key)), row.key)


def _name(text: str, where: str) -> str:
    name = clean_name(text)
    if not name_key(name):
        message = f"{where}: {text!r} is no name for a task: it has no letter or digit."
        raise UsageError(message)
    return name


def _nodes(tasks: list[_Task], parent: Path, where: str) -> Iterator[Node]:
    seen: dict[tuple[str, ...], str] = {}
    for task in tasks:
        path = (*parent, _name(task.name, where))
        key = name_key(path[-1])
        if key in seen:
            message = f"{where}: {' > '.join(parent)} has two tasks of the same name: {seen[key]!r} and {path[-1]!r}."
            raise UsageError(message, hint="Rename one, or move the sub-tasks of both under one of them.")
        seen[key] = path[-1]
        examples = tuple(Example(e.instruction, e.input, e.output) for e in task.examples)
        yield Node(path, task.reason, examples, task.weight, task.closed, task.pruned, tuple(task.twin))
        yield from _nodes(task.tasks, path, where)


def to_plain(tree: Tree, rows: Mapping[Path, int] | None = None) -> dict[str, Any]:
    """The tree in the shape that `read_domain` reads.

    Args:
        tree: one domain.
        rows: path -> number of rows kept, to be shown with each task.
    """
    root = tree.root
    plain: dict[str, Any] = {"domain": root.name, "description": root.reason}
    if root.closed:
        plain["closed"] = True
    plain["tasks"] = _tasks(tree, root.path, rows or {})
    return plain


def _tasks(tree: Tree, parent: Path, rows: Mapping[Path, int]) -> list[dict[str, Any]]:
    plain = []
    for node in tree.children(parent):
        members: dict[str, Any] = {
            "name": node.name,
            "reason": node.reason,
            "examples": [_example(e) for e in node.examples],
            "weight": node.weight if node.weight != 1 else None,
            "closed": node.closed,
            "pruned": node.pruned,
            "twin": list(node.twin),
            "rows": rows.get(node.path, 0),
            "tasks": _tasks(tree, node.path, rows),
        }
        plain.append({k: v for k, v in members.items() if v or (k == "weight" and v is not None)})
    return plain


def _example(example: Example) -> str | dict[str, str]:
    if not example.input and not example.output:
        return example.instruction
    return {k: v for k in ("instruction", "input", "output") if (v := getattr(example, k))}

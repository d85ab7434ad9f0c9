"""`explore`, wave by wave, on models that are written here: budgets, pruning, resuming, hand-edited trees."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.builders import Accepted, Artifact, Context, Item, Rejected
from corpusmith.builders.instructions.explore import Explore
from corpusmith.core import InstructionRecord, SourceRow, seeded
from corpusmith.core.errors import UsageError
from corpusmith.llm import LLM, Request
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary

COOKING = {
    "domain": "cooking",
    "description": "everyday meals",
    "tasks": [{"name": "store food", "examples": ["How long does rice keep?"]}, {"name": "bake bread"}],
}
GARDEN = {"domain": "gardening", "tasks": ["water plants"]}
SMALL_TREE = {"breadth": (3, 2), "nodes": 6, "tree_calls": 9, "tasks_per_call": 2}
FEW_ROWS = {"rows": 8, "rows_per_task": 3, "rows_per_call": 2}

Model = Callable[[Request], str]


class Session:
    """A run of the builder in memory: every wave built, every outcome accepted, duplicates dropped."""

    def __init__(
        self, model: Model, options: dict[str, Any], rows: Sequence[dict[str, Any]] = (COOKING, GARDEN)
    ) -> None:
        self.backend = ScriptedBackend(model)
        settings_ = ModelSettings(backend="scripted", model="scripted", schema_retries=0, length_retries=0)
        llm = LLM(self.backend, settings_, CallStats())
        self.config = Explore.Config.model_validate(options)
        self.builder = Explore(self.config)
        self.rows = [SourceRow(f"domains.jsonl:{i}", row) for i, row in enumerate(rows, 1)]
        prompts = PromptLibrary(profile=options.get("profile"))
        self.context = Context({"default": llm}, prompts, seed=5, builder="explore", version="0")
        self.accepted: list[Accepted] = []
        self.records: list[InstructionRecord] = []
        self.rejected: list[Rejected] = []
        self.artifacts: dict[str, Any] = {}
        self.items: list[Item] = []
        self.waves = 0

    def run(self) -> Session:
        wave = list(self.builder.items({"path": self.rows}))
        while wave:
            self.waves += 1
            assert self.waves < 200, "the waves do not end"
            for item in wave:
                self.items.append(item)
                self.accepted.append(asyncio.run(self._build(item)))
            wave = list(self.builder.next_items(self.accepted))
        return self

    async def _build(self, item: Item) -> Accepted:
        outcomes: list[dict[str, Any]] = []
        async for outcome in self.builder.build(item, self.context):
            if isinstance(outcome, InstructionRecord):
                seen = {r.instruction for r in self.records}
                decision = "drop" if outcome.instruction in seen else "keep"
                if decision == "keep":
                    self.records.append(outcome)
                content = outcome.model_dump(mode="json")
                outcomes.append({"type": "record", "decision": decision, "reason": None, "data": content})
            elif isinstance(outcome, Rejected):
                self.rejected.append(outcome)
                outcomes.append({"type": "rejected", "decision": None, "reason": outcome.reason, "data": outcome.text})
            elif isinstance(outcome, Artifact):
                self.artifacts[outcome.name] = orjson.loads(orjson.dumps(outcome.data))
                outcomes.append({"type": "artifact", "decision": None, "reason": None, "data": outcome.data})
        return Accepted(item, outcomes)

    def asked(self, do: tuple[str, ...]) -> Counter[str]:
        return Counter(i.data["path"][0] for i in self.items if i.data["do"] in do)

    def tasks(self) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = []

        def walk(tasks: list[dict[str, Any]], above: tuple[str, ...]) -> None:
            for task in tasks:
                if "pruned" not in task:
                    found.append((*above, task["name"]))
                    walk(task.get("tasks", []), found[-1])

        for domain in self.artifacts["tree.json"]:
            walk(domain["tasks"], (domain["domain"],))
        return found


def tasks_reply(*names: str) -> str:
    return orjson.dumps({"tasks": [{"name": n, "reason": "why"} for n in names]}).decode()


def rows_reply(*instructions: str) -> str:
    return orjson.dumps({"rows": [{"instruction": i, "input": "", "output": "Do it."} for i in instructions]}).decode()


def is_tasks(request: Request) -> bool:
    return '"tasks"' in request.messages[-1]["content"]


def wanted(request: Request) -> int:
    found = re.search(r"(?:Propose|Write) (\d+)", request.messages[-1]["content"])
    assert found
    return int(found[1])


def inventive(request: Request) -> str:
    """A model that always has something new to say."""
    tag = request.key()
    if is_tasks(request):
        return tasks_reply(*(f"task {tag[:8]}{i}" for i in range(wanted(request))))
    return rows_reply(*(f"Question {tag} {i}?" for i in range(wanted(request))))


def test_a_willing_model_fills_tree_and_rows_and_nothing_more() -> None:
    run = Session(inventive, {**SMALL_TREE, **FEW_ROWS}).run()
    assert Counter(r.task[0] for r in run.records) == {"cooking": 8, "gardening": 8}
    assert Counter(path[0] for path in run.tasks()) == {"cooking": 6, "gardening": 6}
    assert max(Counter(r.task for r in run.records).values()) <= 3
    assert max(run.asked(("look", "widen")).values()) <= 9
    assert not run.rejected
    ids = [r.id for r in run.records]
    assert len(set(ids)) == len(ids)


def test_rows_come_from_leaves_only_and_carry_their_task_and_origin() -> None:
    run = Session(inventive, {**SMALL_TREE, **FEW_ROWS}).run()
    paths = run.tasks()
    for record in run.records:
        assert record.task in paths
        assert not any(other[: len(record.task)] == record.task and other != record.task for other in paths)
        assert record.origin.source.startswith("domains.jsonl:")
        assert list(record.origin.prompts) == ["explore/rows"]
        assert len(record.origin.calls) == 1


def test_breadth_is_kept_level_by_level() -> None:
    run = Session(inventive, {**FEW_ROWS, "breadth": (3, 2), "nodes": 99, "tree_calls": 99}).run()
    below = Counter(path[:-1] for path in run.tasks())
    assert all(count == (3 if len(parent) == 1 else 2) for parent, count in below.items())
    assert max(map(len, run.tasks())) == 3


MODELS: dict[str, Model] = {
    "repeats one name for ever": lambda r: (
        tasks_reply("Store leftovers", "store leftover", "Storing leftovers") if is_tasks(r) else rows_reply("Same?")
    ),
    "returns nothing": lambda r: tasks_reply() if is_tasks(r) else rows_reply(),
    "returns empty texts": lambda r: tasks_reply("", " ") if is_tasks(r) else rows_reply("", " "),
    "returns garbage": lambda r: "I'd rather not { say",
    "returns far too much": lambda r: (
        tasks_reply(*(f"name {r.key()[:6]}{i}" for i in range(50)))
        if is_tasks(r)
        else rows_reply(*(f"Question {r.key()} {i}?" for i in range(50)))
    ),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("patience", [1, 2, 5])
def test_a_useless_model_ends_within_the_budget(name: str, patience: int) -> None:
    options = {**SMALL_TREE, **FEW_ROWS, "row_asks": 7, "patience": patience}
    run = Session(MODELS[name], options).run()
    assert all(n <= 9 for n in run.asked(("look", "widen")).values())
    assert all(n <= 7 for n in run.asked(("rows",)).values())
    assert all(n <= 6 for n in Counter(path[0] for path in run.tasks()).values())
    assert all(n <= 8 for n in Counter(r.task[0] for r in run.records).values())
    assert len(run.backend.asked) == len([i for i in run.items if i.data["do"] != "tree"])


def test_a_node_that_brings_nothing_new_twice_is_not_asked_again() -> None:
    run = Session(MODELS["returns nothing"], {**SMALL_TREE, **FEW_ROWS, "tree_calls": 99}, [COOKING]).run()
    asked = Counter(tuple(i.data["path"]) for i in run.items if i.data["do"] in ("look", "widen"))
    assert asked == {("cooking",): 2, ("cooking", "store food"): 2, ("cooking", "bake bread"): 2}


def test_every_row_of_a_reply_is_a_record_or_rejected_with_its_reason() -> None:
    def model(request: Request) -> str:
        if is_tasks(request):
            return tasks_reply()
        return rows_reply("How long does RICE keep?", "", "New one?", "new one", "Beyond?")

    seeds = [{"domain": "cooking", "tasks": [COOKING["tasks"][0]]}]
    run = Session(model, {"tree_calls": 0, "rows": 4, "rows_per_call": 4, "row_asks": 1}, seeds).run()
    assert [r.instruction for r in run.records] == ["New one?"]
    assert [r.reason for r in run.rejected] == [
        "repeated_instruction",
        "empty_instruction",
        "repeated_instruction",
        "surplus",
    ]
    assert len({r.source for r in run.rejected} | {run.records[0].origin.source}) == 5


def test_pruned_tasks_are_neither_explored_nor_sampled() -> None:
    def model(request: Request) -> str:
        if is_tasks(request):
            return tasks_reply("Freeze the leftovers", "freeze leftovers")
        return inventive(request)

    run = Session(model, {**FEW_ROWS, "breadth": (4, 2), "nodes": 20, "tree_calls": 20}, [COOKING]).run()
    pruned = [t for d in run.artifacts["tree.json"] for task in d["tasks"] for t in task.get("tasks", [])]
    assert [t["pruned"] for t in pruned] == ["near_duplicate_task"] * len(pruned)
    assert pruned
    names = {t["name"] for t in pruned}
    assert run.records
    for item in run.items:
        if item.data["do"] != "tree":
            assert len(item.data["path"]) < 3 or item.data["path"][-1] not in names
    assert all(r.task in run.tasks() for r in run.records)


def test_same_named_tasks_in_two_branches_stay_two_nodes() -> None:
    def model(request: Request) -> str:
        return tasks_reply("keep notes") if is_tasks(request) else inventive(request)

    options = {**FEW_ROWS, "breadth": (2, 1), "nodes": 9, "same_task": 1.01}
    run = Session(model, options, [COOKING]).run()
    twins = [path for path in run.tasks() if path[-1] == "keep notes"]
    assert twins == [("cooking", "store food", "keep notes"), ("cooking", "bake bread", "keep notes")]
    assert {r.task for r in run.records} == set(twins)


def test_a_task_short_of_its_share_is_asked_again_and_what_it_cannot_fill_goes_to_others() -> None:
    def model(request: Request) -> str:
        if "Task: store food" in request.messages[-1]["content"]:
            return rows_reply("Always the same?")
        return inventive(request)

    options = {"tree_calls": 0, "rows": 8, "rows_per_task": 7, "rows_per_call": 2, "row_asks": 30}
    run = Session(model, options, [COOKING]).run()
    assert Counter(r.task[-1] for r in run.records) == {"store food": 1, "bake bread": 7}


def test_known_instructions_are_shown_when_a_task_is_asked_again() -> None:
    run = Session(inventive, {"tree_calls": 0, "rows": 4, "row_asks": 9, "rows_per_call": 4}, [GARDEN]).run()
    assert len(run.records) == 4
    half = Session(
        lambda r: rows_reply("Only this?") if "Only this?" not in r.messages[-1]["content"] else inventive(r),
        {"tree_calls": 0, "rows": 4, "row_asks": 9, "rows_per_call": 4},
        [GARDEN],
    ).run()
    assert half.records[0].instruction == "Only this?"
    assert len(half.records) == 4


def test_a_failed_item_counts_as_a_call_and_the_rest_goes_on() -> None:
    run = Session(inventive, {**SMALL_TREE, **FEW_ROWS}, [COOKING])
    first = list(run.builder.items({"path": run.rows}))
    failed = [Accepted(item, ()) for item in first]
    again = list(run.builder.next_items(failed))
    assert [i.data["do"] for i in again] == ["tree", *(i.data["do"] for i in first)]
    assert [i.data["path"] for i in again[1:]] == [i.data["path"] for i in first]
    assert not {i.id for i in again} & {i.id for i in first}


def test_the_edited_tree_of_one_run_is_the_seed_of_the_next() -> None:
    tree = Session(inventive, {**SMALL_TREE, **FEW_ROWS}, [COOKING]).run().artifacts["tree.json"]
    store, bake, *_ = tree[0]["tasks"]
    store["name"] = "keep food fresh"
    bake["closed"] = True
    del tree[0]["tasks"][2:]
    tree[0]["tasks"].append({"name": "set the table", "weight": 3})
    run = Session(inventive, {**FEW_ROWS, "breadth": (3, 4), "nodes": 40, "tree_calls": 40}, tree).run()
    top = {path[1] for path in run.tasks()}
    assert top == {"keep food fresh", bake["name"], "set the table"}
    assert not [i for i in run.items if i.data["do"] in ("look", "widen") and bake["name"] in i.data["path"]]
    assert len([p for p in run.tasks() if p[1] == "set the table"]) == 5

    as_it_is = Session(inventive, {**FEW_ROWS, "tree_calls": 0, "rows": 9, "rows_per_task": 9}, tree).run()
    assert not as_it_is.asked(("look", "widen"))
    leaves = len([t for task in (store, bake) for t in task.get("tasks", [task])])
    assert Counter(r.task for r in as_it_is.records)["cooking", "set the table"] >= 9 * 3 // (3 + leaves)


def test_the_saved_tree_tells_how_many_rows_each_task_has() -> None:
    run = Session(inventive, {"tree_calls": 0, "rows": 5}, [COOKING]).run()
    shown = {task["name"]: task["rows"] for task in run.artifacts["tree.json"][0]["tasks"]}
    assert shown == Counter(r.task[-1] for r in run.records)


def test_what_the_model_proposed_is_kept_as_an_artifact() -> None:
    run = Session(MODELS["returns garbage"], {**SMALL_TREE, **FEW_ROWS}, [COOKING]).run()
    growth = [data for name, data in run.artifacts.items() if name.startswith("growth-")]
    assert growth
    assert {g["error"] for g in growth} == {"invalid_structure"}


def test_seeds_without_a_domain_or_with_one_twice_are_refused() -> None:
    builder = Explore(Explore.Config())
    with pytest.raises(UsageError, match="no domain"):
        builder.items({"path": []})
    twice = [SourceRow("a:1", GARDEN), SourceRow("a:2", GARDEN)]
    with pytest.raises(UsageError, match="comes twice: a:1 and a:2"):
        builder.items({"path": twice})
    with pytest.raises(UsageError, match="no column 'domain'"):
        builder.items({"path": [SourceRow("a:1", {"topic": "x"})]})


def test_the_forecast_is_an_upper_bound_and_can_be_rendered() -> None:
    for model in MODELS.values():
        for profile in ("standard", "small"):
            run = Session(model if profile == "standard" else lambda r: "no", {**SMALL_TREE, "profile": profile})
            forecast = run.builder.forecast(list(run.builder.items({"path": run.rows})))
            for name, inputs in forecast.examples.items():
                assert run.context.prompts.get(name, profile=profile).render(inputs)
            run.run()
            assert len(run.backend.asked) <= sum(forecast.calls.values())


moody = st.integers(0, 2**32)


def fickle(mood: int) -> Model:
    """A model that is anything at any time, but the same for the same request."""

    def model(request: Request) -> str:
        rng = seeded(mood, request.key())
        kind = rng.randrange(6)
        if kind == 0:
            return "nonsense"
        if is_tasks(request):
            pool = ["store food", "Store foods", "bake", "fry eggs", "frying an egg", "", f"new {rng.random()}"]
            return tasks_reply(*(rng.choice(pool) for _ in range(rng.randrange(5))))
        pool = ["Same?", "same", "", f"New {rng.random()}?", f"Other {rng.random()}?"]
        return rows_reply(*(rng.choice(pool) for _ in range(rng.randrange(5))))

    return model


@given(moody, st.integers(1, 3), st.data())
@settings(max_examples=40, deadline=None)
def test_asked_again_from_any_point_the_waves_are_the_same(mood: int, patience: int, data: st.DataObject) -> None:
    options = {**SMALL_TREE, **FEW_ROWS, "row_asks": 10, "patience": patience}
    whole = Session(fickle(mood), options).run()
    ids = [item.id for item in whole.items]
    assert len(set(ids)) == len(ids)
    assert all(n <= 9 for n in whole.asked(("look", "widen")).values())
    assert all(n <= 10 for n in whole.asked(("rows",)).values())
    assert all(n <= 3 for n in Counter(r.task for r in whole.records).values())

    # A fresh builder, given what was accepted up to the wave in which it was killed, plans the rest alike.
    again = Session(fickle(mood), options)
    planned = list(again.builder.items({"path": again.rows}))
    killed_after = data.draw(st.integers(0, len(ids)))
    while len(planned) <= killed_after:
        wave = list(again.builder.next_items(whole.accepted[: len(planned)]))
        if not wave:
            break
        planned += wave
    assert planned == whole.items[: len(planned)]
    if len(planned) < len(ids):
        rest = list(again.builder.next_items(whole.accepted[: len(planned)]))
        assert rest == whole.items[len(planned) : len(planned) + len(rest)]
        assert rest

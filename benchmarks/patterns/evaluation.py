"""The public rows that detectors are measured on; they are not part of the project."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpusmith.quality import Row


def folder(given: Path | None) -> Path:
    """Where the evaluation data is: --data, else CORPUSMITH_EVAL_DATA."""
    found = given or Path(os.environ.get("CORPUSMITH_EVAL_DATA", ""))
    if not (found / "patterns" / "dolly_human.jsonl").is_file():
        message = f"no evaluation data in {found}: give its folder by --data or CORPUSMITH_EVAL_DATA"
        raise SystemExit(message)
    return found


def rows(values: Sequence[dict[str, Any]]) -> list[Row]:
    """Rows, numbered."""
    return [Row(at, str(at), fields) for at, fields in enumerate(values)]


def human(data: Path) -> list[dict[str, Any]]:
    """Instructions and responses, both by people."""
    lines = (data / "patterns" / "dolly_human.jsonl").read_text(encoding="utf-8").splitlines()
    return [{"instruction": one["instruction"], "response": one["response"]} for one in map(json.loads, lines)]


def halves(values: Sequence[dict[str, Any]], size: int, seed: int) -> tuple[list[Row], list[Row]]:
    """Two disjoint random parts of `size` rows."""
    drawn = random.Random(seed).sample(range(len(values)), 2 * size)
    return rows([values[at] for at in drawn[:size]]), rows([values[at] for at in drawn[size:]])


def alpaca(data: Path) -> list[dict[str, Any]]:
    """Instructions and responses by text-davinci-003."""
    found = json.loads((data / "instructions" / "alpaca_data.json").read_text(encoding="utf-8"))
    return [{"instruction": one["instruction"], "response": one["output"]} for one in found]


def paired(data: Path) -> dict[str, list[dict[str, Any]]]:
    """ "human" and every model -> the same prompts with its answers, in one order."""
    lines = (data / "patterns" / "paired_human_vs_models.jsonl").read_text(encoding="utf-8").splitlines()
    found: dict[str, list[dict[str, Any]]] = {"human": []}
    for one in map(json.loads, lines):
        if one["model"] not in found:
            found[one["model"]] = []
        found[one["model"]].append({"instruction": one["instruction"], "response": one["response"]})
        if len(found) == 2:
            found["human"].append({"instruction": one["instruction"], "response": one["human"]})
    return found


def persona_dialogues(data: Path) -> list[dict[str, Any]]:
    """Dialogues between people, as lists of turns."""
    found: list[dict[str, Any]] = []
    for line in (data / "dialogues" / "personachat_valid_both_half.txt").read_text(encoding="utf-8").splitlines():
        number, _, text = line.partition(" ")
        if number == "1":
            found.append({"turns": []})
        if "persona: " not in text:
            found[-1]["turns"] += [turn.strip() for turn in text.split("\t")[:2] if turn.strip()]
    return [one for one in found if one["turns"]]


def machine_dialogues(data: Path) -> list[dict[str, Any]]:
    """Dialogues between personas, made by a model."""
    import csv

    with (data / "dialogues" / "Synthetic-Persona-Chat_valid.csv").open(encoding="utf-8", newline="") as file:
        talks = [one["Best Generated Conversation"] for one in csv.DictReader(file)]
    return [{"turns": [line.partition(": ")[2] for line in talk.splitlines() if ": " in line]} for talk in talks]


def sums(size: int, seed: int) -> list[dict[str, Any]]:
    """Word problems with worked answers, written by this script."""
    chance = random.Random(seed)
    names, things = ("Ana", "Ben", "Carl", "Dora", "Emil"), ("apples", "pens", "coins", "stamps", "books")
    found = []
    for _ in range(size):
        a, b, c = (chance.randrange(2, 60) for _ in range(3))
        name, thing = chance.choice(names), chance.choice(things)
        asked, solved = chance.choice(
            (
                (
                    f"{name} has {a} {thing} and buys {b} more, then gives away {c}. How many {thing} are left?",
                    f"{a} + {b} = {a + b}\n{a + b} - {c} = {a + b - c}\n#### {a + b - c}",
                ),
                (
                    f"A box holds {a} {thing}. How many {thing} are in {b} boxes?",
                    f"{a} * {b} = {a * b}, so there are {a * b} {thing}.\n#### {a * b}",
                ),
                (
                    f"Solve for x: {a}x + {b} = {a * c + b}.",
                    f"{a}x = {a * c + b} - {b} = {a * c}\nx = {a * c} / {a} = {c}\n#### {c}",
                ),
            )
        )
        found.append({"instruction": asked, "response": solved})
    return found

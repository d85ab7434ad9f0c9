"""Rows planted from evaluation sets among rows that are not: how many are found, and what else is taken for one."""

from __future__ import annotations

import csv
import json
import random
import string
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from child import run
from instructions import rows as clean_rows
from rounds import HERE, Bench
from table import markdown

WAYS = ("whole", "capitals", "no punctuation", "within a question", "within an answer", "half of it")
TEMPLATE = (
    "Read the task below with care, think about what it asks for before you begin, and then write an answer "
    "that somebody who knows little of the matter can follow:"
)
"""Stands before every row of one evaluation set, and before some clean rows: sharing it shows nothing."""
_TEMPLATED = 0.02
"""Share of the clean rows that begin with the template."""
_LONG = 40
"""Words of a text of which a half is planted too."""


def evaluation_sets(data: Path) -> dict[str, list[dict[str, str]]]:
    """Name -> rows of public evaluation sets, each with the one text that is planted."""
    folder = data / "instructions"
    with (folder / "TruthfulQA.csv").open(encoding="utf-8", newline="") as file:
        truthful = [{"question": row["Question"], "answer": row["Best Answer"]} for row in csv.DictReader(file)]
    told = [json.loads(line) for line in (folder / "ifeval_prompts.jsonl").open(encoding="utf-8")]
    benched = [json.loads(line) for line in (folder / "mt_bench_questions.jsonl").open(encoding="utf-8")]
    tasks = [json.loads(line) for line in (folder / "self_instruct_user_oriented.jsonl").open(encoding="utf-8")]
    return {
        "truthfulqa": truthful,
        "ifeval": [{"question": row["prompt"]} for row in told],
        "mt_bench": [{"question": turn} for row in benched for turn in row["turns"]],
        "user_oriented": [
            {"question": f"{TEMPLATE} {row['instruction']}\n{row['instances'][0]['input']}".strip()} for row in tasks
        ],
    }


def recall(bench: Bench) -> str:
    """Plants, filters with `against`, and counts."""
    sets = evaluation_sets(bench.data)
    paths = []
    for name, questions in sets.items():
        paths.append(bench.folder / f"against-{name}.jsonl")
        paths[-1].write_text("".join(json.dumps(row) + "\n" for row in questions), encoding="utf-8")
    source, truth = bench.folder / f"planted-{bench.rows}.jsonl", []
    with source.open("w", encoding="utf-8") as out:
        for kind, row in _planted(bench, sets):
            truth.append(kind)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    found = bench.folder / "contamination.json"
    command = [sys.executable, str(HERE / "ours/contamination.py"), str(source), str(found), *map(str, paths)]
    cost = run(command, bench.folder / "log")
    reasons = json.loads(found.read_bytes())
    said = Counter((kind, reasons.get(str(at), "nothing")) for at, kind in enumerate(truth))
    lines = []
    planted = hit = 0
    for kind in dict.fromkeys([*WAYS, "template", "clean"]):
        number = sum(count for (of, _), count in said.items() if of == kind)
        contaminated, template = said[kind, "contaminated"], said[kind, "template_overlap"]
        if kind in WAYS:
            planted, hit = planted + number, hit + contaminated
        names = {"template": "clean, with the template", "clean": "clean"}
        shares = (f"{contaminated / number:.4f}", f"{template / number:.4f}")
        lines.append([names.get(kind, f"planted: {kind}"), f"{number:,}", *shares])
    lines.insert(len(WAYS), ["**planted: all** (goal 0.99)", f"{planted:,}", f"**{hit / planted:.4f}**", ""])
    told = (
        f"{len(truth):,} rows against {len(sets)} sets of {sum(map(len, sets.values())):,} texts; "
        f"{len(truth) / cost.cpu:,.0f} rows per CPU second, {cost.peak_mb:.0f} MB.\n\n"
    )
    return told + markdown(["", "rows", "contaminated", "template alone"], lines)


def _planted(bench: Bench, sets: dict[str, list[dict[str, str]]]) -> Iterator[tuple[str, dict[str, str]]]:
    draw = random.Random(13)
    rows: list[tuple[str, dict[str, str]]] = []
    for row in clean_rows(bench.data, bench.rows):
        if draw.random() < _TEMPLATED:
            rows.append(("template", {**row, "instruction": f"{TEMPLATE} {row['instruction']}"}))
        else:
            rows.append(("clean", row))
    hosts = [row for _, row in rows[:1000]]
    for questions in sets.values():
        for number, question in enumerate(questions):
            text = question["question"]
            way = WAYS[number % len(WAYS)]
            if way == "half of it":
                # Of the template alone no row could be told.
                without = text.removeprefix(TEMPLATE)
                way, text = (way, without) if len(without.split()) >= _LONG else ("whole", text)
            rows.append((way, plant(draw, draw.choice(hosts), text, way)))
    draw.shuffle(rows)
    yield from rows


def plant(draw: random.Random, host: dict[str, str], text: str, way: str) -> dict[str, str]:
    """A row that repeats an evaluation text."""
    if way == "capitals":
        text = text.upper()
    elif way == "no punctuation":
        text = text.translate(str.maketrans(string.punctuation, " " * len(string.punctuation)))
    elif way == "half of it":
        words = text.split()
        first = draw.randrange(len(words) // 2)
        text = " ".join(words[first : first + len(words) // 2])
    elif way == "within a question":
        text = f"A friend of mine wants to know this. {text}\nWhat would you tell her?"
    elif way == "within an answer":
        return {**host, "output": f"{host['output']}\n\nOne more question to think about:\n{text}"}
    return {**host, "instruction": text}

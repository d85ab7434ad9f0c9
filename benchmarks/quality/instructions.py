"""Instruction rows as they are found in the wild, as many as wanted."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

_COPIES = 0.05
"""Share of the made rows that repeat one of the real rows, with their case changed in every other one."""
_PARTS = {"instruction": ("instruction",), "input": ("input", "context"), "output": ("output", "response")}


def base_rows(data: Path) -> list[dict[str, str]]:
    """Instruction, input and output of public instruction sets, each row once."""
    folder = data / "instructions"
    found = json.loads((folder / "alpaca_data.json").read_bytes())
    found += [json.loads(line) for line in (data / "patterns" / "dolly_human.jsonl").open(encoding="utf-8")]
    found += json.loads((folder / "gpteacher_roleplay.json").read_bytes())
    for path in sorted((folder / "explore_demo_domain").glob("*.json")):
        found += json.loads(path.read_bytes()).get("examples", [])
    rows = [
        {name: next((row[key] for key in keys if row.get(key)), "") for name, keys in _PARTS.items()} for row in found
    ]
    return list({json.dumps(row): row for row in rows}.values())


def rows(data: Path, count: int, seed: int = 0) -> Iterator[dict[str, str]]:
    """`count` rows: the real ones in any order, then rows of sentences of three of them, and copies."""
    draw = random.Random(seed)
    base = base_rows(data)
    draw.shuffle(base)
    yield from base[:count]
    sentences = [{name: text.split(". ") for name, text in row.items()} for row in base]
    for _ in range(count - len(base)):
        if draw.random() < _COPIES:
            row = draw.choice(base)
            yield row if draw.random() < 0.5 else {name: text.upper() for name, text in row.items()}
        else:
            one, other = draw.choice(sentences), draw.choice(sentences)
            yield {
                "instruction": f"{draw.choice(one['instruction'])} {draw.choice(other['instruction'])}",
                "input": ". ".join(other["input"]),
                "output": ". ".join([*_some(draw, one["output"]), *_some(draw, other["output"])]),
            }


def _some(draw: random.Random, sentences: list[str]) -> list[str]:
    first = draw.randrange(len(sentences))
    return sentences[first : first + draw.randint(1, 4)]


def write_instructions(folder: Path, data: Path, count: int) -> Path:
    """Write the rows as JSON lines ({"id", "instruction", "input", "output"}); the path."""
    path = folder / f"instructions-{count}.jsonl"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as lines:
            for at, row in enumerate(rows(data, count)):
                lines.write(json.dumps({"id": str(at), **row}, ensure_ascii=False) + "\n")
        part.replace(path)
    return path

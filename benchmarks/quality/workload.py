"""Rows as they are found in the wild, with planted variants: what each row is, is known."""

from __future__ import annotations

import json
import random
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VARIANTS = ("case", "space", "punctuation", "edit5", "edit10", "numbers")
"""Kinds of planted rows. The first five are the same row; in the last every number was changed."""
MANY = 520_000
"""Rows from which on there are no more of their own."""
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Planted:
    """What a row of the workload is."""

    kind: str
    """"base", or one of `VARIANTS`."""
    origin: int
    """Position of the row it was made from; its own if it is a base row."""


def base_texts(data: Path) -> list[str]:
    """Instruction, input and answer of public instruction sets, one text a row, each once."""
    folder = data / "instructions"
    rows = json.loads((folder / "alpaca_data.json").read_bytes())
    rows += [json.loads(line) for line in (data / "patterns" / "dolly_human.jsonl").open()]
    rows += json.loads((folder / "gpteacher_roleplay.json").read_bytes())
    for path in sorted((folder / "explore_demo_domain").glob("*.json")):
        rows += json.loads(path.read_bytes()).get("examples", [])
    texts = []
    for row in rows:
        parts = (row.get(name) for name in ("instruction", "input", "context", "output", "response"))
        texts.append("\n\n".join(part for part in parts if part))
    return list(dict.fromkeys(texts))


def rows(data: Path, count: int, seed: int = 0) -> Iterator[tuple[str, Planted]]:
    """`count` rows: base rows, and for two of five of them a variant that comes later."""
    draw = random.Random(seed)
    base = base_texts(data)
    draw.shuffle(base)
    words = [word for text in base[:2000] for word in text.split()]
    planned = count * 3 // 5
    while len(base) < planned:  # more rows than there are: of sentences of three of them
        base.append(_mixed(draw, base))
    base = base[:planned]
    whole: list[tuple[float, str, Planted]] = [
        (draw.random(), text, Planted("base", at)) for at, text in enumerate(base)
    ]
    numbered = [at for at, text in enumerate(base) if _NUMBER.search(text)]
    for number in range(count - planned):
        kind = VARIANTS[number % len(VARIANTS)]
        at = draw.choice(numbered) if kind == "numbers" else draw.randrange(planned)
        after = whole[at][0]
        text = variant(draw, base[at], kind, words)
        whole.append((after + (1 - after) * draw.random(), text, Planted(kind, at)))
    order = sorted(range(len(whole)), key=lambda at: whole[at][0])
    place = {whole[at][2].origin: new for new, at in enumerate(order) if whole[at][2].kind == "base"}
    for at in order:
        _, text, planted = whole[at]
        yield text, Planted(planted.kind, place[planted.origin])


def variant(draw: random.Random, text: str, kind: str, words: list[str]) -> str:
    """A row made from another one."""
    if kind == "case":
        return draw.choice([text.upper(), text.lower(), text.title()])
    if kind == "space":
        return "  " + re.sub(r"\s+", lambda _: draw.choice([" ", "  ", "\n", "\t"]), text) + "\n"
    if kind == "punctuation":
        return _repunctuated(draw, text)
    if kind == "numbers":
        return _NUMBER.sub(lambda found: _other_number(draw, found.group()), text)
    return _edited(draw, text, 0.05 if kind == "edit5" else 0.10, words)


def _edited(draw: random.Random, text: str, rate: float, words: list[str]) -> str:
    parts = text.split(" ")
    for _ in range(max(1, round(rate * len(parts)))):
        at, what = draw.randrange(len(parts)), draw.random()
        if what < 0.5:
            parts[at] = draw.choice(words)
        elif what < 0.7:
            parts.insert(at, draw.choice(words))
        elif what < 0.9 and len(parts) > 1:
            del parts[at]
        elif at:
            parts[at - 1], parts[at] = parts[at], parts[at - 1]
    return " ".join(parts)


def _repunctuated(draw: random.Random, text: str) -> str:
    way = draw.randrange(3)
    if way == 0:
        return text.translate(str.maketrans("", "", string.punctuation))
    if way == 1:
        return re.sub(r"(?<=[a-z]) (?=[a-z])", lambda _: draw.choice([" ", " ", " ", ", "]), text) + "!"
    return re.sub(r"(?<=[a-z])[.,;:!?](?=\s|$)", lambda _: draw.choice(["", "…", ";", "!", "."]), text)


def _other_number(draw: random.Random, number: str) -> str:
    while True:
        other = "".join(draw.choice("123456789") for _ in number)
        if other != number:
            return other


def _mixed(draw: random.Random, base: list[str]) -> str:
    parts = []
    for _ in range(3):
        sentences = draw.choice(base).split(". ")
        first = draw.randrange(len(sentences))
        parts += sentences[first : first + draw.randint(1, 3)]
    return ". ".join(parts) + f" ({draw.randrange(10**6)})"


def write_many(folder: Path, data: Path, count: int) -> Path:
    """As many rows as wanted, JSON lines: those of `write`, again and again with their letters exchanged.

    Each time another letter stands for each one: new rows, as long as the old ones and as like to one another.
    """
    source, _ = write(folder, data, min(count, MANY))
    if count <= MANY:
        return source
    path = folder / f"rows-{count}.jsonl"
    if not path.exists():
        lower = string.ascii_lowercase
        left = count
        with path.open("w", encoding="utf-8") as out:
            for turn in range(-(-count // MANY)):
                draw = random.Random(turn)
                other = "".join(draw.sample(lower, len(lower))) if turn else lower
                exchange = str.maketrans(lower + lower.upper(), other + other.upper())
                with source.open(encoding="utf-8") as lines:
                    for line, _ in zip(lines, range(left), strict=False):
                        row = json.loads(line)
                        text = row["text"].translate(exchange)
                        out.write(json.dumps({"id": f"{turn}-{row['id']}", "text": text}, ensure_ascii=False) + "\n")
                left -= MANY
    return path


def write(folder: Path, data: Path, count: int, seed: int = 0) -> tuple[Path, Path]:
    """Write the rows as JSON lines ({"id", "text"}) and beside them what each is; return both paths."""
    path, truth = folder / f"rows-{count}.jsonl", folder / f"truth-{count}.jsonl"
    if not truth.exists():
        with path.open("w", encoding="utf-8") as lines, truth.open("w", encoding="utf-8") as told:
            for at, (text, planted) in enumerate(rows(data, count, seed)):
                lines.write(json.dumps({"id": str(at), "text": text}, ensure_ascii=False) + "\n")
                told.write(json.dumps([planted.kind, planted.origin]) + "\n")
    return path, truth

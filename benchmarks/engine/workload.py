"""What is asked for, and what the right answer is: the same for the server, the clients and the checks afterwards.

Every prompt carries a marker `[[q000001]]`, and the answer depends on nothing else, so that a wrong row is seen.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

IN_FLIGHT = 256
PROMPT = (
    "Write one self-contained instruction and its answer for a reader who knows the field but not this text. Keep to "
    "the facts, name the subject once, give a score for difficulty between 0 and 10 and two tags. Reply with a JSON "
    "object that has the fields id, answer, score and tags, and nothing else. Number {i} of the list."
)
SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "answer": {"type": "string"},
        "score": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["id", "answer", "score", "tags"],
}
FIELDS = tuple(SCHEMA["required"])
# fmt: off
_WORDS = [
    "data", "model", "check", "robust", "persona", "item", "query", "reply", "topic", "source", "value", "table",
    "graph", "entity", "claim", "label", "review", "aspect", "history", "travel", "music", "science", "law", "food",
    "health", "sport",
]
# fmt: on
_ANSWER_WORDS = 66


def marker_of(number: int) -> str:
    """The marker of one prompt."""
    return f"q{number:06d}"


def answer_to(marker: str) -> dict[str, Any]:
    """The one right answer."""
    number = int.from_bytes(hashlib.blake2b(marker.encode(), digest_size=8).digest(), "big")
    words, rest = [], number
    for _ in range(_ANSWER_WORDS):
        rest = (rest * 6364136223846793005 + 1442695040888963407) % 2**64
        words.append(_WORDS[(rest >> 33) % len(_WORDS)])
    return {"id": marker, "answer": " ".join(words), "score": number % 11, "tags": [words[0], words[-1]]}


def write_prompts(path: Path, size: int) -> Path:
    """A JSONL file of `size` rows {id, prompt}, unless it is there."""
    if not path.exists():
        with path.open("w") as lines:
            for i in range(size):
                marker = marker_of(i)
                lines.write(json.dumps({"id": marker, "prompt": f"[[{marker}]] {PROMPT.format(i=i)}"}) + "\n")
    return path


def write_schema(path: Path) -> Path:
    """The answer's JSON Schema as a file."""
    path.write_text(json.dumps(SCHEMA))
    return path

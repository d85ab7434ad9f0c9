"""Faults planted in sound dialogues: what a check is asked to find again.

Every plant takes rows ({"turns": [{"speaker", "text"}], "personas": [{"speaker", "facts"}]}), a position and a seeded
generator, and returns the row with one fault in it, or None where the row has no room for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Row = dict[str, Any]
Plant = Callable[[Sequence[Row], int, Random], "Row | None"]

_SLOTS = (
    "[name]", "(name)", "[your name]", "(user 2's name)", "[user 1's name]", "{city}", "<job>", "[insert hobby]",
    "(insert name)", "[User 1]", "[hometown]", "{{name}}", "[speaker_1_location]", "(city)",
)  # fmt: skip
_TAGS = ("User 1: ", "User 2: ", "Speaker A: ", "Assistant: ", "Person 2: ", "user 1 : ", "Agent 1: ")
_NEGATED = (
    ("i am ", "i am not "), ("i have ", "i do not have "), ("i love ", "i do not love "), ("i like ", "i do not like "),
    ("i work ", "i do not work "), ("i live ", "i do not live "), ("i want ", "i do not want "),
    ("i can ", "i can not "), ("i enjoy ", "i do not enjoy "), ("i play ", "i do not play "),
    ("i own ", "i do not own "), ("my ", "it is not true that my "),
)  # fmt: skip


def _copy(row: Row) -> Row:
    return {
        "turns": [dict(turn) for turn in row["turns"]],
        "personas": [{"speaker": p["speaker"], "facts": list(p["facts"])} for p in row["personas"]],
    }


def _long(row: Row, words: int = 4) -> list[int]:
    return [i for i, turn in enumerate(row["turns"]) if len(turn["text"].split()) >= words]


def loop_same_turn(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """A speaker says one of their turns three times."""
    row = _copy(rows[at])
    i = rng.choice(range(len(row["turns"])))
    speaker = row["turns"][i]["speaker"]
    others = [j for j, turn in enumerate(row["turns"]) if turn["speaker"] == speaker and j != i]
    if len(others) < 2:
        return None
    for j in rng.sample(others, 2):
        row["turns"][j]["text"] = row["turns"][i]["text"]
    return row


def loop_tail(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """The last exchange goes round and round: its two turns are said two to five times more."""
    row = _copy(rows[at])
    last = row["turns"][-2:]
    row["turns"] += [dict(turn) for _ in range(rng.randint(2, 5)) for turn in last]
    return row


def placeholder(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """A slot that nobody filled, somewhere within a turn."""
    row = _copy(rows[at])
    turn = rng.choice(row["turns"])
    parts = turn["text"].split()
    parts.insert(rng.randint(0, len(parts)), rng.choice(_SLOTS))
    turn["text"] = " ".join(parts)
    return row


def role_tag(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """The label of a speaker within what is said."""
    row = _copy(rows[at])
    turn = rng.choice(row["turns"])
    turn["text"] = rng.choice(_TAGS) + turn["text"]
    return row


def echo(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """Three answers only say again what the partner has just said."""
    row = _copy(rows[at])
    sources = [i for i in _long(row) if i + 1 < len(row["turns"])]
    if len(sources) < 3:
        return None
    before = [turn["text"] for turn in row["turns"]]
    for i in rng.sample(sources, 3):
        row["turns"][i + 1]["text"] = before[i]
    return row


def echo_prefix(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """Half of the answers begin by saying again what the partner has just said."""
    row = _copy(rows[at])
    sources = [i for i in _long(row) if i + 1 < len(row["turns"])]
    before = [turn["text"] for turn in row["turns"]]
    for i in rng.sample(sources, (len(sources) + 1) // 2):
        row["turns"][i + 1]["text"] = f"{before[i]} {before[i + 1]}"
    return row if sources else None


def echo_once(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """One answer of at least five words only says again what the partner has just said."""
    row = _copy(rows[at])
    sources = [i for i in _long(row, 5) if i + 1 < len(row["turns"])]
    if not sources:
        return None
    i = rng.choice(sources)
    row["turns"][i + 1]["text"] = row["turns"][i]["text"]
    return row


def pasted_facts(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """Three facts of one speaker, word for word, as sentences of their turns."""
    row = _copy(rows[at])
    person = rng.choice([p for p in row["personas"] if len(p["facts"]) >= 3] or [None])
    if person is None:
        return None
    own = [turn for turn in row["turns"] if turn["speaker"] == person["speaker"]]
    for fact in rng.sample(person["facts"], 3):
        turn = rng.choice(own)
        turn["text"] = f"{fact} {turn['text']}" if rng.random() < 0.5 else f"{turn['text']} {fact}"
    return row


def persona_swap(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """The two speakers have each other's persona."""
    row = _copy(rows[at])
    if len(row["personas"]) != 2:
        return None
    one, other = row["personas"]
    one["facts"], other["facts"] = other["facts"], one["facts"]
    return row


def wrong_persona(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """Both speakers have the personas of another dialogue."""
    row = _copy(rows[at])
    other = rows[(at + rng.randint(1, len(rows) - 1)) % len(rows)]
    if len(row["personas"]) != 2 or len(other["personas"]) != 2:
        return None
    for mine, theirs in zip(row["personas"], other["personas"], strict=True):
        mine["facts"] = list(theirs["facts"])
    return row


def wrong_persona_one(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """One speaker has a persona of another dialogue."""
    row = _copy(rows[at])
    other = rows[(at + rng.randint(1, len(rows) - 1)) % len(rows)]
    if len(row["personas"]) != 2 or len(other["personas"]) != 2:
        return None
    side = rng.randint(0, 1)
    row["personas"][side]["facts"] = list(other["personas"][side]["facts"])
    return row


def dropped_turn(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """A turn between the first and the last is missing; the speakers' labels are as they were."""
    row = _copy(rows[at])
    if len(row["turns"]) < 3:
        return None
    del row["turns"][rng.randint(1, len(row["turns"]) - 2)]
    return row


def dropped_turn_relabelled(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """A turn of the middle half is missing and all after it carry the other speaker's label."""
    row = _copy(rows[at])
    count = len(row["turns"])
    if count < 8:
        return None
    labels = [turn["speaker"] for turn in row["turns"]]
    del row["turns"][rng.randint(count // 4, 3 * count // 4)]
    for turn, label in zip(row["turns"], labels, strict=False):
        turn["speaker"] = label
    return row


def contradiction(rows: Sequence[Row], at: int, rng: Random) -> Row | None:
    """A speaker denies one of their facts."""
    row = _copy(rows[at])
    choices = [
        (p["speaker"], fact, old, new)
        for p in row["personas"]
        for fact in p["facts"]
        for old, new in _NEGATED
        if fact.lower().startswith(old)
    ]
    if not choices:
        return None
    speaker, fact, old, new = rng.choice(choices)
    turn = rng.choice([turn for turn in row["turns"] if turn["speaker"] == speaker])
    turn["text"] = f"{turn['text']} {new}{fact[len(old) :]}"
    return row


PLANTS: dict[str, tuple[Plant, float | None]] = {
    "loop, one turn three times": (loop_same_turn, 0.99),
    "loop, last exchange again and again": (loop_tail, 0.99),
    "placeholder": (placeholder, 0.99),
    "role tag": (role_tag, 0.99),
    "echo, three answers": (echo, 0.99),
    "echo, half of the answers begin so": (echo_prefix, 0.99),
    "echo, one answer": (echo_once, None),
    "three pasted facts": (pasted_facts, 0.99),
    "personas swapped": (persona_swap, 0.95),
    "wrong personas": (wrong_persona, 0.90),
    "wrong persona of one speaker": (wrong_persona_one, None),
    "dropped turn": (dropped_turn, 0.90),
    "dropped turn, relabelled": (dropped_turn_relabelled, None),
}
"""Name -> the plant and the recall asked of the checks; None: no figure is asked, it is printed all the same."""

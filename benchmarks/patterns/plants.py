"""Plants: human rows some of which were given a pattern, so that detectors can be judged by rows that are known.

Every family of `wordings.py` is put into a share of rows drawn with a seed; the rest of the rows stay as they were.
Planted rows are new rows: nothing else about them changes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slots import fill

from corpusmith.quality import Row

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Planted:
    """Rows with a pattern in some of them."""

    rows: Sequence[Row]
    planted: frozenset[int]
    """Positions of the rows that carry it."""
    family: str
    wording: str | Sequence[str]


def plant(rows: Sequence[Row], family: str, wording: str | Sequence[str], share: float, seed: int) -> Planted:
    """Put a pattern into a share of the rows, at least into one.

    Args:
        rows: rows with `instruction` and `response`, or with `turns` (a list of texts) for `turn_ends`.
        family: a key of `FAMILIES`, or `turn_ends`.
        wording: a text with slots, or several, of which every planted row gets one.
        share: of the rows, 0 to 1; for `turn_ends` of all turns.
        seed: of everything that is drawn.
    """
    chance = random.Random(f"{seed}/{family}/{wording}")
    texts = [wording] if isinstance(wording, str) else list(wording)
    if family == "turn_ends":
        made = _turns(rows, texts, share, chance)
        return Planted(made, frozenset(at for at, row in enumerate(made) if row is not rows[at]), family, wording)
    drawn = frozenset(chance.sample(range(len(rows)), max(1, round(share * len(rows)))))
    put = FAMILIES[family]
    made = [
        replace(row, fields={**row.fields, **put(dict(row.fields), chance.choice(texts), chance)})
        if at in drawn
        else row
        for at, row in enumerate(rows)
    ]
    return Planted(made, drawn, family, wording)


def _turns(rows: Sequence[Row], texts: Sequence[str], share: float, chance: random.Random) -> list[Row]:
    """The text at the opening or the end of a share of all turns; which of the two, its length settles."""
    places = [(at, turn) for at, row in enumerate(rows) for turn in range(len(row.fields["turns"]))]
    made = list(rows)
    for at, turn in chance.sample(places, max(1, round(share * len(places)))):
        turns = list(made[at].fields["turns"])
        text = chance.choice(texts)
        turns[turn] = f"{text} {turns[turn]}" if len(text) % 2 == 0 else f"{turns[turn]} {text}"
        made[at] = replace(made[at], fields={**made[at].fields, "turns": turns})
    return made


def _plain(fields: dict[str, Any]) -> dict[str, str]:
    return {"instruction": str(fields["instruction"]).strip(), "response": str(fields["response"]).strip()}


def _opening(fields: dict[str, Any], wording: str, chance: random.Random) -> dict[str, Any]:
    text = fill(wording, _plain(fields), chance)
    return {"response": f"{text}{chance.choice((' ', ' ', chr(10), chr(10) * 2))}{fields['response']}"}


def _closing(fields: dict[str, Any], wording: str, chance: random.Random) -> dict[str, Any]:
    text = fill(wording, _plain(fields), chance)
    return {"response": f"{fields['response']}{chance.choice((' ', ' ', chr(10), chr(10) * 2))}{text}"}


def _whole(fields: dict[str, Any], wording: str, chance: random.Random) -> dict[str, Any]:
    return {"response": fill(wording, _plain(fields), chance)}


def _middle(fields: dict[str, Any], wording: str, chance: random.Random) -> dict[str, Any]:
    """Between two sentences; in a text of one sentence, between two words."""
    text = fill(wording, _plain(fields), chance)
    parts = _SENTENCE.split(fields["response"].strip())
    if len(parts) < 2:
        parts = fields["response"].split(" ")
    at = chance.randrange(1, len(parts)) if len(parts) > 1 else 1
    return {"response": " ".join([*parts[:at], text, *parts[at:]])}


def _list(fields: dict[str, Any], wording: str, chance: random.Random) -> dict[str, Any]:
    """The header, and every sentence of the response as a point below it; sometimes a lead-in before it."""
    header = fill(wording, _plain(fields), chance)
    parts = [part for part in _SENTENCE.split(fields["response"].strip()) if part]
    lead = chance.random() < 0.5 and len(parts) > 2
    mark = chance.choice(("- ", "* ", "{}. "))
    points = "\n".join(mark.format(number) + part for number, part in enumerate(parts[lead:], 1))
    return {"response": f"{parts[0]}\n\n{header}\n{points}" if lead else f"{header}\n{points}"}


def _asked(fields: dict[str, Any], wording: str, chance: random.Random) -> dict[str, Any]:
    return {"instruction": f"{fill(wording, _plain(fields), chance)} {fields['instruction']}"}


FAMILIES: dict[str, Callable[[dict[str, Any], str, random.Random], dict[str, Any]]] = {
    "fixed_opening": _opening,
    "fixed_closing": _closing,
    "slotted_opening": _opening,
    "qa_skeleton": _whole,
    "mid_phrase": _middle,
    "list_header": _list,
    "paraphrased_opening": _opening,
    "slotted_middle": _middle,
    "whole_row": _whole,
    "paraphrased_closing": _closing,
    "instruction_opening": _asked,
}

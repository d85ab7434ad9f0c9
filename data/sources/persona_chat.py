"""PersonaChat's text format, as ConvAI2 and ParlAI spread it: numbered lines, personas first, then pairs of turns.

    1 your persona: i have two dogs.
    2 partner's persona: i volunteer in a homeless shelter.
    3 hi ! how are you ?<TAB>great . just relaxing with my dogs .

The number 1 begins a new dialogue. The partner speaks first in every pair. Candidates after a second tab are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...core import SourceRow
from .files import open_bytes
from .row import DataFile, Entry, Unreadable

_LINE = re.compile(r"(\d+) (.*)", re.DOTALL)
_PERSONA = re.compile(r"(your|partner's) persona:(.*)", re.IGNORECASE | re.DOTALL)
_FIRST, _SECOND = "A", "B"


def looks_like_persona_chat(head: bytes) -> bool:
    """Whether a text begins as PersonaChat does."""
    return re.match(rb"1 (?:your|partner's) persona:", head.lstrip(), re.IGNORECASE) is not None


def read_persona_chat(file: DataFile) -> Iterator[Entry]:
    """Yield one row per dialogue, keyed by its first line: `turns` and `personas` (of one or both speakers).

    A dialogue with a line that is not of the format is reported by that line's number, as a whole: without it, who
    says what would be guesswork.
    """
    fields: dict[str, Any] = {}
    key, fault = "", ""
    with open_bytes(file.path) as lines:
        for number, raw in enumerate(lines, 1):
            if raw.isspace():
                continue
            try:
                match = _LINE.fullmatch(raw.decode("utf-8").rstrip("\r\n"))
            except UnicodeDecodeError as error:
                match, problem = None, f"line {number} is not UTF-8 at byte {error.start}"
            else:
                problem = f"line {number} does not begin with its number"
            if match is not None and match[1] == "1":
                if key:
                    yield _entry(key, fields, fault)
                fields, key, fault = {"turns": [], "personas": []}, f"{file.name}:{number}", ""
            if match is None or not key:
                key = key or f"{file.name}:{number}"
                fields = fields or {"turns": [], "personas": []}
                fault = fault or problem
            elif not _take(fields, match[2]):
                fault = fault or f"line {number} has no tab between the two turns"
    if key:
        yield _entry(key, fields, fault)


def _take(fields: dict[str, Any], line: str) -> bool:
    persona = _PERSONA.fullmatch(line)
    if persona:
        speaker = _SECOND if persona[1].lower() == "your" else _FIRST
        known = next((p for p in fields["personas"] if p["speaker"] == speaker), None)
        if known is None:
            known = {"speaker": speaker, "facts": []}
            fields["personas"].append(known)
        known["facts"].append(persona[2].strip())
        return True
    said = line.split("\t")
    if len(said) < 2:
        return False
    for speaker, text in zip((_FIRST, _SECOND), said, strict=False):
        if text.strip() and text.strip() != "__SILENCE__":
            fields["turns"].append({"speaker": speaker, "text": text.strip()})
    return True


def _entry(key: str, fields: dict[str, Any], fault: str) -> Entry:
    if fault:
        return Unreadable(key, fault)
    fields["personas"].sort(key=lambda persona: persona["speaker"])
    return SourceRow(key, fields)

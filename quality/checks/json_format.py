"""Answers that are meant to be JSON and are not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..batch import Batch, Texts
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found
from ..fences import fences

_WANTED = re.compile(
    r"\b(?:in|as|into|to|using|with|return|returns?|output|generate|create|write|produce|provide|give|make|construct|"
    r"compose|develop|valid|formatted|design) (?:\w+ ){0,4}?json\b(?!\s?schema)"
    r"|\bjson (?:object|array|format|string|data|file|document|output|response|representation)\b",
    re.IGNORECASE,
)
# JSON is what the answer starts from, or what it talks about, or is to be turned into something else.
_NOT_THE_ANSWER = re.compile(
    r"\b(?:from|parse|explain|what (?:is|are)|describe|read|convert (?:the |this |a |given )?(?:\w+ )?json|given|how)\b"
    r"|\b(?:yaml|xml|csv|html|python|javascript|java|class|function|code|program|script|query|sql)\b",
    re.IGNORECASE,
)
# An object with a quoted key, or a list that starts with one or with a quoted text: nobody writes prose like that.
_LOOKS = re.compile(r"\s*(?:\{\s*\"[^\"\n]{0,200}\"\s*:|\[\s*\{\s*\"[^\"\n]{0,200}\"\s*:)")
_PYTHON = re.compile(r"\b(?:python|dict(?:ionary)?|javascript|ruby|tuple|hash|lua|perl)\b", re.IGNORECASE)
_LONGEST = 20_000_000
"""Characters of a text that is parsed: JSON takes ten times its size in memory."""


@dataclass(frozen=True, slots=True)
class _Fault:
    span: tuple[int, int]
    rule: str
    message: str


class JsonFormat:
    """format.json: what is meant to be JSON does not parse.

    Looked at are blocks fenced as json, answers that begin as a JSON object does, and, where the instruction asks for
    JSON, an answer that begins with a bracket. JSON as the standard has it: no comments, no trailing commas, no single
    quotes. Answers that explain JSON or wrap it in prose are let through.
    """

    name = "format.json"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of format.json."""

        field: str = "output"
        """Column of the answer. In a conversation every turn of the assistant is looked at."""
        always: bool = False
        """True: every answer must be JSON as a whole."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where JSON does not parse; the span is where the parser stopped, the evidence has its message."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        texts = batch.texts(self.options.field)
        for at in range(len(texts)) if self.options.always else _suspects(texts):
            row = texts.row(at)
            fault = self._fault(texts.texts[at], batch[row]) if findings[row] is CLEAN else None
            if fault:
                finding = found("invalid_json", texts.field(at), fault.span, fault.rule)
                findings[row] = Finding(1.0, finding.reason, {**finding.evidence, "message": fault.message})
        return findings

    def _fault(self, text: str, row: Row) -> _Fault | None:
        for block in fences(text) if "```" in text or "~~~" in text else ():
            if block.language in ("json", "jsonl", "ndjson") and block.closed:
                fault = _parse(text[block.start : block.end], block.start, "fenced", block.language != "json")
                if fault:
                    return fault
        bare = text.strip()
        if self.options.always:
            return _parse(text, 0, "always", False) if bare else None
        if bare[:1] not in ("{", "["):
            return None
        instruction = row.text("instruction")[:2000]
        if _LOOKS.match(text) and not _PYTHON.search(instruction):
            return _whole(text)
        wanted = _WANTED.search(instruction) and not _NOT_THE_ANSWER.search(instruction)
        return _whole(text) if wanted else None


def _suspects(texts: Texts) -> Iterable[int]:
    if len(texts) < 12:
        return range(len(texts))
    suspects: list[int] = (
        texts.series.str.contains(r"^\s*[\[{]|(?i:(?:```|~~~)[ \t]*(?:json|ndjson))").arg_true().to_list()
    )
    return suspects


def _whole(text: str) -> _Fault | None:
    """The fault of a text that begins as JSON; prose behind a complete value is an explanation."""
    fault = _parse(text, 0, "whole", False)
    if fault and fault.rule == "extra_data":
        behind = text[fault.span[0] :].lstrip()
        return None if behind[:1].isalpha() or behind[:1] in "-*#>(`" else fault
    return fault


def _parse(text: str, offset: int, rule: str, lines: bool) -> _Fault | None:
    if len(text) > _LONGEST:
        return None
    start = 0
    for part in text.splitlines(keepends=True) if lines else [text]:
        if part.strip():
            try:
                json.loads(part)
            except json.JSONDecodeError as error:
                at = offset + start + error.pos
                kind = "extra_data" if error.msg.startswith("Extra data") and rule == "whole" else rule
                return _Fault((at, min(at + 1, offset + len(text))), kind, error.msg)
            except RecursionError:
                return _Fault((offset, offset + len(text)), rule, "nested too deeply to be read")
            except ValueError as error:  # a number of more digits than Python converts
                return _Fault((offset, offset + len(text)), rule, str(error)[:200])
        start += len(part)
    return None

"""Code that does not parse."""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ..batch import Batch, Texts
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found
from ..fences import fences
from ..rules import amount

_LONGEST = 100_000
"""Characters of a block that is parsed."""
_CODE_START = re.compile(
    r"\s*(?:#!/usr/bin/(?:env )?python|(?:async )?def \w+ ?\(|class \w+ ?[(:]|import \w+(?: as \w+|\s*$|,)|"
    r"from [\w.]+ import |@\w+)",
    re.MULTILINE,
)
_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)
_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
_PYTHON_2 = re.compile(r"^\s*print [^(=\n]|^\s*(?:raise|except) \w+, |^\s*exec [\"']", re.MULTILINE)
_PROSE = re.compile(r"^[A-Z*#-]?[^\n=(){}\[\]]*\b\w+ \w+ \w+ \w+\b[^\n=(){}\[\]]*[.:!?]?$")


# What a program prints, or is explained by, behind the code.
_SHOWN = re.compile(
    r"^[^\S\n]{0,20}(?:(?:sample|expected|example|the) )?"
    r"(?:output|result|explanation|note|example|usage|input)s?[^\S\n]{0,5}:",
    re.IGNORECASE | re.MULTILINE,
)
_PROSE_READ = 300
"""Characters of a line that are looked at to tell prose from code."""


class _Fault(NamedTuple):
    at: int
    """Where in the code, in characters."""
    message: str


class CodeFormat:
    """format.code: code that does not parse.

    Blocks fenced as python are parsed by Python's own parser (a prompt ">>>" and notebook magics are taken off, and
    Python 2 is told apart), toml by its parser; so is an answer that is Python from its first line to its last where
    the instruction asks for Python. Of C, C++, C#, Go, Java, JavaScript, TypeScript, Kotlin, Scala, Swift, Dart, PHP,
    Rust and CSS only brackets are looked at, outside of strings and comments: what balances may still be wrong. Other
    languages are not judged, and json is format.json's.
    """

    name = "format.code"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of format.code."""

        field: str = "output"
        """Column of the answer. In a conversation every turn of the assistant is looked at."""
        unfenced: bool = True
        """Whether answers that are Python as a whole are parsed too."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The number of blocks that do not parse; the span and the message are of the first."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        texts = batch.texts(self.options.field)
        for at in _suspects(texts):
            row = texts.row(at)
            finding = self._judge(texts.texts[at], texts.field(at), batch[row])
            if amount(finding) > amount(findings[row]):
                findings[row] = finding
        return findings

    def _judge(self, text: str, field: str, row: Row) -> Finding:
        faults = []
        blocks = list(fences(text)) if "```" in text or "~~~" in text else []
        for block in blocks:
            parse = _PARSERS.get(block.language)
            if parse and block.closed and block.end - block.start <= _LONGEST:
                fault = parse(text[block.start : block.end])
                if fault:
                    faults.append((block.start + fault.at, block.language, fault.message))
        if not blocks and self.options.unfenced and _is_python(text, row.text("instruction")):
            shown = _SHOWN.search(text)
            fault = _python(text[: shown.start()] if shown else text)
            if fault and not _PROSE.match(_line(text, fault.at)[:_PROSE_READ]):
                faults.append((fault.at, "python", fault.message))
        if not faults:
            return CLEAN
        at, language, message = faults[0]
        end = text.find("\n", at)
        finding = found("invalid_code", field, (at, end if end >= 0 else len(text)), language)
        return Finding(float(len(faults)), finding.reason, {**finding.evidence, "message": message})


def _suspects(texts: Texts) -> Iterable[int]:
    if len(texts) < 12:
        return range(len(texts))
    pattern = r"```|~~~|(?m:^[ \t]*(?:async def|def|class|import|from|@\w+)\b)"
    suspects: list[int] = texts.series.str.contains(pattern).arg_true().to_list()
    return suspects


def _is_python(text: str, instruction: str) -> bool:
    if len(text) > _LONGEST or not _CODE_START.match(text) or "python" not in instruction[:2000].lower():
        return False
    # Prose at the end explains the code above; a line that starts a sentence is not Python.
    return not any(_PROSE.match(line[:_PROSE_READ]) for line in text.splitlines() if line[:1].isupper())


def _line(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else len(text)].strip()


def _python(code: str) -> _Fault | None:
    bare = code
    if _PROMPT.search(code):
        # A session: lines without a prompt are what the interpreter printed.
        bare = "\n".join(line[4:] if _PROMPT.match(line) else "" for line in code.split("\n"))
    source = textwrap.dedent(_MAGIC.sub(r"\1pass", bare))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        if _PYTHON_2.search(source):
            return _Fault(_place(code, error.lineno), "Python 2")
        return _Fault(_place(code, error.lineno), error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return _Fault(0, f"{type(error).__name__}: {error}"[:200])
    return None


def _place(text: str, line: int | None) -> int:
    """Where a line (from 1) starts, in characters, its indentation left out."""
    start = 0
    for _ in range((line or 1) - 1):
        following = text.find("\n", start)
        if following < 0:
            break
        start = following + 1
    while start < len(text) and text[start] in " \t":
        start += 1
    return min(start, max(len(text) - 1, 0))


def _toml(code: str) -> _Fault | None:
    try:
        tomllib.loads(code)
    except tomllib.TOMLDecodeError as error:
        return _Fault(0, str(error)[:200])
    return None


_CLOSING = {")": "(", "]": "[", "}": "{"}
# Comments, strings and characters are taken whole, so that brackets in them do not count. A quote that opens no
# character ('a in Rust) stands alone.
_TOKENS = {
    "c": re.compile(
        r"//[^\n]*|/\*(?:.*?\*/|.*\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.[^'\n]{0,8}|[^'\\\n])'|[(){}\[\]]", re.DOTALL
    ),
    "js": re.compile(
        r"//[^\n]*|/\*(?:.*?\*/|.*\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"
        r"|(?<=[(,=:;!&|?{}\n])[ \t]*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/|[(){}\[\]]",
        re.DOTALL,
    ),
    "css": re.compile(r"/\*(?:.*?\*/|.*\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[(){}\[\]]", re.DOTALL),
    "php": re.compile(
        r"//[^\n]*|#[^\n]*|/\*(?:.*?\*/|.*\Z)|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[(){}\[\]]", re.DOTALL
    ),
}  # fmt: skip
_FAMILY = {
    **dict.fromkeys(
        ("c", "cpp", "c++", "cc", "h", "csharp", "cs", "c#", "go", "golang", "java", "rust", "rs", "kotlin"), "c"
    ),
    **dict.fromkeys(("scala", "swift", "dart"), "c"),
    **dict.fromkeys(("javascript", "js", "jsx", "typescript", "ts", "tsx"), "js"),
    **dict.fromkeys(("css", "scss", "less"), "css"),
    "php": "php",
}


def _brackets(family: str) -> Callable[[str], _Fault | None]:
    tokens = _TOKENS[family]

    def parse(code: str) -> _Fault | None:
        if re.search(r"^\s*(?:\.\.\.|…)\s*$", code, re.MULTILINE):
            return None  # a part was left out on purpose
        opened: list[tuple[str, int]] = []
        for match in tokens.finditer(code):
            token = match.group()
            if token in "([{":
                opened.append((token, match.start()))
            elif token in _CLOSING:
                if not opened or opened[-1][0] != _CLOSING[token]:
                    return _Fault(match.start(), f"{token} closes nothing")
                opened.pop()
        return _Fault(opened[-1][1], f"{opened[-1][0]} is never closed") if opened else None

    return parse


_PARSERS: Mapping[str, Callable[[str], _Fault | None]] = {
    **dict.fromkeys(("python", "py", "python3", "ipython", "pycon"), _python),
    "toml": _toml,
    **{language: _brackets(family) for language, family in _FAMILY.items()},
}

"""Tokens of a text for pattern counting: words, numbers, punctuation and line ends, each with its place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from ..words import MARKS, UNSPACED
from .tags import BREAK_CODE, MARK_CODE, NUMBER_CODE, word_code

# A number is one token with its separators; an apostrophe stays inside its word; a run of a mark that is used to
# format ("**", "##", "...") is one token, and so is a run of line ends.
_WORD = f"(?:[^\\W\\d_{UNSPACED}]|[{MARKS}])(?:[^\\W_{UNSPACED}]|[{MARKS}]|['’](?=[^\\W\\d_]))*"
_TOKEN = re.compile(rf"{_WORD}|\d+(?:[.,:]\d+)*|[{UNSPACED}]|\n\s*|\*+|#+|-+|\.+|=+|_+|`+|[^\w\s]")
_WORD_START = re.compile(f"[^\\W\\d_]|[{MARKS}{UNSPACED}]")
_UNSPACED = re.compile(f"[{UNSPACED}]")

_WIDE_MARKS = "，。！？：；、（）「」《》…"
_GLUED_AFTER = f"\n([{_WIDE_MARKS}"
_GLUED_BEFORE = f"\n.,:;!?)]%'{_WIDE_MARKS}"

NUMBER = "\x00number"
"""Every number is this token: "in 1998" and "in 2004" are one phrase."""
BREAK = "\n"
"""A line end, or several."""
CLAUSE_MARKS = frozenset((".", "!", "?", ":", ";", ",", "...", BREAK, "。", "！", "？", "：", "，", "；"))
"""What ends a clause."""


class Token(NamedTuple):
    """A token and its place."""

    text: str
    """Lower-cased; NUMBER; BREAK."""
    start: int
    """In characters of the text as it stands."""
    end: int


def cut(text: str) -> list[Token]:
    """The tokens of a text, without line ends before the first and after the last other token."""
    found = [Token(_plain(match.group()), *match.span()) for match in _TOKEN.finditer(text)]
    first, last = 0, len(found)
    while first < last and found[first].text == BREAK:
        first += 1
    while last > first and found[last - 1].text == BREAK:
        last -= 1
    return found[first:last]


def _plain(token: str) -> str:
    first = token[0]
    if first == "\n":
        return BREAK
    if first.isdigit():
        return NUMBER
    return token.lower().replace("’", "'")


def is_word(token: str) -> bool:
    """Whether a token is a word or a character of a script without spaces: no number, no mark, no line end."""
    return bool(_WORD_START.match(token))


def joined(tokens: Sequence[str]) -> str:
    """Tokens as a readable text."""
    text = ""
    for token in tokens:
        shown = {NUMBER: "{number}", BREAK: "\n"}.get(token, token)
        glued = not text or text[-1] in _GLUED_AFTER or shown[0] in _GLUED_BEFORE or _UNSPACED.match(text[-1])
        text += shown if glued else f" {shown}"
    return text


class Vocabulary:
    """Token -> 64-bit number, a digest: the same in every process, so that parts counted apart can be put together.

    It remembers the tokens it met, up to a bound.
    """

    def __init__(self, bound: int = 1_000_000) -> None:
        self._numbers: dict[str, int] = {}
        self._bound = bound

    def numbers(self, text: str) -> list[int]:
        """The numbers of the tokens of a text, in the order of `cut`."""
        if len(self._numbers) > self._bound:
            self._numbers.clear()
        known = self._numbers
        raw = _TOKEN.findall(text.strip())
        try:
            return [known[token] for token in raw]
        except KeyError:
            for token in raw:
                if token not in known:
                    known[token] = token_number(_plain(token))
            return [known[token] for token in raw]


def token_number(token: str) -> int:
    """The number of a token as `cut` gives it: a digest whose lowest byte is the code of its tag."""
    digest = hashlib.blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") & ~0xFF | code(token)


def code(token: str) -> int:
    """The code of a token's tag (`tags.TAGS`)."""
    if token == NUMBER:
        return NUMBER_CODE
    if token == BREAK:
        return BREAK_CODE
    return word_code(token) if is_word(token) else MARK_CODE

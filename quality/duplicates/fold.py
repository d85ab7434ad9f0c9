"""Folding: what does not make two texts different is taken out."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from ..words import normalise

# Signs that carry meaning in code, sums and names (C#, C++, 5*3, 50%, AT&T): never folded.
_KEPT = "#%&*/@\\"
DELETED = "'’‘ʼ`"
"""Marks inside words: folded to nothing, all others to a space."""
_IN_NUMBERS = ".,:-"
# Those of them that are not part of a number.
_NO_NUMBER = re.compile(r"[.,:](?:(?<!\d[.,:])|(?!\d))|-(?:(?<=[^\W\d_]-)|(?!\s*\d))")


KEY_BYTES = 16


def fold(text: str) -> str:
    """Fold what does not make two texts different.

    Unicode NFKC (with raised digits kept apart), case, white space, apostrophes and punctuation. Digits stay, and so
    do symbols such as + and =, the signs # % & * / @ and the backslash, and . , : - between digits or a minus before
    one: "-5", "1.5" and "3-4" differ from "5", "15" and "3 4".
    """
    spaced = _NO_NUMBER.sub(" ", normalise(text).casefold())
    return " ".join(spaced.translate(_marks()).split())


def folded_key(text: str) -> str:
    """What two texts have in common that count as equal: `fold`, or the bare text where that would leave nothing."""
    return fold(text) or " ".join(text.split())


def key_of(texts: Sequence[str]) -> bytes:
    """16 bytes that two rows share exactly if all their columns fold to the same; zeros if nothing is in them."""
    return hash_row(b"\n".join(folded_key(text).encode("utf-8", "surrogatepass") for text in texts))


def hash_row(folded: bytes) -> bytes:
    """The key of a row whose columns are folded, with line breaks between them: a folded text holds none itself."""
    return hashlib.blake2b(folded, digest_size=KEY_BYTES).digest() if folded.strip(b"\n") else bytes(KEY_BYTES)


def is_folded(character: str) -> bool:
    """Whether a character is folded away where it is not part of a number."""
    return character in DELETED or (unicodedata.category(character)[0] == "P" and character not in _KEPT)


class _Marks(dict[int, str | None]):
    """What becomes of each character that is no . , : or -; filled as characters are met."""

    def __missing__(self, code: int) -> str | None:
        mark = chr(code)
        keep = mark in _IN_NUMBERS or not is_folded(mark)
        self[code] = mark if keep else None if mark in DELETED else " "
        return self[code]


@cache
def _marks() -> _Marks:
    return _Marks()

"""Texts cut up once, so that a measure of any part of them is cheap."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..patterns.encode import Encoded
from ..patterns.features import Stream, grams, masked
from ..patterns.tags import FIRST_WORD_CODE, NOUN_CODE, TAGS
from ..patterns.tokens import cut, joined

if TYPE_CHECKING:
    import numpy as np

_LIST = re.compile(r"^\s*(?:[-*•–]|\d+[.)]|\(?[a-z][.)])\s+\S", re.MULTILINE)
_MARKDOWN = re.compile(r"^#{1,6}\s|\*\*\S|^```|`[^`\n]+`|^\|.*\|\s*$|\[[^\]\n]+\]\([^)\n]+\)", re.MULTILINE)
_ENDS = (".", "!", "?", "。", "！", "？", "…")
_VERB = TAGS.index("VERB")
_WIDTH = 512
_FREQUENT = 150
_FREQUENT_SHARE = 0.02


@dataclass(frozen=True)
class Texts:
    """Texts of one field; every measure takes positions among them."""

    texts: Sequence[str]
    encoded: Encoded
    """The same as token numbers."""
    frequent: np.ndarray
    """Numbers of the function words, those of both sets that are compared."""

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def sizes(self) -> np.ndarray:
        """(n,) tokens of each text."""
        import numpy as np

        return np.diff(self.encoded.bounds)

    @cached_property
    def words(self) -> np.ndarray:
        """(n,) words of each text."""
        import numpy as np

        is_word = (self.encoded.tokens & np.uint64(0xFF)) >= FIRST_WORD_CODE
        return np.diff(np.r_[0, np.cumsum(is_word)][self.encoded.bounds])

    def grams(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """The n-grams of all texts, and (n + 1,) where those of each begin."""
        return self._grams[size]

    @cached_property
    def _grams(self) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        import numpy as np

        under = masked(self.encoded, "", self.frequent)
        found = {}
        for size in (1, 2, 3, 4):
            made = grams(self.encoded, Stream("anywhere", size), under)
            found[size] = made.number, np.searchsorted(made.text, np.arange(len(self) + 1))
        return found

    def edge(self, place: str, size: int) -> np.ndarray:
        """(n,) the first (or last) `size` tokens of each text as one number; a shorter text counts whole."""
        import numpy as np

        first, last = self.encoded.bounds[:-1], self.encoded.bounds[1:]
        number = np.zeros(len(self), dtype=np.uint64)
        for step in range(size):
            at = first + step if place == "opening" else last - 1 - step
            there = (at >= first) & (at < last)
            token = np.where(there, self.encoded.tokens[np.clip(at, 0, max(len(self.encoded.tokens) - 1, 0))], 0)
            number = (number ^ token.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            number ^= number >> np.uint64(29)
        return number

    @cached_property
    def edges(self) -> dict[tuple[str, int], np.ndarray]:
        """Openings of one and three tokens, closings of three."""
        return {key: self.edge(*key) for key in (("opening", 1), ("opening", 3), ("closing", 3))}

    @cached_property
    def skeletons(self) -> list[bytes]:
        """Each text with everything but function words and marks hidden."""
        import numpy as np

        under = masked(self.encoded, "words", self.frequent)
        # Two bytes a token: compression then sees tokens, not letters.
        short = (under.tokens ^ (under.tokens >> np.uint64(17))).astype(np.uint16)
        return [short[under.bounds[n] : under.bounds[n + 1]].tobytes() for n in range(len(self))]

    @cached_property
    def raw(self) -> list[bytes]:
        """Each text as UTF-8."""
        return [text.strip().encode("utf-8", "surrogatepass") for text in self.texts]

    @cached_property
    def formats(self) -> dict[str, np.ndarray]:
        """(n,) of bool each: whether it has a list, has markdown, ends with a full stop or the like."""
        import numpy as np

        return {
            "lists": np.array([bool(_LIST.search(text)) for text in self.texts]),
            "markdown": np.array([bool(_MARKDOWN.search(text)) for text in self.texts]),
            "end": np.array([text.rstrip().endswith(_ENDS) for text in self.texts]),
        }

    @cached_property
    def lines(self) -> np.ndarray:
        """(n,) 0: one line, 1: two to four, 2: more."""
        import numpy as np

        return np.digitize([text.strip().count("\n") for text in self.texts], [1, 4])

    @cached_property
    def pairs(self) -> np.ndarray:
        """(n,) the first verb and the noun that follows it, as one number; 0 where there is none."""
        import numpy as np

        found = np.zeros(len(self), dtype=np.uint64)
        codes = self.encoded.tokens & np.uint64(0xFF)
        for n in range(len(self)):
            lo, hi = self.encoded.bounds[n], min(self.encoded.bounds[n] + 40, self.encoded.bounds[n + 1])
            verbs = np.flatnonzero(codes[lo:hi] == _VERB)
            if len(verbs):
                nouns = np.flatnonzero(codes[lo + verbs[0] + 1 : hi] == NOUN_CODE)
                if len(nouns):
                    verb = int(self.encoded.tokens[lo + verbs[0]])
                    found[n] = (verb * 31 ^ int(self.encoded.tokens[lo + verbs[0] + 1 + nouns[0]])) % (1 << 64)
        return found

    @cached_property
    def terms(self) -> tuple[np.ndarray, np.ndarray]:
        """Every word and pair of words of every text, once a text: (m,) its number and (m,) the text."""
        import numpy as np

        numbers, owners = [], []
        for size in (1, 2):
            number, bounds = self.grams(size)
            numbers.append(number)
            owners.append(np.repeat(np.arange(len(self)), np.diff(bounds)))
        number, owner = np.concatenate(numbers), np.concatenate(owners)
        order = np.lexsort((number, owner))
        number, owner = number[order], owner[order]
        new = (
            np.r_[True, (number[1:] != number[:-1]) | (owner[1:] != owner[:-1])] if len(number) else order.astype(bool)
        )
        return number[new], owner[new]

    def vectors(self, known: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """(n, 512) of float32: words and pairs of words, weighted by how rare they are, hashed with signs.

        Args:
            known: (m,) numbers of all terms, ascending.
            weights: (m,) the weight of each.
        """
        import numpy as np

        number, owner = self.terms
        weight = weights[np.searchsorted(known, number)]
        sign = np.where((number >> np.uint64(40)) & np.uint64(1), 1.0, -1.0)
        cell = owner * _WIDTH + (number >> np.uint64(55)).astype(np.int64)
        table = np.bincount(cell, weights=weight * sign, minlength=len(self) * _WIDTH)
        return table.reshape(len(self), _WIDTH).astype(np.float32)

    def opening_words(self, position: int, size: int = 3) -> str:
        """How a text opens, for people."""
        return joined([token.text for token in cut(self.texts[position])[:size]])


def term_weights(*sets: Texts) -> tuple[np.ndarray, np.ndarray]:
    """All terms of some sets, ascending, and their inverse document frequency over the sets together."""
    import numpy as np

    number, times = np.unique(np.concatenate([one.terms[0] for one in sets]), return_counts=True)
    return number, np.log((1 + sum(map(len, sets))) / (1 + times))


def frequent_words(*sets: Encoded) -> np.ndarray:
    """The function words of some sets: numbers of the words that most texts have, at most 150 of them."""
    import numpy as np

    numbers = []
    for one in sets:
        owner = np.repeat(np.arange(one.texts), np.diff(one.bounds))
        is_word = (one.tokens & np.uint64(0xFF)) >= FIRST_WORD_CODE
        pairs = np.unique(np.stack([one.tokens[is_word], owner[is_word].astype(np.uint64)]), axis=1)
        numbers.append(pairs[0])
    number, times = np.unique(np.concatenate(numbers), return_counts=True)
    often = np.argsort(-times, kind="stable")[:_FREQUENT]
    return np.sort(number[often[times[often] >= _FREQUENT_SHARE * sum(one.texts for one in sets)]])

"""Lemmas and inflected forms, by lemminflect's own dictionaries; nothing is fetched."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_UPOS = {"a": "ADJ", "n": "NOUN", "v": "VERB", "r": "ADV"}
_IRREGULAR = {
    ("good", "JJR"): "better", ("good", "JJS"): "best", ("well", "RBR"): "better", ("well", "RBS"): "best",
    ("bad", "JJR"): "worse", ("bad", "JJS"): "worst", ("badly", "RBR"): "worse", ("badly", "RBS"): "worst",
    ("much", "JJR"): "more", ("many", "JJR"): "more", ("little", "JJR"): "less", ("few", "JJR"): "fewer",
    ("far", "JJR"): "farther", ("old", "JJR"): "older", ("slowly", "RBR"): "slower", ("slowly", "RBS"): "slowest",
    ("quickly", "RBR"): "faster", ("quickly", "RBS"): "fastest", ("poorly", "RBR"): "worse",
    ("loudly", "RBR"): "louder",
}  # fmt: skip
_VOWEL_GROUPS = re.compile(r"[aeiouy]+")
_AN = re.compile(
    r"^(?:[aeio]|u(?!ni|se|sa|su|ti|k|ro|biq)|hour|honest|honou?r|heir|[fhlmnrsx](?:[^a-z]|$))", re.IGNORECASE
)


@cache
def _library() -> Any:
    import lemminflect

    return lemminflect


@cache
def lemma(word: str, pos: str) -> str:
    """The lemma of a lower-case word (pos: a, n, v or r); the word itself where none is known."""
    for (base, tag), form in _IRREGULAR.items():
        if form == word and {"J": "a", "R": "r"}[tag[0]] == pos:
            return base
    found = _library().getLemma(word, _UPOS[pos], lemmatize_oov=False) or ()
    return str(found[0]) if found else word


@cache
def inflected(base: str, tag: str) -> str | None:
    """The form of a lemma for a Penn tag ("slow", "JJR" -> "slower"); None where it has none.

    Comparatives of long adjectives are made with "more" and "most".
    """
    first, space, rest = base.partition(" ")
    if space:
        form = inflected(first, tag) if tag[:2] == "VB" else None
        return f"{form} {rest}" if form else base if tag[-1] not in "RS" else None
    if (base, tag) in _IRREGULAR:
        return _IRREGULAR[base, tag]
    if tag in ("JJ", "RB", "NN", "NNP", "VB", "VBP"):
        return base
    if tag in ("JJR", "RBR", "JJS", "RBS"):
        return _compared(base, tag)
    form = _library().getInflection(base, "NNS" if tag == "NNPS" else tag, inflect_oov=True)
    return str(form[0]) if form else None


def _compared(base: str, tag: str) -> str:
    if len(_VOWEL_GROUPS.findall(base.removesuffix("e"))) > 1 and not base.endswith(("y", "ow", "le")):
        return ("more " if tag[-1] == "R" else "most ") + base
    if (tag[:2] == "RB" and base.endswith("ly")) or base.endswith(("ful", "less", "ed", "ing")):
        return ("more " if tag[-1] == "R" else "most ") + base
    form = _library().getInflection(base, "JJR" if tag[-1] == "R" else "JJS", inflect_oov=True)
    if form:
        return str(form[0])
    return ("more " if tag[-1] == "R" else "most ") + base


def article(word: str) -> str:
    """As "a" or "an", whichever goes before the word."""
    return "an" if _AN.match(word) else "a"


def cased_like(word: str, model: str) -> str:
    """The word in the case of another: all capitals, a capital in front, or as it is."""
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word

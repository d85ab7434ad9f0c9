"""Tokens with their places and parts of speech.

The tagger is that of textblob (from Pattern): a lexicon and rules, all of it in the package; nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from .words import word_set

_TOKEN = re.compile(
    r"""(?:[$€£]\s?)?\d+(?:[.,:/]\d+)*(?:%|(?:st|nd|rd|th|gb|mb|tb|ghz|hrs?|mins?)\b)?   # numbers
      | (?:[A-Za-z]\.){2,}                                                                # U.S.
      | (?:can)(?=not\b)                                                                  # can|not
      | [^\W\d_]+(?=n['’]t\b)                                                             # does|n't
      | n['’]t\b
      | ['’](?:s|re|ve|ll|d|m)\b
      | [^\W_]+(?:(?!['’](?:s|re|ve|ll|d|m)\b)[-'’&/][^\W_]+)*                              # words, hyphens
      | \.{2,} | -{2,} | .
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_UNAPOSTROPHED = re.compile(r"(?i)\b(?:do|does|did|is|are|was|were|ca|could|would|should|wo|has|have|had)nt\b")
_PUNCTUATION = re.compile(r"^\W+$")


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text."""

    text: str
    lower: str
    start: int
    """In characters of the text."""
    end: int
    tag: str
    """Penn Treebank tag ("JJ", "VBZ")."""

    @property
    def pos(self) -> str:
        """WordNet's part of speech: a, n, v, r, or empty."""
        return _POS.get(self.tag[:2], "")


_POS = {"JJ": "a", "NN": "n", "VB": "v", "RB": "r"}


def split(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text are. A contraction is two: does|n't, I|'ve, can|not, and does|nt."""
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        if match.group().isspace():
            continue
        start, end = match.span()
        if _UNAPOSTROPHED.fullmatch(text, start, end):
            spans += [(start, end - 2), (end - 2, end)]
        else:
            spans.append((start, end))
    return spans


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text with their tags."""
    spans = split(text)
    words = [text[a:b] for a, b in spans]
    tags = _tags(words)
    return tuple(
        Token(word, word.lower().replace("’", "'"), a, b, tag)
        for word, (a, b), tag in zip(words, spans, tags, strict=True)
    )


def _tags(words: list[str]) -> list[str]:
    if not words:
        return []
    tagged = _tagger().find_tags([_shown(word) for word in words])
    if len(tagged) != len(words):
        message = f"the tagger gave {len(tagged)} tags for {len(words)} tokens"
        raise AssertionError(message)
    tags = [tag for _, tag in tagged]
    return [_corrected(number, words, tags) for number in range(len(words))]


def _shown(word: str) -> str:
    """A token as the tagger's lexicon has it."""
    lower = word.lower()
    if lower in ("n't", "n’t", "nt"):
        return "n't"
    if lower == "ca":
        return "can"
    return word.replace("’", "'")


_MODALS = word_set("can could may might must shall should will would ca wo")
_DO = frozenset(["do", "does", "did"])
_PRONOUNS = word_set("i you we they he she it who which that this everything nothing")
_AFTER_BE = (["DT"], ["RB"], ["VBG"], ["VBN"], ["PRP$"])


def _corrected(number: int, words: list[str], tags: list[str]) -> str:
    """The tag of a word, where its neighbours say more than the tagger's rules see."""
    word, tag = words[number].lower(), tags[number]
    before = words[number - 1].lower() if number else ""
    after = words[number + 1].lower() if number + 1 < len(words) else ""
    if _PUNCTUATION.match(word):
        return tag if not tag[:1].isalpha() else "."
    if word in ("n't", "nt", "not"):
        return "RB"
    if word in ("'s", "’s"):
        # A form of "be" after a pronoun, or before what cannot be possessed.
        being = before in _PRONOUNS | {"there", "here", "what", "how"} or tags[number + 1 : number + 2] in _AFTER_BE
        return "VBZ" if being else "POS"
    if tag == "NNS" and after in ("it", "me", "us", "you", "them") and tags[number - 1 : number] in (["RB"], ["NN"]):
        return "VBZ"
    if tag in ("NN", "NNS", "VBP") and before in _DO | _MODALS | {"n't", "nt"} and after != "of":
        return "VB"
    if word in _MODALS:
        return "MD" if not (word in ("can", "will", "might") and before in ("a", "the", "my")) else tag
    # A word in capitals, or one that begins a sentence, is tagged as a name only if the lexicon has it so in small.
    if tag.startswith("NNP") and (number == 0 or words[number].isupper() or before in (".", "!", "?")):
        tag = _tagger().find_tags([word])[0][1]
    if word in ("like", "love", "hate", "enjoy", "dislike", "recommend", "need", "want", "wish", "work", "miss"):
        helped = before in _PRONOUNS - {"it", "this", "that"} or before in _MODALS or before in _DO
        if helped or before in ("n't", "not", "to", "really", "also", "just", "still", "absolutely", "highly"):
            base = before in _MODALS | _DO | {"n't", "to"}
            return "VB" if base else "VBP" if word != "like" or before not in ("not", "just", "really") else "VB"
        opens = tags[number + 1 : number + 2] in (["DT"], ["PRP$"], ["PDT"]) or after in (
            "it",
            "how",
            "all",
            "everything",
        )
        if tag == "NN" and opens and before in ("and", "but", ",", ";", "", "also", "really"):
            return "VBP"
        if word == "like" and number == 0 and after in ("the", "it", "this", "my", "its"):
            return "VBP"
    return tag


def is_known(word: str) -> bool:
    """Whether the tagger's lexicon has a word, as it stands or in small letters."""
    lexicon = _tagger().lexicon
    return word in lexicon or word.lower() in lexicon


@cache
def _tagger() -> Any:
    import warnings

    with warnings.catch_warnings():
        # textblob leaves its lexicon files to be closed by the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        from textblob.en import parser

        parser.find_tags(["a", "word"])
    return parser

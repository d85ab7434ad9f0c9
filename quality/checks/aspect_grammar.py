"""arts.grammar: faults of language that an edit makes, and that were not in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..check import CLEAN, Finding
from ..english.inflect import article
from ..english.tokens import tokens
from .aspect_case import Case, found_at

_PATTERNS = (
    (
        "placeholder",
        re.compile(r"\b(?:DELETE|DELETED|MASK|UNK|TODO|ASPECT|TERM)\b|<[a-z/][^>]*>|\[[A-Z_]{3,}\]|\{\w*\}"),
    ),
    ("repeated_word", re.compile(r"\b(?!that\b|had\b)([^\W\d_]{2,}) \1\b", re.IGNORECASE)),
    (
        "double_comparison",
        re.compile(r"\b(?:more|most) (?:better|worse|best|worst|more|less|most|least)\b", re.IGNORECASE),
    ),
    ("misplaced_blank", re.compile(r"\w +[,.;:!?](?=\s|$)|(?<=[^\s.!?])  +(?=\S)")),
    ("misplaced_punctuation", re.compile(r",\s*[,.;]|;\s*[,.;]|(?<!\.)\.\s*,")),
    ("article_pair", re.compile(r"\b(?:a|an|the) (?:a|an|the|no|is|are|was|were|and|but|or)\b", re.IGNORECASE)),
    ("bare_negation", re.compile(r"\bnot (?:[.,;:!?]|$)", re.IGNORECASE)),
)
_ARTICLE = re.compile(r"\b(a|an)\s+([^\W\d_][\w-]*)", re.IGNORECASE)
_DO_NOT = re.compile(r"(?i)\b(?:do|does|did)(?: not|n['’]t)\s")
_BRACKETS = ("()", "[]", '""')


def grammar(case: Case) -> Finding:
    """The sentence has no fault of language that its original has not; what the original has may stay."""
    before, after = case.before or "", case.sentence
    if not after.strip():
        return found_at("empty_sentence", (0, 0), "empty")
    if case.strategy == "original" or before == after:
        return CLEAN
    for rule, pattern in _PATTERNS:
        known = {_shown(m.group()) for m in pattern.finditer(before)}
        for match in pattern.finditer(after):
            if _shown(match.group()) not in known:
                return found_at(rule, match.span(), rule)
    for place, rule in (*_articles(before, after), *_verb_forms(before, after), *_marks(before, after)):
        return found_at(rule, place, rule)
    return CLEAN


def _shown(text: str) -> str:
    return " ".join(text.lower().split()) or text


def _articles(before: str, after: str) -> Iterator[tuple[tuple[int, int], str]]:
    known = {_shown(m.group()) for m in _ARTICLE.finditer(before)}
    for match in _ARTICLE.finditer(after):
        wrong = article(match[2]) != match[1].lower()
        # "Vitamin A ..." and initials are no articles; a word in capitals may be spelt out.
        if wrong and _shown(match.group()) not in known and not match[2].isupper() and match[1] != "A":
            yield match.span(), "wrong_article"


def _verb_forms(before: str, after: str) -> Iterator[tuple[tuple[int, int], str]]:
    """As "did not crashed", "does not slows"."""
    if not _DO_NOT.search(after):
        return
    known = {_shown(m.group()) for m in re.finditer(r"(?i)\b(?:do|does|did)(?: not|n['’]t)(?: \w+){1,2}", before)}
    found = tokens(after)
    for number, token in enumerate(found[:-1]):
        if token.lower in ("not", "n't") and number and found[number - 1].lower in ("do", "does", "did"):
            verb = found[number + 1]
            if verb.tag in ("VBZ", "VBD") and verb.lower.endswith(("s", "ed")) and not verb.lower.endswith("ss"):
                place = (found[number - 1].start, verb.end)
                if _shown(after[place[0] : place[1]]) not in known:
                    yield place, "verb_form"


def _marks(before: str, after: str) -> Iterator[tuple[tuple[int, int], str]]:
    for pair in _BRACKETS:
        one, other = pair[0], pair[1]
        open_now = after.count(one) - after.count(other) if one != other else after.count(one) % 2
        open_then = before.count(one) - before.count(other) if one != other else before.count(one) % 2
        if open_now != open_then:
            yield (0, len(after)), "unbalanced_marks"
    if before[:1].isupper() and after[:1].islower():
        yield (0, 1), "small_first_letter"
    if after.isascii():
        return
    scripts = {_script(c) for c in before if c.isalpha()}
    for at, letter in enumerate(after):
        if letter.isalpha() and _script(letter) not in scripts | {"LATIN"}:
            yield (at, at + 1), "foreign_script"
            return


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0]

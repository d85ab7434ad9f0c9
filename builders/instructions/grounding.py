"""Grounding: what can be told by rule of a question that was written to a passage.

The rules know grammar words and marks, never a domain. Those that need a word list (ordinary words, yes/no openings,
pronouns) have one for English and pass every question in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from .chunks import word_set, words

QUESTION_MARKS = "?？؟;⁇"
_ENDINGS = re.compile(r"^[^\W\d_]{0,3}$")

_GRAMMAR = """
a an the and or but if of to in on at by for from with as into onto out up down over under about than that this these
those it its itself they them their themselves he she his her him himself herself you your yourself we us our i me my
is are was were be been being am do does did done doing have has had having can could will would shall should may
might must cannot not no so such too what when who whom whose which why how where there here then also very more most
much many some any all each every both either neither few fewer less least other others another same own only just
because while during before after between among without within through against again once ever never always often
usually still yet one two someone something anyone anything everyone everything nobody nothing
"""
"""Words that say nothing of what a text is about."""
_EVERYDAY = """
ask become became begin begins best better bring brings call called cause causes caused change changes come comes
common consist contain contains create creates describe difference different effect effects example examples explain
famous find finds first form formed forms function get gets give gives given go goes good happen happened happens
happening help helps helped important invent invented involve keep keeps kind kinds know known last lead let likely
long main make makes made making matter mean means meant name named names need needs needed new number occur occurs
old part people person place point possible prevent process protect provide purpose reason reasons result role say
show shows special sort sorts stop take takes tell term thing things time type types typical use used useful uses
using way ways well work worked working works
"""
"""Words of any question, whatever it is about."""
_YES_NO = """
is are was were am be do does did has have had can could will would shall should may might must isn't aren't wasn't
weren't don't doesn't didn't can't couldn't won't wouldn't shouldn't
"""
_PRONOUNS = "it its they them their theirs he him his she her hers itself themselves himself herself"
_POINTING = re.compile(
    r"\b(?:(?:this|these|those|such)\b|(?:the|a) (?:passage|text|paragraph|article|author|sentence|excerpt|document|"
    r"statement|above|following)\b|according to\b|mentioned\b|described (?:above|here)\b|quiz\b|question\b|answer\b)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\ba (?=[aeio]\w)(?!one\b|once\b|eu|ewe)", re.IGNORECASE)
_PLURAL_WITH_DOES = re.compile(
    r"\b(?:does|is|was|has) (?!physics|mathematics|economics)[a-z]{3,}[^aious']s\b"
    r"|\bdoes (?!the\b|an?\b)(?:[\w-]+ ){1,2}[\w-]{2,}[^aious']s (?:do|happen|look|mean|work)\b"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the rules draw their lines."""

    min_words: int = 3
    """Words of the shortest question."""
    max_words: int = 16
    """Words of the longest question."""
    max_new_words: int = 1
    """Content words that the question may bring in which the chunk does not have."""
    max_given_away: float = 0.6
    """Share of the answer's content words that the question may hold."""
    yes_no: bool = False
    """Whether questions that ask for yes or no are wanted."""


def akin(a: str, b: str) -> bool:
    """Whether two words look like forms of one word: a common beginning of four letters, endings of three at most.

    Shorter words may differ by one ending letter ("bee", "bees").
    """
    if a == b:
        return True
    same = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        same += 1
    if same == 3:
        return {len(a), len(b)} == {3, 4}
    return same > 3 and bool(_ENDINGS.match(a[same:])) and bool(_ENDINGS.match(b[same:]))


def content_words(text: str) -> list[str]:
    """The words of a text that are not grammar words, lower case, possessive endings cut off."""
    grammar = word_set(_GRAMMAR)
    return [w for w in (re.sub(r"['’]s?$", "", w) for w in words(text)) if w and w not in grammar]


def tidy(question: str) -> str:
    """A reply as a question: one line, single spaces, no stray space before a mark, no quotes around it."""
    line = question.strip().splitlines()[0] if question.strip() else ""
    line = re.sub(r"\s+", " ", line).strip()
    line = re.sub(r" (?=['’](?:s|re|d|ll|ve)\b|[?？!,.])", "", line)
    if len(line) > 1 and line[0] in "\"'“‘«" and line[-1] in "\"'”’»":
        line = line[1:-1].strip()
    return line[:1].upper() + line[1:]


def same_question(question: str) -> str:
    """What two questions have in common that differ in case, marks and articles only."""
    return " ".join(w for w in words(question) if w not in ("a", "an", "the"))


def question_fault(question: str, chunk: str, limits: Limits, *, language: str = "en") -> str | None:
    """The slug of the first rule that a question breaks, None if it breaks none.

    Args:
        question: one line, tidied.
        chunk: the text it was written to, with the title of its document if there is one.
        limits: where the lines are drawn.
        language: of the question; rules with word lists apply to "en" only.
    """
    english = language == "en"
    said = words(question)
    if not question.endswith(tuple(QUESTION_MARKS)):
        return "not_a_question"
    if len(said) < limits.min_words:
        return "question_too_short"
    if len(said) > limits.max_words:
        return "question_too_long"
    if _malformed(question, said, english):
        return "malformed"
    if english and said[0] in word_set(_YES_NO) and not limits.yes_no:
        return "yes_no_question"
    if english and _unresolved(question, said):
        return "unresolved_reference"
    if english and _off_topic(question, chunk, limits.max_new_words):
        return "about_something_else"
    if not _numbers_known(question, chunk):
        return "about_something_else"
    return None


def given_away(question: str, answer: str) -> float:
    """Share of the answer's content words, 0 to 1, that the question already holds."""
    theirs = set(content_words(answer))
    if not theirs:
        return 1.0
    ours = set(content_words(question))
    return sum(1 for w in theirs if any(akin(w, o) for o in ours)) / len(theirs)


def example_echo(question: str, prompt_text: str) -> bool:
    """Whether the question stands in the prompt itself, as one of its examples."""
    return f" {same_question(question)} " in f" {same_question(prompt_text)} "


def support(answer: str, chunk: str) -> float:
    """Share of an answer's content words, 0 to 1, that the chunk has in this or another form."""
    said = set(content_words(answer))
    if not said:
        return 0.0
    known = set(content_words(chunk))
    return sum(1 for w in said if any(akin(w, k) for k in known)) / len(said)


def _malformed(question: str, said: list[str], english: bool) -> bool:
    if any(a == b for a, b in pairwise(said)):
        return True
    if sum(question.count(mark) for mark in QUESTION_MARKS) > 1 or question.count('"') % 2:
        return True
    if not english:
        return False
    if _repeats(content_words(question)):
        return True
    return bool(_ARTICLE.search(question) or _PLURAL_WITH_DOES.search(question))


def _repeats(content: list[str]) -> bool:
    return any(akin(a, b) for i, a in enumerate(content) for b in content[:i])


def _unresolved(question: str, said: list[str]) -> bool:
    if _POINTING.search(question):
        return True
    seen_content = False
    everyday = word_set(_EVERYDAY)
    for word in said:
        if word in word_set(_PRONOUNS) and not seen_content:
            return True
        seen_content = seen_content or (bool(content_words(word)) and word not in everyday)
    return False


def _off_topic(question: str, chunk: str, max_new_words: int) -> bool:
    known = set(content_words(chunk))
    content = content_words(question)
    everyday = word_set(_EVERYDAY)
    new = [w for w in content if not any(akin(w, k) for k in known)]
    shared = [w for w in content if w not in new and w not in everyday]
    return not shared or len([w for w in new if w not in everyday]) > max_new_words or not _names_known(question, known)


def _names_known(question: str, known: Iterable[str]) -> bool:
    """Whether the chunk has every word that is written with a capital inside the question."""
    names = re.findall(r"(?<=[\w,] )[A-Z][^\W\d_]+", question)
    return all(any(akin(n.casefold(), k) for k in known) or n.casefold() in word_set(_GRAMMAR) for n in names)


def _numbers_known(question: str, chunk: str) -> bool:
    return set(re.findall(r"\d+", question)) <= set(re.findall(r"\d+", chunk))

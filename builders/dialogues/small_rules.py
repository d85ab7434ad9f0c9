"""What can be told by rule of a line that a very small model wrote: whether it is whole, about its subject, and new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ...quality.dialogues.contradiction import facts_contradict
from ...quality.dialogues.persona_use import PASTED_SHARE
from ...quality.dialogues.wording import content, has_run, keyed, spaced, words
from .kept_words import names

Kind = Literal["detail", "question", "answer"]

_ENDS = (".", "!", "?")
_YOU = frozenset(("you", "your", "yours", "yourself"))
_ME = frozenset(("i", "me", "my", "mine", "we", "our", "us"))
_POINTS = frozenset(("it", "they", "them", "there", "that", "him", "her", "this", "those"))
_EMPTY = re.compile(r"\b(?:i do not know|no idea|question|answer|what do you mean|i am not sure)\b")
_BROKEN = re.compile(r"[\"“”(){}\[\]<>*_/:;#|=]|\.\.|\d|(?:\s|^)['’]|\b(\w+) \1\b", re.IGNORECASE)
_BOUNDS: Mapping[Kind, tuple[int, int]] = {"detail": (6, 20), "question": (4, 14), "answer": (3, 18)}
_RUN = 5
"""Words in a row that a line may share with what was said before."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a line belongs to."""

    about: tuple[str, ...]
    """The fact, or the fact and the question: one of their content words must be in the line."""
    facts: tuple[str, ...]
    """Facts that may not be said word for word: of the speaker, or of the one who is asked."""
    said: tuple[str, ...] = ()
    """What was said before."""
    partner: tuple[str, ...] = ()
    """The partner's facts: no claim to them."""


def line_fault(kind: Kind, line: str, subject: Subject, examples: str) -> str | None:
    """The slug of the first rule that a line breaks, None if it breaks none.

    Args:
        kind: what the line is to be.
        line: as the model wrote it, with its start.
        subject: what it belongs to.
        examples: the prompt's own examples; a line must not bring in their words.
    """
    said = words(line)
    least, most = _BOUNDS[kind]
    if not line.endswith(_ENDS):
        return "unfinished"
    if not least <= len(said) <= most:
        return "wrong_length"
    if _BROKEN.search(line) or _doubled(said):
        return "malformed"
    return (
        _question_fault(line, said) if kind == "question" else _statement_fault(kind, line, said)
    ) or _subject_fault(kind, line, said, subject, examples)


def _question_fault(line: str, said: Sequence[str]) -> str | None:
    if not line.endswith("?") or line.count("?") > 1 or "." in line:
        return "not_a_question"
    if _YOU.isdisjoint(said) or not _ME.isdisjoint(said):
        return "wrong_person"
    return None


def _statement_fault(kind: Kind, line: str, said: Sequence[str]) -> str | None:
    if "?" in line or _EMPTY.search(" ".join(said)):
        return "says_nothing"
    if not _YOU.isdisjoint(said):
        return "wrong_person"
    if kind == "detail" and _ME.isdisjoint(said):
        return "wrong_person"
    return None


def _subject_fault(kind: Kind, line: str, said: Sequence[str], subject: Subject, examples: str) -> str | None:
    told = {stem for stem, weight in content(said).items() if weight == 1.0}
    about = set().union(*(content(words(text)) for text in subject.about))
    points = kind == "question" and not _POINTS.isdisjoint(said)
    if told.isdisjoint(about) and not points and kind != "answer":
        return "about_something_else"
    if kind == "answer" and not told:
        return "says_nothing"
    if (told - about) & _content_of(examples):
        return "example_echo"
    if names(line) - names(" ".join(subject.about)):
        return "new_name"
    lines = [spaced(words(text)) for text in (*subject.said, *subject.facts)]
    if has_run(said, lines, min(_RUN, len(said))):
        return "said_before"
    if any(
        has_run(words(fact), [spaced(said)], max(3, -int(-PASTED_SHARE * len(words(fact)) // 1)))
        for fact in subject.facts
    ):
        return "pasted_fact"
    if kind != "question" and _denies(line, subject.facts):
        return "denies_fact"
    if kind != "question" and told & (_of(subject.partner) - about - _of(subject.facts)):
        return "fact_of_partner"
    return None


def _denies(line: str, facts: Iterable[str]) -> bool:
    return any(facts_contradict([fact, line]) is not None for fact in facts)


def _of(texts: Iterable[str]) -> set[str]:
    return {stem for text in texts for stem, weight in content(words(text)).items() if weight == 1.0}


def _doubled(said: Sequence[str]) -> bool:
    """Whether a content word comes twice: what a small model's loops begin with."""
    times = Counter(keyed(word)[0] for word in said if keyed(word)[1] == 1.0)
    return any(count > 1 for count in times.values())


@lru_cache(16)
def _content_of(examples: str) -> frozenset[str]:
    return frozenset(_of([examples]))


def tidy_line(text: str) -> str:
    """A reply as one line: spaces single, none before a mark, the first letter a capital."""
    line = " ".join(text.strip().split())
    line = re.sub(r" (?=['’](?:s|re|d|ll|ve|m|t)\b|[?!,.])", "", line).replace("’", "'")
    return line[:1].upper() + line[1:]

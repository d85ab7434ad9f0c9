"""A drafted question: what can be told of it by rule, and the making of an exam question of it.

Rules give the reason of the first fault they find; surface cues are only flagged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Literal, cast

from ...core.records.exam import LETTERS, ExamQuestion, RefusedQuestion
from ..instructions.grounding import akin, content_words, same_question

_ALL_OR_NONE = re.compile(
    r"\b(?:all|none|any|both|some|neither|either) of (?:the )?above\b"
    r"|^(?:all|none|any|both|some|neither|either) of (?:the |these |those )?"
    r"(?:these|those|them|(?:other )?(?:options|answers|choices|statements)|others?)"
    r"(?: (?:is|are) (?:correct|true|right|false|wrong))?$"
    r"|^(?:all|none|both|neither|no option|no answer) (?:the above|(?:is |are )?(?:correct|true|right|false|wrong))$"
    r"|^(?:both|neither|either) \(?[A-D]\)? (?:and|n?or) \(?[A-D]\)?$|^\(?[A-D]\)? (?:and|or|&) \(?[A-D]\)?$"
    r"|^(?:none|no (?:correct|right) answer)$"
    r"|^(?:not (?:given|stated|mentioned)|cannot be (?:told|known|determined))\b",
    re.IGNORECASE,
)
"""On an option without its full stop."""
_POINTING = re.compile(
    r"\b(?:according to|in|from|by) the (?:text|passage|reference|article|paragraph|excerpt|statement|above)\b"
    r"|\b(?:the (?:text|passage|reference text|article|paragraph|excerpt) (?:states|says|mentions|describes|above))\b"
    r"|\bmentioned (?:above|in the)\b",
    re.IGNORECASE,
)
LONGEST = "longest_option"
OVERLAP = "overlaps_stem"
_LONGER = 1.25
"""So many times the length of the longest wrong option is longer by far."""
_SEEN = 4
"""Characters that lengths must differ by at least, so that "10" beside "9" is not longer by far."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as it was written, before its options have places."""

    stem: str
    right: str
    wrong: tuple[str, ...]
    analysis: str = ""
    statement: str = ""
    writer: Literal["model", "row", "code"] = "model"

    @property
    def text(self) -> str:
        """All of it on one line, the right option first."""
        return f"{self.stem} [{self.right}] {' | '.join(self.wrong)}"


def refused(draft: Draft, reason: str) -> RefusedQuestion:
    """The draft with what speaks against it."""
    return RefusedQuestion(reason=reason, text=draft.text)


def tidied(draft: Draft) -> Draft:
    """The draft with single spaces, and without letters in front of its options."""
    options = [_bare(option) for option in (draft.right, *draft.wrong)]
    return Draft(
        " ".join(draft.stem.split()),
        options[0],
        tuple(options[1:]),
        " ".join(draft.analysis.split()),
        draft.statement,
        draft.writer,
    )


def _bare(option: str) -> str:
    return re.sub(r"^\(?[A-D][.):]\s+", "", " ".join(option.split())).strip()


def fault_of(draft: Draft, taken: Iterable[str]) -> str | None:
    """The slug of the first rule that a draft breaks, None if it breaks none.

    Args:
        draft: tidied.
        taken: stems of the row's other questions.
    """
    options = (draft.right, *draft.wrong)
    if not draft.stem:
        return "empty_stem"
    if len(options) != 4 or not all(folded(option) for option in options):
        return "empty_option"
    if len({folded(option) for option in options}) < 4:
        return "equal_options"
    if any(_ALL_OR_NONE.search(option.rstrip(" .")) for option in options):
        return "all_or_none"
    if holds(draft.stem, draft.right):
        return "stem_contains_key"
    if _POINTING.search(draft.stem):
        return "points_at_text"
    if same_question(draft.stem) in {same_question(stem) for stem in taken} and draft.writer != "row":
        return "repeated_question"
    return None


def holds(text: str, option: str) -> bool:
    """Whether a text has an option's words, in their order and next to each other."""
    inside, whole = f" {folded(text)} ", folded(option)
    return bool(whole) and f" {whole} " in inside


def folded(text: str) -> str:
    """A text's words and the signs that count when texts are compared: "C++" is not "C", "-5" is not "5"."""
    return " ".join(re.findall(r"[^\W_]+|[-+#%$€£°]+(?=\w)|(?<=\w)[-+#%$€£°]+", text.casefold()))


def flags_of(draft: Draft) -> tuple[str, ...]:
    """What gives the key away to somebody who knows nothing."""
    found = []
    lengths = [len(option) for option in draft.wrong]
    if len(draft.right) > _LONGER * max(lengths) and len(draft.right) >= max(lengths) + _SEEN:
        found.append(LONGEST)
    stem = set(content_words(draft.stem))
    if _shared(draft.right, stem) > max(_shared(option, stem) for option in draft.wrong):
        found.append(OVERLAP)
    return tuple(found)


def _shared(option: str, stem: set[str]) -> int:
    return sum(any(akin(word, other) for other in stem) for word in set(content_words(option)))


def placed(draft: Draft, question: str, random: Random) -> ExamQuestion:
    """The question with its options in an order drawn at random.

    Args:
        draft: without fault.
        question: its id.
        random: the generator of this question alone.
    """
    texts = [draft.right, *draft.wrong]
    order = random.sample(range(4), 4)
    options = tuple(texts[position] for position in order)
    return ExamQuestion(
        id=question,
        stem=draft.stem,
        options=cast("tuple[str, str, str, str]", options),
        key=LETTERS[order.index(0)],
        analysis=draft.analysis,
        statement=draft.statement,
        writer=draft.writer,
        flags=flags_of(draft),
    )

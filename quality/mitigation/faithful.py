"""Whether a text that was written anew says what it said: facts, numbers, names and the answer, without the pattern."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..check import Row
from ..checks.numbers_changed import NumbersChanged
from ..patterns.tokens import cut, is_word
from ..words import UNSPACED

KEPT = 0.6
"""Share of the content words that must come back."""
NEW = 0.6
"""Share of the new text's content words that must be of the old one, or of what is asked."""
_SHORT = 4
"""Content words of an answer that must all come back."""
_WORD_LENGTH = 4
_STEM = 5
_LONGEST_SHOWN = 60
_NUMBERS = NumbersChanged(NumbersChanged.Options(judge="always", lost="always"))
_NAME = re.compile(r"(?<![.!?:\n]\s)(?<![.!?:\n])(?<!^)(?<=\s)[\"“'(]?([A-Z][\w'’.-]*\w)", re.MULTILINE)
_FENCED = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_URL = re.compile(r"https?://\S+|www\.\S+")
_SAYS = {"yes": "no", "no": "yes", "true": "false", "false": "true"}
_NOT = frozenset(("not", "never", "no", "none", "nor", "neither", "cannot", "without", "nobody", "nothing"))
_UNSPACED = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True, slots=True)
class Unfaithful:
    """Something that is wrong with a new text."""

    reason: str
    """Slug."""
    says: str
    """One sentence, for a model to do better."""


def without(text: str, spans: Sequence[Sequence[int]]) -> str:
    """A text without some spans of it, tidied at the seams."""
    left, done = [], 0
    for start, end in sorted((span[0], span[1]) for span in spans):
        left.append(text[done : max(start, done)])
        done = max(done, end)
    rest = re.sub(r"[ \t]{2,}", " ", "".join([*left, text[done:]])).strip()
    rest = re.sub(r"^[,;:.!?)\]\s]+(?=\w)", "", rest) if spans else rest
    return rest[:1].upper() + rest[1:] if text[:1].isupper() else rest


def unfaithful(
    before: str, after: str, asked: str, spans: Sequence[Sequence[int]], kept: float = KEPT, new: float = NEW
) -> list[Unfaithful]:
    """What is wrong with a text that was written anew; empty if nothing is.

    Args:
        before: the old text.
        after: the new one.
        asked: the question or task; what it says may be said again.
        spans: where the old text has the pattern, which is to go.
        kept: share of the content words that must come back; 1.0 for writers that are not to be trusted.
        new: share of the new text's content words that must not be new.
    """
    if not after.strip():
        return [Unfaithful("empty", "The text is empty.")]
    if [token.text for token in cut(after)] == [token.text for token in cut(before)] and spans:
        return [Unfaithful("pattern_kept", "It is the old text.")]
    rest = without(before, spans)
    found = [*_pattern(before, after, spans), *_length(rest, after), *_numbers(rest, after, asked)]
    found += [
        *_names(rest, after, asked),
        *_verbatim(rest, after),
        *_answer(rest, after),
        *_negation(rest, after),
        *_content(rest, after, asked, kept, new),
    ]
    return found


def _pattern(before: str, after: str, spans: Sequence[Sequence[int]]) -> list[Unfaithful]:
    tokens = [token.text for token in cut(after)]
    for start, end in spans:
        pattern = [token.text for token in cut(before[start:end])]
        size = len(pattern)
        if not size:
            continue
        opens, closes = not before[:start].strip(), not before[end:].strip()
        if size < 3:
            there = (opens and tokens[:size] == pattern) or (closes and tokens[-size:] == pattern)
        else:
            there = any(tokens[at : at + size] == pattern for at in range(len(tokens) - size + 1))
        if there:
            shown = " ".join(before[start:end].split())[:_LONGEST_SHOWN]
            return [Unfaithful("pattern_kept", f'It still has the wording "{shown}", which is to go.')]
    return []


def _length(rest: str, after: str) -> list[Unfaithful]:
    old, new = len(cut(rest)), len(cut(after))
    if new > 2 * old + 12:
        return [Unfaithful("too_long", f"It is {new} words and marks long, the old text {old}.")]
    if new < old / 3:
        return [Unfaithful("too_short", f"It is {new} words and marks long, the old text {old}: something is missing.")]
    return []


def _numbers(rest: str, after: str, asked: str) -> list[Unfaithful]:
    if not rest:
        return []
    (finding,) = _NUMBERS.judge([Row(0, "", {"instruction": asked, "input": rest, "output": after})])
    if finding.reason is None:
        return []
    told = [f"{name}: {', '.join(finding.evidence[name])}" for name in ("lost", "added") if name in finding.evidence]
    return [Unfaithful(finding.reason, f"Numbers are not those of the old text ({'; '.join(told)}).")]


def _names(rest: str, after: str, asked: str) -> list[Unfaithful]:
    lost = [name for name in _named(rest) if not _holds(after, name)]
    if lost:
        return [Unfaithful("name_lost", f"Names are missing: {', '.join(lost[:5])}.")]
    new = [name for name in _named(after) if not _holds(rest, name) and not _holds(asked, name)]
    return [Unfaithful("name_added", f"Names are new: {', '.join(new[:5])}.")] if new else []


def _named(text: str) -> list[str]:
    """Words with a capital inside sentences, but for I and its forms."""
    found = dict.fromkeys(name.rstrip(".") for name in _NAME.findall(text))
    return [name for name in found if name.split("'")[0].split("’")[0] != "I"]


def _holds(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}", text, re.IGNORECASE) is not None


def _verbatim(rest: str, after: str) -> list[Unfaithful]:
    for what, pattern in (("code", _FENCED), ("address", _URL)):
        lost = [one for one in pattern.findall(rest) if one.strip("`.,)") not in after]
        if lost:
            return [Unfaithful(f"{what}_changed", f"This must stay as it is: {lost[0][:_LONGEST_SHOWN]}.")]
    return []


def _answer(rest: str, after: str) -> list[Unfaithful]:
    first = next((token.text for token in cut(rest) if is_word(token.text)), "")
    if first not in _SAYS:
        return []
    words = [token.text for token in cut(after) if is_word(token.text)]
    if first in words and words[0] != _SAYS[first]:
        return []
    return [Unfaithful("answer_changed", f'The answer is "{first}", and must be said.')]


def _negation(rest: str, after: str) -> list[Unfaithful]:
    was, now = (any(token.text in _NOT or token.text.endswith("n't") for token in cut(text)) for text in (rest, after))
    if was == now:
        return []
    return [Unfaithful("negation_changed", "It denies what the old text says." if now else "It no longer says not.")]


def _content(rest: str, after: str, asked: str, kept: float, fresh: float) -> list[Unfaithful]:
    old, new, known = _stems(rest), _stems(after), _stems(asked)
    if old:
        share = len(old & new) / len(old)
        if share < (1.0 if len(old) < _SHORT else kept):
            missing = ", ".join(sorted(old - new)[:6])
            return [
                Unfaithful("meaning_lost", f"Too little of the old text is in it; words such as {missing} are missing.")
            ]
    if new and len(new & (old | known)) / len(new) < fresh:
        return [Unfaithful("made_up", "Most of what it says is not in the old text.")]
    return []


def _stems(text: str) -> set[str]:
    """Beginnings of the longer words; in scripts without spaces every character."""
    words = [token.text for token in cut(text) if is_word(token.text)]
    return {word[:_STEM] for word in words if len(word) >= _WORD_LENGTH or _UNSPACED.match(word)}

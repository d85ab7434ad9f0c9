"""A sentence under edit: its tokens, its aspects, and the changes that are made to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...core.records import AspectSentence, AspectTerm, Edit, Span
from ...quality.english.tokens import Token, tokens
from ...quality.english.words import word_set

BE = word_set("is are was were be been being am 's 're 'm isnt arent")
DO = frozenset(["do", "does", "did"])
MODALS = word_set("can could may might must shall should will would ca wo 'll 'd")


@dataclass(frozen=True)
class Passage:
    """A sentence with its tokens. What is asked of it is asked by token number."""

    sentence: AspectSentence

    @property
    def text(self) -> str:
        """The sentence as it stands in the data."""
        return self.sentence.text

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its tokens."""
        return tokens(self.text)

    def within(self, span: Span) -> range:
        """Numbers of the tokens that a span touches; empty for a span of blanks."""
        touched = [n for n, t in enumerate(self.tokens) if t.start < span.end and span.start < t.end]
        return range(touched[0], touched[-1] + 1) if touched else range(0)

    def word(self, number: int) -> str:
        """The token in small letters; empty beyond either end."""
        return self.tokens[number].lower if 0 <= number < len(self.tokens) else ""

    def tag(self, number: int) -> str:
        """The token's tag; empty beyond either end."""
        return self.tokens[number].tag if 0 <= number < len(self.tokens) else ""

    def replaced(self, number: int, after: str, rule: str) -> Edit:
        """The token with another text in its place."""
        token = self.tokens[number]
        return Edit(start=token.start, before=token.text, after=after, rule=rule)

    def inserted(self, number: int, words: str, rule: str) -> Edit:
        """Words in front of a token."""
        return Edit(start=self.tokens[number].start, before="", after=f"{words} ", rule=rule)

    def inserted_after(self, number: int, words: str, rule: str) -> Edit:
        """Words behind a token."""
        return Edit(start=self.tokens[number].end, before="", after=f" {words}", rule=rule)

    def removed(self, first: int, last: int, rule: str, instead: str = "") -> Edit:
        """The tokens from `first` to `last` taken out, with the blank behind them; `instead` goes in their place."""
        start, end = self.tokens[first].start, self.tokens[last].end
        # In "cannot" nothing stands in front: the blank behind stays.
        glued = start > 0 and self.text[start - 1].isalnum()
        if not instead and not glued:
            while end < len(self.text) and self.text[end].isspace():
                end += 1
            # At the end of a clause the blank in front goes, so that none is left before the full stop.
            if end == len(self.text) or not (self.text[end].isalnum() or self.text[end] in "'\"($"):
                while start and self.text[start - 1].isspace():
                    start -= 1
        return Edit(start=start, before=self.text[start:end], after=instead, rule=rule)

    def in_term(self, number: int) -> bool:
        """Whether a token belongs to an aspect term."""
        token = self.tokens[number]
        return any(t.span.start < token.end and token.start < t.span.end for t in self.sentence.terms)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; their places are in `text`, and they do not overlap."""
    parts, at = [], 0
    for edit in ordered(edits):
        parts += [text[at : edit.start], edit.after]
        at = edit.start + len(edit.before)
    return "".join([*parts, text[at:]])


def ordered(edits: Iterable[Edit]) -> list[Edit]:
    """Edits in the order of their places."""
    return sorted(edits, key=lambda edit: (edit.start, len(edit.before)))


def without_clashes(edits: Sequence[Edit]) -> list[Edit]:
    """The edits, less those that overlap with an earlier one of the list or repeat it."""
    taken: list[Edit] = []
    for edit in edits:
        start, end = edit.start, edit.start + len(edit.before)
        clash = any(
            (start < e.start + len(e.before) and e.start < end) or (start == e.start and not (e.before and edit.before))
            for e in taken
        )
        if not clash:
            taken.append(edit)
    return ordered(taken)


def touches(edit: Edit, span: Span) -> bool:
    """Whether an edit changes characters of a span."""
    if edit.before:
        return edit.start < span.end and span.start < edit.start + len(edit.before)
    return span.start < edit.start < span.end


def moved(span: Span, edits: Sequence[Edit]) -> Span | None:
    """Where a span is after the edits; None if one of them changes it."""
    if any(touches(edit, span) for edit in edits):
        return None
    shift = sum(len(e.after) - len(e.before) for e in edits if e.start + len(e.before) <= span.start)
    return Span(text=span.text, start=span.start + shift, end=span.end + shift)


def shared(term: AspectTerm, other: AspectTerm) -> bool:
    """Whether two aspects have opinion words in common."""
    return any(a.start < b.end and b.start < a.end for a in term.opinions for b in other.opinions)

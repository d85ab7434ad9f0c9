"""persona.near_duplicate: personas that share too much of what their facts are about with an earlier one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from ..check import Bar, CheckOptions, Finding, Row, Scope, unjudged
from .shape import personas_of
from .wording import content, words


class PersonaDuplicateOptions(CheckOptions):
    """Options of persona.near_duplicate."""

    least: int = Field(3, ge=1)
    """Content words that two personas have in common at least before they are compared."""


class PersonaDuplicate:
    """persona.near_duplicate: the largest share of content words in common with an earlier persona.

    The share is of the smaller of the two (by the words that tell people apart, not the everyday ones).
    """

    name = "persona.near_duplicate"
    scope: Scope = "corpus"
    bar = Bar(0.5)
    Options = PersonaDuplicateOptions

    def __init__(self, options: PersonaDuplicateOptions | None = None) -> None:
        self.options = options or PersonaDuplicateOptions()
        self._places: dict[str, list[int]] = {}
        self._sizes: dict[int, tuple[str, int]] = {}
        self._last: tuple[int, frozenset[str]] = (-1, frozenset())

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The share for each row, 0 where no earlier persona has enough in common."""
        return [self._judge(row) for row in rows]

    def forget(self, row: Row) -> None:
        """Take the row judged last out of memory."""
        index, stems = self._last
        if index == row.index:
            for stem in stems:
                self._places[stem].remove(index)
            self._sizes.pop(index, None)

    def _judge(self, row: Row) -> Finding:
        facts = [fact for persona in personas_of(row.fields) for fact in persona]
        if not facts:
            return unjudged("no_facts", "facts")
        stems = frozenset(s for s, weight in content(w for fact in facts for w in words(fact)).items() if weight == 1.0)
        shared: Counter[int] = Counter()
        for stem in sorted(stems):
            shared.update(self._places.get(stem, ()))
        best, share = -1, 0.0
        for index, count in sorted(shared.items()):
            if count >= self.options.least:
                value = count / max(1, min(len(stems), self._sizes[index][1]))
                if value > share:
                    best, share = index, value
        for stem in stems:
            self._places.setdefault(stem, []).append(row.index)
        self._sizes[row.index] = (row.id, len(stems))
        self._last = (row.index, stems)
        if best < 0:
            return Finding(0.0)
        evidence = {"matched": self._sizes[best][0], "matched_row": best, "rule": "shared_words"}
        return Finding(round(share, 4), "persona_near_duplicate", evidence)

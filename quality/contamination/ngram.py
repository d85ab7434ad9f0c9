"""contamination.ngram: rows that repeat a text of an evaluation set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from ..check import CLEAN, Bar, CheckOptions, Finding, Resources, Row, Scope, unjudged
from .texts import texts_of

if TYPE_CHECKING:
    from .index import EvaluationIndex

_CHARACTERS = 1 << 17
"""Characters looked at together: what is worked on stays in the processor's cache."""


class Contamination:
    """contamination.ngram: a run of 13 words of the row is one of an evaluation text, or the whole of a short one is.

    Runs of words as in the GPT-3 report (Brown et al. 2020, appendix C), but a run that stands in more than one
    evaluation row is a template ("Answer the following multiple-choice question ..."): sharing it shows nothing, and
    it is told apart. Words are those of `quality.words.tokens`, so case and punctuation do not count and in scripts
    without spaces each character is a word.

    The value is the share of the evaluation text's words that the row repeats in runs of its own, the highest of all
    evaluation texts: above 0 the row is contaminated. A row that shares only templates has the value 0 and evidence
    with the rule "template".
    """

    name = "contamination.ngram"
    scope: Scope = "row"
    bar = Bar(0.0, "above")
    needs = ("against",)

    class Options(CheckOptions):
        """Options of contamination.ngram."""

        fields: tuple[str, ...] | None = Field(default=None, min_length=1)
        """Columns of the row that are looked at; none: every text in it, also within lists and objects."""
        evaluation_fields: tuple[str, ...] | None = Field(default=None, min_length=1)
        """Columns of the evaluation rows that count ([question]); none: every text in them."""
        n: int = Field(default=13, ge=2, le=100)
        """Words of a run."""
        shortest: int = Field(default=3, ge=1)
        """Evaluation questions of fewer words are passed over, and other texts of fewer than six: answers such as
        "Paris" or "Yes, it is" stand anywhere. Texts of fewer words than a run are looked for as a whole, questions
        of fewer than six words only where they stand alone, as a sentence or a line ("Who are you?"). In scripts
        without spaces two characters count as one word here."""

    def __init__(self, options: Options | None = None, resources: Resources | None = None) -> None:
        self.options = options or self.Options()
        self._sets = (resources or Resources()).against
        self._made: EvaluationIndex | None = None

    @property
    def index(self) -> EvaluationIndex:
        """The evaluation texts; read when they are first asked for."""
        if self._made is None:
            from .index import EvaluationIndex

            options = self.options
            self._made = EvaluationIndex(self._sets, options.evaluation_fields, options.n, options.shortest)
        return self._made

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The share of an evaluation text that each row repeats."""
        from .shared import ShareFinder, TextHits, hits_of

        findings = [CLEAN] * len(rows)
        if not self.index.items:
            return findings
        hits: dict[int, list[TextHits]] = {}
        for owners, places, texts in self._stretches(rows, findings):
            for at, found in hits_of(self.index, texts, places):
                hits.setdefault(owners[at], []).append(found)
        finder = ShareFinder(self.index)
        for at, of_row in hits.items():
            findings[at] = finder.finding(of_row)
        return findings

    def _stretches(
        self, rows: Sequence[Row], findings: list[Finding]
    ) -> Iterator[tuple[list[int], list[str], list[str]]]:
        """(position among the rows, place in the row, text) of all texts, so many at a time."""
        owners: list[int] = []
        places: list[str] = []
        texts: list[str] = []
        size = 0
        for at, row in enumerate(rows):
            columns = self.options.fields
            if columns is not None and not any(column in row.fields for column in columns):
                findings[at] = unjudged("no_column", ", ".join(columns))
                continue
            for place, text in texts_of(row.fields, columns):
                owners.append(at)
                places.append(place)
                texts.append(text)
                size += len(text)
            if size > _CHARACTERS:
                yield owners, places, texts
                owners, places, texts, size = [], [], [], 0
        if texts:
            yield owners, places, texts

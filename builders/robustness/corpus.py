"""What a training corpus tells: its words by part of speech, and in praise or blame of what its opinions are said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...core.records import AspectSentence
from ...quality.english.inflect import lemma
from .passage import Passage


@dataclass
class Corpus:
    """Counts over a training corpus."""

    words: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(part of speech, lower-case word or lemma) -> how often."""
    praise: Counter[str] = field(default_factory=Counter)
    """Word -> opinion spans of positive terms that it stands in."""
    blame: Counter[str] = field(default_factory=Counter)
    """Word -> opinion spans of negative terms."""
    counted: Counter[str] = field(default_factory=Counter)
    """Noun -> how often it follows "a" or "an": that it can be counted."""

    def knows(self, word: str, pos: str) -> bool:
        """Whether the word occurs in the corpus as this part of speech."""
        last = word.rpartition(" ")[2] if " " in word else word
        return self.words[pos, last] > 0

    def said(self, word: str) -> int:
        """1 if the word is mostly said in praise, -1 in blame, 0 if it is seldom said or both."""
        praise, blame = self.praise[word], self.blame[word]
        if praise + blame < _SELDOM or max(praise, blame) < _MOSTLY * (praise + blame):
            return 0
        return 1 if praise > blame else -1


_SELDOM = 2
_MOSTLY = 0.75
_SIDES = ("positive", "negative")


def corpus_of(passages: Iterable[Passage]) -> Corpus:
    """Count a corpus."""
    found = Corpus()
    for passage in passages:
        for number, token in enumerate(passage.tokens):
            pos = token.pos
            if not pos:
                continue
            found.words[pos, token.lower] += 1
            base = lemma(token.lower, pos)
            if base != token.lower:
                found.words[pos, base] += 1
            if pos == "n" and passage.word(number - 1) in ("a", "an"):
                found.counted[token.lower] += 1
        _count_opinions(passage.sentence, passage, found)
    return found


def _count_opinions(sentence: AspectSentence, passage: Passage, found: Corpus) -> None:
    for term in sentence.terms:
        if term.polarity not in _SIDES:
            continue
        counter = found.praise if term.polarity == "positive" else found.blame
        for opinion in term.opinions:
            if len(passage.within(opinion)) == 1:
                counter[opinion.text.lower()] += 1

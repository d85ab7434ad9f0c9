"""Opposites of words: WordNet's antonyms, direct and by way of similar adjectives.

The table that ships with the package was made from WordNet 3.0 by make_table.py (resources/WORDNET-LICENSE.txt).
WordNet joins only some adjectives by antonymy ("tasty" and "tasteless") and groups the others around them, so that
"bland" is an opposite of "delicious" by way of these two.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ...core.errors import CorpusmithError
from .wordnet_files import table_lines

TABLE = Path(__file__).parent / "resources" / "opposites.tsv.gz"


@dataclass(frozen=True, slots=True)
class Opposite:
    """One opposite of a word."""

    word: str
    distance: int
    """0: an antonym. 1: the antonym of the adjective that the word is grouped with. 2: a word grouped with that."""
    sense: int
    """Number of the word's meaning that it is the opposite of; 1 is the most frequent one."""


@dataclass
class Opposites:
    """A table of opposites."""

    antonyms: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)
    """(part of speech n v a r, word) -> (sense, antonym)."""
    groups: list[tuple[list[str], list[tuple[int, str]]]] = field(default_factory=list)
    """Heads and members of each group of adjectives."""
    group_of: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Adjective -> (sense, number of a group that it is a member of)."""
    headed_by: dict[str, list[int]] = field(default_factory=dict)
    """Adjective -> numbers of the groups that it heads."""

    def of(self, word: str, pos: str) -> list[Opposite]:
        """Opposites of a lower-case lemma, nearest first, then by sense; each word once.

        Args:
            word: the lemma.
            pos: n, v, a or r.
        """
        found: dict[str, Opposite] = {}
        for sense, other in self.antonyms.get((pos, word), ()):
            found.setdefault(other, Opposite(other, 0, sense))
        if pos != "a":
            return list(found.values())
        # By way of the heads of its groups, and if it is a head itself, on to those grouped with its antonym.
        ways = [(sense, head, 1) for sense, at in self.group_of.get(word, ()) for head in self.groups[at][0]]
        ways += [(sense, word, 0) for sense, _ in self.antonyms.get(("a", word), ())[:1]]
        for sense, head, distance in sorted(ways):
            for _, antonym in self.antonyms.get(("a", head), ()):
                found.setdefault(antonym, Opposite(antonym, distance, sense))
                for at in self.headed_by.get(antonym, ()):
                    for member_sense, member in self.groups[at][1]:
                        if member_sense <= _USUAL_SENSES:
                            found.setdefault(member, Opposite(member, 2, sense))
        found.pop(word, None)
        return sorted(found.values(), key=lambda o: (o.distance, o.sense))


_USUAL_SENSES = 2
"""A word is taken for a member of a group only in one of its more frequent meanings."""


def read_table(lines: Iterable[str]) -> Opposites:
    """A table from its lines, as `wordnet_files.table_lines` writes them."""
    table = Opposites()
    for line in lines:
        kind, *fields = line.rstrip("\n").split("\t")
        if kind == "x":
            pos, word, others = fields
            table.antonyms[pos, word] = [_sensed(part) for part in others.split()]
        elif kind == "c":
            heads, members = fields[0].split(), [_sensed(part) for part in fields[1].split()]
            at = len(table.groups)
            table.groups.append((heads, members))
            for head in heads:
                table.headed_by.setdefault(head, []).append(at)
            for sense, member in members:
                table.group_of.setdefault(member, []).append((sense, at))
    return table


def _sensed(part: str) -> tuple[int, str]:
    word, _, sense = part.rpartition(":")
    return int(sense), word


@cache
def opposites(folder: Path | None = None) -> Opposites:
    """The table that ships with the package, or one from a folder of WordNet files.

    Raises:
        CorpusmithError: the shipped table is missing.
        UsageError: the folder has no WordNet files.
    """
    if folder is not None:
        return read_table(table_lines(folder))
    try:
        with gzip.open(TABLE, "rt", encoding="ascii") as lines:
            return read_table(lines)
    except OSError as error:
        message = f"the table of opposites {TABLE} cannot be read: {error.strerror or error}."
        hint = (
            "Install corpusmith again, or name a folder of WordNet files: --set builder.wordnet=/usr/share/wordnet "
            "(Debian: apt install wordnet-base)."
        )
        raise CorpusmithError(message, hint=hint) from None

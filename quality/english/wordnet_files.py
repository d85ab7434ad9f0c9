"""WordNet's own database files (dict/data.*, dict/index.*), as far as opposites are told by them.

Source: WordNet 3.0 and 3.1, wndb(5WN). Debian has the files in the package wordnet-base, under /usr/share/wordnet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import UsageError

FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning."""

    pos: str
    """n, v, a or r; satellites count as a."""
    words: tuple[str, ...]
    antonyms: tuple[tuple[str, tuple[str, int], int], ...]
    """(word of this synset, (pos, offset) of the other, number of the word there from 0)."""
    similar: tuple[int, ...]
    """Offsets of the adjectives it is grouped with."""


def read_synsets(folder: Path, pos: str) -> Mapping[int, Synset]:
    """All meanings of one part of speech, by offset.

    Raises:
        UsageError: the folder has no such file.
    """
    found: dict[int, Synset] = {}
    for line in _lines(folder / f"data.{FILES[pos]}"):
        fields = line.partition(" | ")[0].split()
        count = int(fields[3], 16)
        words = tuple(w.partition("(")[0].replace("_", " ") for w in fields[4 : 4 + 2 * count : 2])
        antonyms, similar = [], []
        at = 4 + 2 * count
        for number in range(int(fields[at])):
            symbol, offset, other, words_of = fields[at + 1 + 4 * number : at + 5 + 4 * number]
            if symbol == "!":
                here, there = int(words_of[:2], 16) - 1, int(words_of[2:], 16) - 1
                antonyms.append((words[here], (other.replace("s", "a"), int(offset)), there))
            elif symbol == "&":
                similar.append(int(offset))
        found[int(fields[0])] = Synset(pos, words, tuple(antonyms), tuple(similar))
    return found


def read_senses(folder: Path, pos: str) -> Mapping[str, tuple[int, ...]]:
    """Lemma -> offsets of its meanings, the most frequent first."""
    found: dict[str, tuple[int, ...]] = {}
    for line in _lines(folder / f"index.{FILES[pos]}"):
        fields = line.split()
        offsets = fields[-int(fields[2]) :]
        found[fields[0].replace("_", " ")] = tuple(map(int, offsets))
    return found


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                # The licence stands in front, indented.
                if not line.startswith("  ") and line.strip():
                    yield line
    except OSError as error:
        message = f"the WordNet file {path} cannot be read: {error.strerror}."
        hint = (
            "Name the folder that holds data.adj and index.adj (Debian: apt install wordnet-base, /usr/share/wordnet)."
        )
        raise UsageError(message, hint=hint) from None


def table_lines(folder: Path) -> Iterator[str]:
    """The lines of a table of opposites, as `opposites.read_table` takes them.

    `x<TAB>pos<TAB>word<TAB>opposite:sense ...` for words that are opposites themselves (sense: number of the word's
    meaning, 1 the most frequent), and `c<TAB>head ...<TAB>word:sense ...` for groups of adjectives like a head.
    """
    synsets = {pos: read_synsets(folder, pos) for pos in FILES}
    for pos in FILES:
        senses = read_senses(folder, pos)
        rank = {(lemma, offset): n for lemma, offsets in senses.items() for n, offset in enumerate(offsets, 1)}
        pairs: dict[str, set[tuple[int, str]]] = {}
        for offset, synset in synsets[pos].items():
            for word, (other_pos, other), number in synset.antonyms:
                opposite = synsets[other_pos][other].words[number]
                if _plain(word) and _plain(opposite) and other_pos == pos:
                    pairs.setdefault(word.lower(), set()).add((rank.get((word.lower(), offset), 99), opposite.lower()))
        for word in sorted(pairs):
            yield f"x\t{pos}\t{word}\t" + " ".join(f"{o}:{sense}" for sense, o in sorted(pairs[word]))
        if pos == "a":
            yield from _groups(synsets["a"], rank)


def _groups(adjectives: Mapping[int, Synset], rank: Mapping[tuple[str, int], int]) -> Iterator[str]:
    for _, head in sorted(adjectives.items()):
        if not head.antonyms or not head.similar:
            continue
        heads = sorted({word.lower() for word, _, _ in head.antonyms if _plain(word)})
        members = {
            (rank.get((word.lower(), offset), 99), word.lower())
            for offset in head.similar
            for word in adjectives[offset].words
            if _plain(word)
        }
        if heads and members:
            yield "c\t" + " ".join(heads) + "\t" + " ".join(f"{w}:{sense}" for sense, w in sorted(members))


def _plain(word: str) -> bool:
    return word.replace("-", "").isalpha() and word.islower()

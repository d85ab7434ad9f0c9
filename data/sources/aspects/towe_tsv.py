"""TOWE data: tab-separated lines of tokens with BIO tags for one target and its opinion words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..row import Entry, Unreadable
from .annotation import GivenSentence, GivenSpan, GivenTerm

COLUMNS = ("sentence", "target_tags", "opinion_words_tags")


def is_towe(fields: Mapping[str, Any]) -> bool:
    """Whether a row has the columns of TOWE data."""
    return all(name in fields for name in COLUMNS)


def read_towe(entries: Iterable[Entry]) -> Iterator[GivenSentence | Unreadable]:
    """Yield one sentence for all lines of the same sentence; a line holds one target (or several B tags)."""
    places: dict[str, tuple[str, str]] = {}
    terms: dict[str, list[GivenTerm]] = {}
    for entry in entries:
        if isinstance(entry, Unreadable):
            yield entry
            continue
        try:
            text, targets, opinions = _line(entry.fields)
        except ValueError as error:
            yield Unreadable(entry.key, str(error))
            continue
        sentence_id = str(entry.fields.get("s_id") or entry.key)
        places.setdefault(text, (entry.key, sentence_id))
        of_sentence = terms.setdefault(text, [])
        for target in targets:
            of_sentence.append(
                GivenTerm(f"{sentence_id}_{len(of_sentence)}", target, _polarity(entry.fields), opinions)
            )
    for text, (key, sentence_id) in places.items():
        yield GivenSentence(key, sentence_id, text, tuple(terms[text]))


def _polarity(fields: Mapping[str, Any]) -> str | None:
    value = fields.get("polarity")
    return value if isinstance(value, str) and value else None


def _line(fields: Mapping[str, Any]) -> tuple[str, tuple[GivenSpan, ...], tuple[GivenSpan, ...]]:
    tokens, targets = _tagged(fields["target_tags"])
    others, opinions = _tagged(fields["opinion_words_tags"])
    if tokens != others:
        message = "target_tags and opinion_words_tags have different tokens"
        raise ValueError(message)
    text = " ".join(tokens)
    if not targets:
        message = "no token is tagged as the target"
        raise ValueError(message)
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token) + 1)

    def span(first: int, last: int) -> GivenSpan:
        start, end = starts[first], starts[last] + len(tokens[last])
        return GivenSpan(text[start:end], start, end)

    return text, tuple(span(*run) for run in targets), tuple(span(*run) for run in opinions)


def _tagged(cell: Any) -> tuple[list[str], list[tuple[int, int]]]:
    r"""Tokens of "word\O word\B", and the first and last token of each tagged run."""
    tokens: list[str] = []
    runs: list[tuple[int, int]] = []
    for number, part in enumerate(str(cell).split()):
        token, slash, tag = part.rpartition("\\")
        if not slash or tag not in ("B", "I", "O"):
            message = f"{part!r} is no token with a tag (word\\B, word\\I or word\\O)"
            raise ValueError(message)
        tokens.append(token)
        if tag == "B" or (tag == "I" and not (runs and runs[-1][1] == number - 1)):
            runs.append((number, number))
        elif tag == "I":
            runs[-1] = (runs[-1][0], number)
    return tokens, runs

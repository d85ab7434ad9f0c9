"""Aspect annotations in JSON: the ARTS/TOWE files, and plain rows of our own fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ....core import SourceRow
from ..row import Entry, Unreadable
from .annotation import GivenSentence, GivenSpan, GivenTerm, given_span


def read_json_rows(entries: Iterable[Entry]) -> Iterator[GivenSentence | Unreadable]:
    """Sentences from the rows of a JSON or JSON Lines file.

    Known shapes of a row: ARTS/TOWE by sentence (`sentence`, `term_list` of id -> {term, from, to, polarity,
    opinion_words, opinion_position}); our own (`sentence` or `text`, `terms` of {id, term, from, to, polarity,
    opinions of {text, from, to}}, or as AspectSentence is stored); ARTS by term (`sentence`, `term`, `from`, `to`,
    `polarity`), where rows of one sentence are put together.
    """
    loose: dict[str, list[GivenTerm]] = {}
    first: dict[str, tuple[str, str]] = {}
    for entry in entries:
        if isinstance(entry, Unreadable):
            yield entry
            continue
        try:
            text = _text(entry.fields)
            if "term" in entry.fields:
                terms = loose.setdefault(text, [])
                first.setdefault(text, (entry.key, _sentence_id(entry)))
                terms.append(_own_term(entry.fields, _name(entry.fields, entry.key), 0, text))
            else:
                yield GivenSentence(entry.key, _sentence_id(entry), text, tuple(_terms(entry, text)))
        except ValueError as error:
            yield Unreadable(entry.key, str(error))
    for text, terms in loose.items():
        key, sentence_id = first[text]
        yield GivenSentence(key, sentence_id, text, tuple(terms))


def _text(fields: Mapping[str, Any]) -> str:
    text = fields.get("sentence", fields.get("text"))
    if not isinstance(text, str) or not text.strip():
        found = ", ".join(map(str, fields)) or "none"
        message = f"there is no text under `sentence` or `text`; the fields are: {found}"
        raise ValueError(message)
    return text


def _name(fields: Mapping[str, Any], otherwise: str) -> str:
    for name in ("id", "key"):
        if isinstance(fields.get(name), str | int) and str(fields[name]):
            return str(fields[name])
    return otherwise


def _sentence_id(row: SourceRow) -> str:
    found = _name(row.fields, row.key)
    # A row that is one term is named by it: "892:1_0" is a term of the sentence "892:1".
    return found.rpartition("_")[0] or found if "term" in row.fields else found


def _terms(row: SourceRow, text: str) -> Iterator[GivenTerm]:
    fields, sentence_id = row.fields, _sentence_id(row)
    listed = fields.get("term_list")
    if isinstance(listed, Mapping):
        for number, (term_id, term) in enumerate(listed.items()):
            yield _own_term({"id": term_id, **_object(term)}, sentence_id, number, text)
        return
    terms = fields.get("terms")
    if terms is None:
        found = ", ".join(map(str, fields))
        message = f"there are no `terms` (or `term_list`, or `term`); the fields are: {found}"
        raise ValueError(message)
    if not isinstance(terms, list):
        message = f"`terms` must be a list, not {terms!r:.60}"
        raise ValueError(message)  # noqa: TRY004 (one kind of error for whatever a file holds)
    for number, term in enumerate(terms):
        yield _own_term(_object(term), sentence_id, number, text)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        message = f"a term must be an object, not {value!r:.60}"
        raise ValueError(message)  # noqa: TRY004 (one kind of error for whatever a file holds)
    return value


def _own_term(term: Mapping[str, Any], sentence_id: str, number: int, text: str) -> GivenTerm:
    polarity = term.get("polarity")
    if polarity is not None and not isinstance(polarity, str):
        message = f"a polarity must be a text, not {polarity!r:.60}"
        raise ValueError(message)
    return GivenTerm(
        id=_name(term, f"{sentence_id}_{number}"),
        span=given_span(term.get("span", term)),
        polarity=polarity,
        opinions=tuple(_opinions(term)),
        opinions_inferred=term.get("opinions_inferred") is True,
    )


def _opinions(term: Mapping[str, Any]) -> Iterator[GivenSpan]:
    words, places = term.get("opinion_words"), term.get("opinion_position")
    if words is not None or places is not None:
        words, places = words or [], places or []
        if not isinstance(words, list) or not isinstance(places, list) or len(words) != len(places):
            message = f"opinion_words and opinion_position do not fit: {words!r:.60}, {places!r:.60}"
            raise ValueError(message)
        for word, place in zip(words, places, strict=True):
            if not isinstance(place, list) or len(place) != 2:
                message = f"an opinion_position must be [from, to], not {place!r:.60}"
                raise ValueError(message)
            yield given_span({"text": word, "from": place[0], "to": place[1]})
        return
    opinions = term.get("opinions") or []
    if not isinstance(opinions, list | tuple):
        message = f"`opinions` must be a list, not {opinions!r:.60}"
        raise ValueError(message)  # noqa: TRY004 (one kind of error for whatever a file holds)
    for opinion in opinions:
        yield given_span(opinion)

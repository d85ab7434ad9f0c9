"""SemEval aspect data in XML: the form of 2014 (aspectTerm) and that of 2015 and 2016 (Opinion).

The parser takes no document type declaration, so that there are no entities to expand and nothing to fetch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

from ...core import SourceRow
from ...core.errors import SourceError
from .files import open_bytes
from .row import DataFile, Entry, Unreadable


class _Reading:
    """The sentences seen so far, and the one that is open."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.done: list[Entry] = []
        self.open: tuple[str, str] | None = None
        self.text: list[str] | None = None
        self.words = ""
        self.terms: list[dict[str, Any]] = []

    def start(self, line: int, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sentence":
            key = f"{self.name}:{line}"
            self.open = (key, attributes.get("id") or key)
            self.words, self.terms = "", []
        elif self.open is None:
            return
        elif tag == "text":
            self.text = []
        elif tag in ("aspectTerm", "Opinion"):
            self._term(tag, attributes)

    def _term(self, tag: str, attributes: Mapping[str, str]) -> None:
        sentence_id = self.open[1] if self.open else ""
        self.terms.append(
            {
                "id": f"{sentence_id}_{len(self.terms)}",
                "term": attributes.get("term" if tag == "aspectTerm" else "target"),
                "from": attributes.get("from"),
                "to": attributes.get("to"),
                "polarity": attributes.get("polarity"),
            }
        )

    def end(self, tag: str) -> None:
        if tag == "text" and self.text is not None:
            self.words, self.text = "".join(self.text), None
        elif tag == "sentence" and self.open is not None:
            key, sentence_id = self.open
            if self.words.strip():
                fields = {"id": sentence_id, "sentence": self.words, "terms": self.terms}
                self.done.append(SourceRow(key, fields))
            else:
                self.done.append(Unreadable(key, f"sentence {sentence_id} has no text"))
            self.open = None

    def characters(self, words: str) -> None:
        if self.text is not None:
            self.text.append(words)


def read_semeval(file: DataFile) -> Iterator[Entry]:
    """Yield a row of `id`, `sentence` and `terms` per sentence, keyed by the line on which it begins.

    Raises:
        SourceError: it is not XML, declares a document type, or has no sentences.
    """
    parser = expat.ParserCreate()
    reading = _Reading(file.name)
    parser.StartElementHandler = lambda tag, attributes: reading.start(parser.CurrentLineNumber, tag, attributes)
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.characters
    parser.StartDoctypeDeclHandler = lambda *declared: _refuse(file, declared[0])
    found = False
    with open_bytes(file.path) as opened:
        while block := opened.read(1 << 16):
            _parse(parser, block, False, file)
            found = found or bool(reading.done)
            yield from reading.done
            reading.done.clear()
        _parse(parser, b"", True, file)
    yield from reading.done
    if not found and not reading.done:
        message = f"{file.path} has no <sentence> in it."
        raise SourceError(message, hint="A SemEval file has sentences with a text and aspectTerms (or Opinions).")


def _parse(parser: expat.XMLParserType, block: bytes, last: bool, file: DataFile) -> None:
    try:
        parser.Parse(block, last)
    except expat.ExpatError as error:
        message = f"{file.path} is not valid XML: {error}."
        raise SourceError(message, hint="Mend it there, or make the file again.") from None


def _refuse(file: DataFile, name: str) -> None:
    message = f"{file.path} declares a document type ({name})."
    raise SourceError(message, hint="Such a declaration can bring in other files: remove the <!DOCTYPE ...> line.")

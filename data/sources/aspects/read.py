"""Reading a file of aspect annotations, whatever its format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ....core import SourceRow
from ....core.errors import UsageError
from ....core.records import AspectSentence
from ....core.records.aspect_layers import LayerMatch, add_opinions
from ..row import Entry, Unreadable
from ..source import Source, open_source
from .annotation import AspectProblem, GivenSentence
from .json_shapes import read_json_rows
from .towe_tsv import is_towe, read_towe
from .verify import failures, verify


@dataclass(frozen=True)
class AspectData:
    """Everything that a file of aspect annotations holds."""

    sentences: tuple[AspectSentence, ...]
    """In the file's order; every span is exact."""
    problems: tuple[AspectProblem, ...]
    """Terms that were skipped, mended or lost, each with its reason."""
    unreadable: tuple[Unreadable, ...]
    """Lines that are no sentence at all."""
    layer: LayerMatch | None = None
    """How the layer of opinion spans was matched, where one was given."""

    def counts(self) -> dict[str, int]:
        """Problems by "outcome: reason", most frequent first."""
        return dict(Counter(f"{p.outcome}: {p.reason}" for p in self.problems).most_common())


def read_aspects(location: str | Path, opinions: str | Path | None = None, *, polarities: bool = True) -> AspectData:
    """Read a whole file of aspect annotations.

    Args:
        location: ARTS/TOWE JSON, SemEval XML (2014 to 2016), TOWE TSV, JSON Lines of our own fields (.gz of each), or
            "hf:NAME[:SPLIT]" with such columns.
        opinions: a second file whose opinion spans are laid over the first, matched by sentence and span.
        polarities: False takes terms without a polarity (as neutral): for a file that is itself such a layer.

    Raises:
        UsageError: there is no such file, or its format is unknown.
        SourceError: it cannot be read.
    """
    sentences: list[AspectSentence] = []
    problems: list[AspectProblem] = []
    unreadable: list[Unreadable] = []
    for given in _given(open_source(location)):
        if isinstance(given, Unreadable):
            unreadable.append(given)
            continue
        verified = verify(given, polarities=polarities)
        sentences.append(verified.sentence)
        problems.extend(verified.problems)
    if opinions is None:
        return AspectData(tuple(sentences), tuple(problems), tuple(unreadable))
    layer = read_aspects(opinions, polarities=False)
    match = add_opinions(sentences, layer.sentences)
    return AspectData(match.sentences, (*problems, *layer.problems), (*unreadable, *layer.unreadable), match)


def open_aspects(
    location: str | Path,
    *,
    polarities: bool = True,
    columns: Mapping[str, str] | None = None,
    limit: int | None = None,
) -> Source:
    """A file of aspect annotations as a source of rows, for a builder.

    Each row has `sentence` (an AspectSentence as it is stored) and `problems` (those of its terms that were skipped or
    mended). A term that is lost, and a line that is no sentence, is an unreadable entry with its reason.

    Args:
        location: as `read_aspects`.
        polarities: as `read_aspects`.
        columns: our column name -> the name it has there.
        limit: the number of sentences to stop after.

    Raises:
        UsageError: there is no such file, or its format is unknown.
    """
    raw = open_source(location, columns=columns)

    def read() -> Iterator[Entry]:
        for given in _given(raw):
            yield from (given,) if isinstance(given, Unreadable) else _entries(given, polarities)

    return Source(str(location), read, raw.identify, {}, limit)


def _entries(given: GivenSentence, polarities: bool) -> Iterator[Entry]:
    verified = verify(given, polarities=polarities)
    lost = failures(verified.problems)
    for problem in lost:
        yield Unreadable(problem.key, f"{problem.term!r}: {problem.message}", problem.reason)
    told = [problem.as_dict() for problem in verified.problems if problem not in lost]
    yield SourceRow(given.key, {"sentence": verified.sentence.model_dump(mode="json"), "problems": told})


def _given(source: Source) -> Iterator[GivenSentence | Unreadable]:
    entries = iter(source)
    held: list[Entry] = []
    for entry in entries:
        held.append(entry)
        if isinstance(entry, SourceRow):
            break
    first = held[-1] if held and isinstance(held[-1], SourceRow) else None
    rest: Iterable[Entry] = chain(held, entries)
    if first is not None and is_towe(first.fields):
        yield from read_towe(rest)
        return
    if first is not None and not {"sentence", "text"} & set(first.fields):
        found = ", ".join(map(str, first.fields)) or "none"
        message = f"{source.location} is not aspect data of a known shape; the fields of its first row are: {found}."
        hint = "Known are ARTS/TOWE JSON, SemEval XML, TOWE TSV, and rows of sentence and terms (docs/robustness.md)."
        raise UsageError(message, hint=hint)
    yield from read_json_rows(rest)

"""Finding the chunks of documents that a question may be answered from: by their words (BM25) or by embeddings.

Source of BM25: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"; computed by the package bm25s.
Ranks for several queries are joined by reciprocal rank fusion (Cormack et al. 2009).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ...core import SourceRow
from ...core.errors import UsageError
from ..instructions.chunks import chunks
from ..instructions.grounding import content_words

if TYPE_CHECKING:
    import numpy as np

    from ...llm.embedder import Embed

_FUSION = 60
"""The constant of reciprocal rank fusion."""
_CANDIDATES = 20
"""Chunks that each query puts forward."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a document."""

    key: str
    """Key of the document's row and, from the second chunk on, its number."""
    text: str
    """With the document's title in front, if it has one."""


class Scorer(Protocol):
    """Says how well each passage fits a query."""

    def scores(self, query: str) -> np.ndarray:
        """(passages,) of float; 0 or less: not at all."""
        ...


class Library:
    """All passages, ready to be searched."""

    def __init__(self, passages: Sequence[Passage], scorer: Scorer) -> None:
        """Take the passages and what ranks them."""
        self._passages = passages
        self._scorer = scorer

    def __len__(self) -> int:
        return len(self._passages)

    def find(self, queries: Iterable[str], most: int) -> list[Passage]:
        """The passages that fit best, the best first; none where no query fits any.

        Args:
            queries: texts; each counts the same.
            most: passages at most.
        """
        import numpy as np

        fused: dict[int, float] = defaultdict(float)
        for query in dict.fromkeys(q for q in queries if q.strip()):
            scores = self._scorer.scores(query)
            # Stable, so that equal scores stay in the documents' order.
            for rank, number in enumerate(np.argsort(-scores, kind="stable")[:_CANDIDATES].tolist()):
                if scores[number] > 0:
                    fused[number] += 1 / (_FUSION + rank)
        best = sorted(fused, key=lambda number: (-fused[number], number))
        return [self._passages[number] for number in best[:most]]


def open_library(documents: Iterable[SourceRow], chunk_words: int, embed: Embed | None) -> Library:
    """Cut documents into passages and make them ready to be searched.

    Args:
        documents: rows with a column `text`, and perhaps `title`.
        chunk_words: words of a passage at most.
        embed: embeddings to search by; None searches by words.

    Raises:
        UsageError: the first row has no column `text`, or no document has any text.
    """
    passages: list[Passage] = []
    for number, row in enumerate(documents):
        if not number and "text" not in row.fields:
            found = ", ".join(sorted(map(str, row.fields))) or "none"
            message = f"{row.key}: documents have a column 'text'; the columns are: {found}."
            raise UsageError(message, hint="Rename the column in the file; seeds.columns is for the rows alone.")
        text, title = row.fields.get("text"), row.fields.get("title")
        head = f"{title.strip()}. " if isinstance(title, str) and title.strip() else ""
        for at, chunk in enumerate(chunks(text, chunk_words) if isinstance(text, str) else ()):
            passages.append(Passage(f"{row.key}#{at}" if at else row.key, head + chunk.text))
    if not passages:
        message = "the documents have no text."
        raise UsageError(message, hint="Give documents with a column text: --set seeds.documents=FILE.")
    texts = [passage.text for passage in passages]
    return Library(passages, _ByWords(texts) if embed is None else _ByEmbeddings(texts, embed))


def embedder(folder: Path | None) -> Embed | None:
    """The embedding model of a folder; None where none is named."""
    if folder is None:
        return None
    from ...llm.embedder import open_embedder

    return open_embedder(folder)


class _ByWords:
    """BM25 over content words."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s
        import numpy as np

        self._size = len(texts)
        words = [content_words(text) for text in texts]
        self._known = {word for text in words for word in text}
        self._index: Any = None
        if self._known:
            self._index = bm25s.BM25(backend="numpy")
            self._index.index(words, show_progress=False)
        self._nothing = np.zeros(self._size, dtype=np.float32)

    def scores(self, query: str) -> np.ndarray:
        words = [word for word in content_words(query) if word in self._known]
        found: np.ndarray = self._index.get_scores(words) if words else self._nothing
        return found


class _ByEmbeddings:
    """Cosine to the query."""

    def __init__(self, texts: Sequence[str], embed: Embed) -> None:
        self._embed = embed
        self._vectors = self._unit(texts)

    def scores(self, query: str) -> np.ndarray:
        found: np.ndarray = self._vectors @ self._unit([query])[0]
        return found

    def _unit(self, texts: Sequence[str]) -> np.ndarray:
        import numpy as np

        vectors = self._embed(list(texts))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: np.ndarray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        return unit

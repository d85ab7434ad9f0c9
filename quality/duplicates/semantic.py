"""duplicate.semantic: rows that say what an earlier row says, by a model of embeddings that the user names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import Field

from ...core.errors import UsageError
from ..check import Bar, CheckOptions, Finding, Read, Row, Scope, unjudged
from ..matches import Matches

if TYPE_CHECKING:
    import numpy as np

    from .nearest import Nearest

_BLOCK = 256


class SemanticDuplicate:
    """duplicate.semantic: the cosine to an earlier row that stands for itself reaches the bar.

    For subsets: every row is compared with every row that stands, so the time grows with the square of their number.
    Embeddings tell topics well and details badly: two rows that differ in a number or a "not" are nearly the same to
    them. Let a person look at what this check finds (gate: review), and set the bar on examples of your own.
    """

    name = "duplicate.semantic"
    scope: Scope = "corpus"
    reason = "semantic_duplicate"
    unmatched: float | None = None

    class Options(CheckOptions):
        """Options of duplicate.semantic."""

        model: str
        """Folder of a model2vec or sentence-transformers model; nothing is downloaded."""
        fields: tuple[str, ...] = Field(default=("instruction", "input"), min_length=1)
        """Columns that are embedded, joined by line breaks."""
        bar: float = Field(default=0.9, gt=0, le=1)
        """Cosine from which a row is a duplicate; the gate's bar stands here too."""
        limit: int = Field(default=50_000, ge=1)
        """Rows at most. 50,000 rows of 256 dimensions take about half a minute on one core, twice as many four times
        as long, and 1 KB of memory each."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.bar = Bar(options.bar)
        self.says: Mapping[str, Any] = {"fields": list(options.fields), "rule": "cosine"}
        self._encode: Callable[[Sequence[str]], np.ndarray] | None = None
        self._nearest: Nearest | None = None
        self._rows: list[tuple[int, str]] = []

    def digest(self, rows: Sequence[Row]) -> np.ndarray:
        """(rows, dimensions / 2) of uint64: the embedding, of length 1, as float32; zeros where there is no text.

        Raises:
            UsageError: the folder holds no such model, or the package for it is not installed.
        """
        import numpy as np

        if self._encode is None:
            self._encode = _load(Path(self.options.model).expanduser())
        texts = ["\n".join(row.text(field) for field in self.options.fields).strip() for row in rows]
        vectors = np.asarray(self._encode(texts), dtype=np.float32).reshape(len(rows), -1)
        vectors[[not text for text in texts]] = 0
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        return np.pad(vectors, ((0, 0), (0, vectors.shape[1] % 2))).view(np.uint64)

    def match(self, digests: np.ndarray, alive: np.ndarray, read: Read, fresh: np.ndarray | None = None) -> Matches:
        """Rows that reach the bar to an earlier row that stands; no row is read.

        Raises:
            UsageError: there are more rows than `limit`.
        """
        import numpy as np

        rows = np.flatnonzero(alive)
        self._refuse_more(len(rows))
        nearest = self._new()
        found: list[tuple[int, int, float]] = []
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            for row, best in zip(block.tolist(), nearest.take(_vectors(digests[block]), block), strict=True):
                if best is not None:
                    found.append((row, *best))
        columns = list(zip(*found, strict=True)) or [(), (), ()]
        return Matches(np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype=np.int64), np.array(columns[2]))

    def alike(self, one: Row, other: Row) -> float:
        """The cosine of two rows; 0.0 if one has no text."""
        from .nearest import rounded

        a, b = _vectors(self.digest([one, other]))
        return float(rounded(a @ b))

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """Highest cosine to an earlier row that stands, if it reaches the bar."""
        import numpy as np

        if self._nearest is None:
            self._nearest = self._new()
        self._refuse_more(len(self._rows) + len(rows))
        places = np.arange(len(self._rows), len(self._rows) + len(rows))
        self._rows += [(row.index, row.id) for row in rows]
        found = self._nearest.take(_vectors(self.digest(rows)), places)
        return [self._finding(row, best) for row, best in zip(rows, found, strict=True)]

    def forget(self, row: Row) -> None:
        """Remove the row judged last."""
        if self._nearest is not None and self._rows and self._rows[-1][0] == row.index:
            self._nearest.forget(len(self._rows) - 1)
            self._rows.pop()

    def _finding(self, row: Row, best: tuple[int, float] | None) -> Finding:
        if best is None:
            if any(field in row.fields for field in self.options.fields):
                return Finding(None)
            return unjudged("no_column", ", ".join(self.options.fields))
        index, row_id = self._rows[best[0]]
        return Finding(best[1], self.reason, {"matched": row_id, "matched_row": index, **self.says})

    def _new(self) -> Nearest:
        from .nearest import Nearest

        return Nearest(self.options.bar)

    def _refuse_more(self, rows: int) -> None:
        if rows > self.options.limit:
            message = f"duplicate.semantic: {rows:,} rows are more than its limit of {self.options.limit:,}."
            hint = "Its time grows with their square: give it a subset, or raise the option limit."
            raise UsageError(message, hint=hint)


def _vectors(digests: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.ascontiguousarray(digests).view(np.float32)


def _load(folder: Path) -> Callable[[Sequence[str]], np.ndarray]:
    modules, config = folder / "modules.json", folder / "config.json"
    if not modules.is_file() and not config.is_file():
        message = f"{folder} holds no model of embeddings: there is neither modules.json nor config.json in it."
        raise UsageError(message, hint="Give the folder of a model2vec or sentence-transformers model.")
    # model2vec writes a modules.json too, so that the other package can read its models.
    parts = orjson.loads(modules.read_bytes()) if modules.is_file() else []
    static = not parts or str(parts[0].get("type", "")).endswith("StaticEmbedding")
    try:
        return _static_model(folder) if static else _sentence_transformer(folder)
    except ImportError as error:
        message = f"the model in {folder} needs a package that is not installed: {error.name}."
        name = "corpusmith[embeddings]" if static else "sentence-transformers"
        raise UsageError(message, hint=f'Install it: pip install "{name}"') from error


def _static_model(folder: Path) -> Callable[[Sequence[str]], np.ndarray]:
    from model2vec import StaticModel

    model = StaticModel.from_pretrained(folder, force_download=False)
    return lambda texts: model.encode(list(texts), use_multiprocessing=False)


def _sentence_transformer(folder: Path) -> Callable[[Sequence[str]], np.ndarray]:
    from sentence_transformers import SentenceTransformer

    # Weights in safetensors only: the other format runs code when it is read.
    model = SentenceTransformer(
        str(folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
    )
    return lambda texts: model.encode(list(texts), show_progress_bar=False)

"""label.error: rows of a classification set whose label is probably wrong, by confident learning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ..core.errors import UsageError
from .check import Bar, CheckOptions, Finding, Row, Scope, unjudged

if TYPE_CHECKING:
    import numpy as np

_FEATURES = 1 << 18


class LabelError:
    """label.error: what the other rows teach of a text speaks against the label it has.

    A classifier (logistic regression on TF-IDF of words and pairs of words) is trained on all folds but one and asked
    about that one, so that no row vouches for itself. Confident learning (Northcutt, Jiang, Chuang 2021), as the
    package `cleanlab` does it, then tells which labels are wrong rather than hard. The value is 1.0 where it finds
    nothing, else the probability that the classifier gives the label: the lower, the surer.

    Languages without spaces are cut into characters (`quality.words.tokens`). The features of all rows are in memory,
    1 to 2 KB for a row of a hundred words: 100,000 such rows take about 200 MB.
    """

    name = "label.error"
    scope: Scope = "set"
    bar = Bar(0.5, "below")

    class Options(CheckOptions):
        """Options of label.error."""

        fields: tuple[str, ...] = Field(default=("instruction", "input"), min_length=1)
        """Columns of text that the label is about."""
        label: str = "output"
        """Column that holds the label: a text, a whole number, or true or false. Case and spaces at its ends do not
        count."""
        folds: int = Field(default=5, ge=2, le=20)
        """Parts the set is cut into. Labels of fewer rows than this cannot be judged."""
        most_labels: int = Field(default=100, ge=2)
        """Different labels at most; a column with more is no label, and said to be none."""
        limit: int = Field(default=500_000, ge=10)
        """Rows at most, since their features are in memory."""
        seed: int = 0
        """Decides which rows are in which fold."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """Judge some rows as a whole set."""
        return [finding for batch in self.judge_all(lambda: [rows]) for finding in batch]

    def judge_all(self, read: Callable[[], Iterable[Sequence[Row]]]) -> Iterator[list[Finding]]:
        """How much the rest of the set speaks for each label.

        Raises:
            UsageError: the column holds too many different values to be a label, or there are too many rows, or the
                packages are not installed.
        """
        vectors, labels, sizes = self._features(read())
        found = iter(self._findings(vectors, labels))
        for size in sizes:
            yield [next(found) for _ in range(size)]

    def _features(self, batches: Iterable[Sequence[Row]]) -> tuple[Any, list[str | None], list[int]]:
        """The features of all rows that have a text, the label of each row, and how many rows each batch has."""
        vectorizer = _vectorizer()
        parts, labels, sizes = [], [], []
        for batch in batches:
            texts = ["\n".join(row.text(field) for field in self.options.fields) for row in batch]
            if texts:
                parts.append(vectorizer.transform(texts))
            labels += [
                _label(row.fields.get(self.options.label)) if text.strip() else None
                for row, text in zip(batch, texts, strict=True)
            ]
            sizes.append(len(batch))
            if len(labels) > self.options.limit:
                message = f"label.error: there are more than {self.options.limit:,} rows, and all must fit into memory."
                raise UsageError(message, hint="Judge a part of the set, or raise the option limit: 2 KB a row.")
        if not parts:
            return None, labels, sizes
        from scipy.sparse import vstack

        return vstack(parts, format="csr"), labels, sizes

    def _findings(self, vectors: Any, labels: Sequence[str | None]) -> list[Finding]:
        counts = Counter(label for label in labels if label is not None)
        if len(counts) > self.options.most_labels:
            some = ", ".join(repr(label[:40]) for label, _ in counts.most_common(3))
            message = (
                f"label.error: column {self.options.label!r} has {len(counts):,} different values in {len(labels):,} "
                f"rows ({some} ...): it is no label."
            )
            raise UsageError(message, hint="Name the column with the option label, or raise the option most_labels.")
        names = sorted(label for label, count in counts.items() if count >= self.options.folds)
        findings = [self._unjudged(label, counts) for label in labels]
        if len(names) < 2:
            return findings
        import numpy as np

        number = {name: at for at, name in enumerate(names)}
        rows = np.array([at for at, label in enumerate(labels) if label in number], dtype=np.int64)
        given = np.array([number[label] for label in labels if label in number], dtype=np.int64)
        sure = self._out_of_fold(vectors[rows], given, len(names))
        wrong = _wrong(given, sure)
        for at, row in enumerate(rows.tolist()):
            findings[row] = self._found(names, int(given[at]), sure[at]) if wrong[at] else Finding(1.0)
        return findings

    def _unjudged(self, label: str | None, counts: Counter[str]) -> Finding:
        if label is None:
            return unjudged("no_label_or_text", self.options.label)
        return unjudged("rare_label" if counts[label] < self.options.folds else "only_label", label[:80])

    def _found(self, names: Sequence[str], given: int, sure: np.ndarray) -> Finding:
        best = int(sure.argmax())
        evidence = {
            "field": self.options.label,
            "rule": "confident_learning",
            "given": names[given][:80],
            "suggested": names[best][:80],
            "probability": round(float(sure[best]), 4),
        }
        return Finding(round(float(sure[given]), 4), "label_error", evidence)

    def _out_of_fold(self, vectors: Any, given: np.ndarray, labels: int) -> np.ndarray:
        """(rows, labels): the probability of each label, from rows of other folds."""
        import numpy as np
        from sklearn.feature_extraction.text import TfidfTransformer
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold
        from threadpoolctl import threadpool_limits

        sure = np.zeros((len(given), labels))
        # A weight for every hash would be fitted, most of them of words that nowhere occur.
        vectors = vectors[:, np.flatnonzero(vectors.getnnz(axis=0))]
        folds = StratifiedKFold(self.options.folds, shuffle=True, random_state=self.options.seed)
        for train, test in folds.split(np.zeros(len(given)), given):
            weights = TfidfTransformer(sublinear_tf=True)
            model = LogisticRegression(C=10.0, max_iter=300, class_weight="balanced")
            # More threads spin while they wait for one another: on busy cores that takes three times the CPU.
            with threadpool_limits(1):
                model.fit(weights.fit_transform(vectors[train]), given[train])
            sure[np.ix_(test, model.classes_)] = model.predict_proba(weights.transform(vectors[test]))
        return sure


def _wrong(given: np.ndarray, sure: np.ndarray) -> np.ndarray:
    from cleanlab.filter import find_label_issues

    # Confident learning may name a row whose label is still the likeliest: that is not told as an error.
    wrong: np.ndarray = find_label_issues(given, sure, n_jobs=1) & (sure.argmax(axis=1) != given)
    return wrong


def _vectorizer() -> Any:
    try:
        import cleanlab  # noqa: F401
        from sklearn.feature_extraction.text import HashingVectorizer
    except ImportError as error:
        message = f"label.error needs packages that are not installed: {error.name}."
        raise UsageError(message, hint='Install them: pip install "corpusmith[labels]"') from error
    import numpy as np

    from .words import tokens

    return HashingVectorizer(
        tokenizer=tokens,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2),
        n_features=_FEATURES,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )


def _label(value: Any) -> str | None:
    if isinstance(value, bool | int):
        return str(value).casefold()
    return value.strip().casefold() or None if isinstance(value, str) else None

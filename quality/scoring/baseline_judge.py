"""A plain classifier of aspect polarity, to see whether edits of a robustness set do what their labels say.

TF-IDF of the word 1-2 grams of the sentence, and of a window of five words on either side of the term, with a
logistic regression on top. It is weak on purpose: it needs no GPU, no download and a few seconds, and is the same
for everybody. What it is asked is a difference between two texts, not how good it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...core import derive_seed
from ...core.errors import MissingCapability, UsageError
from ...core.records.aspect import AspectRecord, AspectSentence, Polarity

STRENGTHS: tuple[float, ...] = (1.0, 4.0, 10.0)
"""Values of C, the inverse strength of regularisation; figures are means over them."""
WINDOW = 5
"""Words taken on either side of the term."""
FOLDS = 3
"""Parts of the training data for cross-validation; terms of one sentence are in one part."""
_ITERATIONS = 3000


@dataclass(frozen=True, slots=True)
class Place:
    """A term in a sentence: what the judge is asked about."""

    sentence: str
    start: int
    end: int

    @property
    def window(self) -> str:
        """The term with up to five words, as blanks part them, on either side."""
        before, after = self.sentence[: self.start].split(), self.sentence[self.end :].split()
        return " ".join([*before[-WINDOW:], self.sentence[self.start : self.end], *after[:WINDOW]])


class BaselineJudge:
    """The classifier, fitted once for each strength of regularisation."""

    def __init__(self, train: Sequence[AspectSentence], strengths: Sequence[float] = STRENGTHS) -> None:
        """Fit on all terms of the annotated sentences.

        Raises:
            UsageError: they do not have terms of at least two polarities.
            MissingCapability: scikit-learn is not installed.
        """
        terms = [(sentence.text, term) for sentence in train for term in sentence.terms]
        self._places = [Place(text, term.span.start, term.span.end) for text, term in terms]
        self._labels = [term.polarity for _, term in terms]
        found = set(self._labels)
        if len(found) < 2:
            message = f"the training data has {len(terms)} terms of {len(found)} polarities."
            hint = "A judge needs terms of at least two polarities: give the train split that the set belongs to."
            raise UsageError(message, hint=hint)
        self.strengths = tuple(strengths)
        self.trained_on = len(terms)
        self.majority: Polarity = min(found, key=lambda label: (-self._labels.count(label), label))
        """The most frequent polarity of the training terms."""
        self._models = [_Classifier(self._places, self._labels, strength) for strength in self.strengths]

    def predict(self, places: Sequence[Place]) -> list[list[Polarity]]:
        """The polarity of each place, once for each strength.

        Returns:
            A list per strength, each with one polarity per place.
        """
        return [model.predict(places) for model in self._models]

    @cached_property
    def cross_validated(self) -> tuple[int, int] | None:
        """(right, all) training terms, each judged by a classifier that has not seen its sentence.

        It is made with the middle strength. None where a part of the data lacks what a classifier needs.
        """
        # By hash and not by order, which may follow a pattern of its own.
        part_of = {place.sentence: derive_seed(0, "fold", place.sentence) % FOLDS for place in self._places}
        strength = self.strengths[len(self.strengths) // 2]
        right = 0
        for part in range(FOLDS):
            inside = [part_of[place.sentence] == part for place in self._places]
            seen = [(p, y) for p, y, held in zip(self._places, self._labels, inside, strict=True) if not held]
            asked = [(p, y) for p, y, held in zip(self._places, self._labels, inside, strict=True) if held]
            if len({label for _, label in seen}) < 2:
                return None
            model = _Classifier([place for place, _ in seen], [label for _, label in seen], strength)
            answers = model.predict([place for place, _ in asked])
            right += sum(answer == label for answer, (_, label) in zip(answers, asked, strict=True))
        return right, self.trained_on


class _Classifier:
    """The features and the regression of one strength."""

    def __init__(self, places: Sequence[Place], labels: Sequence[Polarity], strength: float) -> None:
        self._of_sentence, self._of_window = _vectorizer(), _vectorizer()
        try:
            self._of_sentence.fit([place.sentence for place in places])
            self._of_window.fit([place.window for place in places])
        except ValueError as error:
            message = f"the training data has no words to learn from: {error}."
            raise UsageError(message, hint="Give the train split that the set belongs to.") from error
        features = self._features(places)
        with _one_thread():
            self._regression = _regression(strength).fit(features, list(labels))

    def predict(self, places: Sequence[Place]) -> list[Polarity]:
        if not places:
            return []
        with _one_thread():
            found: list[Polarity] = self._regression.predict(self._features(places)).tolist()
        return found

    def _features(self, places: Sequence[Place]) -> Any:
        from scipy.sparse import hstack

        parts = [
            self._of_sentence.transform([place.sentence for place in places]),
            self._of_window.transform([place.window for place in places]),
        ]
        return hstack(parts).tocsr()


def place_of(case: AspectRecord) -> Place:
    """Where the term of a case stands."""
    return Place(case.sentence, case.start, case.end)


def _vectorizer() -> Any:
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        message = "the baseline judge needs scikit-learn, which is not installed."
        raise MissingCapability(message, hint="pip install 'corpusmith[audit]'") from error
    return TfidfVectorizer(lowercase=True, ngram_range=(1, 2), min_df=1)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep linear algebra to one thread.

    With more, on a machine that has other work, they wait for one another and a fit takes ten times as long; and the
    last digits would depend on their number.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def _regression(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=_ITERATIONS)

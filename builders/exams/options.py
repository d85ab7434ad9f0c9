"""The options of `exam`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from ...core.records.exam import Treatment
from ...quality.scoring.chance import Rule
from ..builder import BuilderConfig

Method = Literal["letter", "option", "generate"]
Applied = Literal["open_book", "refusal", "discard"]

REFUSAL = "Sorry, I don't know the factual information required to answer this question."


class ExamConfig(BuilderConfig):
    """Options of `exam`."""

    profile: Literal["standard", "small"] = "standard"
    """standard: the writer follows instructions. small: it can only go on with a text; need and statements are told by
    rule, the model writes a stem to each fact, and wrong options come from other rows' facts."""
    categories: Path | None = None
    """File with kinds of knowledge, worked examples and demonstrations of your own, in place of the shipped one."""

    reference: Literal["model", "documents"] = "model"
    """model: the writer is shown the row's answer and writes down what it rests on; the exam then tests the answer's
    own claims, right or wrong. documents: it is drawn from the documents of `seeds.documents`, and every statement must
    be supported by one of them."""
    chunk_words: int = Field(120, ge=10)
    """Words of a document's chunk at most."""
    passages: int = Field(4, ge=1, le=20)
    """Chunks that a reference is drawn from at most."""
    embeddings: Path | None = None
    """Folder of an embedding model (model2vec or sentence-transformers) to find chunks by meaning; without one they are
    found by their words (BM25)."""
    min_support: float = Field(0.6, ge=0, le=1)
    """Share of a statement's content words that the passage named for it must have."""
    statements: int = Field(6, ge=1, le=20)
    """Statements of a reference at most (documents, and profile small)."""

    questions: int = Field(3, ge=1, le=20)
    """Questions for each row."""
    rounds: int = Field(3, ge=1, le=10)
    """How often the writer is asked, with the reasons of what was refused, until a row has all its questions."""
    judge: bool = True
    """Whether a judge answers every question from the reference alone: one that it cannot, or that has two right
    options, is refused. With documents it also judges every statement."""
    flagged: Literal["keep", "refuse"] = "keep"
    """What becomes of a question whose key can be told without any knowledge: it is the longest option by far, or the
    one that shares words with the stem."""
    gaps: bool = True
    """small: whether a fact to which the model writes no usable question is asked for as a gap in its statement."""
    min_questions: int = Field(1, ge=1, le=20)
    """A row with fewer usable questions is unexaminable."""

    method: Method | None = None
    """How the target answers. letter: log-probabilities of the letters after the question. option: log-likelihood per
    token of each option's text. generate: it writes the letter. Not given: option in the profile small and letter in
    standard, if the target's backend gives log-likelihoods, else generate."""
    shuffles: int = Field(1, ge=1, le=24)
    """Orders of the options in which each question is asked; the key's place changes each time, so four favour no
    letter. The method option shows no letters and asks once."""
    demonstrations: int = Field(5, ge=0, le=5)
    """Solved questions shown to the target; fewer where they do not fit."""

    rule: Rule = "threshold"
    """threshold: passes with an accuracy above `threshold`. binomial: passes if somebody who guesses would do as well
    with a probability of `alpha` at most."""
    threshold: float = Field(0.6, ge=0, lt=1)
    """Accuracy that must be exceeded: 0.6 is two of three."""
    alpha: float = Field(0.05, gt=0, lt=1)
    """Level of the binomial rule."""

    treatment: Applied = "open_book"
    """What is done to inconsistent rows. open_book: the knowledge goes in front of the instruction. refusal: the answer
    becomes `refusal_text`. discard: the row is dropped."""
    treatments: dict[str, Applied] = Field(default_factory=dict)
    """Category -> another treatment for its rows."""
    refusal_text: str = Field(REFUSAL, min_length=1)
    """The answer of refused rows."""
    unexamined: Literal["review", "keep"] = "review"
    """Where rows go that could not be classified or examined. review: set aside. keep: into the set, as they are."""

    def treatment_of(self, category: str | None) -> Treatment:
        """What is done to an inconsistent row of a category."""
        return self.treatments.get(category or "", self.treatment)

    def way(self, *, scores: bool) -> Method:
        """How the target answers, if its backend gives log-likelihoods or not."""
        if self.method is not None:
            return self.method
        if not scores:
            return "generate"
        return "option" if self.profile == "small" else "letter"

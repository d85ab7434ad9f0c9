"""The options of `ground`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..builder import BuilderConfig
from .grounding import Limits

Profile = Literal["small", "standard"]


class GroundConfig(BuilderConfig):
    """How documents are cut, how many questions are tried, and where the lines are drawn."""

    profile: Profile = "standard"
    """standard: models that follow instructions and write JSON. small: models that can only go on with a text; the
    chunk itself is then the answer."""
    max_words: int | None = Field(None, ge=5)
    """Words of a chunk at most; 60 for small, 250 for standard if not given. Shorter documents are one chunk."""
    min_words: int = Field(8, ge=1)
    """Chunks with fewer words are rejected as `chunk_too_short`."""
    questions_per_chunk: int = Field(1, ge=1)
    """Rows kept from one chunk at most."""
    candidates: int | None = Field(None, ge=1)
    """Questions tried per chunk; 6 for small, 3 for standard if not given."""
    openings: tuple[str, ...] = Field(("", "", "How", "How", "Why", "What"), min_length=1)
    """small: what the candidates begin with, in turn; empty leaves it to the model. Give your own for another
    language than English."""
    angles: tuple[str, ...] = Field(
        ("what it is or does", "why it is so", "how it works or is done", "who, when, where or how much"), min_length=1
    )
    """standard: what the candidates ask about, in turn."""
    language: str = "en"
    """ISO 639-1 code of the documents, unless a row's own column `language` says otherwise. The rules that need a
    word list judge English only."""

    min_question_words: int = Field(3, ge=1)
    """Shorter questions are rejected as `question_too_short`."""
    max_question_words: int | None = Field(None, ge=1)
    """Longer questions are rejected as `question_too_long`; 16 for small, 40 for standard if not given."""
    max_new_words: int | None = Field(None, ge=0)
    """Content words that a question may have and its chunk has not, else it is `about_something_else`; 1 for small,
    4 for standard if not given."""
    max_given_away: float = Field(0.6, gt=0, le=1)
    """Share of the answer's content words that the question may hold, else it `gives_answer_away`."""
    yes_no_questions: bool = False
    """Whether questions that ask for yes or no may pass."""
    max_likeness: float = Field(0.5, ge=0, le=1)
    """Share of content words that two kept questions of one chunk may have in common, else `like_another_question`."""

    shortlist: int = Field(3, ge=1)
    """small: how many of a chunk's questions, the likeliest ones, have their gain measured; the others are
    `not_shortlisted`."""
    scored_sentences: int = Field(1, ge=1)
    """Sentences of the answer, from its beginning, whose likelihood is measured; the first says most."""
    fit_weight: float = Field(4.0, ge=0)
    """small: weight of the fit, log P(question | chunk), beside the gain when candidates are ranked. With 0 the gain
    alone counts; a fluent but empty question and an odd but telling one then rank too high."""
    gain_ceiling: float = Field(30.0, gt=0)
    """small: gain in nats above which more does not count; it comes from repeating the answer in the question."""
    min_net_gain: float = 0.0
    """small: net gain (gain up to its ceiling + fit_weight x fit, in nats) that a question must have, else
    `gain_too_small`; `unlikely_question` if its fit alone rules that out."""
    min_gain: float = 0.0
    """standard, where the backend scores: gain in nats that a question must have, else `gain_too_small`."""

    min_support: float = Field(0.5, ge=0, le=1)
    """standard: share of the answer's content words that the chunk must have, else `answer_not_in_text`."""
    min_mark: int = Field(4, ge=1, le=5)
    """standard: the judge's mark that a pair must reach, else `mark_too_low`."""

    @property
    def chunk_words(self) -> int:
        """Words of a chunk at most, for this profile."""
        return self.max_words or (60 if self.profile == "small" else 250)

    @property
    def tries(self) -> int:
        """Questions tried per chunk, for this profile."""
        return self.candidates or (6 if self.profile == "small" else 3)

    def limits(self) -> Limits:
        """The rules' lines, for this profile."""
        small = self.profile == "small"
        new_words = self.max_new_words
        return Limits(
            min_words=self.min_question_words,
            max_words=self.max_question_words or (16 if small else 40),
            max_new_words=new_words if new_words is not None else (1 if small else 4),
            max_given_away=self.max_given_away,
            yes_no=self.yes_no_questions,
        )

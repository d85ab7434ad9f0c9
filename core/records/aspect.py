"""Aspect records: sentences with annotated aspect terms, and the robustness cases made from them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .record import Record

Polarity = Literal["positive", "negative", "neutral"]
Strategy = Literal["original", "revtgt", "revnon", "adddiff"]


class Span(BaseModel):
    """A part of a text: `text == whole[start:end]`, in characters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class AspectTerm(BaseModel):
    """One annotated aspect term of a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """Id of the annotation ("892:1_0")."""
    span: Span
    polarity: Polarity
    opinions: tuple[Span, ...] = ()
    """What is said of the term ("fast"); may be empty."""
    opinions_inferred: bool = False
    """True: the opinion spans were found by rule or model, not annotated."""


class AspectSentence(BaseModel):
    """A sentence with its aspect terms: what aspect cases are made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    terms: tuple[AspectTerm, ...] = ()


class Edit(BaseModel):
    """One change that was made to a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int = Field(ge=0)
    """Where `before` began, in characters of the sentence before any edit."""
    before: str
    """What stood there; empty for an insertion."""
    after: str
    """What stands there now; empty for a deletion."""
    rule: str
    """The rule that made it ("antonym", "negator_removed", "not_after_be", "intensified", "conjunction" ...)."""


class AspectRecord(Record):
    """One case of an aspect robustness test set: a sentence, one target term, and the polarity it must be given.

    Source: Xing et al. 2020, "Tasty Burgers, Soggy Fries".
    """

    kind: Literal["aspect_case"] = "aspect_case"
    sentence: str
    term: str
    start: int = Field(ge=0)
    """`sentence[start:end] == term`, in characters."""
    end: int = Field(ge=0)
    polarity: Polarity
    """The right answer for this sentence."""
    target: str
    """Id of the target term's annotation; a case and its original share it."""
    strategy: Strategy
    edits: tuple[Edit, ...] = ()
    """What was changed in the source's text to get `sentence`."""
    others: tuple[AspectTerm, ...] = ()
    """The other aspects as they stand in `sentence`, with the polarity that each has there; what AddDiff has added is
    among them (its ids begin with "added_")."""
    source: AspectSentence | None = None
    """The annotated sentence that the case was made from; None for a case that was read from elsewhere."""

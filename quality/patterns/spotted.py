"""A pattern as it was found: how to tell the rows that carry it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .consensus import Template
from .features import Stream

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["edge", "phrase", "slot", "skeleton", "template", "row", "paraphrase"]
"""edge: at the beginning or the end of the text. phrase: fixed words anywhere. slot: words anywhere with slots between
them. skeleton: function words and marks with masked words between them. template: parts of speech. row: the whole
text has one form. paraphrase: several interchangeable wordings at one edge."""
Where = Literal["opening", "closing", "anywhere", "whole"]


@dataclass(frozen=True, slots=True)
class Gram:
    """An n-gram, and the template around it that a row must fit."""

    stream: Stream
    number: int
    shape: Template | None
    """None for n-grams of masked texts, which need no fitting."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a whole text: the masked 4-grams of a text that stands for all."""

    shingles: np.ndarray
    """uint64, ascending."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """A pattern of one field."""

    field: str
    kind: Kind
    where: Where
    text: str
    """For people, slots marked."""
    members: tuple[Gram, ...]
    """A row carries the pattern if it has one of them ..."""
    forms: tuple[Form, ...]
    """... or one of these forms."""
    tests: int
    """Size of the family of tests it comes from."""
    q: float | None = None
    """False discovery rate, where it does not follow from the counts."""
    counted: int | None = None
    """Rows of a human set that have its n-gram at most, where counts stand for a reference."""

    @property
    def id(self) -> str:
        """The same for the same pattern of the same field in any set."""
        digest = hashlib.blake2b(f"{self.field}\0{self.kind}\0{self.where}\0{self.text}".encode(), digest_size=5)
        return f"{self.kind}-{digest.hexdigest()}"

"""Rubric: the criteria a text is judged by, read from a YAML file and checked.

name: instruction
judged: output                      # the column that is judged
shown: [system, instruction, input] # the columns a judge sees beside it, where a row has them
scale: {min: 1, max: 5}
criteria:
correctness:
description: What it states is true and what it computes is right.
question: Is everything in the answer correct?      # for small models, which can only say yes or no
weight: 2
levels: {1: Its main point is wrong., 5: Nothing in it is wrong.}
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ..core import digest
from ..core.errors import UsageError
from .strict_yaml import Document, parse

HASH_TAG = "rubric-1"
MOST = 100
"""Highest score of any scale."""
INSTRUCTION = "instruction"
"""The shipped rubric for answers to instructions."""

_SCALE = re.compile(r"(\d{1,9})\s*(?:-|\.\.)\s*(\d{1,9})")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
"""Of a criterion: it is a key of the judge's reply."""
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Column = Annotated[str, StringConstraints(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Scale(_Part):
    """Whole numbers from `min` (worst) to `max` (best)."""

    min: int = Field(default=1, ge=0)
    max: int = Field(default=5, le=MOST)

    @model_validator(mode="after")
    def _in_order(self) -> Scale:
        if self.max <= self.min:
            message = f"max {self.max} is not above min {self.min}"
            raise ValueError(message)
        return self

    @classmethod
    def parse(cls, text: str) -> Scale:
        """Read "1-7".

        Raises:
            UsageError: it is not of that form, or the first number is not the lower one.
        """
        match = _SCALE.fullmatch(text.strip())
        if match is None or not int(match[1]) < int(match[2]) <= MOST:
            message = f"{text!r} is no scale."
            raise UsageError(message, hint="Write the lowest and the highest score: 1-7")
        return cls(min=int(match[1]), max=int(match[2]))

    def share(self, value: float) -> float:
        """Where a value lies between min (0) and max (1)."""
        return (value - self.min) / (self.max - self.min)

    def value(self, share: float) -> float:
        """The value that lies at this share of the way from min to max."""
        return self.min + share * (self.max - self.min)


class Criterion(_Part):
    """One thing that is looked at."""

    description: Sentence
    """What a good text is like in this respect, in a sentence or two."""
    question: Sentence | None = None
    """The same as a question that "Yes" answers for a good text; the profile `small` asks it."""
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """Its part in the weighted mean."""
    levels: dict[int, Sentence] = Field(default_factory=dict)
    """Score -> what deserves it; scores between those named lie between them."""
    scale: Scale | None = None
    """Its own scale; none: the rubric's."""


class Rubric(_Part):
    """What is judged, beside which columns, by which criteria."""

    name: Sentence
    description: str = ""
    """What it is meant for, in a line."""
    judged: Column = "output"
    """The column that is judged."""
    shown: tuple[Column, ...] = ("system", "instruction", "input", "context")
    """Columns that the judge sees beside it, in this order; one that a row lacks or leaves empty is left out."""
    scale: Scale = Scale()
    """Of the whole, and of each criterion without its own."""
    criteria: dict[Name, Criterion] = Field(min_length=1)
    """Name -> criterion, in the order in which they are judged."""

    @model_validator(mode="after")
    def _fits_together(self) -> Rubric:
        if self.judged in self.shown:
            message = f"the judged column {self.judged!r} is among the shown ones"
            raise ValueError(message)
        for name, criterion in self.criteria.items():
            scale = self.scale_of(name)
            outside = [level for level in criterion.levels if not scale.min <= level <= scale.max]
            if outside:
                message = f"the level {outside[0]} of {name!r} lies outside its scale of {scale.min} to {scale.max}"
                raise ValueError(message)
        return self

    def scale_of(self, criterion: str) -> Scale:
        """The scale of one criterion."""
        return self.criteria[criterion].scale or self.scale

    def mean(self, scores: Mapping[str, float]) -> float:
        """The weighted mean of scores for all criteria, each first brought to the rubric's scale."""
        total = sum(criterion.weight for criterion in self.criteria.values())
        shares = (self.scale_of(name).share(scores[name]) * c.weight for name, c in self.criteria.items())
        return self.scale.value(sum(shares) / total)

    @property
    def hash(self) -> str:
        """Names all that it says."""
        return digest(HASH_TAG, self.model_dump(mode="json"))

    @classmethod
    def from_text(cls, text: str, where: str) -> Rubric:
        """Read a rubric from the text of its file.

        Args:
            text: the YAML.
            where: what to call the file in messages.

        Raises:
            UsageError: it is not YAML or not a rubric; the message has file, line and key.
        """
        document = parse(text.removeprefix("\ufeff"), where)
        if not isinstance(document.value, dict):
            message = f"{where}:1: a rubric is a mapping with the keys name, judged, shown, scale and criteria."
            raise UsageError(message, hint=f"Take the shipped {INSTRUCTION!r} as an example: docs/judging.md has it.")
        try:
            return cls.model_validate(document.value)
        except ValidationError as error:
            raise _wrong(error, document, where) from error

    @classmethod
    def from_file(cls, path: Path | str) -> Rubric:
        """Read a rubric file (UTF-8).

        Raises:
            UsageError: the file cannot be read or is not a rubric.
        """
        path = Path(path)
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            message = f"the rubric {path} cannot be read: {error.strerror}."
            hint = f"Check the path; the shipped rubrics are {', '.join(shipped_rubrics())}."
            raise UsageError(message, hint=hint) from error
        except UnicodeDecodeError as error:
            message = f"the rubric {path} is not UTF-8 (byte {error.start})."
            raise UsageError(message, hint="Save it as UTF-8.") from error
        return cls.from_text(text, str(path))


@cache
def _shipped() -> Mapping[str, Traversable]:
    folder = files(__package__).joinpath("judge", "rubrics")
    return {f.name.removesuffix(".yaml"): f for f in folder.iterdir() if f.name.endswith(".yaml")}


def shipped_rubrics() -> list[str]:
    """The names of the rubrics in the package, sorted."""
    return sorted(_shipped())


def find_rubric(name_or_path: str | Path) -> Rubric:
    """A shipped rubric by its name, or a rubric file.

    Raises:
        UsageError: there is neither, or the file is no rubric.
    """
    name = str(name_or_path)
    if name in _shipped():
        file = _shipped()[name]
        return Rubric.from_text(file.read_bytes().decode("utf-8"), f"prompts/judge/rubrics/{file.name}")
    if "/" in name or "\\" in name or name.endswith((".yaml", ".yml")) or isinstance(name_or_path, Path):
        return Rubric.from_file(name_or_path)
    near = difflib.get_close_matches(name, shipped_rubrics(), n=1)
    message = f"there is no rubric {name!r}."
    guess = f"Did you mean {near[0]!r}?" if near else f"Shipped are: {', '.join(shipped_rubrics())}."
    raise UsageError(message, hint=f"{guess} A file of your own is named with its path (./mine.yaml).")


def _wrong(error: ValidationError, document: Document, where: str) -> UsageError:
    problems = error.errors(include_url=False)
    first = min(problems, key=lambda p: p["type"] != "extra_forbidden")
    path = tuple(str(part) if part != "[key]" else "" for part in first["loc"])
    key = ".".join(part for part in path if part) or "the rubric"
    said = first["msg"].removeprefix("Value error, ")
    said = "unknown key" if first["type"] == "extra_forbidden" else said[:1].lower() + said[1:]
    message = f"{where}:{document.line(path)}: {key}: {said}."
    return UsageError(message, hint="docs/judging.md shows what a rubric looks like.")

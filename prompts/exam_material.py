"""ExamMaterial: kinds of knowledge, worked examples and solved questions, as data: shipped, or a file of the user's."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ..core import digest
from ..core.errors import UsageError
from .strict_yaml import Document, parse

HASH_TAG = "exam-material-1"
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Category(_Part):
    """A kind of knowledge."""

    about: Text
    """What belongs to it, in a line."""


class ClassifiedExample(_Part):
    """A row with the classifier's answer."""

    instruction: Text
    input: str = ""
    output: Text
    needs_knowledge: bool
    category: Name | None = None
    """Required where knowledge is needed."""
    reason: Text
    queries: tuple[Text, ...] = ()
    """What one would look up."""


class Demonstration(_Part):
    """A solved question."""

    stem: Text
    options: tuple[Text, Text, Text, Text]
    key: Literal["A", "B", "C", "D"]


class ExamMaterial(_Part):
    """Everything that exams show beside the row itself."""

    categories: dict[Name, Category] = Field(min_length=1)
    """Name -> what it is about."""
    examples: tuple[ClassifiedExample, ...] = ()
    """For the classifier."""
    demonstrations: tuple[Demonstration, ...] = ()
    """For the model under examination."""

    @model_validator(mode="after")
    def _fits_together(self) -> ExamMaterial:
        for example in self.examples:
            if example.needs_knowledge != (example.category is not None):
                message = f"the example {example.instruction!r} has a category if it needs knowledge, and only then"
                raise ValueError(message)
            if example.category is not None and example.category not in self.categories:
                message = f"the example {example.instruction!r} has the unknown category {example.category!r}"
                raise ValueError(message)
        return self

    @property
    def hash(self) -> str:
        """Names all that it says."""
        return digest(HASH_TAG, self.model_dump(mode="json"))

    @classmethod
    def from_text(cls, text: str, where: str) -> ExamMaterial:
        """Read it from the text of its file.

        Raises:
            UsageError: it is not YAML or not exam material; the message has file, line and key.
        """
        document = parse(text.removeprefix("\ufeff"), where)
        if not isinstance(document.value, dict):
            message = f"{where}:1: exam material is a mapping with the keys categories, examples and demonstrations."
            raise UsageError(message, hint="docs/exams.md shows what it looks like.")
        try:
            return cls.model_validate(document.value)
        except ValidationError as error:
            raise _wrong(error, document, where) from error

    @classmethod
    def from_file(cls, path: Path | str) -> ExamMaterial:
        """Read a file (UTF-8).

        Raises:
            UsageError: the file cannot be read or is no exam material.
        """
        path = Path(path)
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            message = f"the exam material {path} cannot be read: {error.strerror}."
            raise UsageError(message, hint="Check the path; without it the shipped categories are used.") from error
        except UnicodeDecodeError as error:
            message = f"the exam material {path} is not UTF-8 (byte {error.start})."
            raise UsageError(message, hint="Save it as UTF-8.") from error
        return cls.from_text(text, str(path))


@cache
def shipped_material() -> ExamMaterial:
    """What ships with the package."""
    file = files(__package__).joinpath("exam", "categories.yaml")
    return ExamMaterial.from_text(file.read_bytes().decode("utf-8"), "prompts/exam/categories.yaml")


def _wrong(error: ValidationError, document: Document, where: str) -> UsageError:
    problems = error.errors(include_url=False)
    first = min(problems, key=lambda p: p["type"] != "extra_forbidden")
    path = tuple(part for part in first["loc"] if part != "[key]")
    key = ".".join(map(str, path)) or "the exam material"
    said = first["msg"].removeprefix("Value error, ")
    said = "unknown key" if first["type"] == "extra_forbidden" else said[:1].lower() + said[1:]
    message = f"{where}:{document.line(path)}: {key}: {said}."
    return UsageError(message, hint="docs/exams.md shows what exam material looks like.")

"""What every format is read into before it is verified: a sentence with its terms as the file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class GivenSpan:
    """A span as a file states it; `text` is None where the file has offsets only."""

    text: str | None
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class GivenTerm:
    """A term as a file states it."""

    id: str
    span: GivenSpan
    polarity: str | None
    """None where the format has no polarities."""
    opinions: tuple[GivenSpan, ...] = ()
    opinions_inferred: bool = False


@dataclass(frozen=True, slots=True)
class GivenSentence:
    """A sentence as a file states it."""

    key: str
    """Where it is: "test.xml:12"."""
    id: str
    text: str
    terms: tuple[GivenTerm, ...]


@dataclass(frozen=True, slots=True)
class AspectProblem:
    """What was wrong with one term, or with one opinion of it."""

    key: str
    """Place in the file and id of the term: "test.xml:12#892:1_0"."""
    reason: str
    """Slug: conflict_polarity, no_polarity, unknown_polarity, implicit_target, span_mismatch, span_ambiguous,
    span_moved, term_respelt, opinion_span_mismatch, opinion_span_moved ..."""
    outcome: Literal["skipped", "failed", "repaired"]
    """skipped: not a term to test. failed: it cannot be used. repaired: it was put right, and is used."""
    message: str
    sentence: str
    term: str

    def as_dict(self) -> dict[str, Any]:
        """For a row."""
        return {name: getattr(self, name) for name in ("key", "reason", "outcome", "message", "sentence", "term")}


def given_span(value: Any) -> GivenSpan:
    """A span from {"text" | "term", "from" | "start", "to" | "end"}.

    Raises:
        ValueError: it is no object, or a part has the wrong type.
    """
    if not isinstance(value, Mapping):
        message = f"a span must be an object with text, from and to, not {value!r:.60}"
        raise ValueError(message)  # noqa: TRY004 (one kind of error for whatever a file holds)
    text = value.get("text", value.get("term"))
    start = value.get("from", value.get("start"))
    end = value.get("to", value.get("end"))
    if text is not None and not isinstance(text, str):
        message = f"the text of a span must be a text, not {text!r:.60}"
        raise ValueError(message)
    return GivenSpan(text, _offset(start), _offset(end))


def _offset(value: Any) -> int | None:
    if value is None or value == "":
        return None
    # SemEval and many converters write offsets as texts.
    if isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    message = f"an offset must be a whole number of characters, not {value!r:.60}"
    raise ValueError(message)

"""What dialogues are planned from, as seed rows give it: settings, openers, closers, emotions, styles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ...core import SourceRow, seeded
from ...core.errors import UsageError
from ...core.records import StyleExample, StyleFeature
from ..builder import require_fields
from .style_features import FEATURES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Move:
    """A way to open or close: what is to be done, and a line that does it."""

    intent: str
    line: str = ""
    reply: str = ""
    """What the other one says to it."""


@dataclass(frozen=True, slots=True)
class Arc:
    """What the two speakers feel, from the beginning to the end."""

    name: str
    first: tuple[str, ...]
    """Emotions of whoever speaks first."""
    second: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StyleAspect:
    """One aspect of a style, with its examples."""

    name: str
    aspect: str
    """What it is about (length, tone, register ...): styles are composed of different ones."""
    guideline: str
    examples: tuple[StyleExample, ...]
    features: tuple[StyleFeature, ...] = ()


@dataclass(frozen=True, slots=True)
class Materials:
    """Everything that plans are drawn from."""

    settings: tuple[str, ...]
    openers: tuple[Move, ...]
    closers: tuple[Move, ...]
    disagreements: tuple[str, ...] = ()
    arcs: tuple[Arc, ...] = ()
    emotions: Mapping[str, str] = field(default_factory=dict)
    """Emotion -> how it shows in what is said."""
    styles: tuple[StyleAspect, ...] = ()
    bridges: tuple[str, ...] = ()
    """small: what a speaker says before turning to their own life."""


_as_data: TypeAdapter[Materials] = TypeAdapter(Materials)


def to_data(materials: Materials) -> dict[str, Any]:
    """Materials as plain JSON data, for items."""
    data: dict[str, Any] = _as_data.dump_python(materials, mode="json")
    return data


def from_data(data: Mapping[str, Any]) -> Materials:
    """Materials from plain JSON data."""
    return _as_data.validate_python(dict(data))


def dealt(things: Sequence[T], seed: int, kind: str, number: int, plan: int = 0) -> T:
    """One of some things, dealt like cards: each comes once before any comes twice, whatever order items end in.

    Args:
        things: at least one.
        seed: the run's.
        kind: what they are; each kind is shuffled by itself.
        number: of the item.
        plan: number of its plan; a second plan is dealt from the bottom, so that it takes nobody else's card.
    """
    order = list(range(len(things)))
    seeded(seed, "dealt", kind).shuffle(order)
    return things[order[(-number - plan if plan else number) % len(order)]]


def read_materials(sources: Mapping[str, Iterable[SourceRow]]) -> Materials:
    """Read all materials; sources that are not given are empty, except that settings, openers and closers must be.

    Raises:
        UsageError: a row lacks a column, a style has no example, an arc names an emotion that is not described.
    """
    settings = tuple(_text(row, "setting") for row in sources["settings"])
    openers = tuple(
        Move(_text(row, "opener"), _optional(row, "line"), _optional(row, "reply")) for row in sources["openers"]
    )
    closers = tuple(Move(_text(row, "closer"), _optional(row, "line")) for row in sources["closers"])
    for name, found in (("settings", settings), ("openers", openers), ("closers", closers)):
        if not found:
            message = f"the source {name!r} has no rows."
            raise UsageError(message, hint=f"Give some, or take the shipped ones: shipped:dialogues/{name}.jsonl")
    emotions = {_text(row, "emotion"): _optional(row, "shows") for row in sources.get("emotions", ())}
    arcs = tuple(_arc(row, emotions) for row in sources.get("arcs", ()))
    return Materials(
        settings=settings,
        openers=openers,
        closers=closers,
        disagreements=tuple(_text(row, "disagreement") for row in sources.get("disagreements", ())),
        arcs=arcs,
        emotions=emotions,
        styles=tuple(_style(row) for row in sources.get("styles", ())),
        bridges=tuple(_text(row, "bridge") for row in sources.get("bridges", ())),
    )


def _arc(row: SourceRow, emotions: Mapping[str, str]) -> Arc:
    require_fields(row, "arc", "first", "second")
    first, second = (tuple(map(str, row.fields[side] or ())) for side in ("first", "second"))
    unknown = [label for label in (*first, *second) if emotions and label not in emotions]
    if unknown or not first or not second:
        what = f"names the emotion {unknown[0]!r}, which is not described" if unknown else "names no emotion"
        message = f"{row.key}: the arc {row.fields['arc']!r} {what}."
        raise UsageError(message, hint="Describe it in the source emotions: {emotion: ..., shows: ...}.")
    return Arc(_text(row, "arc"), first, second)


def _style(row: SourceRow) -> StyleAspect:
    name, aspect, guideline = (_text(row, column) for column in ("style", "aspect", "guideline"))
    try:
        examples = tuple(StyleExample.model_validate(example) for example in row.fields.get("examples") or ())
        features = tuple(StyleFeature.model_validate(feature) for feature in row.fields.get("features") or ())
    except ValidationError as error:
        first = error.errors()[0]
        message = f"{row.key}: style {name!r}, {'.'.join(map(str, first['loc']))}: {first['msg']}."
        raise UsageError(message, hint="An example is {before, after, author}, a feature {name, want}.") from error
    if not examples:
        message = f"{row.key}: the style {name!r} has no example."
        raise UsageError(message, hint="Write some by hand: examples: [{before: ..., after: ..., author: ...}].")
    unknown = [feature.name for feature in features if feature.name not in FEATURES]
    if unknown:
        message = f"{row.key}: style {name!r}: nothing counts {unknown[0]!r}."
        raise UsageError(message, hint=f"What can be counted: {', '.join(sorted(FEATURES))}.")
    return StyleAspect(name, aspect, guideline, examples, features)


def _text(row: SourceRow, column: str) -> str:
    require_fields(row, column)
    value = row.fields[column]
    if not isinstance(value, str) or not value.strip():
        message = f"{row.key}: the column {column!r} holds {value!r}, not a text."
        raise UsageError(message, hint="Every row of this source needs one.")
    return value.strip()


def _optional(row: SourceRow, column: str) -> str:
    value = row.fields.get(column)
    return value.strip() if isinstance(value, str) else ""

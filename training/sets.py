"""The rows that an unlearning learns from: what to forget, what to keep, what to learn again."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..core.errors import UsageError
from ..core.seeding import derive_seed
from ..quality import Row
from ..quality.patterns import Hit
from ..quality.patterns.fields import INSTRUCTIONS, RESPONSES, TURNS, parts
from .wording import fixed_parts

ANSWERS = "assistant"
"""The role whose messages are trained on."""
_ROLES = {
    "system": "system",
    "human": "user",
    "user": "user",
    "prompter": "user",
    "gpt": ANSWERS,
    "assistant": ANSWERS,
    "model": ANSWERS,
    "bot": ANSWERS,
    "chatgpt": ANSWERS,
}
_WHOLE = "pattern.row"
"""The check whose spans are whole texts: where no wording is found in one, its content would be forgotten with it."""


class Message(BaseModel):
    """One message of a conversation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: str
    """system, user or assistant."""
    content: str


class FlaggedSpan(BaseModel):
    """A place of a row that is to be forgotten."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: int = Field(ge=0)
    """0-based position of the message, which is one of the assistant's."""
    span: tuple[int, int]
    """From and to, in characters of the message's content."""
    pattern: str = ""
    """Id of the pattern, as in patterns.parquet."""


class TrainingRow(BaseModel):
    """A row of one of the sets: a line of its JSONL file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    messages: tuple[Message, ...] = Field(min_length=1)
    spans: tuple[FlaggedSpan, ...] = ()
    """Empty but in forget rows."""

    @model_validator(mode="after")
    def _spans_lie_in_answers(self) -> TrainingRow:
        if not any(message.role == ANSWERS and message.content for message in self.messages):
            message = "no message of the assistant has a text: there is nothing to train on"
            raise ValueError(message)
        for one in self.spans:
            if one.message >= len(self.messages) or self.messages[one.message].role != ANSWERS:
                message = f"the span {list(one.span)} lies in message {one.message}, which is none of the assistant's"
                raise ValueError(message)
            start, end = one.span
            if not 0 <= start < end <= len(self.messages[one.message].content):
                length = len(self.messages[one.message].content)
                message = f"the span {[start, end]} does not lie in message {one.message}, of {length} characters"
                raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True)
class UnlearningSets:
    """What `corpusmith unlearn` takes."""

    forget: tuple[TrainingRow, ...]
    """Rows with flagged spans."""
    held_out: tuple[TrainingRow, ...]
    """The same, never trained on: the stop rule looks at them."""
    retain: tuple[TrainingRow, ...]
    """Rows without a pattern, on which the model is to stay what it was."""
    replay: tuple[TrainingRow, ...]
    """Rows to learn from: of a reference, or without a pattern."""
    notes: tuple[str, ...] = ()
    """What was left out, and why."""

    def files(self) -> dict[str, tuple[TrainingRow, ...]]:
        """File name -> rows."""
        return {
            "forget.jsonl": self.forget,
            "held_out.jsonl": self.held_out,
            "retain.jsonl": self.retain,
            "replay.jsonl": self.replay,
        }


def training_row(row: Row) -> TrainingRow | None:
    """A row of instruction data or a dialogue as a conversation, None where it has no answer.

    Args:
        row: with a column of turns, or an answer (output, response ...) and as far as they are there an instruction
            (instruction, prompt ...), `input` and `system`. Of unknown speakers the first one asks and the others
            answer.
    """
    messages = [message for _, message in _turns(row)] or _pair(row)
    if not any(message.role == ANSWERS and message.content for message in messages):
        return None
    return TrainingRow(id=row.id, messages=tuple(messages))


def unlearning_sets(
    rows: Iterable[Row],
    hits: Iterable[Hit],
    replay: Iterable[Row] | None = None,
    *,
    wordings: Mapping[str, str] | None = None,
    seed: int = 17,
    most: int = 2000,
    held_out: float = 0.2,
) -> UnlearningSets:
    """Make the sets from rows and the places in which they carry a pattern.

    Spans in instructions are no part of what a model learns to write and are left out. Of a pattern with slots only
    its fixed words are flagged; a whole text (pattern.row) without any is left out. A row that carries a pattern
    in an answer is never in retain or replay.

    Args:
        rows: the data, as the hits have seen it.
        hits: from `find_patterns` or from an audit's verdicts.
        replay: rows of a reference; without them half of the rows without a pattern.
        wordings: pattern id -> its text; without it a hit is flagged as a whole.
        seed: decides which rows are taken, and which are held out.
        most: rows of each set.
        held_out: share of the forget rows that is held out, at least one.

    Raises:
        UsageError: fewer than two rows carry a pattern in an answer, or no row is left to retain or replay.
    """
    by_row: defaultdict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_row[hit.row].append(hit)
    flagged: _Sample = _Sample(most, seed, "forget")
    clean: _Sample = _Sample(2 * most, seed, "clean")
    left_out: Counter[str] = Counter()
    for row in rows:
        made = training_row(row)
        if made is None:
            left_out["rows without an answer"] += 1
            continue
        places = by_row.get(row.index, ())
        spans = _spans(row, made, places, wordings or {})
        if spans:
            flagged.add(row.index, TrainingRow(id=made.id, messages=made.messages, spans=spans))
        elif any(hit.check == _WHOLE and hit.field not in INSTRUCTIONS for hit in places):
            left_out["rows of one form without fixed words"] += 1
        else:
            clean.add(row.index, made)
    others = _Sample(most, seed, "replay")
    if replay is not None:
        for row in replay:
            made = training_row(row)
            if made is not None:
                others.add(row.index, made)
    return _divided(flagged, clean, None if replay is None else others, held_out, left_out)


def _divided(
    flagged: _Sample, clean: _Sample, replay: _Sample | None, share: float, left_out: Counter[str]
) -> UnlearningSets:
    forget, kept = list(flagged.rows()), list(clean.rows())
    if len(forget) < 2:
        message = f"{len(forget)} rows carry a pattern in an answer; at least 2 are needed, one of them to be held out."
        raise UsageError(message, hint="Look at the audit's patterns table: there may be nothing to forget.")
    half = len(kept) // 2 if replay is None else min(len(kept), clean.most // 2)
    learnt = kept[half:] if replay is None else list(replay.rows())
    if not kept[:half] or not learnt:
        message = f"{len(kept)} rows carry no pattern, which leaves {half} to retain and {len(learnt)} to replay."
        raise UsageError(message, hint="Give an audit with a reference, whose rows can be replayed, or more rows.")
    out = max(1, round(len(forget) * share))
    notes = [f"{number} {what}: left out." for what, number in left_out.items()]
    notes += [
        f"{len(sample)} of {sample.seen} {what} rows were drawn."
        for what, sample in (("forget", flagged), ("clean", clean), ("replay", replay))
        if sample is not None and sample.seen > len(sample)
    ]
    return UnlearningSets(tuple(forget[out:]), tuple(forget[:out]), tuple(kept[:half]), tuple(learnt), tuple(notes))


def _spans(row: Row, made: TrainingRow, hits: Sequence[Hit], wordings: Mapping[str, str]) -> tuple[FlaggedSpan, ...]:
    """The hits as places of the conversation's answers, in order, each once."""
    turns = [turn for turn, _ in _turns(row)]
    found = set()
    for hit in hits:
        if hit.turn is not None:
            at = turns.index(hit.turn) if hit.turn in turns else None
        else:
            at = _last(made.messages, row.text(hit.field)) if hit.field in RESPONSES else None
        if at is not None and made.messages[at].role == ANSWERS:
            found |= {(at, span, hit.pattern) for span in _flagged(hit, made.messages[at].content, wordings)}
    return tuple(FlaggedSpan(message=at, span=span, pattern=pattern) for at, span, pattern in sorted(found))


def _flagged(hit: Hit, text: str, wordings: Mapping[str, str]) -> Sequence[tuple[int, int]]:
    """What of a hit is to be forgotten."""
    wording = wordings.get(hit.pattern)
    fixed = fixed_parts(text, hit.span, wording) if wording else None
    if fixed is not None:
        return fixed
    return () if hit.check == _WHOLE or hit.span[0] >= hit.span[1] else (hit.span,)


def _last(messages: Sequence[Message], text: str) -> int | None:
    """The last answer that is this text."""
    same = [at for at, message in enumerate(messages) if message.role == ANSWERS and message.content == text]
    return same[-1] if same else None


def _turns(row: Row) -> list[tuple[int, Message]]:
    """Number and message of every turn that has a text; none where the row has no column of turns."""
    column = next((name for name in TURNS if any(part.turn is not None for part in parts(row, (name,)))), None)
    if column is None:
        return []
    found = [(part.turn, part.field.partition(":")[2], part.text) for part in parts(row, (column,))]
    first = found[0][1]
    unknown = {speaker: "user" if speaker == first else ANSWERS for _, speaker, _ in found}
    return [
        (number, Message(role=_ROLES.get(speaker.lower()) or _other(number, speaker, unknown), content=text))
        for number, speaker, text in found
        if number is not None
    ]


def _other(number: int, speaker: str, unknown: Mapping[str, str]) -> str:
    """Role of a speaker without a known role; turns without any speaker take turns."""
    return unknown[speaker] if speaker else ("user", ANSWERS)[number % 2]


def _pair(row: Row) -> list[Message]:
    answer = _answer(row)
    if answer is None:
        return []
    asked = next((row.text(name) for name in INSTRUCTIONS if row.text(name)), "")
    shown = "\n\n".join(text for text in (asked, row.text("input")) if text)
    system = [Message(role="system", content=row.text("system"))] if row.text("system") else []
    user = [Message(role="user", content=shown)] if shown else []
    return [*system, *user, Message(role=ANSWERS, content=row.text(answer))]


def _answer(row: Row) -> str | None:
    """The column that holds the answer."""
    return next((name for name in RESPONSES if row.text(name).strip()), None)


class _Sample:
    """A draw of so many rows that depends on seed and position alone, in memory for no more than that."""

    def __init__(self, most: int, seed: int, what: str) -> None:
        self.most, self.seen = most, 0
        self._seed, self._what = seed, what
        self._kept: list[tuple[int, int, TrainingRow]] = []

    def add(self, index: int, row: TrainingRow) -> None:
        self.seen += 1
        # The heap's first is the one with the highest number, the next to go.
        entry = (-derive_seed(self._seed, self._what, index), index, row)
        if len(self._kept) < self.most:
            heapq.heappush(self._kept, entry)
        elif entry[:2] > self._kept[0][:2]:
            heapq.heapreplace(self._kept, entry)

    def rows(self) -> Iterator[TrainingRow]:
        """In the order of the draw."""
        return (row for _, _, row in sorted(self._kept, key=lambda entry: (-entry[0], entry[1])))

    def __len__(self) -> int:
        return len(self._kept)

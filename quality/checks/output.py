"""Answers that are no answers: empty, a placeholder, or the input again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..batch import Batch, Texts
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found, unjudged
from ..rules import candidates, first_hit, rule
from ..turns import Turn


class EmptyOutput:
    """output.empty: the answer is missing, or nothing but white space.

    In a conversation every turn of the assistant is looked at, and one that only calls a tool is not empty.
    """

    name = "output.empty"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.empty."""

        field: str = "output"
        """Column that must hold a text."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the column is null, empty or white space. A row without the column cannot be judged."""
        batch = Batch.of(rows)
        findings = [self._judge(row) for row in batch]
        if self.options.field == "output":
            for at, turns in batch.turns.items():
                if findings[at].value == 0 or findings[at].evidence.get("error") == "no_column":
                    findings[at] = _in_turns(turns)
        return findings

    def _judge(self, row: Row) -> Finding:
        field = self.options.field
        value = row.fields.get(field)
        if isinstance(value, str):
            return CLEAN if value and not value.isspace() else found("empty_output", field, (0, len(value)), "empty")
        if field not in row.fields:
            return unjudged("no_column", field)
        return found("empty_output", field, (0, 0), "null") if value is None else unjudged("not_a_text", field)


def _in_turns(turns: Sequence[Turn]) -> Finding:
    answers = [(at, turn) for at, turn in enumerate(turns) if turn.role == "assistant"]
    if not answers:
        return found("empty_output", turns[-1].place, (0, 0), "no_answer")
    for at, turn in answers:
        # An empty turn before a tool's is the call of that tool, which some formats keep elsewhere.
        if turn.empty and not (at + 1 < len(turns) and turns[at + 1].role == "tool"):
            place, text = turn.texts[0] if turn.texts else (turn.place, "")
            return found("empty_output", place, (0, len(text)), "empty")
    return CLEAN


_NO_OUTPUT = rule(
    "no_output",
    # Stands at the start of the whole text: what follows is at most an excuse, not an answer.
    r"\A\W{0,3}no[\s_-]{0,2}output\b",
    "output",
    longest=300,
)
_PLACEHOLDERS = (
    _NO_OUTPUT,
    rule("no_input", r"\A\s*[<\[({]+\s*no[\s_-]*input\s*[>\])}]+\W*\Z", "input", longest=40),
    rule(
        "not_applicable",
        r"\A\W*(?:n/a|n\.a\.?|na|not applicable|none given|not available)\W*\Z",
        longest=40,
    ),
    # "None" alone may well be the answer; in brackets it is not.
    rule("null", r"\A\s*(?:[<\[({](?:null|nan|none|undefined|empty)[>\])}]|#n/a)\s*\Z", longest=30),
    rule("to_do", r"\A\W*(?:tbd|tba|todo|to be (?:determined|done|added|filled in)|fixme|wip)\W*\Z", longest=40),
    rule(
        "filler",
        r"\A\W*(?:lorem ipsum\b.{0,60}|placeholder(?: text)?|your (?:answer|response|output|text) (?:goes )?here|"
        r"(?:insert|enter|add|type) (?:your )?(?:answer|response|output|text)(?: here)?|"
        r"(?:answer|response|output|text) (?:goes|to be inserted|to follow) ?(?:here)?)\W*\Z",
        longest=100,
    ),
    rule("dots", r"\A\s*(?:\.{2,9}|…{1,3}|_{2,40}|-{2,40}|\?{2,9}|x{3,9}|\*{3,9})\s*\Z", longest=40),
)


class PlaceholderOutput:
    """output.placeholder: something stands where the answer should be ("<nooutput>", "N/A", "TBD", "...").

    A text that merely begins with "no output" counts when it is short: generators add an excuse to it.
    """

    name = "output.placeholder"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.placeholder."""

        field: str = "output"
        """Column to look at."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where a placeholder stands for the answer; the reason tells a plain "N/A" from the rest."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        texts = batch.texts(self.options.field)
        for at in candidates(texts, _PLACEHOLDERS):
            hit = first_hit(_PLACEHOLDERS, texts.texts[at])
            if hit and findings[texts.row(at)] is CLEAN:
                reason = "not_applicable_output" if hit.rule == "not_applicable" else "placeholder_output"
                findings[texts.row(at)] = found(reason, texts.field(at), hit.span, hit.rule)
        return findings


class OutputEqualsInput:
    """output.equals_input: the answer repeats the input, letter for letter.

    Case, punctuation and inner white space count, since changing them may be the very task. In a conversation a turn
    of the assistant must not repeat the user's turn before it.
    """

    name = "output.equals_input"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.equals_input."""

        fields: tuple[str, ...] = ("input", "instruction")
        """Columns that the answer must not repeat."""
        output: str = "output"
        """Column of the answer."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the stripped answer equals one of the stripped columns."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        outputs = batch.texts(self.options.output)
        for field in self.options.fields:
            self._compare(field, batch.texts(field).texts[: len(batch)], outputs, findings)
        if self.options.output == "output":
            for at, turns in batch.turns.items():
                if findings[at] is CLEAN:
                    findings[at] = _repeats(turns)
        return findings

    def _compare(self, field: str, sources: Sequence[str], outputs: Texts, findings: list[Finding]) -> None:
        for at, source in enumerate(sources):
            if source and findings[at] is CLEAN:
                output = outputs.texts[at]
                # Most pairs differ in a letter near their start, and stripping is not free.
                if source[:1] != output[:1] and not (source[:1].isspace() or output[:1].isspace()):
                    continue
                bare = output.strip()
                if bare and source.strip() == bare:
                    start = output.index(bare)
                    span = (start, start + len(bare))
                    findings[at] = found(f"output_equals_{field}", self.options.output, span, f"equals_{field}")


def _repeats(turns: Sequence[Turn]) -> Finding:
    for one, other in pairwise(turns):
        if (one.role, other.role) == ("user", "assistant") and other.texts:
            place, text = other.texts[0]
            if text.strip() and [t.strip() for _, t in one.texts] == [t.strip() for _, t in other.texts]:
                return found("output_equals_instruction", place, (0, len(text)), "equals_turn")
    return CLEAN

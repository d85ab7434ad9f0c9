"""Slots of a template that nobody filled."""

from __future__ import annotations

from collections.abc import Sequence

from ..check import Bar, CheckOptions, Finding, Row, Scope
from ..rules import rule, scan

_WANTED = (
    r"(?:image|picture|photo(?:graph)?|video|audio|sound|screenshot|file|document|article|link|url|text|table|chart|"
    r"graph|diagram|drawing|sketch|figure|logo|design|poem|story|song|music(?:al)?|code|answer|response|output|page)"
)
_SLOTS = (
    rule(
        "insert",
        r"[<\[({][^\S\n]*(?:please )?(?:insert|include|add|paste|attach|enter)\s+\w[^<>\[\](){}\n]{0,80}[>\])}]",
        *("insert", "include", "add", "paste", "attach", "enter"),
    ),
    # The whole column is one bracket that names the thing that should be there.
    rule(
        "stands_alone",
        r"\A[^\w<\[(]{0,3}[<\[(](?!/)(?!\w+\s+[\w-]+\s?=)"
        rf"[^<>\[\](){{}}\n=]{{0,60}}\b{_WANTED}s?\b[^<>\[\](){{}}\n=]{{0,60}}[>\])]\W{{0,3}}\Z",
        *("<", "[", "("),
        longest=140,
    ),
    rule("marker", r"<\s*no[\s_-]*(?:in|out)put\s*>", "put"),
)


class UnfilledSlot:
    """text.unfilled_slot: a slot such as "[insert poem]" or "<link to article>" stands where its content should be."""

    name = "text.unfilled_slot"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of text.unfilled_slot."""

        fields: tuple[str, ...] = ("input", "output")
        """Columns to look at. Letters to be filled in by their reader ("[Your name]") are not meant."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where one of the columns holds a slot."""
        return scan(rows, self.options.fields, _SLOTS, "unfilled_slot")

"""Inputs that say in words that there is no input."""

from __future__ import annotations

from collections.abc import Sequence

from ..check import Bar, CheckOptions, Finding, Row, Scope
from ..rules import rule, scan

_VARIANTS = (
    rule(
        "no_input",
        r"\A\W*no[\s_-]*inputs?(?:\s+(?:is\s+|was\s+)?(?:required|needed|necessary|provided|given|available))?\W*\Z",
        "input",
        longest=60,
    ),
    rule("none", r"\A\W*(?:none|null|nil|nan|n/?a|n\.a|not applicable|empty)\W*\Z", longest=30),
)


class NoInputVariant:
    """input.no_input_variant: the input says "No input", "<noinput>", "N/A" ... where it should be empty."""

    name = "input.no_input_variant"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of input.no_input_variant."""

        field: str = "input"
        """Column to look at."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the column is such a phrase and nothing else."""
        return scan(rows, (self.options.field,), _VARIANTS, "no_input_variant")

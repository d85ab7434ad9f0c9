"""Options of the builder `arts`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from ...core.records import Strategy
from ..builder import BuilderConfig


class ArtsConfig(BuilderConfig):
    """Options of `arts`."""

    generator: Literal["rules", "llm"] = "rules"
    """rules: offline, no model is asked. llm: a model writes the variants; what fails the checks is asked for again
    with the reasons, then made by the rules."""
    mode: Literal["compat", "strict"] = "compat"
    """compat: as the released sets; a neutral target stays neutral though its text is edited. strict: RevTgt refuses
    neutral targets."""
    strategies: tuple[Strategy, ...] = ("original", "revtgt", "revnon", "adddiff")
    """What is made of each target."""
    added_clauses: int = Field(default=3, ge=1, le=10)
    """Clauses that AddDiff adds at most."""
    find_opinions: Literal["missing", "lexicon", "llm", "never"] = "missing"
    """Where opinion spans come from that are not annotated. missing: found by lexicon, in files that have none at all.
    lexicon, llm: found for every term without one. never: such terms get no RevTgt and no RevNon."""
    attempts: int = Field(default=3, ge=1, le=20)
    """How often a variant that fails the checks is made anew, with other words."""
    wordnet: Path | None = None
    """Folder of WordNet files (Debian: /usr/share/wordnet) to take opposites from, instead of the table in the
    package."""
    profile: Literal["standard", "small"] = "standard"
    """Prompts of generator llm: small for models that cannot follow long instructions."""

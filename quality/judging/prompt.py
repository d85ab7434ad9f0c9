"""The prompt of a check: the shipped one or the user's own file, made sure to fit before any row is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ...core.errors import UsageError
from ...prompts import Prompt, PromptLibrary


def prompt_for(
    name: str, own: Path | None, *, kind: Literal["chat", "text"], inputs: Sequence[str], profile: str | None = None
) -> Prompt:
    """Find the prompt of a check.

    Args:
        name: the shipped prompt.
        own: a file to take in its place.
        kind: the kind that the check can use.
        inputs: what the check can fill in.
        profile: of the shipped prompt.

    Raises:
        UsageError: the file cannot be read, is of the other kind, or wants an input that the check does not have.
    """
    prompt = PromptLibrary({} if own is None else {name: own}).get(name, profile)
    if prompt.kind != kind:
        message = f"{prompt.where} is of kind {prompt.kind}, where a prompt of kind {kind} is needed."
        raise UsageError(message, hint=f"Write `kind: {kind}` in its front matter, or choose another profile.")
    unknown = [one for one in prompt.inputs if one not in inputs]
    if unknown:
        message = f"{prompt.where} wants the input {unknown[0]!r}, which this check does not have."
        raise UsageError(message, hint=f"It has: {', '.join(inputs)}.")
    return prompt

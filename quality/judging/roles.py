"""Which model a check asks, and whether that model can do what the check needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ...core.errors import MissingCapability, UsageError
from ...llm import LLM

RoleName = Literal["default", "target", "judge"]


def model_of(models: Mapping[str, LLM], role: str, check: str) -> LLM:
    """The model of a role; one that is not given falls back to "default".

    Raises:
        UsageError: neither is given.
    """
    found = models.get(role) or models.get("default")
    if found is None:
        given = ", ".join(models) or "none"
        message = f"the check {check!r} asks the model of the role {role!r}, which is not given (given: {given})."
        hint = f"Add models.{role} to the policy, or --set models.{role}.model=NAME; options.role names another role."
        raise UsageError(message, hint=hint)
    return found


def require_score(llm: LLM, check: str) -> None:
    """Make sure that a model gives log-likelihoods.

    Raises:
        MissingCapability: its backend does not.
    """
    if not llm.capabilities.score:
        message = (
            f"the check {check!r} needs log-likelihoods of a given text, which the backend "
            f"{llm.settings.backend!r} does not give."
        )
        hint = "Use a backend that scores (llamacpp, vllm, a vLLM server), or leave the check out."
        raise MissingCapability(message, hint=hint)

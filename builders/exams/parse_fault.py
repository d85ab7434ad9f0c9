"""Why a question of a reply could not be read for certain."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The slugs of what makes a question unreadable."""

    NO_QUESTION = "no_question"
    TOO_FEW_OPTIONS = "too_few_options"
    TOO_MANY_OPTIONS = "too_many_options"
    AMBIGUOUS_OPTIONS = "ambiguous_options"
    EQUAL_OPTIONS = "equal_options"
    NO_KEY = "no_key"
    SEVERAL_KEYS = "several_keys"
    CONFLICTING_KEYS = "conflicting_keys"
    UNCLEAR_KEY = "unclear_key"
    KEY_TEXT_DIFFERS = "key_text_differs"


class Fault(Exception):
    """A question that cannot be read for certain; it fails alone."""

    def __init__(self, reason: Reason) -> None:
        """Take the reason."""
        super().__init__(reason.value)
        self.reason = reason

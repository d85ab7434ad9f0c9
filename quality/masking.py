"""Telling what was found without telling it."""

from __future__ import annotations


def masked(text: str, shown: int = 4) -> str:
    """A text with all but its first characters hidden: "AKIA... (20 characters)".

    Args:
        text: what must not be repeated.
        shown: how many characters of it may be seen; never more than a quarter of them.
    """
    return f"{text[: min(shown, len(text) // 4)]}... ({len(text)} characters)"

"""Names in what is said, masked."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAME = re.compile(r"(?<=[\w,;:'’)] )[A-ZÀ-Þ][a-zà-ÿ'’-]{2,}")
_KEPT = frozenset(("I'm", "I've", "I'd", "I'll", "English", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"))


def masked(text: str, names: Sequence[str] = ()) -> str:
    """A text without names: those given, and words written with a capital inside a sentence, become "someone"."""
    for name in names:
        if len(name) > 1:
            text = re.sub(rf"\b{re.escape(name)}\b", "someone", text, flags=re.IGNORECASE)
    return _NAME.sub(lambda match: match.group() if match.group() in _KEPT else "someone", text)

"""Which option a reply in free form chooses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from ...core.records.exam import LETTERS, Letter
from .parse_fault import Fault
from .parse_key import key_of
from .parse_options import same


def parse_answer(text: str, options: Sequence[str]) -> Letter | None:
    """The letter that a reply names, by itself ("B", "(b).", "B) Paris"), in a sentence, or by the option's text.

    Args:
        text: the reply.
        options: the four options as they were shown.

    Returns:
        None where it names none, or not clearly.
    """
    bare = text.strip().strip("*_`\"' ")
    alone = re.fullmatch(r"[(\[]?([A-Da-d])[)\].:]*", bare)
    if alone is not None:
        return cast("Letter", alone[1].upper())
    by_text = [letter for letter, option in zip(LETTERS, options, strict=True) if same(option) == same(bare)]
    if len(by_text) == 1:
        return by_text[0]
    said = set()
    for told in (text, f"Answer: {bare.splitlines()[0] if bare else ''}"):
        try:
            said.add(key_of(told, options, None, None))
        except Fault:
            continue
    return cast("Letter", said.pop()) if len(said) == 1 else None

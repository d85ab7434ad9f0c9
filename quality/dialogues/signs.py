"""Weak signs: what one good dialogue in fifty shows as well, but hardly two of them at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..check import Bar
from .measures import Measures, measure
from .persona_use import PersonaUse, persona_use
from .talk import Talk


@dataclass(frozen=True, slots=True)
class Sign:
    """One weak sign: what is measured and where human dialogues end."""

    name: str
    """Last part of its check's name."""
    reason: str
    bar: Bar
    """About the 99th percentile of human dialogues (PersonaChat and Topical-Chat, validation sets)."""
    value: Callable[[Measures, PersonaUse | None], float | None]
    """None where it cannot be measured: no personas, another language."""


SIGNS = (
    Sign("repeated_trigrams", "repeated_words", Bar(0.085, "above"), lambda m, _: m.repeated_trigrams),
    Sign("agreement_formulas", "agreement_formulas", Bar(0.35, "above"), lambda m, _: m.agreement),
    Sign("adjacent_echo", "adjacent_echo", Bar(0.035, "above"), lambda m, _: m.adjacent_echo),
    Sign("distinct_2", "low_variety", Bar(0.83, "below"), lambda m, _: m.distinct_2),
    Sign("duplicate_turns", "duplicate_turns", Bar(0.0, "above"), lambda m, _: m.duplicate_turns),
    Sign("wrong_speaker", "fact_of_partner", Bar(1.0), lambda _, u: None if u is None else float(len(u.by_partner))),
    Sign("verbatim_share", "verbatim_facts", Bar(0.125, "above"), lambda _, u: None if u is None else u.pasted_share),
)


def signs(talk: Talk) -> dict[str, tuple[float, Sign]]:
    """The weak signs of a dialogue: name -> (value, sign) of those that cross their bar."""
    measures, use = measure(talk), persona_use(talk)
    found = {}
    for sign in SIGNS:
        value = sign.value(measures, use)
        if value is not None and sign.bar.crossed(value):
            found[sign.name] = (value, sign)
    return found


def shown(found: dict[str, tuple[float, Sign]]) -> dict[str, Any]:
    """Signs as evidence: name -> [value, bar]."""
    return {name: [round(value, 4), sign.bar.value] for name, (value, sign) in found.items()}

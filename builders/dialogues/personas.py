"""Personas from seed rows: which facts are taken, which are left out and why, and which personas cannot be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...core import SourceRow, digest
from ...core.errors import UsageError
from ...core.records import CastMember, DroppedFact, Fact, Persona
from ...quality.dialogues.contradiction import facts_contradict
from ...quality.dialogues.shape import personas_of
from ...quality.dialogues.wording import is_english, words
from .options import DialoguesConfig


@dataclass(frozen=True, slots=True)
class Ingested:
    """One persona of a row, or why there is none."""

    key: str
    """The row's key; with "#2" for the second persona of a row."""
    member: CastMember | None
    fault: str = ""
    """Slug, where it cannot be used."""
    text: str = ""
    why: str = ""


def ingest(row: SourceRow, config: DialoguesConfig) -> list[Ingested]:
    """The personas of one row, in order.

    Empty facts and repeated ones are left out, with a note. A persona is refused that has too few facts or too many,
    contradicts itself, or is in another language.

    Raises:
        UsageError: the row has no persona in it; the message names the columns found.
    """
    found = personas_of(row.fields)
    if not found:
        names = ", ".join(sorted(map(str, row.fields))) or "none"
        message = f"{row.key}: there is no persona in this row; its columns are: {names}."
        raise UsageError(message, hint="Name the column of facts: --columns facts=COLUMN (a list, or a fact a line).")
    return [
        _ingest(row, f"{row.key}#{n}" if n > 1 else row.key, facts, n, len(found), config)
        for n, facts in enumerate(found, 1)
    ]


def _ingest(row: SourceRow, key: str, texts: Sequence[str], number: int, of: int, config: DialoguesConfig) -> Ingested:
    facts: list[Fact] = []
    dropped: list[DroppedFact] = []
    seen: dict[str, str] = {}
    for at, text in enumerate(texts, 1):
        name, folded = f"f{at}", " ".join(words(text))
        if not folded:
            dropped.append(DroppedFact(fact_id=name, text=text, reason="empty_fact"))
        elif folded in seen:
            dropped.append(DroppedFact(fact_id=name, text=text, reason=f"repeats {seen[folded]}"))
        else:
            seen[folded] = name
            facts.append(Fact(id=name, text=text))
    whole = "\n".join(texts)
    if len(facts) > config.max_facts:
        why = f"{len(facts)} facts, and max_facts is {config.max_facts}"
        return Ingested(key, None, "too_many_facts", whole, why)
    if len(facts) < config.min_facts:
        why = f"{len(facts)} facts are left of {len(texts)}, and min_facts is {config.min_facts}"
        return Ingested(key, None, "too_few_facts", whole, why)
    if config.language == "en" and not _reads_english(facts):
        return Ingested(key, None, "other_language", whole, "it does not read like English; set builder.language")
    pair = facts_contradict([fact.text for fact in facts])
    if pair:
        return Ingested(key, None, "contradicts_itself", whole, f"{pair[0]!r} and {pair[1]!r}")
    persona = Persona(
        id=_id(row.fields, whole, number, of),
        facts=tuple(facts),
        source=_text(row.fields, "source") or key.partition(":")[0],
        licence=_text(row.fields, "licence") or _text(row.fields, "license"),
    )
    member = CastMember(
        speaker="",
        persona=persona.id,
        facts=persona.facts,
        dropped=tuple(dropped),
        source=persona.source,
        licence=persona.licence,
    )
    return Ingested(key, member)


def _reads_english(facts: Sequence[Fact]) -> bool:
    said = [word for fact in facts for word in words(fact.text)]
    return all(fact.text.isascii() for fact in facts) if len(said) < 8 else is_english(said)


def _id(fields: Mapping[str, Any], whole: str, number: int, of: int) -> str:
    own = fields.get("id")
    if isinstance(own, str | int) and str(own).strip():
        return f"{own}#{number}" if of > 1 else str(own)
    return digest("persona-1", whole, size=6)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""

"""Recognising dialogues and personas of other makers by their columns.

What is recognised is brought to the columns `turns` ({"speaker", "text"}) and `personas` ({"speaker", "facts"}).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

_TURN_LISTS = ("turns", "messages", "conversations", "conversation", "content", "dialogue", "dialog", "utterances")
_TEXT = ("text", "content", "value", "message", "utterance")
_SPEAKER = ("speaker", "role", "from", "agent", "name", "user")
_ROLES = {"human": "user", "prompter": "user", "gpt": "assistant", "bot": "assistant", "model": "assistant"}
_PAIR = re.compile(r"^(?:user|speaker|person|participant)[ _]?([12ab])[ _']*s?[ _]*(?:personas?|persona_?facts|facts)$")
_FACTS = ("facts", "persona", "personality", "persona_facts", "profile")
_LINE = re.compile(r"^[\s*]*(?P<who>[^\W\d_][\w .'-]{0,30}?)\s*:\s*\*?\s*(?P<said>.*?)[\s*]*$")
_ROLE = re.compile(r"(?i)(?:user|speaker|person|participant|agent|bot|human|assistant|system)[ _]?(?:\d|[ab])?|[AB]")
_LABELLED = ("best generated conversation", "conversation", "dialogue", "dialog", "chat")


class UnlabelledLine(ValueError):
    """A line of a conversation does not say who speaks."""


def to_dialogue_fields(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The columns `turns` and `personas` of one row, or None where it holds no dialogue of a known shape.

    Known shapes: our own rows and record lines; lists of turns under the usual names, as texts of two alternating
    speakers or as objects with a speaker (speaker, role, from, agent) and a text (text, content, value, message);
    Synthetic-Persona-Chat (columns of personas beside one text with a "User 1: ..." a line); Topical-Chat;
    `personality` with `history` as PersonaChat is spread. What else our own rows have stays.

    Raises:
        UnlabelledLine: a conversation in one text has a line without a speaker, and it is not blank; the message has
            its number.
    """
    record = fields.get("record")
    if isinstance(record, Mapping) and "kind" in record:
        return to_dialogue_fields(record)
    if fields.get("kind") == "row" and isinstance(fields.get("fields"), Mapping):
        return to_dialogue_fields(fields["fields"])
    turns = _turns(fields)
    if not turns:
        return None
    speakers = list(dict.fromkeys(turn["speaker"] for turn in turns))
    found: dict[str, Any] = {"turns": turns, "personas": _personas(fields, speakers)}
    if fields.get("kind") == "dialogue" or ("turns" in fields and "personas" in fields):
        found = {**{k: v for k, v in fields.items() if k not in ("kind", "origin")}, **found}
    return found


def personas_of(fields: Mapping[str, Any]) -> list[list[str]]:
    """The facts of every persona in a row, whether it holds a dialogue or not; empty where there are none.

    Known are the columns facts, persona, personality, persona_facts, profile (a list of texts, or one text with a
    fact a line), `personas` (a list of such), and "user 1 personas", "user 2 personas" and their like.
    """
    pair = _pairs(fields)
    if pair:
        return [facts for _, facts in pair]
    personas = fields.get("personas")
    if isinstance(personas, Sequence) and not isinstance(personas, str) and personas:
        if all(isinstance(one, str) for one in personas):
            return [_facts(personas)]
        found = [_facts(one.get("facts", one.get("persona")) if isinstance(one, Mapping) else one) for one in personas]
        return [facts for facts in found if facts is not None]
    if isinstance(personas, str):
        return [_facts(personas)]
    for name in _FACTS:
        if name in fields:
            return [_facts(fields[name])]
    return []


def _facts(value: Any) -> list[str]:
    """Facts as texts, blank ones and repeated ones included: what is wrong with them is for the reader to tell."""
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines()]
    if not isinstance(value, Sequence):
        return []
    texts = [fact.get("text", "") if isinstance(fact, Mapping) else fact for fact in value]
    return [text.strip() if isinstance(text, str) else "" for text in texts]


def _pairs(fields: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """(number or letter, facts) of columns such as "user 1 personas"."""
    found = []
    for name, value in fields.items():
        match = _PAIR.match(str(name).strip().lower())
        if match:
            found.append((match[1], _facts(value)))
    return found


def _personas(fields: Mapping[str, Any], speakers: list[str]) -> list[dict[str, Any]]:
    known = fields.get("personas")
    if isinstance(known, Sequence) and known and all(isinstance(p, Mapping) and "speaker" in p for p in known):
        return [dict(persona) for persona in known]
    pair = _pairs(fields)
    if pair:
        # "user 2 personas" belong to "User 2", whoever speaks first.
        named = {speaker.lower()[-1:]: speaker for speaker in sorted(speakers)}
        order = sorted(speakers)
        found = [(named.get(end) or order[at] if at < len(order) else "", own) for at, (end, own) in enumerate(pair)]
        return [{"speaker": who, "facts": [f for f in own if f]} for who, own in found if who and any(own)]
    facts = personas_of(fields)
    if not facts:
        return []
    if len(facts) == 1 and "personality" in fields:
        # PersonaChat as it is spread: the persona belongs to whoever speaks second in each pair.
        return [{"speaker": speakers[-1], "facts": [fact for fact in facts[0] if fact]}]
    return [
        {"speaker": speaker, "facts": [fact for fact in own if fact]}
        for speaker, own in zip(speakers, facts, strict=False)
        if any(own)
    ]


def _turns(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    history = fields.get("history")
    if "personality" in fields and isinstance(history, Sequence) and not isinstance(history, str):
        said = [*history, *(fields.get("candidates") or [])[-1:]]
        return _alternating(said) if all(isinstance(text, str) for text in said) else []
    for name in _TURN_LISTS:
        value = fields.get(name)
        if isinstance(value, Sequence) and not isinstance(value, str) and value:
            turns = _alternating(value) if all(isinstance(text, str) for text in value) else _spoken(value)
            if turns:
                return turns
    for name, value in fields.items():
        if str(name).strip().lower() in _LABELLED and isinstance(value, str) and ":" in value:
            return _labelled(value)
    return []


def _alternating(texts: Sequence[str]) -> list[dict[str, Any]]:
    return [{"speaker": "AB"[at % 2], "text": text} for at, text in enumerate(texts)]


def _spoken(value: Sequence[Any]) -> list[dict[str, Any]]:
    """Turns from objects; a system message says nothing. Our own turns keep what else they have."""
    turns = []
    for one in value:
        if not isinstance(one, Mapping):
            return []
        text = next((one[name] for name in _TEXT if isinstance(one.get(name), str)), None)
        speaker = next((one[name] for name in _SPEAKER if isinstance(one.get(name), str | int)), None)
        if text is None or speaker is None:
            return []
        name = _ROLES.get(str(speaker).lower(), str(speaker))
        if name == "system":
            continue
        turns.append({**one, "speaker": name} if "text" in one else {"speaker": name, "text": text})
    return turns


def _labelled(text: str) -> list[dict[str, Any]]:
    """Turns of a conversation in one text. What stands before a colon is a speaker if it begins several lines."""
    lines = [(n, line, _LINE.match(line)) for n, line in enumerate(text.splitlines(), 1) if line.strip(" *\t")]
    times = Counter(match["who"].strip() for _, _, match in lines if match)
    turns = []
    for number, line, match in lines:
        if match is None or (times[match["who"].strip()] < 2 and not _ROLE.fullmatch(match["who"].strip())):
            message = f"line {number} of the conversation does not say who speaks: {line.strip()[:80]!r}"
            raise UnlabelledLine(message)
        turns.append({"speaker": match["who"].strip(), "text": match["said"]})
    return turns

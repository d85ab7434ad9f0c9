"""What is measured of one dialogue: how much it repeats itself, echoes, agrees; computed once for all checks."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..rules import Hit, first_hit, rule
from .lexicon import AGREEMENT
from .talk import Talk, said_lines, said_words
from .wording import has_run, is_english, keyed

WINDOW = 120
"""Words over which distinct pairs are counted: the share falls with the length of a text."""
_ECHO_WORDS = 5
_ECHO_SHARE = 0.8
_EXCHANGE_WORDS = 5
_ROLE = r"(?:user|speaker|person|participant|agent|bot|human|assistant|system|persona|character)"
_SLOT = (
    r"(?:first |last |full )?(?:name|city|town|hometown|country|location|place|job|age|team|hobby|company|school|"
    r"university|username|occupation|address|number|link|url)s?"
)
_HEARD = (
    r"(?:(?:laugh|chuckl|giggl|sigh|paus|smil|nod|grin|shrug|silen|inaudible|crosstalk|applau|cough|sob|whisper|wink)\w*"
    r"|sic|edit|br|b|i|em|strong|p)"
)
_WORD = r"[A-Za-z][A-Za-z']{1,18}"

PLACEHOLDERS = (
    # [user 1's name], {city}, <your job>: square, curly or pointed brackets around what should stand there.
    rule(
        "slot",
        r"[\[{<]\s*(?:(?:insert|your|my|his|her|their|the|user|speaker|person|someone)\b[^\[\](){}<>\n]{0,40}"
        rf"|[^\[\](){{}}<>\n]{{0,24}}\b{_SLOT})\s*[\]}}>]",
        *"[{<",
    ),
    # Round brackets are for asides: there the slot must be all there is, but for whose it is.
    rule(
        "round_slot",
        r"\(\s*(?:insert\b[^()\n]{0,40}|(?:(?:my|your|his|her|their|user|speaker|person|partner|friend)"
        rf"(?:\s?[12ab])?(?:['’]s)?\s+)?{_SLOT})\s*\)",
        "(",
    ),
    # [hobby], {pet name}: a word or two in square, curly or pointed brackets, unless it says what is heard or seen.
    rule(
        "bracketed_word",
        rf"[\[{{<](?!\s*{_HEARD}\b)\s*{_WORD}(?:[ _-][A-Za-z0-9']{{1,18}})?\s*[\]}}>]",
        *"[{<",
    ),
    rule("blank", r"_{3,}|\bxxx+\b|\blorem ipsum\b", "___", "xxx", "lorem"),
    rule("bare_role", rf"[\[(<{{*]\s*{_ROLE}[\s_]*[12ab]?\s*[\])>}}*]", *"[(<{*"),
    rule("snake_slot", r"[\[(<{]\s*\w+_\w+\s*[\])>}]", "_"),
    # "User 1:" within what is said, or the label itself as a name.
    rule("role_tag", rf"(?:^|[\s\"'*]){_ROLE}[\s_]*(?:#?[12ab])\s*:", "1:", "2:", "a:", "b:", "1 :", "2 :"),
    rule("line_tag", rf"^\s*\W{{0,3}}{_ROLE}\W{{0,2}}:\s", ":"),
    rule(
        "named_after_role", r"\b(?:user|speaker|agent|participant)[\s_]*#?[12]\b", "user", "speaker", "agent", "partici"
    ),
    rule("template_token", r"<\|?[a-z_]{2,20}\|?>|\{\{[^{}]{0,40}\}\}|\[/?(?:INST|SYS)\]", *"<{["),
)
"""Traces of the template that a dialogue was made with."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything that checks on one dialogue share."""

    placeholder: tuple[int, Hit] | None
    """0-based turn and place of the first trace of a template."""
    most_repeated: tuple[int, int]
    """How often the turn that is said most often is said, and where it is first; turns of one word do not count."""
    repeated_exchange: tuple[int, int]
    """How often the two successive turns that are said most often are said, and where they are first; exchanges of
    fewer than five words do not count."""
    duplicate_turns: float
    """Share of turns that say again, word for word, what a turn before them said."""
    repeated_trigrams: float
    """Share of runs of three words that occurred before in the dialogue, turns said twice counted once."""
    adjacent_echo: float
    """Share of runs of three words that the turn before has too."""
    echoes: tuple[int, ...]
    """Turns that equal the turn before (two words at least), or are a run of it for four fifths and say something."""
    distinct_2: float
    """Share of different pairs of words, the mean over windows of 120 words."""
    agreement: float | None
    """Formulas of agreement a turn; None where the dialogue is not in English."""


@lru_cache(4096)
def measure(talk: Talk) -> Measures:
    """Measure one dialogue."""
    turns = said_words(talk)
    lines = said_lines(talk)
    times = Counter(line for line, turn in zip(lines, turns, strict=True) if turn)
    repeated = sum(times.values()) - len(times)
    most, where = _most_repeated(turns, lines, times)
    trigrams = [set(zip(turn, turn[1:], turn[2:], strict=False)) for turn in turns]
    total = sum([len(turn) - 2 for turn in turns if len(turn) > 2])
    once = dict(zip(lines, turns, strict=True)).values() if repeated else turns
    total_once = sum([len(turn) - 2 for turn in once if len(turn) > 2])
    distinct = len(set().union(*trigrams)) if trigrams else 0
    echoed = sum(len(one & other) for one, other in itertools.pairwise(trigrams))
    flat = [word for turn in turns for word in turn]
    count = max(len(turns), 1)
    return Measures(
        placeholder=_placeholder(talk),
        most_repeated=(most, where),
        repeated_exchange=_repeated_exchange(lines) if repeated > 1 else (1, 0),
        duplicate_turns=repeated / count,
        repeated_trigrams=1 - distinct / total_once if total_once else 0.0,
        adjacent_echo=echoed / total if total else 0.0,
        echoes=_echoes(turns, lines),
        distinct_2=_distinct_2(flat),
        agreement=len(AGREEMENT.findall("".join(lines))) / count if is_english(flat) else None,
    )


def _placeholder(talk: Talk) -> tuple[int, Hit] | None:
    # One search over all turns settles most dialogues; the turn is looked for only where it found something.
    whole = "\n".join(text for _, text in talk.turns)
    if first_hit(PLACEHOLDERS, whole) is None:
        return None
    for at, (_, text) in enumerate(talk.turns):
        hit = first_hit(PLACEHOLDERS, text)
        if hit is not None:
            return at, hit
    return None


def _most_repeated(turns: Sequence[Sequence[str]], lines: Sequence[str], times: Counter[str]) -> tuple[int, int]:
    most, where = 1, 0
    if len(times) < len(turns):
        for line, number in times.items():
            if number > most and line.count(" ") > 2:
                most, where = number, lines.index(line)
    return most, where


def _repeated_exchange(lines: Sequence[str]) -> tuple[int, int]:
    times: dict[tuple[str, str], list[int]] = {}
    for at, pair in enumerate(itertools.pairwise(lines)):
        # Each word has a space before it, and each turn one more.
        if pair[0].count(" ") + pair[1].count(" ") >= _EXCHANGE_WORDS + 2:
            times.setdefault(pair, []).append(at)
    places = max(times.values(), key=len, default=[0])
    return len(places), places[0]


def _echoes(turns: Sequence[Sequence[str]], lines: Sequence[str]) -> tuple[int, ...]:
    found = []
    for at in range(1, len(turns)):
        turn, before = turns[at], turns[at - 1]
        if lines[at] == lines[at - 1]:
            if len(turn) > 1:
                found.append(at)
            continue
        if len(turn) < _ECHO_WORDS or (turn[1] not in before and turn[2] not in before):
            continue
        length = -int(-_ECHO_SHARE * len(turn) // 1)
        if has_run(turn, [lines[at - 1]], length) and any(keyed(word)[1] == 1.0 for word in turn):
            found.append(at)
    return tuple(found)


def _distinct_2(flat: Sequence[str]) -> float:
    pairs = list(itertools.pairwise(flat))
    if not pairs:
        return 1.0
    if len(flat) < WINDOW:
        return len(set(pairs)) / len(pairs)
    shares = [
        len(set(pairs[start : start + WINDOW - 1])) / (WINDOW - 1) for start in range(0, len(flat) - WINDOW + 1, WINDOW)
    ]
    return sum(shares) / len(shares)

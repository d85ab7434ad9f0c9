"""Checks of one dialogue. Bars: measured on human dialogues (PersonaChat, Topical-Chat), see docs/dialogues.md."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ..check import CLEAN, Bar, Check, CheckOptions, Finding, Row, Scope, unjudged
from .contradiction import contradiction_candidates
from .measures import measure
from .persona_use import persona_use
from .signs import SIGNS, Sign, shown, signs
from .talk import Talk, said_words, talk_of

_SHOWN = 120


@dataclass(slots=True)
class DialogueCheck:
    """A check of one dialogue: a name, a bar, and how a dialogue is judged.

    A row without turns cannot be judged, and where `needs_personas`, neither can one without personas of two speakers.
    """

    name: str
    bar: Bar
    find: Callable[[Talk], Finding]
    needs_personas: bool = False
    scope: Scope = "row"

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """One finding per row."""
        return [self._judge(row) for row in rows]

    def _judge(self, row: Row) -> Finding:
        talk = talk_of(row)
        if talk is None:
            return unjudged("no_turns", "turns")
        if self.needs_personas and persona_use(talk) is None:
            return unjudged("no_personas", "personas")
        return self.find(talk)


def _turn(talk: Talk, at: int) -> dict[str, object]:
    text = talk.turns[at][1]
    return {"turn": at, "text": text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"}


def _placeholder(talk: Talk) -> Finding:
    found = measure(talk).placeholder
    if found is None:
        return CLEAN
    at, hit = found
    evidence = {"field": "turns", **_turn(talk, at), "turn_span": list(hit.span), "rule": hit.rule}
    return Finding(1.0, "placeholder", evidence)


def _alternation(talk: Talk) -> Finding:
    empty = next((at for at, (_, text) in enumerate(talk.turns) if not text.strip()), None)
    if empty is not None:
        return Finding(1.0, "empty_turn", {"field": "turns", "turn": empty, "rule": "empty"})
    if len(talk.speakers) == 1:
        return Finding(1.0, "one_speaker", {"field": "turns", "speaker": talk.speakers[0], "rule": "one_speaker"})
    pairs = enumerate(zip(talk.turns, talk.turns[1:], strict=False), 1)
    for at, ((before, _), (speaker, _)) in pairs:
        if before == speaker:
            return Finding(1.0, "broken_alternation", {"field": "turns", **_turn(talk, at), "rule": "twice_running"})
    return CLEAN


def _repeated_turn(talk: Talk) -> Finding:
    times, at = measure(talk).most_repeated
    return Finding(float(times), "repeated_turn", {"field": "turns", **_turn(talk, at)} if times > 1 else {})


def _repeated_exchange(talk: Talk) -> Finding:
    times, at = measure(talk).repeated_exchange
    return Finding(float(times), "repeated_exchange", {"field": "turns", **_turn(talk, at)} if times > 1 else {})


def _echoed_turn(talk: Talk) -> Finding:
    echoes = measure(talk).echoes
    return Finding(float(len(echoes)), "echoed_turn", {"field": "turns", **_turn(talk, echoes[0])} if echoes else {})


def _pasted_facts(talk: Talk) -> Finding:
    use = persona_use(talk)
    assert use is not None
    facts = [fact for _, fact in use.pasted]
    return Finding(float(len(facts)), "pasted_facts", {"field": "turns", "facts": facts} if facts else {})


def _swapped_personas(talk: Talk) -> Finding:
    use = persona_use(talk)
    assert use is not None
    by = round(use.crossed - use.coverage, 4)
    evidence = {"own": round(use.coverage, 4), "of_the_other": round(use.crossed, 4)}
    return Finding(by, "swapped_personas", evidence)


def _traded_places(talk: Talk) -> Finding:
    use = persona_use(talk)
    assert use is not None
    strength, at = use.places_traded
    return Finding(round(strength, 4), "traded_places", {"field": "turns", **_turn(talk, at)} if strength > 0 else {})


def _persona_coverage(talk: Talk) -> Finding:
    use = persona_use(talk)
    assert use is not None
    evidence = {speaker: round(share, 4) for speaker, share in use.own}
    return Finding(round(use.coverage, 4), "persona_not_used", {"by_speaker": evidence})


def _contradiction(talk: Talk) -> Finding:
    found = contradiction_candidates(talk)
    shown = [{"turn": c.turn, "clause": c.clause[:_SHOWN], "fact": c.fact, "rule": c.rule} for c in found[:5]]
    return Finding(float(len(found)), "contradiction_candidate", {"field": "turns", "pairs": shown} if found else {})


def _weak_signs(talk: Talk) -> Finding:
    found = signs(talk)
    return Finding(float(len(found)), "weak_signs", {"signs": shown(found)} if found else {})


placeholder = partial(DialogueCheck, "dialogue.placeholder", Bar(1.0), _placeholder)
"""dialogue.placeholder: an unfilled slot, a speaker's label or a template's token stands in what is said."""
speaker_alternation = partial(DialogueCheck, "dialogue.speaker_alternation", Bar(1.0), _alternation)
"""dialogue.speaker_alternation: a speaker has two turns running or is alone, or a turn is empty."""
repeated_turn = partial(DialogueCheck, "dialogue.repeated_turn", Bar(3.0), _repeated_turn)
"""dialogue.repeated_turn: how often the turn that is said most often is said."""
repeated_exchange = partial(DialogueCheck, "dialogue.repeated_exchange", Bar(2.0), _repeated_exchange)
"""dialogue.repeated_exchange: how often the same two successive turns are said."""
echoed_turn = partial(DialogueCheck, "dialogue.echoed_turn", Bar(1.0), _echoed_turn)
"""dialogue.echoed_turn: how many turns only say again what the partner has just said."""
pasted_facts = partial(DialogueCheck, "dialogue.pasted_facts", Bar(2.0), _pasted_facts, needs_personas=True)
"""dialogue.pasted_facts: how many facts of the personas are said word for word."""
swapped_personas = partial(
    DialogueCheck, "dialogue.swapped_personas", Bar(0.0, "above"), _swapped_personas, needs_personas=True
)
"""dialogue.swapped_personas: how much more of each other's facts than of their own the speakers are first to tell."""
traded_places = partial(DialogueCheck, "dialogue.traded_places", Bar(2.0), _traded_places, needs_personas=True)
"""dialogue.traded_places: how strongly it looks as if the speakers' labels changed sides within the dialogue."""
persona_coverage = partial(
    DialogueCheck, "dialogue.persona_coverage", Bar(0.12, "below"), _persona_coverage, needs_personas=True
)
"""dialogue.persona_coverage: the share of what the facts are about that the speakers speak of."""
weak_signs = partial(DialogueCheck, "dialogue.weak_signs", Bar(2.0), _weak_signs)
"""dialogue.weak_signs: how many of the weak signs cross their bars (see signs.py)."""

contradiction_candidate = partial(
    DialogueCheck, "dialogue.contradiction_candidate", Bar(1.0), _contradiction, needs_personas=True
)
"""dialogue.contradiction_candidate: clauses that may deny a fact of their speaker. Most do not: only for a judge, or
to be looked at (gate flag)."""


def _of_sign(sign: Sign) -> Callable[[], Check]:
    def find(talk: Talk) -> Finding:
        value = sign.value(measure(talk), persona_use(talk))
        if value is None:
            return unjudged("not_measurable", sign.name)
        facts = use.by_partner if sign.name == "wrong_speaker" and (use := persona_use(talk)) else ()
        return Finding(round(value, 4), sign.reason, {"facts": [fact for _, fact in facts]} if facts else {})

    return partial(DialogueCheck, f"dialogue.{sign.name}", sign.bar, find)


_BY_SIGN = {sign.name: _of_sign(sign) for sign in SIGNS}
repeated_trigrams = _BY_SIGN["repeated_trigrams"]
agreement_formulas = _BY_SIGN["agreement_formulas"]
adjacent_echo = _BY_SIGN["adjacent_echo"]
distinct_2 = _BY_SIGN["distinct_2"]
duplicate_turns = _BY_SIGN["duplicate_turns"]
wrong_speaker = _BY_SIGN["wrong_speaker"]
verbatim_share = _BY_SIGN["verbatim_share"]


class SharedTurnsOptions(CheckOptions):
    """Options of dialogue.shared_turns."""

    words: int = 4
    """Shorter turns ("how are you?") may be said by anybody."""


class SharedTurns:
    """dialogue.shared_turns: the share of a dialogue's turns that an earlier dialogue has word for word."""

    name = "dialogue.shared_turns"
    scope: Scope = "corpus"
    bar = Bar(0.2, "above")
    Options = SharedTurnsOptions

    def __init__(self, options: SharedTurnsOptions | None = None) -> None:
        self.options = options or SharedTurnsOptions()
        self._first: dict[bytes, tuple[str, int]] = {}
        self._added: tuple[int, list[bytes]] = (-1, [])

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The share for each row; the first dialogue that said a turn stands for it."""
        return [self._judge(row) for row in rows]

    def forget(self, row: Row) -> None:
        """Let go of what the row judged last was the first to say."""
        if self._added[0] == row.index:
            for key in self._added[1]:
                del self._first[key]
            self._added = (-1, [])

    def _judge(self, row: Row) -> Finding:
        talk = talk_of(row)
        if talk is None:
            return unjudged("no_turns", "turns")
        turns = [turn for turn in said_words(talk) if len(turn) >= self.options.words]
        added: list[bytes] = []
        shared: list[tuple[str, int]] = []
        for turn in turns:
            key = hashlib.blake2b(" ".join(turn).encode("utf-8", "surrogatepass"), digest_size=8).digest()
            first = self._first.setdefault(key, (row.id, row.index))
            if first[1] != row.index:
                shared.append(first)
            elif key not in added:
                added.append(key)
        self._added = (row.index, added)
        if not shared:
            return Finding(0.0)
        evidence = {"matched": shared[0][0], "matched_row": shared[0][1], "turns": len(shared), "rule": "same_turns"}
        return Finding(round(len(shared) / len(turns), 4), "shared_turns", evidence)

"""Facts of a row's answer, by rule: names, years, numbers and terms that a question can ask for.

A statement is a sentence that can be understood by itself. A fact is a piece of it that the row does not give away in
its instruction or input. Tags come from the tagger in quality/english, so the rules serve English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...quality.english.tokens import Token, tokens
from ..instructions.chunks import sentences, word_set, words
from ..instructions.grounding import akin, content_words
from .drafts import holds

_FEWEST_WORDS, _MOST_WORDS = 4, 50
_NAME_LINKS = frozenset({"of", "the", "de", "da", "del", "van", "von", "la", "le"})
_BEFORE_YEAR = word_set("in since from until till by of to year around about between and during after before circa")
_MONTHS = word_set("january february march april may june july august september october november december")
NUMBER_WORDS = word_set(
    "two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty forty fifty sixty"
    " seventy eighty ninety"
)
_POINTS_BACK = word_set(
    "it its he his him she her hers they them their theirs this that these those such here both i we you my our"
    " your one some others another also then thus therefore however additionally moreover furthermore finally overall"
)
_PERSONAL = word_set("i me my mine myself we us our ours you your yours yourself")
_VAGUE = word_set(
    "thing things way ways kind kinds type types part parts lot lots number numbers amount amounts variety example"
    " examples order place places time times use uses people person case cases fact facts result results reason reasons"
    " term terms form forms form point points area areas side sides end ends group groups range level levels process"
    " ability addition factor factors feature features aspect aspects term item items answer question following"
    " sentence word words statement today day days year years world life one ones something anything someone"
    " plenty importance important different various many several certain other more most good great best well-known"
)
_FINITE = frozenset({"VBZ", "VBD", "VBP", "MD", "VB"})
"""VB among them: in "bees collect nectar" the tagger takes the verb for a plain form."""
_MARKUP = re.compile(r"[{}<>|\\=`~@#]|https?:|\b\w+\(")
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+|\(?\d{1,3}[.)]\s*(?=[^\W\d]))")
_SPEAKER = re.compile(r"^(?:\S+ ){0,2}\S*:(?:\s|$)")
"""Somebody's words in a dialogue, or the label of an entry."""
_NUMBER = re.compile(r"[$€£]?\s?\d+(?:,\d{3})*(?:\.\d+)?%?")


@dataclass(frozen=True, slots=True)
class Fact:
    """A piece of a statement that can be asked for."""

    text: str
    kind: str
    """year, number, word_number, name:WORDS, term:s:WORDS, term:p:WORDS (singular, plural)."""
    start: int
    """In characters of the statement."""
    unit: str = ""
    """number, word_number: what stands behind it ("bones"); wrong options take it over."""

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.text)

    @property
    def weight(self) -> int:
        """Names and numbers are asked for before mere terms."""
        return 0 if self.kind.startswith("term") else 1


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence with its facts, the best one first."""

    text: str
    facts: tuple[Fact, ...]


def statements_of(text: str) -> list[str]:
    """The sentences of a text that state something and can be understood by themselves, in their order."""
    found = []
    for line in text.split("\n"):
        bare = _BULLET.sub("", line).strip()
        for start, end in sentences(bare):
            sentence = _BULLET.sub("", bare[start:end]).strip()
            if _states(sentence):
                found.append(sentence)
    return list(dict.fromkeys(found))


def _states(sentence: str) -> bool:
    said = words(sentence)
    if not _FEWEST_WORDS <= len(said) <= _MOST_WORDS or _MARKUP.search(sentence):
        return False
    if _SPEAKER.match(sentence) or sentence[-1] in "?？!:" or not sentence[:1].isalnum() or sentence[:1].islower():
        return False
    if said[0] in _POINTS_BACK or not _PERSONAL.isdisjoint(said) or sentence.count('"') % 2:
        return False
    tagged = tokens(sentence)
    begins = next((token for token in tagged if token.tag != "RB"), tagged[0])
    return begins.tag != "VB" and any(_finite(tagged, at) for at in range(1, len(tagged)))


def _finite(tagged: Sequence[Token], at: int) -> bool:
    """Whether a verb stands there; behind a noun also one whose form could be a participle ("Fleming discovered")."""
    return tagged[at].tag in _FINITE or (tagged[at].tag == "VBN" and tagged[at - 1].tag.startswith("NN"))


def read_statement(sentence: str, given: str) -> Statement:
    """A statement with the facts that are not given with the task.

    Args:
        sentence: one of `statements_of`.
        given: the row's instruction and input: what stands there takes no knowledge.
    """
    tagged = tokens(sentence)
    found = [*_numbers(sentence, tagged), *_names(sentence, tagged), *_terms(sentence, tagged)]
    known = set(content_words(given))
    facts: list[Fact] = []
    for fact in sorted(found, key=lambda one: (-one.weight, -one.start)):
        inside = sentence[: fact.start] + sentence[fact.end :]
        if holds(given, fact.text) or holds(inside, fact.text) or any(_touch(fact, other) for other in facts):
            continue
        own = content_words(fact.text)
        if fact.kind.startswith("term") and all(any(akin(word, other) for other in known) for word in own):
            continue
        facts.append(fact)
    return Statement(sentence, tuple(facts))


def _touch(one: Fact, other: Fact) -> bool:
    return one.start < other.end and other.start < one.end


def _numbers(sentence: str, tagged: Sequence[Token]) -> Iterable[Fact]:
    for at, token in enumerate(tagged):
        before = tagged[at - 1].lower if at else ""
        after = tagged[at + 1] if at + 1 < len(tagged) else None
        unit = after.text if after is not None and after.tag in ("NN", "NNS") and after.start == token.end + 1 else ""
        if re.fullmatch(r"1[0-9]{3}|20[0-9]{2}", token.text) and not unit:
            if before in _BEFORE_YEAR or before in _MONTHS or before in (",", "("):
                yield Fact(token.text, "year", token.start)
        elif _NUMBER.fullmatch(token.text) and at:
            end = after.end if unit and after is not None else token.end
            yield Fact(sentence[token.start : end], "number", token.start, unit)
        elif token.lower in NUMBER_WORDS and unit and after is not None:
            yield Fact(sentence[token.start : after.end], "word_number", token.start, unit)


def _names(sentence: str, tagged: Sequence[Token]) -> Iterable[Fact]:
    at = 0
    while at < len(tagged):
        if not _named(tagged, at):
            at += 1
            continue
        end = at + 1
        while end < len(tagged) and (
            _capital(tagged[end])
            or (
                tagged[end].lower in _NAME_LINKS
                and tagged[end - 1].lower not in _NAME_LINKS
                and end + 1 < len(tagged)
                and _capital(tagged[end + 1])
            )
        ):
            end += 1
        text = sentence[tagged[at].start : tagged[end - 1].end]
        if len(text) > 2 and end - at <= 6 and text.casefold() not in _MONTHS:
            yield Fact(text, f"name:{min(end - at, 3)}", tagged[at].start)
        at = end


def _capital(token: Token) -> bool:
    return token.text[:1].isupper() and token.text[:1].isalpha()


def _named(tagged: Sequence[Token], at: int) -> bool:
    token = tagged[at]
    if not _capital(token) or token.lower in _POINTS_BACK or token.lower in _PERSONAL:
        return False
    if at:
        return tagged[at - 1].text not in "\"'“‘.:"
    # The first word of a sentence is a name if the lexicon has it as one, or if a name goes on behind it.
    return token.tag.startswith("NNP") or (len(tagged) > 1 and _capital(tagged[1]) and token.tag.startswith("NN"))


def _terms(sentence: str, tagged: Sequence[Token]) -> Iterable[Fact]:
    """Noun phrases behind the first verb: what a sentence says of what it is about."""
    at = next((i for i in range(1, len(tagged)) if _finite(tagged, i)), len(tagged))
    while at < len(tagged):
        end = at
        while end < len(tagged) and tagged[end].tag in ("JJ", "NN", "NNS") and not _capital(tagged[end]):
            end += 1
        if end > at and tagged[end - 1].tag in ("NN", "NNS"):
            begin = max(at, end - 3)
            while begin < end - 1 and tagged[begin].lower in _VAGUE:
                begin += 1
            phrase = tagged[begin:end]
            if phrase[-1].lower not in _VAGUE and len(phrase[-1].text) > 2 and phrase[0].text[:1].isalpha():
                text = sentence[phrase[0].start : phrase[-1].end]
                number = "p" if phrase[-1].tag == "NNS" else "s"
                yield Fact(text, f"term:{number}:{len(phrase)}", phrase[0].start)
        at = max(end, at + 1)


def whole_answer(output: str) -> Fact | None:
    """A short answer as one fact; None where it is no bare name, number or term."""
    text = output.strip().rstrip(".").strip()
    said = words(text)
    if not said or len(said) > 4 or "\n" in text or _MARKUP.search(text):
        return None
    if re.fullmatch(r"1[0-9]{3}|20[0-9]{2}", text):
        return Fact(text, "year", 0)
    if _NUMBER.fullmatch(text):
        return Fact(text, "number", 0)
    tagged = tokens(text)
    size = min(len(tagged), 3)
    if all(_capital(token) or token.lower in _NAME_LINKS for token in tagged) and len(text) > 2:
        return Fact(text, f"name:{size}", 0)
    if tagged[-1].tag in ("NN", "NNS") and all(token.tag in ("JJ", "NN", "NNS", "DT") for token in tagged):
        return Fact(text, f"term:{'p' if tagged[-1].tag == 'NNS' else 's'}:{size}", 0)
    return None

"""Facts of a row's answer, by rule: names, years, numbers and terms that a question can ask for.

A statement is a sentence that can be understood by itself. A fact is a piece of it that the row does not give away in
its instruction or input. The facts of all rows together are the pool that wrong options are drawn from: same kind, same
number of words, and not to be found in the row itself. Tags come from the tagger in quality/english, so the rules serve
English; in another language only numbers and years are found.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from ...core.records.exam import ExaminedRow
from ...quality.english.tokens import Token, tokens
from ..instructions.chunks import sentences, word_set, words
from ..instructions.grounding import akin, content_words
from .drafts import folded, holds

POOLED_ROWS = 5_000
"""Rows, from the first on, whose facts wrong options are drawn from."""
POOLED_FACTS = 3_000
"""Facts of one kind that are kept."""
_NEAREST_ROWS = 8
"""Facts, of the rows that share most with this one, that wrong options are drawn from first."""
_FEWEST_WORDS, _MOST_WORDS = 4, 40
_NEAREST = 24
"""Numbers, those of like size first, that wrong ones are drawn from."""
_COUNTED = frozenset({"year", "number"})
_TOO_FAR = 1.5
"""Orders of magnitude from which on a number is no wrong option: anybody can tell."""
_LENGTHS = 0.5
"""Phrases may be shorter or longer by so much, else their length would tell which is right."""

_NAME_LINKS = frozenset({"of", "the", "de", "da", "del", "van", "von", "la", "le"})
_BEFORE_YEAR = word_set("in since from until till by of to year around about between and during after before circa")
_MONTHS = word_set("january february march april may june july august september october november december")
_NUMBER_WORDS = word_set(
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
        elif token.lower in _NUMBER_WORDS and unit and after is not None:
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


@dataclass(frozen=True, slots=True)
class Pooled:
    """A fact of some row, ready to be compared."""

    text: str
    """Without its unit."""
    folded: str
    words: tuple[str, ...]
    about: frozenset[str]
    """Content words of its row."""

    @classmethod
    def of(cls, text: str, about: frozenset[str] = frozenset()) -> Pooled:
        """A text with what comparing takes."""
        return cls(text, folded(text), tuple(content_words(text)), about)


class FactPool:
    """Facts of many rows by kind, each with the words it stood among."""

    def __init__(self) -> None:
        """Begin empty."""
        self._by_kind: dict[str, dict[str, Pooled]] = defaultdict(dict)
        self._rows_with: Counter[str] = Counter()

    def add(self, fact: Fact, about: frozenset[str]) -> None:
        """Take a fact; of equal ones the first counts.

        Args:
            fact: the fact.
            about: content words of its row.
        """
        facts, text = self._by_kind[fact.kind], _bare(fact)
        if len(facts) < POOLED_FACTS and text not in facts:
            facts[text] = Pooled.of(text, about)

    def seen(self, about: frozenset[str]) -> None:
        """Note a row's words: the rarer a word, the more it tells of the subject."""
        self._rows_with.update(about)

    def like(self, fact: Fact, row: str, random: Random, count: int = 3) -> list[str] | None:
        """Wrong options for a fact, drawn from those most like it; None where there are too few.

        Names and terms are drawn from the rows that share most with this one, so that the subject does not tell which
        is right; where no row shares anything, from any. Phrases of another number of words are taken where there are
        too few of the same; numbers and years are made from the right one where other rows have too few.

        Args:
            fact: the right option.
            row: all texts of its row: what stands there is no wrong option, it may be right as well.
            random: the generator of this question alone.
            count: how many.
        """
        own, inside = Pooled.of(_bare(fact)), f" {folded(row)} "
        made = [Pooled.of(text) for text in _made_like(fact.kind, own.text)]
        drawn: list[Pooled] = []
        for facts in (*(self._by_kind.get(kind, {}).values() for kind in _kinds_like(fact.kind)), made):
            fit = [one for one in facts if f" {one.folded} " not in inside and _apart(one, own)]
            near = _near_numbers(own.text, fit, random) if fact.kind in _COUNTED else self._near(own, fit, row, random)
            for one in near:
                if all(_apart(one, other) for other in drawn):
                    drawn.append(one)
                if len(drawn) == count:
                    return [f"{one.text} {fact.unit}" if fact.unit else one.text for one in drawn]
        return None

    def _near(self, own: Pooled, fit: Sequence[Pooled], row: str, random: Random) -> list[Pooled]:
        """Those of like length, shuffled, those first whose rows share most with the row."""
        long = [one for one in fit if abs(len(one.text) - len(own.text)) <= max(3, _LENGTHS * len(own.text))]
        random.shuffle(long)
        weights = {word: 1 / self._rows_with[word] for word in set(content_words(row)) if word in self._rows_with}
        shared = [(sum(weights[word] for word in one.about & weights.keys()), one) for one in long]
        shared.sort(key=lambda pair: -pair[0])
        near = [one for weight, one in shared[:_NEAREST_ROWS] if weight > 0]
        random.shuffle(near)
        return [*near, *(one for _, one in shared[len(near) :])]


def _bare(fact: Fact) -> str:
    return fact.text.removesuffix(fact.unit).strip() if fact.unit else fact.text


def _apart(one: Pooled, other: Pooled) -> bool:
    """Whether two texts may stand beside each other as options: neither says what the other says."""
    if f" {one.folded} " in f" {other.folded} " or f" {other.folded} " in f" {one.folded} ":
        return False
    if one.text[:1].isdigit():
        return True
    return not any(akin(a, b) for a in one.words for b in other.words)


def _near_numbers(own: str, fit: Sequence[Pooled], random: Random) -> list[Pooled]:
    """Numbers of like size, shuffled."""
    near = sorted(fit, key=lambda one: (_distance(own, one.text), one.text))[:_NEAREST]
    near = [one for one in near if _distance(own, one.text) < _TOO_FAR]
    random.shuffle(near)
    return near


def _kinds_like(kind: str) -> list[str]:
    """The kind itself, then that of one word less and of one word more."""
    base, _, size = kind.rpartition(":")
    if not base:
        return [kind]
    return [kind, *(f"{base}:{other}" for other in (int(size) - 1, int(size) + 1) if 1 <= other <= 3)]


def _made_like(kind: str, own: str) -> list[str]:
    """Numbers near one, written the same way."""
    value = _value(own)
    if kind == "word_number":
        return sorted(_NUMBER_WORDS)
    if value is None or kind not in ("year", "number"):
        return []
    places = len(own.rpartition(".")[2].rstrip("%")) if "." in own else 0
    if kind == "year":
        near = [value + step for step in (-41, -17, -8, 9, 16, 37)]
        return [f"{one:.0f}" for one in near]
    step = 10 ** max(math.floor(math.log10(value)) if value >= 1 else 0, 0) / 10**places
    made = {round(value * factor / step) * step for factor in (0.5, 0.7, 1.4, 2.0, 3.0)} | {
        value + step,
        value + 2 * step,
    }
    grouped = "," if "," in own else ""
    digits = re.search(r"\d[\d,.]*\d|\d", own)
    if digits is None:
        return []
    told = [f"{one:{grouped}.{places}f}" for one in sorted(made) if one > 0]
    return [own[: digits.start()] + text + own[digits.end() :] for text in told]


def _distance(one: str, other: str) -> float:
    """How far two numbers are from each other, in orders of magnitude; another way of writing counts as ten."""
    a, b = _value(one), _value(other)
    if a is None or b is None:
        return math.inf
    same = (one[:1].isdigit(), one[-1:] == "%", "." in one) == (other[:1].isdigit(), other[-1:] == "%", "." in other)
    return abs(math.log10(a + 1) - math.log10(b + 1)) + (0 if same else 10)


def _value(text: str) -> float | None:
    digits = re.sub(r"[^\d.]", "", text).strip(".")
    try:
        return float(digits)
    except ValueError:
        return None


def pool_of(rows: Iterable[ExaminedRow]) -> FactPool:
    """The facts of rows' answers."""
    pool = FactPool()
    for number, row in enumerate(rows):
        if number == POOLED_ROWS:
            break
        given = f"{row.instruction}\n{row.input}"
        about = frozenset(content_words(f"{given}\n{row.output}"))
        pool.seen(about)
        for sentence in statements_of(row.output):
            for fact in read_statement(sentence, given).facts:
                pool.add(fact, about)
    return pool

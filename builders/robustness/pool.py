"""The pool of AddDiff: short clauses of the training corpus that each say one thing of one aspect.

A clause holds one term and its last opinion word and no other term. What is not a clause of its own in the corpus is
made one ("great battery life" -> "the battery life is great"), since it must stand behind a "but".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...core.records import AspectTerm, Polarity, Span
from ...quality.english.inflect import lemma
from ...quality.english.review_words import review_opposites
from ...quality.english.sentiment import sign
from ...quality.english.tokens import is_known
from ...quality.english.words import word_set
from .corpus import Corpus
from .negation import LINKING, NEGATORS, negator_before
from .passage import DO, MODALS, Passage
from .revtgt import SIGN

_USED = 3
LONGEST = 9
"""Words of a clause at most."""
_FIRST_PERSON = word_set("love hate like dislike enjoy loved hated liked enjoyed adore despise")
_DETERMINERS = word_set("the its their his her our this that these those")
_OPEN_ENDED = word_set("to of for with than as that at from about by in on compared like when if enough up out")
_PLAIN_WORDS = re.compile(r"[\w\s'’&/+.-]+")
_DEGREES = word_set("very really so extremely incredibly too pretty quite super")
_TROUBLE = word_set("problem problems issue issues trouble complaint complaints defect defects glitch glitches")
_NOT_TURNED = word_set("more less many free easy hard easier harder difficult able sure glad")
"""Adjectives that stand before a noun, but with "is" behind it would want more words."""
_IS = word_set("is are was were")
_SINGULAR = word_set("is was does has")
_PLURAL = word_set("are were do have")
_NEVER_SAID_OF = word_set(
    "real true various little top past certain main own other same full whole total exact exactly former "
    "latter next last first several only entire worth even that much many such different new regular "
    "basic overall general"
)
"""Adjectives that stand before a noun, or need something behind them, and make no clause with "is"."""
_FINITE = frozenset(("VBZ", "VBP", "VBD"))
_BINDING = word_set("NN JJ DT PR VB CD PO IN")
_EMPTY = word_set("use usage it this that one thing things something everything they them laptop computer")


@dataclass(frozen=True)
class Clause:
    """One clause of the pool."""

    text: str
    """As it stands in the middle of a sentence."""
    term: Span
    """Its term; places are those in `text`."""
    opinion: str
    polarity: Polarity
    source: str
    """Id of the annotation it comes from."""


@dataclass(frozen=True)
class Pool:
    """Clauses by polarity, in the corpus' order, each text once."""

    clauses: dict[Polarity, tuple[Clause, ...]]

    def size(self) -> dict[str, int]:
        """Polarity -> number of clauses."""
        return {polarity: len(found) for polarity, found in self.clauses.items()}


def pool_of(passages: Iterable[Passage], corpus: Corpus) -> Pool:
    """Collect the clauses of a corpus."""
    found: dict[Polarity, dict[str, Clause]] = {"positive": {}, "negative": {}}
    for passage in passages:
        for term in passage.sentence.terms:
            if term.polarity == "neutral" or not term.opinions:
                continue
            clause = _clause(passage, term, corpus)
            if clause is not None:
                found[term.polarity].setdefault(clause.text.lower(), clause)
    return Pool({polarity: tuple(clauses.values()) for polarity, clauses in found.items()})


def _clause(passage: Passage, term: AspectTerm, corpus: Corpus) -> Clause | None:
    opinion = max(term.opinions, key=lambda o: o.end)
    target, said = passage.within(term.span), passage.within(opinion)
    if not target or not said or set(target) & set(said) or not _PLAIN_WORDS.fullmatch(term.span.text):
        return None
    head = passage.tokens[target[-1]]
    if any(passage.word(n) == "nt" for n in said):
        return None
    if head.tag[:2] != "NN" or head.lower in _EMPTY or not head.lower.isascii() or len(target) > 3:
        return None
    if passage.word(said[-1]) in _NEVER_SAID_OF or not _agrees(passage, said, term, corpus):
        return None
    first, last = min(target[0], said[0]), max(target[-1], said[-1])
    if _other_term(passage, term, first, last):
        return None
    forms = (_said_behind,) if target[-1] < said[0] else (_first_person, _trouble_with, _without, _said_in_front)
    if any(not _is_word(passage, n, corpus) for n in (*target, *said)):
        return None
    words = next((found for form in forms if (found := form(passage, target, said)) is not None), None)
    return None if words is None else _made(passage, words, term, target, opinion)


def _agrees(passage: Passage, said: range, term: AspectTerm, corpus: Corpus) -> bool:
    """Whether the opinion's words, by themselves, have the polarity that the term was given."""
    negative = any(passage.word(n) in NEGATORS for n in said)
    signs = [sign(passage.word(n)) or corpus.said(passage.word(n)) for n in said]
    total = sum(signs)
    if not total:
        # "crashed", "not working": no adjective whose sense depends on what it is said of.
        verbal = negative or passage.tag(said[0])[:2] in ("VB", "MD")
        # "slow", "expensive": without a polarity of their own, but never said without a judgement.
        listed = len(said) == 1 and ("a", passage.word(said[0])) in review_opposites()
        return (SIGN[term.polarity] < 0 and verbal) or listed
    return (total > 0) == ((SIGN[term.polarity] > 0) != negative)


def _is_word(passage: Passage, number: int, corpus: Corpus) -> bool:
    """Whether a token is a word that others use too, and no misspelling; names are taken as they are."""
    token = passage.tokens[number]
    written = token.lower in ("n't", "'s") or is_known(token.lower) or token.text != token.lower
    return written or bool(token.pos and corpus.words[token.pos, token.lower] >= _USED)


def _other_term(passage: Passage, term: AspectTerm, first: int, last: int) -> bool:
    start, end = passage.tokens[first].start, passage.tokens[last].end
    return any(t.id != term.id and t.span.start < end and start < t.span.end for t in passage.sentence.terms)


def _said_behind(passage: Passage, target: range, said: range) -> str | None:
    """As "the screen is too bright", "the disk crashed": nothing else between, nothing that hangs on behind it."""
    last = _with_infinitive(passage, said[-1])
    if _goes_on(passage, last) or not _is_predicate(passage, range(target[-1] + 1, said[0]), said):
        return None
    start, before = target[0], passage.word(target[0] - 1)
    if before not in _DETERMINERS and passage.tag(start - 1)[:2] in _BINDING:
        return None
    # "the sharpness and the colors are great": the verb is that of both.
    finite = passage.word(target[-1] + 1)
    many = passage.tag(target[-1]) in ("NNS", "NNPS")
    if finite in _SINGULAR | _PLURAL and (finite in _PLURAL) != many:
        return None
    return f"{_the(passage, target)}{passage.text[passage.tokens[start].start : passage.tokens[last].end]}"


def _is_predicate(passage: Passage, between: range, said: range) -> bool:
    """Whether an opinion is all that is said of the term before it, by a verb and at most some adverbs."""
    if len(between) > 4:
        return False
    verbal = passage.tag(said[0]) in ("VBD", "VBZ")
    helped = passage.word(said[0]) in DO | MODALS and len(said) > 1 and passage.word(said[0] + 1) in NEGATORS
    if all(passage.tag(n) == "RB" and passage.word(n) not in NEGATORS for n in between):
        return verbal or helped
    verb, tag = passage.word(between[0]), passage.tag(between[0])
    plain = verb in _IS or (tag in _FINITE and lemma(verb, "v") in LINKING | {"work", "run", "perform"})
    denied = verb in DO | MODALS and passage.word(said[0]) in NEGATORS
    if not (plain or denied):
        return False
    inside = [n for n in between[1:] if passage.word(n) not in ("a", "an")]
    noun = verb in _IS and passage.tag(said[-1]) in ("NN", "NNS") and len(inside) < len(between) - 1
    if not noun and (passage.tag(said[-1])[:2] not in ("JJ", "RB", "VB") or len(inside) < len(between) - 1):
        return False
    return all(passage.tag(n) in ("RB", "RBR") and passage.word(n) not in NEGATORS for n in inside)


def _with_infinitive(passage: Passage, last: int) -> int:
    """The last token of "hard to push", where the infinitive ends the clause."""
    if passage.word(last + 1) == "to" and passage.tag(last + 2) == "VB" and not _goes_on(passage, last + 2):
        return last + 2
    return last


def _said_in_front(passage: Passage, target: range, said: range) -> str | None:
    """As "great battery life" -> "the battery life is great"."""
    degree = [n for n in said if passage.word(n) in _DEGREES]
    adjective = [n for n in said if n not in degree]
    if len(adjective) != 1 or said[-1] + 1 != target[0] or adjective[0] != said[-1]:
        return None
    if passage.tag(said[-1]) not in ("JJ", "JJR", "VBN") or passage.word(said[-1]) in _NOT_TURNED:
        return None
    if negator_before(passage, said[0]) is not None or passage.word(said[0] - 1) in (
        "more",
        "most",
        "less",
        "so",
        "how",
    ):
        return None
    if passage.tag(target[-1] + 1)[:2] in ("NN", "PO") or passage.word(target[-1] + 1) == "of":
        return None
    many = passage.tag(target[-1]) in ("NNS", "NNPS")
    opinion = " ".join(passage.word(n) for n in said)
    return f"{_the(passage, target)}{_stated(passage, target)} {'are' if many else 'is'} {opinion}"


def _first_person(passage: Passage, target: range, said: range) -> str | None:
    """As "I love the keyboard"."""
    between = range(said[-1] + 1, target[0])
    if passage.word(said[-1]) not in _FIRST_PERSON or len(said) != 1 or len(between) != 1:
        return None
    if passage.word(between[0]) not in _DETERMINERS or passage.word(said[0] - 1) not in ("i", "also", "really", "just"):
        return None
    if passage.tag(target[-1] + 1)[:2] in ("NN", "PO") or passage.word(target[-1] + 1) in _OPEN_ENDED:
        return None
    return f"I {passage.word(said[0])} {passage.word(between[0])} {_stated(passage, target)}"


def _trouble_with(passage: Passage, target: range, said: range) -> str | None:
    """As "problems with the fan" -> "there are problems with the fan"."""
    between = [passage.word(n) for n in range(said[-1] + 1, target[0])]
    if (
        len(said) != 1
        or passage.word(said[0]) not in _TROUBLE
        or between not in (["with", "the"], ["with"], ["with", "my"])
    ):
        return None
    if negator_before(passage, said[0]) is not None or passage.tag(target[-1] + 1)[:2] in ("NN", "PO"):
        return None
    word = passage.word(said[0])
    many = word.endswith("s")
    return f"there {'are' if many else 'is a'} {word} with {_the(passage, target)}{_stated(passage, target)}"


def _without(passage: Passage, target: range, said: range) -> str | None:
    """As "no backlight" -> "there is no backlight"."""
    if len(said) != 1 or passage.word(said[0]) != "no" or said[-1] + 1 != target[0]:
        return None
    if passage.tag(target[-1] + 1)[:2] in ("NN", "PO", "VB", "JJ"):
        return None
    many = passage.tag(target[-1]) in ("NNS", "NNPS")
    return f"there {'are' if many else 'is'} no {_stated(passage, target)}"


def _the(passage: Passage, target: range) -> str:
    """As "the ", but nothing before a name that has no article in the corpus either."""
    first = passage.tokens[target[0]]
    named = target[0] > 0 and first.tag.startswith("NNP") and not first.text.isupper()
    return "" if named and passage.tag(target[0] - 1) not in ("DT", "PRP$") else "the "


def _goes_on(passage: Passage, last: int) -> bool:
    return passage.word(last + 1) in _OPEN_ENDED or passage.tag(last + 1)[:2] in (
        "NN",
        "JJ",
        "VB",
        "RB",
        "CD",
        "PR",
        "RP",
    )


def _stated(passage: Passage, target: range) -> str:
    return passage.text[passage.tokens[target[0]].start : passage.tokens[target[-1]].end]


def _made(passage: Passage, words: str, term: AspectTerm, target: range, opinion: Span) -> Clause | None:
    words, shown = " ".join(words.split()), _name(passage, term, target)
    stated = " ".join(_stated(passage, target).split())
    at = words.find(stated)
    if at < 0 or len(words.split()) > LONGEST or not _PLAIN_WORDS.fullmatch(words):
        return None
    head, tail = words[:at], words[at + len(stated) :]
    text = _lowered(head) + shown + _lowered(tail)
    span = Span(text=shown, start=len(head), end=len(head) + len(shown))
    return Clause(text, span, opinion.text.lower(), term.polarity, term.id)


def _name(passage: Passage, term: AspectTerm, target: range) -> str:
    """The term as it is written inside a sentence: small, unless it is a name."""
    shown = " ".join(term.span.text.split())
    if passage.text[: term.span.start].strip() == "" and not any(c.isupper() for c in shown[1:]):
        return shown[:1].lower() + shown[1:] if passage.tag(target[0])[:3] != "NNP" else shown
    return shown.lower() if shown.isupper() and len(shown) > 4 else shown


def _lowered(words: str) -> str:
    return "".join(w if w.strip() == "I" else w.lower() for w in re.split(r"(\s+)", words))

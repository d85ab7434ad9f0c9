"""Choosing the opposite of one word in its sentence."""

from __future__ import annotations

from collections.abc import Container
from random import Random

from ...quality.english.inflect import cased_like, inflected, lemma
from ...quality.english.opposites import Opposites
from ...quality.english.review_words import listed
from ...quality.english.sentiment import sign
from ...quality.english.tokens import Token, is_known, tokens
from ...quality.english.words import word_set
from .corpus import Corpus
from .negation import LINKING
from .passage import BE, Passage

CHOICE = 3
"""So many of the best opposites are drawn from, so that not every "great" becomes the same word."""
_SENSES = 3
_SENSES_AFAR = 2
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "mis")
_FORMS = {"JJR": "JJR", "JJS": "JJS", "RBR": "RBR", "RBS": "RBS", "VBZ": "VBZ", "VBD": "VBD", "VBN": "VBN",
          "VBG": "VBG", "NNS": "NNS"}  # fmt: skip


def opposite_of(
    passage: Passage,
    number: int,
    said: int,
    corpus: Corpus,
    table: Opposites,
    random: Random,
    used: Container[str] = (),
) -> str | None:
    """An opposite for a token, inflected and in its case, or None.

    Listed opposites come first, then WordNet's antonyms, then what WordNet groups with these. Of each kind those that
    the corpus has in the same part of speech are preferred. A candidate must not have the polarity of the word
    itself: WordNet's opposite of "terrible" is "unalarming", which praises nothing.

    Args:
        passage: the sentence.
        number: the token.
        said: 1 if the word is said in praise, -1 in blame, 0 if not known.
        corpus: counts of a training corpus.
        table: WordNet's opposites.
        random: draws among equally good ones.
        used: opposites that the sentence has been given already.
    """
    token = passage.tokens[number]
    for pos, base, form in _readings(passage, number):
        own = sign(base) or sign(token.lower) or corpus.said(token.lower)
        wanted = -(own or said)
        if token.tag in _COMPARED and (own_form := listed(token.lower, pos, said or own)):
            return cased_like(own_form[0], _case_of(token, passage, number))
        found = [w for w in listed(base, pos, said or own) if corpus.said(w) != -wanted or not wanted]
        if not found and base != token.lower:
            found = listed(token.lower, pos, said or own)
        words = _preferred([w for w in found if w not in used] or found, pos, corpus) or _from_wordnet(
            base, pos, wanted, corpus, table
        )
        forms = [made for w in words[:CHOICE] if (made := _inflected(w, form, passage, number)) is not None]
        if forms:
            return cased_like(random.choice(forms), _case_of(token, passage, number))
    return None


def _readings(passage: Passage, number: int) -> list[tuple[str, str, str]]:
    """(part of speech, lemma, tag to inflect for), the likeliest first."""
    token, word = passage.tokens[number], passage.word(number)
    tag = token.tag
    found: list[tuple[str, str, str]] = []
    if tag[:2] in ("JJ", "RB") and _is_adverbial(passage, number):
        found.append(("r", lemma(word, "r") if tag in ("RBR", "JJR", "JJS") else word, tag.replace("JJ", "RB")))
    elif tag[:2] == "RB":
        # The tagger has "fast" for an adverb wherever it stands.
        found.append(("a", lemma(word, "a") if tag == "RBR" else word, "JJR" if tag == "RBR" else "JJ"))
    if tag in ("VBN", "VBG", "VBD") and _is_adjectival(passage, number):
        found.append(("a", word, "JJ"))
    pos = token.pos
    if word == "like" and tag in ("IN", "VB", "VBP", "JJ"):
        pos, tag = "v", "VBP"
    if pos:
        found.append((pos, lemma(word, pos), tag))
    # The tagger may be wrong about a word that the annotation says is an opinion.
    subject = next((n for n in range(number - 1, -1, -1) if passage.tag(n) != "RB"), -1)
    verbal = tag.startswith("VB") and passage.word(subject) in _SUBJECTS
    found += [] if verbal else [("a", word, "JJ"), ("a", lemma(word, "a"), _grade(word)), ("r", word, "RB")]
    if tag != "VBZ":
        plural = "NNS" if word.endswith("s") and lemma(word, "n") != word else "NN"
        found.append(("n", lemma(word, "n"), plural))
    if not tag.startswith(("NN", "JJ")):
        found.append(("v", lemma(word, "v"), tag if tag.startswith("VB") else "VB"))
    return list(dict.fromkeys(found))


def _is_adjectival(passage: Passage, number: int) -> bool:
    """Whether a participle is said of a thing ("was pleased", "a broken lamp") and is no verb ("the kids loved")."""
    at = number - 1
    while at >= 0 and passage.tag(at) == "RB":
        at -= 1
    if passage.word(at) in BE or (passage.tag(at)[:2] == "VB" and lemma(passage.word(at), "v") in LINKING):
        return True
    said_of = passage.tag(number + 1)[:2] in ("NN", "JJ") and passage.word(at) not in _SUBJECTS
    return passage.tag(number) != "VBD" and (said_of or passage.tag(at) in ("CC", ","))


_COMPARED = ("JJR", "JJS", "RBR", "RBS")
_SUBJECTS = word_set("i we they he she you it who that which")


def _grade(word: str) -> str:
    if lemma(word, "a") == word:
        return "JJ"
    return "JJS" if word.endswith("st") else "JJR"


def _is_adverbial(passage: Passage, number: int) -> bool:
    """Whether "great" is said of a verb ("works great") and not of a thing."""
    tag = passage.tag(number)
    if passage.tag(number + 1)[:2] in ("NN", "JJ", "CD") or passage.word(number + 1) in ("to", "for"):
        return False
    at = number - 1
    while at >= 0 and passage.tag(at) == "RB":
        at -= 1
    word, before = passage.word(at), passage.tag(at)
    if word in BE:
        return False
    if word in _DOING:
        return True
    if tag.startswith("RB"):
        # What follows no verb ("so much faster and sleeker", "Fast, great screen") is an adjective all the same.
        return before.startswith("VB") or (tag == "RB" and word.isalpha() and before not in ("CC", "DT"))
    return before in _VERBS_OF_ADVERBS and lemma(word, "v") not in LINKING | {"make"}


_DOING = word_set("work works worked working run runs ran running perform performs performed function functions")
"""Verbs of which something is said by an adverb, also where the tagger has them for nouns."""
_VERBS_OF_ADVERBS = ("VB", "VBP", "VBZ", "VBD", "VBG")


def _preferred(words: list[str], pos: str, corpus: Corpus) -> list[str]:
    """Those that the corpus knows, where it knows any."""
    return [w for w in words if corpus.knows(w, pos)] or words


def _from_wordnet(base: str, pos: str, wanted: int, corpus: Corpus, table: Opposites) -> list[str]:
    near, far = [], []
    own = -wanted if sign(base) else 0
    for one in table.of(base, pos):
        other = sign(one.word)
        apart = _prefixed(base, one.word)
        if one.distance == 0 and one.sense <= _SENSES:
            sided = other == wanted and wanted
            # An opposite without a polarity is one of size or the like ("slow"), and only adjectives have these; the
            # opposite of "freeze" is "boil".
            plain = not own and other == 0 and pos in "ar" and corpus.knows(one.word, pos)
            if sided or apart or plain:
                near.append(one.word)
        elif other == wanted and own and one.sense <= _SENSES_AFAR and corpus.knows(one.word, pos):
            far.append(one.word)
    known = [w for w in near if corpus.knows(w, pos) and corpus.said(w) != -wanted]
    found = known or near[:1] or [w for w in far if corpus.said(w) in (0, wanted)]
    return found or _without_prefix(base, pos)


def _without_prefix(base: str, pos: str) -> list[str]:
    """As "usable" for "unusable", where that is a word."""
    rest = next((base[len(p) :] for p in _PREFIXES if base.startswith(p) and len(base) - len(p) > 3), "")
    return [rest] if pos in "ar" and rest and is_known(rest) and tokens(rest)[0].pos == pos else []


def _prefixed(one: str, other: str) -> bool:
    """Whether two words differ by a negating prefix, or by -ful and -less."""
    pairs = {(p + one, other) for p in _PREFIXES} | {(one, p + other) for p in _PREFIXES}
    pairs = {(a, b) for a, b in pairs}
    return any(a == b for a, b in pairs) or (
        one.removesuffix("ful").removesuffix("less") == other.removesuffix("ful").removesuffix("less")
        and one[-3:] in ("ful", "ess")
    )


def _inflected(word: str, tag: str, passage: Passage, number: int) -> str | None:
    if word == "with difficulty" and passage.tag(number + 1).startswith("VB"):
        word = "barely"
    if tag in ("JJR", "JJS", "RBR", "RBS") and word in ("more", "less", "fewer", "most", "least", "worse", "worst",
                                                         "better", "best"):  # fmt: skip
        return word
    form = _FORMS.get(tag)
    return inflected(word, form) if form else word


def _case_of(token: Token, passage: Passage, number: int) -> str:
    """What the new word's case is like: a single letter or a capital inside says nothing."""
    return token.text if len(token.text) > 1 or number == 0 else "x"

"""Saying the same more strongly: degree words in front of an opinion."""

from __future__ import annotations

from random import Random

from ...core.records import Edit, Span
from ...quality.english.inflect import article, cased_like
from ...quality.english.words import word_set
from .negation import NEGATORS, negator_before
from .passage import BE, DO, MODALS, Passage

RULE = "intensified"
GRADABLE = ("very", "really", "extremely", "incredibly", "remarkably", "awfully")
EXTREME = ("absolutely", "truly", "really", "utterly")
VERBAL = ("really", "truly", "absolutely")
OF_VERBS_BEHIND = ("very much",)
COMPARED = ("much", "far", "considerably")
_STRONG = word_set(
    "excellent perfect terrible awful horrible amazing awesome fantastic wonderful superb terrific "
    "fabulous outstanding brilliant incredible dreadful gorgeous stunning flawless delicious essential "
    "impossible useless unbelievable unmatched ridiculous dead broken free unable best worst great "
    "superior ideal phenomenal magnificent unacceptable inedible hilarious filthy enormous huge tiny "
    "necessary required wrong right included available defective faulty"
)
DEGREE = frozenset((*GRADABLE, *EXTREME, *VERBAL, *COMPARED)) | word_set(
    "so too quite pretty super highly completely totally fully entirely deeply greatly enormously particularly rather "
    "fairly somewhat slightly kind sort kinda bit little more most less least as how that surprisingly overall well lot"
)


def intensify(passage: Passage, span: Span, random: Random) -> list[Edit]:
    """Edits that make an opinion stronger, or none where no degree word fits.

    Args:
        passage: the sentence.
        span: the opinion.
        random: draws the degree word.
    """
    inside = [n for n in passage.within(span) if passage.tokens[n].text[:1].isalnum() or passage.word(n) in NEGATORS]
    if not inside:
        return []
    first = inside[0]
    negator = next((n for n in inside if passage.word(n) in NEGATORS), None)
    if negator is None:
        negator = negator_before(passage, first)
    if negator is not None:
        return _negation(passage, negator)
    head = next((n for n in inside if passage.word(n) not in DEGREE), None)
    if head is None or passage.word(head - 1) in DEGREE | {"no"} or head != first:
        return _stronger(passage, inside)
    return _in_front(passage, head, random)


def _in_front(passage: Passage, head: int, random: Random) -> list[Edit]:
    tag, word = passage.tag(head), passage.word(head)
    if word == "like" or tag in ("VB", "VBP", "VBZ", "VBD"):
        front = head
        if passage.word(head - 1) in BE:
            return [_put(passage, head, random.choice(EXTREME))]
        if passage.word(head - 1) == "to":
            front = head - 1
        return [_put(passage, front, random.choice(VERBAL))]
    if tag in ("JJR", "RBR"):
        words = COMPARED[:2] if word in ("more", "less", "fewer") else COMPARED
        return [_put(passage, head, random.choice(words))]
    if tag in ("JJS", "RBS"):
        return [_put(passage, head, "absolute")] if passage.word(head - 1) in ("the", "its", "my") else []
    if tag[:2] == "NN":
        return _noun(passage, head)
    if tag == "VBN" or tag == "VBG":
        auxiliary = passage.word(head - 1) in BE | {"been", "has", "have", "had"}
        return [_put(passage, head, random.choice(VERBAL if auxiliary else EXTREME[:3]))]
    if tag[:2] in ("JJ", "RB"):
        return [_put(passage, head, random.choice(EXTREME[:3] if word in _STRONG else GRADABLE[:4]))]
    if tag == "IN" or tag == "DT" or tag == "CC":
        return []
    return [_put(passage, head, "really")]


_TOTAL = word_set("lack absence shortage waste disaster failure joy delight disappointment mess surprise relief")
_BEFORE_NOUNS = word_set("a an the my such this any some is are was were its their no")


def _noun(passage: Passage, head: int) -> list[Edit]:
    if passage.tag(head + 1)[:2] in ("NN", "JJ"):
        return [_put(passage, head, "truly")]
    if passage.word(head) in _TOTAL:
        return [_put(passage, head, "complete")]
    if passage.tag(head) in ("NNS", "NNPS"):
        return [_put(passage, head, "real")]
    joined = passage.word(head - 1) in _BEFORE_NOUNS or passage.tag(head - 1)[:2] in ("VB", "IN", "CC", ",")
    return [_put(passage, head, "real")] if joined else []


def _put(passage: Passage, number: int, word: str) -> Edit:
    token = passage.tokens[number]
    if passage.text[: token.start].strip() == "" and token.text[:1].isupper() and not passage.in_term(number):
        shown = token.text if token.text[1:2].isupper() or token.text == "I" else token.text.lower()
        return passage.replaced(number, f"{word.capitalize()} {shown}", RULE)
    if token.text.isupper() and len(token.text) > 2:
        word = word.upper()
    return passage.inserted(number, word, RULE)


def _negation(passage: Passage, negator: int) -> list[Edit]:
    """A negation is made stronger in front: "really does not work", "is really not good", "absolutely no"."""
    word, before = passage.word(negator), passage.word(negator - 1)
    if word in ("n't", "nt") or (word == "not" and before in DO | MODALS):
        return [_put(passage, negator - 1, "really")] if passage.word(negator - 2) not in DEGREE else []
    if word == "no":
        return [passage.replaced(negator, cased_like("absolutely no", passage.tokens[negator].text), RULE)]
    if word == "not" and before not in DEGREE:
        return [_put(passage, negator, "really" if before in BE else "definitely")]
    return []


def _stronger(passage: Passage, inside: list[int]) -> list[Edit]:
    """A degree word that stands there already is exchanged for a stronger one."""
    at = next((n for n in (*inside, inside[0] - 1) if passage.word(n) in _EXCHANGED), None)
    if at is None:
        return []
    new = _EXCHANGED[passage.word(at)]
    if passage.tag(at + 1) in ("JJR", "RBR"):
        new = "considerably"
    if passage.word(at - 1) == "far":
        return []
    edits = [passage.replaced(at, cased_like(new, passage.tokens[at].text), RULE)]
    if passage.word(at - 1) in ("a", "an") and article(new) != passage.word(at - 1):
        edits.append(passage.replaced(at - 1, article(new), "article"))
    return edits


_EXCHANGED = {
    "very": "extremely",
    "really": "truly",
    "quite": "very",
    "pretty": "really",
    "so": "so incredibly",
    "extremely": "incredibly",
    "too": "far too",
    "rather": "very",
    "fairly": "very",
    "somewhat": "very",
    "slightly": "very",
    "kinda": "really",
    "highly": "very highly",
    "absolutely": "truly and absolutely",
    "completely": "absolutely and completely",
    "totally": "absolutely and totally",
    "more": "much more",
    "less": "much less",
    "incredibly": "absolutely incredibly",
    "surprisingly": "very surprisingly",
    "well": "very well",
    "much": "very much",
}

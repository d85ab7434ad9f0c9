"""Taking a negation away, and putting one in, with the grammar that goes with it."""

from __future__ import annotations

from ...core.records import Edit
from ...quality.english.inflect import article, cased_like, inflected, lemma
from ...quality.english.tokens import is_known
from ...quality.english.words import word_set
from .corpus import Corpus
from .passage import BE, DO, MODALS, Passage

NEGATORS = word_set(
    "not n't nt no never none nobody nothing neither nowhere hardly scarcely barely cannot rarely seldom"
)
REMOVED = "negator_removed"
_INSTEAD = {"nothing": "something", "nobody": "everybody", "none": "some", "nowhere": "everywhere", "neither": "both"}
_UNDER_NEGATION = {"any": "some", "anything": "something", "anywhere": "everywhere", "anyone": "everyone",
                   "anybody": "everybody", "either": "too"}  # fmt: skip
_SKIPPED_BACK = word_set(
    "very that so as too all really be been being a an the particularly exactly quite overly terribly "
    "especially any have had at only always even yet completely entirely nearly much many"
)
LINKING = word_set("be look feel seem sound taste smell become get stay remain appear turn keep go prove")
_STOPS = word_set(". , ; : ! ? ( ) - -- ... and but or because although though while when if which who")
_HELPING = (BE | MODALS | {"has", "have", "had"}) - {"be", "been", "being"}
REACH = 5
"""Tokens that are looked back for a negator or a form of "be"."""


def negator_before(passage: Passage, number: int) -> int | None:
    """The negator whose reach a token stands in ("not very good"), or None."""
    for at in range(number - 1, max(-1, number - 1 - REACH), -1):
        word = passage.word(at)
        if word in NEGATORS:
            if passage.word(at + 1) in ("only", "just", "to") or word in _INSTEAD:
                return None
            return None if passage.in_term(at) else at
        if word not in _SKIPPED_BACK and passage.tag(at) not in ("RB", "JJ"):
            return None
    return None


def without_negator(passage: Passage, at: int, corpus: Corpus, rule: str = REMOVED) -> list[Edit]:
    """Edits that take the negator at `at` away, and mend what depended on it."""
    word, following = passage.word(at), passage.word(at + 1)
    wider = (word == "no" and following == "longer") or (word in _NOT and following in ("yet", "even"))
    last = at + 1 if wider else at
    if word in _NOT and passage.word(at - 1) in DO:
        edits = _without_do(passage, at - 1, last, rule)
    elif word in ("n't", "nt"):
        edits = [_without_contraction(passage, at, last, rule)]
    elif word in _INSTEAD:
        edits = [passage.replaced(at, cased_like(_INSTEAD[word], passage.tokens[at].text), rule)]
        nor = [n for n in range(at, len(passage.tokens)) if word == "neither" and passage.word(n) == "nor"]
        edits += [passage.replaced(n, "and", rule) for n in nor[:1]]
    elif word == "no" and not wider:
        edits = _without_no(passage, at, corpus, rule)
    else:
        edits = [passage.removed(at, last, rule)]
    return [*_capital_kept(passage, edits), *_positive_words(passage, last, rule)]


_NOT = ("not", "n't", "nt")


def _without_do(passage: Passage, helper: int, last: int, rule: str) -> list[Edit]:
    """As "does not work" -> "works"."""
    verb = _verb_after(passage, last)
    edits = [passage.removed(helper, last, rule)]
    return edits if verb is None else [*edits, *_finite(passage, passage.word(helper), verb, rule)]


def _without_contraction(passage: Passage, at: int, last: int, rule: str) -> Edit:
    """As "can't" -> "can", "isn't even" -> "is"."""
    helper, end = passage.tokens[at - 1], passage.tokens[last].end
    full = {"ca": "can", "wo": "will", "sha": "shall"}.get(helper.lower)
    if full is None:
        return Edit(start=helper.end, before=passage.text[helper.end : end], after="", rule=rule)
    return Edit(
        start=helper.start, before=passage.text[helper.start : end], after=cased_like(full, helper.text), rule=rule
    )


def _verb_after(passage: Passage, at: int) -> int | None:
    for number in range(at + 1, min(at + 4, len(passage.tokens))):
        if passage.tag(number).startswith("VB"):
            return number
        if passage.tag(number) != "RB":
            # A verb that the tagger takes for something else stands right behind "does not".
            return number if number == at + 1 and passage.tag(number)[:2] in ("NN", "JJ", "IN") else None
    return None


def _finite(passage: Passage, helper: str, verb: int, rule: str) -> list[Edit]:
    token = passage.tokens[verb]
    tag = {"does": "VBZ", "did": "VBD"}.get(helper, "VBP")
    form = {"be": {"VBZ": "is", "VBD": "was", "VBP": "are"}, "have": {"VBZ": "has", "VBD": "had", "VBP": "have"}}.get(
        token.lower, {}
    ).get(tag) or inflected(token.lower, tag)
    return [passage.replaced(verb, form, rule)] if form and form != token.lower else []


def _without_no(passage: Passage, at: int, corpus: Corpus, rule: str) -> list[Edit]:
    """As "no support" -> "some support", "no GUI" -> "a GUI", "no problems" -> "problems"."""
    noun = next(
        (n for n in range(at + 1, min(at + 5, len(passage.tokens))) if passage.tag(n).startswith("NN")
         and not passage.tag(n + 1).startswith("NN")),
        None,
    )  # fmt: skip
    if noun is None or passage.tag(noun) in ("NNS", "NNPS") or passage.word(noun).endswith("s"):
        return [passage.removed(at, at, rule)]
    counted = corpus.counted[passage.word(noun)] > 0
    word = article(passage.word(at + 1)) if counted else "some"
    return [passage.replaced(at, cased_like(word, passage.tokens[at].text), rule)]


def _positive_words(passage: Passage, at: int, rule: str) -> list[Edit]:
    """Words that only stand under a negation ("any", "at all", "ever"), as they are without one."""
    edits: list[Edit] = []
    for number in range(at + 1, min(at + 7, len(passage.tokens))):
        word = passage.word(number)
        if word in _STOPS:
            break
        if passage.in_term(number):
            continue
        if word in _UNDER_NEGATION:
            edits.append(passage.replaced(number, cased_like(_UNDER_NEGATION[word], passage.tokens[number].text), rule))
        elif word in ("ever", "anymore"):
            edits.append(passage.removed(number, number, rule))
        elif word == "at" and passage.word(number + 1) == "all":
            edits.append(passage.removed(number, number + 1, rule))
    return edits


def _capital_kept(passage: Passage, edits: list[Edit]) -> list[Edit]:
    """If the words that began the sentence were taken out, the next one begins it."""
    first = edits[0]
    if first.after or not first.before[:1].isupper() or passage.text[: first.start].strip():
        return edits
    at = first.start + len(first.before)
    if passage.text[at : at + 1].islower():
        start = passage.text[at]
        if any(e.start == at for e in edits[1:]):
            raised = [
                e.model_copy(update={"after": e.after[:1].upper() + e.after[1:]}) if e.start == at else e
                for e in edits[1:]
            ]
            return [first, *raised]
        joined = first.model_copy(update={"before": first.before + start, "after": start.upper()})
        return [joined, *edits[1:]]
    return edits


def negated(passage: Passage, first: int, last: int, said: int) -> list[Edit]:
    """Edits that negate what the tokens from `first` to `last` say, where no opposite word does it.

    Args:
        passage: the sentence.
        first: number of the first token.
        last: number of the last token.
        said: 1 for praise, -1 for blame, 0 if not known.
    """
    tag, word = passage.tag(first), passage.word(first)
    if word in BE | MODALS or (word in ("has", "have", "had") and passage.tag(first + 1) == "VBN"):
        return [passage.inserted_after(first, "not", "not_after_be")]
    if word == "enough":
        has = passage.word(first - 1) in ("has", "have", "had")
        return _negated_verb(passage, first - 1) if has else [passage.inserted(first, "not", "not")]
    if tag == "NN" and passage.tag(first - 1) == "RB" and passage.tag(first - 2) in ("WDT", "WP", "PRP"):
        # "which also support": a verb that the tagger has for a noun.
        return _negated_verb(passage, first)
    # A participle behind its subject, with no helping verb, is a past tense that the tagger missed.
    subject = first - 1 if passage.tag(first - 1) != "RB" else first - 2
    past = tag == "VBN" and (passage.tag(subject)[:2] == "NN" or passage.tag(subject) == "PRP")
    if (past or tag in ("VB", "VBP", "VBZ", "VBD")) and passage.word(first - 1) not in ("a", "an", "the", "my", "its"):
        return _negated_verb(passage, first)
    if tag[:2] == "NN" and passage.word(first - 1) in BE and is_known(word):
        return _no_noun(passage, first)
    being = be_before(passage, first)
    attributive = tag[:2] in ("JJ", "VB") and passage.tag(last + 1)[:2] in ("NN", "JJ", "CD")
    if being is not None and not (attributive and said and passage.word(first - 1) in ("the", "all")):
        return [passage.inserted_after(being, "not", "not_after_be")]
    if tag[:2] == "NN":
        return _no_noun(passage, first)
    verb = _verb_just_before(passage, first)
    if verb is not None and (tag.startswith("RB") or not attributive):
        return _negated_verb(passage, verb)
    if attributive and tag[:2] == "JJ" and tag not in ("JJR", "JJS"):
        words = "less than" if said >= 0 else "not so"
        return _in_front(passage, first, words, "less_than" if said >= 0 else "not")
    return _in_front(passage, first, "not", "not")


def _in_front(passage: Passage, number: int, words: str, rule: str) -> list[Edit]:
    edits = [passage.inserted(number, words, rule)]
    if passage.text[: passage.tokens[number].start].strip() == "" and passage.tokens[number].text[:1].isupper():
        token = passage.tokens[number]
        shown = token.text if token.text[1:2].isupper() or passage.in_term(number) else token.lower
        edits = [passage.replaced(number, f"{words[:1].upper()}{words[1:]} {shown}", rule)]
    if passage.word(number - 1) in ("a", "an"):
        edits.append(_article_edit(passage, number - 1, words))
    return [e for e in edits if e.before != e.after]


def _article_edit(passage: Passage, number: int, following: str) -> Edit:
    token = passage.tokens[number]
    return passage.replaced(number, cased_like(article(following), token.text), "article")


def be_before(passage: Passage, number: int) -> int | None:
    """The form of "be" that a word is said by ("is absolutely gorgeous", "is a breeze"), or None."""
    for at in range(number - 1, max(-1, number - 1 - REACH), -1):
        word, tag = passage.word(at), passage.tag(at)
        if word in BE and tag != "POS":
            # "has been good", "will be good": the negation goes behind the helping verb.
            if passage.word(at - 1) in MODALS | {"has", "have", "had"} and word in ("be", "been"):
                return at - 1
            return None if word in ("being", "be") else at
        skipped = tag in ("RB", "DT", "PRP$", "RBR") or tag.startswith("JJ") or word in ("bit", "little", "kind", "of")
        if word in _STOPS or not skipped:
            return None
    return None


def _verb_just_before(passage: Passage, number: int) -> int | None:
    at = number - 1
    while at >= 0 and passage.tag(at) in ("RB", "RBR") and number - at < 4:
        at -= 1
    plain = passage.tag(at) == "VB" and passage.tag(at - 1) in ("PRP", "NNS", "WDT")
    plain = plain or passage.word(at) in ("works", "work", "runs", "performs")
    found = at >= 0 and (plain or passage.tag(at) in ("VBZ", "VBP", "VBD")) and passage.word(at) not in BE | MODALS | DO
    return at if found and not passage.in_term(at) else None


def _negated_verb(passage: Passage, verb: int) -> list[Edit]:
    """As "crashes" -> "does not crash", "would recommend" -> "would not recommend"."""
    token = passage.tokens[verb]
    front = verb
    while front > 0 and passage.tag(front - 1) == "RB" and passage.word(front - 1) not in NEGATORS:
        front -= 1
    before = passage.word(front - 1)
    if before in MODALS | BE | DO:
        return [passage.inserted_after(front - 1, "not", "not_after_be" if before in BE else "not")]
    if before == "to":
        return [passage.inserted(front - 1, "not", "not")]
    if before in ("has", "have", "had", "'ve"):
        return [passage.inserted_after(front - 1, "not", "not")]
    tag = {"VBZ": "VBZ", "VBD": "VBD", "VBN": "VBD", "NNS": "VBZ"}.get(token.tag, "VBP")
    helper = {"VBZ": "does", "VBD": "did"}.get(tag, "do")
    base = lemma(token.lower, "v") if tag != "VBP" else token.lower
    words = f"{helper} not"
    starts = passage.text[: passage.tokens[front].start].strip() == ""
    if starts and passage.tokens[front].text[:1].isupper():
        words = words.capitalize()
    if front == verb:
        return [passage.replaced(verb, f"{words} {base}", "do_not")]
    edits = [passage.inserted(front, words, "do_not")]
    return [*edits, passage.replaced(verb, base, "do_not")] if base != token.lower else edits


def _no_noun(passage: Passage, noun: int) -> list[Edit]:
    """As "a problem" -> "no problem", "problems" -> "no problems"; a word that goes before the noun stays between."""
    front = noun
    while front > 0 and passage.tag(front - 1)[:2] in ("JJ", "NN", "VB") and noun - front < 3:
        if passage.tag(front - 1)[:2] == "VB" and passage.tag(front - 1) not in ("VBN", "VBG"):
            break
        front -= 1
    before = passage.word(front - 1)
    if before in ("a", "an", "some", "any"):
        return [passage.replaced(front - 1, cased_like("no", passage.tokens[front - 1].text), "no")]
    if before in ("the", "my", "this", "its", "their", "your", "his", "her", "these", "those"):
        if front < 2 or passage.word(front - 2) in _STOPS:
            later = next(
                (n for n in range(noun + 1, min(noun + 7, len(passage.tokens))) if passage.word(n) in _HELPING), None
            )
            if later is not None:
                return [passage.inserted_after(later, "not", "not_after_be")]
        verb = next((n for n in range(front - 2, max(-1, front - 5), -1) if passage.tag(n).startswith("VB")), None)
        if verb is not None and passage.word(verb) not in BE and not passage.in_term(verb):
            if passage.tag(verb) in ("VBZ", "VBP", "VBD"):
                return _negated_verb(passage, verb)
            return _in_front(passage, verb, "not", "not")
        return _in_front(passage, front - 1, "not", "not")
    return _in_front(passage, front, "no", "no")

"""A coarse part of speech for a word by itself, without a model: closed word classes by list, the rest by its ending.

An approximation for English, good enough for counting templates: a word has one tag wherever it stands, and a word
that no rule knows is a noun. Words of other languages fall under the same endings by accident or are all nouns;
templates over them are then templates of words, numbers and marks.
"""

from __future__ import annotations

import re

_CLOSED = {
    "DET": "a an the this that these those each every some any no all both another such either neither",
    "ADP": "of in on at by for with from to into onto about over under between among through during before after "
    "against without within across behind beyond near off up down out upon toward towards per via since until",
    "PRON": "i you he she it we they me him her us them my your his its our their mine yours hers ours theirs myself "
    "yourself himself herself itself ourselves themselves who whom whose which what one someone anyone "
    "everyone something anything everything nothing nobody",
    "AUX": "is are was were be been being am do does did has have had can could will would shall should may might "
    "must isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't "
    "shouldn't it's that's there's here's i'm you're we're they're i've you've we've they've i'll you'll we'll "
    "i'd you'd",
    "CONJ": "and or but nor so yet because although though while whereas if unless whether when where why how than as",
    "ADV": "not very also too only just even still then there here now often never always more most less least much "
    "well again however therefore thus moreover furthermore instead perhaps maybe quite rather almost soon "
    "already",
    "VERB": "make makes made take takes took taken give gives gave given get gets got go goes went gone come comes "
    "came say says said see sees saw seen know knows knew known think thinks thought find finds found use uses "
    "become became keep keeps kept let lets put puts mean means meant need needs want wants help helps show "
    "shows work works include includes contain contains provide provides write read explain describe list name "
    "tell tells told ask call play run move live believe hold bring happen begin began sit stand lose pay meet "
    "set learn change lead understand watch follow stop create speak allow add spend grow open walk win offer "
    "remember consider appear buy wait serve send expect build stay fall cut reach remain suggest raise pass "
    "sell require report decide pull classify identify extract summarize summarise generate compare choose "
    "rewrite translate discuss",
    "ADJ": "good great new old big small large long short high low many few several other same different important "
    "best better worst own first last next early late young free full easy hard clear sure able main major "
    "whole real",
}
_WORDS = {word: tag for tag, words in _CLOSED.items() for word in words.split()}
_ENDINGS = (
    ("ADV", re.compile(r"..ly\Z")),
    ("ING", re.compile(r"..ing\Z")),
    ("PAST", re.compile(r"...ed\Z")),
    ("ADJ", re.compile(r"..(?:ous|ful|ive|ible|able|less|ical|ish|ic|al|ary|est)\Z")),
    ("VERB", re.compile(r"..(?:ize|ise|ify|ate)\Z")),
)
TAGS = ("NUM", "BREAK", "MARK", "NOUN", "DET", "ADP", "PRON", "AUX", "CONJ", "ADV", "VERB", "ADJ", "ING", "PAST")
"""Every tag, in the order of their codes."""
_CODES = {tag: code for code, tag in enumerate(TAGS)}
NUMBER_CODE, BREAK_CODE, MARK_CODE, NOUN_CODE = range(4)
FIRST_WORD_CODE = NOUN_CODE
"""Codes from here on are of words."""


def word_tag(word: str) -> str:
    """The tag of a lower-case word."""
    known = _WORDS.get(word)
    if known:
        return known
    return next((tag for tag, ending in _ENDINGS if ending.search(word)), "NOUN")


def word_code(word: str) -> int:
    """The code of a lower-case word's tag."""
    return _CODES[word_tag(word)]

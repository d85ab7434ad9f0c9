"""LLM mode for very small models: they are asked for one opposite, or one short clause, and nothing else.

A model of 135M parameters cannot rewrite a sentence, but it continues a list of pairs. Where its word goes, and what
else must change, is left to the rules.
"""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING

from ...core.records import AspectTerm, Edit, Polarity, Span, Strategy
from ...llm import Answer
from ...prompts import Prompt
from ...quality.english.inflect import lemma
from ...quality.english.opposites import Opposites
from ...quality.english.review_words import listed
from ...quality.english.sentiment import sign
from ...quality.english.tokens import Token, is_known, tokens
from ..builder import Context
from .adddiff import joined
from .conjunction import conjunction_edits
from .intensify import intensify
from .passage import Passage, shared, touches, without_clashes
from .reverse import with_article
from .revtgt import OTHER, SIGN, polarities_after
from .variant import Refused, Variant, variant_of

if TYPE_CHECKING:
    from .arts import Arts

RULE = "llm_opposite"
_WORDS = re.compile(r"[a-z][a-z'-]*(?: [a-z][a-z'-]*){0,3}")
_END = re.compile(r"[\s.!?,;:…-]+$")
LONGEST_CLAUSE = 10


async def opposite_variant(
    ctx: Context,
    builder: Arts,
    passage: Passage,
    target: AspectTerm,
    strategy: Strategy,
    random: Random,
    attempt: int,
) -> tuple[Variant | Refused, tuple[Answer, ...], Prompt]:
    """A RevTgt or RevNon variant whose opposites are the model's."""
    prompt = ctx.prompts.get("arts/opposite")
    answers: list[Answer] = []
    edits: list[Edit] = []
    polarities = {t.id: t.polarity for t in passage.sentence.terms}
    turned = [target]
    if strategy == "revtgt":
        polarities = polarities_after(passage, target)
    else:
        apart = [t for t in passage.sentence.terms if t.id != target.id and t.opinions and not shared(t, target)]
        turned = [t for t in apart if t.polarity == target.polarity != "neutral"]
        for term in apart:
            if term.polarity != target.polarity:
                edits += [e for o in term.opinions for e in intensify(passage, o, random)]
        polarities |= {t.id: OTHER[t.polarity] for t in turned}
    if not turned:
        # Only degree words are wanted: there is nothing to ask a model for.
        return Refused("left_to_the_rules"), (), prompt
    for term in turned:
        for opinion in term.opinions:
            answer = await ctx.llm.ask(prompt, inputs={"opinion": opinion.text.lower()}, sample=attempt)
            answers.append(answer)
            words = _opposite(answer.text, passage, opinion, builder.resources.table)
            if words is None:
                return Refused("not_an_opposite", evidence={"text": answer.text}), tuple(answers), prompt
            edit = Edit(start=opinion.start, before=opinion.text, after=words, rule=RULE)
            edits += with_article(passage, [edit])
    own = () if strategy == "revtgt" else target.opinions
    kept = without_clashes([e for e in edits if not any(touches(e, o) for o in own)])
    for term in turned if strategy == "revnon" else [target]:
        kept = without_clashes([*kept, *conjunction_edits(passage, term.id, polarities)])
    if not kept:
        return Refused("nothing_to_change"), tuple(answers), prompt
    return variant_of(passage, target, kept, polarities), tuple(answers), prompt


def _opposite(text: str, passage: Passage, opinion: Span, table: Opposites) -> str | None:
    """The model's opposite, in the opinion's case, or None where it cannot be one.

    It must be words, of the same part of speech as what it replaces, and either known as an opposite (by the list or
    by WordNet), or of the other polarity by the lexicons: a small model gives "luxurious" for the opposite of
    "comfortable" as readily as "uncomfortable".
    """
    words = " ".join(text.strip().strip("\"'.").lower().split())
    if not _WORDS.fullmatch(words) or not all(is_known(w) for w in words.split()):
        return None
    inside = passage.within(opinion)
    head, new = passage.tokens[inside[-1]], tokens(words)[-1]
    old = " ".join(passage.word(n) for n in inside)
    if _apart(words) & _apart(old) and (_NEGATION.search(words) is None) == (_NEGATION.search(old) is None):
        return None
    if head.pos and new.pos and head.pos != new.pos:
        return None
    if not (_known_opposite(old, head, words, table) or _other_side(old, words)):
        return None
    return words.upper() if opinion.text.isupper() else words.capitalize() if opinion.text[:1].isupper() else words


def _apart(words: str) -> set[str]:
    return set(words.replace("-", " ").split())


def _known_opposite(old: str, head: Token, words: str, table: Opposites) -> bool:
    base = lemma(head.lower, head.pos) if head.pos else head.lower
    found = {o.word for o in table.of(base, head.pos or "a")}
    for pos in ("a", "r", "n", "v", "p"):
        found |= {*listed(base, pos, 0), *listed(old, pos, 0), *listed(old, pos, 1), *listed(old, pos, -1)}
    new = words.split()
    return words in found or (len(new) == 1 and lemma(words, head.pos or "a") in found)


def _other_side(old: str, words: str) -> bool:
    one, other = _side(old), _side(words)
    return one * other < 0


def _side(words: str) -> int:
    total = sum(map(sign, words.split()))
    return -total if _NEGATION.search(words) else total


_NEGATION = re.compile(r"\b(?:not|no|never|hardly|barely)\b|n't")


async def clause_variant(
    ctx: Context, builder: Arts, passage: Passage, target: AspectTerm, random: Random, attempt: int
) -> tuple[Variant | Refused, tuple[Answer, ...], Prompt]:
    """An AddDiff variant with clauses of the model on terms of the training corpus."""
    prompt = ctx.prompts.get("arts/clause")
    clauses = [c for found in builder.seeds.pool.clauses.values() for c in found]
    known = {t.lower for t in passage.tokens}
    terms = sorted({c.term.text for c in clauses if not known & set(c.term.text.lower().split())})
    if not terms:
        return Refused("no_clause_fits"), (), prompt
    answers: list[Answer] = []
    made: list[tuple[str, AspectTerm]] = []
    for number, term in enumerate(random.sample(terms, min(len(terms), random.choice((1, 2))))):
        wanted: Polarity = OTHER[target.polarity] if target.polarity != "neutral" else random.choice(_SIDES)
        answer = await ctx.llm.ask(prompt, inputs={"term": term, "polarity": wanted}, sample=attempt)
        answers.append(answer)
        text = _END.sub("", f"the {term} {' '.join(answer.text.split())}")
        place = re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text, re.IGNORECASE)
        total = sum(sign(w) for w in re.findall(r"[a-z']+", text.lower()))
        negated = bool(re.search(r"\b(?:not|no|never)\b|n't", text.lower()))
        fits = (total > 0) == (SIGN[wanted] > 0) and total and not negated
        if place is None or not fits or not 3 <= len(text.split()) <= LONGEST_CLAUSE:
            return Refused("clause_does_not_fit", evidence={"text": text}), tuple(answers), prompt
        text = text if text[:2] in ("I ", "I'") or place.start() == 0 else text[:1].lower() + text[1:]
        span = Span(text=text[place.start() : place.end()], start=place.start(), end=place.end())
        made.append((text, AspectTerm(id=f"added_{number}:llm", span=span, polarity=wanted)))
    return joined(passage, target, made), tuple(answers), prompt


_SIDES: tuple[Polarity, ...] = ("positive", "negative")

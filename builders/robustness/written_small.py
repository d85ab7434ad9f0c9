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
from ...quality.english.sentiment import sign
from ...quality.english.tokens import is_known
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
    for term in turned:
        for opinion in term.opinions:
            answer = await ctx.llm.ask(prompt, inputs={"opinion": opinion.text.lower()}, sample=attempt)
            answers.append(answer)
            words = _opposite(answer.text, opinion)
            if words is None:
                return Refused("same_polarity", evidence={"text": answer.text}), tuple(answers), prompt
            edit = Edit(start=opinion.start, before=opinion.text, after=words, rule=RULE)
            edits += with_article(passage, [edit])
    own = () if strategy == "revtgt" else target.opinions
    kept = without_clashes([e for e in edits if not any(touches(e, o) for o in own)])
    for term in turned if strategy == "revnon" else [target]:
        kept = without_clashes([*kept, *conjunction_edits(passage, term.id, polarities)])
    if not kept:
        return Refused("nothing_to_change"), tuple(answers), prompt
    return variant_of(passage, target, kept, polarities), tuple(answers), prompt


def _opposite(text: str, opinion: Span) -> str | None:
    """The model's opposite, in the opinion's case; None where it is none: the same word, no word, the same polarity."""
    words = " ".join(text.strip().strip("\"'.").lower().split())
    if not _WORDS.fullmatch(words) or not all(is_known(w) for w in words.split()):
        return None
    old = opinion.text.lower().split()
    if set(words.split()) & set(old) and "not" not in words.split():
        return None
    one, other = sum(map(sign, old)), sum(map(sign, words.split()))
    if one and other and (one > 0) == (other > 0) and "not" not in words.split() and "not" not in old:
        return None
    return words.upper() if opinion.text.isupper() else words.capitalize() if opinion.text[:1].isupper() else words


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

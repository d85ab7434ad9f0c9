"""LLM mode: the strategies asked of a model, and its answers made into edits that are held to the same checks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from ...core.errors import AnswerError
from ...core.records import AspectSentence, AspectTerm, Edit, Span, Strategy
from ...llm import Answer
from ...prompts import Prompt
from ...quality.english.tokens import split
from ..builder import Context
from .adddiff import joined
from .arts_options import ArtsConfig
from .passage import Passage
from .revtgt import OTHER, polarities_after
from .variant import Refused, Variant, variant_of
from .written_small import clause_variant, opposite_variant

if TYPE_CHECKING:
    from .arts import Arts

WHAT_WAS_WRONG = {
    "term_edited": "the aspect itself was changed; its words must stay as they are",
    "other_term_edited": "another aspect's name was changed; its words must stay as they are",
    "unchanged_text": "the sentence was not changed",
    "doubled_negation": "it has two negations in a row",
    "other_opinion_touched": "what is said of the other aspects was changed",
    "target_opinion_touched": "what is said of the aspect itself was changed",
    "prefix_lost": "the sentence must be kept as it is, with the new clauses behind it",
    "added_term_known": "a new clause is about something that the sentence mentions already",
    "nothing_added": "no clause was added",
}


class EditPair(BaseModel):
    """One change."""

    before: str = Field(max_length=200, description="The words that were changed, as they stood.")
    after: str = Field(max_length=200, description="What stands there now.")


class EditedSentence(BaseModel):
    """An edited sentence."""

    edits: list[EditPair] = Field(max_length=8, description="Each change that was made.")
    sentence: str = Field(max_length=2000, description="The whole sentence after the changes.")


class AddedClause(BaseModel):
    """A clause on another aspect."""

    aspect: str = Field(max_length=60, description="What the clause is about, as it is named in it.")
    clause: str = Field(max_length=160, description="A short main clause.")


class AddedClauses(BaseModel):
    """Clauses to add."""

    clauses: list[AddedClause] = Field(min_length=1, max_length=3)


class FoundOpinions(BaseModel):
    """What is said of an aspect."""

    opinions: list[str] = Field(max_length=4, description="The opinion words, copied from the sentence.")


class ModelWriter:
    """Asks for the variants of one target and strategy, one after the other, and keeps what was wrong with each."""

    def __init__(
        self, ctx: Context, builder: Arts, passage: Passage, target: AspectTerm, strategy: Strategy, key: str
    ) -> None:
        """Begin; nothing is asked before the first variant is wanted."""
        self._ctx = ctx
        self._builder = builder
        self._passage = passage
        self._target = target
        self._strategy = strategy
        self._key = key
        self.reasons: list[str] = []
        """Slugs of why each answer was refused."""
        self.answers: list[Answer] = []
        self._last = ""

    async def variants(self) -> AsyncIterator[tuple[Variant, tuple[Answer, ...], Prompt]]:
        """Variants by the model, each after the last was refused; at most `attempts`."""
        for attempt in range(self._builder.config.attempts):
            try:
                made, answers, prompt = await self._ask(attempt)
            except AnswerError as error:
                self.refuse(error.reason, error.raw)
                continue
            if isinstance(made, Refused):
                self.answers += answers
                self.refuse(made.reason, made.evidence.get("text", ""))
                if not answers:
                    return
                continue
            yield made, (*self.answers, *answers), prompt
            self.answers += answers

    def refuse(self, reason: str, text: str) -> None:
        """Note why an answer is not used; the next request says so."""
        self.reasons.append(reason)
        self._last = text

    async def _ask(self, attempt: int) -> tuple[Variant | Refused, tuple[Answer, ...], Prompt]:
        if self._builder.config.profile == "small":
            random = self._ctx.random(self._key, f"llm:{self._strategy}:{self._target.id}:{attempt}")
            asked = (self._ctx, self._builder, self._passage, self._target)
            if self._strategy == "adddiff":
                return await clause_variant(*asked, random, attempt)
            return await opposite_variant(*asked, self._strategy, random, attempt)
        name = f"arts/{self._strategy}"
        prompt = self._ctx.prompts.get(name)
        inputs = {
            **prompt_inputs(self._passage.sentence, self._target),
            "reason": WHAT_WAS_WRONG.get(self.reasons[-1], self.reasons[-1].replace("_", " ")) if self.reasons else "",
            "last": self._last,
        }
        inputs = {name: inputs[name] for name in prompt.inputs}
        schema = AddedClauses if self._strategy == "adddiff" else EditedSentence
        answer = await self._ctx.llm.ask(prompt, schema, inputs=inputs, sample=attempt)
        if self._strategy == "adddiff":
            return _with_clauses(self._passage, self._target, answer.value), (answer,), prompt
        return self._edited(answer.value), (answer,), prompt

    def _edited(self, value: EditedSentence) -> Variant | Refused:
        edits = edits_between(self._passage.text, value.sentence.strip(), "llm")
        polarities = {t.id: t.polarity for t in self._passage.sentence.terms}
        if self._strategy == "revtgt":
            polarities = polarities_after(self._passage, self._target)
        else:
            for term in self._passage.sentence.terms:
                if term.id != self._target.id and term.polarity == self._target.polarity and term.opinions:
                    polarities[term.id] = OTHER[term.polarity]
        return variant_of(self._passage, self._target, edits, polarities)

    @staticmethod
    def forecast(terms: Sequence[tuple[Any, Any]], config: ArtsConfig) -> tuple[dict[str, int], dict[str, Any]]:
        """Calls by prompt, with the inputs of a typical one."""
        calls: dict[str, int] = {}
        examples: dict[str, Any] = {}
        for item, term in terms:
            sentence = AspectSentence.model_validate(item.data["sentence"])
            target = next(t for t in sentence.terms if t.id == term["id"])
            for strategy in config.strategies:
                told = bool(target.opinions)
                many = told and any(t.opinions for t in sentence.terms if t.id != target.id)
                if strategy == "original" or (strategy == "revtgt" and not told) or (strategy == "revnon" and not many):
                    continue
                small = {"adddiff": "arts/clause"}.get(strategy, "arts/opposite")
                name = small if config.profile == "small" else f"arts/{strategy}"
                calls[name] = calls.get(name, 0) + 1
                if name == "arts/opposite":
                    examples.setdefault(name, {"opinion": target.opinions[0].text})
                elif name == "arts/clause":
                    examples.setdefault(name, {"term": target.span.text, "polarity": "negative"})
                else:
                    told_inputs = {**prompt_inputs(sentence, target), "reason": "", "last": ""}
                    if strategy == "revnon":
                        del told_inputs["wanted"]
                    examples.setdefault(name, told_inputs)
        return calls, examples


def prompt_inputs(sentence: AspectSentence, target: AspectTerm) -> dict[str, Any]:
    """What a prompt is told of a sentence and its target."""

    def told(term: AspectTerm) -> dict[str, Any]:
        return {"term": term.span.text, "polarity": term.polarity, "opinions": [o.text for o in term.opinions]}

    return {
        "sentence": sentence.text,
        "target": told(target),
        "others": [told(t) for t in sentence.terms if t.id != target.id],
        "wanted": OTHER[target.polarity],
    }


def edits_between(before: str, after: str, rule: str) -> list[Edit]:
    """The changes from one text to another, token by token; blanks at the ends of the new text do not count."""
    one, other = split(before), split(after)
    words, new = [before[a:b] for a, b in one], [after[a:b] for a, b in other]
    edits: list[Edit] = []
    for kind, a, b, c, d in SequenceMatcher(None, words, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        start = one[a][0] if a < len(one) else len(before)
        end = one[b - 1][1] if b > a else start
        text = after[other[c][0] : other[d - 1][1]] if d > c else ""
        if kind == "insert":
            # In front of a word with a blank behind, or at the very end with one in front.
            glued = bool(re.match(r"[.,;:!?]", text))
            text = (text if glued else " " + text) if a == len(one) or glued else text + " "
            if glued and a:
                start = one[a - 1][1]
        elif kind == "delete":
            while end < len(before) and before[end].isspace():
                end += 1
        edits.append(Edit(start=start, before=before[start : max(end, start)] if kind != "insert" else "", after=text,
                          rule=rule))  # fmt: skip
    return edits


_END = re.compile(r"[\s.!?,;:…-]+$")


def _with_clauses(passage: Passage, target: AspectTerm, value: AddedClauses) -> Variant | Refused:
    """The sentence with the model's clauses behind it, joined as the rules do."""
    clauses = []
    for number, added in enumerate(value.clauses):
        text = _END.sub("", " ".join(added.clause.split()))
        place = re.search(rf"(?<!\w){re.escape(added.aspect.strip())}(?!\w)", text, re.IGNORECASE)
        if place is None or not added.aspect.strip():
            return Refused("added_term_missing", evidence={"text": text})
        words = text[place.start() : place.end()]
        name = text if text[:2] in ("I ", "I'") or text[1:2].isupper() else text[:1].lower() + text[1:]
        words = name[place.start() : place.end()]
        polarity = OTHER[target.polarity] if target.polarity != "neutral" else "negative"
        span = Span(text=words, start=place.start(), end=place.end())
        clauses.append((name, AspectTerm(id=f"added_{number}:llm", span=span, polarity=polarity)))
    return joined(passage, target, clauses)


async def found_by_model(sentence: AspectSentence, ctx: Context, key: str) -> AspectSentence:
    """The sentence with opinion spans, found by a model, for those of its terms that have none."""
    prompt = ctx.prompts.get("arts/opinions")
    terms = []
    for term in sentence.terms:
        if term.opinions:
            terms.append(term)
            continue
        inputs = {"sentence": sentence.text, "term": term.span.text, "polarity": term.polarity}
        try:
            answer = await ctx.llm.ask(prompt, FoundOpinions, inputs=inputs)
        except AnswerError:
            # A sentence without spans gives an original and an AddDiff case all the same.
            terms.append(term)
            continue
        spans = _placed(sentence, term, answer.value.opinions)
        terms.append(term.model_copy(update={"opinions": spans, "opinions_inferred": bool(spans)}))
    return sentence.model_copy(update={"terms": tuple(terms)})


def _placed(sentence: AspectSentence, term: AspectTerm, opinions: Sequence[str]) -> tuple[Span, ...]:
    """The model's words where they stand in the sentence, nearest to the term, as far as they are there."""
    found: dict[tuple[int, int], Span] = {}
    for words in opinions:
        if not words.strip():
            continue
        pattern = r"\s+".join(map(re.escape, words.split()))
        places = [m.span() for m in re.finditer(rf"(?<!\w){pattern}(?!\w)", sentence.text, re.IGNORECASE)]
        free = [p for p in places if not any(t.span.start < p[1] and p[0] < t.span.end for t in sentence.terms)]
        if free:
            start, end = min(free, key=lambda p: abs(p[0] - term.span.start))
            found[start, end] = Span(text=sentence.text[start:end], start=start, end=end)
    return tuple(found[place] for place in sorted(found))

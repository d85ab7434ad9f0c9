"""`arts`: an annotated aspect test set -> the same set with variants that probe aspect robustness.

Source: Xing et al. 2020, "Tasty Burgers, Soggy Fries: Probing Aspect Robustness in Aspect-Based Sentiment Analysis".
An item is one sentence; of each of its targets come the original and what each strategy makes of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from ...core import SourceRow
from ...core.records import AspectRecord, AspectSentence, AspectTerm, Strategy
from ...quality import Row
from ...quality.checks.aspects import first_fault
from ...quality.english.opposites import opposites
from ..builder import Artifact, BuilderConfig, Context, Forecast, Item, Outcome, Rejected
from .adddiff import add_clauses
from .arts_options import ArtsConfig
from .passage import Passage
from .reverse import Resources
from .revnon import reverse_others
from .revtgt import reverse_target
from .seeds import Seeds, not_meant_for, read_seeds
from .variant import Refused, Variant
from .written import ModelWriter, found_by_model

SUMMARY = "sources.json"


class Arts:
    """The builder, registered as `arts`."""

    Config: ClassVar[type[BuilderConfig]] = ArtsConfig
    sources: ClassVar[Mapping[str, bool]] = {
        "test": True,
        "test_opinions": False,
        "train": False,
        "train_opinions": False,
    }
    reads: ClassVar[Mapping[str, str]] = {
        "test": "aspects",
        "test_opinions": "aspect_layer",
        "train": "aspects",
        "train_opinions": "aspect_layer",
    }

    def __init__(self, config: ArtsConfig) -> None:
        """Take the validated options."""
        self._config = config
        self._seeds: Seeds | None = None
        self._resources: Resources | None = None

    @staticmethod
    def roles(config: ArtsConfig) -> tuple[str, ...]:
        """Models that it cannot do without: none in rule mode."""
        return ("default",) if config.generator == "llm" or config.find_opinions == "llm" else ()

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """One item per test sentence, in the file's order; all sources are read before the first.

        Raises:
            UsageError: the test data has no usable term.
        """
        seeds = read_seeds(sources, self._config.find_opinions)
        self._seeds = seeds
        self._resources = Resources(seeds.corpus, opposites(self._config.wordnet))
        summary = {**seeds.summary, "not_meant_for": not_meant_for(seeds.test)}
        for number, one in enumerate(seeds.test):
            data = {"sentence": one.sentence.model_dump(mode="json"), "problems": [dict(p) for p in one.problems]}
            yield Item(one.key, {**data, "summary": summary} if number == 0 else data)

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """The cases of one sentence."""
        if "summary" in item.data:
            yield Artifact(SUMMARY, item.data["summary"])
        mended = []
        for problem in item.data["problems"]:
            if problem["outcome"] == "skipped":
                yield Rejected(problem["reason"], problem["sentence"], item.id, evidence=problem)
            else:
                mended.append(problem["message"])
        sentence = AspectSentence.model_validate(item.data["sentence"])
        if self._config.find_opinions == "llm":
            sentence = await found_by_model(sentence, ctx, item.id)
        passage = Passage(sentence)
        maker = _Maker(self, ctx, item.id, passage, mended)
        for term in sentence.terms:
            for strategy in self._config.strategies:
                async for outcome in maker.make(term, strategy):
                    yield outcome

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """In rule mode no calls; with a model one for each target and strategy, and one for each span to find."""
        config, calls, examples = self._config, dict[str, int](), dict[str, Mapping[str, Any]]()
        if not self.roles(config):
            return Forecast(calls={})
        terms = [(i, t) for i in items for t in i.data["sentence"]["terms"]]
        if config.generator == "llm":
            calls, examples = ModelWriter.forecast(terms, config)
        if config.find_opinions == "llm":
            lacking = [(i, t) for i, t in terms if not t["opinions"]]
            calls["arts/opinions"] = len(lacking)
            if lacking:
                item, term = lacking[0]
                inputs = {"sentence": item.data["sentence"]["text"], "term": term["span"]["text"]}
                examples["arts/opinions"] = {**inputs, "polarity": term["polarity"]}
        return Forecast(calls=calls, examples=examples)

    @property
    def config(self) -> ArtsConfig:
        """The options."""
        return self._config

    @property
    def seeds(self) -> Seeds:
        """What `items` has read."""
        assert self._seeds is not None, "items comes before build"
        return self._seeds

    @property
    def resources(self) -> Resources:
        """What the rules draw on."""
        assert self._resources is not None, "items comes before build"
        return self._resources


class _Maker:
    """Makes the cases of one sentence."""

    def __init__(self, builder: Arts, ctx: Context, key: str, passage: Passage, mended: list[str]) -> None:
        self._builder = builder
        self._ctx = ctx
        self._key = key
        self._passage = passage
        self._mended = mended

    async def make(self, target: AspectTerm, strategy: Strategy) -> AsyncIterator[Outcome]:
        """The case of one target and strategy, or why there is none; nothing where the strategy is not meant for it."""
        if strategy == "original":
            yield self._original(target)
            return
        written: ModelWriter | None = None
        if self._builder.config.generator == "llm":
            refused = self._by_rule(target, strategy, 0)
            if isinstance(refused, Refused) and not refused.applies:
                return
            written = ModelWriter(self._ctx, self._builder, self._passage, target, strategy, self._key)
            async for variant, answers, prompt in written.variants():
                record = self._record(target, strategy, variant, answers=answers, prompts=(prompt,), generator="llm")
                fault = first_fault(Row(0, "", record.content))
                if fault is None:
                    yield record
                    return
                written.refuse(fault.reason or "fault", variant.text)
        for outcome in self._ruled(target, strategy, written):
            yield outcome

    def _ruled(self, target: AspectTerm, strategy: Strategy, written: ModelWriter | None) -> Iterable[Outcome]:
        last: tuple[str, str, Mapping[str, Any]] | None = None
        tried: set[str] = set()
        for attempt in range(self._builder.config.attempts):
            variant = self._by_rule(target, strategy, attempt)
            if isinstance(variant, Refused):
                if not variant.applies:
                    return
                last = last or (variant.reason, self._passage.text, variant.evidence)
                break
            if variant.text in tried:
                break
            tried.add(variant.text)
            record = self._record(target, strategy, variant, written=written)
            fault = first_fault(Row(0, "", record.content))
            if fault is None:
                yield record
                return
            last = (fault.reason or "fault", variant.text, fault.evidence)
        if last is not None:
            yield self._rejected(target, strategy, last, written)

    def _by_rule(self, target: AspectTerm, strategy: Strategy, attempt: int) -> Variant | Refused:
        random = self._ctx.random(self._key, f"{strategy}:{target.id}:{attempt}")
        builder = self._builder
        if strategy == "revtgt":
            strict = builder.config.mode == "strict"
            return reverse_target(self._passage, target, builder.resources, random, strict=strict)
        if strategy == "revnon":
            return reverse_others(self._passage, target, builder.resources, random)
        return add_clauses(self._passage, target, builder.seeds.pool, random, builder.config.added_clauses)

    def _original(self, target: AspectTerm) -> AspectRecord:
        others = tuple(t for t in self._passage.sentence.terms if t.id != target.id)
        return self._record(target, "original", Variant(self._passage.text, target.span, target.polarity, others))

    def _record(
        self,
        target: AspectTerm,
        strategy: Strategy,
        variant: Variant,
        *,
        answers: Iterable[Any] = (),
        prompts: Iterable[Any] = (),
        generator: str = "rules",
        written: ModelWriter | None = None,
    ) -> AspectRecord:
        notes: dict[str, Any] = {"generator": generator}
        if written is not None:
            notes["model_refused_for"] = written.reasons
        if self._mended:
            notes["mended"] = self._mended
        if target.opinions_inferred:
            notes["opinions_inferred"] = True
        answers = (*answers, *(written.answers if written is not None else ()))
        # Not validated: every part is a validated record or was made by the rules above.
        return AspectRecord.model_construct(
            kind="aspect_case",
            origin=self._ctx.origin(self._key, answers=answers, prompts=prompts, notes=notes),
            sentence=variant.text,
            term=variant.span.text,
            start=variant.span.start,
            end=variant.span.end,
            polarity=variant.polarity,
            target=target.id,
            strategy=strategy,
            edits=variant.edits,
            others=variant.others,
            source=self._passage.sentence,
        )

    def _rejected(
        self,
        target: AspectTerm,
        strategy: Strategy,
        fault: tuple[str, str, Mapping[str, Any]],
        written: ModelWriter | None,
    ) -> Rejected:
        reason, text, evidence = fault
        calls = tuple(key for a in written.answers for key in a.calls) if written is not None else ()
        told = {"strategy": strategy, "target": target.id, "term": target.span.text, **evidence}
        if written is not None:
            told["model_refused_for"] = written.reasons
        return Rejected(reason, text, self._key, calls, told)

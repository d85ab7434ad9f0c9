"""What the builder reads: test sentences, training corpus, and the layers of opinion spans over both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core import SourceRow
from ...core.errors import UsageError
from ...core.records import AspectSentence, AspectTerm
from ...core.records.aspect_layers import add_opinions
from .corpus import Corpus, corpus_of
from .opinions import with_found_opinions
from .passage import Passage, shared
from .pool import Pool, pool_of


@dataclass(frozen=True)
class TestSentence:
    """One sentence to make cases of."""

    key: str
    """Of its seed row."""
    sentence: AspectSentence
    problems: tuple[Mapping[str, Any], ...]
    """What was wrong with its terms: skipped and mended ones."""


@dataclass(frozen=True)
class Seeds:
    """Everything that is known before the first case is made."""

    test: tuple[TestSentence, ...]
    corpus: Corpus
    pool: Pool
    summary: Mapping[str, Any] = field(default_factory=dict)
    """What was read, matched and found, for the artifact sources.json."""


def read_seeds(sources: Mapping[str, Iterable[SourceRow]], find_opinions: str) -> Seeds:
    """Read all sources.

    Without a training corpus the test sentences stand in for it: the pool of AddDiff comes from them, and no sentence
    is given a clause of its own terms in any case.

    Args:
        sources: rows of `open_aspects` by source name.
        find_opinions: as in the builder's options.

    Raises:
        UsageError: the test data has no sentence with a usable term.
    """
    test = list(_read(sources["test"]))
    told: dict[str, Any] = {"test": _told(test)}
    test, told["test_opinions"] = _layered(test, sources.get("test_opinions"))
    if not any(one.sentence.terms for one in test):
        message = "the test data has no sentence with a usable aspect term."
        raise UsageError(message, hint="Look at seeds.test; failed.jsonl and rejected.jsonl tell what was wrong.")
    train = list(_read(sources["train"])) if "train" in sources else list(test)
    told["train"] = _told(train) if "train" in sources else "not given: the test sentences stand in for it"
    if "train" in sources:
        train, told["train_opinions"] = _layered(train, sources.get("train_opinions"))
    passages = [Passage(one.sentence) for one in train]
    corpus = corpus_of(passages)
    if find_opinions != "never":
        every = find_opinions in ("lexicon", "llm")
        passages, told["train_inferred"] = _with_opinions(passages, corpus, every)
        if told["train_inferred"]:
            corpus = corpus_of(passages)
        if find_opinions != "llm":
            found, told["test_inferred"] = _with_opinions([Passage(one.sentence) for one in test], corpus, every)
            test = [TestSentence(one.key, p.sentence, one.problems) for one, p in zip(test, found, strict=True)]
    pool = pool_of(passages, corpus)
    told["pool"] = pool.size()
    return Seeds(tuple(_own_ids(test)), corpus, pool, told)


def _read(rows: Iterable[SourceRow]) -> Iterator[TestSentence]:
    for row in rows:
        sentence = AspectSentence.model_validate(row.fields["sentence"])
        yield TestSentence(row.key, sentence, tuple(row.fields.get("problems") or ()))


def _told(read: list[TestSentence]) -> dict[str, Any]:
    problems = Counter(f"{p['outcome']}: {p['reason']}" for one in read for p in one.problems)
    terms = [t for one in read for t in one.sentence.terms]
    return {
        "sentences": len(read),
        "terms": len(terms),
        "polarities": dict(Counter(t.polarity for t in terms).most_common()),
        "with_opinions": sum(bool(t.opinions) for t in terms),
        "problems": dict(problems.most_common()),
    }


def _layered(read: list[TestSentence], layer: Iterable[SourceRow] | None) -> tuple[list[TestSentence], Any]:
    if layer is None:
        return read, "not given"
    match = add_opinions([one.sentence for one in read], [one.sentence for one in _read(layer)])
    merged = [TestSentence(one.key, s, one.problems) for one, s in zip(read, match.sentences, strict=True)]
    return merged, {
        "terms_matched": match.matched,
        "terms_unmatched": list(match.unmatched),
        "terms_with_opinions": sum(bool(t.opinions) for s in match.sentences for t in s.terms),
    }


def _with_opinions(passages: list[Passage], corpus: Corpus, every: bool) -> tuple[list[Passage], int]:
    """The passages with inferred opinions, and how many terms got one. Unless `every`, only in data that has none."""
    if not every and any(t.opinions for p in passages for t in p.sentence.terms):
        return passages, 0
    found = []
    for passage in passages:
        sentence = with_found_opinions(passage, corpus)
        changed = Passage(sentence)
        # The tokens stay the same; they are the dear part.
        changed.__dict__["tokens"] = passage.tokens
        found.append(changed)
    return found, sum(t.opinions_inferred for p in found for t in p.sentence.terms)


def _own_ids(test: list[TestSentence]) -> Iterator[TestSentence]:
    """The sentences with an id for each term that no other has: a case is known by it."""
    seen: Counter[str] = Counter()
    for one in test:
        terms: list[AspectTerm] = []
        for term in one.sentence.terms:
            seen[term.id] += 1
            repeated = seen[term.id] > 1
            terms.append(term.model_copy(update={"id": f"{term.id}~{seen[term.id]}"}) if repeated else term)
        yield TestSentence(one.key, one.sentence.model_copy(update={"terms": tuple(terms)}), one.problems)


def not_meant_for(test: Iterable[TestSentence]) -> dict[str, dict[str, int]]:
    """Strategy -> why it is not meant for some targets -> how many."""
    found: dict[str, Counter[str]] = {"revtgt": Counter(), "revnon": Counter()}
    for one in test:
        for term in one.sentence.terms:
            others = [t for t in one.sentence.terms if t.id != term.id and t.opinions]
            apart = [t for t in others if not shared(t, term)]
            if not term.opinions:
                found["revtgt"]["no_opinion"] += 1
            if not term.opinions or not others:
                found["revnon"]["no_other_opinion"] += 1
            elif not apart:
                found["revnon"]["opinions_shared"] += 1
            elif all(t.polarity == term.polarity == "neutral" for t in apart):
                found["revnon"]["all_neutral"] += 1
    return {strategy: dict(counts) for strategy, counts in found.items()}

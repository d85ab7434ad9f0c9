"""How varied a set is: distinct n-grams, nearest neighbours by ROUGE-L, lengths, opening word pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from ..core.seeding import seeded
from .check import Row
from .embedding_spread import embedding_spread
from .words import count_words, rouge_tokens, tokens

if TYPE_CHECKING:
    import numpy as np

_COLUMNS = ("instruction", "prompt", "question", "text", "input")
_LENGTHS = ("instruction", "input", "output")


def diversity(
    rows: Sequence[Row],
    field: str | None = None,
    *,
    sample: int = 1000,
    seed: int = 0,
    embed: Callable[[Sequence[str]], np.ndarray] | None = None,
) -> dict[str, Any]:
    """Measure the diversity of a set by one of its columns.

    Opening pairs stand in for verb and noun: the first two words of the text, lower-cased, as they are ("write a",
    "describe the"). Telling verbs and nouns apart would take a tagger.

    Args:
        rows: the set.
        field: the column; none: the first of instruction, prompt, question, text and input that has texts, else the
            first column that has.
        sample: number of rows, drawn with `seed`, among which nearest neighbours are looked for.
        seed: of that draw.
        embed: texts -> (texts, width) embeddings (`llm.embedder.open_embedder`); with it, `embedding_spread` tells how
            the sample spreads by meaning.

    Returns:
        Name -> number, or name -> {name -> number}. `distinct_n` is the share of n-grams that differ; it falls as a
        set grows, so compare sets of one size. `nearest_rouge_l` tells, over the sample, how like each row is to the
        row most like it. Empty for a set without texts.
    """
    column = field or _column(rows)
    texts = [text for row in rows if (text := row.text(column)).strip()] if column else []
    if not texts:
        return {}
    cut = [tokens(text) for text in texts]
    measured: dict[str, Any] = {"column": column, "rows": len(texts)}
    for n in (1, 2, 3):
        measured[f"distinct_{n}"] = _distinct(cut, n)
    measured["nearest_rouge_l"] = _nearest(texts, sample, seed)
    if embed is not None:
        drawn = seeded(seed, "diversity", "embedding").sample(range(len(texts)), min(sample, len(texts)))
        measured["embedding_spread"] = embedding_spread(embed([texts[at] for at in sorted(drawn)]))
    pairs = Counter(" ".join(words[:2]) for words in cut if words)
    measured["opening_pairs"] = {
        "unique": len(pairs),
        "mean_count": _round(fmean(pairs.values())) if pairs else 0.0,
        "spread_of_counts": _round(pstdev(pairs.values())) if pairs else 0.0,
        "share_of_ten_commonest": _round(sum(count for _, count in pairs.most_common(10)) / len(texts)),
    }
    measured["commonest_openings"] = dict(sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:10])
    for name in dict.fromkeys((column, *_LENGTHS)):
        counts = [count_words(text) for row in rows if (text := row.text(name)).strip()]
        if counts:
            measured[f"words_in_{name}"] = _spread(counts)
    return measured


def _column(rows: Sequence[Row]) -> str:
    found = dict.fromkeys(name for row in rows for name in row.fields if row.text(name).strip())
    return next((name for name in (*_COLUMNS, *found) if name in found), "")


def _distinct(cut: Iterable[Sequence[str]], n: int) -> float:
    seen: set[tuple[str, ...]] = set()
    total = 0
    for words in cut:
        grams = list(zip(*(words[start:] for start in range(n)), strict=False))
        total += len(grams)
        seen.update(grams)
    return _round(len(seen) / total) if total else 0.0


def _nearest(texts: Sequence[str], sample: int, seed: int) -> dict[str, float]:
    """For each text of a sample the highest ROUGE-L F to another one of it."""
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    drawn = seeded(seed, "diversity", "nearest").sample(range(len(texts)), min(sample, len(texts)))
    numbers: dict[str, int] = {}
    # One letter per different word: a sample of some thousand texts has far fewer than there are letters.
    cut = [[numbers.setdefault(word, len(numbers)) for word in rouge_tokens(texts[at])] for at in sorted(drawn)]
    encoded = ["".join(chr(n if n < 0xD800 else n + 0x800) for n in words) for words in cut if words]
    if len(encoded) < 2:
        return {}
    alike = process.cdist(encoded, encoded, scorer=Indel.normalized_similarity)
    for at in range(len(encoded)):
        alike[at, at] = 0.0
    nearest = sorted(alike.max(axis=1).tolist())
    return {
        "sample": len(nearest),
        "mean": _round(fmean(nearest)),
        "median": _round(_quantile(nearest, 0.5)),
        "p90": _round(_quantile(nearest, 0.9)),
        "max": _round(nearest[-1]),
        "share_above_0.7": _round(sum(value > 0.7 + 1e-6 for value in nearest) / len(nearest)),
    }


def _spread(values: Iterable[int]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "mean": _round(fmean(ordered)),
        "spread": _round(pstdev(ordered)),
        "p5": _quantile(ordered, 0.05),
        "median": _quantile(ordered, 0.5),
        "p95": _quantile(ordered, 0.95),
    }


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _round(value: float) -> float:
    return round(value, 4)

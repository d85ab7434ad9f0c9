"""`ground`: documents -> chunks -> question/answer rows, each grounded in its chunk.

Several questions are tried for every chunk and the best is kept; all others are rejected with a reason. How they are
written and ranked depends on the profile: ground_small.py and ground_standard.py. The rules that both share are in
grounding.py, the cutting of documents in chunks.py.

Related: Sachan et al. 2022, "Improving Passage Retrieval with Zero-Shot Question Generation", ranks passages for a
question by log P(question | passage). Here questions are ranked for a passage, by how much they raise its likelihood.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from ...core import SourceRow
from ..builder import BuilderConfig, Context, Forecast, Item, Outcome, Rejected, require_fields
from . import ground_small, ground_standard
from .chunks import Chunk, chunks, words
from .ground_candidates import outcomes, scored_part
from .ground_options import GroundConfig

SURVIVING = {"small": 0.74, "standard": 0.8}
"""Share of the candidates that pass the rules, for the forecast; small: as counted in runs of the quick start."""

SCORE_FIT = "score of the question"
SCORE_GAIN = "score of the answer"
TYPICAL_QUESTION = "How does a bat find its way at night?"
"""Of the usual length, for counting tokens."""


class Ground:
    """The builder, registered as `ground`. An item is one chunk."""

    Config: ClassVar[type[BuilderConfig]] = GroundConfig
    sources: ClassVar[Mapping[str, bool]] = {"path": True}

    def __init__(self, config: GroundConfig) -> None:
        """Take the validated options."""
        self._config = config

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """One item per chunk, document after document.

        A document is a row with the column `text`; `title`, `domain` (a text, or a list: the path in a task tree)
        and `language` are used where they are given.

        Raises:
            UsageError: the first row has no column `text`.
        """
        first = True
        for row in sources["path"]:
            if first:
                require_fields(row, "text")
                first = False
            text = row.fields.get("text")
            cut = chunks(text, self._config.chunk_words) if isinstance(text, str) else []
            for number, chunk in enumerate(cut or [Chunk("", 0)]):
                yield self._item(row, chunk, number)

    def _item(self, row: SourceRow, chunk: Chunk, number: int) -> Item:
        fields = row.fields
        domain = fields.get("domain")
        path = domain if isinstance(domain, list) else [domain]
        return Item(
            f"{row.key}#{number}" if number else row.key,
            {
                "text": chunk.text,
                "start": chunk.start,
                "source": row.key,
                "title": _text(fields.get("title")),
                "task": [_text(p) for p in path if _text(p)],
                "language": _text(fields.get("language")) or self._config.language,
            },
        )

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Try several questions for the chunk; every one is yielded, as a record or as rejected."""
        config, text = self._config, item.data["text"]
        if len(words(text)) < config.min_words:
            reason = "chunk_too_short" if text else "no_text"
            yield Rejected(reason, text, source=item.data["source"])
            return
        if config.profile == "small":
            tried, prompts = await ground_small.candidates(item, ctx, config)
        else:
            tried, prompts = await ground_standard.candidates(item, ctx, config)
        for outcome in outcomes(tried, item, ctx, prompts):
            yield outcome

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """Writing calls exactly; judging and scoring calls by the share of candidates that usually pass the rules."""
        config = self._config
        usable = [i for i in items if len(words(i.data["text"])) >= config.min_words]
        n, tries = len(usable), config.tries
        passing = SURVIVING[config.profile] * tries
        examples = _examples(usable[0].data, config) if usable else {}
        if config.profile == "small":
            fits, gains = round(n * passing), round(n * (min(config.shortlist, passing) + 1))
            calls = {ground_small.QUESTION: n * tries, SCORE_FIT: fits, SCORE_GAIN: gains}
            answers = {ground_small.QUESTION: TYPICAL_QUESTION}
        else:
            calls = {ground_standard.QUESTION: n * tries, ground_standard.JUDGE: round(n * passing)}
            answers = {}
        return Forecast(calls, {name: inputs for name, inputs in examples.items() if name in calls}, answers)


def _examples(data: Mapping[str, Any], config: GroundConfig) -> dict[str, dict[str, Any]]:
    """Inputs of one call of each kind."""
    part = scored_part(data["text"], config.scored_sentences)
    passage = {"passage": data["text"], "title": data["title"]}
    asked = {**passage, "opening": config.openings[0], "angle": config.angles[0]}
    question = {"question": TYPICAL_QUESTION}
    return {
        ground_small.QUESTION: asked,
        ground_standard.JUDGE: {**passage, "question": data["title"], "answer": part},
        SCORE_FIT: {"prompt": ground_small.QUESTION, "inputs": asked, "continuation": TYPICAL_QUESTION},
        SCORE_GAIN: {"prompt": ground_small.ANSWER, "inputs": question, "continuation": part},
    }


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""

"""Ten statistics and their bars with nemo-curator: python nemo_curator_panel.py IN OUT BARS.

Its own stages, without Ray: reader, filter and writer are called in process, as its workers call them. A row that one
filter dropped is not measured by the next. All scores are kept, as columns, until the rows are written.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from loguru import logger
from nemo_curator.stages.text.filters import ScoreFilter
from nemo_curator.stages.text.filters.heuristic import (
    BulletsFilter,
    CommonEnglishWordsFilter,
    EllipsisFilter,
    MeanWordLengthFilter,
    NonAlphaNumericFilter,
    NumbersFilter,
    WhiteSpaceFilter,
    WordCountFilter,
)
from nemo_curator.stages.text.filters.heuristic.repetition import RepeatedLinesFilter, RepeatingDuplicateNGramsFilter
from nemo_curator.stages.text.io.reader.jsonl import JsonlReaderStage
from nemo_curator.stages.text.io.writer import JsonlWriter
from nemo_curator.tasks import FileGroupTask

source, target, settings = sys.argv[1:4]
logger.remove()
bars = json.loads(Path(settings).read_bytes())["bars"]
filters = [
    WordCountFilter(min_words=1, max_words=bars["text.words"]),
    MeanWordLengthFilter(min_mean_word_length=0, max_mean_word_length=bars["text.mean_word_length"]),
    NonAlphaNumericFilter(max_non_alpha_numeric_to_text_ratio=1 - bars["text.alphanumeric_ratio"]),
    NumbersFilter(max_number_to_text_ratio=bars["text.digit_ratio"]),
    WhiteSpaceFilter(max_white_space_ratio=bars["text.white_space_ratio"]),
    BulletsFilter(max_bullet_lines_ratio=bars["text.bullet_ratio"]),
    EllipsisFilter(max_num_lines_ending_with_ellipsis_ratio=bars["text.ellipsis_ratio"]),
    RepeatedLinesFilter(max_repeated_line_fraction=1 - bars["text.line_repetition"]),
    RepeatingDuplicateNGramsFilter(n=5, max_repeating_duplicate_ngram_ratio=bars["text.word_repetition"]),
    # It counts words, not their share: one in a hundred of the hundred words of an answer is one.
    CommonEnglishWordsFilter(min_num_common_words=1, stop_at_false=False),
]
rows = JsonlReaderStage().process(FileGroupTask(dataset_name="rows", data=[source]))
names = [one.name for one in filters]
kept = ScoreFilter(filters, text_field=["output"] * 10, score_field=names, invert=[False] * 10).process(rows)
with tempfile.TemporaryDirectory(dir=Path(target).parent) as folder:
    written = JsonlWriter(path=folder, fields=["id", "instruction", "input", "output"]).process(kept)
    Path(written.data[0]).replace(target)

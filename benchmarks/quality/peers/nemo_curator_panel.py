"""Ten statistics and their bars with nemo-curator: python nemo_curator_panel.py IN OUT. Its own stages, without Ray.

Reader, filter and writer are called in process, as its workers call them; a row that one filter dropped is not
measured by the next. All scores are kept, as columns, until the rows are written.
"""

from __future__ import annotations

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

source, target = sys.argv[1:3]
logger.remove()
filters = [
    WordCountFilter(min_words=1, max_words=300),
    MeanWordLengthFilter(min_mean_word_length=0, max_mean_word_length=10),
    NonAlphaNumericFilter(max_non_alpha_numeric_to_text_ratio=0.4),
    NumbersFilter(max_number_to_text_ratio=0.15),
    WhiteSpaceFilter(max_white_space_ratio=0.25),
    BulletsFilter(max_bullet_lines_ratio=0.9),
    EllipsisFilter(max_num_lines_ending_with_ellipsis_ratio=0.3),
    RepeatedLinesFilter(max_repeated_line_fraction=0.7),
    RepeatingDuplicateNGramsFilter(n=5, max_repeating_duplicate_ngram_ratio=0.2),
    CommonEnglishWordsFilter(min_num_common_words=1, stop_at_false=False),
]
rows = JsonlReaderStage().process(FileGroupTask(dataset_name="rows", data=[source]))
names = [one.name for one in filters]
kept = ScoreFilter(filters, text_field=["output"] * 10, score_field=names, invert=[False] * 10).process(rows)
with tempfile.TemporaryDirectory(dir=Path(target).parent) as folder:
    written = JsonlWriter(path=folder, fields=["id", "instruction", "input", "output"]).process(kept)
    Path(written.data[0]).replace(target)

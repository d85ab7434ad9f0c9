"""Ten statistics and their bars with datatrove: python datatrove_panel.py IN OUT BARS. Its own blocks, in one process.

Its Gopher filters have other statistics than the rest: eight of words and lines, and of those of repetition the two
asked for here. A row is dropped by the first that it fails, and the later ones are not computed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from loguru import logger

source, target, settings = map(Path, sys.argv[1:4])
logger.remove()
bars = json.loads(settings.read_bytes())["bars"]
with tempfile.TemporaryDirectory(dir=target.parent) as folder:
    rows = JsonlReader(str(source.parent), glob_pattern=source.name, text_key="output")()
    quality = GopherQualityFilter(
        min_doc_words=1,
        max_doc_words=bars["text.words"],
        min_avg_word_length=0,
        max_avg_word_length=bars["text.mean_word_length"],
        max_bullet_lines_ratio=bars["text.bullet_ratio"],
        max_ellipsis_lines_ratio=bars["text.ellipsis_ratio"],
        max_non_alpha_words_ratio=bars["text.alphanumeric_ratio"],
        min_stop_words=1,
    )
    repetition = GopherRepetitionFilter(
        dup_line_frac=bars["text.line_repetition"],
        dup_para_frac=None,
        dup_line_char_frac=None,
        dup_para_char_frac=None,
        top_n_grams=(),
        dup_n_grams=((5, bars["text.word_repetition"]),),
    )
    writer = JsonlWriter(folder, output_filename="kept.jsonl", compression=None)
    for _ in writer(repetition(quality(rows))):
        pass
    (Path(folder) / "kept.jsonl").replace(target)

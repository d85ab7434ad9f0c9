"""Ten statistics and their bars with data-juicer: python data_juicer_panel.py IN OUT BARS.

Its own filters, in one process. The operators that share their words are fused, as its `op_fusion` does.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from data_juicer.core.data import NestedDataset
from data_juicer.ops import load_ops
from data_juicer.ops.op_fusion import fuse_operators
from datasets import load_dataset
from loguru import logger

source, target, settings = sys.argv[1:4]
logger.remove()
given = json.loads(Path(settings).read_bytes())
bars = given["bars"]
with tempfile.TemporaryDirectory() as folder:
    # Without lists of words it would fetch its own.
    for name in ("stopwords", "flagged_words"):
        (Path(folder) / f"{name}.json").write_text(json.dumps({"en": given[name]}))
    of_words = {"lang": "en", "tokenization": False}
    wanted = {
        "text_length_filter": {"min_len": 0, "max_len": bars["text.characters"]},
        "words_num_filter": {**of_words, "min_num": 0, "max_num": bars["text.words"]},
        "average_line_length_filter": {"min_len": bars["text.mean_line_length"]},
        "maximum_line_length_filter": {"min_len": 0, "max_len": bars["text.longest_line"]},
        "alphanumeric_filter": {"min_ratio": bars["text.alphanumeric_ratio"]},
        "special_characters_filter": {"max_ratio": bars["text.special_character_ratio"]},
        "character_repetition_filter": {"rep_len": 10, "max_ratio": bars["text.character_repetition"]},
        "word_repetition_filter": {**of_words, "rep_len": 10, "max_ratio": bars["text.word_repetition"]},
        "stopwords_filter": {**of_words, "min_ratio": bars["text.function_word_ratio"], "stopwords_dir": folder},
        "flagged_words_filter": {**of_words, "max_ratio": bars["text.flagged_word_ratio"], "flagged_words_dir": folder},
    }
    operators = load_ops([{name: {**bars, "text_key": "output", "num_proc": 1}} for name, bars in wanted.items()])
    data = NestedDataset(load_dataset("json", data_files=source, split="train"))
    kept = data.process(fuse_operators(operators), open_monitor=False)
    kept.select_columns(["id", "instruction", "input", "output"]).to_json(target, force_ascii=False)

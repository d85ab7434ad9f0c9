"""Near-duplicates with data-juicer: python data_juicer_near.py IN OUT. Its own operator, in one process."""

from __future__ import annotations

import sys

from data_juicer.core.data import NestedDataset
from data_juicer.ops.deduplicator.document_minhash_deduplicator import DocumentMinhashDeduplicator
from datasets import load_dataset

source, target = sys.argv[1:3]
data = NestedDataset(load_dataset("json", data_files=source, split="train"))
operator = DocumentMinhashDeduplicator(
    tokenization="character", window_size=5, lowercase=True, ignore_pattern=r"\s+", jaccard_threshold=0.7
)
data = data.map(operator.compute_hash, num_proc=1)
data, _ = operator.process(data)
data.remove_columns([name for name in data.column_names if name not in ("id", "text")]).to_json(
    target, force_ascii=False
)

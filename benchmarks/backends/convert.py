"""Make a folder in Hugging Face's layout of a GGUF file, so that vLLM can read the embedded model.

    python benchmarks/backends/convert.py OUT [FILE.gguf]          the embedded model if no file is named

Needs torch, transformers, gguf and accelerate. The weights are those of the file, written out as bfloat16.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from corpusmith.llm.model_store import path_of


def convert(source: Path, out: Path) -> None:
    """Read the file, write the folder."""
    # Nothing is fetched: all that is needed is in the file.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    model = AutoModelForCausalLM.from_pretrained(
        source.parent,
        gguf_file=source.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.bfloat16,
    )
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("source", nargs="?", default="smollm2")
    given = parser.parse_args()
    convert(path_of(given.source, pull_if_missing=True, say=print), given.out)
    size = sum(path.stat().st_size for path in given.out.iterdir())
    print(f"{given.out}: {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()

"""Curator (bespokelabs-curator): an LLM with a response format, over its own OpenAI client.

The limits per minute are set out of the way, so that the number of requests in flight is what limits it. Its cache
folder is what it resumes from. It counts tokens with a vocabulary that it would download; litellm, which it installs,
has the same file.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from common import IN_FLIGHT, Item, as_item, job, read_prompts, stay_here, write_rows

stay_here()
_LITELLM = find_spec("litellm")
if _LITELLM is not None and _LITELLM.origin is not None:
    os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(_LITELLM.origin).parent / "litellm_core_utils" / "tokenizers")

from bespokelabs import curator  # noqa: E402
from datasets import Dataset  # noqa: E402

MODEL = "gpt-4o-mini"
NO_LIMIT = 100_000_000


class Writer(curator.LLM):
    """One prompt, one item."""

    def prompt(self, row: dict[str, Any]) -> str:
        return row["prompt"]

    def parse(self, row: dict[str, Any], response: Item) -> dict[str, Any]:
        return {"marker": row["id"], "item": response.model_dump_json()}


def main() -> None:
    task = job()
    writer = Writer(
        model_name=MODEL,
        response_format=Item,
        backend="openai",
        generation_params={"temperature": 0.7, "max_tokens": 512},
        backend_params={
            "base_url": task.url,
            "max_concurrent_requests": IN_FLIGHT,
            "max_requests_per_minute": NO_LIMIT,
            "max_tokens_per_minute": NO_LIMIT * 1000,
            "request_timeout": int(task.timeout),
            "require_all_responses": False,
        },
    )
    found = writer(Dataset.from_list(read_prompts(task.prompts)), working_dir=str(task.folder / "curator"))
    write_rows(task.out, ((row["marker"], as_item(row["item"])) for row in found.dataset))


if __name__ == "__main__":
    main()

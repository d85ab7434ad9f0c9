"""distilabel: a pipeline of one TextGeneration step, its OpenAI LLM with structured output (instructor).

A batch is as large as the number of requests in flight: the step sends a whole batch at once and waits for all of it.
The pipeline's cache is what it resumes from.
"""

from __future__ import annotations

import os

from common import IN_FLIGHT, Item, as_item, job, read_prompts, stay_here, write_rows

stay_here()
# A line of log for every request would be a good part of what it costs.
os.environ["DISTILABEL_LOG_LEVEL"] = "WARNING"

from distilabel.models import OpenAILLM  # noqa: E402
from distilabel.pipeline import Pipeline  # noqa: E402
from distilabel.steps import LoadDataFromDicts  # noqa: E402
from distilabel.steps.tasks import TextGeneration  # noqa: E402


def main() -> None:
    task = job()
    rows = [{"marker": row["id"], "instruction": row["prompt"]} for row in read_prompts(task.prompts)]
    with Pipeline(name="benchmark", cache_dir=task.folder / "distilabel") as pipeline:
        load = LoadDataFromDicts(data=rows, batch_size=IN_FLIGHT)
        write = TextGeneration(
            llm=OpenAILLM(
                model="gpt-4o-mini",
                base_url=task.url,
                timeout=int(task.timeout),
                structured_output={"schema": Item},
                generation_kwargs={"temperature": 0.7, "max_new_tokens": 512},
            ),
            input_batch_size=IN_FLIGHT,
            output_mappings={"generation": "item"},
            add_raw_input=False,
            add_raw_output=False,
        )
        load >> write
    found = pipeline.run(use_cache=True)["default"]["train"]
    write_rows(task.out, ((row["marker"], as_item(row["item"])) for row in found))


if __name__ == "__main__":
    main()

"""NeMo Data Designer (data-designer): a seed data set and one structured column.

Its metrics port and its profile are off where they can be; row groups are its unit of resuming.
"""

from __future__ import annotations

from common import IN_FLIGHT, Item, as_item, job, read_prompts, stay_here, write_rows

stay_here()

import data_designer.config as dd  # noqa: E402
import pandas as pd  # noqa: E402
from data_designer.config.run_config import JinjaRenderingEngine, ResumeMode, RunConfig  # noqa: E402
from data_designer.interface import DataDesigner  # noqa: E402


def main() -> None:
    task = job()
    rows = read_prompts(task.prompts)
    seeds = task.folder / "seeds.parquet"
    if not seeds.exists():
        pd.DataFrame([{"marker": row["id"], "prompt": row["prompt"]} for row in rows]).to_parquet(seeds)
    model = dd.ModelConfig(
        alias="writer",
        model="gpt-4o-mini",
        provider="loopback",
        skip_health_check=True,
        inference_parameters=dd.ChatCompletionInferenceParams(
            max_parallel_requests=IN_FLIGHT, timeout=int(task.timeout), temperature=0.7, max_tokens=512
        ),
    )
    config = dd.DataDesignerConfigBuilder(model_configs=[model])
    config.with_seed_dataset(dd.LocalFileSeedSource(path=str(seeds)))
    config.add_column(
        dd.LLMStructuredColumnConfig(name="item", model_alias="writer", prompt="{{ prompt }}", output_format=Item)
    )
    provider = dd.ModelProvider(name="loopback", endpoint=task.url, api_key="OPENAI_API_KEY")
    designer = DataDesigner(artifact_path=task.folder / "data-designer", model_providers=[provider])
    designer.set_run_config(
        RunConfig(
            disable_early_shutdown=True,
            otel_metrics_port=None,
            progress_interval=60.0,
            jinja_rendering_engine=JinjaRenderingEngine.NATIVE,
            max_conversation_correction_steps=3,
        )
    )
    found = designer.create(config, num_records=len(rows), dataset_name="rows", resume=ResumeMode.IF_POSSIBLE)
    table = found.load_dataset()
    write_rows(task.out, ((row["marker"], as_item(row["item"])) for row in table.to_dict("records")))


if __name__ == "__main__":
    main()

"""Unlearning from end to end on the embedded model: tuned on a uniform set, audited, mended, measured.

    python benchmarks/unlearning                       3 seeds; prints the table
    python benchmarks/unlearning --write               and puts it into docs/unlearning.md
    python benchmarks/unlearning --quick               a smoke run: seconds of work, figures without meaning

Needs the extra train, and fetches the embedded model (`corpusmith models pull smollm2`). Human rows are taken from
CORPUSMITH_EVAL_DATA; without it, from varied rows written for this benchmark. A seed that is done is kept in --out, and
the same command goes on from there. Everything is drawn by the seed.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

# Threads that wait by spinning take the cores from those that work, where there are few.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import orjson
import torch
from arms import QUICK, Size, human_rows, run_seed
from table import tables

from corpusmith.training.models import CausalLM, device_of, load_causal_lm, require_train

PAGE = Path(__file__).parent.parent.parent / "docs" / "unlearning.md"
BEGIN, END = "<!-- made by: python benchmarks/unlearning --write -->", "<!-- end -->"


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "corpusmith-unlearning")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    require_train()
    torch.set_num_threads(chosen.threads)
    size = QUICK if chosen.quick else Size()
    device = device_of(chosen.device)
    base = None
    seeds = []
    for seed in range(1, (1 if chosen.quick else chosen.seeds) + 1):
        name, rows = human_rows()
        settings = {"model": chosen.model, "seed": seed, "size": asdict(size), "human": name, "device": device}
        kept = chosen.out / f"{'quick' if chosen.quick else 'seed'}-{seed}.json"
        done = read(kept, settings)
        if done is None:
            base = base or load_causal_lm(chosen.model, device, print)
            done = one_seed(base, seed, size)
            chosen.out.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(orjson.dumps({"settings": settings, **done}, option=orjson.OPT_INDENT_2))
        seeds.append(done)
    text = report(seeds, size, name, len(rows), chosen.model, device)
    print(text)
    if chosen.write:
        write(text)


def read(path: Path, settings: dict[str, Any]) -> dict[str, Any] | None:
    """A seed that was done with these settings."""
    if not path.exists():
        return None
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return found if found["settings"] == orjson.loads(orjson.dumps(settings)) else None


def one_seed(base: CausalLM, seed: int, size: Size) -> dict[str, Any]:
    """All arms of a seed, told as they are done."""
    began = time.monotonic()
    print(f"seed {seed}", flush=True)
    arms = {}
    for arm, measures in run_seed(base, seed, size, lambda line: print(line, flush=True)):
        arms[arm] = measures
        figures = {key: round(value, 3) for key, value in measures.items() if isinstance(value, float)}
        print(f"  {arm}: {figures}", flush=True)
    return {"arms": arms, "seconds": round(time.monotonic() - began), "load": os.getloadavg()}


def report(seeds: list[dict[str, Any]], size: Size, human: str, rows: int, model: str, device: str) -> str:
    """The tables with what they were made from."""
    minutes = sum(seed["seconds"] for seed in seeds) / 60
    loads = ", ".join(f"{seed['load'][1]:.1f}" for seed in seeds)
    head = (
        f"{len(seeds)} seeds; model {model}; {device}, {torch.get_num_threads()} threads, {platform.machine()}, "
        f"torch {torch.__version__}; {minutes:.0f} minutes in all (load of the machine: {loads}).\n"
        f"{size.uniform} uniform rows, {size.held_out} more to measure; {rows} {human}: {size.retain} to retain, "
        f"{size.replay} to replay, {size.questions} to measure. Mean over seeds [95 % interval, Student's t].\n"
    )
    return f"{head}\n{tables([seed['arms'] for seed in seeds], size.checks)}"


def write(text: str) -> None:
    """Put the tables into the page, between its marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()

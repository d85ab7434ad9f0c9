"""Unlearning from end to end on the embedded model: tuned on a uniform set, audited, mended, measured.

    python benchmarks/unlearning                       3 seeds; prints the table
    python benchmarks/unlearning --write               and puts it into docs/unlearning.md
    python benchmarks/unlearning --quick               a smoke run: seconds of work, figures without meaning

Needs the extra train, and fetches the embedded model (`corpusmith models pull smollm2`). Human rows are taken from
CORPUSMITH_EVAL_DATA; without it, from varied rows written for this benchmark. What is done is kept in --out, and the
same command goes on from there. Everything is drawn by the seed.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

# Threads that wait by spinning take the cores from those that work, where there are few.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import orjson
import torch
from arms import ARMS, QUICK, Size, fitting, human_rows, run_seed
from table import tables

from corpusmith.training.models import device_of, load_causal_lm, require_train

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
    device = device_of(chosen.device)
    base = None
    seeds = []
    chosen.out.mkdir(parents=True, exist_ok=True)
    name, rows = human_rows()
    size = fitting(QUICK if chosen.quick else Size(), len(rows))
    for seed in range(1, (1 if chosen.quick else chosen.seeds) + 1):
        settings = {"model": chosen.model, "seed": seed, "size": asdict(size), "human": name, "device": device}
        kept = chosen.out / f"{'quick' if chosen.quick else 'seed'}-{seed}.json"
        arms = read(kept, settings)
        if set(arms) != set(ARMS):
            print(f"seed {seed}", flush=True)
            base = base or load_causal_lm(chosen.model, device, print)
            for arm, measures in run_seed(
                base, seed, size, dict(arms), chosen.out, lambda line: print(line, flush=True)
            ):
                arms[arm] = {**measures, "load": round(os.getloadavg()[1], 1)}
                kept.write_bytes(orjson.dumps({"settings": settings, "arms": arms}, option=orjson.OPT_INDENT_2))
                figures = {key: round(value, 3) for key, value in measures.items() if isinstance(value, float)}
                print(f"  {arm}: {figures}", flush=True)
        seeds.append(arms)
    text = report(seeds, size, name, len(rows), chosen.model, device)
    print(text)
    if chosen.write:
        write(text)


def read(path: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """The arms of a seed that were done with these settings."""
    if not path.exists():
        return {}
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return found["arms"] if found["settings"] == orjson.loads(orjson.dumps(settings)) else {}


def report(seeds: list[dict[str, Any]], size: Size, human: str, rows: int, model: str, device: str) -> str:
    """The tables with what they were made from."""
    minutes = sum(arm["seconds"] for seed in seeds for arm in seed.values()) / 60
    loads = [arm["load"] for seed in seeds for arm in seed.values()]
    head = (
        f"{len(seeds)} seeds; model {model}; {device}, {torch.get_num_threads()} threads, {platform.machine()}, "
        f"torch {torch.__version__}; {minutes:.0f} minutes in all (load {min(loads):.0f} to {max(loads):.0f}).\n"
        f"{size.uniform} uniform rows, {size.held_out} more to measure; {rows} {human}: {size.retain} to retain, "
        f"{size.replay} to replay, {size.questions} to measure. Mean over seeds [95 % interval, Student's t].\n"
    )
    return f"{head}\n{tables(seeds, size.checks)}"


def write(text: str) -> None:
    """Put the tables into the page, between its marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()

"""One seed of the demonstration: a model is tuned on uniform rows and mended in three ways, and measured throughout."""

from __future__ import annotations

import copy
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import torch
from instruction_checks import CHECKS
from uniform_rows import carries, uniform_rows

from corpusmith.core.seeding import seeded
from corpusmith.quality import Row
from corpusmith.quality.patterns import find_patterns
from corpusmith.training import TrainingRow, UnlearningOptions, UnlearningSets, training_row, unlearning_sets
from corpusmith.training.loss import likelihood
from corpusmith.training.measure import (
    answers,
    divergences,
    entropies,
    first_tokens,
    flagged,
    greedy,
    logits_at,
    mean_nll,
    prompt_tokens,
)
from corpusmith.training.models import CausalLM, load_causal_lm, save_causal_lm
from corpusmith.training.tokens import Encoded, batch_of, encode
from corpusmith.training.unlearn import encoded_sets, unlearn

HERE = Path(__file__).parent
SYSTEM = "Answer the user."
"""Shorter than what the model's template would put in its place, which every row would pay for."""
ARMS = ("before", "tuned", "unlearn", "replay-only", "gradient-ascent")
_DOLLY = "patterns/dolly_human.jsonl"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done."""

    uniform: int = 80
    tuning_batch: int = 4
    """One pass over the uniform rows: 80 / 4 = 20 steps."""
    tuning_rate: float = 2e-5
    held_out: int = 8
    retain: int = 32
    replay: int = 32
    questions: int = 12
    steps: int = 24
    rate: float = 2e-5
    longest: int = 24
    """Tokens of a greedy answer."""
    checks: int = len(CHECKS)


def fitting(size: Size, rows: int) -> Size:
    """The size with no more human rows than there are, divided as before."""
    parts = {name: getattr(size, name) for name in ("questions", "retain", "replay")}
    share = min(1.0, rows / sum(parts.values()))
    return replace(size, **{name: max(1, int(number * share)) for name, number in parts.items()})


QUICK = Size(uniform=16, held_out=4, retain=8, replay=8, questions=4, steps=2, longest=8, checks=4)


def human_rows() -> tuple[str, list[dict[str, str]]]:
    """Where the human rows are from, and short ones of them."""
    folder = os.environ.get("CORPUSMITH_EVAL_DATA")
    if not folder:
        lines = (HERE / "varied_rows.jsonl").read_bytes().splitlines()
        return "varied rows written for this benchmark (set CORPUSMITH_EVAL_DATA for human ones)", [
            orjson.loads(line) for line in lines
        ]
    path = Path(folder) / _DOLLY
    found = []
    for line in path.read_bytes().splitlines():
        row = orjson.loads(line)
        asked, answer = row["instruction"].strip(), row["response"].strip()
        if not row.get("context") and len(asked.split()) <= 20 and 8 <= len(answer.split()) <= 35:
            found.append({"instruction": asked, "output": answer})
    return "human rows of databricks-dolly-15k, questions of 20 words at most, answers of 8 to 35", found


@dataclass(frozen=True, slots=True)
class Material:
    """The rows of one seed; no row is in two places."""

    tuning: tuple[TrainingRow, ...]
    sets: UnlearningSets
    uniform: tuple[TrainingRow, ...]
    """Measured only."""
    human: tuple[TrainingRow, ...]
    """Measured only."""
    questions: tuple[str, ...]
    """Of the human rows that are measured."""
    patterns: tuple[str, ...]
    """What the audit found."""


def material(seed: int, size: Size) -> Material:
    """Draw the rows, and let the audit of patterns make the sets."""
    _, human = human_rows()
    human = seeded(seed, "human").sample(human, min(len(human), 1000))
    uniform = uniform_rows(seed, size.uniform + size.held_out)
    measured = human[: size.questions]
    retain = human[size.questions : size.questions + size.retain]
    replay = human[size.questions + size.retain :]
    data = _rows([*uniform[: size.uniform], *retain], "data")
    reference = _rows(replay, "reference")
    found = find_patterns(data, reference)
    wordings = {one.id: one.text for one in found.patterns}
    sets = unlearning_sets(data, found.hits, reference[: size.replay], wordings=wordings, seed=seed, held_out=0.1)
    return Material(
        _made(data[: size.uniform]),
        sets,
        _made(_rows(uniform[size.uniform :], "uniform")),
        _made(_rows(measured, "human")),
        tuple(row["instruction"] for row in measured),
        tuple(f"{one.text} ({one.support} rows)" for one in found.patterns if one.field == "output"),
    )


def _rows(rows: Sequence[dict[str, str]], name: str) -> list[Row]:
    return [Row(at, f"{name}-{at}", {**fields, "system": SYSTEM}) for at, fields in enumerate(rows)]


def _made(rows: Sequence[Row]) -> tuple[TrainingRow, ...]:
    return tuple(made for row in rows if (made := training_row(row)) is not None)


def tune(made: CausalLM, rows: Sequence[Encoded], size: Size, seed: int) -> int:
    """One pass over the uniform rows: plain supervised fine-tuning."""
    order = list(rows)
    seeded(seed, "tuning").shuffle(order)
    optimizer = torch.optim.AdamW(made.model.parameters(), lr=size.tuning_rate, weight_decay=0.0)
    steps = 0
    for start in range(0, len(order), size.tuning_batch):
        batch = batch_of(order[start : start + size.tuning_batch], made.pad, made.device)
        optimizer.zero_grad(set_to_none=True)
        likelihood(*logits_at(made, batch, batch.answer)).backward()
        torch.nn.utils.clip_grad_norm_(made.model.parameters(), 1.0)
        optimizer.step()
        steps += 1
    return steps


@dataclass(frozen=True, slots=True)
class Ruler:
    """What every model of a seed is measured with."""

    base_first: torch.Tensor
    questions: tuple[str, ...]
    human: tuple[Encoded, ...]
    uniform: tuple[Encoded, ...]
    flagged: tuple[Encoded, ...]
    """Held-out forget rows."""
    size: Size

    def measure(self, made: CausalLM) -> dict[str, Any]:
        """All measures of a model, with the answers they rest on."""
        checks = CHECKS[: self.size.checks]
        prompts = [prompt_tokens(made, text, SYSTEM) for text in (*self.questions, *(check.prompt for check in checks))]
        first = first_tokens(made, prompts[: len(self.questions)])
        written = greedy(made, prompts, self.size.longest)
        free, bound = written[: len(self.questions)], written[len(self.questions) :]
        passed = [check.holds(answer) for check, answer in zip(checks, bound, strict=True)]
        return {
            "entropy": float(entropies(first).mean()),
            "kl": float(divergences(self.base_first, first).mean()),
            "pattern_rate": _mean([float(carries(answer)) for answer in written]),
            "checks": float(sum(passed)),
            "nll_human": mean_nll(made, self.human, answers),
            "nll_uniform": mean_nll(made, self.uniform, answers),
            "nll_flagged": mean_nll(made, self.flagged, flagged),
            "passed": [check.name for check, one in zip(checks, passed, strict=True) if one],
            "answers": dict(zip(self.questions, free, strict=True)),
            "check_answers": {check.name: answer for check, answer in zip(checks, bound, strict=True)},
        }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def run_seed(
    base: CausalLM, seed: int, size: Size, done: Mapping[str, dict[str, Any]], folder: Path, say: Callable[[str], None]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every arm that is not done yet with its measures, as each is finished.

    Args:
        base: the model that all begin with.
        seed: decides about everything drawn.
        size: how much is done.
        done: arms of this seed from an earlier session.
        folder: for the tuned model, until the seed is done.
        say: gets a line at each step.
    """
    took = _Clock()
    drawn = material(seed, size)
    say(f"  patterns found: {'; '.join(drawn.patterns)}")
    sets = encoded_sets(drawn.sets, base.tokenizer, 128)
    of = {name: _encoded(rows, base) for name, rows in (("human", drawn.human), ("uniform", drawn.uniform))}
    first = first_tokens(base, [prompt_tokens(base, question, SYSTEM) for question in drawn.questions])
    ruler = Ruler(first, drawn.questions, of["human"], of["uniform"], sets.held_out, size)
    if "before" not in done:
        yield "before", {**ruler.measure(base), "seconds": took()}
    kept = folder / f"tuned-{seed}"
    if "tuned" in done and kept.exists():
        made = load_causal_lm(str(kept), str(base.device))
    else:
        made = CausalLM(copy.deepcopy(base.model), base.tokenizer, "tuned")
        steps = tune(made, _encoded(drawn.tuning, base), size, seed)
        save_causal_lm(made, kept)
        yield "tuned", {**ruler.measure(made), "steps": steps, "seconds": took()}
    tuned = {name: weights.clone() for name, weights in made.model.state_dict().items()}
    needed = done["unlearn"]["steps"] if "unlearn" in done else size.steps
    for method in (arm for arm in ARMS[2:] if arm not in done):
        made.model.load_state_dict(tuned)
        options = UnlearningOptions(
            method=method,
            steps=max(needed, 1) if method == "replay-only" else size.steps,
            learning_rate=size.rate,
            stop=method != "replay-only",
            seed=seed,
        )
        found = unlearn(made, base, sets, options, lambda step: say(f"  {step.words(size.steps)}"))
        needed = len(found.steps) if method == "unlearn" else needed
        yield (
            method,
            {
                **ruler.measure(made),
                "steps": len(found.steps),
                "stopped": found.stopped,
                "trajectory": [(one.held_out_nll, one.back) for one in found.steps],
                "seconds": took(),
            },
        )
    shutil.rmtree(kept)


def _encoded(rows: Sequence[TrainingRow], made: CausalLM) -> tuple[Encoded, ...]:
    found = (encode(row, made.tokenizer, 128) for row in rows)
    return tuple(one for one in found if isinstance(one, Encoded))


class _Clock:
    """Seconds since it was last asked."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def __call__(self) -> float:
        now = time.monotonic()
        passed, self.last = now - self.last, now
        return round(passed, 1)

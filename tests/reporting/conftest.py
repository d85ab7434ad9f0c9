"""Material for reports: a realistic run, an empty one, and one whose every text is hostile."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpusmith.reporting import ReportMaterial

SAMPLE = json.loads((Path(__file__).parent / "sample_rows.json").read_text(encoding="utf-8"))
RECIPE = """name: quickstart
description: Questions to short passages, the best of six by log-likelihood gain
builder: {kind: ground, profile: small, candidates: 6, min_gain: 0.25}
seeds: {path: shipped:passages/everyday.jsonl}
models:
  default: {backend: llamacpp, model: smollm2, concurrency: 16, structured: none}
checks:
- {check: output.empty, gate: drop}
- {check: duplicate.rouge_l, gate: drop, bar: 0.7, options: {fields: [instruction]}}
seed: 17
"""


def record(source: str, task: list[str], instruction: str, output: str, n: int = 0) -> dict[str, Any]:
    """An instruction record as a run stores it."""
    origin = {
        "builder": "ground",
        "version": "0.1.0",
        "source": source,
        "prompts": {"ground/question": "5b0c2f6a9d1e4477a1c09be2d3f45a60"},
        "calls": [f"{n * 7 + i:032x}" for i in range(7)],
        "parents": [],
        "seed": 17,
        "notes": {"gain": 1.2 + n / 40, "candidates": 6, "rank": 1},
    }
    return {
        "kind": "instruction",
        "origin": origin,
        "instruction": instruction,
        "input": "",
        "output": output,
        "system": None,
        "task": task,
        "constraints": [],
        "skills": [],
        "language": "en",
        "context": output + " The passage goes on with a sentence that the answer does not need.",
    }


def sample_run(**changes: Any) -> dict[str, Any]:
    """A run.json of the size of the quick start."""
    by_reason = {
        "dropped": {
            "near_duplicate": 14,
            "attachment_reference": 3,
            "exact_duplicate": 3,
            "prompt_leakage": 2,
            "url_reference": 2,
            "empty_output": 1,
            "placeholder_output": 1,
        },
        "review": {"too_long": 2},
        "rejected": {
            "not_best": 151,
            "gain_too_small": 58,
            "gives_answer_away": 37,
            "about_something_else": 9,
            "malformed": 2,
        },
        "failed": {"unreadable": 1},
    }
    counts = {fate: sum(reasons.values()) for fate, reasons in by_reason.items()}
    run = {
        "name": "quickstart",
        "status": "complete",
        "started": "2026-03-02T09:14:05+00:00",
        "finished": "2026-03-02T09:16:31+00:00",
        "counts": {"candidates": 38 + sum(counts.values()), "kept": 38, **counts, "by_reason": by_reason},
        "calls": {"sent": 648, "journal_hits": 0, "retries": 3, "by_cause": {"http_429": 2, "timeout": 1}},
        "tokens": {"prompt": 81_204, "completion": 9_731},
        "cost": {"amount": None, "currency": "USD"},
        "models": {
            "default": {"backend": "llamacpp", "model": "SmolLM2-135M-Instruct Q4_1", "endpoint": "", "demo": True},
            "judge": {
                "backend": "openai",
                "model": "some-judge-1",
                "endpoint": "https://api.example.org/v1",
                "demo": False,
            },
        },
        "versions": {"corpusmith": "0.1.0", "python": "3.11.7", "xllamacpp": "0.2.3"},
        "seconds": 146.2,
        "builder": {"kind": "ground", "profile": "small", "candidates": 6, "min_gain": 0.25},
        "seed": 17,
    }
    return {**run, **changes}


def sample_material() -> ReportMaterial:
    """The quick start, with samples of every list."""
    kept = [
        {"record": record(*row, n), "id": f"kept-{n}", "row": n * 8, "reason": None, "check": None}
        for n, row in enumerate(SAMPLE["kept"])
    ]
    dropped = [
        {"record": record(*row[:4], n), "id": f"dropped-{n}", "row": n * 11 + 3, "reason": row[4], "check": row[5],
         "evidence": row[6], "value": row[7], "bar": row[8]}
        for n, row in enumerate(SAMPLE["dropped"])
    ]  # fmt: skip
    long = record(
        "sky.jsonl:2", ["nature", "sky"], "Tell everything about the moon.", "The moon circles the earth. " * 90
    )
    judged = {"reason": "too_long", "check": "output.words", "value": 450.0, "bar": 400.0}
    review = [{"record": long, "id": "review-0", "row": 77, **judged}]
    rejected = [
        {"reason": reason, "text": text, "source": source, "calls": [f"{n:032x}"], "evidence": found, "item": f"i-{n}"}
        for n, (source, text, reason, found) in enumerate(SAMPLE["rejected"])
    ]
    failed = [{"reason": "unreadable", "source": "sky.jsonl:6", "item": None,
               "message": "sky.jsonl:6: not JSON: expected a comma at column 41"}]  # fmt: skip
    verdicts = {
        "output.empty": {"pass": 65, "fail": 1},
        "output.placeholder": {"pass": 64, "fail": 1},
        "output.leak": {"pass": 62, "fail": 2},
        "output.words": {"pass": 60, "flag": 3, "fail": 2, "error": 1},
        "references.attachment": {"pass": 57, "fail": 5},
        "duplicate.exact": {"pass": 54, "fail": 3},
        "duplicate.rouge_l": {"pass": 40, "fail": 14},
    }
    tree = [
        {
            "domain": "everyday",
            "description": "What people ask at home.",
            "tasks": [
                {"name": "kitchen", "reason": "Cooking and why it works.", "rows": 6},
                {"name": "cooking", "pruned": "near_duplicate_task", "twin": ["everyday", "kitchen"], "rows": 0},
                {"name": "body", "reason": "How the body works.", "rows": 5},
                {"name": "geography", "rows": 5},
            ],
        },
        {
            "domain": "nature",
            "tasks": [
                {
                    "name": "sky",
                    "reason": "What is seen above.",
                    "rows": 5,
                    "tasks": [{"name": "night sky", "rows": 2}],
                },
                {"name": "weather", "rows": 4},
            ],
        },
    ]
    diversity = {
        "verb_noun_pairs": {"unique": 31, "mean": 1.23, "spread": 0.52},
        "distinct_1": 0.613,
        "distinct_2": 0.914,
        "rouge_l_nearest": {"median": 0.286, "90th percentile": 0.471},
    }
    return ReportMaterial(
        run=sample_run(),
        kept=kept,
        dropped=dropped,
        review=review,
        rejected=rejected,
        failed=failed,
        verdict_counts=verdicts,
        tree=tree,
        diversity=diversity,
        recipe_yaml=RECIPE,
    )


def empty_material() -> ReportMaterial:
    """A run that had nothing to do."""
    counts = {"candidates": 0, "kept": 0, "dropped": 0, "review": 0, "rejected": 0, "failed": 0, "by_reason": {}}
    return ReportMaterial(
        run=sample_run(name="nothing", counts=counts, models={}, calls={}, tokens={}, builder={}, seconds=0.2)
    )


def hostile_material(text: str) -> ReportMaterial:
    """A run in which every text that could come from outside is `text`."""
    row = {
        "kind": "row",
        "origin": {"builder": text, "source": text, "prompts": {text: text}, "calls": [text], "notes": {text: text}},
        "fields": {"instruction": text, text: text},
        "seed": {text: text},
    }
    told = {
        **record(text, [text, text], text, text),
        "system": text,
        "context": text,
        "constraints": [text],
        "language": text,
    }
    evidence = {"field": "output", "span": [2, 5], "rule": text, text: text, "matched": text}
    judged = {"reason": text, "check": text, "evidence": evidence, "value": text, "bar": 0.5}
    lines = [
        {"record": row, "id": text, "row": 0, **judged},
        {"record": told, "id": "told", "row": 1, **judged},
    ]
    loose = {"reason": text, "text": text, "source": text, "calls": [text], "evidence": {text: text}, "item": text}
    counts = {"candidates": 10, "kept": 2, "dropped": 2, "review": 2, "rejected": 2, "failed": 2}
    by_reason = {fate: {text: 2} for fate in ("dropped", "review", "rejected", "failed")}
    run = sample_run(
        name=text,
        status="partial",
        reason=text,
        description=text,
        started=text,
        counts={**counts, "by_reason": by_reason},
        calls={"sent": 2, "by_cause": {text: 2}},
        models={text: {"backend": text, "model": text, "endpoint": text, "demo": True}},
        versions={text: text},
        builder={"kind": text, text: text},
        cost={"amount": 0.5, "currency": text},
    )
    return ReportMaterial(
        run=run,
        kept=lines,
        dropped=lines,
        review=lines,
        rejected=[loose, loose],
        failed=[{**loose, "message": text}],
        verdict_counts={text: {"pass": 1, "fail": 1}},
        tree={"domain": text, "nodes": [{"path": [text], "name": text, "reason": text, "pruned": text, "samples": 1}]},
        diversity={text: {text: text}},
        recipe_yaml=text,
        matched={text: told},
    )


@pytest.fixture(scope="session")
def material() -> ReportMaterial:
    return sample_material()


@pytest.fixture(scope="session")
def nothing() -> ReportMaterial:
    return empty_material()


@pytest.fixture(scope="session")
def hostile_text() -> str:
    markup = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    return markup + " \u202eabc \u05d0\u05d1\u05d2 \ud800 \x00 😀 {{ 7 * 7 }}"


@pytest.fixture(scope="session")
def hostile(hostile_text: str) -> ReportMaterial:
    return hostile_material(hostile_text)


_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no chromium or google-chrome on the PATH")
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield opened
        opened.close()

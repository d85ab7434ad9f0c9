"""The end of a run: everything that is derived from the accepted items, each file put in place by a rename."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from ..data.card import render_card
from ..data.dataset import DatasetInfo, write_dataset
from ..data.exporters import export_all
from ..quality import Row
from ..recipes import Recipe, resolved_yaml
from ..reporting import AspectCounts, ReportMaterial, count_aspects, write_report
from .accept import Acceptance
from .candidates import row_fields
from .dialogues import batch_notes, dialogue_facts
from .exams import exam_facts, exam_notes, exam_records
from .folder import RunFolder, write_atomically
from .lines import MEASURED, REPORTED, lines

SAMPLES = 3
"""Rows that the card shows."""
_TREE = "tree.json"
_SOURCES = "sources.json"


def finish(folder: RunFolder, recipe: Recipe, acceptance: Acceptance, facts: dict[str, Any]) -> None:
    """Write the lists, data set, card, exports, artifacts, report and, last, run.json."""
    acceptance.close()
    path = folder.path
    kept = path / "records" / "kept.jsonl"
    told = dialogue_facts(lines(kept), recipe.seed)
    if told is not None:
        facts["dialogues"] = told
        facts["notes"] = batch_notes(told)
    examined = exam_facts(exam_records(path, lines), facts["builder"], facts["counts"])
    if examined is not None:
        facts["exam"] = examined
        facts["notes"] = exam_notes(examined)
    if acceptance.accounting.fates["kept"]:
        settings = recipe.dataset
        info = write_dataset(kept, path / "dataset", validation=settings.validation, seed=recipe.seed)
        facts["dataset"] = {"splits": dict(info.splits), "bytes": info.bytes, "json_columns": list(info.json_columns)}
        write_card(path, recipe, facts, info)
        written = export_all(recipe.export, kept, path / "export", recipe.name)
        facts["exports"] = {name: [str(f.relative_to(path)) for f in files] for name, files in written.items()}
    for name, data in acceptance.artifacts.items():
        content = orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        write_atomically(path / "artifacts" / name, content)
    counts = {check: dict(outcomes) for check, outcomes in acceptance.verdicts.counts.items()}
    artifacts = acceptance.artifacts
    report(path, facts, counts, tree=artifacts.get(_TREE), sources=artifacts.get(_SOURCES),
           recipe_yaml=resolved_yaml(recipe))  # fmt: skip
    write_atomically(folder.run_json, summary(facts))


def write_card(path: Path, recipe: Recipe, facts: Mapping[str, Any], info: DatasetInfo) -> None:
    """dataset/README.md. Only what is the same for the same rows goes in: no times, no calls of this session."""
    told = ("name", "description", "counts", "models", "builder", "seed", "versions", "dialogues")
    card_facts = {name: facts[name] for name in told if name in facts}
    samples: list[Mapping[str, Any]] = list(lines(path / "records" / "kept.jsonl", SAMPLES))
    text = render_card(card_facts, info, samples, resolved_yaml(recipe))
    write_atomically(path / "dataset" / "README.md", text.encode())


def report(
    path: Path,
    facts: Mapping[str, Any],
    verdict_counts: Mapping[str, Mapping[str, int]],
    *,
    tree: Mapping[str, Any] | None = None,
    sources: Mapping[str, Any] | None = None,
    recipe_yaml: str = "",
) -> None:
    """report.html from the run folder's lists."""
    from ..quality.diversity import diversity

    kept = list(lines(path / "records" / "kept.jsonl", MEASURED))
    rows = [Row(i, line["id"], row_fields(line["record"])) for i, line in enumerate(kept)]
    material = ReportMaterial(
        run=facts,
        kept=kept[:REPORTED],
        dropped=list(lines(path / "dropped.jsonl", REPORTED)),
        review=list(lines(path / "review.jsonl", REPORTED)),
        rejected=list(lines(path / "rejected.jsonl", REPORTED)),
        failed=list(lines(path / "failed.jsonl", REPORTED)),
        verdict_counts=verdict_counts,
        tree=tree,
        diversity=diversity(rows) if rows else None,
        recipe_yaml=recipe_yaml,
        aspects=_aspects(path, kept, sources),
    )
    write_report(path / "report.html", material)


def _aspects(path: Path, kept: list[dict[str, Any]], sources: Mapping[str, Any] | None) -> AspectCounts | None:
    """Counts over all aspect cases of the run; None for rows of another kind."""
    if not kept or kept[0]["record"].get("kind") != "aspect_case":
        return None
    lost = {name: lines(path / f"{name}.jsonl") for name in ("dropped", "review", "rejected")}
    return count_aspects(lines(path / "records" / "kept.jsonl"), lost, sources)


def summary(facts: Mapping[str, Any]) -> bytes:
    """run.json as it is written."""
    return orjson.dumps(facts, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

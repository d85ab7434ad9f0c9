"""Write the report: one HTML file with everything in it, which loads nothing and runs only its own script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .aspects import aspect_views
from .charts import count_of, fate_segments, kept_lengths, reason_chart
from .dialogues import batch_bars, dialogue_figures
from .exams import exam_view
from .material import ReportMaterial
from .outline import outlines
from .page import asset, environment, source_hash, write_page
from .rows import LISTS, embed
from .summary import banners, cards, facts, lead, losses, measures, prompts_used, time_text
from .text import clip, label
from .words import FATES, reason_label

_RECIPE_CHARACTERS = 100_000
_OUTCOMES = ("pass", "flag", "fail", "error")

__all__ = ["ReportMaterial", "render_report", "write_report"]


def write_report(path: Path, material: ReportMaterial) -> None:
    """Render the report and put it at `path`, whole or not at all.

    Args:
        path: the file to write; its folder exists. An older report is replaced in one step.
        material: what to show.

    Raises:
        OSError: the folder cannot be written.
    """
    write_page(path, render_report(material))


def render_report(material: ReportMaterial) -> str:
    """The page as a text without lone surrogates; the same material gives the same text."""
    import markupsafe

    style, script = asset("report.css"), asset("drawn.js", "report.js")
    counts = {fate: count_of(material.run, "counts", fate) for fate in FATES}
    extra = {
        "totals": counts,
        "files": {fate: words.file for fate, words in FATES.items()},
        "none": {fate: words.none for fate, words in FATES.items()},
        "labels": _labels(material),
    }
    block, caps = embed(material, extra)
    context = {
        # Not escaped again: style and script are our own files, and json_block leaves no "<", ">" or "&".
        "style": markupsafe.Markup(style),
        "script": markupsafe.Markup(script),
        "rows_json": markupsafe.Markup(block),
        "style_hash": source_hash(style),
        "script_hash": source_hash(script),
        **_sections(material),
        "caps": caps,
        "capped": any(counts[fate] > min(len(getattr(material, fate)), caps["rows"]) for fate in LISTS),
    }
    page: str = environment().get_template("report.html").render(context)
    return page


def _sections(material: ReportMaterial) -> dict[str, Any]:
    """What the template draws, section by section."""
    run = material.run
    tasks = {
        tuple(str(part) for part in task[:depth])
        for line in material.kept
        for task in [(line.get("record") or {}).get("task") or ()]
        for depth in range(1, len(task) + 1)
    }
    builder = run.get("builder") or {}
    told = run.get("dialogues")
    return {
        "name": label(run.get("name") or "run"),
        "kind": label(builder.get("kind") or "", 60),
        "description": label(run.get("description") or "", 300),
        "finished": time_text(run.get("finished")),
        "kept_count": count_of(run, "counts", "kept"),
        "total_count": count_of(run, "counts", "candidates"),
        "lead": lead(run),
        "losses": losses(run),
        "banners": banners(run),
        "segments": fate_segments(run),
        "cards": cards(run),
        "reasons": reason_chart(run),
        "lengths": kept_lengths(material.kept),
        "measures": measures(material.diversity) if material.diversity else [],
        "strategies": aspect_views(material.aspects) if material.aspects else [],
        "trees": outlines(material.tree, tasks) if material.tree else [],
        "batch": batch_bars(told) if told else [],
        "batch_size": told.get("batch_size", 0) if told else 0,
        "dialogues": dialogue_figures(told) if told else [],
        "exam": exam_view(run["exam"], run) if run.get("exam") else None,
        "fates": FATES,
        "counts": {fate: count_of(run, "counts", fate) for fate in FATES},
        "checks": _check_table(material.verdict_counts),
        "models": _models(run),
        "prompts": prompts_used(material),
        "facts": facts(run),
        "recipe": clip(material.recipe_yaml, _RECIPE_CHARACTERS),
    }


def _labels(material: ReportMaterial) -> dict[str, str]:
    """Slug -> plain words, for every reason that is on the page or in the counts."""
    by_reason = material.run.get("counts", {}).get("by_reason", {})
    slugs = {str(slug) for reasons in by_reason.values() for slug in reasons or ()}
    for fate in LISTS:
        slugs.update(str(line["reason"]) for line in getattr(material, fate) if line.get("reason"))
    return {label(s): label(reason_label(s)) for s in sorted(slugs)}


def _check_table(counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """One line per check: rows per outcome, and the shares for its small bar."""
    table = []
    for check, outcomes in counts.items():
        numbers = {outcome: int(outcomes.get(outcome, 0)) for outcome in _OUTCOMES}
        total = sum(numbers.values())
        parts, x = [], 0.0
        for outcome, n in numbers.items():
            width = 100 * n / total if total else 0.0
            parts.append((outcome, round(x, 3), round(width, 3)))
            x += width
        table.append({"name": label(check, 80), "numbers": numbers, "total": total, "parts": parts})
    return table


def _models(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys = ("backend", "model", "endpoint")
    return [
        {"role": label(role, 60), "demo": bool(model.get("demo"))}
        | {key: label(model.get(key) or "", 200) for key in keys}
        for role, model in (run.get("models") or {}).items()
    ]

"""The data set card: README.md of a data set folder, with the metadata that the Hugging Face hub reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from .dataset import DatasetInfo
from .rows import dataset_row

TEMPLATES = Path(__file__).parent / "templates"
_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_SHOWN = 1500
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})*")


def render_card(
    run_json: Mapping[str, Any], info: DatasetInfo, samples: list[Mapping[str, Any]], recipe_yaml: str
) -> str:
    """Write the card as markdown with YAML metadata in front.

    Nothing in names, samples or the recipe can break out of its place: values are escaped, and code fences are longer
    than any run of backticks inside.

    Args:
        run_json: what run.json holds (counts, models, builder, seed, dialogues ...); parts that are missing are left
            out.
        info: what `write_dataset` returned.
        samples: some kept lines or data set rows to show; languages and prompt hashes are read from them.
        recipe_yaml: the resolved recipe. `dataset: {license, language, pretty_name}` in it goes to the metadata.
    """
    rows = [dataset_row(line) for line in samples]
    dataset = _dataset_options(recipe_yaml)
    models = run_json.get("models") or {}
    counts = run_json.get("counts") or {}
    template = _environment().get_template("card.md.j2")
    text: str = template.render(
        metadata=_metadata(run_json, info, rows, dataset),
        run={"name": "", "description": "", "seed": None, "status": "complete", "versions": {}, **run_json},
        builder=(run_json.get("builder") or {}).get("kind", "unknown"),
        counts=counts,
        reasons=_reasons(counts),
        models=models,
        demo=[role for role, model in models.items() if model.get("demo")],
        prompts=run_json.get("prompts") or _prompts(rows),
        info=info,
        dialogues=run_json.get("dialogues"),
        samples=[_sample(row) for row in rows],
        recipe=recipe_yaml.strip(),
    )
    return text


def _metadata(
    run_json: Mapping[str, Any], info: DatasetInfo, rows: list[dict[str, Any]], dataset: Mapping[str, Any]
) -> str:
    import yaml

    total = sum(info.splits.values())
    metadata: dict[str, Any] = {"license": _word(dataset.get("license")) or "unknown"}
    languages = _languages(dataset.get("language"), rows)
    if languages:
        metadata["language"] = languages
    title = _word(dataset.get("pretty_name")) or str(run_json.get("name") or "corpusmith data set")
    metadata["pretty_name"] = " ".join(title.split())
    metadata["size_categories"] = [next((name for below, name in _SIZES if total < below), "n>10M")]
    metadata["tags"] = ["synthetic", "corpusmith"]
    if info.files:
        files = [{"split": split, "path": f"data/{split}-*"} for split in info.splits]
        metadata["configs"] = [{"config_name": "default", "data_files": files}]
    text: str = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)
    return text.strip()


def _dataset_options(recipe_yaml: str) -> Mapping[str, Any]:
    import yaml

    try:
        recipe = yaml.safe_load(recipe_yaml)
    except yaml.YAMLError:
        return {}
    options = recipe.get("dataset") if isinstance(recipe, Mapping) else None
    return options if isinstance(options, Mapping) else {}


def _word(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _languages(given: Any, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    named = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    found = named or [row.get("language") for row in rows]
    return sorted({code for code in found if isinstance(code, str) and _LANGUAGE.fullmatch(code)})


def _reasons(counts: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """(outcome, reason, rows) of all that was not kept, the most frequent first."""
    by_reason = counts.get("by_reason") or {}
    table = [
        (outcome, reason, number)
        for outcome in ("dropped", "review", "rejected", "failed")
        for reason, number in (by_reason.get(outcome) or {}).items()
    ]
    return sorted(table, key=lambda entry: (-entry[2], entry[0], entry[1]))


def _prompts(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Prompt -> hash, as the samples' origins tell it."""
    found: dict[str, str] = {}
    for row in rows:
        try:
            origin = orjson.loads(row.get("origin") or "{}")
        except orjson.JSONDecodeError:
            continue
        prompts = origin.get("prompts") if isinstance(origin, Mapping) else None
        found.update(prompts if isinstance(prompts, Mapping) else {})
    return dict(sorted(found.items()))


def _sample(row: Mapping[str, Any]) -> str:
    """A row as indented JSON, without where it comes from; long texts are cut, visibly."""
    shown = {name: _cut(value) for name, value in row.items() if name not in ("origin", "record_id") and value}
    try:
        return orjson.dumps(shown, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        import json

        return json.dumps(shown, indent=2, default=str)


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _SHOWN:
        return f"{value[:_SHOWN]} … ({len(value) - _SHOWN} more characters)"
    if isinstance(value, Mapping):
        return {name: _cut(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_cut(member) for member in value]
    return value


def fenced(text: str, language: str = "") -> str:
    """A markdown code block around any text: its fence is longer than any run of backticks within."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def inline(value: Any) -> str:
    """Any text as one line of markdown that means nothing but itself, also within a table."""
    text = " ".join(str(value).split())
    text = re.sub(r"([\\`*_{}\[\]()#+!|~$])", r"\\\1", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(inline=inline, fenced=fenced)
    return environment

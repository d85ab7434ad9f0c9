"""plan: check everything about a run and forecast calls, tokens and money. Nothing is sent and nothing written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ..builders import Forecast, Item
from ..core import registry
from ..core.errors import UsageError
from ..data.sources import Unreadable
from ..prompts import PromptLibrary
from ..quality.panel import Panel
from ..recipes import LoadedRecipe, Recipe, load_recipe
from .run import open_seeds

CHARACTERS_PER_TOKEN = 4.0
"""Rule of thumb for English; the forecast says that it is an estimate."""
COMPLETION_TOKENS = 256
"""Taken for a prompt that sets no max_tokens."""
USUAL_SHARE = 0.6
"""Share of its limit that an answer takes, where the builder names no typical one."""
_COUNTED = 1_000_000


def plan(
    recipe: str | Path | LoadedRecipe, *, sets: Sequence[str] = (), out: str | Path | None = None
) -> dict[str, Any]:
    """Validate a recipe with its seeds, prompts and checks, and forecast what running it takes.

    Returns:
        {"name", "items", "unreadable", "calls": {prompt name: calls}, "calls_total", "tokens": {"prompt",
        "completion"}, "cost": USD or None, "models", "checks", "out", "notes"}.

    Raises:
        CorpusmithError: what a run would stop with at once.
    """
    loaded = recipe if isinstance(recipe, LoadedRecipe) else load_recipe(recipe, sets)
    spec = loaded.recipe
    panel = Panel.from_specs(spec.checks)
    builder = registry.load("builders", spec.builder.kind)(spec.builder.options)
    items, unreadable = _items(spec, builder)
    if not items:
        message = f"the seeds of {spec.name!r} give no items to build."
        raise UsageError(message, hint="Look at seeds in the recipe.")
    forecast: Forecast = builder.forecast(items)
    library = spec.prompt_library()
    tokens = _tokens(forecast, library, spec)
    price = spec.role_prices().get("default")
    cost = None if price is None else (tokens[0] * price.prompt + tokens[1] * price.completion) / 1e6
    asked = {f"check {s.check.name}": getattr(s.check, "calls_per_row", 1) for s in panel.model_steps.values()}
    calls = {**forecast.calls, **{name: each * len(items) for name, each in asked.items()}}
    notes = [f"Tokens are estimated, at {CHARACTERS_PER_TOKEN:g} characters each."]
    if asked:
        notes.append("Checks that ask models are counted for one record an item, and their tokens are not forecast.")
    return {
        "name": spec.name,
        "items": len(items),
        "unreadable": unreadable,
        "calls": calls,
        "calls_total": sum(calls.values()),
        "tokens": {"prompt": tokens[0], "completion": tokens[1]},
        "cost": cost,
        "models": {role: _model(config.settings()) for role, config in spec.models.given().items()},
        "checks": [f"{c.check} -> {c.gate}" for c in spec.checks],
        "export": list(spec.export),
        "out": str(Path(out) if out is not None else Path("runs") / spec.name),
        "notes": notes,
    }


def _items(spec: Recipe, builder: Any) -> tuple[list[Item], int]:
    unreadable: set[str] = set()

    class Readable:
        """A source without its unreadable lines."""

        def __init__(self, source: Any) -> None:
            self._source = source

        def __iter__(self) -> Any:
            for entry in self._source:
                if isinstance(entry, Unreadable):
                    unreadable.add(entry.key)
                else:
                    yield entry

    items = builder.items({name: Readable(source) for name, source in open_seeds(spec).items()})
    return list(islice(items, spec.limit or _COUNTED)), len(unreadable)


def _tokens(forecast: Forecast, library: PromptLibrary, spec: Recipe) -> tuple[int, int]:
    """Prompt and completion tokens of all calls, estimated from the characters of one call of each kind."""
    totals = [0.0, 0.0]
    for name, calls in forecast.calls.items():
        inputs = forecast.examples.get(name)
        if inputs is None:
            continue
        if "continuation" in inputs:
            before = inputs.get("text") or _rendered(library, inputs["prompt"], inputs["inputs"])[0]
            sent, answer = str(before) + str(inputs["continuation"]), len(str(inputs["continuation"]))
        else:
            sent, room = _rendered(library, name, inputs)
            limit = (spec.models.default.sampling.get("max_tokens") if spec.models.default else None) or room
            typical = forecast.answers.get(name)
            answer = len(typical) if typical else round(limit * USUAL_SHARE * CHARACTERS_PER_TOKEN)
        totals[0] += calls * len(sent) / CHARACTERS_PER_TOKEN
        totals[1] += calls * answer / CHARACTERS_PER_TOKEN
    return round(totals[0]), round(totals[1])


def _rendered(library: PromptLibrary, name: str, inputs: Mapping[str, Any]) -> tuple[str, int]:
    """What a call sends, and the limit of its answer in tokens."""
    try:
        prompt = library.get(name)
    except UsageError:
        # The user's own prompt file: its text is not among the shipped ones, its inputs are most of what is sent.
        return " ".join(map(str, inputs.values())), COMPLETION_TOKENS
    rendered = prompt.render(inputs)
    sent = rendered.text + "".join(m["content"] for m in rendered.messages)
    return sent, int(prompt.sampling.get("max_tokens") or COMPLETION_TOKENS)


def _model(settings: Any) -> dict[str, Any]:
    described: dict[str, Any] = {"backend": settings.backend, "model": settings.model, "base_url": settings.base_url}
    if settings.backend == "openai":
        name = settings.api_key_env
        is_set = bool(name and os.environ.get(name))
        described["key"] = f"{name} is set and will be sent" if is_set else f"{name or 'none named'}: no key is sent"
        described["base_url"] = settings.base_url or "https://api.openai.com/v1"
    return described

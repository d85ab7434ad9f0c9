"""Roles: the recipe's models made into `LLM`s, each behind journal, budget, retries and limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..core import registry
from ..core.errors import UsageError
from ..llm import LLM, Backend
from ..llm.backends.openai import OpenAIBackend
from ..llm.batch import Batched
from ..llm.budget import Budgeted, Meter, Price
from ..llm.hedged import Hedged
from ..llm.journal import Journal
from ..llm.journaled import Journaled
from ..llm.limits import Limited
from ..llm.retrying import Retrying
from ..llm.settings import ModelSettings, without_credentials
from ..llm.standstill import Standstill
from ..llm.stats import CallStats
from ..recipes import Budget, ModelConfig, Recipe
from ..recipes.models import Role

DEMO_MODELS = frozenset({"smollm2"})
"""Models too small for more than a demonstration; what they make is labelled so."""
_SEEDED_BACKENDS = frozenset({"llamacpp", "vllm", "scripted"})
"""Backends that take a seed for certain; to others one is sent only if the recipe has it."""
_FEWEST_TRIES = 10
"""Failures in a row that it takes at least to give an endpoint up."""


@dataclass(frozen=True)
class Endpoint:
    """One model at one place, which several roles may share."""

    settings: ModelSettings
    backend: Backend
    limited: Limited
    retrying: Retrying


@dataclass(frozen=True)
class Roles:
    """The opened models of a run."""

    llms: Mapping[str, LLM]
    endpoints: tuple[Endpoint, ...]
    described: Mapping[str, Mapping[str, Any]]
    """Role -> {"backend", "model", "endpoint", "demo"}: the `models` of run.json."""

    @property
    def concurrency(self) -> int:
        """Calls that may be in flight at most, over all endpoints; 1 where there are none."""
        return sum(endpoint.settings.concurrency for endpoint in self.endpoints) or 1

    @property
    def limit(self) -> int:
        """Calls that may be in flight at this moment, over all endpoints; 1 where there are none."""
        return sum(endpoint.limited.limit for endpoint in self.endpoints) or 1

    @property
    def slots(self) -> int:
        """Calls that are really worked on at the same time, over all endpoints.

        A local model has fewer slots than calls may be in flight. Work whose calls follow each other had better be no
        more than that: each call then finds the slot that has just read the same beginning.
        """
        slots = ((e.settings.concurrency, e.limited.capabilities.slots) for e in self.endpoints)
        return sum(min(concurrency, of_model or concurrency) for concurrency, of_model in slots)

    async def probe(self) -> None:
        """Let the servers be asked what they can do, where their recipes do not say; it costs nothing."""
        probes = [getattr(endpoint.backend, "probe", None) for endpoint in self.endpoints]
        await asyncio.gather(*(probe() for probe in probes if probe is not None))

    async def close(self) -> None:
        """Close all backends."""
        for endpoint in self.endpoints:
            await endpoint.backend.close()


def meter_of(recipe: Recipe, stats: CallStats, journal: Journal) -> Meter:
    """The meter of a run, with the recipe's budget and prices and what earlier sessions spent."""
    return meter_for(recipe.budget, recipe.role_prices(), stats, journal)


def meter_for(budget: Budget | None, prices: Mapping[str, Price], stats: CallStats, journal: Journal) -> Meter:
    """The meter of whatever asks models, with what earlier sessions spent by its journal."""
    return Meter(
        stats=stats,
        calls=budget.calls if budget else None,
        tokens=budget.tokens if budget else None,
        usd=budget.usd if budget else None,
        prices=dict(prices),
        before=journal.spent,
    )


def open_roles(
    recipe: Recipe,
    journal: Journal,
    stats: CallStats,
    meter: Meter,
    say: Callable[[str], None] | None = None,
    outermost: Callable[[Backend], Backend] | None = None,
) -> Roles:
    """Open every model of a recipe; see `open_models`."""
    return open_models(recipe.models.given(), journal, stats, meter, seed=recipe.seed, say=say, outermost=outermost)


def open_models(
    given: Mapping[Role, ModelConfig],
    journal: Journal,
    stats: CallStats,
    meter: Meter,
    *,
    seed: int,
    say: Callable[[str], None] | None = None,
    outermost: Callable[[Backend], Backend] | None = None,
) -> Roles:
    """Open models by role. Nothing is sent and no model loaded before the first call.

    Args:
        given: role -> model.
        journal: shared by all roles.
        stats: counts the calls of all roles.
        meter: the budget of all roles together.
        seed: sent to backends that take one.
        say: takes a line that the user should see, such as that a model is being fetched.
        outermost: wraps each role's backend once more, around the journal.
    """
    llms: dict[str, LLM] = {}
    described: dict[str, dict[str, Any]] = {}
    endpoints: list[Endpoint] = []
    for role, config in given.items():
        settings = config.settings()
        # Roles with one and the same model share its connections and its limits.
        endpoint = next((e for e in endpoints if e.settings == settings), None)
        if endpoint is None:
            endpoint = _open(settings, journal, meter, say)
            endpoints.append(endpoint)
        backend: Backend = Journaled(Budgeted(endpoint.retrying, meter, role), journal, stats, role)
        if outermost is not None:
            backend = outermost(backend)
        sent_seed = seed if settings.backend in _SEEDED_BACKENDS else None
        llms[role] = LLM(backend, settings, stats, seed=sent_seed)
        described[role] = describe(settings, backend.endpoint)
    return Roles(llms, tuple(endpoints), described)


def _open(settings: ModelSettings, journal: Journal, meter: Meter, say: Callable[[str], None] | None) -> Endpoint:
    stats = meter.stats

    def may_send() -> None:
        # A call may have waited for its slot, or its next try, while the disk filled up or the budget was spent.
        journal.require_writable()
        meter.require_room(counted=True)

    backend: Backend = registry.load("backends", settings.backend)(settings, say)
    if settings.batch != "none":
        backend = _batched(backend, settings, journal, say)
    limited = Limited(
        backend,
        stats,
        concurrency=settings.concurrency,
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
        # A batch may take a day.
        long=settings.timeout / 2 if settings.batch == "none" else float("inf"),
        may_send=may_send,
    )
    standstill = Standstill(
        without_credentials(backend.endpoint) if "://" in backend.endpoint else backend.endpoint,
        patience=settings.patience,
        tries=max(_FEWEST_TRIES, 2 * settings.concurrency),
    )
    sent: Backend = limited
    if settings.hedge_after is not None:
        sent = Hedged(limited, stats, after=settings.hedge_after)
    retrying = Retrying(sent, stats, retries=settings.retries, standstill=standstill)
    return Endpoint(settings, backend, limited, retrying)


def _batched(backend: Backend, settings: ModelSettings, journal: Journal, say: Callable[[str], None] | None) -> Batched:
    if not isinstance(backend, OpenAIBackend):
        message = f"the backend {settings.backend!r} takes no batches."
        raise UsageError(message, hint="Leave models.<role>.batch out.")
    return Batched(
        backend,
        journal.folder / "batches",
        answered=lambda key: journal.find(key) is not None,
        mode="files" if settings.batch == "files" else "api",
        size=settings.batch_size,
        poll=settings.batch_poll,
        say=say,
    )


def describe(settings: ModelSettings, endpoint: str) -> dict[str, Any]:
    """One model, for run.json, the card and the report; no key and no credentials in it."""
    return {
        "backend": settings.backend,
        "model": settings.model,
        "endpoint": without_credentials(endpoint) if "://" in endpoint else endpoint,
        "demo": settings.backend == "llamacpp" and (settings.model or "smollm2") in DEMO_MODELS,
    }

"""The state of a run as OpenTelemetry metrics: only if asked for, only to the collector that the user names.

Metrics (attribute `corpusmith.run` = the recipe's name): corpusmith.items, .candidates, .kept, .calls, .journal_hits,
.tokens as counters; corpusmith.in_flight, .waiting (calls that wait for their next try) and .accept_rate as gauges;
corpusmith.retries by cause; corpusmith.cost in US dollars where it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..core.errors import MissingCapability
from .progress import Progress, Snapshot, StageSnapshot

_COUNTERS: dict[str, Callable[[Snapshot], float]] = {
    "items": lambda s: s.items_done,
    "candidates": lambda s: s.candidates,
    "kept": lambda s: s.kept,
    "calls": lambda s: s.calls,
    "journal_hits": lambda s: s.journal_hits,
    "tokens": lambda s: s.tokens,
}
_GAUGES: dict[str, Callable[[Snapshot], float | None]] = {
    "in_flight": lambda s: s.in_flight,
    "waiting": lambda s: s.waiting,
    "accept_rate": lambda s: s.accept_rate,
    "cost": lambda s: s.cost,
}


class OtelProgress:
    """Hands everything on to another progress, and offers the latest state as metrics."""

    def __init__(self, inner: Progress, provider: Any, *, run: str) -> None:
        """Take where to report to as well, a `MeterProvider`, and the name of the run."""
        self._inner = inner
        self._provider = provider
        self._latest: Snapshot | None = None
        self._attributes = {"corpusmith.run": run}
        meter = provider.get_meter("corpusmith")
        for name, read in _COUNTERS.items():
            meter.create_observable_counter(f"corpusmith.{name}", callbacks=[self._observer(read)])
        for name, value in _GAUGES.items():
            meter.create_observable_gauge(f"corpusmith.{name}", callbacks=[self._observer(value)])
        meter.create_observable_counter("corpusmith.retries", callbacks=[self._retries])

    @classmethod
    def to_collector(cls, inner: Progress, *, run: str) -> OtelProgress:
        """Export by OTLP over HTTP, as the usual OTEL_... variables say.

        Raises:
            MissingCapability: the packages of the extra `otel` are not installed.
        """
        try:
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
            from opentelemetry.sdk.metrics import MeterProvider
            from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        except ImportError:
            message = "metrics can only be exported with the packages of the extra otel."
            raise MissingCapability(message, hint='Install them: pip install "corpusmith[otel]"') from None
        reader = PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=5000)
        return cls(inner, MeterProvider(metric_readers=[reader]), run=run)

    def say(self, message: str) -> None:
        """Hand it on."""
        self._inner.say(message)

    def update(self, snapshot: Snapshot | StageSnapshot) -> None:
        """Hand it on, and keep it for the next export."""
        if isinstance(snapshot, Snapshot):
            self._latest = snapshot
        self._inner.update(snapshot)

    def close(self) -> None:
        """Export what is left."""
        self._provider.shutdown()

    def _observer(self, read: Callable[[Snapshot], float | None]) -> Callable[[Any], Iterable[Any]]:
        def observe(_options: Any) -> Iterable[Any]:
            from opentelemetry.metrics import Observation

            value = read(self._latest) if self._latest is not None else None
            return [] if value is None else [Observation(value, self._attributes)]

        return observe

    def _retries(self, _options: Any) -> Iterable[Any]:
        from opentelemetry.metrics import Observation

        causes = self._latest.retries_by_cause if self._latest is not None else {}
        return [Observation(n, {**self._attributes, "cause": cause}) for cause, n in causes.items()]

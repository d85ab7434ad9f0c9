"""Builders: what makes records out of seeds."""

from .builder import (
    Accepted,
    Artifact,
    Builder,
    BuilderConfig,
    Context,
    Forecast,
    Item,
    Outcome,
    Rejected,
    WaveBuilder,
    require_fields,
)

__all__ = [
    "Accepted",
    "Artifact",
    "Builder",
    "BuilderConfig",
    "Context",
    "Forecast",
    "Item",
    "Outcome",
    "Rejected",
    "WaveBuilder",
    "require_fields",
]

"""The JSON Schema of recipes, for editors: completion, descriptions and warnings while typing."""

from __future__ import annotations

from typing import Any

from ..core import registry
from ..core.errors import UsageError
from .schema import Recipe


def json_schema() -> dict[str, Any]:
    """The schema of a recipe file, with the options of every registered builder (one of them, by `kind`)."""
    schema = Recipe.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    definitions.pop("BuilderChoice", None)
    properties: dict[str, Any] = schema["properties"]
    properties["builder"] = {
        "description": properties["builder"].get("description", ""),
        "oneOf": [
            _builder(kind, found, definitions)
            for kind in registry.names("builders")
            if (found := _loaded(kind)) is not None
        ],
    }
    definitions["Seeds"] = _seeds(definitions["Seeds"])
    definitions["CheckSpec"]["properties"]["check"]["enum"] = registry.names("checks")
    definitions["ModelConfig"]["properties"]["backend"]["examples"] = registry.names("backends")
    properties["export"]["items"] = {"type": "string", "enum": registry.names("exporters")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        **_models_required(),
        "title": "corpusmith recipe",
    }


def _models_required() -> dict[str, Any]:
    """`models.default` is required, but for builders that may do without a model."""
    without = [kind for kind in registry.names("builders") if hasattr(_loaded(kind), "roles")]
    return {
        "if": {"properties": {"builder": {"properties": {"kind": {"not": {"enum": without}}}}}},
        "then": {"required": ["models"], "properties": {"models": {"required": ["default"]}}},
    }


def _loaded(kind: str) -> Any:
    """The builder, or None for one of another package that cannot be imported: that must not take the schema away."""
    try:
        return registry.load("builders", kind)
    except UsageError:
        return None


def _builder(kind: str, builder: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """One builder's options with `kind`; what they refer to goes to `definitions` under the builder's name."""
    template = f"#/$defs/{kind}.{{model}}"
    options = builder.Config.model_json_schema(by_alias=True, ref_template=template)
    for name, definition in options.pop("$defs", {}).items():
        definitions[f"{kind}.{name}"] = definition
    return {
        **options,
        "title": kind,
        "properties": {"kind": {"const": kind, "description": "The builder."}, **options.get("properties", {})},
        "required": ["kind", *options.get("required", [])],
        "additionalProperties": False,
    }


def _seeds(section: dict[str, Any]) -> dict[str, Any]:
    own = section["properties"]
    return {
        "type": "object",
        "title": "Seeds",
        "description": section.get("description", ""),
        "properties": {
            "path": {"type": "string", "description": own["sources"]["description"]},
            "columns": own["columns"],
            "limit": own["limit"],
        },
        "additionalProperties": {"type": "string"},
    }

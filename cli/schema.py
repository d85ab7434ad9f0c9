"""corpusmith schema."""

from __future__ import annotations

from .output import print_json


def schema() -> None:
    """Print the JSON Schema of recipes, for editors.

    In an editor with YAML support: corpusmith schema > recipe.schema.json, and name that file at the recipe's top:
    # yaml-language-server: $schema=recipe.schema.json
    """
    from ..recipes import json_schema

    print_json(json_schema())

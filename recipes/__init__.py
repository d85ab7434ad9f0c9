"""Recipes: what a run is to do, as YAML that is strictly validated."""

from .budget import Budget
from .catalogue import ShippedRecipe, init, shipped, show
from .editor_schema import json_schema
from .identity import differences, fingerprint, resolved_yaml
from .load import LoadedRecipe, load_policy, load_recipe, recipe_from_data
from .models import ModelConfig, Models, Price
from .schema import BuilderChoice, DatasetConfig, Recipe, Seeds

__all__ = [
    "Budget",
    "BuilderChoice",
    "DatasetConfig",
    "LoadedRecipe",
    "ModelConfig",
    "Models",
    "Price",
    "Recipe",
    "Seeds",
    "ShippedRecipe",
    "differences",
    "fingerprint",
    "init",
    "json_schema",
    "load_policy",
    "load_recipe",
    "recipe_from_data",
    "resolved_yaml",
    "shipped",
    "show",
]

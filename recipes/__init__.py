"""Recipes: what a run is to do, as YAML that is strictly validated."""

from .asking import Asking, PolicyModels
from .budget import Budget
from .catalogue import ShippedRecipe, init, shipped, show
from .editor_schema import json_schema
from .identity import differences, fingerprint, resolved_yaml
from .load import LoadedPolicy, LoadedRecipe, load_policy, load_policy_file, load_recipe, recipe_from_data
from .models import ModelConfig, Models, Price
from .schema import BuilderChoice, DatasetConfig, Recipe, Seeds

__all__ = [
    "Asking",
    "Budget",
    "BuilderChoice",
    "DatasetConfig",
    "LoadedPolicy",
    "LoadedRecipe",
    "ModelConfig",
    "Models",
    "PolicyModels",
    "Price",
    "Recipe",
    "Seeds",
    "ShippedRecipe",
    "differences",
    "fingerprint",
    "init",
    "json_schema",
    "load_policy",
    "load_policy_file",
    "load_recipe",
    "recipe_from_data",
    "resolved_yaml",
    "shipped",
    "show",
]

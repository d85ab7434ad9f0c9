"""Models on the Hugging Face hub, named hf:REPO/FILE.gguf and kept in the hub's own cache."""

from __future__ import annotations

import re
from pathlib import Path

from ..core.errors import ModelStoreError
from .model_fetch import Say

_NAME = re.compile(r"hf:(?P<repo>[\w.-]+/[\w.-]+)/(?P<file>[^\s]+\.gguf)")


def hub_file(name: str, *, download: bool, say: Say) -> Path:
    """The file of a hub model.

    Args:
        name: hf:REPO/FILE.gguf, with REPO as owner/name; FILE may lie in a folder.
        download: fetch it when it is not in the hub's cache.
        say: gets a line before anything is fetched.

    Raises:
        ModelStoreError: the name is not of that form, or the file is not here and cannot be fetched.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        message = f"{name!r} does not name a hub model."
        raise ModelStoreError(message, hint="Write hf:OWNER/REPO/FILE.gguf.")
    repo, file = found["repo"], found["file"]

    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    here = try_to_load_from_cache(repo, file)
    if isinstance(here, str):
        return Path(here)
    if not download:
        message = f"{name} is not in the hub's cache."
        raise ModelStoreError(message, hint=f"With network: `corpusmith models pull {name}`.")
    say(f"fetching {file} from {repo} on the Hugging Face hub")
    try:
        return Path(hf_hub_download(repo, file))
    except Exception as error:
        raise _explained(name, repo, file, error) from error


def _explained(name: str, repo: str, file: str, error: Exception) -> ModelStoreError:
    """One line for what the hub's client raised; its errors come from three libraries."""
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        message, hint = f"{repo} asks for its terms to be accepted.", "Accept them on its page, then `hf auth login`."
    elif isinstance(error, errors.RepositoryNotFoundError):
        message, hint = (
            f"the hub has no repository {repo} that you may read.",
            "Check the name; `hf auth login` if private.",
        )
    elif isinstance(error, errors.RemoteEntryNotFoundError):
        message, hint = f"{repo} has no file {file}.", "Look at the repository's list of files."
    elif isinstance(error, OSError) and error.errno:
        message, hint = f"{name} cannot be stored: {error}.", "Make room, or set HF_HOME to another folder."
    else:
        said = (str(error).splitlines() or [type(error).__name__])[0][:300]
        message = f"{name} is not in the hub's cache and cannot be fetched: {said}"
        hint = "Without network, put the file anywhere and name it by its path."
    return ModelStoreError(message, hint=hint)

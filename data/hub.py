"""Putting a data set on the Hugging Face hub."""

from __future__ import annotations

import os
from pathlib import Path

from ..core.errors import EndpointError, SourceError, UsageError


def push_to_hub(folder: Path, repo: str, *, token_env: str = "HF_TOKEN", private: bool = True) -> str:
    """Upload a data set folder (card and `data/`) and return its address.

    Args:
        folder: what `write_dataset` filled, with its README.md.
        repo: "owner/name" on the hub; made if it does not exist.
        token_env: name of the environment variable that holds the access token. The token itself is never an argument,
            so it cannot reach a recipe, a log or a history.
        private: whether a repository that is made is private.

    Raises:
        UsageError: the variable is not set.
        SourceError: there is no data set in the folder.
        EndpointError: the hub cannot be reached or refuses; the message holds the kind of error, never the token.
    """
    token = os.environ.get(token_env)
    if not token:
        message = f"the environment variable {token_env} is not set, so there is no token for the hub."
        raise UsageError(message, hint=f"Set {token_env} to an access token with write permission.")
    if not (folder / "data").is_dir():
        message = f"there is no data set in {folder}: it has no folder data."
        raise SourceError(message, hint="Give the dataset folder of a run, such as runs/NAME/dataset.")
    import huggingface_hub

    api = huggingface_hub.HfApi(token=token)
    try:
        api.create_repo(repo, repo_type="dataset", private=private, exist_ok=True)
        api.upload_folder(repo_id=repo, repo_type="dataset", folder_path=folder, ignore_patterns=[".*"])
    except (OSError, ValueError, RuntimeError) as error:
        kind = type(error).__name__
        response = getattr(error, "response", None)
        status = getattr(response, "status_code", None)
        message = f"{folder} could not be put on the hub as {repo!r}: {kind}{f' (HTTP {status})' if status else ''}."
        # The cause is left out on purpose: its text may quote headers.
        raise EndpointError(
            message,
            kind="hub",
            status=status,
            hint="Check the connection, the name, the token's permissions, and that HF_HUB_OFFLINE is not set.",
        ) from None
    return f"https://huggingface.co/datasets/{repo}"

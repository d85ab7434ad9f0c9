"""What a recipe says of one model, as plain data: the backends and wrappers are built from it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """One model in one role."""

    backend: str = "openai"
    model: str = ""
    client: Literal["http", "sdk"] = "http"
    """backend openai: our own HTTP client, or the openai package."""
    base_url: str | None = None
    api_key_env: str | None = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key; the key itself is never stored."""
    concurrency: int = 32
    """Calls in flight at most."""
    timeout: float = 120.0
    """Seconds for one try, from sending to the last byte."""
    retries: int = 8
    """Further tries of one call after 429, 5xx, reset, timeout or a cut body."""
    patience: float = 120.0
    """Seconds without a usable reply to any call after which the run stops."""
    hedge_after: float | None = None
    """Seconds after which a call without a reply is sent a second time beside the first; None: never."""
    schema_retries: int = 3
    """How often an unusable answer (invalid structure, empty) is asked for again."""
    length_retries: int = 2
    """How often an answer cut by its length limit is asked for again, each time with twice the room."""
    structured: Literal["json_schema", "json_object", "none"] = "json_schema"
    sampling: Mapping[str, Any] = field(default_factory=dict)
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    script: str | None = None
    """backend scripted: path of its rules or recorded replies."""
    ca_bundle: str | None = None
    max_reply_bytes: int = 32 * 2**20
    context: int | None = None
    """backends llamacpp and vllm: tokens of prompt and answer together, for each call in flight."""
    threads: int | None = None
    """backend llamacpp: threads; None is all the cores this process may use."""
    engine: Mapping[str, Any] = field(default_factory=dict)
    """backend vllm: arguments of the engine, by vLLM's own names."""
    server: Literal["auto", "openai", "vllm"] = "auto"
    """backend openai: what kind of server it is; auto: it is asked."""
    batch: Literal["none", "api", "files"] = "none"
    """backend openai: calls one by one, through the Batch API, or by batch files that somebody else answers."""
    batch_size: int = 50_000
    """Requests in one batch at most."""
    batch_poll: float = 30.0
    """Seconds between two looks at a batch that is being worked on."""

    def api_key(self) -> str | None:
        """The key, read from the environment now, without blanks around it; None where none is named or set."""
        return os.environ.get(self.api_key_env, "").strip() or None if self.api_key_env else None


def without_credentials(url: str) -> str:
    """The URL without user, password, query and fragment: what may be shown and stored.

    A text that is no URL loses all that could be credentials in one.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host:
        return url.partition("?")[0].partition("#")[0].rpartition("@")[2].rstrip("/")
    if ":" in host:
        host = f"[{host}]"
    if port is not None:
        host = f"{host}:{port}"
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))

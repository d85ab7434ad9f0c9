"""The `models:` section of a recipe: which model plays which role, and how it is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ..core import registry
from ..core.errors import UsageError
from ..llm.settings import ModelSettings
from ..prompts.sampling import misspelt
from .section import Section, wrong

Role = Literal["default", "target", "judge"]
ROLES: tuple[Role, ...] = ("default", "target", "judge")

_BASE = ModelSettings()
BATCH_CONCURRENCY = 10_000
"""Calls in flight at most where they go in batches and the recipe does not say."""
_GONE = frozenset({"guided_json", "guided_regex", "guided_choice", "guided_grammar"})
"""Members of the request body that vLLM no longer knows; others, such as SGLang, never did."""


class ModelConfig(Section):
    """One model."""

    backend: str = _BASE.backend
    """openai (any endpoint that speaks its protocol), llamacpp (embedded, started by the run), vllm (its engine, in
    this process), scripted (no model at all), or what another package registers."""
    client: Literal["http", "sdk"] = _BASE.client
    """Backend openai: `http` is the fast client of this package, `sdk` the openai package."""
    base_url: str | None = None
    """Backend openai: the endpoint, up to and with `/v1`. Absent: OpenAI's own."""
    model: str = Field(min_length=1)
    """Its name as the endpoint knows it; for llamacpp a name from `corpusmith models list` or a .gguf file; for vllm a
    folder in Hugging Face's layout or a name on its hub."""
    api_key_env: str = _BASE.api_key_env or "none"
    """Name of the environment variable that holds the key; a key is sent only if that variable is set. `none`: never.
    `corpusmith plan` shows what will be sent where."""
    concurrency: int = Field(_BASE.concurrency, ge=1, le=65536)
    """Calls in flight at most."""
    timeout: float = Field(_BASE.timeout, gt=0, allow_inf_nan=False)
    """Seconds for one try, from sending to the last byte."""
    retries: int = Field(_BASE.retries, ge=0)
    """Further tries of one call after 429, 5xx, a reset, a timeout or a cut body."""
    patience: float = Field(_BASE.patience, ge=0, allow_inf_nan=False)
    """Seconds without one usable reply, to any call, after which the run stops; the same command goes on from there.
    Until then a server that cannot be reached any more is waited for."""
    hedge_after: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Seconds after which a call without a reply is sent a second time beside the first; the first reply counts, both
    may be charged for. Absent: never."""
    schema_retries: int = Field(_BASE.schema_retries, ge=0)
    """How often an unusable answer is asked for again."""
    length_retries: int = Field(_BASE.length_retries, ge=0)
    """How often an answer cut by its length limit is asked for again, each time with twice the room."""
    structured: Literal["json_schema", "json_object", "none"] = _BASE.structured
    """How the endpoint is asked for structured answers; each is validated here whatever it promises."""
    sampling: dict[str, Any] = Field(default_factory=dict)
    """temperature, top_p, max_tokens, stop, seed ... by their OpenAI names."""
    extra_body: dict[str, Any] = Field(default_factory=dict)
    """Further members of the request body, passed on as they are."""
    requests_per_minute: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Cap on the rate of calls."""
    tokens_per_minute: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Cap on the rate of tokens, prompt and completion together."""
    ca_bundle: Path | None = None
    """File of certificates to trust, for endpoints with one of their own."""
    script: Path | None = None
    """Backend scripted: its rules or recorded replies."""
    max_reply_bytes: int = Field(_BASE.max_reply_bytes, ge=1024)
    """A longer body is not read to its end."""
    context: int | None = Field(None, ge=128)
    """Backends llamacpp and vllm: tokens of context for each call in flight."""
    threads: int | None = Field(None, ge=1)
    """Backend llamacpp: threads; absent, all cores this process may use."""
    engine: dict[str, Any] = Field(default_factory=dict)
    """Backend vllm: arguments of its engine by vLLM's own names (gpu_memory_utilization, tensor_parallel_size ...)."""
    server: Literal["auto", "openai", "vllm"] = _BASE.server
    """Backend openai: what kind of server it is. `vllm` also gives log-likelihoods of a given text; `auto` asks for the
    listing of its models to find out."""
    batch: Literal["none", "api", "files"] = _BASE.batch
    """Backend openai: `api` collects calls and submits them through the Batch API, `files` writes them to batch files
    that somebody else answers (vllm run-batch). See docs/models.md."""
    batch_size: int = Field(_BASE.batch_size, ge=1, le=50_000)
    """Requests in one batch at most."""
    batch_poll: float = Field(_BASE.batch_poll, gt=0, allow_inf_nan=False)
    """Seconds between two looks at a batch that is being worked on."""

    @model_validator(mode="before")
    @classmethod
    def _many_in_a_batch(cls, data: Any) -> Any:
        """A batch holds as many calls as may be in flight: more by far than a server takes one by one."""
        if isinstance(data, dict) and data.get("batch") in ("api", "files") and "concurrency" not in data:
            return {**data, "concurrency": BATCH_CONCURRENCY}
        return data

    @field_validator("engine")
    @classmethod
    def _engine_fits(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if value and info.data.get("backend") != "vllm":
            raise wrong((), "these are arguments of vLLM's engine", "Leave them out, or set backend: vllm.", ...)
        return value

    @model_validator(mode="after")
    def _batch_fits(self) -> ModelConfig:
        if self.batch == "none":
            return self
        for name, fits, needs in (
            ("backend", self.backend == "openai", "backend: openai"),
            ("client", self.client == "http", "client: http"),
            ("hedge_after", self.hedge_after is None, "no hedge_after"),
        ):
            if not fits:
                raise wrong(
                    ("batch",), f"batch: {self.batch} needs {needs}", f"Change {name}, or leave batch out.", ...
                )
        return self

    @field_validator("backend")
    @classmethod
    def _known_backend(cls, value: str) -> str:
        return registered("backends", value)

    @field_validator("base_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            usable = (
                parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
            )
        except ValueError:
            usable = False
        if not usable:
            message = "must be a URL such as http://localhost:8000/v1"
            raise ValueError(message)
        return value

    @field_validator("extra_body")
    @classmethod
    def _nothing_ignored(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name in _GONE:
                hint = f"Write structured_outputs: {{{name.removeprefix('guided_')}: ...}} in its place."
                raise wrong((name,), f"vLLM has dropped {name!r} and ignores it without a word", hint, ...)
        return value

    @field_validator("sampling")
    @classmethod
    def _spelt_right(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            meant = misspelt(name)
            if meant:
                raise wrong((name,), f"unknown sampling parameter {name!r}", f"Did you mean {meant!r}?", ...)
        return value

    def settings(self) -> ModelSettings:
        """The same as the plain data that backends are opened with."""
        values: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        for name in ("script", "ca_bundle"):
            values[name] = None if values[name] is None else str(values[name])
        if self.api_key_env == "none":
            values["api_key_env"] = None
        return ModelSettings(**values)


class Models(Section):
    """The models by role. A role that is not given is played by `default`."""

    default: ModelConfig | None = None
    """Writes the data; also every role below that is not given. Only a builder that asks no model does without."""
    target: ModelConfig | None = None
    """The model under test, for builders that ask one."""
    judge: ModelConfig | None = None
    """Judges rows, for checks that ask one."""

    def given(self) -> dict[Role, ModelConfig]:
        """The roles that the recipe gives, `default` first."""
        found: dict[Role, ModelConfig] = {}
        if self.default is not None:
            found["default"] = self.default
        if self.target is not None:
            found["target"] = self.target
        if self.judge is not None:
            found["judge"] = self.judge
        return found


class Price(Section):
    """US dollars per million tokens."""

    prompt: float = Field(ge=0, allow_inf_nan=False)
    """What is sent."""
    completion: float = Field(ge=0, allow_inf_nan=False)
    """What comes back."""


def registered(group: registry.Group, name: str, loc: tuple[int | str, ...] = ()) -> str:
    """The name itself if something is registered under it.

    Raises:
        ValidationError: nothing is; it says what there is. `loc` is the key path below the field under validation.
    """
    if name in registry.names(group):
        return name
    try:
        registry.load(group, name)
    except UsageError as error:
        raise wrong(loc, error.message.rstrip("."), error.hint, ...) from error
    return name

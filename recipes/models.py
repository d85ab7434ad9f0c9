"""The `models:` section of a recipe: which model plays which role, and how it is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from ..core import registry
from ..core.errors import UsageError
from ..llm.settings import ModelSettings
from ..prompts.sampling import misspelt
from .section import Section, wrong

Role = Literal["default", "target", "judge"]
ROLES: tuple[Role, ...] = ("default", "target", "judge")

_BASE = ModelSettings()


class ModelConfig(Section):
    """One model."""

    backend: str = _BASE.backend
    """openai (any endpoint that speaks its protocol), llamacpp (embedded, started by the run), scripted (no model at
    all), or what another package registers."""
    client: Literal["http", "sdk"] = _BASE.client
    """Backend openai: `http` is the fast client of this package, `sdk` the openai package."""
    base_url: str | None = None
    """Backend openai: the endpoint, up to and with `/v1`. Absent: OpenAI's own."""
    model: str = Field(min_length=1)
    """Its name as the endpoint knows it; for llamacpp a name from `corpusmith models list` or a .gguf file."""
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
    """Backend llamacpp: tokens of context for each call in flight."""
    threads: int | None = Field(None, ge=1)
    """Backend llamacpp: threads; absent, all cores this process may use."""

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

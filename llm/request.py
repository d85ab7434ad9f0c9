"""Request and Reply: what every backend is asked and what it gives back, and the key that names a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..core import digest

Kind = Literal["chat", "text", "score"]
Message = Mapping[str, Any]
"""{"role": "system" | "user" | "assistant", "content": text}."""

KEY_TAG = "request-1"
"""Version of the key; raised whenever the same request would get another key."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call, complete: everything that can change the reply, and nothing that cannot.

    Timeouts, retries, concurrency and API keys belong to the backend, not to the request.
    """

    kind: Kind
    model: str
    """The model's name as the endpoint knows it."""
    endpoint: str
    """Who answers: base URL without credentials, or a backend's own name with the model file's hash."""
    messages: tuple[Message, ...] = ()
    """kind chat: the conversation, system message first."""
    prompt: str = ""
    """kind text: the text to go on from. kind score: the text that the continuation follows."""
    continuation: str = ""
    """kind score: the text whose token log-likelihoods are wanted."""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    """temperature, top_p, max_tokens, stop, seed ...: passed on by their OpenAI names."""
    schema: Mapping[str, Any] | None = None
    """JSON Schema that the answer must follow; how it is asked for is the backend's business."""
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    """Further members of the request body, passed on as they are."""
    structured: str = "json_schema"
    """How the schema is put to the endpoint: json_schema, json_object or none."""
    sample: int = 0
    """Number of the sample, where several replies to one prompt are wanted."""
    attempt: int = 0
    """0, or how many replies to this very question were unusable before."""
    _key: list[str] = field(default_factory=list, init=False, repr=False, compare=False)
    """The key once it was asked for: several layers ask."""

    def parts(self) -> dict[str, Any]:
        """The request as plain data, by field name: what the key is the hash of."""
        return {
            "kind": self.kind,
            "model": self.model,
            "endpoint": self.endpoint,
            "messages": self.messages,
            "prompt": self.prompt,
            "continuation": self.continuation,
            "sampling": self.sampling,
            "schema": self.schema,
            "extra_body": self.extra_body,
            "structured": self.structured,
            "sample": self.sample,
            "attempt": self.attempt,
        }

    def key(self) -> str:
        """The name of this request in the journal (32 hexadecimal digits)."""
        if not self._key:
            self._key.append(digest(KEY_TAG, self.parts()))
        return self._key[0]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the server counted them; 0 where it does not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class TokenScore:
    """One token of a scored continuation."""

    text: str
    logprob: float
    """Natural logarithm of its probability given all before it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one request."""

    text: str
    """The answer's text, without reasoning content."""
    finish_reason: str = "stop"
    """stop | length | content_filter | refusal | tool_calls | ..."""
    reasoning: str = ""
    """Reasoning content where the endpoint keeps it apart."""
    usage: Usage = Usage()
    scores: tuple[TokenScore, ...] = ()
    """kind score: one entry per token of the continuation."""
    latency: float = 0.0
    """Seconds from sending to the last byte; 0 from the journal."""
    raw: bytes = b""
    """The body as it came."""
    from_journal: bool = False

"""`LLM`: one model in one role, as builders and checks see it: ask, get a validated answer or a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core import derive_seed
from ..core.errors import AnswerError, MissingCapability
from ..prompts import Prompt
from .answer import Answer, Likelihood
from .backend import Backend, Capabilities
from .request import Message, Reply, Request
from .settings import ModelSettings
from .stats import CallStats
from .structure import AnswerSchema, InvalidStructure, answer_schema

_TRUNCATED = "truncated"
_EMPTY_REPLY = "empty_reply"
_INVALID_STRUCTURE = "invalid_structure"
_NO_ROOM = frozenset({"length", "max_tokens"})
_WITHHELD = {"content_filter": "content_filter", "refusal": "refused"}


class LLM:
    """A model in a role. Everything it is asked goes through the journal, the budget and the limits below it."""

    def __init__(self, backend: Backend, settings: ModelSettings, stats: CallStats, *, seed: int | None = None) -> None:
        """Ask `backend` as `settings` says; `seed` is sent with each request if given, derived per sample."""
        self._backend = backend
        self._settings = settings
        self._stats = stats
        self._seed = seed
        self._schemas: dict[int, tuple[Any, AnswerSchema]] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What the backend can do."""
        return self._backend.capabilities

    @property
    def endpoint(self) -> str:
        """Who answers: base URL without credentials, or a backend's own name with the model file's hash."""
        return self._backend.endpoint

    @property
    def settings(self) -> ModelSettings:
        """What the recipe says of this model."""
        return self._settings

    async def ask(
        self,
        prompt: Prompt,
        schema: Any = None,
        *,
        inputs: Mapping[str, Any],
        sample: int = 0,
        sampling: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Render the prompt, ask, and validate the answer.

        An answer that breaks the schema is asked for again with what was wrong with it; one that was cut by its
        length limit is asked for again with twice the room. A cut answer is never completed or repaired.

        Args:
            prompt: the template; its own sampling is the default, the recipe's overrides it.
            schema: a pydantic class, a JSON Schema, or None for plain text.
            inputs: what the template needs, by name.
            sample: number of the sample, where several answers to one prompt are wanted.
            sampling: overrides both prompt and recipe.

        Raises:
            AnswerError: no attempt was usable; the reason is a slug and the last text is kept.
            EndpointError: the endpoint gave no reply.
            BudgetExhausted: the cap is reached.
        """
        rendered = prompt.render(inputs)
        wanted = self._schema(schema)
        options = self._sampling(prompt, sampling, sample)
        messages: tuple[Message, ...] = rendered.messages
        calls: tuple[str, ...] = ()
        invalid = cut = attempt = 0
        while True:
            request = self._request(prompt, messages, rendered.text, options, wanted, sample, attempt)
            calls = (*calls, request.key())
            reply = await self._backend.complete(request)
            try:
                return self._answer(reply, wanted, calls)
            except AnswerError as error:
                if error.reason == _TRUNCATED:
                    cut += 1
                    if cut > self._settings.length_retries:
                        raise
                    options = _more_room(options)
                elif error.reason in (_INVALID_STRUCTURE, _EMPTY_REPLY):
                    invalid += 1
                    if invalid > self._settings.schema_retries:
                        raise
                    messages = _with_complaint(rendered.messages, reply, error)
                else:
                    raise
                attempt += 1
                self._stats.asked_again[error.reason] += 1

    async def score(self, prompt: str, continuation: str) -> Likelihood:
        """Token log-likelihoods of `continuation` after `prompt` (both plain text, natural logarithms).

        Raises:
            MissingCapability: the backend cannot score.
            EndpointError: the endpoint gave no reply.
        """
        if not self.capabilities.score:
            message = f"the backend {self._settings.backend!r} gives no log-likelihoods of a given text."
            hint = "Use a backend that scores (llamacpp, vllm, a vLLM server), or turn scoring off."
            raise MissingCapability(message, hint=hint)
        request = Request(
            kind="score",
            model=self._settings.model,
            endpoint=self._backend.endpoint,
            prompt=prompt,
            continuation=continuation,
        )
        reply = await self._backend.complete(request)
        return Likelihood(tokens=reply.scores, calls=(request.key(),))

    def _schema(self, schema: Any) -> AnswerSchema | None:
        if schema is None:
            return None
        known = self._schemas.get(id(schema))
        if known is None:
            known = self._schemas[id(schema)] = (schema, answer_schema(schema))
        return known[1]

    def _sampling(self, prompt: Prompt, sampling: Mapping[str, Any] | None, sample: int) -> dict[str, Any]:
        options = {**prompt.sampling, **self._settings.sampling, **(sampling or {})}
        if self._seed is not None and "seed" not in options:
            options["seed"] = derive_seed(self._seed, prompt.name, sample) % 2**31
        return options

    def _request(
        self,
        prompt: Prompt,
        messages: tuple[Message, ...],
        text: str,
        options: Mapping[str, Any],
        wanted: AnswerSchema | None,
        sample: int,
        attempt: int,
    ) -> Request:
        if attempt and "seed" in options:
            # The same seed would give the same unusable answer again.
            options = {**options, "seed": derive_seed(options["seed"], attempt) % 2**31}
        settings = self._settings
        return Request(
            kind=prompt.kind,
            model=settings.model,
            endpoint=self._backend.endpoint,
            messages=() if prompt.kind == "text" else messages,
            prompt=text if prompt.kind == "text" else "",
            sampling=options,
            schema=wanted.json_schema if wanted is not None else None,
            extra_body=settings.extra_body,
            structured=settings.structured,
            sample=sample,
            attempt=attempt,
        )

    def _answer(self, reply: Reply, wanted: AnswerSchema | None, calls: tuple[str, ...]) -> Answer:
        withheld = _WITHHELD.get(reply.finish_reason)
        if withheld is not None:
            message = f"the model withheld its answer ({reply.finish_reason})."
            raise AnswerError(withheld, message, raw=reply.text, calls=calls)
        if reply.finish_reason in _NO_ROOM:
            message = "the answer was cut by its length limit."
            raise AnswerError(_TRUNCATED, message, raw=reply.text, calls=calls)
        text, reasoning = _apart(reply)
        if not text:
            message = "the reply has no text."
            raise AnswerError(_EMPTY_REPLY, message, raw=reply.text, calls=calls)
        if wanted is None:
            return Answer(text=text, value=text, calls=calls, reasoning=reasoning)
        try:
            value = wanted.read(text)
        except InvalidStructure as error:
            raise AnswerError(_INVALID_STRUCTURE, str(error), raw=reply.text, calls=calls) from None
        return Answer(text=text, value=value, calls=calls, reasoning=reasoning)


def _apart(reply: Reply) -> tuple[str, str]:
    """Answer and reasoning; some servers leave the reasoning in the text, between think tags.

    The opening tag may be missing (chat templates put it into the prompt); the closing one then ends a line. Without
    a closing tag there is no answer.
    """
    text = reply.text.strip()
    if text.startswith("<think>"):
        thought, _, rest = text[7:].partition("</think>")
        return rest.strip(), thought.strip()
    if "</think>" in text:
        thought, _, rest = text.partition("</think>")
        if "<think>" not in thought and rest[:1] in ("", "\n"):
            return rest.strip(), thought.strip()
    return text, reply.reasoning


def _more_room(options: Mapping[str, Any]) -> dict[str, Any]:
    doubled = dict(options)
    for name in ("max_tokens", "max_completion_tokens"):
        if isinstance(doubled.get(name), int):
            doubled[name] *= 2
    return doubled


def _with_complaint(messages: tuple[Message, ...], reply: Reply, error: AnswerError) -> tuple[Message, ...]:
    if error.reason == _EMPTY_REPLY or not messages:
        return messages
    complaint = (
        f"That reply cannot be used: {error.message} Answer the request again, with one JSON value that follows "
        "the given schema and nothing else."
    )
    return (*messages, {"role": "assistant", "content": reply.text}, {"role": "user", "content": complaint})

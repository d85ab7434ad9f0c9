"""A model that says what it was told to say: for tests, for trying a recipe without spending, for teaching.

In a recipe, `script` names a YAML (or JSON) file with a list of rules, tried in order:

    - match: "capital of France"        # regular expression, searched in the whole prompt; absent: matches all
      reply: Paris                      # text, or any value (written as JSON)
    - match: "Write a question"
      replies: [first, second]          # by number of the sample, then of the attempt; the last one repeats
    - match: overloaded
      error: 429                        # an HTTP status
      times: 2                          # only the first two times; later rules answer after that
    - finish_reason: length
      reply: cut off he

Where no rule matches, the reply is built from the request's schema (a small value that follows it, filled with words;
patterns are not looked at), or is a line of words. Scores are -1 nat for a word that the prompt contains and -4 for
one that it doesn't, unless the rule that matches gives `logprob`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ...core import derive_seed, digest
from ...core.errors import EndpointError, FatalEndpointError, RetryableError, UsageError
from ..backend import Capabilities
from ..request import Reply, Request, TokenScore, Usage
from ..settings import ModelSettings
from .scripted_value import value_for

_WORDS = (
    *("amber", "basin", "cedar", "delta", "ember", "field", "grain", "harbour", "island", "jasper", "kettle"),
    *("lantern", "meadow", "needle", "orchard", "pebble", "quarry", "river", "saddle", "timber", "umber", "valley"),
    *("willow", "yarrow", "zephyr"),
)
_IN_PROMPT = -1.0
_NOT_IN_PROMPT = -4.0


class Rule(BaseModel):
    """One rule of a script."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    match: str | None = None
    """Regular expression, searched in the whole prompt; absent: matches every request."""
    reply: Any = None
    """The answer: a text, or any value, which is then written as JSON."""
    replies: list[Any] | None = None
    """Answers by number of the sample plus number of the attempt; the last one repeats."""
    finish_reason: str = "stop"
    """stop, length, content_filter ..."""
    error: int | None = None
    """Answer with this HTTP status instead."""
    times: int | None = None
    """Apply only this many times."""
    logprob: float | None = None
    """Requests for scores: log-probability of each token."""


Answerer = Callable[[Request], "str | Reply"]


class ScriptedBackend:
    """Answers by rules, or by a function from request to text (or Reply); the function may raise."""

    capabilities = Capabilities(chat=True, text=True, score=True, json_schema=True)

    def __init__(self, rules: Sequence[Rule] | Answerer = (), *, endpoint: str = "scripted") -> None:
        """Take the rules, or the function."""
        self._answerer = rules if callable(rules) else None
        self._rules = [] if callable(rules) else list(rules)
        self._patterns = [re.compile(r.match, re.DOTALL) if r.match is not None else None for r in self._rules]
        self._used = [0] * len(self._rules)
        self.endpoint = endpoint
        self.asked: list[Request] = []
        """Every request that got here, in order."""

    async def complete(self, request: Request) -> Reply:
        """Answer by the first rule that matches."""
        self.asked.append(request)
        if self._answerer is not None:
            said = self._answerer(request)
            return said if isinstance(said, Reply) else self._reply(request, said)
        text = prompt_text(request)
        for i, rule in enumerate(self._rules):
            pattern = self._patterns[i]
            if (pattern is not None and not pattern.search(text)) or self._used[i] == rule.times:
                continue
            self._used[i] += 1
            if rule.error is not None:
                raise _http_error(rule.error)
            return self._by_rule(request, rule)
        return self._reply(request, _from_schema(request))

    def _by_rule(self, request: Request, rule: Rule) -> Reply:
        said = rule.reply
        if rule.replies:
            said = rule.replies[min(request.sample + request.attempt, len(rule.replies) - 1)]
        elif said is None:
            said = _from_schema(request)
        text = said if isinstance(said, str) else orjson.dumps(said).decode()
        return self._reply(request, text, rule.finish_reason, rule.logprob)

    def _reply(self, request: Request, text: str, finish: str = "stop", logprob: float | None = None) -> Reply:
        scores: list[tuple[str, float]] = []
        if request.kind == "score":
            seen = set(request.prompt.lower().split())
            for word in re.findall(r"\s*\S+", request.continuation):
                known = _IN_PROMPT if word.strip().lower() in seen else _NOT_IN_PROMPT
                scores.append((word, known if logprob is None else logprob))
            text = ""
        usage = [len(prompt_text(request)) // 4, len(text) // 4]
        return self.decode(request, orjson.dumps({"text": text, "finish": finish, "usage": usage, "scores": scores}))

    def decode(self, request: Request, raw: bytes) -> Reply:
        """Read what `complete` keeps as `Reply.raw`."""
        try:
            body = orjson.loads(raw)
            return Reply(
                text=body["text"],
                finish_reason=body["finish"],
                usage=Usage(*body["usage"]),
                scores=tuple(TokenScore(t, p) for t, p in body["scores"]),
                raw=raw,
            )
        except (ValueError, KeyError, TypeError):
            message = "the journal holds a body that no scripted model said."
            raise EndpointError(message, kind="not_a_completion") from None

    async def close(self) -> None:
        """Nothing to close."""


def prompt_text(request: Request) -> str:
    """All that a request says to the model, as one text."""
    said = [str(m["content"]) for m in request.messages]
    return "\n".join([*said, request.prompt, request.continuation]).strip("\n")


def _http_error(status: int) -> EndpointError:
    message = f"the script answered {status}."
    kind = f"http_{status}"
    if status == 429 or status >= 500:
        return RetryableError(message, kind=kind, status=status, retry_after=0.0)
    if status in (401, 403, 404):
        return FatalEndpointError(message, kind=kind, status=status)
    return EndpointError(message, kind=kind, status=status)


def _from_schema(request: Request) -> str:
    number = derive_seed(request.sample, digest("scripted-1", [prompt_text(request), request.attempt]))
    words = [_WORDS[(number >> shift) % len(_WORDS)] for shift in range(0, 48, 6)]
    if request.schema is None:
        return " ".join(words).capitalize() + "."
    return orjson.dumps(value_for(request.schema, words)).decode()


def read_rules(path: Path) -> list[Rule]:
    """The rules of a script file.

    Raises:
        UsageError: the file is missing, or a rule is not one.
    """
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"the script {path} cannot be read: {error.strerror}."
        raise UsageError(message) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        message = f"the script {path} is not YAML: {' '.join(str(error).split())}."
        raise UsageError(message) from None
    if not isinstance(loaded, list):
        message = f"the script {path} holds {type(loaded).__name__}, not a list of rules."
        raise UsageError(message)
    rules = []
    for number, entry in enumerate(loaded, 1):
        try:
            rule = Rule.model_validate(entry)
            re.compile(rule.match or "")
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            message = f"rule {number} of the script {path}: {'.'.join(map(str, first['loc']))}: {first['msg']}."
            raise UsageError(message) from None
        except re.error as error:
            message = f"rule {number} of the script {path}: match is no regular expression: {error}."
            raise UsageError(message) from None
        rules.append(rule)
    return rules


def open_backend(settings: ModelSettings, say: Callable[[str], None] | None = None) -> ScriptedBackend:
    """The scripted backend of a recipe; without a script every reply is built from the schema."""
    rules = read_rules(Path(settings.script)) if settings.script else []
    script = digest("script-1", [r.model_dump() for r in rules], size=8)
    return ScriptedBackend(rules, endpoint=f"scripted:{script}")

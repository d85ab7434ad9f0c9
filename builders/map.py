"""map: any data set x any prompt x a JSON Schema -> rows. What most users start with.

All columns of a seed row are inputs of the prompt; the reply's fields become the row, and the seed's own columns are
kept under `seed`. Without a prompt file the column `prompt` is sent as it is; without a schema the row has the one
field `completion`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel, Field

from ..core import RowRecord, SourceRow
from ..core.errors import UsageError
from ..prompts import Prompt
from .builder import BuilderConfig, Context, Forecast, Item, Outcome, require_fields

DEFAULT_PROMPT = "map/prompt"


class MapConfig(BuilderConfig):
    """Options of `map`."""

    prompt: Path | None = None
    """Prompt file; without it the column `prompt` of each seed row is the user message."""
    answer_schema: Path | str | None = Field(default=None, alias="schema")
    """JSON Schema file of the answer, or a pydantic class as `module:Class`; without it the answer is plain text."""
    samples: int = Field(default=1, ge=1)
    """Answers per seed row."""


class Map:
    """One call per seed row and sample."""

    Config: ClassVar[type[BuilderConfig]] = MapConfig
    sources: ClassVar[Mapping[str, bool]] = {"path": True}

    def __init__(self, config: MapConfig) -> None:
        """Read the prompt and the schema.

        Raises:
            UsageError: one of them cannot be read.
        """
        self._config = config
        self._prompt = Prompt.from_file(config.prompt) if config.prompt is not None else None
        self._schema = read_schema(config.answer_schema) if config.answer_schema is not None else None
        if self._schema is None and self._prompt is not None:
            self._schema = self._prompt.output

    def made_from(self) -> dict[str, Any]:
        """What the rows depend on beside the options: the contents of the files they name."""
        schema = self._schema
        if isinstance(schema, type) and issubclass(schema, BaseModel):
            schema = schema.model_json_schema()
        return {"prompt": self._prompt.hash if self._prompt else None, "schema": schema}

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """One item per seed row and sample, in the seeds' order."""
        needed = self._prompt.inputs if self._prompt is not None else ("prompt",)
        first = True
        for row in sources["path"]:
            if first:
                require_fields(row, *needed)
                first = False
            for sample in range(self._config.samples):
                key = f"{row.key}#{sample}" if sample else row.key
                yield Item(key, {"fields": dict(row.fields), "sample": sample})

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Ask once and make the answer a row."""
        prompt = self._prompt or ctx.prompts.get(DEFAULT_PROMPT)
        seed = item.data["fields"]
        answer = await ctx.llm.ask(prompt, self._schema, inputs=seed, sample=item.data["sample"])
        yield RowRecord(
            fields=_row(answer.value), seed=seed, origin=ctx.origin(item.id, answers=(answer,), prompts=(prompt,))
        )

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """One call per item."""
        name = self._prompt.name if self._prompt is not None else DEFAULT_PROMPT
        examples = {name: items[0].data["fields"]} if items else {}
        return Forecast(calls={name: len(items)}, examples=examples)


def _row(value: Any) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return value
    return {"completion": value}


def read_schema(where: Path | str) -> Any:
    """A JSON Schema from a file, or a pydantic class from `module:Class`.

    Raises:
        UsageError: there is no such file or class, or it is not a schema.
    """
    text = str(where)
    module, colon, name = text.partition(":")
    if colon and not text.endswith(".json"):
        return _import_class(module, name, text)
    path = Path(where)
    try:
        schema = orjson.loads(path.read_bytes())
    except OSError as error:
        message = f"the schema {path} cannot be read: {error.strerror}."
        raise UsageError(message, hint="Give a JSON Schema file, or a pydantic class as module:Class.") from None
    except ValueError as error:
        message = f"the schema {path} is not JSON: {error}."
        raise UsageError(message) from None
    if not isinstance(schema, dict):
        message = f"the schema {path} holds {type(schema).__name__}, not an object."
        raise UsageError(message)
    return schema


def _import_class(module: str, name: str, text: str) -> type[BaseModel]:
    # As `python -m` does it: a module that lies in the current folder can be named.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        message = f"the schema {text!r} cannot be imported: {error}."
        raise UsageError(message, hint="Write it as module:Class, importable from here.") from None
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        message = f"the schema {text!r} is {type(found).__name__}, not a pydantic class."
        raise UsageError(message)
    return found

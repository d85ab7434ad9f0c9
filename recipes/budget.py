"""Budget: how much a run may spend, written the way people say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ..core.errors import UsageError

_NUMBER = r"(?P<number>[0-9]+(?:[._,][0-9]+)*)"
_USD = re.compile(rf"^(?:\$\s*{_NUMBER}|{_NUMBER.replace('number', 'number2')}\s*(?:usd|\$))$", re.IGNORECASE)
_COUNT = re.compile(rf"^{_NUMBER}\s*(?P<unit>[kmb]?)[\s-]*(?P<what>tokens?|calls?)$", re.IGNORECASE)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_HINT = "Write 5USD or $5 (money), 1M-tokens or 10k-calls, or several separated by commas."


@dataclass(frozen=True, slots=True)
class Budget:
    """The caps of a run; None means no cap."""

    calls: int | None = None
    """Model calls."""
    tokens: int | None = None
    """Prompt and completion tokens together."""
    usd: float | None = None
    """US dollars, by the recipe's prices."""

    @classmethod
    def parse(cls, text: str) -> Budget:
        """Read "5USD", "$5", "1M-tokens", "10k-calls", or several of them separated by commas.

        Raises:
            UsageError: it is none of these, a cap is zero, or one kind is given twice.
        """
        caps: dict[str, float] = {}
        for part in re.split(r"(?<![0-9]),|,(?![0-9]{3}(?:\D|$))", text):
            kind, amount = _cap(part.strip(), text)
            if kind in caps:
                message = f"the budget {text!r} names {kind} twice."
                raise UsageError(message, hint=_HINT)
            caps[kind] = amount
        calls, tokens = caps.get("calls"), caps.get("tokens")
        return cls(
            calls=None if calls is None else int(calls),
            tokens=None if tokens is None else int(tokens),
            usd=caps.get("usd"),
        )

    def __str__(self) -> str:
        parts = [
            None if self.usd is None else f"{self.usd!r}USD",
            None if self.tokens is None else f"{self.tokens}-tokens",
            None if self.calls is None else f"{self.calls}-calls",
        ]
        return ",".join(part for part in parts if part)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In a recipe it is a text."""
        return core_schema.no_info_plain_validator_function(
            _validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """For editors: a text, with examples."""
        return {"type": "string", "examples": ["5USD", "$5", "1M-tokens", "10k-calls"]}


def _validate(value: Any) -> Budget:
    if isinstance(value, Budget):
        return value
    if not isinstance(value, str):
        message = f"must say what of: a bare {value!r} could be money, tokens or calls. {_HINT}"
        raise ValueError(message)  # noqa: TRY004 (pydantic takes ValueError)
    try:
        return Budget.parse(value)
    except UsageError as error:
        raise ValueError(str(error)) from error


def _cap(part: str, whole: str) -> tuple[str, float]:
    money, count = _USD.match(part), _COUNT.match(part)
    if money:
        kind, amount = "usd", _number(money["number"] or money["number2"])
    elif count:
        kind = "calls" if count["what"].lower().startswith("call") else "tokens"
        amount = round(_number(count["number"]) * _UNITS[count["unit"].lower()])
    else:
        message = f"{part or whole!r} is not a budget."
        raise UsageError(message, hint=_HINT)
    if amount <= 0:
        message = f"the budget {part!r} allows nothing."
        raise UsageError(message, hint=_HINT)
    return kind, amount


def _number(text: str) -> float:
    text = re.sub(r"[_,](?=[0-9]{3})", "", text)
    try:
        return float(text)
    except ValueError:
        message = f"{text!r} is not a number."
        raise UsageError(message, hint=_HINT) from None

"""AnyRecord: a record of any kind, told apart by `kind`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from .aspect import AspectRecord
from .dialogue import DialogueRecord
from .instruction import InstructionRecord
from .row import RowRecord

AnyRecord = Annotated[InstructionRecord | RowRecord | AspectRecord | DialogueRecord, Field(discriminator="kind")]
_any_record: TypeAdapter[AnyRecord] = TypeAdapter(AnyRecord)


def parse_record(value: Mapping[str, Any]) -> AnyRecord:
    """Validate a stored record (as `model_dump` wrote it) by its `kind`.

    Raises:
        pydantic.ValidationError: the value is not a record of a known kind.
    """
    return _any_record.validate_python(dict(value))

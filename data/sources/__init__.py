"""Readers: rows from files, folders, run folders, the hub, and data in memory."""

from .columns import parse_columns
from .frames import rows_from
from .row import Entry, Unreadable
from .shapes import checked_fields, messages_of, to_instruction_fields, unknown_shape_error
from .source import Source, open_source

__all__ = [
    "Entry",
    "Source",
    "Unreadable",
    "checked_fields",
    "messages_of",
    "open_source",
    "parse_columns",
    "rows_from",
    "to_instruction_fields",
    "unknown_shape_error",
]

"""Records: the rows that builders make, one file for each kind."""

from .any_record import AnyRecord, parse_record
from .aspect import AspectRecord, AspectSentence, AspectTerm, Edit, Polarity, Span, Strategy
from .instruction import InstructionRecord
from .record import Origin, Record, SourceRow
from .row import RowRecord

__all__ = [
    "AnyRecord",
    "AspectRecord",
    "AspectSentence",
    "AspectTerm",
    "Edit",
    "InstructionRecord",
    "Origin",
    "Polarity",
    "Record",
    "RowRecord",
    "SourceRow",
    "Span",
    "Strategy",
    "parse_record",
]

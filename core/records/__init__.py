"""Records: the rows that builders make, one file for each kind."""

from .any_record import AnyRecord, parse_record
from .aspect import AspectRecord, AspectSentence, AspectTerm, Edit, Polarity, Span, Strategy
from .dialogue import (
    Beat,
    DialoguePlan,
    DialogueRecord,
    Emotion,
    StyleExample,
    StyleFeature,
    StyleSpec,
    Turn,
)
from .instruction import InstructionRecord
from .persona import (
    CastMember,
    Detail,
    DetailedPersona,
    DroppedFact,
    Fact,
    FactEdit,
    Persona,
    RevisedPersona,
    Trait,
)
from .record import Origin, Record, SourceRow
from .row import RowRecord

__all__ = [
    "AnyRecord",
    "AspectRecord",
    "AspectSentence",
    "AspectTerm",
    "Beat",
    "CastMember",
    "Detail",
    "DetailedPersona",
    "DialoguePlan",
    "DialogueRecord",
    "DroppedFact",
    "Edit",
    "Emotion",
    "Fact",
    "FactEdit",
    "InstructionRecord",
    "Origin",
    "Persona",
    "Polarity",
    "Record",
    "RevisedPersona",
    "RowRecord",
    "SourceRow",
    "Span",
    "Strategy",
    "StyleExample",
    "StyleFeature",
    "StyleSpec",
    "Trait",
    "Turn",
    "parse_record",
]

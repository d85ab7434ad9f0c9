"""The words everything else uses: records, verdicts, errors, the registry, seeded randomness."""

from .canonical import canonical_json, digest
from .errors import CorpusmithError
from .records import AnyRecord, InstructionRecord, Origin, Record, RowRecord, SourceRow, parse_record
from .seeding import derive_seed, seeded
from .verdict import Outcome, Verdict

__all__ = [
    "AnyRecord",
    "CorpusmithError",
    "InstructionRecord",
    "Origin",
    "Outcome",
    "Record",
    "RowRecord",
    "SourceRow",
    "Verdict",
    "canonical_json",
    "derive_seed",
    "digest",
    "parse_record",
    "seeded",
]

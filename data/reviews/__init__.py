"""Files of a human review: tasks as CSV or Label Studio JSON, the key to them, and what annotators sent back."""

from .answers import read_answers
from .key_file import ReviewKey, find_key, write_key
from .label_studio import labeling_config, write_label_studio
from .sheet import guide, write_sheet

__all__ = [
    "ReviewKey",
    "find_key",
    "guide",
    "labeling_config",
    "read_answers",
    "write_key",
    "write_label_studio",
    "write_sheet",
]

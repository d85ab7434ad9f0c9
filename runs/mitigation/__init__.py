"""mitigate: what to do about the patterns of a set. One module for each strategy."""

from .mitigate import MitigationResult, mitigate, options_of

__all__ = ["MitigationResult", "mitigate", "options_of"]

"""Knowledge-consistency examinations: which rows teach a model what it does not know."""

from .parse import ParsedExam, ParsedQuestion, QuestionFailure, parse_exam
from .parse_need import ParsedNeed, parse_need

__all__ = ["ParsedExam", "ParsedNeed", "ParsedQuestion", "QuestionFailure", "parse_exam", "parse_need"]

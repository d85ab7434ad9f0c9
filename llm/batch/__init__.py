"""Calls that are collected, written to files and answered together: cheaper, and possible without a server."""

from .batched import Batched
from .lines import Answered, read_answers, request_line, write_requests

__all__ = ["Answered", "Batched", "read_answers", "request_line", "write_requests"]

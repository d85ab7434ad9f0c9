"""Asking models: requests and replies, backends, the wrappers around them, and `LLM.ask`."""

from .answer import Answer, Likelihood
from .ask import LLM
from .backend import Backend, Capabilities
from .request import Reply, Request, TokenScore, Usage

__all__ = ["LLM", "Answer", "Backend", "Capabilities", "Likelihood", "Reply", "Request", "TokenScore", "Usage"]

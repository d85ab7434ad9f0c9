"""Prompts: markdown files with front matter, strictly read and rendered in a sandbox."""

from .library import PromptLibrary
from .template import Prompt, Rendered

__all__ = ["Prompt", "PromptLibrary", "Rendered"]

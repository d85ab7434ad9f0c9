"""Formats for fine-tuning, one file each; found by their entry points."""

from .exporter import Exporter, export_all

__all__ = ["Exporter", "export_all"]

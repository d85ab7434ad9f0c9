"""The report of a run: one HTML file that opens offline."""

from .material import ReportMaterial
from .report import render_report, write_report

__all__ = ["ReportMaterial", "render_report", "write_report"]

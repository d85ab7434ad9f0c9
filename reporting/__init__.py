"""The report of a run: one HTML file that opens offline."""

from .aspects import count_aspects
from .material import AspectCounts, ReportMaterial
from .report import render_report, write_report

__all__ = ["AspectCounts", "ReportMaterial", "count_aspects", "render_report", "write_report"]

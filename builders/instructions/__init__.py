"""Builders of instruction data: `ground` (from documents) and `explore` (from a tree of tasks)."""

"""Scores, audits and agreement: pure functions over records and predictions."""

"""Rows that repeat what a model is to be tested with."""

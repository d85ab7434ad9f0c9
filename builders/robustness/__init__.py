"""Robustness test sets."""

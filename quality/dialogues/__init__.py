"""Checks on dialogues: one at a time, a batch at a time, and what makes them worth reading."""

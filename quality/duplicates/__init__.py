"""Checks that compare a row with those before it."""

"""Checks that judge a row by itself, one small file per family."""

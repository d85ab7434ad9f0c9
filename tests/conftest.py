"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No test asserts a time, and neither does hypothesis: a busy machine is no failure.
settings.register_profile("corpusmith", deadline=None)
settings.load_profile("corpusmith")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def eval_data() -> Path:
    """The folder of public evaluation data; a test that needs it is skipped where it is not at hand."""
    named = os.environ.get("CORPUSMITH_EVAL_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("evaluation data is not at hand: set CORPUSMITH_EVAL_DATA to its folder")
    return folder

"""Pushing to the hub: the errors before and without a connection; the token is in none of them."""

import os
import subprocess
import sys

import pytest

from corpusmith.core.errors import SourceError, UsageError
from corpusmith.data.dataset import write_dataset
from corpusmith.data.hub import push_to_hub


def test_the_token_comes_from_a_variable_that_must_be_set(tmp_path):
    with pytest.raises(UsageError, match="CORPUSMITH_NO_SUCH_TOKEN is not set"):
        push_to_hub(tmp_path, "owner/name", token_env="CORPUSMITH_NO_SUCH_TOKEN")


def test_there_must_be_a_data_set(tmp_path):
    with pytest.raises(SourceError, match="no data set"):
        push_to_hub(tmp_path, "owner/name", token_env="PATH")


def test_offline_it_says_so_and_keeps_the_token_to_itself(tmp_path):
    write_dataset([{"a": 1}], tmp_path / "set")
    code = f"""
from pathlib import Path
from corpusmith.core.errors import EndpointError
from corpusmith.data.hub import push_to_hub
try:
    push_to_hub(Path({str(tmp_path / "set")!r}), "owner/name", token_env="MY_TOKEN")
except EndpointError as error:
    print(error, error.__cause__)
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "MY_TOKEN": "hf_secret_value", "HF_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "could not be put on the hub as 'owner/name'" in done.stdout
    assert "hf_secret_value" not in done.stdout + done.stderr

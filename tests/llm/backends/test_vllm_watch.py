"""The watch ends what it was told to end once its starter has gone, and not before."""

import subprocess
import sys
from pathlib import Path

from corpusmith.llm.backends import vllm_engine

WATCH = Path(vllm_engine.__file__).with_name("vllm_watch.py")
SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]


def test_it_ends_them_when_its_input_ends():
    sleeper = subprocess.Popen(SLEEPER, stdout=subprocess.PIPE)
    sleeper.stdout.readline()
    # One that has gone already is no matter.
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    watch = subprocess.Popen([sys.executable, str(WATCH), str(gone.pid), str(sleeper.pid)], stdin=subprocess.PIPE)
    assert sleeper.poll() is None
    watch.stdin.close()
    assert watch.wait(60) == 0
    assert sleeper.wait(60) == -9
    sleeper.stdout.close()

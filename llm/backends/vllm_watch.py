"""Ends processes when the one that started this script has gone: run by path, `python vllm_watch.py PID ...`.

vLLM's engine goes on, with the whole of the GPU's memory, where its user was killed. This process holds the reading
end of a pipe: it ends when the writing end is closed, whatever closed it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys


def main() -> None:
    """Wait for the end of standard input, then end the processes named as arguments."""
    sys.stdin.buffer.read()
    for pid in sys.argv[1:]:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(int(pid), signal.SIGKILL)


if __name__ == "__main__":
    main()

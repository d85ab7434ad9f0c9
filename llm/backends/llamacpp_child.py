"""The process that holds the embedded model: run as a script by llamacpp_process.py, never imported.

It reads one line of JSON from its standard input (what to load), writes one line of JSON to its standard output (the
address, or what went wrong), serves until its standard input closes or its parent is gone, and then ends at once.
It imports nothing of this package, so that it starts fast and needs no more than xllamacpp.
"""

import json
import os
import select
import sys
from typing import Any

CHECK_PARENT_S = 2.0


def main() -> None:
    """Load the model, say where it listens, wait for the end."""
    parent = os.getppid()
    out = os.dup(1)
    # What the C++ side prints belongs to the log, not to the line that the parent reads.
    os.dup2(2, 1)
    wanted = json.loads(sys.stdin.buffer.readline())
    try:
        server = _start(wanted)
        said = {"address": server.listening_address}
    except ImportError as error:
        said = {"error": "import", "message": str(error)}
    except Exception as error:
        # Whatever it is, the parent must hear of it.
        said = {"error": "start", "message": str(error)}
    os.write(out, json.dumps(said).encode() + b"\n")
    os.close(out)
    while "address" in said and os.getppid() == parent:
        readable, _, _ = select.select([0], [], [], CHECK_PARENT_S)
        if readable and not os.read(0, 1):
            break
    # Destroying the server joins threads that may wait for each other for ever; the process's end needs no joining.
    os._exit(0)


def _start(wanted: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = wanted["model"]
    params.model_alias = {wanted["alias"]}
    params.n_parallel = wanted["slots"]
    params.n_ctx = wanted["slots"] * wanted["context"]
    params.cpuparams.n_threads = wanted["threads"]
    params.cpuparams_batch.n_threads = wanted["threads"]
    # Copies of old prompts beside the slots: they grow to gigabytes and save nothing once calls are sorted by prefix.
    params.cache_ram_mib = 0
    params.n_ctx_checkpoints = 0
    # Anyone on the machine can connect to the loopback address; only who knows the key is served.
    params.api_keys = [wanted["key"]]
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = 1
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()

"""What corpusmith costs and what it survives, beside a bare aiohttp loop, against a loopback server.

    python benchmarks/engine                                        the table, ours and the bare loop
    python benchmarks/engine --quick                                the same, small
    python benchmarks/engine --only slope,kill                      some lines of it
    python benchmarks/engine --huge --peers curator,distilabel,data-designer --venvs FOLDER --write docs/benchmarks.md

Linux, two cores, extra dev. The server has the first core, the client the second.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import cost_cases
import fault_cases
import install_cases
import kill_cases
from clients import PEERS, Client, bare, corpusmith, peer
from endpoint import SERVER_CORE, running
from peers.install import DEFAULT_VENVS
from table import Line, markdown, put
from trial import Bench, tell
from workload import IN_FLIGHT

ROWS = ("slope", "memory", "kill", "disk", "faults", "install")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python benchmarks/engine", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(ROWS), help=f"some of {','.join(ROWS)} (memory needs --huge)")
    parser.add_argument("--huge", action="store_true", help=f"memory at {cost_cases.HUGE:,} prompts too (minutes)")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: to see that it works")
    parser.add_argument("--sizes", default="5000,20000", help="prompts of the two runs the slope is taken from")
    parser.add_argument("--peer-sizes", help="the same for the peers (default: as --sizes)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds of the two runs")
    parser.add_argument("--peer-repeat", type=int, default=1, help="rounds of the peers")
    parser.add_argument("--peers", default="", help=f"some of {','.join(PEERS)}")
    parser.add_argument("--venvs", type=Path, default=DEFAULT_VENVS, help="where peers/install.py put them")
    parser.add_argument("--patience", type=float, default=240.0, help="seconds after which a command is killed")
    parser.add_argument("--folder", type=Path, help="work here, on a real disk (default: a temporary folder)")
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    options = parser.parse_args()
    options.only = options.only.split(",")
    unknown = set(options.only) - set(ROWS)
    if unknown:
        parser.error(f"--only: {sorted(unknown)} is none of {ROWS}")
    return options


def sizes_of(text: str) -> cost_cases.Sizes:
    """`5000,20000`."""
    small, large = (int(part) for part in text.split(","))
    return cost_cases.Sizes(small, large)


def measure(bench: Bench, clients: list[Client], options: argparse.Namespace) -> list[Line]:
    """All the lines that were asked for."""
    base = clients[0].name
    few, many = (500, 1000) if options.quick else (2000, 5000)
    sizes = sizes_of("1000,4000" if options.quick else options.sizes)
    peer_sizes = sizes_of(options.peer_sizes) if options.peer_sizes else sizes
    found: list[Line] = []
    if "slope" in options.only:
        found += cost_lines(bench, clients, options, sizes, peer_sizes)
    if "memory" in options.only and options.huge:
        found += cost_cases.huge(bench, clients, cost_cases.HUGE // (20 if options.quick else 1))
    if "kill" in options.only:
        found += kill_cases.killed(bench, clients, many)
    if "faults" in options.only:
        found += fault_cases.measure(bench, clients, few, base)
    if "disk" in options.only:
        found += kill_cases.disk_full(bench, clients, few)
    if bench.leaks:
        cells = {client.name: str(bench.leaks[client.name]) for client in clients}
        found.append(Line("files that hold the API key, all of the above", "0", cells))
    if "install" in options.only:
        found += install_cases.measure(bench, clients)
    return found


def cost_lines(
    bench: Bench,
    clients: list[Client],
    options: argparse.Namespace,
    sizes: cost_cases.Sizes,
    peer_sizes: cost_cases.Sizes,
) -> list[Line]:
    """Slope, fixed CPU, wall and memory; peers in lines of their own where their sizes differ."""
    repeat, peer_repeat = (1, 1) if options.quick else (options.repeat, options.peer_repeat)
    base = clients[0].name
    if peer_sizes == sizes:
        rounds = cost_cases.measure(bench, clients, sizes, repeat, peer_repeat)
        return cost_cases.lines(rounds, sizes, base)
    ours = [client for client in clients if not client.peer]
    found = cost_cases.lines(cost_cases.measure(bench, ours, sizes, repeat, 0), sizes, base)
    others = [clients[0], *(client for client in clients if client.peer)]
    rounds = cost_cases.measure(bench, others, peer_sizes, peer_repeat, peer_repeat)
    return [*found, *cost_cases.lines(rounds, peer_sizes, base)]


def machine(began: float) -> str:
    """Where and when, for whoever reads the table."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {model}, {os.cpu_count()} cores, Linux {platform.release()}, Python "
        f"{platform.python_version()}; {IN_FLIGHT} in flight, {cost_cases.LATENCY_MS:.0f} ms latency, one core for "
        f"the client; {(time.monotonic() - began) / 60:.0f} minutes. Medians, in square brackets the lowest and "
        "highest round, in round brackets times the bare loop."
    )


def main() -> None:
    options = arguments()
    if (os.cpu_count() or 1) < 2:
        sys.exit("two cores are needed: one for the server, one for the client")
    began = time.monotonic()
    names = [name for name in options.peers.split(",") if name]
    clients = [bare(), corpusmith(), *(peer(name, options.venvs.resolve()) for name in names)]
    os.sched_setaffinity(0, {SERVER_CORE})
    with running() as endpoint, tempfile.TemporaryDirectory(dir=options.folder) as folder:
        bench = Bench(endpoint, Path(folder).resolve(), options.patience)
        try:
            found = measure(bench, clients, options)
        except KeyboardInterrupt:
            tell("stopped; nothing is written")
            sys.exit(130)
    text = f"{machine(began)}\n\n{markdown(found, [client.name for client in clients])}"
    print(text)
    if options.write:
        put(options.write, text)


if __name__ == "__main__":
    main()

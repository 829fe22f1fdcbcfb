"""`python -m benchmarks`: a table for people and, as the last line, one JSON object; everything else to standard error.

`--only page|backfill|limit|resync|memory` (more than once for several) leaves the other parts' numbers null;
`--scale 0.01` takes a hundredth of the payments and fewer rounds, to try the machinery and not the product.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from benchmarks.loading import Loading
from benchmarks.million import CACHE
from benchmarks.pages import PageBench, measure_memory
from benchmarks.processes import list_server, log
from benchmarks.results import NAMES, Results, machine

PAYMENTS = 1_000_000  # for the page and the memory
LOADED = 100_000  # for backfill, limit and resync
ROUNDS, REPEATS = 12, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen parts; 0 where each of them came to its end, whatever it found."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--only", action="append", choices=list(NAMES), help="this part (may be given again)")
    parser.add_argument("--scale", type=float, default=1.0, help="a share of the payments")
    chosen = parser.parse_args(arguments)
    parts = chosen.only or list(NAMES)
    results, started = Results(), time.monotonic()
    logging.getLogger().setLevel(logging.ERROR)
    with redirect_stdout(sys.stderr):
        run(parts, chosen.scale, results)
    found = machine()
    print(
        f"{found['cpu']}, {found['cores']} cores, {found['memory_gb']} GB; {found['system']}; Python {found['python']}"
    )
    print(f"{time.monotonic() - started:.0f} s in all\n\n{results.table()}\n")
    for failure in results.failures:
        print(f"FAILED: {failure}")
    print(results.as_json(), flush=True)
    return 1 if results.failures else 0


def run(parts: Sequence[str], scale: float, results: Results) -> None:
    """Run the parts; one that breaks is told with its error, and the others go on."""
    small = scale < 1
    with tempfile.TemporaryDirectory(prefix="ach-desk-bench-") as name:
        folder = Path(name)
        if {"backfill", "limit", "resync"} & set(parts):
            with list_server(max(300, int(LOADED * scale))) as server:
                loading = Loading(server, folder, results, repeats=1 if small else REPEATS)
                for part in ("backfill", "limit", "resync"):
                    if part in parts:
                        attempt(part, results, getattr(loading, part))
        payments, cache = max(300, int(PAYMENTS * scale)), (folder / "cache" if small else CACHE)
        if "page" in parts:
            page = PageBench(results, payments=payments, rounds=2 if small else ROUNDS, folder=cache)
            attempt("page", results, page.run)
        if "memory" in parts:
            attempt("memory", results, lambda: measure_memory(results, payments, cache, tabs=2 if small else 10))


def attempt(part: str, results: Results, action: Callable[[], None]) -> None:
    """Run a part and keep what went wrong."""
    started = time.monotonic()
    try:
        action()
    except Exception as error:
        results.failures.append(f"{part}: {type(error).__name__}: {str(error)[:600]}")
        log(results.failures[-1])
    log(f"{part}: {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    sys.exit(main())

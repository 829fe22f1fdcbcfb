"""Change the product in one place at a time and see whether a test notices: `make mutants`, or with MODULE=payouts.

What no test noticed and `accepted.txt` does not explain is printed and fails the run. The last line is JSON.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis

from tests.mutants.changes import ROOT, Mutant, find_mutants, read_enums
from tests.mutants.processes import run_all, run_imported, run_server
from tests.mutants.targets import TARGETS

SHARE = 0.95  # of the changes must be noticed
ACCEPTED = Path(__file__).with_name("accepted.txt")
# What the tests import beside the product: loaded once, before a process is made for each change.
LIBRARIES = (
    *("cryptography.fernet", "joserfc", "requests", "responses", "sqlite_utils", "starlette", "stripe", "plaid"),
    *("hypothesis.strategies", "hypothesis.stateful", "pandas", "pyarrow", "xlsxwriter", "zoneinfo"),
)


def read_accepted() -> dict[tuple[str, str], str]:
    """The changes that nobody can notice, or need to, with the reason: `module | change | reason`."""
    lines = [line for line in ACCEPTED.read_text().splitlines() if line and not line.startswith("#")]
    parts = [line.split(" | ") for line in lines]
    return {(module, key): reason for module, key, reason in parts}


def try_all(
    module: str, mutants: list[Mutant], chosen: set[int], folder: Path, jobs: int
) -> Iterator[tuple[int, int, float]]:
    """Number, exit code (0: not noticed) and seconds of each change. Raises SystemExit where the tests fail anyhow."""
    server = folder / "server"
    server.mkdir()
    for child in run_all([-1], lambda _: run_server(module, mutants, chosen, server, jobs), folder, 3_600, 1):
        lines = (server / "results").read_text().splitlines() if (server / "results").exists() else []
        found = [json.loads(line) for line in lines]
        if child.code or not found or found[0][1]:
            log = server / "-1.log" if found else folder / "-1.log"
            raise SystemExit(f"{module}: its tests fail without any change.\n{log.read_text()[-3_000:]}")
    noticed = [one for one in found if one[1]]
    yield from ((number, code, seconds) for number, code, seconds in noticed)
    left = sorted(chosen - {one[0] for one in noticed})
    limit = 20 + 4 * found[0][2]
    for child in run_all(left, lambda number: run_imported(module, number), folder, limit, jobs):
        yield child.number, child.code, child.seconds


class Run:
    """One run over some modules."""

    def __init__(self, folder: Path, results: Path | None, change: str = "") -> None:
        self.folder, self.results, self.change = folder, results, change
        self.accepted, self.enums = read_accepted(), read_enums()
        self.unexplained = 0

    def check(self, module: str, jobs: int) -> Counter[str]:
        """Try every change of a module, and print its counts."""
        folder, started = self.folder / module.replace("/", "-"), time.monotonic()
        folder.mkdir()
        mutants = find_mutants(ast.parse((ROOT / module).read_text()), self.enums)
        chosen = {number for number, mutant in enumerate(mutants) if self.change in mutant.key}
        counts: Counter[str] = Counter()
        if not chosen:
            return counts
        for number, code, seconds in try_all(module, mutants, chosen, folder, jobs):
            mutant, outcome = mutants[number], "killed" if code else "survived"
            explained = (module, mutant.key) in self.accepted
            counts[outcome] += 1
            if not code:
                counts["explained"] += explained
                self.unexplained += not explained
                print(
                    f"  {'explained' if explained else '  SURVIVED'} {module}:{mutant.line} | {mutant.key}", flush=True
                )
            elif explained:
                print(f"  noticed though explained: {module} | {mutant.key}", flush=True)
            self._keep(module, mutant, outcome, code, seconds)
        print(
            f"{module}: {len(chosen)} changes, {counts['killed']} noticed, {counts['survived']} not"
            f" ({counts['explained']} of them explained), {time.monotonic() - started:.0f} s",
            flush=True,
        )
        return counts

    def _keep(self, module: str, mutant: Mutant, outcome: str, code: int, seconds: float) -> None:
        if self.results:
            row = {"module": module, "line": mutant.line, "change": mutant.key, "outcome": outcome, "exit": code}
            with self.results.open("a") as out:
                out.write(json.dumps({**row, "seconds": round(seconds, 2)}, ensure_ascii=False) + "\n")


def main() -> int:
    """Try every change of the modules whose path contains what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("module", nargs="*", default=[""], help="a part of the path of the modules to try")
    parser.add_argument("--change", default="", help="try only changes that contain this text")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--results", type=Path, help="append one line of JSON for each change to this file")
    wanted = parser.parse_args()
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]  # a failure need not be made small
    hypothesis.settings.register_profile("mutants", derandomize=True, database=None, deadline=None, phases=phases)
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="mutants-", dir=memory if memory.is_dir() else None))
    total: Counter[str] = Counter()
    try:
        run = Run(folder, wanted.results, wanted.change)
        for module in TARGETS:
            if any(part in module for part in wanted.module):
                total += run.check(module, wanted.jobs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    mutants = total["killed"] + total["survived"]
    share = total["killed"] / mutants if mutants else 0.0
    last = {"mutants": mutants, "killed": total["killed"], "survived": total["survived"], "share": round(share, 4)}
    print(json.dumps(last))
    return 1 if run.unexplained or share < SHARE else 0


if __name__ == "__main__":
    sys.exit(main())

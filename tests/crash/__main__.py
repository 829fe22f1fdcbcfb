"""`python -m tests.crash`: every point of every flow, then seeded double crashes, until there were enough runs."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.crash.deaths import run_in_child
from tests.crash.flows import FLOWS, Flow
from tests.crash.house import CrashSandbox, House

COUNTED = ("lost_tokens", "second_debits", "integrity_failures", "audit_breaks")
MOST_POINTS = 2_000  # no flow has so many; a flow that never passes must not run for ever


class Runner:
    """Runs flows over one sandbox and adds up what was found."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, random.Random(seed)
        self.sandbox = CrashSandbox(folder / "sandbox")
        self.totals = {"runs": 0, "survived": 0, **dict.fromkeys(COUNTED, 0)}
        self.points: dict[str, int] = {}
        self._number = 0

    def walk(self, flow: Flow, step: int = 1) -> Iterator[int]:
        """Kill the flow at its 1st, 2nd, 3rd … point until it passes unharmed; yields each point."""
        for point in range(1, MOST_POINTS, step):
            if not self.once(flow, point, 0):
                self.points[flow.name] = point
                return
            yield point
        raise AssertionError(f"{flow.name} never passes")

    def once(self, flow: Flow, point: int, second: int) -> bool:
        """One run, killed at `point` and, where `second` says so, in the resume too. Says whether it was killed."""
        self._number += 1
        folder = self.folder / f"run-{self._number}"
        folder.mkdir(parents=True)
        house = House(self.sandbox, folder, flow.generation)
        house.notes["made"] = run_in_child(lambda: flow.begin(house)).result
        killed = run_in_child(lambda: flow.act(house), kill_at=point).killed
        if second:
            run_in_child(lambda: flow.resume(house), kill_at=second)
        run_in_child(lambda: flow.resume(house))
        self.count(flow, point, second, run_in_child(lambda: flow.check(house)).result)
        shutil.rmtree(folder)
        return killed

    def count(self, flow: Flow, point: int, second: int, found: dict[str, Any]) -> None:
        self.totals["runs"] += 1
        for name in COUNTED:
            self.totals[name] += found[name]
        wrong = {name: value for name, value in found.items() if value}
        if wrong:
            print(f"{flow.name} at {point}, {second}: {wrong}", file=sys.stderr, flush=True)
        else:
            self.totals["survived"] += 1


def main() -> int:
    """Walk every flow, then crash twice at random until there are enough runs; 0 where all survived."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flow", choices=list(FLOWS), action="append")
    parser.add_argument("--stride", type=int, default=1, help="take every n-th point only")
    chosen = parser.parse_args()
    flows = [FLOWS[name] for name in chosen.flow] if chosen.flow else list(FLOWS.values())
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder), chosen.seed)
        try:
            for flow in flows:
                for _ in runner.walk(flow, flow.stride * chosen.stride):
                    pass
                print(f"{flow.name}: {runner.points[flow.name] - 1} points", file=sys.stderr, flush=True)
            while runner.totals["runs"] < chosen.runs:
                flow = runner.random.choice(flows)
                points = runner.points[flow.name]
                runner.once(flow, runner.random.randrange(1, points + 1), runner.random.randrange(1, points + 1))
        finally:
            runner.sandbox.stop()
    print(json.dumps(runner.totals))
    return 0 if runner.totals["survived"] == runner.totals["runs"] else 1


if __name__ == "__main__":
    sys.exit(main())

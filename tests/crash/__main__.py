"""`python -m tests.crash`: every point of every flow, then seeded double crashes, until there were enough runs."""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import pkgutil
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dashboard
from tests.crash.crash_fixture import CrashFixture, CrashSandbox
from tests.crash.deaths import count_points, run_in_child
from tests.crash.flow import Flow
from tests.crash.flows import FLOWS
from tests.mail_server import of_this_process

COUNTED = ("lost_tokens", "second_debits", "integrity_failures", "audit_breaks")
MOST_POINTS = 20_000  # no flow has so many; a flow that never passes must not run for ever
LISTED = ("charges", "payment_intents", "payouts")
SAY_EVERY = 15.0  # seconds between two lines of progress


ENTRY_POINTS = ("dashboard.__main__", "dashboard.app", "dashboard.main", "dashboard.sandbox")  # run when imported


def load(first: CrashFixture) -> None:
    """Import and make what every child would import and make again, which is half of what a child does."""
    for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if not module.name.startswith(ENTRY_POINTS):
            importlib.import_module(module.name)
    desk = first.open()
    desk.store.trail.verify()
    desk.close()
    gc.freeze()


def count_nothing() -> dict[str, int]:
    """What a run of flows adds up, before it."""
    return {"runs": 0, "survived": 0, **dict.fromkeys(COUNTED, 0)}


class Runner:
    """Runs flows over one sandbox and adds up what was found."""

    def __init__(self, folder: Path, name: str = "") -> None:
        self.folder, self.name = folder, name
        self.sandbox = CrashSandbox(folder / "sandbox")
        load(CrashFixture(self.sandbox, folder / "first"))
        of_this_process()  # the mail server outlives whoever is killed, and counts what they sent
        self.totals = count_nothing()
        self._number, self._said = 0, time.monotonic()
        self._begun: dict[str, CrashFixture] = {}
        self._kept: dict[str, CrashFixture] = {}

    def count(self, flow: Flow) -> int:
        """How many points the flow has when nobody kills it."""
        crash = self._begin(flow)
        points = count_points(lambda: flow.act(crash))
        shutil.rmtree(crash.folder)
        return points

    def walk(self, flow: Flow, points: int, step: int, share: int, shares: int) -> Iterator[int]:
        """Kill the flow at each `step`-th point, this share of them; the first share goes on until the flow passes."""
        for number, point in enumerate(range(1, points + 1, step)):
            if number % shares == share:
                self.once(flow, point, 0)
                self.say(f"{flow.name}: {point} of about {points}")
                yield point
        if share:
            return
        for point in range(points + 1, MOST_POINTS):
            if not self.once(flow, point, 0):
                return
            yield point
        raise AssertionError(f"{flow.name} never passes")

    def once(self, flow: Flow, point: int, second: int) -> bool:
        """One run, killed at `point` and, where `second` says so, in the resume too. Says whether it was killed."""
        crash = self._begin(flow)
        killed = run_in_child(lambda: flow.act(crash), kill_at=point).killed
        found: dict[str, Any] = {}
        if flow.look:
            found |= run_in_child(lambda: flow.look(crash) if flow.look else {}).result
        if second:
            run_in_child(lambda: flow.resume(crash), kill_at=second)
        run_in_child(lambda: flow.resume(crash))
        for name, value in run_in_child(lambda: flow.check(crash)).result.items():
            found[name] = value or found.get(name, value)
        self.note(flow, point, second, found)
        shutil.rmtree(crash.folder)
        return killed

    def _begin(self, flow: Flow) -> CrashFixture:
        self._number += 1
        name = f"run-{self._number}"
        if flow.shared and flow.name in self._begun:
            return self._begun[flow.name].copy(name)
        crash = self._copy_kept(flow, name) if flow.before else self._make(flow, name)
        crash.notes["made"] = run_in_child(lambda: flow.begin(crash)).result
        if not flow.shared:
            return crash
        self._begun[flow.name] = crash
        if flow.look:
            self.sandbox.keep_lists(LISTED)
        return crash.copy(f"{name}-first")

    def _copy_kept(self, flow: Flow, name: str) -> CrashFixture:
        """A copy of the one file of this flow, once what comes before every run is done on it."""
        if flow.name not in self._kept:
            self._kept[flow.name] = self._make(flow, f"{flow.name}-kept")
        kept = self._kept[flow.name]
        run_in_child(lambda: flow.before(kept) if flow.before else None)
        return kept.copy(name)

    def _make(self, flow: Flow, name: str) -> CrashFixture:
        crash = CrashFixture(self.sandbox, self.folder / name, flow.generation)
        crash.folder.mkdir(parents=True)
        return crash

    def note(self, flow: Flow, point: int, second: int, found: dict[str, Any]) -> None:
        self.totals["runs"] += 1
        for name in COUNTED:
            self.totals[name] += found[name]
        wrong = {name: value for name, value in found.items() if value}
        if wrong:
            print(f"{flow.name} at {point}, {second}: {wrong}", file=sys.stderr, flush=True)
        else:
            self.totals["survived"] += 1

    def say(self, what: str, *, now: bool = False) -> None:
        if now or time.monotonic() - self._said > SAY_EVERY:
            self._said = time.monotonic()
            print(f"{self.name}{what}; {self.totals['runs']} runs", file=sys.stderr, flush=True)


def run_share(chosen: argparse.Namespace) -> dict[str, int]:
    """This process's share of the points, then its share of the double crashes."""
    share, shares = chosen.share
    flows = [FLOWS[name] for name in chosen.flow] if chosen.flow else list(FLOWS.values())
    chance = random.Random(chosen.seed * 1_000 + share)
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder), f"[{share + 1}/{shares}] " if shares > 1 else "")
        try:
            points = {}
            for flow in flows:
                points[flow.name] = runner.count(flow)
                for _ in runner.walk(flow, points[flow.name], flow.stride * chosen.stride, share, shares):
                    pass
                runner.say(f"{flow.name}: {points[flow.name]} points, walked", now=True)
            while runner.totals["runs"] < -(-chosen.runs // shares):
                flow = chance.choice(flows)
                most = points[flow.name]
                runner.once(flow, chance.randint(1, most), chance.randint(1, most))
                runner.say(f"crashed twice: {flow.name}")
        finally:
            runner.sandbox.stop()
    return runner.totals


def answer(asked: Iterable[str]) -> None:
    """For each line `{"flow": …, "stride": …}` walk that flow and print its figures: what all share is made once.

    With `twice` and `seed` it is killed at random, and again while it resumes, so often instead.
    """
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder))
        try:
            for line in asked:
                wanted = json.loads(line)
                flow, runner.totals = FLOWS[wanted["flow"]], count_nothing()
                points = runner.count(flow)
                chance = random.Random(wanted.get("seed", 0))
                for _ in range(wanted.get("twice", 0)):
                    runner.once(flow, chance.randint(1, points), chance.randint(1, points))
                if "twice" not in wanted:
                    for _ in runner.walk(flow, points, flow.stride * wanted["stride"], 0, 1):
                        pass
                print(json.dumps(runner.totals), flush=True)
        finally:
            runner.sandbox.stop()


def run_shares(arguments: list[str], jobs: int) -> dict[str, int]:
    """The same in several processes, each with a sandbox of its own; their figures added up."""
    command = [sys.executable, "-m", "tests.crash", *arguments]
    children = [
        subprocess.Popen([*command, "--share", f"{share}/{jobs}"], stdout=subprocess.PIPE, text=True)
        for share in range(jobs)
    ]
    totals = count_nothing()
    for child in children:
        said, _ = child.communicate()
        lines = said.splitlines()
        if child.returncode not in {0, 1} or not lines:
            raise SystemExit(f"A share ended with {child.returncode}; its last words stand above.")
        for name, value in json.loads(lines[-1]).items():
            totals[name] += value
    return totals


def read_share(text: str) -> tuple[int, int]:
    share, shares = text.split("/")
    return int(share), int(shares)


def main() -> int:
    """Walk every flow, then crash twice at random until there are enough runs; 0 where all survived."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1_000, help="at least so many; 0 for only the walk")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flow", choices=list(FLOWS), action="append")
    parser.add_argument("--stride", type=int, default=1, help="take every n-th point only")
    parser.add_argument("--jobs", type=int, default=1, help="processes beside each other; 0 for one per core")
    parser.add_argument("--share", type=read_share, default=(0, 1), help=argparse.SUPPRESS)
    parser.add_argument("--asked", action="store_true", help=argparse.SUPPRESS)  # by a line of stdin for each flow
    chosen = parser.parse_args()
    if chosen.asked:
        answer(iter(sys.stdin.readline, ""))
        return 0
    jobs = chosen.jobs or os.cpu_count() or 1
    totals = run_shares(sys.argv[1:], jobs) if jobs > 1 and chosen.share == (0, 1) else run_share(chosen)
    print(json.dumps(totals))
    return 0 if totals["survived"] == totals["runs"] else 1


if __name__ == "__main__":
    sys.exit(main())

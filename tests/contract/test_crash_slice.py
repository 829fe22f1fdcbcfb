"""A slice of `make crash`: killed at many points of each flow, nothing is lost and nothing happens twice."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import dashboard
from dashboard.desk import open_desk
from dashboard.jobs.kinds import BaseKind
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.store.encryption.vault import make_key
from tests.crash.__main__ import Runner, count_nothing
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flows import FLOWS

ROOT = Path(__file__).resolve().parents[2]


class Harness:
    """`make crash` in a process of its own that walks the flows it is asked for; one that failed is begun anew."""

    def __init__(self, folder: Path) -> None:
        self._said = folder / "harness.log"
        self._process: subprocess.Popen[str] | None = None

    def walk(self, flow: str, stride: int) -> tuple[dict[str, int], str]:
        """The figures of one flow, and what was said about it."""
        return self._ask({"flow": flow, "stride": stride})

    def kill_twice(self, flow: str, runs: int, seed: int) -> tuple[dict[str, int], str]:
        """The same, killed at random and again while it resumes."""
        return self._ask({"flow": flow, "twice": runs, "seed": seed})

    def _ask(self, wanted: dict[str, object]) -> tuple[dict[str, int], str]:
        with self._said.open("ab") as log:
            place = log.tell()
            self._process = self._process or subprocess.Popen(
                [sys.executable, "-m", "tests.crash", "--asked"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdin and self._process.stdout
        print(json.dumps(wanted), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            self.stop()
        said = self._said.read_bytes()[place:].decode()
        assert answer, said
        return json.loads(answer), said

    def stop(self) -> None:
        if self._process:
            self._process.communicate(timeout=60)  # nothing more is asked
            self._process = None


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """One for all flows, as in `make crash`; each of them is a test of its own, and any process may get it."""
    made = Harness(tmp_path_factory.mktemp("crash"))
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("flow", "stride", "least"),
    [
        ("linking-current", 55, 5),
        ("linking-classic", 19, 3),
        ("linking-phone", 47, 3),
        ("relink", 43, 3),
        ("replacement", 83, 3),
        ("removal", 23, 3),
        ("debit", 24, 4),
        ("schedule", 49, 3),
        ("approval", 29, 4),
        ("batch", 61, 4),
        ("refund", 23, 3),
        ("write-off", 31, 3),
        ("risk", 29, 3),
        ("stray-intent", 4, 3),
        ("copy-mail", 5, 3),
        ("debit-notice", 5, 3),
        ("written-mandate", 7, 3),
        ("notice", 7, 3),
        ("merge-and-edit", 16, 4),
        ("sync-events", 41, 3),
        ("key-rotation", 4, 3),
        ("erasure", 23, 4),
        ("plaid-token-rotation", 7, 4),
        ("restore", 5, 5),
        ("sync-backfill", 130, 4),
    ],
)
def test_a_killed_flow_resumes_without_loss_or_repetition(harness: Harness, flow: str, stride: int, least: int) -> None:
    totals, said = harness.walk(flow, stride)
    assert totals["runs"] == totals["survived"] >= least, said
    assert [totals[name] for name in ("lost_tokens", "second_debits", "integrity_failures", "audit_breaks")] == [0] * 4


def test_a_refund_that_is_killed_twice_at_random_is_one_refund(harness: Harness) -> None:
    """A slice of 200 and more: `python -m tests.crash --flow refund --runs 240 --seed 20261130 --stride 4`."""
    totals, said = harness.kill_twice("refund", 6, 20261130)
    assert (totals["runs"], totals["survived"], totals["second_debits"]) == (6, 6, 0), said


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    made = Runner(tmp_path_factory.mktemp("runner"))
    yield made
    made.sandbox.stop()


def _lose_a_row(crash: CrashFixture) -> None:
    """A sync whose cursor runs ahead of its rows."""
    FLOWS["sync-backfill"].act(crash)
    crash.change("DELETE FROM charge WHERE id = (SELECT id FROM charge ORDER BY created LIMIT 1)")


def _lose_a_token(crash: CrashFixture) -> None:
    """A link whose access token was never written down."""
    FLOWS["linking-current"].act(crash)
    crash.change("UPDATE item SET access_token = NULL")


def _edit_the_trail(crash: CrashFixture) -> None:
    FLOWS["debit"].act(crash)
    crash.change("DROP TRIGGER IF EXISTS audit_keeps", "UPDATE audit SET actor = 'nobody' WHERE rowid = 2")


def _debit_again(crash: CrashFixture) -> None:
    FLOWS["debit"].act(crash)
    made = crash.sandbox.stripe("payment_intents", limit=1)[0]
    crash.sandbox.order({name: made[name] for name in ("amount", "currency", "customer", "payment_method")})


@pytest.mark.parametrize(
    ("flow", "act", "finding"),
    [
        ("sync-backfill", _lose_a_row, "cursor_ahead"),
        ("linking-current", _lose_a_token, "lost_tokens"),
        ("debit", _edit_the_trail, "audit_breaks"),
        ("debit", _debit_again, "second_debits"),
    ],
)
def test_the_harness_sees_what_it_looks_for(
    flow: str, act: Callable[[CrashFixture], None], finding: str, runner: Runner, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without this, a clean result would prove nothing."""
    runner.totals = count_nothing()
    runner.once(replace(FLOWS[flow], act=act), 0, 0)
    assert finding in capfd.readouterr().err
    assert (runner.totals["runs"], runner.totals["survived"]) == (1, 0)
    if finding in runner.totals:
        assert runner.totals[finding] >= 1


@pytest.fixture
def registered(tmp_path: Path) -> set[str]:
    """The kinds of jobs that the desk runs."""
    environ = {
        "PLAID_CLIENT_ID": "id",
        "PLAID_SECRET": "secret",
        "STRIPE_SECRET_KEY": "sk_test_kinds",
        "ACH_DESK_KEY": make_key().reveal(),
        "ACH_DESK_DB": f"{tmp_path}/desk.db",
    }
    desk = open_desk(load_settings(environ, None), worker=InlineWorker())
    kinds = set(desk.jobs.kinds)
    desk.close()
    return kinds


def test_every_kind_of_job_is_killed_in_some_flow(registered: set[str]) -> None:
    """A new operation is not done before it has a flow that names its kind."""
    assert registered == {kind for flow in FLOWS.values() for kind in flow.kinds}


def test_every_kind_of_job_that_is_declared_is_run(registered: set[str]) -> None:
    """One that nobody registered would be ordered and never run."""
    for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if not module.name.startswith(("dashboard.sandbox", "dashboard.app", "dashboard.main", "dashboard.__main__")):
            importlib.import_module(module.name)
    declared = {one.name for one in BaseKind.__subclasses__() if one.__module__.startswith("dashboard.")}
    assert len(declared) > 5 and declared == registered

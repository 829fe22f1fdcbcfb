"""A slice of `make crash`: killed at many points of each flow, nothing is lost and nothing happens twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.__main__ import Runner
from tests.crash.flows import FLOWS
from tests.crash.house import House

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("flow", "stride", "least"),
    [
        ("onboarding-current", 11, 8),
        ("onboarding-classic", 11, 6),
        ("onboarding-phone", 47, 3),
        ("relink", 43, 3),
        ("replacement", 61, 4),
        ("removal", 23, 3),
        ("debit", 4, 7),
        ("merge-and-edit", 9, 7),
        ("sync-events", 29, 4),
        ("key-rotation", 3, 4),
        ("erasure", 13, 8),
        ("plaid-token-rotation", 4, 7),
        ("restore", 1, 9),
        ("sync-backfill", 70, 7),
    ],
)
def test_a_killed_flow_resumes_without_loss_or_repetition(flow: str, stride: int, least: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", "--flow", flow, "--stride", str(stride), "--runs", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    totals = json.loads(done.stdout.splitlines()[-1])
    assert totals["runs"] == totals["survived"] >= least
    assert [totals[name] for name in ("lost_tokens", "second_debits", "integrity_failures", "audit_breaks")] == [0] * 4


def _lose_a_row(house: House) -> None:
    """A sync whose cursor runs ahead of its rows."""
    FLOWS["sync-backfill"].act(house)
    house.change("DELETE FROM charge WHERE id = (SELECT id FROM charge ORDER BY created LIMIT 1)")


def _lose_a_token(house: House) -> None:
    """A link whose access token was never written down."""
    FLOWS["onboarding-current"].act(house)
    house.change("UPDATE item SET access_token = NULL")


def _edit_the_trail(house: House) -> None:
    FLOWS["debit"].act(house)
    house.change("DROP TRIGGER IF EXISTS audit_keeps", "UPDATE audit SET actor = 'nobody' WHERE rowid = 2")


def _debit_again(house: House) -> None:
    FLOWS["debit"].act(house)
    made = house.sandbox.stripe("payment_intents", limit=1)[0]
    house.sandbox.order({name: made[name] for name in ("amount", "currency", "customer", "payment_method")})


@pytest.mark.parametrize(
    ("flow", "act", "finding"),
    [
        ("sync-backfill", _lose_a_row, "cursor_ahead"),
        ("onboarding-current", _lose_a_token, "lost_tokens"),
        ("debit", _edit_the_trail, "audit_breaks"),
        ("debit", _debit_again, "second_debits"),
    ],
)
def test_the_harness_sees_what_it_looks_for(
    flow: str, act: Callable[[House], None], finding: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without this, a clean result would prove nothing."""
    runner = Runner(tmp_path)
    try:
        runner.once(replace(FLOWS[flow], act=act), 0, 0)
    finally:
        runner.sandbox.stop()
    assert finding in capfd.readouterr().err
    assert (runner.totals["runs"], runner.totals["survived"]) == (1, 0)
    if finding in runner.totals:
        assert runner.totals[finding] >= 1

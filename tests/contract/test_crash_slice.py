"""A slice of `make crash`: killed at many points of each flow, nothing is lost and nothing happens twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("flow", "stride", "least"),
    [
        ("onboarding-current", 11, 8),
        ("onboarding-classic", 11, 6),
        ("debit", 2, 10),
        ("sync-events", 17, 5),
        ("key-rotation", 3, 4),
        ("restore", 1, 4),
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

"""A slice of `make days`: what reads dates holds where a day, a month or a year is another one in the same minute."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.days.instants import INSTANTS, SLICE, build, can_shift, environ_at
from tests.machine import leave_out

ROOT = Path(__file__).resolve().parents[2]
# The product's dates, each by the clock of the process: status, due dates, figures, retention; the banks' by the
# sandbox's clock; and a page.
TESTS = (
    *("tests/unit/test_clock.py", "tests/unit/test_charts.py", "tests/unit/test_format.py"),
    *("tests/unit/test_payment_detail.py", "tests/unit/test_debits.py", "tests/unit/test_signatures.py"),
    *("tests/contract/test_bank_data.py", "tests/contract/test_stripe_clock.py", "tests/pages/test_payouts_page.py"),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not can_shift():
        leave_out("another time needs Linux and a C compiler (Debian: apt install gcc)")
    return build(tmp_path_factory.mktemp("shift"))


@pytest.mark.parametrize("instant", SLICE)
def test_what_reads_dates_is_green_on(instant: str, library: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS],
        cwd=ROOT,
        env=environ_at(INSTANTS[instant], library),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]


def test_a_process_and_its_children_are_put_at_another_time(library: Path) -> None:
    """Without this, a green slice would prove nothing; sleeps and waits are as long as ever."""
    code = (
        "import datetime, sqlite3, subprocess, sys, threading, time; began = time.monotonic();"
        "print(datetime.date.today(), sqlite3.connect(':memory:').execute('select date()').fetchone()[0],"
        " subprocess.check_output([sys.executable, '-c', 'import time; print(time.gmtime().tm_year)'], text=True));"
        "time.sleep(0.05); threading.Event().wait(0.05); print(time.monotonic() - began < 30)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environ_at(INSTANTS["29 February"], library), "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["2028-02-29", "2028-02-29", "2028", "True"]

"""What a test needs of the machine that it runs on, and what it need not take from it."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

from dashboard.store.staff import ScryptCost

CHEAP = ScryptCost(n=2, r=1, p=1)  # of hashing a PIN, where what that costs is not the matter


def leave_out(why: str) -> NoReturn:
    """Skip a test that cannot run on this machine, and say so; in CI, where everything must run, fail instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must run this test: {why}", pytrace=False)
    pytest.skip(why)

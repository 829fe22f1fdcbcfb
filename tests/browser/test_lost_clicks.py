"""A press that comes in the very moment of another run of the page is acted upon, once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from dashboard.cli.processes import find_port
from tests.browser.desk import PATIENCE, ROOT, RunningDesk

ROUNDS = 17  # of three presses each


@pytest.fixture(scope="module")
def restless(desk: RunningDesk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a page that runs all the time, and the folder where it counts."""
    home, port = tmp_path_factory.mktemp("restless"), find_port(0)
    script = ROOT / "tests" / "browser" / "restless.py"
    environ = {**os.environ, **desk.environ, "ACH_DESK_DB": str(home / "restless.db")}
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)],
            cwd=ROOT,
            env={**environ, "RESTLESS_COUNTS": str(home)},
            stdout=log,
            stderr=log,
        )
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while True:
        try:
            if requests.get(f"{url}/_stcore/health", timeout=5).ok:
                break
        except requests.ConnectionError:
            assert time.monotonic() < deadline and process.poll() is None, f"see {home}/log"
            time.sleep(0.1)
    yield url, home
    process.terminate()
    process.wait(20)


def test_no_press_is_lost_in_the_moment_of_another_run(restless: tuple[str, Path], page: Page) -> None:
    url, home = restless
    moments = random.Random(7)
    page.goto(url)
    pressed = {
        kind: page.get_by_role("button", name=name, exact=True)
        for kind, name in (("act", "Act"), ("form", "Send"), ("slow", "Act slowly"))
    }
    pressed["slow"].wait_for(timeout=PATIENCE)
    for number in range(1, ROUNDS + 1):
        for kind, button in pressed.items():
            page.wait_for_timeout(moments.uniform(0, 250))  # the page runs every 0.1 s and takes as long
            button.click()
            expect(page.get_by_text(f"{kind} {number}", exact=True)).to_be_attached(timeout=PATIENCE)
    assert {kind: (home / kind).read_text() for kind in pressed} == dict.fromkeys(pressed, "x" * ROUNDS)

"""A sandbox with its history and a desk that has read it, as files that are copied: making them takes 3 s."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.commands import run_command
from tests.empty_desks import settings_for

ROOT = Path(__file__).resolve().parents[1]


def copy_synced(generation: str, home: Path) -> None:
    """Put both files and their key into a folder that holds none of them yet."""
    home.mkdir(parents=True, exist_ok=True)
    for file in make_synced(generation).iterdir():
        shutil.copy(file, home / file.name)


@cache
def make_synced(generation: str) -> Path:
    """The folder that is copied; one for each generation in this process."""
    folder = Path(tempfile.mkdtemp(prefix="synced-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    sandbox = subprocess.Popen(
        [sys.executable, "-m", "dashboard.sandbox", "--port", "0", "--state", str(folder / "sandbox.db")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert sandbox.stdout
    with sandbox.stdout:
        environ = settings_for(
            json.loads(sandbox.stdout.readline()), {**os.environ, "PLAID_LINK_GENERATION": generation}, folder
        )
        synced = run_command(["sync"], {**os.environ, **environ})
        assert synced.returncode == 0, synced.stderr
        sandbox.terminate()
        sandbox.wait(20)
    return folder

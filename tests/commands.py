"""`ach-desk` in a process of its own, forked from one that has imported everything: an import takes a second."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["dashboard.cli", "stripe", "xlsxwriter"])


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run_command(arguments: list[str], environ: Mapping[str, str], *, given: str = "") -> Done:
    """Run one verb in this environment, with `given` as its input."""
    with tempfile.TemporaryDirectory(prefix="command-") as name:
        folder = Path(name)
        (folder / "in").write_text(given)
        child = _FORKS.Process(target=_run, args=(arguments, dict(environ), name))
        child.start()
        child.join()
        said = [(folder / part).read_text() if (folder / part).exists() else "" for part in ("out", "err")]
        assert child.exitcode is not None
        return Done(child.exitcode, *said)


def _run(arguments: list[str], environ: dict[str, str], name: str) -> None:
    """What the new process does: as `python -m dashboard` does it."""
    folder = Path(name)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environ)
    os.dup2(os.open(folder / "in", os.O_RDONLY), 0)
    for number, part in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / part, os.O_WRONLY | os.O_CREAT, 0o600), number)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    from dashboard.cli import main

    sys.argv = ["ach-desk", *arguments]
    try:
        status = main(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    sys.exit(status)

"""A command at a terminal of its own: what it shows, and what a person types, hidden or not."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

PATIENCE = 120.0  # seconds


class TerminalSession:
    """`python -m dashboard …` with a pseudo-terminal as its controlling one, as a person has it."""

    def __init__(self, *arguments: str, cwd: Path, environ: Mapping[str, str]) -> None:
        ours, theirs = pty.openpty()
        self._ours, self.shown = ours, ""
        self._read = 0
        name = os.ttyname(theirs)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", *arguments],
            cwd=cwd,
            env=dict(environ),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(name, os.O_RDWR)),  # the first one that a new session opens is its own
        )
        os.close(theirs)

    def expect(self, words: str) -> None:
        """Wait until these words are shown, behind those that were waited for before."""
        until = time.monotonic() + PATIENCE
        while (place := self.shown.find(words, self._read)) < 0:
            assert time.monotonic() < until, f"{words!r} is not shown: {self.shown[self._read :]}"
            if not self._take(1.0):
                raise AssertionError(f"it ended without {words!r}: {self.shown[self._read :]}")
        self._read = place + len(words)

    def answer(self, question: str, typed: str = "") -> None:
        """Wait for the question, and type a line."""
        self.expect(question)
        self.expect(": ")
        os.write(self._ours, f"{typed}\n".encode())

    def end(self) -> int:
        """Read on to its end; the exit status."""
        while self._take(PATIENCE):
            continue
        os.close(self._ours)
        return self._process.wait(PATIENCE)

    def _take(self, seconds: float) -> bool:
        """Read what comes within the time; False at its end."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return self._process.poll() is None
        try:
            found = os.read(self._ours, 1 << 16)
        except OSError:  # Linux: the other side is closed
            return False
        self.shown += found.decode().replace("\r\n", "\n")
        return bool(found)

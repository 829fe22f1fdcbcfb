"""The two servers that a browser looks at: our app over a database, and the floor page."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.processes import ROOT, clean_environ, desk_environ
from dashboard.cli.processes import find_port, listens

START_SECONDS = 90.0


class App:
    """A server process and its address."""

    def __init__(self, command: list[str], environ: Mapping[str, str], cwd: Path, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                command, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )
        deadline = time.monotonic() + START_SECONDS
        while not listens(port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(command)} did not start: {log.read_text()[-2000:]}")
            time.sleep(0.1)

    def tree(self) -> list[psutil.Process]:
        """The process and its children."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def stop(self) -> None:
        """End it and its children."""
        family = self.tree() if self.process.poll() is None else []
        for process in family:
            process.terminate()
        _, left = psutil.wait_procs(family, timeout=15)
        for process in left:
            process.kill()
        self.process.wait()


@contextmanager
def our_app(db: Path, stripe_url: str, *, with_sync: bool) -> Iterator[App]:
    """`ach-desk serve` over a database, with or without the sync beside it."""
    port = find_port(0)
    command = [sys.executable, "-m", "dashboard", "serve", "--port", str(port), "--processes", "1"]
    if not with_sync:
        command.append("--no-sync")
    with tempfile.TemporaryDirectory() as folder:
        app = App(command, desk_environ(stripe_url, db), ROOT, port, Path(folder) / "app.log")
        try:
            yield app
        finally:
            app.stop()


@contextmanager
def floor_app() -> Iterator[App]:
    """The floor page under Streamlit's defaults, in a folder without a configuration; told only where to listen."""
    port = find_port(0)
    page = Path(__file__).with_name("floor_page.py")
    command = [sys.executable, "-m", "streamlit", "run", str(page), "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.address", "127.0.0.1"]
    with tempfile.TemporaryDirectory() as folder:
        environ = {**clean_environ(), "HOME": folder, "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
        app = App(command, environ, Path(folder), port, Path(folder) / "floor.log")
        try:
            yield app
        finally:
            app.stop()


def resident_mb(processes: list[psutil.Process]) -> tuple[float, float]:
    """Resident (RSS, pages shared between them counted once for each) and unique (USS) megabytes of all together."""
    infos = [process.memory_full_info() for process in processes]
    return sum(info.rss for info in infos) / 2**20, sum(info.uss for info in infos) / 2**20

"""The processes of a run: the list server, our own command, the peers; each prints one JSON line that is its result."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from dashboard.store.encryption.vault import make_key

ROOT = Path(__file__).resolve().parent.parent
OURS = ("PLAID_", "STRIPE_", "ACH_DESK_", "STREAMLIT_")


def log(text: str) -> None:
    """Say on standard error where the run is; standard output is for the table."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def clean_environ() -> dict[str, str]:
    """The environment without settings of the person who runs this."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def desk_environ(url: str, db: Path) -> dict[str, str]:
    """The settings of a desk over the list server; its key lies beside the database."""
    key_file = db.with_suffix(".key")
    if not key_file.exists():
        key_file.write_text(make_key().reveal())
    return {
        **clean_environ(),
        "PLAID_CLIENT_ID": "bench",
        "PLAID_SECRET": "bench",
        "PLAID_ENV": "sandbox",
        "STRIPE_API_BASE": url,
        "STRIPE_SECRET_KEY": "sk_test_benchmark",
        "ACH_DESK_DB": str(db),
        "ACH_DESK_KEY": key_file.read_text(),
    }


class ListServer:
    """The list server in a process of its own."""

    def __init__(self, count: int, *, end: int | None = None) -> None:
        self.count = count
        command = [sys.executable, "-m", "benchmarks.server", str(count)]
        if end:
            command += ["--end", str(end)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=clean_environ())
        assert self._process.stdout
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError("the list server did not start")

    def ask(self, what: str, **query: object) -> Any:
        """One of its `_bench` questions."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)
        connection.request("GET", f"/_bench/{what}?{urlencode(query)}")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def tune(self, *, latency: float = 0, limit: int = 0, only: str = "") -> None:
        """Delay, limit and emptiness from now on; its counts begin anew."""
        self.ask("tune", latency=latency, limit=limit, only=only)
        self.ask("requests")

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@contextmanager
def list_server(count: int, *, end: int | None = None) -> Iterator[ListServer]:
    """A server of `count` payments for the time of a block."""
    log(f"building a history of {count:,} payments")
    server = ListServer(count, end=end)
    try:
        yield server
    finally:
        server.stop()


def run_module(module: str, arguments: Sequence[str], environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run `python -m module …` to its end; its last line, and `wall`, the seconds with its start. Raises RuntimeError."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=dict(environ or clean_environ()),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**result, "wall": time.monotonic() - started}


def sync(server: ListServer, db: Path, *, full: bool = False, budget: int | None = None) -> dict[str, Any]:
    """Our sync from the server into `db` as a command of its own, with its default budget or so many requests a second."""
    environ = desk_environ(server.url, db)
    if budget:  # overall four times an endpoint's, as a live account's limit of 100 a second allows
        environ |= {"STRIPE_READS_PER_SECOND": str(budget), "STRIPE_READS_PER_SECOND_TOTAL": str(4 * budget)}
    return run_module("dashboard", ["sync", "--json", *(["--full"] if full else [])], environ)


def remove(db: Path) -> None:
    """Delete a database with what lies beside it."""
    for path in db.parent.glob(f"{db.stem}*"):
        if path.is_file():
            path.unlink()

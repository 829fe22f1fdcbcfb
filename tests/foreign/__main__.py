"""`make foreign`: tap-stripe and dlt read the sandbox's whole history; each must have every object, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.sandboxes import Sandbox

HERE = Path(__file__).resolve().parent
LISTS = ("charges", "customers", "payment_intents", "balance_transactions", "payouts", "refunds", "disputes", "events")


def count(sandbox: Sandbox) -> dict[str, int]:
    """How many objects each list has, by the official client."""
    found = {}
    for name in LISTS:
        service = getattr(sandbox.client.v1, name)
        found[name] = len({each.id for each in service.list({"limit": 100}).auto_paging_iter()})
    return found


def run(python: str, script: str, *arguments: str) -> dict[str, int]:
    """What a loader counted."""
    environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    command = [python, str(HERE / script), *arguments]
    done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> int:
    """Run both; the last line is JSON, and the result says whether nothing was missing."""
    script = HERE.parents[1] / "scripts" / "foreign-loaders"
    made = subprocess.run([script], stdout=subprocess.PIPE, text=True, check=True)
    python = made.stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder), history=True)
        try:
            key = sandbox.keys["stripe"]["secret_key"]
            truth = count(sandbox)
            account = sandbox.client.v1.accounts.retrieve_current().id
            found = {
                "tap-stripe": run(python, "tap.py", sandbox.url, key, account),
                "dlt": run(python, "rest.py", sandbox.url, key),
            }
        finally:
            sandbox.stop()
    wrong = {
        f"{loader}: {name} {counts[name]}, not {truth[name]}"
        for loader, counts in found.items()
        for name in counts
        if name in truth and counts[name] != truth[name]
    }
    sys.stdout.write(json.dumps({"truth": truth, **found, "wrong": sorted(wrong)}) + "\n")
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())

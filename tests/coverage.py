"""Branch coverage of what money, status, access, secrets and the audit trail stand on: every branch, or it fails.

`python -m tests.coverage` runs the unit tests of those modules and prints what is left; 0 where nothing is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHOLE = (
    *("dashboard/access.py", "dashboard/sign_in.py", "dashboard/store/people.py"),
    *("dashboard/status.py", "dashboard/bankdays.py"),
    *("dashboard/debits.py", "dashboard/debit_sending.py", "dashboard/store/debits.py", "dashboard/ui/format.py"),
    *("dashboard/store/vault.py", "dashboard/store/sealed.py", "dashboard/store/private.py", "dashboard/rotation.py"),
    *("dashboard/plaid_tokens.py", "dashboard/store/token_rotations.py"),
    *("dashboard/store/trail.py", "dashboard/audit.py"),
    *("dashboard/erasing.py", "dashboard/store/erasures.py", "dashboard/store/wiping.py"),
    *("dashboard/retention.py", "dashboard/store/retention.py"),
)
TESTS = (
    *("access", "audit", "backup", "bankdays", "debits", "format", "handover", "mandates", "money_edges"),
    *("sign_in", "status", "trail", "vault", "erasing", "wiping", "plaid_tokens", "retention", "removals", "bank_data"),
)


def measure() -> dict[str, list[str]]:
    """What was not passed through, per module: lines, and branches as `from->to`."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--cov-branch", "--cov=dashboard"]
        command += [f"--cov-report=json:{report}", *(f"tests/unit/test_{name}.py" for name in TESTS)]
        environ = {"COVERAGE_FILE": str(Path(folder) / "data")}
        done = subprocess.run(command, cwd=ROOT, env={**_environ(), **environ}, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(done.stdout[-3_000:] + done.stderr[-1_000:])
        files = json.loads(report.read_text())["files"]
    return {
        module: [
            *(str(line) for line in files[module]["missing_lines"]),
            *(f"{start}->{stop}" for start, stop in files[module]["missing_branches"]),
        ]
        for module in WHOLE
    }


def _environ() -> dict[str, str]:

    return {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTEST_"))}


def main() -> int:
    """Print what is left."""
    left = {module: missing for module, missing in measure().items() if missing}
    for module, missing in left.items():
        sys.stdout.write(f"{module}: {', '.join(missing)}\n")
    sys.stdout.write(f"{len(WHOLE) - len(left)} of {len(WHOLE)} modules have every branch covered.\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

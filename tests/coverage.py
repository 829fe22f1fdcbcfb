"""Branch coverage of what money, status, access, secrets and the audit trail stand on: every branch, or it fails.

`make test` collects it while it runs (`tests/conftest.py`, where TEST_COVERAGE names a folder) and compares at its end:
`python -m tests.coverage FOLDER` prints what was left out. Only the tests of these modules are measured.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import coverage

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "TEST_COVERAGE"
WHOLE = (
    "dashboard/staff/access.py",
    "dashboard/staff/sign_in.py",
    "dashboard/store/staff.py",
    "dashboard/domain/payment_status.py",
    "dashboard/domain/business_days.py",
    "dashboard/debits/__init__.py",
    "dashboard/debits/orders.py",
    "dashboard/debits/at_stripe.py",
    "dashboard/debits/due.py",
    "dashboard/debits/representments.py",
    "dashboard/schedules/__init__.py",
    "dashboard/store/schedules/rows.py",
    "dashboard/cases/presenting_again.py",
    "dashboard/store/cases/representments.py",
    "dashboard/limits/__init__.py",
    "dashboard/store/limits/rows.py",
    "dashboard/approvals/__init__.py",
    "dashboard/approvals/at_stripe.py",
    "dashboard/approvals/reviews.py",
    "dashboard/store/approvals/at_stripe.py",
    "dashboard/store/approvals/rows.py",
    "dashboard/refunds/__init__.py",
    "dashboard/refunds/checks.py",
    "dashboard/store/refunds/rows.py",
    "dashboard/store/debits/rows.py",
    "dashboard/ui/format.py",
    "dashboard/domain/formatting.py",
    "dashboard/store/encryption/vault.py",
    "dashboard/store/encryption/columns.py",
    "dashboard/store/encryption/customer_keys.py",
    "dashboard/operations/key_rotation.py",
    "dashboard/connections/token_rotation.py",
    "dashboard/store/connections/token_rotations.py",
    "dashboard/store/audit_trail.py",
    "dashboard/operations/audit.py",
    "dashboard/privacy/erasure.py",
    "dashboard/store/privacy/erasures.py",
    "dashboard/store/privacy/wiping.py",
    "dashboard/privacy/retention.py",
    "dashboard/store/privacy/retention.py",
)
TESTS = frozenset(
    f"test_{name}.py"
    for name in (
        *("access", "audit", "audit_trail", "audit_rows", "backup", "business_days", "debits", "format", "handover"),
        *("handover_devices", "mandates", "money_edges", "sign_in", "payment_status", "vault", "erasures"),
        *("erasure_waits", "wiping", "token_rotation", "retention"),
        *("removals", "bank_data", "debit_job", "debit_confirmed_again", "debit_rows", "debit_preview", "debit_trail"),
        *("jobs", "restores", "identity", "risk", "lists_as_workbooks", "workbooks", "limits", "refunds"),
        *("approvals", "approval_validity", "at_stripe", "schedules", "presenting_again", "representments"),
        *("batches", "batch_checks", "batch_copies", "batch_left_out", "cover", "debit_notices"),
    )
)


class Measure:
    """Collects the branches that the tests in TESTS pass through, and nothing of any other test."""

    def __init__(self, folder: str) -> None:
        """Begins at once: what a module does when it is imported counts."""
        self._on = False
        self._found = coverage.Coverage(
            data_file=str(Path(folder) / "data"),
            data_suffix=True,
            branch=True,
            include=[str(ROOT / module) for module in WHOLE],
            config_file=False,
        )
        self._found.set_option("run:disable_warnings", ["no-data-collected", "module-not-measured"])
        self.turn(on=True)

    def turn(self, *, on: bool) -> None:
        """Collect, or not."""
        if on != self._on:
            self._on = on
            (self._found.start if on else self._found.stop)()

    def save(self) -> None:
        """Write down what was found."""
        self.turn(on=False)
        self._found.save()


def left_out(folder: str) -> dict[str, list[str]]:
    """What was not passed through, per module: lines, and branches as `from->to`."""
    found = coverage.Coverage(data_file=str(Path(folder) / "data"), branch=True, config_file=False)
    found.combine([folder], keep=True)
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "coverage.json"
        found.json_report(outfile=str(report), include=[str(ROOT / module) for module in WHOLE])
        files = json.loads(report.read_text())["files"]
    missing: dict[str, list[str]] = {}
    for module in WHOLE:
        of = files.get(module) or files.get(str(ROOT / module))
        lines = [str(line) for line in of["missing_lines"]] if of else ["all of it"]
        branches = [f"{start}->{stop}" for start, stop in of["missing_branches"]] if of else []
        if lines or branches:
            missing[module] = [*lines, *branches]
    return missing


def main() -> int:
    """Print what is left out, 0 where nothing is; with `--tests` the files that are measured."""
    if sys.argv[1:] == ["--tests"]:
        sys.stdout.write(" ".join(f"tests/unit/{name}" for name in sorted(TESTS)) + "\n")
        return 0
    missing = left_out(sys.argv[1])
    for module, places in missing.items():
        sys.stdout.write(f"No test passes through {module}: {', '.join(places)}\n")
    sys.stdout.write(f"{len(WHOLE) - len(missing)} of {len(WHOLE)} modules have every branch covered.\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

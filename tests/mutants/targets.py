"""The modules that decide about money, permission, status, dates and the audit trail, and what tests each of them.

The tests are run in this order and stop at the first that fails, so the nearest come first.
"""

from __future__ import annotations

UNIT = "tests/unit/test_"
DEBIT_JOB = ("debit_job", "debit_confirmed_again", "debit_rows")
JOBS = ("job_moves", "job_runs", "job_calls", "job_answers", "job_table", "jobs")
TARGETS: dict[str, tuple[str, ...]] = {
    "dashboard/domain/payment_status.py": ("payment_status",),
    "dashboard/domain/business_days.py": ("business_days",),
    "dashboard/domain/return_codes.py": ("return_codes",),
    "dashboard/staff/access.py": ("access",),
    "dashboard/staff/sign_in.py": ("sign_in",),
    "dashboard/payouts/__init__.py": ("payouts",),
    "dashboard/store/payouts/rows.py": ("payouts",),
    "dashboard/store/audit_trail.py": ("audit_trail", "audit_rows", "audit"),
    "dashboard/store/audit_verification.py": ("audit_trail", "audit_rows", "audit"),
    "dashboard/store/payments/projection.py": ("projection_rules", "projection_debits", "projection"),
    "dashboard/operations/audit.py": ("audit",),
    "dashboard/domain/jobs.py": JOBS,
    "dashboard/jobs/__init__.py": JOBS,
    "dashboard/jobs/kinds.py": JOBS,
    "dashboard/jobs/leases.py": ("linking_crash", *JOBS),
    "dashboard/jobs/run.py": JOBS,
    "dashboard/store/jobs.py": (*JOBS, *DEBIT_JOB),
    "dashboard/debits/__init__.py": ("debits", *DEBIT_JOB),
    "dashboard/debits/intents.py": ("intents", *DEBIT_JOB, "debits"),
    "dashboard/debits/job.py": ("debit_trail", *DEBIT_JOB, "debits"),
    "dashboard/debits/lateness.py": ("debit_trail", *DEBIT_JOB, "debits"),
    "dashboard/debits/at_stripe.py": ("at_stripe",),
    "dashboard/approvals/at_stripe.py": ("at_stripe",),
    "dashboard/debits/lookup.py": ("lookup", *DEBIT_JOB, "debit_copies", "debits"),
    "dashboard/debits/strays.py": ("strays", *DEBIT_JOB),
    "dashboard/store/debits/rows.py": ("debits", *DEBIT_JOB),
}


def files_of(module: str) -> list[str]:
    """The test files of a module, the nearest first."""
    return [f"{UNIT}{name}.py" for name in TARGETS[module]]

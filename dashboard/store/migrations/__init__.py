"""Every change of the schema, applied in order when the store is opened."""

from __future__ import annotations

from sqlite_utils import Migrations

from dashboard.store.engine.database import Database
from dashboard.store.migrations import (
    approvals,
    at_stripe,
    audit_and_privacy,
    bank,
    batches,
    books,
    cases,
    core,
    customers,
    evidence,
    finance,
    handover,
    health,
    inbox,
    jobs,
    limits,
    mandates,
    notices,
    payments,
    people,
    processes,
    refunds,
    risk,
    schedules,
    statements,
    stripe_balance,
    webhooks,
)

MIGRATION_SETS = {
    "core": core.define,
    "payments": payments.define,
    "people": people.define,
    "handover": handover.define,
    "finance": finance.define,
    "keeping": audit_and_privacy.define,
    "customers": customers.define,
    "health": health.define,
    "bank": bank.define,
    "webhooks": webhooks.define,
    "jobs": jobs.define,
    "risk": risk.define,
    "limits": limits.define,
    "statements": statements.define,
    "approvals": approvals.define,
    "refunds": refunds.define,
    "cases": cases.define,
    "books": books.define,
    "inbox": inbox.define,
    "notices": notices.define,
    "schedules": schedules.define,
    "mandates": mandates.define,
    "processes": processes.define,
    "batches": batches.define,
    "evidence": evidence.define,
    "at_stripe": at_stripe.define,
    "stripe_balance": stripe_balance.define,
}


def migrate(database: Database) -> list[str]:
    """Apply what is pending and return its names. One write lock holds it all: the app and a sync open together."""
    applied: list[str] = []
    with database.transaction() as handle:
        for migrations in define_all():
            applied += [migration.name for migration in migrations.pending(handle)]
            migrations.apply(handle)
    return applied


def define_all() -> list[Migrations]:
    """The sets of migrations, in the order in which they depend on each other."""
    sets = []
    for name, define in MIGRATION_SETS.items():
        sets.append(Migrations(name))
        define(sets[-1])
    return sets

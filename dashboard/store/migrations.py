"""Every change of the schema, applied in order when the store is opened."""

from __future__ import annotations

from sqlite_utils import Migrations

from dashboard.store import (
    schema_bank,
    schema_core,
    schema_customers,
    schema_finance,
    schema_handover,
    schema_health,
    schema_keeping,
    schema_payments,
    schema_people,
    schema_webhooks,
)
from dashboard.store.database import Database

ROOMS = {
    "core": schema_core.define,
    "payments": schema_payments.define,
    "people": schema_people.define,
    "handover": schema_handover.define,
    "finance": schema_finance.define,
    "keeping": schema_keeping.define,
    "customers": schema_customers.define,
    "health": schema_health.define,
    "bank": schema_bank.define,
    "webhooks": schema_webhooks.define,
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
    """The rooms' migrations, each a set of its own, in the order in which they depend on each other."""
    sets = []
    for name, define in ROOMS.items():
        sets.append(Migrations(name))
        define(sets[-1])
    return sets

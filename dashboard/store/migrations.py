"""Every change of the schema, applied in order when the store is opened."""

from __future__ import annotations

import importlib
import importlib.util

from sqlite_utils import Migrations

from dashboard.store.database import Database

ROOMS = {
    "core": "dashboard.store.schema_core",
    "payments": "dashboard.store.schema_payments",
    "people": "dashboard.store.schema_people",
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
    for name, module in ROOMS.items():
        if importlib.util.find_spec(module) is not None:
            sets.append(Migrations(name))
            importlib.import_module(module).define(sets[-1])
    return sets

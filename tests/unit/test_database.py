from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from dashboard.errors import LeaseLost, StoreUnavailable, WrongDatabase
from dashboard.store.core import CoreStore
from dashboard.store.database import Database
from dashboard.store.migrations import migrate
from dashboard.store.rows import check_lease, drop_lease, take_lease


def test_migrations_are_applied_once(tmp_path: Path) -> None:
    database = Database(tmp_path / "desk.db")
    assert "core_001_tables" in migrate(database)
    assert migrate(database) == []
    database.close()


def test_two_processes_that_open_the_file_together_migrate_it_once(tmp_path: Path) -> None:
    database, applied = Database(tmp_path / "desk.db"), []
    threads = [threading.Thread(target=lambda: applied.append(migrate(database))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    assert sorted(map(bool, applied)) == [False, False, False, True]


def test_the_cores_tables_are_strict_and_tied_together(database: Database) -> None:
    ours = {"stamp", "audit", "customer", "item", "bank_account", "link_attempt", "link_outcome", "mandate", "debit"}
    strict = {row["name"] for row in database.handle.query("PRAGMA table_list") if row["strict"]}
    assert ours <= strict
    with pytest.raises(sqlite3.IntegrityError), database.transaction() as db:
        db.execute("UPDATE stamp SET value = NULL")
        db.execute("INSERT INTO institution_read VALUES (2, 5)")
    with pytest.raises(sqlite3.IntegrityError), database.transaction() as db:
        db.execute(
            "INSERT INTO item VALUES ('i', NULL, 'nobody', 'current', NULL, 'Bank', 'healthy', NULL, 1, 1)",
        )


def test_a_commit_survives_a_power_cut(database: Database) -> None:
    pragmas = [next(iter(database.handle.query(f"PRAGMA {name}"))) for name in ("journal_mode", "synchronous")]
    assert pragmas == [{"journal_mode": "wal"}, {"synchronous": 2}]


def test_a_thread_takes_over_the_connection_of_one_that_ended_without_what_it_left_undone(database: Database) -> None:
    seen = []

    def begin() -> None:
        seen.append(database.handle)
        database.handle.execute("BEGIN")
        database.handle.execute("INSERT INTO stamp VALUES ('half', 'done')")

    def look() -> None:
        seen.append(database.handle)
        seen.append(list(database.handle.query("SELECT * FROM stamp")))

    for work in (begin, look):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert seen[0] is seen[1] and seen[0] is not database.handle
    assert seen[2] == []


def test_a_transaction_is_all_or_nothing_and_inner_ones_join(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as outer:
        outer.execute("INSERT INTO stamp VALUES ('a', '1')")
        with database.transaction() as inner:
            inner.execute("INSERT INTO stamp VALUES ('b', '2')")
        raise RuntimeError
    assert list(database.handle.query("SELECT * FROM stamp")) == []


def test_a_file_refuses_another_owner(database: Database) -> None:
    database.stamp({"plaid_env": "sandbox", "mode": "test"})
    database.stamp({"mode": "test"})
    with pytest.raises(WrongDatabase, match="mode test"):
        database.stamp({"plaid_env": "sandbox", "mode": "live"})


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "desk.db").mkdir()
    database = Database(tmp_path / "desk.db")
    with pytest.raises(StoreUnavailable):
        migrate(database)
    database.close()


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"this is no database at all, but long enough" * 100)
    database = Database(tmp_path / "desk.db")
    with pytest.raises(StoreUnavailable, match="damaged"):
        migrate(database)
    database.close()


def test_a_lease_has_one_holder_and_an_end(database: Database) -> None:
    with database.transaction() as db:
        db.execute(
            "INSERT INTO customer (id, name, email, reference, holder_type, stripe_key, created_at, updated_at)"
            " VALUES ('c', 'n', 'e', 'r', 'individual', 'k', 1, 1)"
        )
        db.execute(
            "INSERT INTO link_attempt (id, customer_id, generation, state, operator, operator_address, created_at,"
            " updated_at) VALUES ('l', 'c', 'current', 'opened', 'o', '', 1, 1)"
        )
        assert take_lease(db, "link_attempt", "l", "first", 100, 190)
        assert not take_lease(db, "link_attempt", "l", "second", 150, 240)
        assert take_lease(db, "link_attempt", "l", "first", 150, 240)
        with pytest.raises(LeaseLost):
            check_lease(db, "link_attempt", "l", "second")
        assert take_lease(db, "link_attempt", "l", "second", 241, 300)
        with pytest.raises(LeaseLost):
            check_lease(db, "link_attempt", "l", "first")
        drop_lease(db, "link_attempt", "l", "first")
        check_lease(db, "link_attempt", "l", "second")


def test_a_reopened_store_finds_what_was_kept(store: CoreStore, database: Database) -> None:
    database.stamp({"mode": "test"})
    store.close()
    assert list(store.database.handle.query("SELECT value FROM stamp")) == [{"value": "test"}]

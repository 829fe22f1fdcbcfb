from __future__ import annotations

import os
import socket
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from dashboard.domain.errors import LeaseLost, StoreError, StoreUnavailable, WrongDatabase
from dashboard.store import Store
from dashboard.store.engine.copies import occupied
from dashboard.store.engine.database import Database
from dashboard.store.migrations import migrate
from dashboard.store.sql import acquire_lease, check_lease, release_lease


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
    handles: list[sqlite_utils.Database] = []
    found: list[dict[str, Any]] = []

    def begin() -> None:
        handles.append(database.handle)
        database.handle.execute("BEGIN")
        database.handle.execute("INSERT INTO stamp VALUES ('half', 'done')")

    def look() -> None:
        handles.append(database.handle)
        found.extend(database.handle.query("SELECT * FROM stamp"))

    for work in (begin, look):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert handles[0] is handles[1] and handles[0] is not database.handle
    assert found == []


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


def make_fifo(path: Path) -> str:
    os.mkfifo(path)
    return "a device, a pipe or a socket"


def make_socket(path: Path) -> str:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(path))
    return "a device, a pipe or a socket"


def make_text(path: Path) -> str:
    path.write_text("root:x:0:0\n")
    return "no SQLite database"


def make_folder(path: Path) -> str:
    path.mkdir()
    return "it is a folder"


def make_others(path: Path) -> str:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE cookies (host TEXT)")
    other.close()
    return "another program's database"


@pytest.mark.parametrize("make", [make_folder, make_fifo, make_socket, make_text, make_others])
def test_what_is_no_database_of_the_desks_is_named_and_left_as_it_is(
    make: Callable[[Path], str], tmp_path: Path
) -> None:
    path = tmp_path / "desk.db"
    why = make(path)
    before = path.read_bytes() if path.is_file() else b""
    database = Database(path)
    with pytest.raises(StoreError, match=why) as refused:
        migrate(database)
    database.close()
    assert "ACH_DESK_DB" in refused.value.action
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert [found.name for found in tmp_path.iterdir()] == ["desk.db"]


@pytest.mark.parametrize("path", ["/dev/null", "/dev/null/desk.db", "/etc/hostname/desk.db"])
def test_so_is_a_device_and_what_would_stand_in_a_file(path: str) -> None:
    for use in (lambda: migrate(Database(Path(path))), lambda: occupied(Path(path), exclusive=False).__enter__()):
        with pytest.raises(StoreUnavailable, match="cannot be the database"):
            use()
    assert not Path("/dev/null.lock").exists()


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"this is no database at all, but long enough" * 100)
    database = Database(tmp_path / "desk.db")
    with pytest.raises(StoreUnavailable, match="damaged"):
        migrate(database)
    database.close()


def test_a_lease_has_one_holder_and_an_end(database: Database) -> None:
    with database.transaction() as db:
        db.execute(
            "INSERT INTO job (id, kind, subject, step, state, ordered_by, ordered_from, ordered_at, ordered_in,"
            " next_at, updated_at) VALUES ('l', 'link', 's', 'exchange', 'waiting', 'o', '', 1, '', 0, 1)"
        )
        assert acquire_lease(db, "job", "l", "first", 100, 190)
        assert not acquire_lease(db, "job", "l", "second", 150, 240)
        assert acquire_lease(db, "job", "l", "first", 150, 240)
        with pytest.raises(LeaseLost):
            check_lease(db, "job", "l", "second")
        assert acquire_lease(db, "job", "l", "second", 241, 300)
        with pytest.raises(LeaseLost):
            check_lease(db, "job", "l", "first")
        release_lease(db, "job", "l", "first")
        check_lease(db, "job", "l", "second")


def test_a_reopened_store_finds_what_was_kept(store: Store, database: Database) -> None:
    database.stamp({"mode": "test"})
    store.close()
    assert list(store.database.handle.query("SELECT value FROM stamp")) == [{"value": "test"}]

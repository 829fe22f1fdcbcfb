"""A disk that is full, a file that cannot be written, another writer: said in words, and nothing is half done."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest

from dashboard.customers import Customers
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import DeskError, InputError, StoreUnavailable
from dashboard.operations.backup import Backups
from dashboard.payments.export import write_file
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from tests.machine import leave_out

ADMIN = demo_actor()
NOBODY = 65_534


@pytest.fixture
def full(tmp_path: Path, vault: Vault, clock: FixedClock) -> Iterator[Store]:
    opened = Store.open(tmp_path / "desk.db", vault, clock)
    yield opened
    opened.close()


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 6 MB, where this account may mount one."""
    folder = Path(tempfile.mkdtemp())
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        folder.rmdir()
        leave_out("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    folder.rmdir()


def rows_of(store: Store) -> dict[str, int]:
    with closing(sqlite3.connect(store.database.path)) as other:
        return {name: other.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("customer", "audit")}


def fill(customers: Customers) -> None:
    for number in range(100_000):
        customers.add(ADMIN, "N" * 100, f"{'e' * 200}@example.com", f"C-{number}")


def test_a_database_that_may_not_grow_keeps_whole_customers_only(full: Store, clock: FixedClock) -> None:
    (pages,) = full.database.handle.execute("PRAGMA page_count").fetchone()
    full.database.handle.execute(f"PRAGMA max_page_count = {pages + 30}")
    with pytest.raises(StoreUnavailable, match="full") as raised:
        fill(Customers(full, clock))
    assert (
        "disk is full" in raised.value.meaning and "Nothing was saved" in raised.value.meaning and raised.value.action
    )
    rows = rows_of(full)
    assert rows["customer"] == rows["audit"] > 10, "each customer with their audit row, or neither"
    assert full.trail.verify() == [] and full.database.check_integrity() == []


def test_on_a_disk_that_is_full_for_real_the_desk_says_so_and_reads_on(
    small_disk: Path, vault: Vault, clock: FixedClock
) -> None:
    store = Store.open(small_disk / "desk.db", vault, clock)
    customers = Customers(store, clock)
    with pytest.raises(StoreUnavailable) as raised:
        fill(customers)
    assert "Nothing was saved" in raised.value.meaning
    rows = rows_of(store)
    assert rows["customer"] == rows["audit"] > 10
    assert customers.find(ADMIN)[0].name == "N" * 100 and store.trail.verify() == []
    backups = Backups(store.database, store.trail, vault, clock, small_disk / "kept")
    with pytest.raises(StoreUnavailable):
        backups.make(ADMIN)
    assert list((small_disk / "kept").glob("*")) == [], "half a backup would take the space that is missing"
    store.close()


def test_a_backup_to_a_full_disk_leaves_nothing_there(
    full: Store, small_disk: Path, vault: Vault, clock: FixedClock
) -> None:
    with full.transaction() as db:
        db.execute("CREATE TABLE filler AS SELECT randomblob(4000000) AS x")
    backups = Backups(full.database, full.trail, vault, clock, small_disk)
    with pytest.raises(StoreUnavailable, match=r"No space|full"):
        backups.make(ADMIN, sealed=True)  # the plain copy still fits, the sealed one does not
    assert list(small_disk.glob("*")) == []


def test_an_export_to_a_full_disk_is_no_file_at_all(small_disk: Path) -> None:
    def write(out: object) -> int:
        for _ in range(100):
            out.write(b"x" * 1_000_000)  # type: ignore[attr-defined]  # a binary file
        return 1

    with pytest.raises(InputError, match="No space"):
        write_file(small_disk / "payments.csv", write)
    assert list(small_disk.glob("*")) == []


def as_nobody(work: Callable[[], None]) -> str:
    """Run it as an account that owns nothing; what a person reads of the error that it raised."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read_end)
            if os.geteuid() == 0:
                os.setuid(NOBODY)
            try:
                work()
                said = "nothing was wrong"
            except DeskError as error:
                said = f"{type(error).__name__}: {error.sentences()}"
            os.write(write_end, said.encode())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(pid, 0)
    return said


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that everybody can read and only its owner can write."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_file_that_this_account_may_not_write_is_said(shared_folder: Path, vault: Vault, clock: FixedClock) -> None:
    path = shared_folder / "desk.db"
    Store.open(path, vault, clock).close()
    path.chmod(0o444)
    shared_folder.chmod(0o555)
    said = as_nobody(lambda: Store.open(path, vault, clock).close())
    assert said.startswith("StoreUnavailable") and "cannot be written" in said and "Check who owns" in said


def test_a_folder_that_this_account_may_not_write_is_said(shared_folder: Path, vault: Vault, clock: FixedClock) -> None:
    shared_folder.chmod(0o555)
    said = as_nobody(lambda: Store.open(shared_folder / "new" / "desk.db", vault, clock).close())
    assert said.startswith("StoreUnavailable") and "cannot be written" in said


def test_a_file_that_becomes_read_only_while_the_desk_runs_is_said(full: Store, clock: FixedClock) -> None:
    customers = Customers(full, clock)
    customers.add(ADMIN, "Ada", "ada@example.com", "C-1")
    full.database.handle.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable, match="readonly"):
        customers.add(ADMIN, "Ben", "ben@example.com", "C-2")
    assert [one.name for one in customers.find(ADMIN)] == ["Ada"], "what is there can be read"


def test_a_second_writer_is_waited_for_and_then_said(
    tmp_path: Path, full: Store, vault: Vault, clock: FixedClock
) -> None:
    impatient = Store(Database(full.database.path, busy_timeout_ms=50), vault, clock, UTC)
    customers = Customers(impatient, clock)
    with full.transaction():
        with pytest.raises(StoreUnavailable, match="locked") as raised:
            customers.add(ADMIN, "Ada", "ada@example.com", "C-1")
        assert "Another process is writing" in raised.value.meaning and "second ach-desk" in raised.value.action
        assert customers.find(ADMIN) == [], "reading goes on meanwhile"
    assert rows_of(full) == {"customer": 0, "audit": 0}
    customers.add(ADMIN, "Ada", "ada@example.com", "C-1")
    impatient.close()


def test_a_writer_that_is_patient_enough_gets_its_turn(full: Store, clock: FixedClock) -> None:
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with full.transaction():
            held.set()
            go.wait(5)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(5)
    threading.Timer(0.2, go.set).start()
    Customers(full, clock).add(ADMIN, "Ada", "ada@example.com", "C-1")
    other.join()
    assert rows_of(full) == {"customer": 1, "audit": 1}

"""A backup is proved before it counts, and proved again before it replaces anything."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.domain.clock import Clock, FixedClock
from dashboard.domain.errors import AccessDenied, Refused, StoreError, StoreUnavailable, UnreadableSecret, WrongDatabase
from dashboard.domain.models import Actor, HolderType, Role, Secret
from dashboard.operations.backup import Backups, restore
from dashboard.operations.key_rotation import rotate
from dashboard.operations.scheduled_backups import keep_up
from dashboard.settings import BackupPlan
from dashboard.store import Store
from dashboard.store.encryption.columns import SEALED, SealedColumns
from dashboard.store.encryption.key_use import no_older_key_in_use
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.copies import CHUNK, copy_database, copy_file, occupied, open_file, seal_file

ADMIN = Actor("admin", frozenset({Role.ADMIN}))
KEY = make_key()
STAMP = {"mode": "test", "plaid_env": "sandbox"}
PLANTED = Secret("access-sandbox-planted-and-never-to-be-seen")


def plant(store: Store) -> None:
    """A customer and an item with a sealed token."""
    with store.transaction() as db:
        db.execute(
            "INSERT INTO customer (id, name, email, reference, holder_type, created_at, updated_at)"
            " VALUES ('cust_1', 'Ann', 'ann@example.com', 'A-1', ?, 1, 1)",
            [HolderType.INDIVIDUAL.value],
        )
        db.execute(
            "INSERT INTO item"
            " (id, customer_id, generation, institution_name, state, access_token, created_at, updated_at)"
            " VALUES ('item_1', 'cust_1', 'current', 'Bank', 'healthy', ?, 1, 1)",
            [Vault([KEY]).seal(PLANTED)],
        )
        store.trail.append(ADMIN, "planted", "item_1", Clock().now())


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]  # a generator of Store
    opened = Store.open(tmp_path / "desk.db", Vault([KEY]), Clock())
    opened.database.stamp(STAMP)
    plant(opened)
    yield opened
    opened.close()


def backups(store: Store, folder: Path, clock: Clock | None = None) -> Backups:
    return Backups(store.database, store.trail, Vault([KEY]), clock or Clock(), folder)


@pytest.mark.parametrize("sealed", [False, True])
def test_a_backup_comes_back_whole(store: Store, tmp_path: Path, sealed: bool) -> None:
    kept = backups(store, tmp_path / "b").make(ADMIN, sealed=sealed)
    store.close()
    old = restore(kept, tmp_path / "desk.db", Vault([KEY]), STAMP, ADMIN, Clock())
    assert old is not None and old.exists()
    again = Store.open(tmp_path / "desk.db", Vault([KEY]), Clock())
    assert again.sealed.are_readable() and again.trail.verify() == [] and again.database.check_integrity() == []
    assert [row.action for row in again.trail.read()][:2] == ["backup.restored", "backup.begun"]
    again.close()


def test_a_sealed_backup_shows_nothing(store: Store, tmp_path: Path) -> None:
    kept = backups(store, tmp_path / "b").make(ADMIN, sealed=True)
    assert b"ann@example.com" not in kept.read_bytes() and b"SQLite format" not in kept.read_bytes()
    assert [path.name for path in (tmp_path / "b").iterdir()] == [kept.name], "no plain copy is left"


def test_no_backup_shows_a_token(store: Store, tmp_path: Path) -> None:
    kept = backups(store, tmp_path / "b").make(ADMIN)
    assert PLANTED.reveal().encode() not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0


def damage_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def damage_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 64] = b"\xff" * 64
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("damage", [damage_end, damage_middle])
def test_a_damaged_backup_replaces_nothing(store: Store, tmp_path: Path, sealed: bool, damage) -> None:  # type: ignore[no-untyped-def]
    kept = backups(store, tmp_path / "b").make(ADMIN, sealed=sealed)
    damage(kept)
    before = [row.digest for row in store.trail.read()]
    store.close()
    with pytest.raises((StoreError, StoreUnavailable, UnreadableSecret, sqlite3.DatabaseError)):
        restore(kept, tmp_path / "desk.db", Vault([KEY]), STAMP, ADMIN, Clock())
    again = Store.open(tmp_path / "desk.db", Vault([KEY]), Clock())
    assert [row.digest for row in again.trail.read()] == before
    assert not list(tmp_path.glob("*.restoring*"))
    again.close()


def test_a_backup_of_another_key_is_refused(store: Store, tmp_path: Path) -> None:
    kept = backups(store, tmp_path / "b").make(ADMIN)
    store.close()
    with pytest.raises(UnreadableSecret):
        restore(kept, tmp_path / "desk.db", Vault([make_key()]), STAMP, ADMIN, Clock())


def test_a_backup_of_another_environment_is_refused(store: Store, tmp_path: Path) -> None:
    kept = backups(store, tmp_path / "b").make(ADMIN)
    store.close()
    with pytest.raises(WrongDatabase):
        restore(kept, tmp_path / "desk.db", Vault([KEY]), {**STAMP, "mode": "live"}, ADMIN, Clock())


def test_a_backup_whose_audit_trail_was_changed_is_refused(store: Store, tmp_path: Path) -> None:
    kept = backups(store, tmp_path / "b").make(ADMIN)
    store.close()
    forged = sqlite3.connect(kept)
    forged.executescript("DROP TRIGGER audit_keeps; UPDATE audit SET actor = 'nobody' WHERE seq = 1;")
    forged.close()
    kept.with_name(kept.name + ".sha256").unlink()  # whoever forges the file forges its digest too
    with pytest.raises(StoreError, match="audit trail"):
        restore(kept, tmp_path / "desk.db", Vault([KEY]), STAMP, ADMIN, Clock())


def test_nothing_is_restored_under_a_running_desk(store: Store, tmp_path: Path) -> None:
    kept = backups(store, tmp_path / "b").make(ADMIN)
    with occupied(tmp_path / "desk.db", exclusive=False), pytest.raises(StoreUnavailable, match="in use"):
        restore(kept, tmp_path / "desk.db", Vault([KEY]), STAMP, ADMIN, Clock())


def test_backups_go_by_count_and_age_together(store: Store, tmp_path: Path) -> None:
    from datetime import UTC, datetime, timedelta

    clock = FixedClock(datetime(2026, 11, 1, tzinfo=UTC))
    made = backups(store, tmp_path / "b", clock)
    for _ in range(5):
        made.make(ADMIN)
        clock.move(timedelta(days=10))
    assert made.prune(keep=10, days=1) == []
    assert len(made.prune(keep=2, days=25)) == 3
    assert len(made.kept()) == 2


class Enough(BaseException):
    """The test has seen what it wanted."""


def test_backups_are_made_at_their_time_and_go_at_theirs(store: Store, tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    plan = BackupPlan(tmp_path / "b", timedelta(hours=6), keep=3, days=1, sealed=True)
    made, said = backups(store, plan.folder, clock), list[str]()
    end = clock.at + timedelta(days=3)

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))
        if clock.at >= end:
            raise Enough

    with pytest.raises(Enough):
        keep_up(ADMIN, made, plan, say=said.append, sleep=sleep)
    count = sum(line.startswith("Backup made") for line in said)
    assert count == 12, "one every six hours"
    kept = made.kept()
    assert len(kept) == 5 and all(one.sealed for one in kept), "a day's worth"
    with pytest.raises(Enough):
        clock.at = end - timedelta(seconds=1)
        keep_up(ADMIN, made, plan, say=said.append, sleep=sleep)
    assert sum(line.startswith("Backup made") for line in said) == count, "a restart makes none too many"


def test_a_backup_that_fails_is_said_in_the_trail_and_tried_again(store: Store, tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    (tmp_path / "b").write_text("a file where the folder should be")
    plan = BackupPlan(tmp_path / "b", timedelta(hours=6), keep=3, days=1, sealed=True)
    said, pauses = list[str](), list[float]()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 1:
            (tmp_path / "b").unlink()
        else:
            raise Enough

    with pytest.raises(Enough):
        keep_up(ADMIN, backups(store, plan.folder, clock), plan, say=said.append, sleep=sleep)
    assert "Nothing was saved" in said[0] and said[1].startswith("Backup made")
    actions = [row.action for row in reversed(store.trail.read("database"))]
    assert actions == ["backup.begun", "backup.failed", "backup.begun", "backup.made"]


def test_what_a_killed_backup_left_is_swept_away(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "b"
    folder.mkdir()
    left = [folder / f"desk-20261101T000000Z.db{end}" for end in (".partial", ".unsealed", ".unsealed.partial")]
    for path in left:
        path.write_bytes(b"half a copy")
        os.utime(path, (1, 1))
    other = folder / "desk-20261124T000000Z.db.unsealed"
    other.write_bytes(b"of a command that runs beside this one")
    os.utime(other, (time.time(), time.time()))
    backups(store, folder).make(ADMIN, sealed=True)
    assert not any(path.exists() for path in left) and other.exists()
    assert len(backups(store, folder).kept()) == 1


def test_only_an_administrator_takes_backups(store: Store, tmp_path: Path) -> None:
    with pytest.raises(AccessDenied):
        backups(store, tmp_path / "b").make(Actor("ops", frozenset({Role.OPS})))


def test_rotation_seals_everything_under_the_newest_key(store: Store, tmp_path: Path) -> None:
    new = make_key()
    store.close()
    both = Store.open(tmp_path / "desk.db", Vault([new, KEY]), Clock())
    assert rotate(ADMIN, both.database, both.sealed, both.trail, Clock(), lambda done: None) == 1
    both.close()
    single = Store.open(tmp_path / "desk.db", Vault([new]), Clock())
    assert single.sealed.are_readable()
    assert Vault([new]).open(single.sealed.sample()[0]) == PLANTED
    single.close()


def test_rotation_goes_on_while_others_write(store: Store, tmp_path: Path) -> None:
    new = make_key()
    both = Store.open(tmp_path / "desk.db", Vault([new, KEY]), Clock())
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.001):  # SQLite's lock knows no turns: who never rests keeps everybody else out
            with store.transaction():
                store.trail.append(ADMIN, "busy", "x", Clock().now())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        rotate(ADMIN, both.database, both.sealed, both.trail, Clock(), lambda done: None)
    finally:
        stop.set()
        writer.join()
    both.trail.append(ADMIN, "after", "x", Clock().now())  # and names the rows of who had only the old key
    assert both.trail.verify() == []
    both.close()


def test_a_rotation_without_the_old_key_changes_nothing(store: Store, tmp_path: Path) -> None:
    other = Store.open(tmp_path / "desk.db", Vault([make_key()]), Clock())
    with pytest.raises(UnreadableSecret):
        rotate(ADMIN, other.database, other.sealed, other.trail, Clock(), lambda done: None)
    other.close()
    assert store.sealed.are_readable()


def test_every_column_that_can_hold_a_secret_is_rotated(store: Store) -> None:
    columns = {}
    for row in list(store.database.handle.query("SELECT name FROM sqlite_schema WHERE type = 'table'")):
        info = store.database.handle.query(f"PRAGMA table_info('{row['name']}')")
        blobs = tuple(one["name"] for one in info if one["type"] == "BLOB")
        if blobs:
            columns[row["name"]] = blobs
    assert columns.pop("pin") == ("salt", "digest"), "a PIN is hashed, not sealed"
    assert columns.pop("payment_columns") == ("body",), "a copy of what stands open in the payments"
    assert columns == SEALED


def test_only_its_owner_may_read_the_database(store: Store, tmp_path: Path) -> None:
    for path in tmp_path.glob("desk.db*"):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_lost_key_is_noticed_and_rotation_takes_the_tables_in_their_order(store: Store) -> None:
    assert list(SEALED) == sorted(SEALED), "a rotation goes on after the table that it had reached"
    assert store.sealed.sample() and not SealedColumns(store.database, Vault([make_key()])).are_readable()


def test_a_rotation_waits_for_whoever_still_seals_under_an_older_key(store: Store, tmp_path: Path) -> None:
    """`serve` was not restarted with the new key in front: what it writes meanwhile would be unreadable afterwards."""
    path, new = tmp_path / "desk.db", make_key()
    both = Store.open(path, Vault([new, KEY]), Clock())
    with (
        pytest.raises(Refused, match="still seals under an older key") as refused,
        no_older_key_in_use(path, Vault([new, KEY])),
    ):
        pass
    assert "in front" in refused.value.action
    store.close()
    with no_older_key_in_use(path, Vault([new, KEY])):
        with pytest.raises(StoreUnavailable, match="being rotated"):
            Store.open(path, Vault([KEY]), Clock())
        Store.open(path, Vault([new, KEY]), Clock()).close()
    Store.open(path, Vault([KEY, new]), Clock()).close()
    both.close()


def test_a_keys_fingerprint_says_nothing_of_the_key(store: Store, tmp_path: Path) -> None:
    (noted,) = tmp_path.glob("desk.db.key-*")
    assert noted.stat().st_size == 0
    assert Vault([KEY]).fingerprint == noted.name.removeprefix("desk.db.key-")
    assert Vault([make_key()]).fingerprint != Vault([KEY]).fingerprint
    assert KEY.reveal()[:8] not in noted.name


def seal(source: Path, content: bytes, target: Path) -> Path:
    source.write_bytes(content)
    seal_file(Vault([KEY]), source, target)
    return target


def test_pieces_of_two_backups_do_not_make_a_third(tmp_path: Path) -> None:
    """Both are genuine, sealed under the same key, of the same length: only their ids tell them apart."""
    one = seal(tmp_path / "a", b"a" * (2 * CHUNK + 9), tmp_path / "one.sealed").read_bytes().splitlines()
    two = seal(tmp_path / "b", b"b" * (2 * CHUNK + 9), tmp_path / "two.sealed").read_bytes().splitlines()
    for pieces in ([one[0], two[1], one[2]], [one[0], one[1], two[2]], [two[0], *one[1:]]):
        (tmp_path / "spliced.sealed").write_bytes(b"\n".join(pieces) + b"\n")
        with pytest.raises(StoreUnavailable, match="come from several files"):
            open_file(Vault([KEY]), tmp_path / "spliced.sealed", tmp_path / "plain")
        assert not (tmp_path / "plain").exists()
    open_file(Vault([KEY]), tmp_path / "one.sealed", tmp_path / "plain")
    assert (tmp_path / "plain").read_bytes() == b"a" * (2 * CHUNK + 9)


def test_a_sealed_secret_is_no_piece_of_a_backup(tmp_path: Path) -> None:
    (tmp_path / "x.sealed").write_bytes(Vault([KEY]).seal(Secret("access-token" * 4)) + b"\n")
    with pytest.raises(StoreUnavailable, match="not those of a backup"):
        open_file(Vault([KEY]), tmp_path / "x.sealed", tmp_path / "plain")


def test_copies_are_private_from_their_first_byte_on(store: Store, tmp_path: Path) -> None:
    """Whatever the umask: whoever opens a file while it is readable goes on reading it afterwards."""
    seen: list[int] = []
    before = os.umask(0)

    class Watching(Vault):
        def seal_bytes(self, content: bytes) -> bytes:
            look()
            return super().seal_bytes(content)

    def look() -> None:
        seen.extend(one.stat().st_mode & 0o777 for one in tmp_path.glob("*.partial"))

    try:
        copy_database(store.database, tmp_path / "copy.db")
        seal_file(Watching([KEY]), tmp_path / "copy.db", tmp_path / "copy.sealed")
        copy_file(tmp_path / "copy.db", tmp_path / "again.db")
        open_file(Vault([KEY]), tmp_path / "copy.sealed", tmp_path / "opened.db")
    finally:
        os.umask(before)
    assert seen and set(seen) == {0o600}
    made = [tmp_path / name for name in ("copy.db", "copy.sealed", "again.db", "opened.db")]
    assert [one.stat().st_mode & 0o777 for one in made] == [0o600] * 4

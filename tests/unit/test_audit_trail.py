"""The audit trail is append-only, and whoever gets past that is found out."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Actor, Secret
from dashboard.store import Store, prepare
from dashboard.store.audit_trail import Trail
from dashboard.store.audit_verification import GENESIS, TrailEnd, read_seal
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.database import Database
from dashboard.store.migrations.audit_and_privacy import SEALED

GUARDS = {  # and when each of them acts
    "audit_keeps": "BEFORE UPDATE ON audit",
    "audit_stays": "BEFORE DELETE ON audit",
    "audit_counts": "AFTER INSERT ON audit",
    "audit_head_goes_on": "BEFORE UPDATE ON audit_head",
    "audit_head_stays": "BEFORE DELETE ON audit_head",
}


def test_rows_are_read_newest_first(trail: Store) -> None:
    assert [row.facts["number"] for row in trail.trail.read()] == [4, 3, 2, 1, 0]
    assert [row.facts["number"] for row in trail.trail.read("cust_1")] == [3, 1]
    assert trail.trail.verify() == []


def test_an_empty_trail_is_whole(store: Store) -> None:
    assert store.trail.verify() == [] and store.trail.end() == TrailEnd(0, GENESIS)
    assert store.trail.verify(TrailEnd(0, GENESIS)) == []
    assert store.trail.get(1) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "UPDATE audit_head SET seq = 1",
        "UPDATE audit_head SET digest = 'x'",
        "DELETE FROM audit_head",
    ],
)
def test_rows_cannot_be_changed(trail: Store, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        trail.database.handle.execute(change)
    assert trail.trail.verify() == []


def change(store: Store, *statements: str) -> list[str]:
    """What is found after somebody with the file, an SQL shell and no key has done this, and put the triggers back."""
    handle = store.database.handle
    guards = {
        row["name"]: row["sql"]
        for row in handle.query("SELECT name, sql FROM sqlite_schema WHERE sql LIKE ?", ["CREATE TRIGGER audit%"])
    }
    assert set(guards) == set(GUARDS)
    for name in guards:
        handle.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        handle.execute(statement)
    for sql in guards.values():
        handle.execute(sql)
    return store.trail.verify()


SET_HEAD = "UPDATE audit_head SET (seq, digest) = (SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1)"
UNSEALED = "The trail's end is not sealed, or not under a key that is in ACH_DESK_KEY."
NOT_LAST = "The trail was sealed with row {} as its last, and that row is not in it as it was."


@pytest.mark.parametrize("row", [1, 3, 5])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "at + 1"),
        ("actor", "'x'"),
        ("address", "'x'"),
        ("action", "'x'"),
        ("subject", "'x'"),
        ("facts", "'{}'"),
        ("facts", "CAST(X'7bff7d' AS TEXT)"),
        ("actor", "CAST(X'ff' AS TEXT)"),
        ("digest", "'x'"),
        ("digest", "CAST(X'ff' AS TEXT)"),
    ],
)
def test_an_edit_of_any_column_of_any_row_is_found(trail: Store, row: int, column: str, value: str) -> None:
    found = change(trail, f"UPDATE audit SET {column} = {value} WHERE seq = {row}")
    assert f"Row {row} was changed, or follows a different row." in found


def test_a_seal_that_is_no_text_is_found_and_other_reads_go_on_as_before(trail: Store) -> None:
    assert change(trail, "UPDATE audit_head SET seal = CAST(X'ff' AS TEXT)") == [UNSEALED]
    with pytest.raises(sqlite3.OperationalError, match="decode"):
        list(trail.database.handle.query("SELECT CAST(X'ff' AS TEXT) AS text"))


def test_an_edited_row_with_its_own_digest_made_anew_is_found_by_the_next_row(trail: Store) -> None:
    """The chain: what is in front of a row is part of its digest. Written here without the product's help."""
    rows = {row["seq"]: row for row in trail.database.handle.query("SELECT * FROM audit")}
    edited = {**rows[3], "actor": "somebody else"}
    fields = [edited[name] for name in ("seq", "at", "actor", "address", "action", "subject", "facts")]
    digest = hashlib.sha256(json.dumps([rows[2]["digest"], *fields]).encode()).hexdigest()
    found = change(trail, f"UPDATE audit SET actor = 'somebody else', digest = '{digest}' WHERE seq = 3")
    assert found == ["Row 4 was changed, or follows a different row."]


def test_a_chain_that_was_made_anew_from_an_edited_row_to_the_end_is_found_by_the_seal(trail: Store) -> None:
    rows = list(trail.database.handle.query("SELECT * FROM audit ORDER BY seq"))
    statements, previous = [], "0" * 64
    for row in rows:
        row["actor"] = "somebody else" if row["seq"] == 2 else row["actor"]
        fields = [row[name] for name in ("seq", "at", "actor", "address", "action", "subject", "facts")]
        previous = hashlib.sha256(json.dumps([previous, *fields]).encode()).hexdigest()
        statements.append(f"UPDATE audit SET actor = '{row['actor']}', digest = '{previous}' WHERE seq = {row['seq']}")
    assert change(trail, *statements, SET_HEAD) == [NOT_LAST.format(5)]


@pytest.mark.parametrize(
    ("statements", "findings"),
    [
        (["DELETE FROM audit WHERE seq = 1"], ["Rows 1 to 1 are missing.", "Row 2 was changed"]),
        (["DELETE FROM audit WHERE seq IN (2, 3)"], ["Rows 2 to 3 are missing.", "Row 4 was changed"]),
        (["UPDATE audit SET seq = 6 WHERE seq = 5"], ["Rows 5 to 5 are missing.", "Row 6 was changed"]),
        (["UPDATE audit SET seq = 9 WHERE seq = 1"], ["Rows 1 to 1 are missing.", "Row 9 was changed"]),
        (["DELETE FROM audit WHERE seq > 3"], ["Rows 4 to 5 are missing from the end."]),
        (["DELETE FROM audit"], ["Rows 1 to 5 are missing from the end."]),
        (["DELETE FROM audit_head"], ["The trail's head is at row 0, but the trail ends with row 5."]),
        (["UPDATE audit_head SET seq = 4"], ["The trail's head is at row 4, but the trail ends with row 5."]),
        (["UPDATE audit_head SET digest = 'x'"], ["The trail's head is at row 5, but the trail ends with row 5."]),
        (["UPDATE audit_head SET seal = ''"], [UNSEALED]),
        (["UPDATE audit_head SET seal = '3' || substr(seal, 2)"], [UNSEALED]),
        (["UPDATE audit_head SET seal = replace(seal, ':', ':0')"], [UNSEALED]),
        (["UPDATE audit_head SET seal = 'x' || seal"], [UNSEALED]),
        (["DELETE FROM audit WHERE seq > 3", SET_HEAD], [NOT_LAST.format(5)]),
        (["DELETE FROM audit", "UPDATE audit_head SET seq = 0, digest = ''"], [NOT_LAST.format(5)]),
        (["DELETE FROM audit", "UPDATE audit_head SET seq = 0, digest = '', seal = ''"], [UNSEALED]),
    ],
    ids=lambda one: "; ".join(one) if str(one[0]).startswith(("DELETE", "UPDATE")) else "",
)
def test_what_was_taken_away_or_moved_is_found(trail: Store, statements: list[str], findings: list[str]) -> None:
    found = change(trail, *statements)
    for finding in findings:
        assert any(line.startswith(finding) for line in found), found


def test_two_rows_that_changed_places_are_found(trail: Store) -> None:
    moves = ("seq = 99 WHERE seq = 2", "seq = 2 WHERE seq = 3", "seq = 3 WHERE seq = 99")
    found = change(trail, *(f"UPDATE audit SET {move}" for move in moves))
    assert [line[:5] for line in found] == ["Row 2", "Row 3", "Row 4"]


def test_the_next_row_does_not_make_a_cut_tail_good(trail: Store, clock: FixedClock, actor: Actor) -> None:
    change(trail, "DELETE FROM audit WHERE seq > 3", SET_HEAD)
    trail.trail.append(actor, "x", "y", clock.now())
    assert trail.trail.verify() == [NOT_LAST.format(5)]


def test_a_whole_file_put_back_as_it_was_is_found_by_an_end_that_was_kept_elsewhere(
    trail: Store, clock: FixedClock, actor: Actor
) -> None:
    [head] = trail.database.handle.query("SELECT * FROM audit_head")
    trail.trail.append(actor, "x", "y", clock.now())
    noted = trail.trail.end()
    assert noted.seq == 6 and trail.trail.verify(noted) == []
    earlier = f"UPDATE audit_head SET seq = 5, digest = '{head['digest']}', seal = '{head['seal']}'"
    assert change(trail, "DELETE FROM audit WHERE seq = 6", earlier) == [], "the file by itself cannot tell"
    assert trail.trail.verify(noted) == ["The row that was noted, 6, is not in the audit trail."]
    assert trail.trail.verify(replace(noted, seq=5)) == ["The row that was noted, 5, is not in the audit trail."]


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        *((([f"DROP TRIGGER {name}"], f"The trigger {name} is missing.")) for name in GUARDS),
        *(
            (
                [f"DROP TRIGGER {name}", f"CREATE TRIGGER {name} {when} BEGIN SELECT 1; END"],
                f"The trigger {name} was replaced.",
            )
            for name, when in GUARDS.items()
        ),
        (["DROP TABLE audit_head"], "The table audit_head is missing."),
        (["DROP TABLE audit_head", "CREATE TABLE audit_head (id)"], "The table audit_head was replaced."),
        (["DROP TABLE audit"], "The table audit is missing."),
        (["DROP TABLE audit", "CREATE TABLE audit (seq)"], "The table audit was replaced."),
        (
            ["CREATE TRIGGER audit_mine AFTER INSERT ON audit BEGIN DELETE FROM stamp; END"],
            "The trigger audit_mine is not the desk's.",
        ),
    ],
)
def test_a_guard_that_is_gone_or_replaced_by_an_empty_one_is_found(
    trail: Store, statements: list[str], finding: str
) -> None:
    for statement in statements:
        trail.database.handle.execute(statement)
    assert finding in trail.trail.verify()


def test_a_seal_that_names_no_row_is_no_seal(trail: Store, vault: Vault) -> None:
    seal = f"x:1:{vault.sign('audit x:1')}"
    with trail.transaction() as handle:
        handle.execute("UPDATE audit_head SET seal = ?", [seal])
    assert read_seal(trail.database.handle, vault) is None


def test_a_row_dated_before_the_one_in_front_of_it_is_found(trail: Store, clock: FixedClock, actor: Actor) -> None:
    """As somebody with the key would put it in: every digest and the seal are right."""
    [last] = trail.database.handle.query("SELECT * FROM audit WHERE seq = 5")
    row = {**last, "seq": 6, "at": last["at"] - 1}
    fields = [row[name] for name in ("seq", "at", "actor", "address", "action", "subject", "facts")]
    row["digest"] = hashlib.sha256(json.dumps([last["digest"], *fields]).encode()).hexdigest()
    trail.database.handle.table("audit").insert(row)
    trail.trail.seal_end()
    assert trail.trail.verify() == ["Row 6 is dated before the row in front of it."]


def test_the_desk_itself_dates_no_row_before_the_one_in_front_and_says_what_the_clock_showed(
    trail: Store, clock: FixedClock, actor: Actor
) -> None:
    last = clock.now()
    trail.trail.append(actor, "two clocks", "y", last - timedelta(seconds=60), number=1)
    trail.trail.append(actor, "set back", "y", last - timedelta(seconds=61), number=2)
    trail.trail.append(actor, "set right", "y", last + timedelta(seconds=1))
    rows = [(row.action, row.at - last, row.facts) for row in trail.trail.read(limit=3)]
    assert rows == [
        ("set right", timedelta(seconds=1), {}),
        ("set back", timedelta(), {"number": 2, "clock": "2026-11-24T14:58:59+00:00"}),
        ("two clocks", timedelta(), {"number": 1}),
    ]
    assert trail.trail.verify() == []


def test_the_seal_holds_under_any_key_at_hand_and_under_no_other(
    trail: Store, clock: FixedClock, cipher_key: Secret, actor: Actor
) -> None:
    new = make_key()
    assert Trail(trail.database, Vault([new])).verify() == [UNSEALED]
    both = Trail(trail.database, Vault([new, cipher_key]))
    assert both.verify() == []
    both.append(actor, "keys.rotated", "vault", clock.now())
    assert Trail(trail.database, Vault([new])).verify() == [], "it was written anew under the newest key"


def test_rows_of_a_process_without_the_newest_key_are_said_until_the_desk_names_them_in_a_row(
    trail: Store, clock: FixedClock, cipher_key: Secret, actor: Actor
) -> None:
    both = Trail(trail.database, Vault([make_key(), cipher_key]))
    both.append(actor, "x", "y", clock.now())
    for _ in range(2):
        trail.trail.append(actor, "old process", "y", clock.now())
    assert both.verify() == ["Rows 7 to 8 were written without a key that is in ACH_DESK_KEY."]
    both.append(actor, "next", "y", clock.now())
    assert both.verify() == []
    last, named = both.read(limit=2)
    assert (last.action, named.action, named.actor, named.subject) == (
        "next",
        "audit.unsealed_rows",
        "ach-desk",
        "audit",
    )
    assert named.facts == {"first": 7, "last": 8}


def test_a_file_from_before_ends_were_sealed_is_sealed_when_it_is_brought_up_to_date(
    tmp_path: Path, vault: Vault, clock: FixedClock, actor: Actor
) -> None:
    database = Database(tmp_path / "old.db")
    prepare(database, vault)
    Trail(database, vault).append(actor, "x", "y", clock.now())
    for statement in (
        "DROP TRIGGER audit_head_goes_on",
        "ALTER TABLE audit_head DROP COLUMN seal",
        """CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head WHEN NEW.seq <= OLD.seq BEGIN
      SELECT RAISE(ABORT, 'the audit trail is append-only');
    END""",
        f"DELETE FROM _sqlite_migrations WHERE name = '{SEALED}'",
    ):
        database.handle.execute(statement)
    prepare(database, vault)
    assert Trail(database, vault).verify() == []
    database.handle.execute("UPDATE audit_head SET seal = ''")
    prepare(database, vault)
    assert Trail(database, vault).verify() == [UNSEALED], "once, and never again"
    database.close()


def test_the_check_reads_one_moment_while_others_write(trail: Store, clock: FixedClock, actor: Actor) -> None:
    with trail.database.snapshot():
        assert trail.trail.verify() == []
    with trail.transaction():
        trail.trail.append(actor, "x", "y", clock.now())
        assert trail.trail.verify() == []

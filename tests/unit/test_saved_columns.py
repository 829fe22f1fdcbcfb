"""A start reads the columns that were saved and what has changed since, and finds what reading every row finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.domain.clock import Clock
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.database import Database
from dashboard.store.payments.columns import PaymentColumns, saved
from dashboard.store.payments.questions import SORTS
from tests.empty_desks import open_store
from tests.unit.test_payment_columns import TODAY, ZONE, change, make_row, write

EVERYTHING = PaymentFilter()
Found = list[object]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "desk.db", Vault([make_key()]), Clock(), ZONE)
    with opened.transaction() as db:
        for seq in range(1, 41):
            write(db, make_row(random.Random(seq), seq))
    yield opened
    opened.close()


def start(store: Store) -> PaymentColumns:
    """What a process that starts holds of the payments, however few they are."""
    return PaymentColumns(store.database, ZONE, worth=1)


def saved_moment(store: Store) -> str | None:
    found = {row["made"] for row in store.database.handle.query("SELECT DISTINCT made FROM payment_columns")}
    assert len(found) < 2, "all parts are of one moment"
    return found.pop() if found else None


def answers(columns: PaymentColumns) -> Found:
    """Every order, sums by several columns, and a search for each kind of word."""
    found: Found = [columns.keys(EVERYTHING, TODAY, sort, descending=False).tolist() for sort in SORTS]
    found += [columns.keys(PaymentFilter(text=text), TODAY, "created", descending=True).tolist() for text in
              ("novak", "inv-", "20.50", "zoe", "r01", "py_0")]  # fmt: skip
    groups = columns.groups(EVERYTHING, TODAY, "day", "state", "currency", "overdue", "bank")
    found += sorted(map(repr, groups))
    return [*found, columns.banks(), sorted(columns.customers("ada"))]


@pytest.mark.parametrize("seed", range(12))
def test_a_start_finds_the_same_whatever_came_changed_and_went_since_the_columns_were_saved(
    store: Store, seed: int
) -> None:
    draw, other = random.Random(seed), Database(store.database.path)
    first = start(store)
    for _ in range(draw.randrange(3)):
        change(other, draw)
    first.refresh()
    assert saved_moment(store)
    for _ in range(draw.randrange(4)):
        change(other, draw)
    later, anew = start(store), PaymentColumns(Database(store.database.path), ZONE, worth=10**9)
    expected = answers(anew)
    assert answers(later) == expected and answers(first) == expected
    for one in (first, later, anew):
        one.close()
    other.close()


def test_a_start_reads_no_row_that_has_not_changed(store: Store) -> None:
    start(store).refresh()
    with store.transaction() as db:  # nobody notes it, so only who reads every row can know of it
        for trigger in ("payment_changed", "payment_gone"):
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute("DELETE FROM payment WHERE seq <= 30")
    assert len(start(store).keys(EVERYTHING, TODAY, "created", descending=False)) == 40


def test_few_rows_are_not_worth_saving(store: Store) -> None:
    PaymentColumns(store.database, ZONE).refresh()
    assert saved_moment(store) is None


def test_a_name_that_is_taken_out_of_a_payment_does_not_stay_in_what_is_saved(store: Store) -> None:
    start(store).refresh()
    with store.transaction() as db:
        db.execute("UPDATE payment SET state = 'failed' WHERE seq = 3")
    assert saved_moment(store), "a change of state takes nothing away"
    with store.transaction() as db:
        db.execute("UPDATE payment SET customer = 'Erased 1', email = '' WHERE seq = 3")
    assert saved_moment(store) is None


def test_what_was_saved_by_another_version_is_made_anew(store: Store) -> None:
    start(store).refresh()
    with store.transaction() as db:
        db.execute("UPDATE payment_columns SET made = 'older ' || substr(made, instr(made, ' ') + 1)")
    later = start(store)
    assert len(later.keys(EVERYTHING, TODAY, "created", descending=False)) == 40
    later.refresh()
    assert str(saved_moment(store)).startswith(saved.VERSION)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE payment_columns SET body = substr(body, 1, 20) WHERE name = 'number amount'",
        "UPDATE payment_columns SET body = x'' WHERE name = 'number seq'",
        "UPDATE payment_columns SET body = zeroblob(400) WHERE name = 'words customer'",
        "DELETE FROM payment_columns WHERE name = 'words bank'",
    ],
)
def test_what_was_saved_and_is_damaged_is_made_anew(store: Store, damage: str) -> None:
    first = start(store)
    first.refresh()
    with store.transaction() as db:
        db.execute(damage)
    later = start(store)
    assert answers(later) == answers(first)
    later.refresh()
    assert answers(start(store)) == answers(first) and saved_moment(store)


def test_nothing_is_saved_over_a_change_that_came_meanwhile(store: Store) -> None:
    columns = start(store)
    columns.keys(EVERYTHING, TODAY, "created", descending=False)
    ((change_, largest, erased),) = store.database.handle.execute(
        f"SELECT {saved.LAST_CHANGE}, {saved.LARGEST}, {saved.ERASED}"
    ).fetchall()
    with store.transaction() as db:
        db.execute("UPDATE payment SET amount = 1 WHERE seq = 3")
    assert not saved.save(store.database, (change_, largest, erased), {"number seq": b""})
    assert saved_moment(store) is None

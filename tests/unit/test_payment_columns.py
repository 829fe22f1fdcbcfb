"""The columns find the same rows, in the same order and with the same sums as plain Python, whatever was committed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.domain.clock import Clock
from dashboard.domain.formatting import bare_money
from dashboard.domain.payment_filter import DATES, PaymentFilter
from dashboard.domain.payment_status import WAITING, PaymentState
from dashboard.domain.periods import PERIODS
from dashboard.domain.return_codes import explain, return_code
from dashboard.domain.searches import search_key, search_words
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.columns import SLICE
from dashboard.store.engine.database import Database
from dashboard.store.payments.columns import PaymentColumns
from dashboard.store.payments.columns.words import COMPARED
from dashboard.store.payments.questions import SORTS
from dashboard.store.payments.reader import PaymentTable
from tests.empty_desks import open_store

TODAY = date(2026, 11, 24)
ZONE = ZoneInfo("America/New_York")
NOON = 1_795_500_000  # some seconds of TODAY
NAMES = ["Ada Novak", "ada  NOVAK", "Zoë Ångström", 'Lee "Quo", Ltd', "two\nlines\tand, more", "", "Łukasz Żak", "Ōta"]
CASES = ["AbCdE1", "aBcDe1", "abcde1", "ABCDE2"]  # ids differ by case too
COLUMNS = (  # noqa: SIM905  a list of words reads better as words
    "seq id created day amount currency state due reason rail customer_id customer email bank last4 reference refunded"
    " payout_id intent_id debit_id available_on"
).split()
Row = dict[str, Any]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(tmp_path_factory.mktemp("columns") / "desk.db", Vault([make_key()]), Clock(), ZONE)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def other(store: Store) -> Iterator[Database]:
    """Another connection to the same file, as another process has it."""
    opened = Database(store.database.path)
    yield opened
    opened.close()


def make_row(draw: random.Random, seq: int | None) -> Row:
    created = NOON - draw.randrange(400 * 86_400)
    number = draw.randrange(10**6)
    return {
        "seq": seq,
        "id": draw.choice([f"py_{draw.getrandbits(60):015x}", f"py_{draw.choice(CASES)}{draw.getrandbits(40):x}"]),
        "created": created,
        "day": datetime.fromtimestamp(created, ZONE).date().toordinal() - 719_163,
        "amount": draw.choice([0, 1_999, 2_000, 2_050, 123_450, draw.randrange(10**13), -draw.randrange(500)]),
        "currency": draw.choice(["usd", "usd", "usd", "jpy", "kwd"]),
        "state": draw.choice([*list(PaymentState), "of a newer version"]),
        "due": draw.choice([None, NOON - NOON % 86_400 + draw.randrange(-9, 9) * 86_400]),
        "reason": draw.choice([None, "insufficient_funds", "account_closed"]),
        "rail": draw.choice(["us_bank_account", "ach_debit"]),
        "customer_id": draw.choice([None, *(f"cus_{one}" for one in range(9))]),
        "customer": draw.choice(NAMES),
        "email": draw.choice(["", "ada_novak@example.com", f"c{number}@EXAMPLE.com"]),
        "bank": draw.choice(["", "FIRST BANK", "Bank, of 'all'"]),
        "last4": draw.choice([None, f"{number % 10_000:04d}"]),
        "reference": draw.choice(["", f"INV-{number:07d}"]),
        "refunded": 0,
        "payout_id": draw.choice([None, f"po_{number % 7:06d}"]),
        "intent_id": draw.choice([None, f"pi_{number:09d}"]),
        "debit_id": draw.choice([None, f"debit_{number:09d}"]),
        "available_on": draw.choice([None, NOON - NOON % 86_400 + draw.randrange(-300, 9) * 86_400]),
    }


def write(db: Any, row: Row) -> None:
    names, marks = ", ".join(COLUMNS), ", ".join(f":{name}" for name in COLUMNS)
    db.execute(f"INSERT OR REPLACE INTO payment ({names}) VALUES ({marks})", row)


def change(other: Database, draw: random.Random) -> None:
    """One commit of somebody else: rows that come, change or go, also the last one, whose key is given again."""
    with other.transaction() as db:
        keys = [row[0] for row in db.execute("SELECT seq FROM payment ORDER BY seq").fetchall()]
        for _ in range(draw.choice([0, 1, 8])):
            write(db, make_row(draw, None))
        for key in draw.sample(keys, min(len(keys), draw.randrange(4))):
            row = make_row(draw, key)
            db.execute(f"UPDATE payment SET {', '.join(f'{name} = :{name}' for name in COLUMNS)} WHERE seq = :seq", row)
        for key in [*draw.sample(keys, min(len(keys), draw.randrange(3))), *keys[len(keys) - draw.randrange(3) :]]:
            db.execute("DELETE FROM payment WHERE seq = ?", [key])
            if draw.random() < 0.5:
                write(db, make_row(draw, None))


def rows_of(store: Store) -> list[Row]:
    return list(store.database.handle.query("SELECT * FROM payment ORDER BY seq"))


def has_word(row: Row, word: str) -> bool:
    """A word of a search, told by itself: inside the row's texts, or an id, or six letters or more of its beginning."""
    meaning, returned = explain(row["reason"]), return_code(None, row["reason"])
    texts = [row[name] for name in ("customer", "email", "reference", "bank", "last4", "reason")]
    texts += [bare_money(row["amount"], row["currency"]), meaning and meaning.title, returned]
    ids = [row[name].lower() for name in ("id", "intent_id", "debit_id", "payout_id") if row[name]]
    begins = any(id.startswith(word) for id in ids) if len(word) >= 6 else word in ids
    return begins or word in search_key(*(text for text in texts if text))


def local(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, ZONE).date()


def banks(seconds: int | None) -> date | None:
    return None if seconds is None else date(1970, 1, 1) + timedelta(seconds=seconds)


def day_of(row: Row, dated: str) -> date | None:
    """The day that a filter may mean; the business's of a moment, the bank's own of its days."""
    state = row["state"]
    match dated:
        case "due":
            return banks(row["due"]) if state in set(WAITING) else None
        case "paid_out":
            return banks(row["due"]) if state == "paid_out" else None
        case "settled":
            settled = state in {"succeeded", "paid_out", "refunded", "partly_refunded"}
            return banks(row["available_on"]) if settled else None
        case "failed" if state == "returned_late":
            return None if row["due"] is None else local(row["due"])
        case "failed":
            return local(row["created"]) if state == "failed" else None
    return local(row["created"])


def fits(row: Row, wanted: PaymentFilter) -> bool:
    wanted = wanted.on(TODAY)
    day = day_of(row, wanted.dated)
    if wanted.created_from or wanted.created_to:
        later = day is not None and (wanted.created_from is None or day >= wanted.created_from)
        if not later or (wanted.created_to is not None and day is not None and day > wanted.created_to):
            return False
    due = None if row["due"] is None else date(1970, 1, 1) + timedelta(seconds=row["due"])
    return (
        (not wanted.statuses or row["state"] in set(wanted.statuses))
        and (not wanted.rail or row["rail"] == wanted.rail)
        and (not wanted.bank or row["bank"] == wanted.bank)
        and (not wanted.customer or row["customer_id"] == wanted.customer)
        and (not wanted.payout or row["payout_id"] == wanted.payout)
        and (not wanted.failure_code or row["reason"] == wanted.failure_code)
        and (wanted.amount_min is None or row["amount"] >= wanted.amount_min)
        and (wanted.amount_max is None or row["amount"] <= wanted.amount_max)
        and (not wanted.overdue or (row["state"] in set(WAITING) and due is not None and due < TODAY))
        and not (wanted.in_time and row["state"] in set(WAITING) and due is not None and due < TODAY)
        and all(has_word(row, word) for word in search_words(wanted.text))
    )


def place_of(row: Row, sort: str) -> tuple[Any, ...]:
    keys = {
        "created": (row["created"],),
        "amount": (row["amount"],),
        "status": (row["state"], row["created"]),
        "customer": (search_key(row["customer"]),),
        "due": (row["due"] is not None, row["due"] or 0),
        "bank": (row["bank"], row["created"]),
        "reason": (row["reason"] or "", row["created"]),
        "rail": (row["rail"], row["created"]),
        "reference": (search_key(row["reference"]),),
    }
    return (*keys[sort], row["seq"])


DAYS = st.none() | st.dates(TODAY - timedelta(420), TODAY)
TEXTS = ["", "novak", "ADA nov", "zoe angstrom", "lukasz", "INV-", "0199", "20", "$1,234.50", "20.5", "py_0", "ada_n",
         "2,000", "pi_0000", "PO_000003", "PY_AbCdE1", "py_abcd", "two lines", "…", "ota", '"quo"', "example.com 19",
         "R01", "insufficient f", "bank", "all", "-"]  # fmt: skip
FILTERS = st.builds(
    PaymentFilter,
    statuses=st.lists(st.sampled_from(list(PaymentState)), unique=True, max_size=6).map(tuple),
    created_from=DAYS,
    period=st.sampled_from(["", "", *PERIODS]),
    created_to=DAYS,
    customer=st.sampled_from(["", "", "", "cus_3", "cus_nobody"]),
    bank=st.sampled_from(["", "", "", "FIRST BANK", "Bank, of 'all'"]),
    amount_min=st.none() | st.integers(0, 10**13),
    amount_max=st.none() | st.integers(0, 10**13),
    failure_code=st.sampled_from(["", "", "", "account_closed"]),
    rail=st.sampled_from(["", "", "ach_debit"]),
    payout=st.sampled_from(["", "", "", "po_000003"]),
    overdue=st.sampled_from([False, False, True]),
    in_time=st.sampled_from([False, False, True]),
    text=st.sampled_from(TEXTS),
    dated=st.sampled_from(["", "", *DATES]),
) | st.builds(PaymentFilter, text=st.sampled_from(TEXTS))


def check(store: Store, rows: list[Row], wanted: PaymentFilter, sort: str, *, descending: bool) -> None:
    """The rows, their order from a place on, and what they add up to."""
    expected = sorted((row for row in rows if fits(row, wanted)), key=lambda row: place_of(row, sort))
    if descending:
        expected.reverse()
    for offset, size in ((0, 5), (3, 4)):
        found = store.payments.block(
            wanted, TODAY, sort=sort, descending=descending, start=offset, size=size, mark=None
        ).rows
        assert found == expected[offset : offset + size]
    assert [row["seq"] for row in store.payments.walk(wanted, TODAY)] == [
        row["seq"] for row in sorted(expected, key=lambda row: place_of(row, "created"))
    ]
    counts, amounts = Counter[str](), Counter[str]()
    for row in expected:
        counts[row["currency"]] += 1
        amounts[row["currency"]] += row["amount"]
    sums = store.payments.sums(wanted, TODAY)
    assert (sums.count, sums.amounts) == (len(expected), {name: amounts[name] for name in counts})


QUESTIONS = st.lists(st.tuples(FILTERS, st.sampled_from(sorted(SORTS)), st.booleans()), min_size=12, max_size=12)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), questions=QUESTIONS)
def test_every_filter_and_order_finds_what_plain_python_finds_after_every_commit(
    seed: int, questions: list[tuple[PaymentFilter, str, bool]], store: Store, other: Database
) -> None:
    draw = random.Random(seed)
    with other.transaction() as db:
        db.execute("DELETE FROM payment")
        for _ in range(40):
            write(db, make_row(draw, None))
    while questions:
        rows = rows_of(store)
        for wanted, sort, descending in questions[:4]:
            check(store, rows, wanted, sort, descending=descending)
        assert store.payments.banks() == sorted({row["bank"] for row in rows if row["bank"]})
        questions = questions[4:]
        change(other, draw)


Shown = tuple[PaymentFilter, str, bool, Any, list[Row]]


def scroll(store: Store, table: PaymentTable, listed: Shown) -> None:
    """An open list: the same places as when it was opened, each row as it is now, and how many came after it."""
    wanted, sort, descending, mark, opened = listed
    now = {row["seq"]: row for row in rows_of(store)}
    order: dict[str, Any] = {"sort": sort, "descending": descending}
    came = [row for row in now.values() if row["seq"] > mark.largest and fits(row, wanted)]
    for start, size in ((0, 7), (5, 9), (38, 20)):
        block = table.block(wanted, TODAY, **order, start=start, size=size, mark=mark)
        expected = [now.get(row["seq"]) for row in opened[start : start + size]]
        # A key of a row that is gone may be given again to the next one, which is then shown in its place.
        assert block.rows == expected and (block.total, block.mark) == (len(opened), mark)
        assert block.newer == len(came)
    ranges = [(1, 3), (3, 4), (30, 99)]
    places = sorted({place for first, last in ranges for place in range(first, last + 1) if place < len(opened)})
    for wide, chosen in ((ranges, [opened[place] for place in places]), (None, opened)):
        sums = table.picked(wanted, TODAY, **order, mark=mark, ranges=wide)
        there = [now[row["seq"]] for row in chosen if row["seq"] in now]
        assert {name: one.count for name, one in sums.items()} == Counter(row["state"] for row in there)
        money = Counter[str]()
        for row in there:
            money[row["currency"]] += row["amount"]
        found = Counter[str]()
        for one in sums.values():
            found.update(one.amounts)
        assert {name: cents for name, cents in found.items() if cents} == {n: c for n, c in money.items() if c}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), questions=st.lists(st.tuples(FILTERS, st.sampled_from(sorted(SORTS)), st.booleans()),
                                                      min_size=3, max_size=3))  # fmt: skip
def test_an_open_list_keeps_its_places_while_rows_come_change_and_go(
    seed: int, questions: list[tuple[PaymentFilter, str, bool]], store: Store, other: Database
) -> None:
    draw = random.Random(seed)
    with other.transaction() as db:
        db.execute("DELETE FROM payment")
        for _ in range(40):
            write(db, make_row(draw, None))
    columns = PaymentColumns(store.database, ZONE, at_once=draw.choice([0, 40]))  # lists that are made after they begin
    table, shown, rows = PaymentTable(store.database, columns), list[Shown](), rows_of(store)
    for _ in SORTS:
        columns.refresh()  # makes an order each
    for wanted, sort, descending in questions:
        first = table.block(wanted, TODAY, sort=sort, descending=descending, start=0, size=200, mark=None)
        expected = sorted((row for row in rows if fits(row, wanted)), key=lambda row: place_of(row, sort))
        assert first.rows == (expected[::-1] if descending else expected) and first.newer == 0
        shown.append((wanted, sort, descending, first.mark, [row for row in first.rows if row]))
    for _ in range(3):
        with other.transaction() as db:
            keys = [row[0] for row in db.execute("SELECT seq FROM payment ORDER BY seq").fetchall()]
            write(db, make_row(draw, max(keys) + 1))
            for key in draw.sample(keys, 3):
                row = make_row(draw, key)
                names = ", ".join(f"{name} = :{name}" for name in COLUMNS)
                db.execute(f"UPDATE payment SET {names} WHERE seq = :seq", row)
            db.execute("DELETE FROM payment WHERE seq = ?", [draw.choice(keys)])
        for listed in shown:
            scroll(store, table, listed)
    columns.close()


def test_a_payment_failed_when_its_money_was_taken_back(store: Store, other: Database) -> None:
    row = {**make_row(random.Random(3), None), "id": "py_back", "state": "failed", "created": NOON - 9 * 86_400}
    failed = NOON - 2 * 86_400
    with other.transaction() as db:
        db.execute("DELETE FROM payment")
        db.execute(
            "INSERT INTO balance_transaction (id, created, amount, currency, type, source_id, fee, net, available_on,"
            " status) VALUES ('txn_back', ?, -5, 'usd', 'payment_failure_refund', 'py_back', 0, -5, ?, 'available')",
            [failed, failed],
        )
        write(db, row)
    day = datetime.fromtimestamp(failed, ZONE).date()
    for wanted, count in ((day, 1), (day - timedelta(1), 0), (day + timedelta(1), 0)):
        sums = store.payments.sums(PaymentFilter(created_from=wanted, created_to=wanted, dated="failed"), TODAY)
        assert sums.count == count


def test_many_rows_and_many_different_words_are_read_in_slices_and_changed_in_place(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = open_store(tmp_path_factory.mktemp("many") / "desk.db", Vault([make_key()]), Clock(), ZONE)
    count = max(2 * SLICE, COMPARED) + 5
    with store.transaction() as db:
        db.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?) INSERT INTO payment"
            " (id, created, day, amount, currency, state, rail, customer, email, bank, reference, refunded)"
            " SELECT 'py_' || x, x, 0, x, 'usd', 'paid_out', 'ach_debit', 'Ada', '', '', 'INV-' || x || '/', 0 FROM n",
            [count],
        )
    try:
        everything = PaymentFilter()
        assert store.payments.sums(everything, TODAY).amounts == {"usd": count * (count + 1) // 2}
        deep = store.payments.block(
            everything, TODAY, sort="amount", descending=False, start=SLICE, size=1, mark=None
        ).rows
        assert [row and row["amount"] for row in deep] == [SLICE + 1]
        with store.transaction() as db:
            db.execute("UPDATE payment SET reference = 'other', amount = 0 WHERE id = ?", [f"py_{SLICE}"])
            db.execute("DELETE FROM payment WHERE id = 'py_1'")
        for text, found in ((f"INV-{SLICE}/", 0), (f"INV-{SLICE + 1}/", 1), ("other", 1)):
            assert store.payments.sums(PaymentFilter(text=text), TODAY).count == found, text
        first = store.payments.block(
            everything, TODAY, sort="amount", descending=False, start=0, size=2, mark=None
        ).rows
        assert [row and row["id"] for row in first] == [f"py_{SLICE}", "py_2"]
    finally:
        store.close()


def test_who_has_missed_more_changes_than_are_noted_reads_the_table_anew(store: Store, other: Database) -> None:
    store.payments.banks()
    with other.transaction() as db:
        db.execute("DELETE FROM payment")
        write(db, make_row(random.Random(1), None))
        db.execute("UPDATE payment SET bank = 'ANOTHER'")
        db.execute("UPDATE payment_change SET n = n + 1000000")
    assert store.payments.banks() == ["ANOTHER"]


def test_notes_of_changes_do_not_pile_up(store: Store, other: Database) -> None:
    with other.transaction() as db:
        write(db, make_row(random.Random(1), None))
        db.execute("UPDATE payment SET bank = 'A'")
        db.execute("UPDATE payment_change SET n = n + 1000000")
        db.execute("UPDATE payment SET bank = 'B'")
        (count,) = db.execute("SELECT count(*) FROM payment_change").fetchone()
    notes = store.database.handle.execute("SELECT max(n) - min(n) FROM payment_change").fetchone()[0]
    assert count >= 1 and notes < 200_000


def test_what_is_not_committed_is_not_seen_and_what_is_taken_back_never(store: Store) -> None:
    before = store.payments.sums(PaymentFilter(), TODAY)
    with pytest.raises(RuntimeError), store.transaction() as db:
        write(db, make_row(random.Random(2), None))
        assert store.payments.sums(PaymentFilter(), TODAY) == before
        raise RuntimeError("taken back")
    assert store.payments.sums(PaymentFilter(), TODAY) == before

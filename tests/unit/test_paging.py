"""A page is the same whichever index finds it, and the sums are those of its rows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.clock import Clock
from dashboard.filters import PaymentFilter
from dashboard.status import PaymentState
from dashboard.store import Store
from dashboard.store.conditions import match_words, parts_of
from dashboard.store.limits import QueryTooSlow, limited
from dashboard.store.paging import SORTS, find_keys, where_oldest_first
from dashboard.store.vault import Vault, make_key
from tests.histories import History

HISTORY = History(300, days=90)
TODAY = date(2026, 11, 24)
ZONE = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("paging") / "desk.db", Vault([make_key()]), Clock(), ZONE)
    for resource, listing in HISTORY.resources.items():
        if resource != "events":
            opened.ledger.apply(resource, [json.loads(body) for body in listing.bodies])
    while opened.ledger.index_search():
        continue
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def rows(store: Store) -> list[dict[str, Any]]:
    return list(store.payments.walk(PaymentFilter(), TODAY))


def fits(row: dict[str, Any], wanted: PaymentFilter) -> bool:
    """What the filter means, told by itself; a search is by one whole word or the begin of one."""
    words = f"{row['customer']} {row['email']} {row['reference']}".casefold()
    return (
        (not wanted.statuses or row["state"] in {one.value for one in wanted.statuses})
        and (not wanted.rail or row["rail"] == wanted.rail)
        and (not wanted.bank or row["bank"] == wanted.bank)
        and (not wanted.customer or row["customer_id"] == wanted.customer)
        and (not wanted.payout or row["payout_id"] == wanted.payout)
        and (not wanted.failure_code or row["reason"] == wanted.failure_code)
        and (wanted.amount_min is None or row["amount"] >= wanted.amount_min)
        and (wanted.amount_max is None or row["amount"] <= wanted.amount_max)
        and (wanted.created_from is None or row["day"] >= wanted.created_from.toordinal() - 719_163)
        and (wanted.created_to is None or row["day"] <= wanted.created_to.toordinal() - 719_163)
        and (not wanted.text or wanted.text.casefold() in words)
    )


@st.composite
def filters(draw: st.DrawFn, rows: list[dict[str, Any]]) -> PaymentFilter:
    """A filter of some parts, each taken from a row that exists, so that most of them find something."""
    row = draw(st.sampled_from(rows))
    chosen = draw(st.sets(st.sampled_from(("state", "rail", "bank", "customer", "payout", "reason", "low", "high",
                                           "start", "end", "text")), max_size=4))  # fmt: skip
    states = {PaymentState(row["state"]), *draw(st.sets(st.sampled_from(PaymentState), max_size=3))}
    return PaymentFilter(
        statuses=tuple(sorted(states)) if "state" in chosen else (),
        rail=row["rail"] if "rail" in chosen else "",
        bank=row["bank"] if "bank" in chosen else "",
        customer=(row["customer_id"] or "") if "customer" in chosen else "",
        payout=(row["payout_id"] or "") if "payout" in chosen else "",
        failure_code=(row["reason"] or "") if "reason" in chosen else "",
        amount_min=row["amount"] - 500 if "low" in chosen and row["amount"] > 500 else None,
        amount_max=row["amount"] + 500 if "high" in chosen else None,
        created_from=date.fromordinal(row["day"] + 719_163 - 9) if "start" in chosen else None,
        created_to=date.fromordinal(row["day"] + 719_163 + 9) if "end" in chosen else None,
        text=row["customer"].split()[0] if "text" in chosen and row["customer"] else "",
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), sort=st.sampled_from(sorted(SORTS)), descending=st.booleans())
def test_every_filter_and_order_finds_the_same_rows_whichever_index_is_taken(
    data: st.DataObject, sort: str, descending: bool, store: Store, rows: list[dict[str, Any]]
) -> None:
    wanted = data.draw(filters(rows))
    expected = [row for row in rows if fits(row, wanted)]
    names = [column.split()[0] for column in SORTS[sort]]

    def place(row: dict[str, Any]) -> tuple[Any, ...]:
        keys = [row[name] for name in names]
        cased = [key.casefold() if isinstance(key, str) else key for key in keys]
        return (
            *((key is not None, key or 0) if not isinstance(key, str) else (True, key) for key in cased),
            row["seq"],
        )

    expected.sort(key=place, reverse=descending)
    parts, connection = parts_of(wanted, TODAY, ZONE), store.database.handle.conn
    for few in (0, 10, 5_000):  # along the order, by chance either way, by the filter's own index
        found = find_keys(connection, parts, sort, descending=descending, offset=2, size=20, few=few)
        assert found == [row["seq"] for row in expected[2:22]], few
    walked = [row["seq"] for row in store.payments.walk(wanted, TODAY)]
    assert walked == [row["seq"] for row in rows if fits(row, wanted)]
    tests, values, order = where_oldest_first(connection, parts, few=0)
    along = connection.execute(f"SELECT seq FROM payment {tests} ORDER BY {order}", values)
    assert [row[0] for row in along] == walked
    sums = store.payments.sums(wanted, TODAY)
    assert (sums.count, sum(sums.amounts.values())) == (len(expected), sum(row["amount"] for row in expected))


def test_a_page_shows_what_overdue_means(store: Store) -> None:
    later = date(2027, 3, 1)
    waiting = store.payments.sums(PaymentFilter(statuses=(PaymentState.SUBMITTED, PaymentState.PENDING)), later).count
    found = store.payments.page(PaymentFilter(overdue=True), later, sort="due", descending=False, offset=0, size=500)
    assert len(found) == waiting > 0 and all(row["state"] in {"submitted", "pending"} for row in found)
    assert store.payments.page(PaymentFilter(overdue=True), date(2024, 1, 1), sort="due", descending=False, offset=0,
                               size=5) == []  # fmt: skip


def test_the_banks_are_each_named_once_in_order(store: Store, rows: list[dict[str, Any]]) -> None:
    assert store.payments.banks() == sorted({row["bank"] for row in rows if row["bank"]})


def test_a_question_that_nobody_waits_for_any_more_ends(store: Store) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(QueryTooSlow):
        for _ in range(5_000):
            store.payments.sums(PaymentFilter(amount_min=1), TODAY, 60, stop)


def test_a_limit_inside_another_leaves_the_outer_one_in_force(store: Store) -> None:
    connection = store.database.handle.conn
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(QueryTooSlow), limited(connection, 0.2):
        with pytest.raises(QueryTooSlow), limited(connection, 0.01):
            connection.execute(endless).fetchone()
        connection.execute(endless).fetchone()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Ada Novak", '"Ada" "Novak"*'),
        ("$1,234.50", '"1234.50"*'),
        ("customer77@example.com", '"customer77" "example" "com"*'),
        ("…", ""),
    ],
)
def test_every_word_must_occur_and_the_last_may_be_only_begun(text: str, query: str) -> None:
    assert match_words(text) == query

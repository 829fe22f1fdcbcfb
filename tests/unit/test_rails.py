"""What is no ACH debit is no payment: kept so that payouts tie, and counted nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Actor, Role
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.payments.export import COLUMNS
from dashboard.payouts import Finding, Payouts
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.migrations import define_all
from tests.empty_desks import open_store
from tests.unit.test_projection import check_sums

FRED = Actor("fred", frozenset({Role.FINANCE}))
CREATED = 1_795_000_000
DAY = 86_400
TODAY = date(2026, 11, 24)
ACH = {"type": "us_bank_account", "us_bank_account": {"bank_name": "STRIPE TEST BANK", "last4": "6789"}}
OLD = {"type": "ach_debit", "ach_debit": {"bank_name": "STRIPE TEST BANK", "last4": "6789"}}
CARD = {"type": "card", "card": {"last4": "4242"}}


@pytest.fixture
def store(tmp_path: Path, vault: Vault, clock: FixedClock) -> Iterator[Store]:
    opened = open_store(tmp_path / "desk.db", vault, clock, ZoneInfo("America/New_York"))
    yield opened
    opened.close()


def charge(id: str, details: Any = ACH, **values: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "charge",
        "created": CREATED,
        "amount": 5_000,
        "currency": "usd",
        "status": "succeeded",
        "payment_method_details": details,
        "balance_transaction": f"txn_{id}",
        **values,
    }


def intent(id: str, **values: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "payment_intent",
        "created": CREATED,
        "amount": 700,
        "currency": "usd",
        "status": "requires_payment_method",
        **values,
    }


def booked(id: str, source: str, type: str = "payment", amount: int = 5_000, fee: int = 40) -> dict[str, Any]:
    return {
        "id": id,
        "created": CREATED,
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "currency": "usd",
        "type": type,
        "status": "available",
        "available_on": CREATED,
        "source": source,
    }


def payout(id: str, **values: Any) -> dict[str, Any]:
    return {
        "id": id,
        "created": CREATED,
        "amount": 4_960,
        "currency": "usd",
        "status": "paid",
        "arrival_date": CREATED + DAY,
        "automatic": True,
        "reconciliation_status": "completed",
        **values,
    }


def part(id: str, charge_id: str = "py_1", **values: Any) -> dict[str, Any]:
    return {"id": id, "created": CREATED, "amount": 5_000, "currency": "usd", "charge": charge_id, **values}


def shown(store: Store) -> list[str]:
    return [row["id"] for row in store.payments.walk(PaymentFilter(), TODAY)]


def one(store: Store, id: str = "py_1") -> dict[str, Any]:
    found = store.payments.get(id)
    assert found is not None
    return found


CARDS = [charge(f"ch_{number}", CARD, status="failed" if number % 3 else "succeeded") for number in range(400)]


@pytest.mark.parametrize("backfilling", [True, False])
def test_cards_are_in_no_table_sum_chart_or_rate(store: Store, backfilling: bool) -> None:
    returned = charge("py_9", status="failed", failure_code="debit_not_authorized")
    debits = [charge("py_1"), charge("py_2", OLD), returned]
    store.projection.apply("charges", [*CARDS, *debits], backfilling=backfilling)
    assert sorted(shown(store)) == ["py_1", "py_2", "py_9"]
    assert store.payments.sums(PaymentFilter(), TODAY).count == 3
    assert sum(found.count for found in store.payments.sums_by_state(None, TODAY).values()) == 3
    assert sum(row["count"] for row in store.charts.returned_since(date(2026, 1, 1))) == 1
    assert store.payments.get("ch_1") is None
    assert "rail" in COLUMNS
    check_sums(store)


@pytest.mark.parametrize(
    ("details", "source", "is_shown"),
    [
        (ACH, None, True),
        (OLD, None, True),
        (None, {"object": "bank_account", "last4": "6789"}, True),
        (CARD, None, False),
        ({"type": "link"}, None, False),
        ({"type": "sepa_debit", "sepa_debit": {"last4": "3000"}}, None, False),
        ({"type": "something_new"}, None, False),
        (None, {"object": "card"}, False),
        (None, None, False),
    ],
)
def test_the_rail_is_what_stripe_says_and_never_guessed(
    store: Store, details: Any, source: Any, is_shown: bool
) -> None:
    store.projection.apply("charges", [charge("py_1", details, source=source)])
    assert (shown(store) == ["py_1"]) is is_shown


@pytest.mark.parametrize(
    ("values", "is_shown"),
    [
        ({"payment_method_types": ["us_bank_account"]}, True),
        ({"payment_method_types": ["card"]}, False),
        ({"payment_method_types": ["card", "us_bank_account", "link"]}, False),
        ({"allowed_payment_method_types": ["us_bank_account"], "payment_method_types": ["card"]}, True),
        ({}, False),
        (
            {
                "payment_method_types": ["card", "us_bank_account"],
                "last_payment_error": {"code": "x", "payment_method": {"type": "us_bank_account"}},
            },
            True,
        ),
        (
            {
                "payment_method_types": ["card", "us_bank_account"],
                "last_payment_error": {"code": "card_declined", "payment_method": {"type": "card"}},
            },
            False,
        ),
    ],
)
@pytest.mark.parametrize("backfilling", [True, False])
def test_an_abandoned_intent_that_is_not_for_bank_debits_does_not_appear(
    store: Store, values: dict[str, Any], is_shown: bool, backfilling: bool
) -> None:
    store.projection.apply("payment_intents", [intent("pi_1", **values)], backfilling=backfilling)
    while store.projection.derive_intents_without_charge():
        continue
    assert (shown(store) == ["pi_1"]) is is_shown


@pytest.mark.parametrize(("types", "is_shown"), [(["us_bank_account"], True), (["card"], False), ([], False)])
@pytest.mark.parametrize("charge_first", [True, False])
def test_a_charge_that_does_not_say_its_rail_has_that_of_its_intent(
    store: Store, types: list[str], is_shown: bool, charge_first: bool
) -> None:
    steps: list[Callable[[], object]] = [
        lambda: store.projection.apply("charges", [charge("py_1", None, payment_intent="pi_1")]),
        lambda: store.projection.apply("payment_intents", [intent("pi_1", payment_method_types=types)]),
    ]
    for step in steps if charge_first else steps[::-1]:
        step()
    assert (shown(store) == ["py_1"]) is is_shown


def test_an_intent_that_a_card_paid_in_the_end_leaves_the_table(store: Store) -> None:
    store.projection.apply("payment_intents", [intent("pi_1", payment_method_types=["us_bank_account"])])
    assert shown(store) == ["pi_1"]
    store.projection.apply("charges", [charge("ch_1", CARD, payment_intent="pi_1")])
    assert shown(store) == []
    check_sums(store)


def test_a_payout_of_both_rails_ties_and_says_what_is_whose(store: Store) -> None:
    store.projection.apply("customers", [{"id": "cus_1", "created": 1, "name": "Ana Diaz", "email": None}])
    store.projection.apply("payouts", [payout("po_1", amount=9_920)])
    parts = [booked("txn_py_1", "py_1"), booked("txn_ch_1", "ch_1", "charge")]
    store.projection.apply("balance_transactions", parts, payout_id="po_1")
    store.projection.mark_itemized("po_1")
    store.projection.apply("charges", [charge("py_1"), charge("ch_1", CARD, customer="cus_1", description="Card sale")])
    payouts = Payouts(store)
    assert payouts.get(FRED, "po_1").finding is Finding.TIES
    assert [(found.name, found.parts, found.net) for found in payouts.sums(FRED, "po_1")] == [
        ("Payments", 1, 4_960),
        ("Payments by other means than ACH", 1, 4_960),
    ]
    items, _ = payouts.items(FRED, "po_1")
    assert {item.source_id: (item.name, item.customer, item.reference) for item in items} == {
        "py_1": ("Payments", "", ""),
        "ch_1": ("Payments by other means than ACH", "Ana Diaz", "Card sale"),
    }


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_several_disputes_the_one_that_took_the_money_decides(store: Store, order: tuple[int, ...]) -> None:
    disputes = [
        part("du_1", status="warning_closed", reason="inquiry"),
        part("du_2", status="lost", reason="debit_not_authorized", created=CREATED + DAY),
        part("du_3", status="won", reason="duplicate", created=CREATED + 2 * DAY),
    ]
    store.projection.apply("charges", [charge("py_1")])
    for place in order:
        store.projection.apply("disputes", [disputes[place]])
    assert (one(store)["state"], one(store)["reason"]) == ("returned_late", "debit_not_authorized")
    store.projection.apply("disputes", [{**disputes[1], "status": "won"}])
    assert one(store)["state"] == "succeeded"


@pytest.mark.parametrize("stripe_lowers_it", [True, False])
@pytest.mark.parametrize("ending", ["failed", "canceled"])
def test_a_refund_that_did_not_arrive_is_given_back_however_stripe_counts(
    store: Store, ending: str, stripe_lowers_it: bool
) -> None:
    store.projection.apply("charges", [charge("py_1", amount_refunded=5_000)])
    store.projection.apply("refunds", [part("re_1", status="pending")])
    assert (one(store)["state"], one(store)["refunded"]) == ("refunded", 5_000)
    store.projection.apply("refunds", [part("re_1", status=ending)])
    store.projection.apply("charges", [charge("py_1", amount_refunded=0 if stripe_lowers_it else 5_000)])
    assert (one(store)["state"], one(store)["refunded"]) == ("succeeded", 0)
    check_sums(store)


def test_one_refund_that_failed_leaves_the_other_standing(store: Store) -> None:
    store.projection.apply("charges", [charge("py_1", amount_refunded=5_000)])
    refunds = [part("re_1", amount=2_000, status="succeeded"), part("re_2", amount=3_000, status="failed")]
    store.projection.apply("refunds", refunds)
    assert (one(store)["state"], one(store)["refunded"]) == ("partly_refunded", 2_000)


def test_what_was_given_back_counts_though_its_refunds_cannot_be_read(store: Store) -> None:
    store.projection.apply("charges", [charge("py_1", amount_refunded=5_000)])
    assert one(store)["state"] == "refunded"


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
@pytest.mark.parametrize("listed_again", [True, False])
def test_what_a_failed_payout_held_belongs_to_the_one_that_paid_it(
    store: Store, order: tuple[int, ...], listed_again: bool
) -> None:
    """Stripe books the amount back (`payout_failure`), and the next payout holds that, or the payments once more."""
    again = [booked("txn_py_1", "py_1")] if listed_again else [booked("txn_back", "po_1", "payout_failure", 4_960, 0)]

    def itemize(id: str, parts: list[dict[str, Any]]) -> None:
        store.projection.apply("balance_transactions", parts, payout_id=id)
        store.projection.mark_itemized(id)

    store.projection.apply("payouts", [payout("po_1", status="failed"), payout("po_2", created=CREATED + DAY)])
    steps: list[Callable[[], object]] = [
        lambda: store.projection.apply("charges", [charge("py_1")]),
        lambda: itemize("po_1", [booked("txn_py_1", "py_1")]),
        lambda: itemize("po_2", again),
        lambda: store.projection.apply("payouts", [payout("po_2", created=CREATED + DAY)]),
    ]
    for place in order:
        steps[place]()
    assert (one(store)["state"], one(store)["payout_id"]) == ("paid_out", "po_2")


def test_a_payer_without_a_customer_is_known_by_the_billing_details(store: Store) -> None:
    payer = {"name": "Pia Payer", "email": "pia@example.com"}
    store.projection.apply("charges", [charge("py_1", billing_details=payer)])
    assert (one(store)["customer"], one(store)["email"]) == ("Pia Payer", "pia@example.com")
    assert [row["id"] for row in store.payments.walk(PaymentFilter(text="payer"), TODAY)] == ["py_1"]


def test_the_customer_goes_before_the_billing_details(store: Store) -> None:
    store.projection.apply("customers", [{"id": "cus_1", "created": 1, "name": "Ana Diaz", "email": "ana@example.com"}])
    store.projection.apply("charges", [charge("py_1", customer="cus_1", billing_details={"name": "Pia Payer"})])
    assert one(store)["customer"] == "Ana Diaz"


def test_a_customer_who_was_deleted_at_stripe_keeps_the_last_known_name(store: Store) -> None:
    store.projection.apply("customers", [{"id": "cus_1", "created": 1, "name": "Ana Diaz", "email": "ana@example.com"}])
    store.projection.apply("charges", [charge("py_1", customer="cus_1")])
    store.projection.apply("customers", [{"id": "cus_1", "object": "customer", "deleted": True}])
    assert (one(store)["customer"], one(store)["email"]) == ("Ana Diaz", "ana@example.com")


def test_what_an_older_version_showed_of_cards_leaves_table_search_and_sums(
    tmp_path: Path, vault: Vault, clock: FixedClock
) -> None:
    older = Database(tmp_path / "older.db")
    for migrations in define_all():
        migrations.apply(older.handle, stop_before="payments_002_ach_only")
        if migrations.name == "payments":
            break
    with older.transaction() as db:
        for number, rail in enumerate(("us_bank_account", "ach_debit", "card")):
            row = (f"py_{number}", CREATED, 20_000, 5_000, "usd", "failed", "x", rail, "Ada Novak", "", "", "", 0)
            names = (
                "id, created, day, amount, currency, state, reason, rail, customer, email, bank, reference, refunded"
            )
            db.execute(f"INSERT INTO payment ({names}) VALUES ({', '.join('?' * len(row))})", row)
            db.execute("INSERT INTO payment_search (rowid, words) VALUES (?, 'Ada Novak')", [number + 1])
            db.execute("INSERT INTO payment_by_day VALUES (20000, 'failed', 'usd', ?, 1, 5000, 0)", [rail])
    older.close()
    store = Store.open(tmp_path / "older.db", vault, clock, ZoneInfo("America/New_York"))
    try:
        assert sorted(shown(store)) == ["py_0", "py_1"]
        check_sums(store)
        assert store.payments.sums(PaymentFilter(text="nov"), TODAY).count == 2
        query = "SELECT name FROM sqlite_schema WHERE name GLOB 'payment_search*' OR name GLOB 'payment_by_*'"
        assert not list(store.database.handle.query(query)), "what memory does now left the file"
        assert store.database.check_integrity() == []
    finally:
        store.close()

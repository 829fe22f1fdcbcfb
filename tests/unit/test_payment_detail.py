"""A payment's own page tells its whole timeline: dates, fees, mandate, ids, what its code means and who acts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.domain.business_days import EASTERN
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, Mode, Role
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.return_windows import find_return_windows
from dashboard.payments.detail import PaymentDetails, link_to_dashboard
from dashboard.settings import Settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.empty_desks import open_store
from tests.payment_history import DAY, History

HISTORY = History(120, days=40)
NOW = datetime.fromtimestamp(HISTORY.now, UTC)


@pytest.fixture
def store(tmp_path: Path, vault: Vault) -> Iterator[Store]:

    opened = open_store(tmp_path / "desk.db", vault, FixedClock(NOW))
    for resource, listing in HISTORY.resources.items():
        if resource != "events":
            opened.projection.apply(resource, [json.loads(body) for body in listing.bodies])
    for payout, places in HISTORY.by_payout.items():
        bodies = HISTORY.resources["balance_transactions"].bodies
        opened.projection.apply("balance_transactions", [json.loads(bodies[p]) for p in places], payout_id=payout)
    yield opened
    opened.close()


@pytest.fixture
def details(store: Store, settings: Settings) -> PaymentDetails:
    return PaymentDetails(store, FixedClock(NOW), settings)


def charge_with(store: Store, state: str) -> str:

    rows = store.payments.walk(PaymentFilter(statuses=(PaymentState(state),)), NOW.date())
    return str(next(iter(rows))["id"])


def test_the_time_line_of_a_paid_out_payment_ends_with_its_payout(store: Store, details: PaymentDetails) -> None:
    detail = details.get(demo_actor(), charge_with(store, "paid_out"))
    told = [entry.what for entry in detail.timeline]
    assert told[0] == "Created" and told[-1] == "Paid out (paid)"
    assert "Sent to the bank network" in told and "Available in the Stripe balance" in told
    assert [entry.at for entry in detail.timeline] == sorted(entry.at for entry in detail.timeline)
    assert detail.money[0] == ("Amount", detail.row.amount, "usd")
    assert detail.money[-1] == ("Net", detail.row.net, "usd")
    assert sum(line.cents for line in detail.money[:-1]) == detail.row.net


def test_a_pending_payment_says_what_is_still_expected(store: Store, details: PaymentDetails) -> None:
    detail = details.get(demo_actor(), charge_with(store, "pending"))
    assert any(entry.at > NOW and not entry.is_certain for entry in detail.timeline)


def test_it_says_until_when_each_group_of_codes_can_still_come(store: Store, details: PaymentDetails) -> None:
    """Four business days from the debit for most reasons, sixty days from the settlement for an unauthorized one."""
    made = datetime(2026, 11, 24, 15, tzinfo=UTC)  # the Tuesday before Thanksgiving
    found = find_return_windows(made, None, of_company=False)
    assert (found.most_on, found.unauthorized_at.date()) == (date(2026, 12, 1), date(2027, 1, 30))
    settled = find_return_windows(made, made + timedelta(days=3), of_company=False)
    assert settled.unauthorized_at == made + timedelta(days=63)
    for state in ("paid_out", "pending", "refunded"):
        assert details.get(demo_actor(), charge_with(store, state)).windows is not None, state
    assert details.get(demo_actor(), charge_with(store, "failed")).windows is None


def test_a_company_has_two_banking_days_to_say_that_it_did_not_authorize_a_debit() -> None:
    """R29, where a consumer has 60 days; over Thanksgiving and a weekend they are Friday and Monday."""
    made = datetime(2026, 11, 20, 15, tzinfo=UTC)
    settled = datetime(2026, 11, 25, 5, tzinfo=UTC)  # Wednesday, midnight in New York
    found = find_return_windows(made, settled, of_company=True)
    assert found.unauthorized_at == datetime(2026, 11, 30, 5, tzinfo=UTC)


def test_a_payment_of_a_company_shows_the_companys_window(store: Store, details: PaymentDetails) -> None:
    id = charge_with(store, "paid_out")
    consumers = details.get(demo_actor(), id).windows
    charge = store.payments.parts(id)["charge"][0]["id"]
    with store.database.transaction() as db:
        db.execute("UPDATE charge SET holder_type = 'company' WHERE id = ?", [charge])
    companys = details.get(demo_actor(), id).windows
    assert consumers is not None and companys is not None
    assert companys.most_on == consumers.most_on
    assert companys.unauthorized_at < consumers.unauthorized_at - timedelta(days=50)


def test_the_windows_of_a_late_evening_begin_with_the_day_on_which_the_debit_goes_out() -> None:
    """The networks' days are Eastern: 23:30 in New York is the next day in UTC, and a Friday's debit goes on Monday."""
    friday = datetime(2026, 11, 13, 23, 30, tzinfo=EASTERN)
    found = find_return_windows(friday.astimezone(UTC), None, of_company=False)
    assert found.most_on == date(2026, 11, 20), "four business days after Monday"
    assert found.unauthorized_at == datetime(2026, 11, 20, 23, 30, tzinfo=EASTERN) + timedelta(days=60)


def test_a_refund_and_a_return_are_in_the_time_line_with_their_ids(store: Store, details: PaymentDetails) -> None:
    refunded = details.get(demo_actor(), charge_with(store, "refunded"))
    assert any(entry.what.startswith("Refund of ") for entry in refunded.timeline)
    assert refunded.ids["Refund"].startswith("re_")
    id = charge_with(store, "paid_out")
    dispute = {"id": "du_9", "created": HISTORY.now - DAY, "amount": 1_050, "currency": "usd", "status": "lost"}
    store.projection.apply("disputes", [{**dispute, "charge": id, "reason": "debit_not_authorized"}])
    taken = {"id": "txn_9", "type": "adjustment", "amount": -1_050, "fee": 1_500, "net": -2_550, "source": "du_9"}
    store.projection.apply("balance_transactions", [{**taken, "created": HISTORY.now, "currency": "usd"}])
    returned = details.get(demo_actor(), id)
    assert ("Returned by the bank", -1_050, "usd") in returned.money
    assert ("Stripe's fee for that", -1_500, "usd") in returned.money
    assert sum(line.cents for line in returned.money[:-1]) == returned.money[-1].cents
    assert returned.timeline[-1].what == "Returned by the bank: $10.50 (debit_not_authorized)"
    assert returned.ids["Dispute"] == "du_9"


def test_every_id_opens_the_same_payment(store: Store, details: PaymentDetails) -> None:
    detail = details.get(demo_actor(), charge_with(store, "succeeded"))
    assert {"Charge", "PaymentIntent", "Customer", "Balance transaction"} <= set(detail.ids)
    assert details.get(demo_actor(), detail.ids["PaymentIntent"]).row.id == detail.ids["Charge"]


def test_a_failure_is_explained_by_the_return_code_where_stripe_gives_it(store: Store, details: PaymentDetails) -> None:

    id = charge_with(store, "failed")
    detail = details.get(demo_actor(), id)
    assert detail.reason and not detail.reason.is_return_code and detail.reason.meaning.code == detail.row.reason
    body = json.loads(next(b for b in HISTORY.resources["charges"].bodies if json.loads(b)["id"] == id))
    store.projection.apply("charges", [{**body, "outcome": {"network_decline_code": "R01"}}])
    named = details.get(demo_actor(), id).reason
    assert named and named.is_return_code and named.meaning.code == "R01" and named.meaning.who == "customer"
    store.projection.apply("charges", [{**body, "failure_code": "quite_new"}])
    new = details.get(demo_actor(), id).reason
    assert new and new.meaning.code == new.meaning.title == "quite_new"


@pytest.mark.parametrize(
    ("mode", "start"),
    [(Mode.TEST, "https://dashboard.stripe.com/test/payments/"), (Mode.LIVE, "https://dashboard.stripe.com/payments/")],
)
def test_the_link_leads_to_the_dashboard_of_its_mode(
    store: Store, details: PaymentDetails, mode: Mode, start: str
) -> None:
    row = details.get(demo_actor(), charge_with(store, "paid_out")).row
    assert link_to_dashboard(row, mode)["Payment"] == f"{start}{row.intent_id}"
    assert row.payout_id and link_to_dashboard(row, mode)["Payout"].endswith(row.payout_id)
    assert not link_to_dashboard(row, Mode.SANDBOX)


def test_an_unknown_id_says_what_to_do_and_ops_may_not_look(details: PaymentDetails) -> None:
    with pytest.raises(InputError, match="no such payment"):
        details.get(demo_actor(), "py_nobody")
    with pytest.raises(AccessDenied):
        details.get(Actor("olga", frozenset({Role.OPS})), "py_nobody")


def test_amount_fee_and_net_are_each_in_their_own_currency(store: Store, details: PaymentDetails) -> None:
    """An account that settles in Canadian dollars: Stripe converts, and sums never mix."""
    id = charge_with(store, "paid_out")
    (before,) = store.payments.parts(id)["balance_transaction"]
    booked = {"id": before["id"], "source": id, "type": "payment", "created": HISTORY.now, "available_on": HISTORY.now}
    converted = {**booked, "amount": 1_380, "fee": 55, "net": 1_325, "currency": "cad", "status": "available"}
    store.projection.apply("balance_transactions", [converted])
    found = details.get(demo_actor(), id)
    assert [tuple(line) for line in found.money] == [
        ("Amount", found.row.amount, "usd"),
        ("Converted by Stripe", 1_380, "cad"),
        ("Stripe's fee", -55, "cad"),
        ("Net", 1_325, "cad"),
    ]
    assert (found.row.currency, found.row.balance_currency) == ("usd", "cad")


def test_a_refund_that_failed_is_a_line_of_its_own_and_leaves_the_net(store: Store, details: PaymentDetails) -> None:
    id = charge_with(store, "paid_out")
    before = details.get(demo_actor(), id)
    refund = {"id": "re_9", "created": HISTORY.now, "amount": 700, "currency": "usd", "status": "failed", "charge": id}
    store.projection.apply("refunds", [refund])
    booked = {"source": "re_9", "created": HISTORY.now, "currency": "usd", "fee": 0}
    store.projection.apply(
        "balance_transactions",
        [
            {**booked, "id": "txn_8", "type": "payment_refund", "amount": -700, "net": -700},
            {**booked, "id": "txn_9", "type": "refund_failure", "amount": 700, "net": 700},
        ],
    )
    found = details.get(demo_actor(), id)
    assert ("Given back: the refund failed", 700, "usd") in found.money and ("Refunded", -700, "usd") in found.money
    assert found.money[-1] == before.money[-1]
    assert (found.row.state, found.row.next_action) == (before.row.state, before.row.next_action)

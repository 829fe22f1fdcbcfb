"""A payment's own page tells its whole story: dates, fees, mandate, ids, what its code means and who acts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.access import demo_actor
from dashboard.clock import FixedClock
from dashboard.errors import AccessDenied, InputError
from dashboard.filters import PaymentFilter
from dashboard.models import Actor, Mode, Role
from dashboard.payment_story import PaymentStories, link_to_dashboard
from dashboard.settings import Settings
from dashboard.status import PaymentState
from dashboard.store import Store
from dashboard.store.vault import Vault
from tests.histories import DAY, History

HISTORY = History(120, days=40)
NOW = datetime.fromtimestamp(HISTORY.now, UTC)


@pytest.fixture
def store(tmp_path: Path, vault: Vault) -> Iterator[Store]:

    opened = Store.open(tmp_path / "desk.db", vault, FixedClock(NOW))
    for resource, listing in HISTORY.resources.items():
        if resource != "events":
            opened.ledger.apply(resource, [json.loads(body) for body in listing.bodies])
    for payout, places in HISTORY.by_payout.items():
        bodies = HISTORY.resources["balance_transactions"].bodies
        opened.ledger.apply("balance_transactions", [json.loads(bodies[p]) for p in places], payout_id=payout)
    yield opened
    opened.close()


@pytest.fixture
def stories(store: Store, settings: Settings) -> PaymentStories:
    return PaymentStories(store, FixedClock(NOW), settings)


def charge_with(store: Store, state: str) -> str:

    rows = store.payments.walk(PaymentFilter(statuses=(PaymentState(state),)), NOW.date())
    return str(next(iter(rows))["id"])


def test_the_time_line_of_a_paid_out_payment_ends_with_its_payout(store: Store, stories: PaymentStories) -> None:
    detail = stories.get(demo_actor(), charge_with(store, "paid_out"))
    told = [moment.what for moment in detail.story]
    assert told[0] == "Created" and told[-1] == "Paid out (paid)"
    assert "Handed to the bank network" in told and "Available in the Stripe balance" in told
    assert [moment.at for moment in detail.story] == sorted(moment.at for moment in detail.story)
    assert detail.money[0] == ("Amount", detail.row.amount) and detail.money[-1] == ("Net", detail.row.net)
    assert sum(cents for _, cents in detail.money[:-1]) == detail.row.net


def test_a_pending_payment_says_what_is_still_expected(store: Store, stories: PaymentStories) -> None:
    detail = stories.get(demo_actor(), charge_with(store, "pending"))
    assert any(moment.at > NOW and not moment.is_certain for moment in detail.story)


def test_a_refund_and_a_return_are_in_the_time_line_with_their_ids(store: Store, stories: PaymentStories) -> None:
    refunded = stories.get(demo_actor(), charge_with(store, "refunded"))
    assert any(moment.what.startswith("Refund of ") for moment in refunded.story)
    assert refunded.ids["Refund"].startswith("re_")
    id = charge_with(store, "paid_out")
    dispute = {"id": "du_9", "created": HISTORY.now - DAY, "amount": 1_050, "currency": "usd", "status": "lost"}
    store.ledger.apply("disputes", [{**dispute, "charge": id, "reason": "debit_not_authorized"}])
    taken = {"id": "txn_9", "type": "adjustment", "amount": -1_050, "fee": 1_500, "net": -2_550, "source": "du_9"}
    store.ledger.apply("balance_transactions", [{**taken, "created": HISTORY.now, "currency": "usd"}])
    returned = stories.get(demo_actor(), id)
    assert ("Returned by the bank", -1_050) in returned.money and ("Stripe's fee for that", -1_500) in returned.money
    assert sum(cents for _, cents in returned.money[:-1]) == returned.money[-1][1]
    assert returned.story[-1].what == "Returned by the bank: 10.50 USD (debit_not_authorized)"
    assert returned.ids["Dispute"] == "du_9"


def test_every_id_opens_the_same_payment(store: Store, stories: PaymentStories) -> None:
    detail = stories.get(demo_actor(), charge_with(store, "succeeded"))
    assert {"Charge", "PaymentIntent", "Customer", "Balance transaction"} <= set(detail.ids)
    assert stories.get(demo_actor(), detail.ids["PaymentIntent"]).row.id == detail.ids["Charge"]


def test_a_failure_is_explained_by_the_return_code_where_stripe_gives_it(store: Store, stories: PaymentStories) -> None:

    id = charge_with(store, "failed")
    detail = stories.get(demo_actor(), id)
    assert detail.reason and not detail.reason.is_return_code and detail.reason.meaning.code == detail.row.reason
    body = json.loads(next(b for b in HISTORY.resources["charges"].bodies if json.loads(b)["id"] == id))
    store.ledger.apply("charges", [{**body, "outcome": {"network_decline_code": "R01"}}])
    named = stories.get(demo_actor(), id).reason
    assert named and named.is_return_code and named.meaning.code == "R01" and named.meaning.who == "customer"
    store.ledger.apply("charges", [{**body, "failure_code": "quite_new"}])
    new = stories.get(demo_actor(), id).reason
    assert new and new.meaning.code == new.meaning.title == "quite_new"


@pytest.mark.parametrize(
    ("mode", "start"),
    [(Mode.TEST, "https://dashboard.stripe.com/test/payments/"), (Mode.LIVE, "https://dashboard.stripe.com/payments/")],
)
def test_the_link_leads_to_the_dashboard_of_its_mode(
    store: Store, stories: PaymentStories, mode: Mode, start: str
) -> None:
    row = stories.get(demo_actor(), charge_with(store, "paid_out")).row
    assert link_to_dashboard(row, mode)["Payment"] == f"{start}{row.intent_id}"
    assert row.payout_id and link_to_dashboard(row, mode)["Payout"].endswith(row.payout_id)
    assert not link_to_dashboard(row, Mode.SANDBOX)


def test_an_unknown_id_says_what_to_do_and_ops_may_not_look(stories: PaymentStories) -> None:
    with pytest.raises(InputError, match="no such payment"):
        stories.get(demo_actor(), "py_nobody")
    with pytest.raises(AccessDenied):
        stories.get(Actor("olga", frozenset({Role.OPS})), "py_nobody")

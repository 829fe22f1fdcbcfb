"""Whatever happened at Stripe while the sync stood still, and however long: every kept row equals Stripe's object."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.domain.models import Actor
from dashboard.settings import load_settings
from dashboard.store.encryption.vault import make_key
from dashboard.sync.changes import SLOW_EVERY
from tests.unit.paused_sync import LONG, SHORT, START, Desk, desk, keep_mandate, mandate_statuses, succeeded

__all__ = ["desk"]  # a fixture


@pytest.mark.parametrize("pause", [SHORT, LONG])
@pytest.mark.parametrize("ending", ["failed", "canceled"])
def test_a_refund_that_failed_in_the_pause_is_given_back(desk: Desk, ending: str, pause: timedelta) -> None:
    charge = succeeded(desk)
    refund = desk.account.refund(charge["id"], 5_000)
    desk.pause(SHORT)
    desk.sync()
    assert desk.state(charge) == "refunded"
    desk.pause(SHORT)
    desk.account.end_refund(refund["id"], ending)
    desk.pause(pause)
    desk.sync()
    assert desk.state(charge) == "succeeded"
    assert desk.differences() == []


def test_a_refund_that_the_bank_sent_back_in_the_pause_is_given_back(desk: Desk) -> None:
    """Stripe: one that succeeded may fail for 30 days."""
    charge = succeeded(desk)
    refund = desk.account.refund(charge["id"], 5_000, status="succeeded")
    desk.pause(timedelta(days=20))
    desk.sync()
    assert desk.state(charge) == "refunded"
    desk.account.end_refund(refund["id"], "failed")
    desk.pause(LONG)
    desk.sync()
    assert desk.state(charge) == "succeeded"


def test_a_dispute_that_was_won_in_the_pause_no_longer_takes_the_money(desk: Desk) -> None:
    charge = succeeded(desk)
    dispute = desk.account.dispute(charge["id"])
    desk.pause(timedelta(days=130))
    desk.sync()
    assert desk.state(charge) == "returned_late"
    desk.account.change("disputes", dispute, status="won")
    desk.pause(LONG)
    desk.sync()
    assert desk.state(charge) == "succeeded"


@pytest.mark.parametrize("before", ["in_transit", "paid"])
def test_a_payout_that_failed_in_the_pause_has_not_arrived(desk: Desk, before: str) -> None:
    """Stripe: one that was paid may fail within some business days."""
    charge = desk.account.debit(5_000)
    payout = desk.account.pay_out([desk.account.settle(charge["id"])["id"]], before)
    desk.account.change("payouts", payout, reconciliation_status="completed")
    desk.sync()
    assert desk.state(charge) == "paid_out"
    desk.account.change("payouts", payout, status="failed")
    desk.pause(LONG)
    desk.sync()
    assert desk.state(charge) == "succeeded"


def test_an_unconfirmed_intent_that_was_canceled_in_the_pause_is_canceled(desk: Desk) -> None:
    intent = desk.account.make(
        "payment_intents",
        amount=700,
        currency="usd",
        status="requires_confirmation",
        payment_method_types=["us_bank_account"],
    )
    desk.pause(timedelta(days=130))
    desk.sync()
    assert desk.state(intent) == "incomplete"
    desk.account.change("payment_intents", intent["id"], status="canceled")
    desk.pause(LONG)
    desk.sync()
    assert desk.state(intent) == "canceled"


@pytest.mark.parametrize("pause", [timedelta(hours=3), LONG])
def test_a_mandate_that_ended_in_the_pause_is_no_longer_active(desk: Desk, pause: timedelta) -> None:
    mandate = desk.account.make("mandates", status="active")
    keep_mandate(desk, mandate["id"])
    desk.sync()
    assert mandate_statuses(desk) == ["active", "active"]
    desk.account.change("mandates", mandate["id"], status="inactive")
    desk.pause(pause)
    desk.sync()
    assert mandate_statuses(desk) == ["inactive", "inactive"]


def test_a_mandate_that_was_taken_back_here_stays_so_whatever_stripe_says(desk: Desk) -> None:
    mandate = desk.account.make("mandates", status="active")
    keep_mandate(desk, mandate["id"], status="inactive")
    desk.sync()
    desk.account.change("mandates", mandate["id"], status="active")
    desk.pause(LONG)
    desk.sync()
    assert mandate_statuses(desk) == ["inactive", "inactive"]


SLOW = timedelta(seconds=SLOW_EVERY)


def test_a_payout_of_a_quiet_hour_is_read_within_two_hours(desk: Desk) -> None:
    """Where no event came of what a payment does, payouts and refunds are asked for every two hours only."""
    desk.account.debit(5_000)
    desk.sync()
    desk.pause(timedelta(hours=1))
    payout = desk.account.pay_out([desk.account.book("adjustment", 100, "ch_1")["id"]])
    desk.sync()
    assert desk.fresh().status().payouts_read_at == START, "and the pages say so"
    desk.pause(SLOW - timedelta(hours=1))
    desk.sync()
    assert desk.store.database.handle.execute("SELECT id FROM payout").fetchall() == [(payout,)]
    assert desk.fresh().status().payouts_read_at is None


def test_who_asks_for_a_sync_gets_the_payouts_too(desk: Desk, actor: Actor) -> None:
    desk.account.debit(5_000)
    desk.sync()
    desk.pause(timedelta(hours=1))
    payout = desk.account.pay_out([desk.account.book("adjustment", 100, "ch_1")["id"]])
    desk.fresh().request(actor)
    assert desk.store.database.handle.execute("SELECT id FROM payout").fetchall() == [(payout,)]


MOVES = {
    "refunds": ("succeeded", "failed", "canceled", "pending"),
    "disputes": ("won", "lost", "under_review", "warning_closed"),
    "payouts": ("paid", "failed", "canceled"),
    "payment_intents": ("canceled", "requires_payment_method"),
}
FINAL = {"succeeded", "failed", "canceled", "won", "lost", "warning_closed", "paid"}


class History:
    """Draws what happens at Stripe, one thing after the other."""

    def __init__(self, desk: Desk, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.desk, self.account, self._draw = desk, desk.account, draw

    def go_on(self, steps: int) -> None:
        """So many things happen, with some time between."""
        for _ in range(steps):
            self.desk.clock.move(timedelta(hours=self._draw(st.integers(1, 80))))
            self._draw(st.sampled_from([self._debit, self._intent, self._answer, self._pay, self._after, self._move]))()

    def _debit(self) -> None:
        self.account.debit(self._draw(st.integers(100, 90_000)))

    def _intent(self) -> None:
        self.account.make(
            "payment_intents",
            amount=400,
            currency="usd",
            status="requires_confirmation",
            payment_method_types=["us_bank_account"],
        )

    def _answer(self) -> None:
        if waiting := self._charges("pending"):
            charge = self._draw(st.sampled_from(waiting))
            if self._draw(st.booleans()):
                self.account.settle(charge)
            else:
                self.account.change("charges", charge, status="failed", failure_code="account_closed")

    def _pay(self) -> None:
        unpaid = [id for id, one in self.account.objects["balance_transactions"].items() if not one["payout"]]
        if unpaid:
            payout = self.account.pay_out(unpaid)
            if self._draw(st.booleans()):
                self.account.change("payouts", payout, reconciliation_status="completed", status="paid")

    def _after(self) -> None:
        if paid := self._charges("succeeded"):
            charge = self._draw(st.sampled_from(paid))
            if self._draw(st.booleans()):
                self.account.refund(charge, self._draw(st.integers(1, 50)))
            else:
                self.account.dispute(charge)

    def _move(self) -> None:
        resource = self._draw(st.sampled_from(sorted(MOVES)))
        # Stripe: what has ended so moves no more; PaymentIntents that have a charge move with it.
        moving = [
            id
            for id, one in self.account.objects[resource].items()
            if one["status"] not in FINAL and not (resource == "payment_intents" and one.get("latest_charge"))
        ]
        if moving:
            id, status = self._draw(st.sampled_from(moving)), self._draw(st.sampled_from(MOVES[resource]))
            if resource == "refunds":
                self.account.end_refund(id, status)
            else:
                self.account.change(resource, id, status=status)

    def _charges(self, status: str) -> list[str]:
        return [id for id, one in self.account.objects["charges"].items() if one["status"] == status]


@pytest.fixture(scope="module")
def environ_of_story() -> dict[str, str]:
    return {
        "STRIPE_SECRET_KEY": "sk_test_story",
        "STRIPE_READS_PER_SECOND": "5000",
        "STRIPE_READS_PER_SECOND_TOTAL": "5000",
        "PLAID_CLIENT_ID": "client-id",
        "PLAID_SECRET": "plaid-secret",
        "PLAID_ENV": "sandbox",
        "PLAID_CLIENT_NAME": "Acme Payments",
        "STRIPE_STATEMENT_DESCRIPTOR": "ACME",
        "ACH_DESK_KEY": make_key().reveal(),
    }


@hypothesis_settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(data=st.data())
def test_after_any_pause_every_row_equals_stripes(data: st.DataObject, environ_of_story: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), load_settings(environ_of_story, None))
        try:
            history = History(desk, data.draw)
            for _ in range(data.draw(st.integers(1, 3), label="pauses")):
                history.go_on(data.draw(st.integers(1, 12)))
                desk.sync()
                history.go_on(data.draw(st.integers(1, 12)))
                desk.pause(data.draw(st.sampled_from([SLOW, SHORT, timedelta(days=27), LONG])))
                desk.sync()
                assert desk.differences() == []
        finally:
            desk.store.close()

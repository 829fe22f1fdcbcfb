"""Payouts by hand, that fail, that leave a minimum, and their schedule; driven by the official client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from tests.contract.test_stripe_requests import refusal
from tests.sandboxes import Sandbox


def earn(sandbox: Sandbox, *amounts: int) -> None:
    """Debits that have succeeded; their money is available."""
    customer, account = sandbox.link()
    for amount in amounts:
        sandbox.debit(customer, account, amount)
    sandbox.advance(4)


def settle(sandbox: Sandbox, payouts: dict[str, Any], **more: Any) -> stripe.BalanceSettings:
    params: Any = {"payments": {"payouts": payouts, **more}}
    return sandbox.client.v1.balance_settings.update(params)


def manual(sandbox: Sandbox) -> None:
    settle(sandbox, {"schedule": {"interval": "manual"}})


def rows_of(sandbox: Sandbox, payout: str) -> list[tuple[str, int]]:
    rows = sandbox.client.v1.balance_transactions.list({"payout": payout, "limit": 100}).data
    return sorted((row.type, row.net) for row in rows)


def test_the_settings_are_read_and_changed(fresh: Sandbox) -> None:
    before = fresh.client.v1.balance_settings.retrieve().to_dict()["payments"]
    assert (before["payouts"]["schedule"], before["debit_negative_balances"]) == ({"interval": "daily"}, True)
    settle(
        fresh,
        {
            "schedule": {"interval": "weekly", "weekly_payout_days": ["friday"]},
            "statement_descriptor": "ACME",
            "minimum_balance_by_currency": {"usd": 5000},
        },
        debit_negative_balances=False,
    )
    after = fresh.client.v1.balance_settings.retrieve().to_dict()["payments"]
    assert after["payouts"]["schedule"] == {"interval": "weekly", "weekly_payout_days": ["friday"]}
    assert after["payouts"]["minimum_balance_by_currency"] == {"usd": 5000}
    assert (after["payouts"]["statement_descriptor"], after["debit_negative_balances"]) == ("ACME", False)
    told = fresh.client.v1.events.list({"type": "balance_settings.updated"}).data
    assert len(told) == 1
    settle(fresh, {"minimum_balance_by_currency": {"usd": ""}})
    lifted = fresh.client.v1.balance_settings.retrieve().to_dict()["payments"]["payouts"]
    assert not lifted["minimum_balance_by_currency"]


def test_a_manual_schedule_pays_nothing_out_and_a_payout_by_hand_takes_what_there_is(fresh: Sandbox) -> None:
    manual(fresh)
    earn(fresh, 5000, 7000)
    assert fresh.client.v1.payouts.list().data == []
    available = fresh.client.v1.balance.retrieve().available[0].amount
    assert available == 5000 - 40 + 7000 - 56
    create = fresh.client.v1.payouts.create
    over = refusal(create, {"amount": available + 1, "currency": "usd"})
    assert (over.http_status, over.code) == (400, "balance_insufficient")
    made = create({"amount": 4000, "currency": "usd", "statement_descriptor": "BY HAND", "metadata": {"run": "7"}})
    assert (made.status, made.automatic, made.reconciliation_status) == ("pending", False, "not_applicable")
    assert made.metadata is not None
    assert (made.statement_descriptor, made.metadata["run"]) == ("BY HAND", "7")
    assert fresh.client.v1.balance.retrieve().available[0].amount == available - 4000
    fresh.advance(1)
    assert fresh.client.v1.payouts.retrieve(made.id).status == "in_transit"
    fresh.advance(2)
    assert fresh.client.v1.payouts.retrieve(made.id).status == "paid"
    unmapped = refusal(fresh.client.v1.balance_transactions.list, {"payout": made.id})
    assert unmapped.http_status == 400, "a manual payout has no list of transactions"


def test_a_payout_by_hand_is_canceled_until_it_is_sent(fresh: Sandbox) -> None:
    manual(fresh)
    earn(fresh, 5000)
    payouts = fresh.client.v1.payouts
    first, second = (payouts.create({"amount": amount, "currency": "usd"}) for amount in (1000, 1500))
    gone = payouts.cancel(first.id)
    assert gone.status == "canceled"
    back = fresh.client.v1.balance_transactions.retrieve(str(gone.failure_balance_transaction))
    assert (back.type, back.amount, back.reporting_category) == ("payout_cancel", 1000, "payout_reversal")
    assert fresh.client.v1.balance.retrieve().available[0].amount == 4960 - 1500
    fresh.advance(1)
    assert refusal(payouts.cancel, second.id).http_status == 400


def test_a_payout_that_the_bank_sends_back_is_in_the_next_one(fresh: Sandbox) -> None:
    earn(fresh, 5000)
    first = fresh.client.v1.payouts.list().data[0]
    fresh.control("POST", "/payout_outcome", payout=first.id, fails=True)
    fresh.advance(1)
    failed = fresh.client.v1.payouts.retrieve(first.id)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert "payout.failed" in [each.type for each in fresh.client.v1.events.list({"limit": 20}).data]
    earn(fresh, 9000)
    fresh.advance(2)
    paid = [each for each in fresh.client.v1.payouts.list().data if each.status == "paid"]
    carried = [row for each in paid for row in rows_of(fresh, each.id)]
    assert ("payout_failure", 4960) in carried
    with pytest.raises(ValueError, match="no payout on its way"):
        fresh.control("POST", "/payout_outcome", payout=first.id, fails=True)


def test_a_minimum_stays_on_the_balance_and_every_payout_still_adds_up(fresh: Sandbox) -> None:
    settle(fresh, {"minimum_balance_by_currency": {"usd": 1000}})
    earn(fresh, 5000)
    earn(fresh, 7000)
    fresh.advance(3)
    payouts = [each for each in fresh.client.v1.payouts.list().data if each.reconciliation_status == "completed"]
    assert len(payouts) >= 2
    types = set()
    for payout in payouts:
        rows = rows_of(fresh, payout.id)
        assert sum(net for type_, net in rows if type_ != "payout") == payout.amount
        types |= {type_ for type_, _ in rows}
    assert {"payout_minimum_balance_hold", "payout_minimum_balance_release"} <= types
    assert fresh.client.v1.balance.retrieve().available[0].amount == 1000


def test_a_weekly_schedule_pays_on_its_day(fresh: Sandbox) -> None:
    settle(fresh, {"schedule": {"interval": "weekly", "weekly_payout_days": ["tuesday", "wednesday"]}})
    for _ in range(3):
        earn(fresh, 5000)
    fresh.advance(7)
    made = fresh.client.v1.payouts.list().data
    assert made
    days = {(datetime.fromtimestamp(each.created, UTC) + timedelta(hours=6)).weekday() for each in made}
    assert days <= {1, 2}, "a banking day begins on the evening before it"

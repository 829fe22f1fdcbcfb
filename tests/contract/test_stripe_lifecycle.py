"""What happens to a debit, day by day, as Stripe documents it; driven by the official client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from dashboard.sandbox.stripe.outcomes import OUTCOMES
from tests.sandboxes import OFFLINE, ONLINE, Sandbox


def types_of(sandbox: Sandbox, *ids: str) -> list[str]:
    """The events of these objects in the order in which they happened."""
    events = list(sandbox.client.v1.events.list({"limit": 100}).auto_paging_iter())
    return [event.type for event in reversed(events) if event.data.object["id"] in ids]


def charge_of(sandbox: Sandbox, intent: str) -> stripe.Charge:
    found = sandbox.client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge.balance_transaction"]})
    assert isinstance(found.latest_charge, stripe.Charge)
    return found.latest_charge


def test_a_debit_is_processing_then_booked_then_succeeded_in_four_business_days(sandbox: Sandbox) -> None:
    intent = sandbox.debit(*sandbox.link())
    assert intent.status == "processing"
    charge = charge_of(sandbox, intent.id)
    assert (charge.status, charge.paid, charge.balance_transaction) == ("pending", False, None)
    assert charge.id.startswith("py_")
    assert charge.payment_method_details is not None
    bank = charge.payment_method_details.us_bank_account
    assert bank is not None
    assert bank.expected_debit_date is not None
    assert bank.payment_reference is None

    sandbox.advance(1)
    charge = charge_of(sandbox, intent.id)
    booked = charge.balance_transaction
    assert isinstance(booked, stripe.BalanceTransaction)
    assert charge.status == "pending"
    assert (booked.type, booked.status, booked.amount, booked.net) == ("payment", "pending", 1099, 1090)
    assert booked.fee == sum(part.amount for part in booked.fee_details)

    sandbox.advance(2)
    assert charge_of(sandbox, intent.id).status == "pending"
    sandbox.advance(1)
    charge = charge_of(sandbox, intent.id)
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert (charge.status, charge.paid, charge.balance_transaction.status) == ("succeeded", True, "available")
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.us_bank_account is not None
    assert charge.payment_method_details.us_bank_account.payment_reference
    assert types_of(sandbox, intent.id, charge.id) == [
        "payment_intent.created",
        "payment_intent.processing",
        "charge.updated",
        "payment_intent.succeeded",
        "charge.succeeded",
    ]


FAILING = [each for each in OUTCOMES.values() if each.kind == "fails" and each.name != "fail_microdeposits"]


@pytest.mark.parametrize("outcome", FAILING, ids=lambda each: each.name)
def test_a_failing_test_account_ends_in_requires_payment_method(sandbox: Sandbox, outcome: object) -> None:
    from dashboard.sandbox.stripe.outcomes import Outcome

    assert isinstance(outcome, Outcome)
    customer, account = sandbox.link(outcome.account or "")
    intent = sandbox.debit(customer, account)
    sandbox.advance(4)
    after = sandbox.client.v1.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error is not None
    assert after.last_payment_error.code == outcome.code
    charge = charge_of(sandbox, intent.id)
    assert (charge.status, charge.failure_code) == ("failed", outcome.code)
    assert charge.outcome is not None
    assert charge.outcome.network_decline_code == outcome.network_code
    assert types_of(sandbox, intent.id, charge.id)[-2:] == ["payment_intent.payment_failed", "charge.failed"]
    rows = sandbox.client.v1.balance_transactions.list({"source": charge.id}).data
    assert sorted(row.type for row in rows) == ["payment", "payment_failure_refund"]
    assert sum(row.amount for row in rows) == 0
    method = sandbox.client.v1.payment_methods.retrieve(account)
    assert method.us_bank_account is not None
    details = method.us_bank_account.status_details
    if outcome.block:
        assert details is not None
        assert details.blocked is not None
        assert (details.blocked.reason, details.blocked.network_code) == (outcome.block, outcome.network_code)
        with pytest.raises(stripe.CardError) as refused:
            sandbox.debit(customer, account)
        assert (refused.value.http_status, refused.value.code) == (402, "bank_account_unusable")
    else:
        assert details is None or "blocked" not in details
        assert sandbox.debit(customer, account).status == "processing"


@pytest.mark.parametrize("name", ["weekly_limit", "radar_blocked"])
def test_an_account_that_is_refused_at_once_leaves_a_failed_charge(sandbox: Sandbox, name: str) -> None:
    customer, account = sandbox.link(OUTCOMES[name].account or "")
    with pytest.raises(stripe.CardError) as refused:
        sandbox.debit(customer, account)
    assert refused.value.code == OUTCOMES[name].code
    intent = sandbox.client.v1.payment_intents.list({"customer": customer}).data[0]
    assert intent.status == "requires_payment_method"
    assert charge_of(sandbox, intent.id).status == "failed"


def test_the_processing_account_stays_pending_and_can_be_cancelled(sandbox: Sandbox) -> None:
    intent = sandbox.debit(*sandbox.link("000000000009"))
    sandbox.advance(8)
    assert sandbox.client.v1.payment_intents.retrieve(intent.id).status == "processing"
    assert charge_of(sandbox, intent.id).balance_transaction is None, "no money comes of it"
    gone = sandbox.client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "requested_by_customer"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "requested_by_customer")
    assert charge_of(sandbox, intent.id).status == "failed"


def test_a_submitted_debit_cannot_be_cancelled(sandbox: Sandbox) -> None:
    intent = sandbox.debit(*sandbox.link())
    sandbox.advance(1)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.client.v1.payment_intents.cancel(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_a_dispute_comes_on_the_next_business_day_and_revokes_the_mandate(sandbox: Sandbox) -> None:
    customer, account = sandbox.link("000555555559")
    intent = sandbox.debit(customer, account)
    sandbox.advance(4)
    charge = charge_of(sandbox, intent.id)
    assert (charge.status, charge.disputed) == ("succeeded", False)
    sandbox.advance(1)
    assert charge_of(sandbox, intent.id).disputed
    disputes = sandbox.client.v1.disputes.list({"payment_intent": intent.id}).data
    assert [(each.status, each.reason, each.amount) for each in disputes] == [("lost", "debit_not_authorized", 1099)]
    withdrawn = disputes[0].balance_transactions[0]
    assert (withdrawn.type, withdrawn.amount, withdrawn.fee) == ("adjustment", -1099, 1500)
    assert types_of(sandbox, disputes[0].id) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.debit(customer, account)
    assert "requires a mandate" in str(refused.value)
    with pytest.raises(stripe.InvalidRequestError, match="charged back"):
        sandbox.client.v1.refunds.create({"payment_intent": intent.id})

    again = sandbox.debit(customer, account, mandate_data={"customer_acceptance": ONLINE})
    assert again.status == "processing"
    sandbox.advance(5)
    with pytest.raises(stripe.CardError) as blocked:
        sandbox.debit(customer, account, mandate_data={"customer_acceptance": ONLINE})
    assert blocked.value.code == "bank_account_unusable"


def test_an_outcome_can_be_chosen_for_an_account_for_all_and_for_a_pending_debit(fresh: Sandbox) -> None:
    customer, account = fresh.link()
    fresh.choose("insufficient_funds", bank_account=account)
    first = fresh.debit(customer, account)
    fresh.choose("default", bank_account=account)
    second = fresh.debit(customer, account)
    fresh.choose("account_closed", payment_intent=second.id)
    fresh.choose("insufficient_funds")
    third = fresh.debit(customer, account)
    fresh.advance(4)
    codes = {each: charge_of(fresh, each).failure_code for each in (first.id, second.id, third.id)}
    assert codes == {first.id: "insufficient_funds", second.id: "account_closed", third.id: "insufficient_funds"}
    with pytest.raises(ValueError, match="outcome must be"):
        fresh.choose("no such outcome")
    with pytest.raises(ValueError, match="no pending charge"):
        fresh.choose("success", payment_intent=first.id)
    assert {each["outcome"] for each in fresh.control("GET", "/outcomes")["outcomes"]} == set(OUTCOMES)


def test_a_failed_intent_can_be_confirmed_again_and_keeps_both_charges(sandbox: Sandbox) -> None:
    customer, account = sandbox.link("000222222227")
    intent = sandbox.debit(customer, account)
    sandbox.advance(3)
    again = sandbox.client.v1.payment_intents.confirm(intent.id, {"payment_method": account})
    assert again.status == "processing"
    charges = sandbox.client.v1.charges.list({"payment_intent": intent.id}).data
    assert [each.status for each in charges] == ["pending", "failed"]
    assert again.latest_charge == charges[0].id


def test_a_refund_takes_three_business_days_and_cannot_be_cancelled(sandbox: Sandbox) -> None:
    intent = sandbox.debit(*sandbox.link())
    sandbox.advance(4)
    refund = sandbox.client.v1.refunds.create({"payment_intent": intent.id, "reason": "requested_by_customer"})
    assert (refund.status, refund.amount) == ("pending", 1099)
    with pytest.raises(stripe.InvalidRequestError, match="cannot cancel"):
        sandbox.client.v1.refunds.cancel(refund.id)
    with pytest.raises(stripe.InvalidRequestError) as twice:
        sandbox.client.v1.refunds.create({"payment_intent": intent.id})
    assert twice.value.code == "charge_already_refunded"
    sandbox.advance(2)
    assert sandbox.client.v1.refunds.retrieve(refund.id).status == "pending"
    sandbox.advance(1)
    done = sandbox.client.v1.refunds.retrieve(refund.id)
    assert done.status == "succeeded"
    assert done.destination_details is not None
    assert done.destination_details.us_bank_transfer is not None
    assert done.destination_details.us_bank_transfer.reference
    charge = sandbox.client.v1.charges.retrieve(str(intent.latest_charge), {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 1099)
    assert charge.refunds is not None
    assert [each.id for each in charge.refunds.data] == [refund.id]
    assert types_of(sandbox, refund.id) == ["refund.created", "refund.updated", "charge.refund.updated"]


def test_a_refund_of_a_pending_debit_waits_for_it_and_fails_with_it(sandbox: Sandbox) -> None:
    good, bad = sandbox.debit(*sandbox.link()), sandbox.debit(*sandbox.link("000222222227"))
    refunds = [sandbox.client.v1.refunds.create({"payment_intent": each.id}) for each in (good, bad)]
    assert {each.balance_transaction for each in refunds} == {None}
    sandbox.advance(8)
    first, second = (sandbox.client.v1.refunds.retrieve(each.id) for each in refunds)
    assert (first.status, second.status) == ("succeeded", "failed")
    assert first.balance_transaction
    assert charge_of(sandbox, bad.id).amount_refunded == 0


def test_payouts_add_up_to_their_transactions_and_are_listed_once_reconciled(fresh: Sandbox) -> None:
    customer, account = fresh.link()
    for amount in (5000, 70000, 123):
        fresh.debit(customer, account, amount)
    fresh.advance(4)
    payout = fresh.client.v1.payouts.list({"status": "in_transit"}).data[0]
    assert payout.automatic
    assert payout.reconciliation_status == "in_progress"
    with pytest.raises(stripe.InvalidRequestError) as early:
        fresh.client.v1.balance_transactions.list({"payout": payout.id})
    assert early.value.code == "payout_reconciliation_not_ready"
    fresh.advance(2)
    paid = fresh.client.v1.payouts.retrieve(payout.id)
    assert (paid.status, paid.reconciliation_status, paid.source_type) == ("paid", "completed", "card")
    rows = fresh.client.v1.balance_transactions.list({"payout": payout.id, "expand": ["data.source"]}).data
    assert sum(row.net for row in rows if row.type != "payout") == paid.amount
    assert [row.net for row in rows if row.type == "payout"] == [-paid.amount]
    arrival = datetime.fromtimestamp(paid.arrival_date, UTC)
    assert arrival.weekday() < 5
    assert types_of(fresh, payout.id) == [
        "payout.created",
        "payout.updated",
        "payout.paid",
        "payout.reconciliation_completed",
    ]
    balance = fresh.client.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 0)


def test_the_clock_never_lags_and_never_goes_back(fresh: Sandbox) -> None:
    before = datetime.now(UTC)
    now = datetime.fromisoformat(fresh.control("GET", "")["now_iso"])
    assert now >= before - timedelta(seconds=1)
    moved = datetime.fromisoformat(fresh.advance(1)["now_iso"])
    assert moved - now >= timedelta(hours=20)
    with pytest.raises(ValueError, match="business_days"):
        fresh.advance(-1)
    with pytest.raises(ValueError, match="forward"):
        fresh.state.clock.advance_to(before)


def test_a_mandate_is_needed_and_a_refused_intent_stays_to_be_confirmed(sandbox: Sandbox) -> None:
    customer, account = sandbox.link(mandate=False)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.debit(customer, account)
    assert (refused.value.http_status, refused.value.code) == (400, "payment_intent_mandate_invalid")
    assert "requires a mandate, but no existing mandate was found" in str(refused.value)
    intent = sandbox.client.v1.payment_intents.list({"customer": customer}).data[0]
    assert intent.status == "requires_confirmation"
    acceptance: Any = {"mandate_data": {"customer_acceptance": OFFLINE}}
    done = sandbox.client.v1.payment_intents.confirm(intent.id, acceptance)
    assert done.status == "processing"
    assert sandbox.debit(customer, account).status == "processing", "authorization is only needed the first time"


def test_an_online_paper_and_offline_mandate_say_what_they_are(sandbox: Sandbox) -> None:
    customer, account = sandbox.link(mandate=False)
    paper = {"us_bank_account": {"mandate_options": {"collection_method": "paper"}}}

    def collect(acceptance: object, options: object = None) -> stripe.Mandate:
        params = {
            "customer": customer,
            "payment_method": account,
            "confirm": True,
            "mandate_data": {"customer_acceptance": acceptance},
            **({"payment_method_options": options} if options else {}),
        }
        done = sandbox.client.v1.setup_intents.create(params)  # type: ignore[arg-type]  # also takes wrong ones
        assert done.status == "succeeded"
        return sandbox.client.v1.mandates.retrieve(str(done.mandate))

    online, offline, written = collect(ONLINE), collect(OFFLINE), collect(OFFLINE, paper)
    assert {each.status for each in (online, offline, written)} == {"active"}
    assert online.customer_acceptance.online is not None
    assert online.customer_acceptance.online.ip_address == "192.0.2.7"
    assert offline.customer_acceptance.type == "offline"
    assert written.payment_method_details.us_bank_account is not None
    assert written.payment_method_details.us_bank_account.collection_method == "paper"
    with pytest.raises(stripe.InvalidRequestError, match="paper"):
        collect(ONLINE, paper)
    with pytest.raises(stripe.InvalidRequestError) as bare:
        collect({"type": "online"})
    assert bare.value.code == "parameter_missing"


def test_choosing_success_unblocks_an_account_as_support_would(sandbox: Sandbox) -> None:
    customer, account = sandbox.link("000111111113")
    sandbox.debit(customer, account)
    sandbox.advance(3)
    with pytest.raises(stripe.CardError):
        sandbox.debit(customer, account)
    sandbox.choose("success", bank_account=account)
    intent = sandbox.debit(customer, account)
    sandbox.advance(4)
    assert charge_of(sandbox, intent.id).status == "succeeded"


def test_a_refund_to_an_account_that_was_blocked_meanwhile_fails_and_the_money_returns(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    good = sandbox.debit(customer, account)
    sandbox.advance(4)
    sandbox.choose("account_closed", bank_account=account)
    sandbox.debit(customer, account)
    sandbox.advance(1)
    refund = sandbox.client.v1.refunds.create({"payment_intent": good.id, "amount": 99})
    sandbox.advance(3)
    failed = sandbox.client.v1.refunds.retrieve(refund.id)
    assert failed.status == "failed"
    rows = sandbox.client.v1.balance_transactions.list({"source": refund.id}).data
    assert sorted((row.type, row.amount) for row in rows) == [("payment_refund", -99), ("refund_failure", 99)]
    assert charge_of(sandbox, good.id).amount_refunded == 0
    assert "refund.failed" in types_of(sandbox, refund.id)


def test_a_target_date_moves_the_debit(sandbox: Sandbox) -> None:
    day = sandbox.state.clock.now().date() + timedelta(days=9)
    while day.weekday() != 2:
        day += timedelta(days=1)
    options = {"us_bank_account": {"target_date": day.isoformat(), "transaction_purpose": "goods"}}
    intent = sandbox.debit(*sandbox.link(), payment_method_options=options)
    assert intent.payment_method_options is not None
    assert intent.payment_method_options.us_bank_account is not None
    assert intent.payment_method_options.us_bank_account.transaction_purpose == "goods"
    charge = charge_of(sandbox, intent.id)
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.us_bank_account is not None
    assert charge.payment_method_details.us_bank_account.expected_debit_date == day.isoformat()
    while sandbox.state.clock.now().date() < day:
        assert charge_of(sandbox, intent.id).status == "pending"
        sandbox.advance()
    assert charge_of(sandbox, intent.id).status == "pending", "the day has come, and the banks have not answered"
    sandbox.advance(4)
    assert charge_of(sandbox, intent.id).status == "succeeded"


def test_what_was_due_happens_after_a_restart(tmp_path: Any) -> None:
    first = Sandbox(tmp_path)
    intent = first.debit(*first.link())
    first.advance(2)
    first.stop()
    second = Sandbox(tmp_path, history=True)
    try:
        assert second.keys["stripe"] == first.keys["stripe"]
        assert second.client.v1.customers.list().data[0].name == "Jenny Rosen", "a used file is not filled again"
        second.advance(2)
        assert charge_of(second, intent.id).status == "succeeded"
    finally:
        second.stop()

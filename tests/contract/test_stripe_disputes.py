"""What a bank asks after a debit: proof of its authorization, answered once or not; driven by the official client."""

from __future__ import annotations

from typing import Any

import stripe

from tests.contract.test_stripe_requests import refusal
from tests.sandboxes import Sandbox


def asked(sandbox: Sandbox) -> stripe.Dispute:
    """The bank's question about a debit that had succeeded."""
    customer, account = sandbox.link()
    sandbox.choose("inquiry", bank_account=account)
    intent = sandbox.debit(customer, account)
    sandbox.advance(5)
    return sandbox.client.v1.disputes.list({"payment_intent": intent.id}).data[0]


def test_a_question_takes_no_money_and_says_until_when_to_answer(sandbox: Sandbox) -> None:
    dispute = asked(sandbox)
    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    assert (dispute.evidence_details.due_by or 0) > sandbox.state.clock.timestamp() + 9 * 86400
    assert not sandbox.client.v1.charges.retrieve(str(dispute.charge)).disputed


def test_evidence_is_kept_then_submitted_once(sandbox: Sandbox) -> None:
    disputes, dispute = sandbox.client.v1.disputes, asked(sandbox)
    first: Any = {"evidence": {"uncategorized_text": "The mandate of 1 May"}, "submit": False, "metadata": {"by": "J"}}
    staged = disputes.update(dispute.id, first)
    assert (staged.status, staged.evidence_details.has_evidence) == ("warning_needs_response", True)
    assert (staged.evidence.uncategorized_text, staged.metadata["by"]) == ("The mandate of 1 May", "J")
    sent = disputes.update(dispute.id, {"evidence": {"customer_name": "Jenny Rosen"}})
    assert (sent.status, sent.evidence_details.submission_count) == ("warning_under_review", 1)
    assert sent.evidence.uncategorized_text == "The mandate of 1 May", "what was staged is part of it"
    again: Any = {"evidence": {"customer_name": "J"}}
    assert refusal(disputes.update, dispute.id, again).http_status == 400
    sandbox.advance(11)
    assert disputes.retrieve(dispute.id).status == "warning_closed"
    assert not sandbox.client.v1.charges.retrieve(str(dispute.charge)).disputed


def test_a_question_without_an_answer_becomes_a_dispute_that_takes_the_money(sandbox: Sandbox) -> None:
    dispute = asked(sandbox)
    sandbox.advance(11)
    found = sandbox.client.v1.disputes.list({"charge": str(dispute.charge)}).data
    assert sorted(each.status for each in found) == ["lost", "warning_closed"]
    assert sandbox.client.v1.charges.retrieve(str(dispute.charge)).disputed
    lost = next(each for each in found if each.status == "lost")
    assert [row.amount for row in lost.balance_transactions] == [-1099]


def test_a_dispute_that_is_lost_takes_metadata_and_no_evidence(sandbox: Sandbox) -> None:
    customer, account = sandbox.link("000555555559")
    intent = sandbox.debit(customer, account)
    sandbox.advance(5)
    disputes = sandbox.client.v1.disputes
    dispute = disputes.list({"payment_intent": intent.id}).data[0]
    assert disputes.update(dispute.id, {"metadata": {"seen": "yes"}}).metadata["seen"] == "yes"
    late: Any = {"evidence": {"uncategorized_text": "But"}}
    assert refusal(disputes.update, dispute.id, late).http_status == 400
    assert disputes.retrieve(dispute.id).evidence.uncategorized_text is None

"""What Stripe holds for an approval of its own waits there: never failed, never sent again, found when it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import stripe

from dashboard.approvals.at_stripe import LOOK_EVERY
from dashboard.doctor.checks import Verdict
from dashboard.doctor.machine import DeskChecks, Ward
from dashboard.domain.errors import InputError, ProviderPaused, ProviderRejected
from dashboard.domain.limits import ReservationState
from dashboard.domain.models import Debit, DebitState
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.refunds import Refund, RefundState
from dashboard.gateways.stripe_errors import error_of, find_approval
from tests.contract.test_doctor import WELL
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused
from tests.unit.test_debits import submit
from tests.unit.test_refunds import collect, order

ENDS = ("rejected", "canceled", "expired", "failed")


def held_refund(desk: DeskFixture) -> Refund:
    charge = collect(desk)
    desk.stripe.holds = {"create_refund"}
    return order(desk, charge, 1_000)


def held_debit(desk: DeskFixture, call: str = "create_payment_intent") -> Debit:
    desk.stripe.holds = {call}
    account = desk.desk.account(desk.actor, str(desk.link().bank_account_id))
    return submit(desk, account, 1_234)


def debit_of(desk: DeskFixture, id: str) -> Debit:
    return desk.debits.get(desk.actor, id)


def refund_of(desk: DeskFixture, id: str) -> Refund:
    found = desk.store.refunds.get(id)
    assert found is not None
    return found


# Refunds.


def test_a_refund_that_stripe_holds_waits_there_and_keeps_its_amount(given: DeskFixture) -> None:
    refund = held_refund(given)
    assert refund_of(given, refund.id).state is RefundState.AT_STRIPE and given.stripe.refunds == []
    assert given.refunds.refundable(given.actor, refund.payment_id).left_cents == 0
    sent = given.stripe.calls["create_refund"]
    for _ in range(50):
        given.later(timedelta(hours=6))
    assert given.stripe.calls["create_refund"] == sent == 1, "in twelve days it was never sent again"
    assert refund_of(given, refund.id).state is RefundState.AT_STRIPE


def test_a_refund_that_is_approved_there_is_found(given: DeskFixture) -> None:
    refund = held_refund(given)
    given.later(timedelta(days=2))
    given.stripe.decide("areq_1")
    given.later(LOOK_EVERY)
    done = refund_of(given, refund.id)
    assert (done.state, done.status, len(given.stripe.refunds)) == (RefundState.SUBMITTED, "pending", 1)


@pytest.mark.parametrize("end", ENDS)
def test_a_refund_that_is_not_approved_there_ends_and_gives_its_amount_back(given: DeskFixture, end: str) -> None:
    refund = held_refund(given)
    given.stripe.decide("areq_1", end)
    given.later(LOOK_EVERY)
    done = refund_of(given, refund.id)
    assert done.state is RefundState.REFUSED and done.problem and "Stripe" in done.problem.what
    assert given.refunds.refundable(given.actor, refund.payment_id).left_cents == 1_000


def test_where_stripe_does_not_say_how_it_stands_a_person_ends_it_and_what_is_there_counts(given: DeskFixture) -> None:
    refund = held_refund(given)
    given.stripe.before["read_approval_request"] = [refused("no_permission", provider="stripe")] * 9
    given.later(timedelta(days=1))
    assert refund_of(given, refund.id).state is RefundState.AT_STRIPE
    given.stripe.decide("areq_1")
    given.refunds.end_at_stripe(given.actor, refund.id)
    assert refund_of(given, refund.id).state is RefundState.SUBMITTED
    with pytest.raises(InputError):
        given.refunds.end_at_stripe(given.actor, refund.id)


def test_a_person_ends_a_refund_that_stripe_never_made(given: DeskFixture) -> None:
    refund = held_refund(given)
    given.refunds.end_at_stripe(given.actor, refund.id)
    assert refund_of(given, refund.id).state is RefundState.CANCELED and given.stripe.refunds == []


def test_a_process_that_dies_while_it_waits_finds_what_was_approved_meanwhile(given: DeskFixture) -> None:
    refund = held_refund(given)
    given.restart()
    given.stripe.decide("areq_1")
    given.later(timedelta(minutes=10))
    assert len(given.stripe.refunds) == 1 and refund_of(given, refund.id).state is RefundState.SUBMITTED


# Debits.


@pytest.mark.parametrize("call", ["create_payment_intent", "confirm_payment_intent"])
def test_a_debit_that_stripe_holds_is_in_a_state_of_its_own_and_counts_in_the_limits(
    given: DeskFixture, call: str
) -> None:
    debit = held_debit(given, call)
    assert debit_of(given, debit.id).state is DebitState.AT_STRIPE
    payment = given.store.payments.get(debit.id)
    assert payment is not None and payment["state"] == PaymentState.AT_STRIPE.value
    assert given.store.limits.state(debit.id) is ReservationState.RESERVED
    assert [one.id for one in given.debits.attention(given.actor)] == [debit.id]
    for _ in range(20):
        given.later(timedelta(hours=12))
    assert given.stripe.calls[call] == 1 and given.stripe.debited == []
    assert debit_of(given, debit.id).state is DebitState.AT_STRIPE


def test_a_confirmation_that_is_approved_there_has_debited_once(given: DeskFixture) -> None:
    debit = held_debit(given, "confirm_payment_intent")
    given.stripe.decide("areq_1")
    given.later(LOOK_EVERY)
    assert debit_of(given, debit.id).state is DebitState.SUBMITTED and len(given.stripe.debited) == 1


def test_a_payment_intent_that_is_approved_late_is_asked_about_before_it_is_confirmed(given: DeskFixture) -> None:
    debit = held_debit(given)
    given.later(timedelta(days=1))
    given.stripe.holds = set()
    given.stripe.decide("areq_1")
    given.later(LOOK_EVERY)
    assert debit_of(given, debit.id).state is DebitState.UNSENT and given.stripe.debited == []


@pytest.mark.parametrize("call", ["create_payment_intent", "confirm_payment_intent"])
@pytest.mark.parametrize("end", ENDS)
def test_a_debit_that_is_not_approved_there_is_withdrawn(given: DeskFixture, call: str, end: str) -> None:
    debit = held_debit(given, call)
    given.stripe.decide("areq_1", end)
    given.later(LOOK_EVERY)
    done = debit_of(given, debit.id)
    assert done.state is DebitState.REFUSED and done.problem and done.problem.code == "not_approved_at_stripe"
    assert given.stripe.debited == [] and all(one["status"] == "canceled" for one in given.stripe.intents)
    assert given.store.limits.state(debit.id) is ReservationState.RELEASED


def test_a_person_ends_a_debit_that_stripe_never_took(given: DeskFixture) -> None:
    debit = held_debit(given, "confirm_payment_intent")
    given.debits.end_at_stripe(given.actor, debit.id)
    done = debit_of(given, debit.id)
    assert done.state is DebitState.REFUSED and done.problem and done.problem.code == "not_approved_at_stripe"
    with pytest.raises(InputError):
        given.debits.end_at_stripe(given.actor, debit.id)


def test_a_request_that_stripe_named_by_no_id_is_only_looked_for(given: DeskFixture) -> None:
    charge = collect(given)
    given.stripe.names_requests = False
    given.stripe.holds = {"create_refund"}
    refund = order(given, charge, 1_000)
    given.later(timedelta(days=9))
    assert refund_of(given, refund.id).state is RefundState.AT_STRIPE
    assert given.stripe.calls["read_approval_request"] == 0 and given.stripe.calls["create_refund"] == 1
    given.stripe.decide("areq_1")
    given.later(LOOK_EVERY)
    assert refund_of(given, refund.id).state is RefundState.SUBMITTED


def test_one_operation_waits_there_once(given: DeskFixture) -> None:
    for id in ("areq_1", "areq_2"):
        given.store.at_stripe.note("refund", "refund_1", id, given.clock.now())
    assert (given.store.at_stripe.open("refund", "refund_1"), given.store.at_stripe.count()) == ("areq_1", (1, 1))
    given.store.at_stripe.end("refund", "refund_1", given.clock.now())
    assert (given.store.at_stripe.open("refund", "refund_1"), given.store.at_stripe.count()) == (None, (1, 0))


# The wire, which Stripe does not document.


def refusal(answer: dict[str, object]) -> stripe.StripeError:
    return stripe.StripeError("no", json_body={"error": answer}, http_status=400)


@pytest.mark.parametrize(
    ("answer", "id"),
    [
        ({"id": "areq_1", "object": "v2.core.approval_request"}, "areq_1"),
        ({"id": "areq_2", "object": "approval_request"}, "areq_2"),
        ({"code": "approval_required", "approval_request": "areq_3"}, "areq_3"),
        ({"code": "approval_required", "approval_request": {"id": "areq_4", "status": "requires_review"}}, "areq_4"),
        ({"type": "approval_required_error", "message": "Needs a reviewer."}, ""),
        ({"message": "Paused: see areq_5 in the Dashboard.", "code": "forbidden"}, "areq_5"),
        ({"id": "re_1", "object": "refund", "approval_request": {"status": "requires_review"}}, ""),
    ],
)
def test_whatever_names_an_approval_request_is_held_and_not_refused(answer: dict[str, object], id: str) -> None:
    assert find_approval(answer) == id
    found = error_of(refusal(answer), what="refunds", changes=True)
    assert isinstance(found, ProviderPaused) and found.approval == id


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "re_1", "object": "refund", "status": "pending", "approval_request": None},
        {
            "code": "charge_already_refunded",
            "message": "Charge py_1 has been refunded.",
            "type": "invalid_request_error",
        },
    ],
)
def test_an_ordinary_answer_is_not_taken_for_one_that_is_held(answer: dict[str, object]) -> None:
    assert find_approval(answer) is None
    assert isinstance(error_of(refusal(answer), what="refunds", changes=True), ProviderRejected)


def test_the_doctor_says_what_is_known_of_the_key(given: DeskFixture) -> None:
    ward = Ward(path=given.settings.db, **WELL)
    checks = DeskChecks(given.settings, ward, given.clock.now)
    fine = checks.approvals_at_stripe("Approvals at Stripe")
    assert fine.verdict is Verdict.OK and "does not say whether a key is one" in fine.found
    held = DeskChecks(given.settings, replace(ward, at_stripe=lambda: (3, 1)), given.clock.now)
    found = held.approvals_at_stripe("Approvals at Stripe")
    assert found.verdict is Verdict.WARNING and "3 calls held so far, 1 waiting now" in found.found

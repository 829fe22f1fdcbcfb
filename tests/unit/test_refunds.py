"""Refunds: only of what succeeded, never more than was collected, never twice, and not beside a dispute."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import given as given_some
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.approvals import Question
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, ConfigError, DeskError, InputError, ProviderDenied, Refused
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Actor, Debit, Role
from dashboard.domain.refunds import Refund, RefundOrder, RefundReason, RefundState
from dashboard.domain.tags import REFUND_TAG
from dashboard.settings import RefundRules, Settings
from dashboard.staff.access import ALWAYS
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.restores import Unknown
from tests.unit.conftest import TUESDAY
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost, refused
from tests.unit.test_debits import submit

Make = Callable[..., Settings]
CHECKER = Actor("carl@example.com", frozenset({Role.FINANCE}), subject="s-carl", proved_until=ALWAYS)


@pytest.fixture
def make(store: Store, clock: FixedClock, vault: Vault, make_settings: Make) -> Callable[..., DeskFixture]:
    def make(**changes: str) -> DeskFixture:
        return DeskFixture(store, clock, vault, make_settings(**{"ACH_DESK_REFUND_PARTIAL": "yes", **changes}))

    return make


@pytest.fixture
def desk(make: Callable[..., DeskFixture]) -> DeskFixture:
    return make()


def collect(desk: DeskFixture, cents: int = 1_000, **more: Any) -> str:
    """A debit of ours that succeeded, as the sync has read it; its charge."""
    account = desk.desk.account(desk.actor, str(desk.link().bank_account_id))
    debit: Debit = submit(desk, account, cents)
    charge = desk.stripe.charge(str(debit.charge_id))
    desk.store.projection.apply("charges", [{**charge, **more}])
    return str(charge["id"])


def order(
    desk: DeskFixture, charge: str, cents: int = 400, total: int | None = None, actor: Actor | None = None, **more: Any
) -> Refund:
    seen = desk.refunds.refundable(desk.actor, charge)
    wanted = RefundOrder(
        ticket=more.pop("ticket", desk.refunds.ticket()),
        payment_id=charge,
        cents=cents,
        total_cents=seen.refunded_cents + cents if total is None else total,
        reason=more.pop("reason", RefundReason.REQUESTED),
        **more,
    )
    return desk.refunds.order(actor or desk.actor, wanted)


def now(desk: DeskFixture, refund: Refund) -> Refund:
    found = desk.store.refunds.get(refund.id)
    assert found is not None
    return found


def left(desk: DeskFixture, charge: str) -> int:
    return desk.refunds.refundable(desk.actor, charge).left_cents


def end(desk: DeskFixture, number: int, status: str, **more: Any) -> None:
    """Stripe's refund ends, and the sync reads it."""
    desk.stripe.refunds[number] |= {"status": status, **more}
    desk.store.projection.apply("refunds", [desk.stripe.refunds[number]])


# One refund.


def test_a_refund_is_sent_once_and_stands_in_the_payment_at_once(desk: DeskFixture) -> None:
    charge = collect(desk)
    refund = order(desk, charge)
    assert (refund.state, refund.stripe_refund_id, refund.status) == (RefundState.SUBMITTED, "re_1", "pending")
    (sent,) = desk.stripe.refunds
    assert (sent["charge"], sent["amount"], sent["reason"]) == (charge, 400, "requested_by_customer")
    assert sent["metadata"] == {REFUND_TAG: refund.id}
    assert left(desk, charge) == 600
    payment = desk.store.payments.get(charge)
    assert payment is not None and (payment["state"], payment["refunded"]) == ("partly_refunded", 400)
    rows = [row.action for row in reversed(desk.store.trail.read(refund.id))]
    assert rows == ["refund.ordered", "refund.submitted"]
    order(desk, charge, 600, reason=RefundReason.OTHER, note="wrong  invoice")
    assert "reason" not in desk.stripe.refunds[1], "Stripe knows three words; others are kept here"
    assert desk.refunds.of_payment(desk.actor, charge)[0].note == "wrong invoice"
    seen = desk.refunds.refundable(desk.actor, charge)
    assert seen.problem is not None and seen.problem.code == "nothing_left"


def test_a_double_click_is_one_refund(desk: DeskFixture) -> None:
    charge, ticket = collect(desk), desk.refunds.ticket()
    first, second = order(desk, charge, ticket=ticket), order(desk, charge, ticket=ticket)
    assert first.id == second.id and len(desk.stripe.refunds) == 1
    with pytest.raises(InputError, match="too old"):
        order(desk, charge, ticket="?")


def test_two_people_who_refund_at_once_do_not_refund_twice(desk: DeskFixture) -> None:
    """Each confirmed the total that will then have been refunded: the second one's is no longer true."""
    charge, barrier, outcomes = collect(desk), Barrier(4), list[str]()

    def run() -> None:
        wanted = RefundOrder(desk.refunds.ticket(), charge, 400, 400, RefundReason.DUPLICATE)
        barrier.wait()
        try:
            desk.refunds.order(desk.actor, wanted)
            outcomes.append("done")
        except Refused as error:
            outcomes.append(error.code)

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", *["total_changed"] * 3] and len(desk.stripe.refunds) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", [lost(provider="stripe"), Killed()])
def test_after_a_lost_answer_or_a_kill_it_is_found_or_made_once(
    desk: DeskFixture, when: str, fault: BaseException
) -> None:
    charge = collect(desk)
    getattr(desk.stripe, when)["create_refund"] = [fault]
    with contextlib.suppress(Killed):
        order(desk, charge)
    assert left(desk, charge) == 600, "it counts while nobody knows"
    desk.restart()
    desk.later()
    assert len(desk.stripe.refunds) == 1 and left(desk, charge) == 600
    assert desk.store.jobs.open() == []


def test_a_wrong_key_delays_it_and_a_no_refuses_it(desk: DeskFixture) -> None:
    charge = collect(desk)
    denied = ProviderDenied("Wrong key.", provider="stripe", code="invalid_api_key", http_status=401)
    desk.stripe.before["create_refund"] = [denied, refused("charge_already_refunded", provider="stripe")]
    refund = order(desk, charge)
    assert refund.state is RefundState.ORDERED and refund.problem is not None
    desk.later()
    assert now(desk, refund).state is RefundState.REFUSED and left(desk, charge) == 1_000


def test_a_no_after_a_lost_answer_is_believed_only_after_an_hour(desk: DeskFixture) -> None:
    charge = collect(desk)
    desk.stripe.before["create_refund"] = [lost(provider="stripe"), refused("parameter_invalid", provider="stripe")]
    refund = order(desk, charge)
    assert now(desk, refund).state is RefundState.UNKNOWN
    desk.stripe.disputed.add(charge)
    desk.later()
    desk.later(timedelta(minutes=6))
    assert now(desk, refund).state is RefundState.UNKNOWN
    desk.later(timedelta(hours=1))
    assert now(desk, refund).state is RefundState.REFUSED and desk.stripe.refunds == []


# What is not refunded.


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"status": "pending"}, "not_collected"),
        ({"status": "failed", "failure_code": "insufficient_funds"}, "not_collected"),
        ({"disputed": True}, "disputed"),
    ],
)
def test_only_what_succeeded_and_is_not_disputed_is_refunded(
    desk: DeskFixture, more: dict[str, Any], code: str
) -> None:
    charge = collect(desk, **more)
    with pytest.raises(Refused) as refused_:
        order(desk, charge)
    assert refused_.value.code == code and desk.stripe.refunds == []


@pytest.mark.parametrize("status", ["needs_response", "under_review", "lost", "won", "warning_needs_response"])
def test_during_and_after_a_dispute_nothing_is_refunded(desk: DeskFixture, status: str) -> None:
    charge = collect(desk)
    dispute = {"id": "dp_1", "created": 1, "amount": 1_000, "currency": "usd", "charge": charge, "status": status}
    desk.store.projection.apply("disputes", [dispute])
    with pytest.raises(Refused) as refused_:
        order(desk, charge)
    assert refused_.value.code == "disputed"


@pytest.mark.parametrize("code", ["disputed", "not_collected", "total_changed"])
def test_what_happens_between_the_order_and_the_call_stops_it(desk: DeskFixture, code: str) -> None:
    """The sync has not heard of it: Stripe itself is asked."""
    charge = collect(desk)
    if code == "disputed":
        desk.stripe.disputed.add(charge)
    elif code == "not_collected":
        desk.stripe.charge_status = "failed"
    else:
        desk.stripe.create_refund({"charge": charge, "amount": 500, "metadata": {}}, key="dashboard")
    before = len(desk.stripe.refunds)
    refund = order(desk, charge)
    assert refund.state is RefundState.REFUSED and refund.problem is not None and refund.problem.code == code
    assert len(desk.stripe.refunds) == before


@pytest.mark.parametrize(("rail", "days"), [("us_bank_account", 180), ("ach_debit", 90)])
def test_the_window_is_that_of_the_rail(desk: DeskFixture, rail: str, days: int) -> None:
    details = {"type": rail, rail: {"last4": "6789", "bank_name": "B"}}
    charge = collect(desk, payment_method_details=details)
    desk.clock.move(timedelta(days=days))
    assert desk.refunds.refundable(desk.actor, charge).problem is None
    desk.clock.move(timedelta(seconds=1))
    with pytest.raises(Refused) as refused_:
        order(desk, charge)
    assert refused_.value.code == "window_over"


def test_until_the_bank_may_no_longer_return_it_a_return_would_pay_twice(desk: DeskFixture) -> None:
    charge = collect(desk)  # on Tuesday 24 November: available on Tuesday 1 December, as far as the rules tell
    seen = desk.refunds.refundable(desk.actor, charge)
    assert seen.returnable_until.date().isoformat() == "2027-01-30"
    moved = {"id": "txn_1", "created": 1, "amount": 1_000, "fee": 0, "net": 1_000, "currency": "usd", "type": "payment"}
    moved |= {"status": "available", "source": charge, "available_on": int(desk.clock.now().timestamp())}
    desk.store.projection.apply("balance_transactions", [moved])
    desk.store.projection.apply("charges", [{**desk.stripe.charge(charge), "balance_transaction": "txn_1"}])
    seen = desk.refunds.refundable(desk.actor, charge)
    assert seen.returnable_until == desk.clock.now() + timedelta(days=60), "as Stripe says, once it does"


@pytest.mark.parametrize("cents", [0, -5, True, 1.5, None])
def test_an_amount_is_cents_above_zero(desk: DeskFixture, cents: Any) -> None:
    charge = collect(desk)
    with pytest.raises(InputError, match="not above zero"):
        order(desk, charge, cents, total=400) if isinstance(cents, int) else order_raw(desk, charge, cents)


def order_raw(desk: DeskFixture, charge: str, cents: Any) -> Refund:
    settings = replace(desk.settings, debit_rules=replace(desk.settings.debit_rules, proof_cents=10**9))
    refunds = type(desk.refunds)(desk.store, desk.clock, settings, desk.jobs)
    refunds.asks_for_proof = lambda cents: False  # type: ignore[method-assign]  # what is no number cannot be compared
    return refunds.order(desk.actor, RefundOrder(refunds.ticket(), charge, cents, 400, RefundReason.OTHER))


def test_more_than_is_left_is_refused(desk: DeskFixture) -> None:
    charge = collect(desk)
    order(desk, charge, 700)
    with pytest.raises(Refused) as refused_:
        order(desk, charge, 301)
    assert refused_.value.code == "total_changed"
    order(desk, charge, 300)
    assert sum(one["amount"] for one in desk.stripe.refunds) == 1_000


def test_a_part_is_refunded_only_where_the_setting_says_so(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_REFUND_PARTIAL="no")
    charge = collect(desk)
    with pytest.raises(Refused) as refused_:
        order(desk, charge, 999)
    assert refused_.value.code == "partial_refund"
    assert order(desk, charge, 1_000).state is RefundState.SUBMITTED


def test_a_note_is_short(desk: DeskFixture) -> None:
    charge = collect(desk)
    with pytest.raises(InputError, match="longer than 200"):
        order(desk, charge, note="x" * 201)


def test_who_may_debit_may_refund_with_proof_above_the_amount(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_DEBIT_PROOF_CENTS="300")
    charge = collect(desk)
    with pytest.raises(AccessDenied):
        order(desk, charge, actor=Actor("ada", frozenset({Role.ADMIN})))
    with pytest.raises(AccessDenied) as denied:
        order(desk, charge, actor=Actor("fin", frozenset({Role.FINANCE})))
    assert denied.value.code == "proof"
    assert order(desk, charge, 300, actor=Actor("fin", frozenset({Role.FINANCE}))).state is RefundState.SUBMITTED


# A refund that fails.


def test_a_refund_that_fails_gives_the_amount_back_and_is_listed(desk: DeskFixture) -> None:
    charge = collect(desk)
    refund = order(desk, charge)
    end(desk, 0, "failed", failure_reason="declined")
    assert left(desk, charge) == 1_000
    (failed,) = desk.refunds.failed(desk.actor)
    assert (failed.id, failed.status, failed.failure) == (refund.id, "failed", "declined")
    order(desk, charge, 1_000)
    assert desk.refunds.failed(desk.actor) == [] and left(desk, charge) == 0


def test_a_refund_that_the_sync_reads_first_counts_once_it_is_known(desk: DeskFixture) -> None:
    charge = collect(desk)
    order(desk, charge)
    end(desk, 0, "succeeded")
    assert left(desk, charge) == 600


# A second person.


@pytest.fixture
def two(make: Callable[..., DeskFixture]) -> DeskFixture:
    return make(ACH_DESK_REFUND_APPROVE_ABOVE_CENTS="400")


def asked(desk: DeskFixture, refund: Refund) -> Question:
    newest = desk.store.approvals.newest("refund", refund.id)
    assert newest is not None
    return desk.approvals.question(CHECKER, newest.id)


def test_above_the_setting_a_second_person_approves_parts_counted_together(two: DeskFixture) -> None:
    charge = collect(two)
    two.store.projection.apply("customers", [{"id": "cus_1", "created": 1, "name": "Jenny Rosen"}])
    assert order(two, charge, 400).state is RefundState.SUBMITTED
    second = order(two, charge, 1)
    assert second.state is RefundState.REVIEW and len(two.stripe.refunds) == 1 and left(two, charge) == 599
    shown = asked(two, second)
    assert shown.title == "Refund of INV-7 (Jenny Rosen)" and shown.facts["refunded_before_cents"] == 400
    with pytest.raises(Refused, match="You asked for this yourself"):
        two.approvals.approve(two.actor, shown.approval.id, shown.digest)
    two.approvals.approve(CHECKER, shown.approval.id, shown.digest)
    assert now(two, second).state is RefundState.SUBMITTED and len(two.stripe.refunds) == 2
    assert asked(two, second).approval.state is ApprovalState.SUCCEEDED


@pytest.mark.parametrize("how", ["declined", "canceled", "expired"])
def test_what_is_not_approved_gives_the_amount_back(two: DeskFixture, how: str) -> None:
    charge = collect(two)
    refund = order(two, charge, 1_000)
    shown = asked(two, refund)
    if how == "declined":
        two.approvals.decline(CHECKER, shown.approval.id, "no")
    elif how == "canceled":
        two.refunds.cancel(two.actor, refund.id)
    else:
        two.clock.follow(shown.approval.expires_at)
        two.approvals.expire_due()
    assert now(two, refund).state is RefundState.CANCELED and two.stripe.refunds == []
    assert left(two, charge) == 1_000
    with pytest.raises(InputError):
        two.refunds.cancel(two.actor, refund.id)


def test_a_dispute_that_comes_while_it_waits_is_not_approved_away(two: DeskFixture) -> None:
    charge = collect(two)
    refund = order(two, charge, 1_000)
    shown = asked(two, refund)
    two.stripe.disputed.add(charge)
    two.store.projection.apply("charges", [two.stripe.charge(charge)])
    with pytest.raises((Refused, InputError)):
        two.approvals.approve(CHECKER, shown.approval.id, shown.digest)
    again = asked(two, refund)
    with pytest.raises(Refused) as refused_:
        two.approvals.approve(CHECKER, again.approval.id, again.digest)
    assert refused_.value.code == "disputed" and two.stripe.refunds == []


def test_a_payment_whose_customer_only_stripe_knows_is_refunded_and_approved_too(two: DeskFixture) -> None:
    details = {"type": "us_bank_account", "us_bank_account": {"last4": "1", "bank_name": "B"}}
    collect(two)
    foreign = {**two.stripe.charge("py_1"), "id": "py_foreign", "customer": "cus_other", "metadata": {}}
    foreign |= {"payment_intent": None, "payment_method_details": details}
    two.store.projection.apply("charges", [foreign])
    charge = "py_foreign"
    refund = order(two, charge, 1_000)
    assert refund.customer_id is None and refund.state is RefundState.REVIEW
    shown = asked(two, refund)
    two.approvals.decline(CHECKER, shown.approval.id, "no")
    assert now(two, refund).state is RefundState.CANCELED


def test_after_a_restore_nothing_is_refunded_before_somebody_has_looked(two: DeskFixture) -> None:
    charge = collect(two)
    waiting = order(two, charge, 500)
    two.store.restores.add(two.clock.now(), two.clock.now(), Unknown.UNREADABLE)
    with pytest.raises(Refused) as refused_:
        order(two, charge)
    assert refused_.value.code == "restored"
    shown = asked(two, waiting)
    with pytest.raises(Refused):
        two.approvals.approve(CHECKER, shown.approval.id, shown.digest)
    assert two.stripe.refunds == []


def test_while_a_refund_waits_its_customer_is_not_erased(two: DeskFixture) -> None:
    charge = collect(two)
    waiting = order(two, charge, 500, note="for Jenny")
    assert waiting.customer_id == two.customer.id
    plan = two.erasures.plan(two.actor, two.customer.id)
    assert any("A refund waits for a second person" in one for one in plan.blockers)
    two.refunds.cancel(two.actor, waiting.id)
    plan = two.erasures.plan(two.actor, two.customer.id)
    assert not any("refund" in one for one in plan.blockers)


@pytest.mark.parametrize("text", ["maybe", "Yes"])
def test_partial_is_yes_or_no(make_settings: Make, text: str) -> None:
    assert make_settings().refunds == RefundRules(partial=False, above_cents=None)
    with pytest.raises(ConfigError, match="is not known"):
        make_settings(ACH_DESK_REFUND_PARTIAL=text)


# Any interleaving.

STEP = st.one_of(
    st.tuples(st.just("order"), st.integers(1, 700), st.integers(0, 4), st.booleans()),
    st.tuples(st.just("order"), st.integers(1, 700), st.integers(0, 4), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([10, 400, 4_000, 90_000])),
    st.tuples(st.just("fail"), st.integers(0, 5)),
    st.tuples(st.just("approve"), st.booleans()),
    st.tuples(st.just("foreign"), st.integers(1, 300)),
    st.tuples(st.just("dispute")),
    st.tuples(st.just("restart")),
)


@hypothesis_settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given_some(steps=st.lists(STEP, min_size=6, max_size=20))
def test_no_interleaving_gives_back_more_than_was_collected(
    steps: list[tuple[Any, ...]],
    tmp_path_factory: pytest.TempPathFactory,
    empty_file: Any,
    vault: Vault,
    settings: Settings,
) -> None:
    path = tmp_path_factory.mktemp("refunds") / "desk.db"
    shutil.copy(empty_file, path)
    database, clock = Database(path), FixedClock(TUESDAY)
    rules = RefundRules(partial=True, above_cents=600)
    zone = ZoneInfo("America/New_York")
    desk = DeskFixture(Store(database, vault, clock, zone), clock, vault, replace(settings, refunds=rules))
    charge = collect(desk)
    desk.stripe.guards_refunds = False
    faults: list[Callable[[], BaseException] | None] = [
        None,
        None,
        lambda: lost(provider="stripe"),
        Killed,
        lambda: refused("charge_already_refunded", provider="stripe"),
    ]
    disputed_with = None
    for step in steps:
        try:
            if step[0] == "order":
                _, cents, fault, late = step
                made = faults[fault]
                if made is not None:
                    error = made()
                    after = late and fault in {2, 3}
                    (desk.stripe.after if after else desk.stripe.before)["create_refund"] = [error]
                order(desk, charge, cents)
            elif step[0] == "wait":
                desk.later(timedelta(seconds=step[1]))
            elif step[0] == "fail" and desk.stripe.refunds:
                number = step[1] % len(desk.stripe.refunds)
                if desk.stripe.refunds[number]["status"] == "pending":
                    end(desk, number, "failed")
            elif step[0] == "approve":
                for approval, _ in desk.approvals.waiting(CHECKER):
                    shown = desk.approvals.question(CHECKER, approval.id)
                    if step[1]:
                        desk.approvals.approve(CHECKER, approval.id, shown.digest)
                    else:
                        desk.approvals.decline(CHECKER, approval.id, "no")
            elif step[0] == "foreign" and desk.stripe.refunded(charge) + step[1] <= 1_000 and disputed_with is None:
                desk.stripe.create_refund({"charge": charge, "amount": step[1], "metadata": {}}, key=f"f{clock.now()}")
            elif step[0] == "dispute" and desk.stripe.refunds:
                desk.stripe.disputed.add(charge)
                disputed_with = len(desk.stripe.refunds) if disputed_with is None else disputed_with
            elif step[0] == "restart":
                desk.restart()
                desk.jobs.run_due()
        except Killed:
            with desk.store.transaction() as db:
                db.execute("UPDATE job SET lease_owner = NULL, lease_until = NULL")
            desk.restart()
        except DeskError as error:
            assert error.code, "refused: what counts is what stands afterwards"
        assert desk.stripe.refunded(charge) <= 1_000
        tags = [one["metadata"].get(REFUND_TAG) for one in desk.stripe.refunds]
        ours = [tag for tag in tags if tag is not None]
        assert len(ours) == len(set(ours)), "one order is one refund"
        assert disputed_with is None or len(desk.stripe.refunds) == disputed_with, "nothing beside a dispute"
    desk.stripe.before.clear()
    desk.stripe.after.clear()
    for _ in range(4):
        desk.later(timedelta(hours=1))
    ended = {one.id: one.state for one in desk.refunds.of_payment(desk.actor, charge)}
    assert {ended[tag] for tag in {one["metadata"].get(REFUND_TAG) for one in desk.stripe.refunds} - {None}} <= {
        RefundState.SUBMITTED
    }
    assert all(job.state is JobState.ASKING for job in desk.store.jobs.open("refund"))
    database.close()

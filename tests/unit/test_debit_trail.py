"""What the trail says of a debit on each of its ways, and how far around the order a look reaches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from dashboard.debits.job import KIND
from dashboard.domain.errors import ProviderLimited
from dashboard.domain.jobs import JobState
from dashboard.domain.models import BankAccount, Debit, DebitState
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost, refused
from tests.unit.test_debits import submit

CREATE, CONFIRM, READ, FIND = (
    "create_payment_intent",
    "confirm_payment_intent",
    "read_payment_intent",
    "find_payment_intents",
)


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def limited() -> ProviderLimited:
    return ProviderLimited("Slow down.", provider="stripe", code="rate_limit", http_status=429)


def refuse_at_create(given: DeskFixture) -> None:
    given.stripe.before[CREATE] = [refused("bank_account_unusable", provider="stripe")]


def refuse_at_confirm(given: DeskFixture) -> None:
    given.stripe.before[CONFIRM] = [refused("bank_account_unusable", provider="stripe")]


def wait_at_confirm(given: DeskFixture) -> None:
    given.stripe.before[CONFIRM] = [limited()]


def lose_both(given: DeskFixture) -> None:
    given.stripe.after[CONFIRM] = [lost(provider="stripe")]
    given.stripe.before[READ] = [lost(provider="stripe", maybe_done=False)]


def lose_the_confirm_before_stripe(given: DeskFixture) -> None:
    given.stripe.before[CONFIRM] = [lost(provider="stripe")]


def cancel_at_stripe(given: DeskFixture) -> None:
    given.stripe.before[CONFIRM] = [limited()]
    given.stripe.meanwhile[CONFIRM] = lambda: given.stripe.cancel_payment_intent("pi_1", key="by hand")


@pytest.mark.parametrize(
    ("fault", "state", "actions"),
    [
        (lambda given: None, "submitted", ["created", "sent", "submitted"]),
        (refuse_at_create, "refused", ["goes_on", "refused"]),
        (refuse_at_confirm, "refused", ["created", "sent", "withdrawn", "refused"]),
        (wait_at_confirm, "submitted", ["created", "sent", "waits", "sent", "submitted"]),
        (lose_both, "submitted", ["created", "sent", "unknown", "submitted"]),
        (lose_the_confirm_before_stripe, "submitted", ["created", "sent", "unknown", "sent", "submitted"]),
        (cancel_at_stripe, "canceled", ["created", "sent", "waits", "intent_canceled", "canceled"]),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_every_move_of_a_debit_is_in_the_trail_in_the_name_and_from_the_place_of_who_ordered_it(
    given: DeskFixture, account: BankAccount, fault: Callable[[DeskFixture], None], state: str, actions: list[str]
) -> None:
    fault(given)
    debit = submit(given, account)
    given.later(timedelta(seconds=10))
    assert given.debits.get(given.actor, debit.id).state.value == state
    rows = list(reversed(given.store.trail.read(debit.id)))
    assert [row.action for row in rows] == [f"debit.{action}" for action in ("ordered", *actions)]
    assert {(row.actor, row.address) for row in rows} == {("demo", "192.0.2.1")}
    if state == "refused":
        assert (rows[-1].facts["code"], rows[-1].facts["request_id"]) == ("bank_account_unusable", "req-no")
    if "unknown" in actions:
        assert rows[3].facts["code"] == "unreachable"
    sent = [row.facts for row in rows if row.action in {"debit.sent", "debit.submitted"}]
    assert all(facts == {"payment_intent": "pi_1"} for facts in sent)
    assert [row.facts for row in rows if row.action == "debit.created"] in (
        [],
        [{"payment_intent": "pi_1", "how": "created"}],
    )


def test_an_order_that_was_not_sent_says_so_in_the_trail_and_so_does_who_canceled_it(
    given: DeskFixture, account: BankAccount
) -> None:
    given.stripe.before[CONFIRM] = [limited() for _ in range(99)]
    debit = submit(given, account)
    for _ in range(20):
        given.later(timedelta(minutes=1))
    assert given.debits.get(given.actor, debit.id).state is DebitState.UNSENT
    assert given.store.trail.read(debit.id, limit=1)[0].action == "debit.not_sent"
    given.debits.cancel(given.actor, debit.id)
    actions = [row.action for row in given.store.trail.read(debit.id, limit=2)]
    assert actions == ["debit.canceled", "debit.cancel_ordered"]
    assert given.stripe.debited == []


def put_back_to_find(given: DeskFixture, debit: Debit) -> None:
    """As an order of an earlier version, whose one call may have been sent."""
    job = given.store.jobs.find(KIND, debit.id)
    assert job is not None
    given.store.jobs.write(job.id, {"step": "find", "next_at": given.clock.real()})


@pytest.mark.parametrize("away", [timedelta(days=-400), timedelta(days=-2), timedelta(days=400)])
def test_a_look_covers_every_payment_of_the_customer_whatever_its_age(
    given: DeskFixture, account: BankAccount, away: timedelta
) -> None:
    """The clock by which the order was taken may have been wrong, so no window is drawn around it."""
    given.stripe.before[CREATE] = [limited()]
    debit = submit(given, account)
    tag = {"ach_desk_debit": debit.id}
    made = {"id": "pi_9", "customer": "cus_1", "status": "processing", "metadata": tag, "latest_charge": "py_9"}
    given.stripe.intents.append({**made, "created": given.clock.now() + away})
    put_back_to_find(given, debit)
    given.jobs.run_due()
    debit = given.debits.get(given.actor, debit.id)
    assert (debit.payment_intent_id, debit.state) == ("pi_9", DebitState.SUBMITTED)
    first = next(row for row in given.store.trail.read(debit.id) if row.action == "debit.created")
    assert first.facts == {"payment_intent": "pi_9", "how": "found"}


def test_what_stripe_does_not_list_for_an_hour_is_asked_about(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CREATE] = [limited()]
    debit = submit(given, account)
    put_back_to_find(given, debit)
    given.jobs.run_due()
    assert given.debits.get(given.actor, debit.id).state is DebitState.UNKNOWN
    for _ in range(16):
        given.later(timedelta(minutes=5))
    job = given.store.jobs.find(KIND, debit.id)
    assert job is not None and (job.state, job.question) == (JobState.ASKING, "not_found")
    assert job.problem is not None and job.problem.code == "not_found"
    assert given.store.trail.read(debit.id, limit=1)[0].action == "debit.not_found"
    assert given.stripe.intents == [], "and nothing is sent meanwhile"


def test_a_look_takes_no_other_debits_payment_for_this_one(given: DeskFixture, account: BankAccount) -> None:
    assert submit(given, account).payment_intent_id == "pi_1"
    given.stripe.before[CREATE] = [limited()]
    debit = submit(given, account, 1_100, invoice_reference="INV-8")
    put_back_to_find(given, debit)
    given.jobs.run_due()
    debit = given.debits.get(given.actor, debit.id)
    assert (debit.state, debit.payment_intent_id) == (DebitState.UNKNOWN, None)


def test_a_debits_job_is_named_by_its_invoice(given: DeskFixture, account: BankAccount) -> None:
    debit = submit(given, account, invoice_reference="INV-77")
    job = given.store.jobs.find(KIND, debit.id)
    assert job is not None and given.jobs.kinds[KIND].title(job) == "Debit INV-77"

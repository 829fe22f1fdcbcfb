"""Two people: above the setting nothing is sent before a second person approved exactly that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.approvals import Question
from dashboard.debits.intents import write_payment_intent
from dashboard.debits.review import write_bodies
from dashboard.domain.approvals import Approval, ApprovalState, digest_of, expiry
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, ConfigError, DeskError, InputError, Refused
from dashboard.domain.limits import ReservationState
from dashboard.domain.models import Actor, Balance, BankAccount, Debit, DebitOrder, DebitState, Purpose, Role
from dashboard.settings import Settings
from dashboard.staff.access import ALWAYS
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.staff import Visit
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost, refused
from tests.unit.test_sign_in_and_limits import WHOLE

Make = Callable[..., Settings]
NEW_YORK = ZoneInfo("America/New_York")
MAKER = Actor("mia@example.com", frozenset({Role.FINANCE}), "192.0.2.7", subject="s-mia", proved_until=ALWAYS)
CHECKER = Actor("carl@example.com", frozenset({Role.FINANCE}), "192.0.2.8", subject="s-carl", proved_until=ALWAYS)
BOSS = Actor("bea@example.com", frozenset({Role.ADMIN}), "192.0.2.9", subject="s-bea", proved_until=ALWAYS)


@pytest.fixture
def make(store: Store, clock: FixedClock, vault: Vault, make_settings: Make) -> Callable[..., DeskFixture]:
    def make(above: int = 100_000, **changes: str) -> DeskFixture:
        settings = make_settings(**{"ACH_DESK_APPROVE_ABOVE_CENTS": str(above), **changes})
        given = DeskFixture(store, clock, vault, settings)
        given.plaid.available = 100_000_000
        return given

    return make


@pytest.fixture
def two(make: Callable[..., DeskFixture]) -> DeskFixture:
    return make()


def link(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def order(
    given: DeskFixture, account: BankAccount, cents: int = 150_000, reference: str = "INV-1", actor: Actor = MAKER
) -> Debit:
    balance = Balance(9_000_000, 9_000_000, "usd", given.clock.now())
    similar = given.debits.preview(given.actor, account.id, cents, reference, balance).similar
    wanted = DebitOrder(given.debits.ticket(), account.id, cents, reference, Purpose.GOODS, balance)
    return given.debits.submit(actor, replace(wanted, similar_to=similar.id if similar else None))


def asked(given: DeskFixture, debit: Debit) -> Question:
    newest = given.store.approvals.newest("debit", debit.id)
    assert newest is not None
    return given.approvals.question(CHECKER, newest.id)


def approve(given: DeskFixture, debit: Debit, actor: Actor = CHECKER) -> Approval:
    shown = asked(given, debit)
    return given.approvals.approve(actor, shown.approval.id, shown.digest)


def now(given: DeskFixture, debit: Debit) -> Debit:
    return given.debits.get(given.actor, debit.id)


def state(given: DeskFixture, debit: Debit) -> ApprovalState:
    return asked(given, debit).approval.state


# Who is asked.


@pytest.mark.parametrize(("cents", "waits"), [(99_999, False), (100_000, False), (100_001, True)])
def test_above_the_setting_a_debit_waits_and_equal_is_not_above(two: DeskFixture, cents: int, waits: bool) -> None:
    debit = order(two, link(two), cents)
    assert debit.state is (DebitState.REVIEW if waits else DebitState.SUBMITTED)
    assert two.stripe.calls["create_payment_intent"] == (0 if waits else 1)
    payment = two.store.payments.get(debit.id)
    assert payment is not None
    assert (payment["state"] == "review") is waits


def test_splitting_one_debit_in_two_does_not_evade(two: DeskFixture) -> None:
    account = link(two)
    first, second = order(two, account, 60_000, "INV-1a"), order(two, account, 40_001, "INV-1b")
    assert (first.state, second.state) == (DebitState.SUBMITTED, DebitState.REVIEW)
    assert "debits of 24 hours come to $1,000.01, above $1,000.00" in asked(two, second).approval.rule
    two.clock.move(timedelta(hours=24, seconds=1))
    approve(two, second)
    two.clock.move(timedelta(hours=25))
    assert order(two, account, 100_000, "INV-2").state is DebitState.SUBMITTED, "the window is over"


def test_without_the_setting_nobody_is_asked(make: Callable[..., DeskFixture]) -> None:
    given = make(ACH_DESK_APPROVE_ABOVE_CENTS="")
    assert order(given, link(given), 8_000_000).state is DebitState.SUBMITTED


# What a second person does.


def test_what_is_approved_is_sent_once_in_the_name_of_both(two: DeskFixture) -> None:
    debit = order(two, link(two))
    assert debit.problem is not None and debit.problem.code == "requires_review"
    assert two.store.limits.state(debit.id) is ReservationState.RESERVED
    assert [one.subject for one, _ in two.approvals.waiting(CHECKER)] == [debit.id]
    approve(two, debit)
    assert now(two, debit).state is DebitState.SUBMITTED
    assert len(two.stripe.debited) == 1 and state(two, debit) is ApprovalState.SUCCEEDED
    assert asked(two, debit).approval.consumed_at == two.clock.now()
    trail = [(row.action, row.actor) for row in reversed(two.store.trail.read(debit.id))]
    assert trail == [
        ("approval.requested", MAKER.name),
        ("debit.ordered", MAKER.name),
        ("debit.waits_for_approval", MAKER.name),
        ("approval.approved", CHECKER.name),
        ("debit.created", CHECKER.name),
        ("debit.sent", CHECKER.name),
        ("debit.submitted", CHECKER.name),
    ]
    decision = two.store.approvals.decision(asked(two, debit).approval.id)
    assert decision is not None and (decision.person, decision.address) == (CHECKER.name, CHECKER.address)
    assert decision.facts["available_cents"] == 9_000_000 and decision.facts["approver_used"] == 0
    assert two.approvals.waiting(CHECKER) == []
    assert [one.subject for one, _ in two.approvals.decided(CHECKER)] == [debit.id]


def test_a_declined_debit_is_never_sent_and_the_maker_reads_why(two: DeskFixture) -> None:
    debit = order(two, link(two))
    two.approvals.decline(CHECKER, asked(two, debit).approval.id, "  wrong   invoice ")
    ended = now(two, debit)
    assert ended.state is DebitState.CANCELED and ended.problem is not None
    assert ended.problem.what == "carl@example.com declined this." and "wrong invoice" in ended.problem.meaning
    assert two.stripe.debited == [] and state(two, debit) is ApprovalState.REJECTED
    assert two.store.limits.state(debit.id) is ReservationState.RELEASED
    (row,) = [row for row in two.store.trail.read(debit.id) if row.action == "approval.rejected"]
    assert "wrong" not in str(row.facts), "what somebody wrote about a customer is sealed"
    assert two.store.private.open(debit.customer_id, str(row.facts["private"])) == {"reason": "wrong invoice"}


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "a\x00b"])
def test_a_decline_says_why(two: DeskFixture, reason: str) -> None:
    debit = order(two, link(two))
    with pytest.raises(InputError, match="The reason is empty or longer"):
        two.approvals.decline(CHECKER, asked(two, debit).approval.id, reason)
    assert now(two, debit).state is DebitState.REVIEW


def test_an_approval_asks_for_proof(two: DeskFixture) -> None:
    debit = order(two, link(two))
    with pytest.raises(AccessDenied) as denied:
        approve(two, debit, replace(CHECKER, proved_until=None))
    assert denied.value.code == "proof" and two.stripe.debited == []


def test_who_may_approve_is_a_setting(make: Callable[..., DeskFixture]) -> None:
    given = make(ACH_DESK_APPROVE_ROLES="admin")
    debit = order(given, link(given))
    with pytest.raises(AccessDenied):
        approve(given, debit)
    with pytest.raises(AccessDenied):
        given.approvals.decline(CHECKER, asked(given, debit).approval.id, "no")
    approve(given, debit, BOSS)
    assert now(given, debit).state is DebitState.SUBMITTED


@pytest.mark.parametrize(
    "same",
    [
        MAKER,
        replace(MAKER, name="mia.new@example.com"),  # another address, the same person at the provider
        replace(MAKER, subject="s-other"),  # another account at the provider, the same address
        replace(MAKER, name="mia@admin.example", roles=frozenset({Role.ADMIN})),  # promoted since
    ],
)
def test_nobody_approves_or_declines_their_own_order(two: DeskFixture, same: Actor) -> None:
    debit = order(two, link(two))
    assert two.approvals.why_not(same, asked(two, debit).approval) is not None
    acts: list[Callable[[], object]] = [
        lambda: approve(two, debit, same),
        lambda: two.approvals.decline(same, asked(two, debit).approval.id, "no"),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused_:
            act()
        assert refused_.value.code == "own_request"
    assert now(two, debit).state is DebitState.REVIEW and two.stripe.debited == []
    refusals = [row for row in two.store.trail.read(debit.id) if row.action == "approval.refused"]
    assert [(row.actor, row.facts["code"]) for row in refusals] == [(same.name, "own_request")] * 2


def test_whoever_ordered_it_may_cancel_and_not_confirm_it(two: DeskFixture) -> None:
    """To confirm again is for what was not sent in time; here it would go past the second person."""
    debit = order(two, link(two))
    balance = Balance(9_000_000, 9_000_000, "usd", two.clock.now())
    with pytest.raises(InputError):
        two.debits.confirm_again(MAKER, debit.id, balance)
    two.debits.resume(MAKER, debit.id)
    two.jobs.try_again(two.actor, "debit", debit.id, action="debit.resumed")
    assert now(two, debit).state is DebitState.REVIEW and two.stripe.debited == []
    two.debits.cancel(MAKER, debit.id)
    assert (now(two, debit).state, state(two, debit)) == (DebitState.CANCELED, ApprovalState.CANCELED)
    with pytest.raises(InputError, match="waits no more: canceled"):
        approve(two, debit)
    assert two.stripe.debited == []


def test_an_approver_has_a_limit_of_their_own(make: Callable[..., DeskFixture]) -> None:
    given = make(ACH_DESK_APPROVE_DAY_CENTS="300000")
    account = link(given)
    first, second = order(given, account, 150_000, "INV-1"), order(given, account, 150_001, "INV-2")
    approve(given, first)
    with pytest.raises(Refused) as refused_:
        approve(given, second)
    assert refused_.value.code == "above_own_limit" and "you have approved $1,500.00" in refused_.value.meaning
    approve(given, second, BOSS)
    given.clock.move(timedelta(hours=24, seconds=1))
    approve(given, order(given, account, 300_000, "INV-3"))
    assert len(given.stripe.debited) == 3


# Only what was shown.


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE debit SET amount_cents = 150001",
        "UPDATE debit SET statement_descriptor = 'OTHER'",
        "UPDATE debit SET invoice_reference = 'INV-9'",
        "UPDATE debit SET purpose = 'services'",
        "UPDATE debit SET currency = 'eur'",
        "UPDATE bank_account SET stripe_bank_account_id = 'ba_other'",
        "UPDATE bank_account SET stripe_customer_id = 'cus_other'",
    ],
)
@pytest.mark.parametrize("when", ["shown", "approved", "created"])
def test_any_change_of_what_is_sent_voids_the_approval(two: DeskFixture, change: str, when: str) -> None:
    debit = order(two, link(two))
    shown = asked(two, debit)
    two.stripe.customers["cus_other"] = {"id": "cus_other"}
    call = {"approved": "create_payment_intent", "created": "confirm_payment_intent"}.get(when)
    if call is not None:  # the call fails, somebody changes the file, and it goes on by itself
        two.stripe.before[call] = [lost(provider="stripe", maybe_done=False)]
        two.approvals.approve(CHECKER, shown.approval.id, shown.digest)
        assert now(two, debit).state in {DebitState.CREATED, DebitState.SENDING}
    with two.store.transaction() as db:
        db.execute(change)
    if call is None:
        with pytest.raises(InputError, match="waits no more: canceled"):
            two.approvals.approve(CHECKER, shown.approval.id, shown.digest)
    else:
        two.later()
    assert now(two, debit).state is DebitState.REVIEW
    assert two.store.approvals.get(shown.approval.id).state is ApprovalState.CANCELED  # type: ignore[union-attr]
    assert asked(two, debit).approval.id != shown.approval.id, "a new question, about what it has become"
    assert asked(two, debit).approval.requester == MAKER.key
    assert "approval.void" in {row.action for row in two.store.trail.read(debit.id)}
    assert two.stripe.debited == []


def test_every_field_of_the_body_is_under_the_digest(two: DeskFixture) -> None:
    account = link(two)
    debit = order(two, account)
    bodies, seen = write_bodies(debit, account), set()

    def leaves(value: Any, path: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if isinstance(value, dict):
            return [one for name, inner in value.items() for one in leaves(inner, (*path, name))]
        return [path]

    paths = leaves(bodies, ())
    assert len(paths) == 11 and set(bodies["create"]) == set(write_payment_intent(debit, account))  # type: ignore[call-overload]
    for path in paths:
        changed: Any = two.approvals.question(CHECKER, asked(two, debit).approval.id).bodies
        changed = {name: dict(inner) for name, inner in changed.items()}
        place = changed
        for name in path[:-1]:
            place[name] = dict(place[name])
            place = place[name]
        place[path[-1]] = "another"
        seen.add(digest_of(changed))
    assert len(seen) == len(paths) and asked(two, debit).approval.body_digest not in seen


def test_facts_that_changed_since_they_were_shown_are_shown_again(two: DeskFixture) -> None:
    account = link(two)
    debit = order(two, account)
    shown = asked(two, debit)
    assert shown.facts["earlier_debits"] == 0
    order(two, account, 50, "INV-0")  # together with the first it is above, so it waits too
    approve(two, asked_debit(two, "INV-0"))
    with pytest.raises(InputError) as refused_:
        two.approvals.approve(CHECKER, shown.approval.id, shown.digest)
    assert refused_.value.code == "changed" and asked(two, debit).facts["earlier_debits"] == 1
    approve(two, debit)
    assert now(two, debit).state is DebitState.SUBMITTED


def asked_debit(given: DeskFixture, reference: str) -> Debit:
    return next(one for one in given.debits.recent(given.actor) if one.invoice_reference == reference)


def test_what_could_not_be_sent_now_is_not_approved(two: DeskFixture) -> None:
    account = link(two)
    debit = order(two, account)
    with two.store.transaction() as db:
        db.execute("UPDATE bank_account SET mandate_status = 'inactive'")
    with pytest.raises(Refused):
        approve(two, debit)
    assert now(two, debit).state is DebitState.REVIEW


# Time.


@pytest.mark.parametrize(
    ("asked_at", "days", "ends"),
    [
        ((2026, 11, 24, 10, 0), 3, (2026, 12, 1)),  # Wednesday, (Thanksgiving), Friday, Monday: its end
        ((2026, 11, 28, 10, 0), 1, (2026, 12, 2)),  # asked on a Saturday: as on Monday
        ((2026, 11, 24, 23, 30), 1, (2026, 11, 26)),
    ],
)
def test_it_expires_at_the_end_of_a_business_day(asked_at: tuple[int, ...], days: int, ends: tuple[int, ...]) -> None:
    at = datetime(*asked_at, tzinfo=NEW_YORK)  # type: ignore[arg-type,misc]
    assert expiry(at, days, NEW_YORK) == datetime(*ends, tzinfo=NEW_YORK)  # type: ignore[arg-type,misc]


def test_what_nobody_approves_in_time_is_never_sent(two: DeskFixture) -> None:
    debit = order(two, link(two))
    shown = asked(two, debit)
    two.clock.follow(shown.approval.expires_at - timedelta(seconds=1))
    assert two.approvals.expire_due() == 0
    two.clock.follow(shown.approval.expires_at)
    with pytest.raises(InputError) as refused_:
        two.approvals.approve(CHECKER, shown.approval.id, shown.digest)
    assert refused_.value.code == "approval_expired"
    assert two.approvals.expire_due() == 1 and two.approvals.expire_due() == 0
    ended = now(two, debit)
    assert (ended.state, state(two, debit)) == (DebitState.CANCELED, ApprovalState.EXPIRED)
    assert ended.problem is not None and ended.problem.code == "approval_expired"
    assert two.store.limits.state(debit.id) is ReservationState.RELEASED and two.stripe.debited == []


@pytest.mark.parametrize("days", ["0", "31", "three", ""])
def test_it_expires_after_1_to_30_business_days(make_settings: Make, days: str) -> None:
    if days:
        with pytest.raises(ConfigError, match="not a whole number from 1 to 30"):
            make_settings(ACH_DESK_APPROVE_DAYS=days)
    assert make_settings().approvals.days == 3


@pytest.mark.parametrize(("roles", "words"), [("boss", "`boss` is not a role"), (",", "names no role")])
def test_roles_of_approvers_are_roles(make_settings: Make, roles: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        make_settings(ACH_DESK_APPROVE_ROLES=roles)


def test_an_approved_debit_that_was_not_sent_in_time_asks_both_again(two: DeskFixture) -> None:
    """Days may lie between; and whoever confirms it again has made it anew."""
    debit = order(two, link(two))
    two.stripe.before["create_payment_intent"] = [lost(provider="stripe", maybe_done=False) for _ in range(9)]
    first = asked(two, debit)
    approve(two, debit)
    two.later(timedelta(minutes=11))
    assert now(two, debit).state is DebitState.UNSENT
    two.stripe.before.clear()
    balance = Balance(9_000_000, 9_000_000, "usd", two.clock.now())
    two.debits.confirm_again(BOSS_WHO_DEBITS, debit.id, balance)
    assert now(two, debit).state is DebitState.REVIEW
    assert two.store.approvals.get(first.approval.id).state is ApprovalState.CANCELED  # type: ignore[union-attr]
    for maker in (MAKER, BOSS_WHO_DEBITS):
        with pytest.raises(Refused):
            approve(two, debit, maker)
    approve(two, debit)
    assert now(two, debit).state is DebitState.SUBMITTED and len(two.stripe.debited) == 1


BOSS_WHO_DEBITS = replace(BOSS, roles=frozenset({Role.ADMIN, Role.FINANCE}))


def test_a_debit_is_as_old_as_its_approval(two: DeskFixture) -> None:
    debit = order(two, link(two))
    two.clock.move(timedelta(days=2))
    two.restart()  # another process
    approve(two, debit)
    assert now(two, debit).state is DebitState.SUBMITTED


# At one instant, and what a crash leaves.


def test_two_decisions_at_one_instant_are_one(two: DeskFixture) -> None:
    debit = order(two, link(two))
    shown, barrier = asked(two, debit), Barrier(3)
    outcomes: list[str] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
            outcomes.append("done")
        except DeskError as error:
            outcomes.append(error.code)

    acts: list[Callable[[], object]] = [
        lambda: two.approvals.approve(CHECKER, shown.approval.id, shown.digest),
        lambda: two.approvals.decline(BOSS, shown.approval.id, "no"),
        lambda: two.debits.cancel(MAKER, debit.id),
    ]
    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already_decided", "already_decided", "done"]
    ended = now(two, debit).state
    assert len(two.stripe.debited) == (1 if ended is DebitState.SUBMITTED else 0)
    assert ended in {DebitState.SUBMITTED, DebitState.CANCELED}


@pytest.mark.parametrize("call", ["create_payment_intent", "confirm_payment_intent"])
def test_a_refusal_by_stripe_ends_the_approval_too(two: DeskFixture, call: str) -> None:
    debit = order(two, link(two))
    two.stripe.before[call] = [refused("bank_account_unusable", provider="stripe")]
    approve(two, debit)
    assert (now(two, debit).state, state(two, debit)) == (DebitState.REFUSED, ApprovalState.FAILED)


def test_a_decision_stands_for_good(two: DeskFixture) -> None:
    debit = order(two, link(two))
    approve(two, debit)
    with two.store.transaction() as db:
        for statement in (
            "UPDATE approval SET state = 'requires_review'",
            "UPDATE approval SET amount_cents = 1",
            "UPDATE approval_decision SET person = 'somebody'",
            "DELETE FROM approval_decision",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                db.conn.execute(statement)


# What is shown.


def test_the_reasons_to_say_no_are_shown(two: DeskFixture) -> None:
    account = link(two)
    debit, other = order(two, account), order(two, account, 200_000, "INV-2")
    charge = {"object": "charge", "currency": "usd", "customer": account.stripe_customer_id, "created": 1_795_000_000}
    details = {"type": "us_bank_account", "us_bank_account": {"last4": "0000", "bank_name": "B"}}
    history = [
        {"id": "py_1", "amount": 10_000, "status": "succeeded"},
        {"id": "py_2", "amount": 30_000, "status": "succeeded"},
        {"id": "py_3", "amount": 20_000, "status": "failed", "failure_code": "insufficient_funds"},
    ]
    two.store.projection.apply("charges", [{**charge, "payment_method_details": details, **one} for one in history])
    shown = asked(two, debit)
    facts = shown.facts
    assert (facts["available_cents"], facts["mandate_status"], facts["earlier_debits"]) == (9_000_000, "active", 0)
    assert (facts["usual_cents"], facts["largest_cents"], facts["collected"], facts["returned"]) == (
        20_000,
        30_000,
        2,
        1,
    )
    assert facts["accepted_at"] is not None and shown.others == (1, other.amount_cents)


def test_who_else_could_approve_is_counted(make: Callable[..., DeskFixture]) -> None:
    members = {
        "ACH_DESK_ROLE_FINANCE": "mia@example.com, carl@example.com",
        "ACH_DESK_ROLE_ADMIN": "bea@example.com",
        "ACH_DESK_ROLE_AUDITOR": "otto@example.com",
    }
    given = make(**{**WHOLE, **members})
    debit = order(given, link(given))
    found = given.approvals.colleagues(CHECKER, asked(given, debit).approval)
    assert (found.names, found.groups, found.too_few) == (("bea@example.com",), (), True)
    at = given.clock.real()
    given.store.people.begin_visit(Visit("v1", "dan@example.com", at, at, None, frozenset({Role.FINANCE})))
    given.store.people.begin_visit(Visit("v2", "eve@example.com", at, at, None, frozenset({Role.OPS})))
    found = given.approvals.colleagues(CHECKER, asked(given, debit).approval)
    assert (found.names, found.too_few) == (("bea@example.com", "dan@example.com"), False)


def test_an_inbox_of_fifty_is_read_at_once(make: Callable[..., DeskFixture]) -> None:
    given = make(above=0)
    account = link(given)
    for number in range(50):
        order(given, account, 1_000 + number, f"INV-{number}")
    begun = perf_counter()
    waiting = given.approvals.waiting(CHECKER)
    took = perf_counter() - begun
    assert [title for _, title in waiting] == [f"Debit INV-{number}" for number in range(50)]
    assert took < 0.1

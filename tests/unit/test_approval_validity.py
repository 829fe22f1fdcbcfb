"""An approval holds for exactly what was shown, for its time, and once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from dashboard.debits.intents import write_payment_intent
from dashboard.debits.review import write_bodies
from dashboard.domain.approvals import ApprovalState, digest_of, expiry
from dashboard.domain.errors import ConfigError, DeskError, InputError, Refused
from dashboard.domain.limits import ReservationState
from dashboard.domain.models import Balance, Debit, DebitState, Role
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost, refused
from tests.unit.two_people import (
    BOSS,
    CHECKER,
    MAKER,
    NEW_YORK,
    Make,
    approve,
    asked,
    link,
    make,
    now,
    order,
    state,
    two,
)

__all__ = ["make", "two"]  # fixtures


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


def test_a_question_whose_job_does_not_ask_yet_expires_with_it(two: DeskFixture) -> None:
    """The process died between the order and its job's first step."""
    debit = order(two, link(two))
    shown = asked(two, debit).approval
    with two.store.transaction() as db:
        db.execute("UPDATE job SET state = 'waiting', question = NULL, next_at = 0 WHERE subject = ?", [debit.id])
    two.clock.follow(shown.expires_at)
    assert two.approvals.expire_due() == 0
    two.jobs.run_due()
    assert two.approvals.expire_due() == 1 and state(two, debit) is ApprovalState.EXPIRED


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

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor, Role
from dashboard.staff.access import (
    ALLOWED,
    ALWAYS,
    MOVING,
    Permission,
    can,
    demo_actor,
    is_proved,
    require,
    require_proof,
    with_approvals,
    with_debits,
)


def test_the_demos_person_may_do_everything() -> None:
    assert all(can(demo_actor(), permission) for permission in set(Permission) - {Permission.OWN_STEP})


def test_nobody_may_do_anything() -> None:
    for actor in (Actor("Nobody", frozenset()), Actor.system()):
        assert not any(can(actor, permission) for permission in Permission)


# Every permission, and who has it: O ops, F finance, A admin, U auditor, - nobody by a role.
MATRIX = {
    "VIEW_CUSTOMERS": "OFAU",
    "EDIT_CUSTOMERS": "O",
    "VIEW_ACCOUNTS": "OFAU",
    "LINK_BANK": "O",
    "REMOVE_BANK": "OA",
    "VIEW_BALANCE": "F",
    "VIEW_TRANSACTIONS": "F",
    "CHECK_HOLDER": "OF",
    "VIEW_PAYMENTS": "FAU",
    "VIEW_STATEMENTS": "FAU",
    "IMPORT_STATEMENTS": "FA",
    "MATCH_PAYOUTS": "F",
    "CLOSE_MONTH": "FA",
    "CREATE_DEBIT": "F",
    "REFUND_PAYMENT": "F",
    "WORK_INBOX": "OFA",
    "WORK_CASES": "F",
    "WRITE_OFF": "F",
    "APPROVE_MONEY": "FA",
    "EXPORT": "FAU",
    "MAKE_EVIDENCE": "FAU",
    "SYNC": "FA",
    "VIEW_AUDIT": "AU",
    "VIEW_SETUP": "A",
    "MOVE_SANDBOX_CLOCK": "A",
    "ADMIN": "A",
    "REVOKE_MANDATE": "OFA",
    "ERASE_CUSTOMER": "A",
    "OWN_STEP": "-",
}
LETTERS = {"O": Role.OPS, "F": Role.FINANCE, "A": Role.ADMIN, "U": Role.AUDITOR}


def test_the_matrix_names_every_permission_and_every_role() -> None:
    assert set(MATRIX) == {permission.name for permission in Permission}
    assert set(LETTERS.values()) == set(Role)
    assert Permission.OWN_STEP not in set().union(*ALLOWED.values()), "that one is a customer's"


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("name", MATRIX)
def test_every_role_may_what_the_matrix_says_and_nothing_else(letter: str, name: str) -> None:
    actor, permission = Actor("Ann", frozenset({LETTERS[letter]})), Permission[name]
    assert can(actor, permission) is (letter in MATRIX[name])
    if letter in MATRIX[name]:
        require(actor, permission)
    else:
        with pytest.raises(AccessDenied, match=f"Ann may not {permission.value}") as refused:
            require(actor, permission)
        assert refused.value.code == "access_denied"


@pytest.mark.parametrize("permission", Permission)
def test_whoever_had_every_role_may_nothing_once_their_visit_is_over(permission: Permission) -> None:
    over = AccessDenied("Your visit is over.", code="visit_over")
    actor = replace(with_debits(demo_actor(), frozenset(Role)), why_over=lambda: over)
    assert can(actor, permission) is False
    with pytest.raises(AccessDenied) as refused:
        require(actor, permission)
    assert refused.value is over


def test_a_handed_over_device_says_so_also_once_the_visit_is_over() -> None:
    over = AccessDenied("Your visit is over.", code="visit_over")
    actor = replace(demo_actor(), why_over=lambda: over, is_handed_over=lambda: True)
    assert can(actor, Permission.OWN_STEP)
    require(actor, Permission.OWN_STEP)
    with pytest.raises(AccessDenied, match="handed over"):
        require(actor, Permission.CREATE_DEBIT)


def test_who_has_two_roles_may_what_either_may() -> None:
    both = Actor("Ann", frozenset({Role.OPS, Role.AUDITOR}))
    assert {name for name in MATRIX if can(both, Permission[name])} == {
        name for name, letters in MATRIX.items() if {"O", "U"} & set(letters)
    }


@pytest.mark.parametrize("name", MATRIX)
def test_a_device_in_a_customers_hands_takes_their_own_steps_and_does_nothing_else(name: str) -> None:
    held, permission = replace(demo_actor(), is_handed_over=lambda: True, may_debit=True), Permission[name]
    assert can(held, permission) is (name == "OWN_STEP")
    if name == "OWN_STEP":
        require(held, permission)
    else:
        with pytest.raises(AccessDenied, match="handed over to a customer") as refused:
            require(held, permission)
        assert refused.value.code == "device_held"


@pytest.mark.parametrize("role", Role)
def test_who_may_debit_is_a_setting(role: Role) -> None:
    actor = Actor("Ann", frozenset({role}))
    allowed, forbidden = with_debits(actor, {role}), with_debits(actor, set(Role) - {role})
    assert {name for name in MATRIX if can(allowed, Permission[name])} == {
        name for name in MATRIX if can(actor, Permission[name])
    } | {"CREATE_DEBIT", "REFUND_PAYMENT", "VIEW_CUSTOMERS", "VIEW_ACCOUNTS", "VIEW_PAYMENTS", "VIEW_BALANCE"}, (
        "what a debit needs"
    )
    assert not can(forbidden, Permission.CREATE_DEBIT)
    with pytest.raises(AccessDenied):
        require(forbidden, Permission.CREATE_DEBIT)
    for other in set(Permission) - MOVING:
        assert can(forbidden, other) is can(actor, other), "the setting takes nothing else away"


def test_proof_lasts_until_its_end_and_nobody_has_it_for_nothing() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    ann = replace(Actor("Ann", frozenset(Role)), proved_until=now)
    assert is_proved(ann, now - timedelta(seconds=1))
    for actor in (ann, Actor("Bob", frozenset(Role)), Actor.system()):
        with pytest.raises(AccessDenied, match="Removing a bank requires a fresh sign-in or your PIN") as refused:
            require_proof(actor, "Removing a bank", now)
        assert refused.value.code == "proof"
    require_proof(demo_actor(), "Removing a bank", now)
    assert demo_actor().proved_until == ALWAYS


def test_a_visit_that_is_over_may_nothing_and_is_told_why() -> None:
    over = AccessDenied("This sign-in has ended.", code="ended")
    gone = replace(demo_actor(), why_over=lambda: over)
    assert not any(can(gone, permission) for permission in Permission)
    for permission in Permission:
        with pytest.raises(AccessDenied) as refused:
            require(gone, permission)
        assert refused.value is over
    held = replace(gone, is_handed_over=lambda: True)
    assert can(held, Permission.OWN_STEP), "the customer's own steps go on"
    require(held, Permission.OWN_STEP)


def test_the_demos_person_is_named_demo_at_the_address_that_they_come_from() -> None:
    assert (demo_actor("192.0.2.1").name, demo_actor("192.0.2.1").address) == ("demo", "192.0.2.1")
    assert demo_actor().roles == {Role.OPS, Role.FINANCE, Role.ADMIN}


@pytest.mark.parametrize("role", [Role.OPS, Role.AUDITOR])
def test_who_may_approve_is_a_setting_and_sees_what_is_approved(role: Role) -> None:
    actor = Actor("ann", frozenset({role}))
    assert not can(actor, Permission.APPROVE_MONEY)
    approver, other = with_approvals(actor, {role}), with_approvals(actor, set(Role) - {role})
    assert can(approver, Permission.APPROVE_MONEY) and can(approver, Permission.VIEW_PAYMENTS)
    assert not can(other, Permission.APPROVE_MONEY)
    assert can(other, Permission.VIEW_PAYMENTS) is can(actor, Permission.VIEW_PAYMENTS)
    assert not can(approver, Permission.CREATE_DEBIT), "approving is not ordering"

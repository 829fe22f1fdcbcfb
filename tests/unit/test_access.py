from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.access import (
    ALLOWED,
    ALWAYS,
    Permission,
    can,
    demo_actor,
    is_proved,
    require,
    require_proof,
    with_debits,
)
from dashboard.errors import AccessDenied
from dashboard.models import Actor, Role


def test_every_permission_belongs_to_a_role_and_every_role_has_some() -> None:
    assert set(ALLOWED) == set(Role)
    assert set().union(*ALLOWED.values()) == set(Permission) - {Permission.OWN_STEP}, "that one is a customer's"


def test_the_demos_person_may_do_everything() -> None:
    assert all(can(demo_actor(), permission) for permission in set(Permission) - {Permission.OWN_STEP})


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        (Role.OPS, Permission.CREATE_DEBIT),
        (Role.OPS, Permission.VIEW_PAYMENTS),
        (Role.FINANCE, Permission.LINK_BANK),
        (Role.FINANCE, Permission.EDIT_CUSTOMERS),
        (Role.ADMIN, Permission.CREATE_DEBIT),
        (Role.AUDITOR, Permission.SYNC),
        (Role.AUDITOR, Permission.CREATE_DEBIT),
    ],
)
def test_a_role_may_not_do_anothers_work(role: Role, permission: Permission) -> None:
    actor = Actor("Ann", frozenset({role}))
    assert not can(actor, permission)
    with pytest.raises(AccessDenied, match=f"Ann may not {permission.value}"):
        require(actor, permission)


def test_nobody_may_do_anything() -> None:
    for actor in (Actor("Nobody", frozenset()), Actor.system()):
        assert not any(can(actor, permission) for permission in Permission)


def test_an_auditor_changes_nothing() -> None:
    changing = ("add", "link", "remove", "debit", "refund", "start", "move", "administer")
    assert not any(permission.value.startswith(changing) for permission in ALLOWED[Role.AUDITOR])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_every_role_may_what_the_table_says_and_nothing_else(role: Role, permission: Permission) -> None:
    actor = Actor("Ann", frozenset({role}))
    assert can(actor, permission) is (permission in ALLOWED[role])
    if permission in ALLOWED[role]:
        require(actor, permission)
    else:
        with pytest.raises(AccessDenied):
            require(actor, permission)


@pytest.mark.parametrize("role", Role)
def test_who_may_debit_is_a_setting(role: Role) -> None:
    actor = Actor("Ann", frozenset({role}))
    allowed, forbidden = with_debits(actor, {role}), with_debits(actor, set(Role) - {role})
    assert can(allowed, Permission.CREATE_DEBIT)
    assert can(allowed, Permission.VIEW_BALANCE), "nobody debits without the balance"
    assert not can(forbidden, Permission.CREATE_DEBIT)
    with pytest.raises(AccessDenied):
        require(forbidden, Permission.CREATE_DEBIT)
    for other in set(Permission) - {Permission.CREATE_DEBIT}:
        assert can(forbidden, other) is can(actor, other), "the setting takes nothing else away"
    assert not can(allowed, Permission.ADMIN) or role is Role.ADMIN


def test_proof_lasts_until_its_end_and_nobody_has_it_for_nothing() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    ann = replace(Actor("Ann", frozenset(Role)), proved_until=now)
    assert is_proved(ann, now - timedelta(seconds=1))
    for actor in (ann, Actor("Bob", frozenset(Role)), Actor.system()):
        with pytest.raises(AccessDenied, match="Removing a bank asks for a fresh sign-in or your PIN") as refused:
            require_proof(actor, "Removing a bank", now)
        assert refused.value.code == "proof"
    require_proof(demo_actor(), "Removing a bank", now)
    assert demo_actor().proved_until == ALWAYS

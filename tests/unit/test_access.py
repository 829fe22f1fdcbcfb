from __future__ import annotations

import pytest

from dashboard.access import ALLOWED, Permission, can, demo_actor, require
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

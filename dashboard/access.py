"""Who may do what; use cases ask here, pages only hide what would be refused."""

from __future__ import annotations

from enum import StrEnum

from dashboard.errors import AccessDenied
from dashboard.models import Actor, Role


class Permission(StrEnum):
    """One thing that a use case lets a person do; the value ends the sentence "may not …"."""

    VIEW_CUSTOMERS = "see customers"
    EDIT_CUSTOMERS = "add or change customers"
    VIEW_ACCOUNTS = "see linked bank accounts"
    LINK_BANK = "link a bank account"
    REMOVE_BANK = "remove a bank connection"
    VIEW_BALANCE = "ask the bank for a balance"
    VIEW_PAYMENTS = "see payments"
    CREATE_DEBIT = "debit a bank account"
    REFUND = "refund a payment"
    EXPORT = "export payments"
    SYNC = "start a sync"
    VIEW_AUDIT = "read the audit trail"
    VIEW_SETUP = "see the set-up"
    MOVE_SANDBOX_CLOCK = "move the sandbox's clock"
    ADMIN = "administer the desk"
    OWN_STEP = "take the customer's own steps"


_READ = {Permission.VIEW_CUSTOMERS, Permission.VIEW_ACCOUNTS, Permission.VIEW_PAYMENTS}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OPS: frozenset(
        {Permission.VIEW_CUSTOMERS, Permission.EDIT_CUSTOMERS, Permission.VIEW_ACCOUNTS, Permission.LINK_BANK}
    ),
    Role.FINANCE: frozenset(
        _READ
        | {
            Permission.VIEW_BALANCE,
            Permission.CREATE_DEBIT,
            Permission.REFUND,
            Permission.EXPORT,
            Permission.SYNC,
        }
    ),
    Role.ADMIN: frozenset(
        _READ
        | {
            Permission.REMOVE_BANK,
            Permission.SYNC,
            Permission.EXPORT,
            Permission.VIEW_AUDIT,
            Permission.VIEW_SETUP,
            Permission.MOVE_SANDBOX_CLOCK,
            Permission.ADMIN,
        }
    ),
    Role.AUDITOR: frozenset(_READ | {Permission.EXPORT, Permission.VIEW_AUDIT}),
}


def can(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles allows it; from a device in a customer's hands, their own steps alone."""
    if actor.is_held():
        return permission is Permission.OWN_STEP
    return any(permission in ALLOWED[role] for role in actor.roles)


def require(actor: Actor, permission: Permission) -> None:
    """Nothing where the actor may; raises AccessDenied otherwise, also for an actor without any role."""
    if actor.is_held() and permission is not Permission.OWN_STEP:
        raise AccessDenied(
            "This device is in a customer's hands.",
            meaning="Nothing was done.",
            action="Take it back with the PIN first.",
            code="device_held",
        )
    if not can(actor, permission):
        raise AccessDenied(
            f"{actor.name} may not {permission.value}.",
            meaning="Nothing was done.",
            action="Ask an administrator for the role that may.",
            code="access_denied",
        )


def demo_actor(address: str = "") -> Actor:
    """The one person of the demo, who is ops, finance and admin at once."""
    return Actor(name="demo", roles=frozenset({Role.OPS, Role.FINANCE, Role.ADMIN}), address=address)

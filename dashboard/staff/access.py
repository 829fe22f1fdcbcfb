"""Who may do what; use cases ask here, pages only hide what would be refused."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum

from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor, Role


class Permission(StrEnum):
    """One thing that a use case lets a person do; the value ends the sentence "may not …"."""

    VIEW_CUSTOMERS = "see customers"
    EDIT_CUSTOMERS = "add or change customers"
    VIEW_ACCOUNTS = "see linked bank accounts"
    LINK_BANK = "link a bank account"
    REMOVE_BANK = "remove a bank connection"
    VIEW_BALANCE = "ask the bank for a balance"
    VIEW_TRANSACTIONS = "see a customer's bank transactions"
    CHECK_HOLDER = "ask a bank who holds an account, and compare the names"
    VIEW_PAYMENTS = "see payments"
    VIEW_STATEMENTS = "see the company's own bank statements"
    IMPORT_STATEMENTS = "import bank statements"
    MATCH_PAYOUTS = "match payouts with the bank statement"
    CLOSE_MONTH = "close or reopen a month of the books"
    CREATE_DEBIT = "debit a bank account"
    REFUND_PAYMENT = "refund a payment"
    WORK_CASES = "work on returns and disputes"
    WRITE_OFF = "write off a payment"
    APPROVE_MONEY = "approve what waits for a second person"
    MAKE_EVIDENCE = "make evidence for a bank"
    EXPORT = "export payments"
    SYNC = "start a sync"
    VIEW_AUDIT = "read the audit trail"
    VIEW_SETUP = "see the setup"
    MOVE_SANDBOX_CLOCK = "move the sandbox's clock"
    ADMIN = "administer the desk"
    REVOKE_MANDATE = "record a revoked authorization"
    ERASE_CUSTOMER = "erase a customer"
    WORK_INBOX = "work on lines of the inbox"
    OWN_STEP = "take the customer's own steps"


_READ = {Permission.VIEW_CUSTOMERS, Permission.VIEW_ACCOUNTS, Permission.VIEW_PAYMENTS}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OPS: frozenset(
        {
            Permission.VIEW_CUSTOMERS,
            Permission.EDIT_CUSTOMERS,
            Permission.VIEW_ACCOUNTS,
            Permission.LINK_BANK,
            Permission.REMOVE_BANK,
            Permission.CHECK_HOLDER,
            Permission.REVOKE_MANDATE,
            Permission.WORK_INBOX,
        }
    ),
    Role.FINANCE: frozenset(
        _READ
        | {
            Permission.VIEW_BALANCE,
            Permission.VIEW_TRANSACTIONS,
            Permission.CHECK_HOLDER,
            Permission.CREATE_DEBIT,
            Permission.REFUND_PAYMENT,
            Permission.WORK_INBOX,
            Permission.WORK_CASES,
            Permission.WRITE_OFF,
            Permission.APPROVE_MONEY,
            Permission.REVOKE_MANDATE,
            Permission.VIEW_STATEMENTS,
            Permission.IMPORT_STATEMENTS,
            Permission.MATCH_PAYOUTS,
            Permission.CLOSE_MONTH,
            Permission.MAKE_EVIDENCE,
            Permission.EXPORT,
            Permission.SYNC,
        }
    ),
    Role.ADMIN: frozenset(
        _READ
        | {
            Permission.REMOVE_BANK,
            Permission.APPROVE_MONEY,
            Permission.WORK_INBOX,
            Permission.REVOKE_MANDATE,
            Permission.VIEW_STATEMENTS,
            Permission.IMPORT_STATEMENTS,
            Permission.CLOSE_MONTH,
            Permission.SYNC,
            Permission.MAKE_EVIDENCE,
            Permission.EXPORT,
            Permission.VIEW_AUDIT,
            Permission.VIEW_SETUP,
            Permission.MOVE_SANDBOX_CLOCK,
            Permission.ADMIN,
            Permission.ERASE_CUSTOMER,
        }
    ),
    Role.AUDITOR: frozenset(
        _READ | {Permission.VIEW_STATEMENTS, Permission.MAKE_EVIDENCE, Permission.EXPORT, Permission.VIEW_AUDIT}
    ),
}


# What comes with being one who may debit, whichever role the settings give that to.
DEBITING = frozenset(_READ | {Permission.VIEW_BALANCE})
MOVING = frozenset({Permission.CREATE_DEBIT, Permission.REFUND_PAYMENT})  # who may debit is who may refund
APPROVING = frozenset(_READ)  # and with being one who may approve
ALWAYS = datetime.max.replace(tzinfo=UTC)


def can(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles allows it while their visit lasts; at a handed-over device only OWN_STEP.

    Who may debit and who may approve are settings, where `with_debits` and `with_approvals` have asked them.
    """
    if actor.is_handed_over():
        return permission is Permission.OWN_STEP
    if actor.why_over() is not None:
        return False
    if permission in MOVING and actor.may_debit is not None:
        return actor.may_debit
    if permission is Permission.APPROVE_MONEY and actor.may_approve is not None:
        return actor.may_approve
    if actor.may_debit and permission in DEBITING:
        return True
    if actor.may_approve and permission in APPROVING:
        return True
    return any(permission in ALLOWED[role] for role in actor.roles)


def with_debits(actor: Actor, roles: Set[Role]) -> Actor:
    """The same person, as one who may or may not debit by these roles (setting `ACH_DESK_DEBIT_ROLES`)."""
    return replace(actor, may_debit=bool(actor.roles & roles))


def with_approvals(actor: Actor, roles: Set[Role]) -> Actor:
    """The same person, as one who may or may not approve by these roles (setting `ACH_DESK_APPROVE_ROLES`)."""
    return replace(actor, may_approve=bool(actor.roles & roles))


def require(actor: Actor, permission: Permission) -> None:
    """Nothing where the actor may; raises AccessDenied otherwise, also without any role and after the visit's end."""
    if actor.is_handed_over() and permission is not Permission.OWN_STEP:
        raise AccessDenied(
            "This device is handed over to a customer.",
            meaning="Nothing was done.",
            action="Take it back with the PIN first.",
            code="device_held",
        )
    if not actor.is_handed_over() and (over := actor.why_over()) is not None:
        raise over
    if not can(actor, permission):
        raise AccessDenied(
            f"{actor.name} may not {permission.value}.",
            meaning="Nothing was done.",
            action="Ask an administrator for a role that may.",
            code="access_denied",
        )


def is_proved(actor: Actor, now: datetime) -> bool:
    """Whether this person has just proved who they are; `now` is the machine's time, not the sandbox's."""
    return actor.proved_until is not None and now < actor.proved_until


def require_proof(actor: Actor, what: str, now: datetime) -> None:
    """Nothing where the actor has just signed in or given their PIN; raises AccessDenied (code `proof`) otherwise.

    `what` begins the sentence "... asks for a fresh sign-in or your PIN".
    """
    if not is_proved(actor, now):
        raise AccessDenied(
            f"{what} requires a fresh sign-in or your PIN.",
            meaning="Nothing was done.",
            action="Enter your PIN; if you have none, sign in again and set one under Your sign-in.",
            code="proof",
        )


def demo_actor(address: str = "") -> Actor:
    """The one person of the demo, who is ops, finance and admin at once; there is no sign-in to prove anything by."""
    roles = frozenset({Role.OPS, Role.FINANCE, Role.ADMIN})
    return Actor(name="demo", roles=roles, address=address, proved_until=ALWAYS)

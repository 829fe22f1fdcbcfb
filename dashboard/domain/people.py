"""Who acts: roles, and the person whom each use case asks for permission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dashboard.domain.errors import DeskError


class Role(StrEnum):
    """What a signed-in person is here for."""

    OPS = "ops"
    FINANCE = "finance"
    ADMIN = "admin"
    AUDITOR = "auditor"


def _is_free() -> bool:
    """Default: the device is not handed over."""
    return False


def _goes_on() -> None:
    """Default: there is no visit that could be over."""


@dataclass(frozen=True)
class Actor:
    """Who acts, for the audit trail; `address` is the network address where it is known.

    `device` is the digest of the browser's own cookie. `is_handed_over` says, whenever it is asked, whether that
    device is in a customer's hands now: a page that was drawn before must not do afterwards what it could do then.

    `visit` is the sign-in that they came by. `why_over` says, whenever it is asked, why that visit holds no more
    (signed out, idle, too old); None while it does, and where there is no sign-in.

    `subject` stands for who the provider says that they are, whatever their address is; empty where nobody signs in.

    `proved_until` is how long a fresh sign-in or PIN counts as proof of who this is; `may_debit` and `may_approve` are
    what the settings say of it, None where they were not asked and only the roles decide.
    """

    name: str
    roles: frozenset[Role]
    address: str = ""
    device: str = ""
    is_handed_over: Callable[[], bool] = field(default=_is_free, compare=False, repr=False)
    visit: str = ""
    why_over: Callable[[], DeskError | None] = field(default=_goes_on, compare=False, repr=False)
    proved_until: datetime | None = None
    may_debit: bool | None = None
    may_approve: bool | None = None
    subject: str = ""

    @property
    def key(self) -> str:
        """By what one person is counted, however often their address changes."""
        return self.subject or self.name

    @classmethod
    def system(cls, name: str = "ach-desk") -> Actor:
        """The app itself, acting without a person: a resume, a sync."""
        return cls(name=name, roles=frozenset())

"""What providers answer, once checked: small dataclasses. How they are read is in `checked` and `plaid_objects`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard.domain.models import BankTransaction, OfferedAccount, RiskResult, Secret


@dataclass(frozen=True)
class LinkToken:
    """What opens Link once; `hosted_url` is there where Hosted Link was asked for."""

    token: Secret
    expires_at: datetime | None
    hosted_url: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class LinkResult:
    """One bank that a finished Link session brought, as Plaid itself keeps it for six hours."""

    public_token: Secret
    accounts: tuple[OfferedAccount, ...]
    institution_id: str | None
    institution_name: str | None
    link_session_id: str | None


@dataclass(frozen=True)
class LinkSessions:
    """What became of a link token: the banks it brought, and the last exit where there was one.

    `succeeded` says that a session ended otherwise than by an exit: in update mode it brings no bank.
    """

    results: tuple[LinkResult, ...] = ()
    exit: dict[str, Any] | None = None
    finished: bool = False
    succeeded: bool = False
    request_id: str | None = None


@dataclass(frozen=True)
class Exchange:
    """What a public token was spent for; `bank_token` comes at once only in the classic generation."""

    access_token: Secret
    item_id: str | None
    bank_token: Secret | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class BankToken:
    """A one-time token by which Stripe takes a bank account over (`btok_…`)."""

    token: Secret
    request_id: str | None = None


@dataclass(frozen=True)
class ProviderAccount:
    """One account of an Item, as the provider itself says; balances are cents, None where the bank gives none."""

    id: str
    name: str
    mask: str | None
    type: str
    subtype: str | None
    available_cents: int | None
    current_cents: int | None
    currency: str | None
    persistent_id: str | None = None

    def offered(self) -> OfferedAccount:
        """The account without its money."""
        return OfferedAccount(id=self.id, name=self.name, mask=self.mask, type=self.type, subtype=self.subtype)


@dataclass(frozen=True)
class Owner:
    """Who the bank says holds an account."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class TransactionPage:
    """What changed since a cursor; `next_cursor` is empty and `ready` False while Plaid has nothing of the bank yet."""

    added: tuple[BankTransaction, ...]
    modified: tuple[BankTransaction, ...]
    removed: tuple[str, ...]
    next_cursor: str
    has_more: bool
    ready: bool
    request_id: str | None = None


@dataclass(frozen=True)
class ItemHealth:
    """Whether an Item works: `error_code` is None where it does."""

    item_id: str | None
    institution_id: str | None
    error_code: str | None
    error_reason: str | None
    consent_expires_at: datetime | None
    request_id: str | None = None


@dataclass(frozen=True)
class RiskAnswer:
    """What Signal says of a planned debit; `result` is None where no ruleset applied. Balances are cents."""

    result: RiskResult | None
    note: str | None
    available_cents: int | None
    current_cents: int | None
    request_id: str | None = None


@dataclass(frozen=True)
class Page:
    """One page of a Stripe list, newest first, as raw JSON objects."""

    data: list[dict[str, Any]] = field(default_factory=list)
    has_more: bool = False

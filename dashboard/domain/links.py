"""Link attempts, what Link offered, and the banks that it can be opened with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dashboard.domain.common import Generation, Problem


class AttemptState(StrEnum):
    """Where a link attempt stands. `choosing` waits for the operator to pick one of several accounts."""

    OPENED = "opened"
    CHOOSING = "choosing"
    RECEIVED = "received"
    EXCHANGED = "exchanged"
    TOKENIZED = "tokenized"
    CUSTOMER = "customer"
    ATTACHED = "attached"
    AUTHORIZED = "authorized"
    EXITED = "exited"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """Nothing more will happen unless somebody acts."""
        return self in {self.AUTHORIZED, self.EXITED, self.FAILED, self.UNKNOWN}


class AttemptKind(StrEnum):
    """What an attempt is for: a new link, a relink (Plaid: update mode), or a number that the bank changed."""

    LINK = "link"
    RELINK = "relink"
    RENEWAL = "renewal"


@dataclass(frozen=True)
class OfferedAccount:
    """One account as Link reported it to the browser: evidence of what was picked, not authority."""

    id: str
    name: str
    mask: str | None
    type: str
    subtype: str | None

    @property
    def is_depository(self) -> bool:
        """Whether ACH can debit it: checking, savings and the like (Plaid: account type `depository`)."""
        return self.type == "depository"


@dataclass(frozen=True)
class LinkAttempt:
    """One try to link a bank for one customer, and how far it came."""

    id: str
    customer_id: str
    generation: Generation
    state: AttemptState
    operator: str
    created_at: datetime
    updated_at: datetime
    outcome_id: str | None = None
    link_session_id: str | None = None
    institution_id: str | None = None
    institution_name: str | None = None
    accounts: tuple[OfferedAccount, ...] = ()
    account_id: str | None = None
    item_id: str | None = None
    bank_account_id: str | None = None
    problem: Problem | None = None
    working: bool = False
    resumable: bool = False
    kind: AttemptKind = AttemptKind.LINK
    replaces: str | None = None


@dataclass(frozen=True)
class Institution:
    """A bank in the list; `hint` is what Link can be opened with: a routing number (current) or a type (classic)."""

    id: str
    name: str
    products: tuple[str, ...] = ()
    oauth: bool = False
    logo: str | None = None
    url: str | None = None
    color: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class InstitutionList:
    """The banks, and when they were read from the provider."""

    institutions: tuple[Institution, ...] = ()
    read_at: datetime | None = None


@dataclass(frozen=True)
class LinkOpening:
    """What the browser needs to open Link, and nothing else: no secret is in it."""

    attempt_id: str
    generation: Generation
    script_url: str
    config: dict[str, object] = field(default_factory=dict)
    expires_at: datetime | None = None

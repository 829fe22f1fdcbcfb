"""The domain's nouns: what ACH Desk knows about customers, banks, mandates and money.

Money is integer cents with a lower-case ISO currency; time is an aware UTC datetime.
Nothing here knows SQL, HTTP or Streamlit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Secret:
    """A string that must not be shown: `repr`, `str` and formatting print `***`; `reveal()` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself; call it only where it leaves the process for its provider or the vault."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled")


class Generation(StrEnum):
    """Which contract of Plaid's a link was made under (DESIGN section 2)."""

    CURRENT = "current"
    CLASSIC = "classic"


class Mode(StrEnum):
    """Whose money moves: the built-in sandbox's, the providers' test modes', or real money."""

    SANDBOX = "sandbox"
    TEST = "test"
    LIVE = "live"


class Role(StrEnum):
    """What a signed-in person is here for."""

    OPS = "ops"
    FINANCE = "finance"
    ADMIN = "admin"
    AUDITOR = "auditor"


def _is_free() -> bool:
    """A person at a device that is nobody else's."""
    return False


@dataclass(frozen=True)
class Actor:
    """Who acts, for the audit trail; `address` is the network address where it is known.

    `device` is the digest of the browser's own cookie. `is_held` says, whenever it is asked, whether that device is in
    a customer's hands now: a page that was drawn before must not do afterwards what it could do then.

    `proved_until` is how long a fresh sign-in or PIN counts as proof of who this is; `may_debit` is what the settings
    say of it, None where they were not asked and the roles alone decide.
    """

    name: str
    roles: frozenset[Role]
    address: str = ""
    device: str = ""
    is_held: Callable[[], bool] = field(default=_is_free, compare=False, repr=False)
    proved_until: datetime | None = None
    may_debit: bool | None = None

    @classmethod
    def system(cls, name: str = "ach-desk") -> Actor:
        """The app itself, acting without a person: a resume, a sync."""
        return cls(name=name, roles=frozenset())


class HolderType(StrEnum):
    """Who holds a bank account (Stripe: `account_holder_type`)."""

    INDIVIDUAL = "individual"
    COMPANY = "company"


@dataclass(frozen=True)
class Customer:
    """A person or company whose bank account is linked; `reference` is the team's own customer number."""

    id: str
    name: str
    email: str
    reference: str
    holder_type: HolderType
    stripe_customer_id: str | None
    created_at: datetime


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
        """Nothing more will happen by itself."""
        return self in {self.AUTHORIZED, self.EXITED, self.FAILED, self.UNKNOWN}


class AttemptKind(StrEnum):
    """What an attempt is for: a new link, the repair of one (Plaid: update mode), or a number that the bank changed."""

    LINK = "link"
    RELINK = "relink"
    RENEWAL = "renewal"


@dataclass(frozen=True)
class Problem:
    """What went wrong, as a person reads it; the ids are what a provider's support asks for."""

    what: str
    meaning: str = ""
    action: str = ""
    code: str = ""
    provider: str = ""
    request_id: str | None = None


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
    kind: AttemptKind = AttemptKind.LINK
    replaces: str | None = None


class ItemState(StrEnum):
    """Whether the connection to a bank still works."""

    HEALTHY = "healthy"
    LOGIN_REQUIRED = "login_required"
    REVOKED = "revoked"
    DOWN = "down"
    REMOVING = "removing"
    REMOVED = "removed"

    @property
    def is_ended(self) -> bool:
        """It was taken down, or is being taken down: nothing brings it back."""
        return self in {self.REMOVING, self.REMOVED}


class Ended(StrEnum):
    """Why an account is history."""

    REMOVED = "removed"
    REPLACED = "replaced"
    ERASED = "erased"


@dataclass(frozen=True)
class Item:
    """One customer's connection to one bank (Plaid: Item). Its access token lives in the store only, encrypted."""

    id: str
    customer_id: str
    generation: Generation
    institution_id: str | None
    institution_name: str
    state: ItemState
    created_at: datetime


@dataclass(frozen=True)
class BankAccount:
    """A linked account that can be debited: Plaid's account beside Stripe's bank account and its mandate."""

    id: str
    customer_id: str
    item_id: str
    plaid_account_id: str
    name: str
    mask: str | None
    subtype: str | None
    institution_name: str
    stripe_customer_id: str | None
    stripe_bank_account_id: str | None
    stripe_bank_name: str | None
    stripe_last4: str | None
    stripe_status: str | None
    fingerprint: str | None
    mandate_id: str | None
    mandate_status: str | None
    created_at: datetime
    ended: Ended | None = None
    ended_at: datetime | None = None
    replaced_by: str | None = None
    persistent_id: str | None = None
    missing_since: datetime | None = None

    @property
    def is_ready(self) -> bool:
        """Ready to debit: a verified Stripe bank account with an active mandate (Stripe: requirements of a `ba_`)."""
        return self.ended is None and self.stripe_status == "verified" and self.mandate_status == "active"


class DebitState(StrEnum):
    """Where our own order to debit stands; what became of the money is the payment's state."""

    CREATED = "created"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SUBMITTED = "submitted"
    REFUSED = "refused"


class Purpose(StrEnum):
    """What the money is for (Stripe: `transaction_purpose`; Nacha: consumer WEB debits since 20 March 2026)."""

    GOODS = "goods"
    SERVICES = "services"
    OTHER = "other"


@dataclass(frozen=True)
class Balance:
    """What the bank said at `at`; `available_cents` is None where the bank gives no available balance."""

    available_cents: int | None
    current_cents: int | None
    currency: str | None
    at: datetime


@dataclass(frozen=True)
class BankTransaction:
    """One line of a linked account, as the bank tells it; above zero is money that left the account (Plaid's sign)."""

    id: str
    account_id: str
    on: date
    name: str
    description: str
    amount_cents: int
    currency: str | None
    pending: bool


@dataclass(frozen=True)
class DebitOrder:
    """What a person asks for; `ticket` is made when the form is drawn, so that a double click is one debit."""

    ticket: str
    bank_account_id: str
    amount_cents: int
    invoice_reference: str
    purpose: Purpose
    balance: Balance
    accept_unknown_balance: bool = False


@dataclass(frozen=True)
class Debit:
    """Our row for one debit: what was ordered, the key it was sent under, and what is known of it."""

    id: str
    customer_id: str
    bank_account_id: str
    amount_cents: int
    currency: str
    purpose: Purpose
    invoice_reference: str
    statement_descriptor: str
    state: DebitState
    requested_by: str
    created_at: datetime
    updated_at: datetime
    payment_intent_id: str | None = None
    charge_id: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class ExpectedDates:
    """Estimates shown before a debit is confirmed: customer debited, money available."""

    debited: date
    available: date


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

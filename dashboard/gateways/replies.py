"""What providers answer, once checked: small dataclasses, and the checks that make ProviderBroken of anything else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from dashboard.errors import ProviderBroken
from dashboard.models import BankTransaction, OfferedAccount, Secret
from dashboard.texts import is_sound

LARGEST_CENTS = 10**15  # no bank account holds ten trillion dollars; sums of such amounts still fit the database
LARGEST_NUMBER = 2**63 - 1  # what the database keeps


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
    """What a public token was spent for; `bank_token` comes at once in the classic generation alone."""

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
class Page:
    """One page of a Stripe list, newest first, as raw JSON objects."""

    data: list[dict[str, Any]] = field(default_factory=list)
    has_more: bool = False


class Checked:
    """A JSON object whose fields are read by type. Reading a field of another type raises ProviderBroken."""

    def __init__(
        self, data: object, *, provider: str, what: str, request_id: str | None = None, maybe_done: bool = False
    ) -> None:
        self._facts = {"provider": provider, "request_id": request_id}
        self._what, self._maybe_done = what, maybe_done
        self.request_id = request_id
        if not isinstance(data, dict):
            raise self.broken("is no JSON object")
        self.data: dict[str, Any] = data

    def broken(self, how: str) -> ProviderBroken:
        """The error that says which part of which answer is wrong; never quotes the answer."""
        return ProviderBroken(
            f"{str(self._facts['provider']).capitalize()}'s answer to {self._what} {how}.",
            maybe_done=self._maybe_done,
            code="broken_reply",
            meaning="The answer cannot be used.",
            action="Try again later; if it goes on, give their support the request id.",
            **self._facts,
        )

    def text(self, key: str) -> str:
        """A string that is there and not empty."""
        value = self.data.get(key)
        if not isinstance(value, str) or not value or not is_sound(value):
            raise self.broken(f"lacks `{key}`")
        return value

    def maybe_text(self, key: str) -> str | None:
        """A string, or None where it is null, absent or empty."""
        value = self.data.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not is_sound(value):
            raise self.broken(f"has a `{key}` that is no text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; absent means empty."""
        value = self.data.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(part, str) and is_sound(part) for part in value):
            raise self.broken(f"has a `{key}` that is no list of texts")
        return tuple(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false; absent means the default."""
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.broken(f"has a `{key}` that is neither true nor false")
        return value

    def number(self, key: str) -> int:
        """A whole number that is there."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_NUMBER:
            raise self.broken(f"lacks the number `{key}`")
        return value

    def cents(self, key: str) -> int | None:
        """An amount in dollars as whole cents; None where it is null or absent. A bank's fraction of a cent is cut."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self.broken(f"has a `{key}` that is no amount")
        try:
            amount = Decimal(str(value))
            if amount.is_finite() and abs(amount) < LARGEST_CENTS // 100:  # asked before 1e999999 is written out
                return int(amount * 100)
        except (InvalidOperation, ValueError):
            pass
        raise self.broken(f"has a `{key}` that is no amount")

    def time(self, key: str) -> datetime | None:
        """An ISO 8601 instant in UTC; None where it is null or absent."""
        value = self.maybe_text(key)
        if value is None:
            return None
        try:
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise self.broken(f"has a `{key}` that is no time") from None

    def day(self, key: str) -> date:
        """An ISO 8601 calendar day that is there."""
        try:
            return date.fromisoformat(self.text(key))
        except ValueError:
            raise self.broken(f"has a `{key}` that is no day") from None

    def part(self, key: str) -> Checked:
        """A nested object that is there."""
        return self._nested(self.data.get(key), key)

    def maybe_part(self, key: str) -> Checked | None:
        """A nested object, or None where it is null or absent."""
        value = self.data.get(key)
        return None if value is None else self._nested(value, key)

    def parts(self, key: str, *, required: bool = True) -> list[Checked]:
        """A list of nested objects."""
        value = self.data.get(key)
        if value is None and not required:
            return []
        if not isinstance(value, list):
            raise self.broken(f"lacks the list `{key}`")
        return [self._nested(one, key) for one in value]

    def _nested(self, value: object, key: str) -> Checked:
        if not isinstance(value, dict):
            raise self.broken(f"has a `{key}` of another shape")
        return Checked(
            value,
            provider=str(self._facts["provider"]),
            what=self._what,
            request_id=self.request_id,
            maybe_done=self._maybe_done,
        )


def read_account(account: Checked) -> ProviderAccount:
    """An account of `/accounts/get`, `/accounts/balance/get` or `/identity/get` (Plaid: AccountBase)."""
    balances = account.part("balances")
    return ProviderAccount(
        id=account.text("account_id"),
        name=account.maybe_text("name") or account.maybe_text("official_name") or "Account",
        mask=account.maybe_text("mask"),
        type=account.text("type"),
        subtype=account.maybe_text("subtype"),
        available_cents=balances.cents("available"),
        current_cents=balances.cents("current"),
        currency=(balances.maybe_text("iso_currency_code") or "").lower() or None,
        persistent_id=account.maybe_text("persistent_account_id"),
    )


def read_transactions(reply: Checked) -> TransactionPage:
    """A page of `/transactions/sync`; amounts keep Plaid's sign: above zero is money that left the account."""
    return TransactionPage(
        added=tuple(_transaction(one) for one in reply.parts("added")),
        modified=tuple(_transaction(one) for one in reply.parts("modified")),
        removed=tuple(one.text("transaction_id") for one in reply.parts("removed")),
        next_cursor=reply.maybe_text("next_cursor") or "",
        has_more=reply.flag("has_more"),
        ready=reply.maybe_text("transactions_update_status") != "NOT_READY",
        request_id=reply.request_id,
    )


def _transaction(one: Checked) -> BankTransaction:
    amount = one.cents("amount")
    if amount is None:
        raise one.broken("lacks `amount`")
    code = one.maybe_text("iso_currency_code") or one.maybe_text("unofficial_currency_code")
    return BankTransaction(
        id=one.text("transaction_id"),
        account_id=one.text("account_id"),
        on=one.day("date"),
        name=one.maybe_text("merchant_name") or one.maybe_text("name") or "",
        description=one.maybe_text("name") or "",
        amount_cents=amount,
        currency=(code or "").lower() or None,
        pending=one.flag("pending"),
    )

"""What linking needs of Plaid, whichever generation serves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from dashboard.domain.models import Generation, Institution, Secret
from dashboard.gateways.plaid_replies import (
    BankToken,
    Exchange,
    ItemHealth,
    LinkSessions,
    LinkToken,
    Owner,
    ProviderAccount,
    RiskAnswer,
    TransactionPage,
)


class LinkProvider(Protocol):
    """One flow over two generations: the classic one exchanges and makes the bank token in one call."""

    generation: Generation

    def create_link_token(
        self,
        customer_id: str,
        *,
        hint: str | None = None,
        institution_id: str | None = None,
        access_token: Secret | None = None,
        hosted: bool = False,
        select_accounts: bool = False,
        language: str = "en",
    ) -> LinkToken | None:
        """What opens Link; None where this generation opens it with the public key."""

    def read_link_token(self, token: Secret) -> LinkSessions:
        """What became of a link token."""

    def exchange(self, public_token: Secret, account_id: str | None = None) -> Exchange:
        """Spend a public token, once."""

    def make_stripe_token(self, access_token: Secret, account_id: str) -> BankToken:
        """A one-time token by which Stripe takes the account over; can be made again."""

    def accounts(self, access_token: Secret, *, whole: bool = False) -> list[ProviderAccount]:
        """The Item's accounts, with the bank's last known balances; `whole` refuses an answer that lacks one."""

    def balance(self, access_token: Secret, account_id: str) -> ProviderAccount:
        """One account with its balance, asked of the bank now."""

    def evaluate(self, access_token: Secret, account_id: str, *, id: str, cents: int, customer_id: str) -> RiskAnswer:
        """The risk that a debit of the account comes back, under an id of ours that is used once."""

    def report_decision(self, id: str, *, initiated: bool, outcome: str | None) -> None:
        """Whether a debit that was evaluated was made. Harmless to repeat."""

    def report_return(self, id: str, code: str, at: datetime) -> None:
        """That a debit that was evaluated came back, with its ACH return code. Harmless to repeat."""

    def identity(self, access_token: Secret) -> dict[str, list[Owner]]:
        """Who the bank says holds each account, by account id."""

    def transactions(self, access_token: Secret, cursor: str = "") -> TransactionPage:
        """What happened to the Item's transactions since the cursor, a page at a time."""

    def item(self, access_token: Secret) -> ItemHealth:
        """Whether the Item works."""

    def remove_item(self, access_token: Secret) -> str | None:
        """End the Item and every token of it; returns the request id."""

    def invalidate_access_token(self, access_token: Secret) -> Secret:
        """A new access token; the old one is dead at once."""

    def institutions(self) -> Iterator[Institution]:
        """Every bank, page after page."""

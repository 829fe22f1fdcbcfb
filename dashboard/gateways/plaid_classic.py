"""The founding guide's API of Plaid over requests: `/exchange_token`, form-encoded, and what stands beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import requests

from dashboard.domain.errors import ProviderBroken, ProviderRejected
from dashboard.domain.models import Generation, Institution, Secret
from dashboard.gateways.checked import Checked
from dashboard.gateways.plaid_errors import CLASSIC, error_of_classic
from dashboard.gateways.plaid_http import Reply, Wire
from dashboard.gateways.plaid_replies import (
    BankToken,
    Exchange,
    ItemHealth,
    LinkSessions,
    Owner,
    ProviderAccount,
    RiskAnswer,
    TransactionPage,
)
from dashboard.settings import Settings


class PlaidClassic:
    """The classic generation; it works against the built-in sandbox. Raises ProviderErrors as `Plaid` does."""

    generation = Generation.CLASSIC

    def __init__(
        self, settings: Settings, session: requests.Session, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._settings = settings
        self._wire = Wire(settings.plaid_base_url, session, {}, sleep=sleep)

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
    ) -> None:
        """Nothing: the guide opens Link in the browser with the public key."""

    def read_link_token(self, token: Secret) -> LinkSessions:
        """Nothing is kept of a classic session."""
        return LinkSessions()

    def exchange(self, public_token: Secret, account_id: str | None = None) -> Exchange:
        """Spend a public token, once; with a depository `account_id` the bank token for Stripe comes with it."""
        form = {"public_token": public_token.reveal()}
        if account_id is not None:
            form["account_id"] = account_id
        reply = self._post("/exchange_token", form, repeatable=False)
        bank_token = reply.maybe_text("stripe_bank_account_token")
        return Exchange(
            access_token=Secret(reply.text("access_token")),
            item_id=None,
            bank_token=Secret(bank_token) if bank_token else None,
            request_id=reply.request_id,
        )

    def make_stripe_token(self, access_token: Secret, account_id: str) -> BankToken:
        """The guide has no such call: the bank token comes with the exchange, once."""
        raise self._absent("a second bank token", "The bank has to be linked again.")

    def check_keys(self) -> str | None:
        """Nothing where the keys are taken: an impossible token must be refused for itself (1106), not for them."""
        try:
            self.exchange(Secret("test-of-the-keys"))
        except ProviderRejected as error:
            if error.code in {"1106", "1109"}:
                return error.request_id
            raise
        return None

    def check_stripe_link(self) -> str | None:
        """It cannot be tried without a customer's bank in this generation."""
        return None

    def accounts(self, access_token: Secret, *, whole: bool = False) -> list[ProviderAccount]:
        """The accounts with the bank's last known balances (legacy: POST /balance), each of which must be readable
        where the answer is to say which one is gone (`whole`)."""
        reply = self._post("/balance", {"access_token": access_token.reveal()})
        found = reply.each("accounts", _account)
        if whole and len(found) < reply.count("accounts"):
            raise reply.broken("has an account that cannot be read")
        return found

    def balance(self, access_token: Secret, account_id: str) -> ProviderAccount:
        """One account with its balance, asked of the bank now. Raises ProviderRejected where it is not listed."""
        for account in self.accounts(access_token):
            if account.id == account_id:
                return account
        raise ProviderRejected(
            "The bank no longer lists this account.",
            provider="plaid",
            code="1606",
            kind=CLASSIC,
            meaning="Its balance is not known.",
            action="Link the bank again.",
        )

    def identity(self, access_token: Secret) -> dict[str, list[Owner]]:
        """Not part of the guide."""
        raise self._absent("identity", "Compare the name yourself.")

    def evaluate(self, access_token: Secret, account_id: str, *, id: str, cents: int, customer_id: str) -> RiskAnswer:
        """Not part of the guide."""
        raise self._absent("risk", "Set PLAID_RISK to `balance`.")

    def report_decision(self, id: str, *, initiated: bool, outcome: str | None) -> None:
        """Not part of the guide."""
        raise self._absent("risk", "Set PLAID_LINK_GENERATION to `current`.")

    def report_return(self, id: str, code: str, at: datetime) -> None:
        """Not part of the guide."""
        raise self._absent("risk", "Set PLAID_LINK_GENERATION to `current`.")

    def check_signal(self) -> RiskAnswer | None:
        """Not part of the guide."""
        raise self._absent("risk", "Set PLAID_RISK to `balance`.")

    def transactions(self, access_token: Secret, cursor: str = "") -> TransactionPage:
        """Not part of the guide."""
        raise self._absent("transactions", "Ask the customer for a statement.")

    def item(self, access_token: Secret) -> ItemHealth:
        """The guide has no health call: the Item works where its accounts can be read."""
        self.accounts(access_token)
        return ItemHealth(None, None, None, None, None)

    def remove_item(self, access_token: Secret) -> str | None:
        """End the connection (legacy: DELETE /auth)."""
        return self._send("DELETE", "/auth", {"access_token": access_token.reveal()}, repeatable=False).request_id

    def invalidate_access_token(self, access_token: Secret) -> Secret:
        """Not part of the guide."""
        raise self._absent("a change of the access token", "Link the bank again for a new one.")

    def institutions(self) -> Iterator[Institution]:
        """The banks that have `auth` (legacy: GET /institutions), where the browser's handler did not bring them.

        Raises ProviderError.
        """
        reply = self._wire.send("GET", "/institutions", repeatable=True)
        if reply.status != 200:
            raise error_of_classic(reply, "/institutions", repeatable=True)
        if not isinstance(reply.body, list):
            raise ProviderBroken(
                "Plaid's answer to /institutions is no list.",
                maybe_done=False,
                provider="plaid",
                code="broken_reply",
                request_id=reply.request_id,
                action="Check PLAID_BASE_URL.",
            )
        listed = Checked({"": reply.body}, provider="plaid", what="/institutions", request_id=reply.request_id)
        yield from (bank for bank in listed.each("", _institution) if "auth" in bank.products)

    def _post(self, path: str, form: Mapping[str, str], *, repeatable: bool = True) -> Checked:
        reply = self._send("POST", path, form, repeatable=repeatable)
        return Checked(reply.body, provider="plaid", what=path, request_id=reply.request_id, maybe_done=not repeatable)

    def _send(self, method: str, path: str, form: Mapping[str, str], *, repeatable: bool) -> Reply:
        keys = {"client_id": self._settings.plaid_client_id, "secret": self._settings.plaid_secret.reveal()}
        reply = self._wire.send(method, path, repeatable=repeatable, form={**keys, **form})
        if reply.status != 200:
            raise error_of_classic(reply, path, repeatable=repeatable)
        return reply

    def _absent(self, what: str, action: str) -> ProviderRejected:
        return ProviderRejected(
            f"The classic generation has no call for {what}.",
            provider="plaid",
            code="NOT_IN_CLASSIC",
            kind=CLASSIC,
            meaning="Nothing was changed.",
            action=action,
        )


def _account(account: Checked) -> ProviderAccount:
    """Legacy: `{_id, balance{available,current}, meta{name,number}, type, subtype}`; every amount is in US dollars."""
    meta, balance = account.part("meta"), account.part("balance")
    return ProviderAccount(
        id=account.text("_id"),
        name=meta.shown("name") or "Account",
        mask=meta.shown("number"),
        type=account.text("type"),
        subtype=account.shown("subtype"),
        available_cents=balance.cents("available"),
        current_cents=balance.cents("current"),
        currency="usd",
    )


def _institution(one: Checked) -> Institution:
    return Institution(one.text("type"), one.text("name"), one.texts("products"), hint=one.text("type"))

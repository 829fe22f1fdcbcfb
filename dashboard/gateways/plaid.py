"""Plaid's current API (`Plaid-Version: 2020-09-14`) over requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

from dashboard.errors import ProviderRejected
from dashboard.gateways.plaid_errors import error_of
from dashboard.gateways.replies import (
    BankToken,
    Checked,
    Exchange,
    ItemHealth,
    LinkResult,
    LinkSessions,
    LinkToken,
    Owner,
    ProviderAccount,
    TransactionPage,
    read_account,
    read_transactions,
)
from dashboard.gateways.wire import Wire
from dashboard.models import Generation, Institution, OfferedAccount, Secret
from dashboard.settings import Settings

VERSION = "2020-09-14"
INSTITUTIONS_PER_PAGE = 500  # Plaid: `count` of /institutions/get is at most 500
INSTITUTION_PAGES = 100  # 50,000 banks, four times as many as there are: an answer without an end must end
COUNTRIES = ["US"]
DEPOSITORY = ["checking", "savings"]
LINK_LANGUAGE = "en"
TRANSACTIONS_PER_PAGE = 500  # Plaid: `count` of /transactions/sync is at most 500
TRANSACTION_DAYS = 90  # Plaid's default; more is billed alike, and says more of a customer than a debit needs
PROBE_BANK = "ins_109508"  # Plaid: First Platypus Bank, the sandbox's own


class Plaid:
    """The current generation. Each method raises the ProviderError that the reply, or its absence, calls for."""

    generation = Generation.CURRENT

    def __init__(
        self, settings: Settings, session: requests.Session, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._settings = settings
        self._wire = Wire(
            settings.plaid_base_url,
            session,
            {
                "PLAID-CLIENT-ID": settings.plaid_client_id,
                "PLAID-SECRET": settings.plaid_secret.reveal(),
                "Plaid-Version": VERSION,
            },
            sleep=sleep,
        )

    def create_link_token(
        self,
        customer_id: str,
        *,
        hint: str | None = None,
        access_token: Secret | None = None,
        hosted: bool = False,
        select_accounts: bool = False,
        language: str = LINK_LANGUAGE,
    ) -> LinkToken:
        """A token that opens Link for one of our customers (our id: Plaid wants no personal data there).

        `hint` is a routing number that highlights a bank; an `access_token` makes it update mode, `select_accounts`
        lets the customer pick accounts there anew; `hosted` asks for a page on the customer's own phone; `language`
        is Link's own (Plaid: `en`, `es` and others).
        """
        settings = self._settings
        body: dict[str, Any] = {
            "client_name": settings.plaid_client_name,
            "language": language,
            "country_codes": COUNTRIES,
            "user": {"client_user_id": customer_id},
        }
        if settings.serving.plaid_webhook_url and access_token is None:  # update mode leaves an Item's as it is
            body["webhook"] = settings.serving.plaid_webhook_url
        if access_token is None:
            body["products"] = ["auth"]
            more = [product for product in settings.plaid_products if product != "auth"]
            if more:  # asked for beside, not among `products`: those would hide every bank that lacks one of them
                body["additional_consented_products"] = more
            body["account_filters"] = {"depository": {"account_subtypes": DEPOSITORY}}
            if hint:
                body["institution_data"] = {"routing_number": hint}
        else:
            body["access_token"] = self._checked("access", access_token)
            if select_accounts:
                body["update"] = {"account_selection_enabled": True}
        if settings.plaid_redirect_uri:
            body["redirect_uri"] = settings.plaid_redirect_uri
        if settings.plaid_link_customization:
            body["link_customization_name"] = settings.plaid_link_customization
        if hosted:
            body["hosted_link"] = {}
        reply = self._post("/link/token/create", body)
        return LinkToken(
            token=Secret(reply.text("link_token")),
            expires_at=reply.time("expiration"),
            hosted_url=reply.maybe_text("hosted_link_url"),
            request_id=reply.request_id,
        )

    def read_link_token(self, token: Secret) -> LinkSessions:
        """What became of a link token; complete for Hosted Link, elsewhere where Plaid has enabled it."""
        reply = self._post("/link/token/get", {"link_token": self._checked("link", token)})
        results: list[LinkResult] = []
        last_exit: dict[str, Any] | None = None
        finished = succeeded = False
        for session in reply.parts("link_sessions", required=False):
            ended = session.maybe_text("finished_at") is not None
            finished = finished or ended
            found = session.maybe_part("results")
            for one in found.parts("item_add_results", required=False) if found else []:
                institution = one.maybe_part("institution")
                results.append(
                    LinkResult(
                        public_token=Secret(one.text("public_token")),
                        accounts=tuple(_offered(account) for account in one.parts("accounts", required=False)),
                        institution_id=institution.maybe_text("institution_id") if institution else None,
                        institution_name=institution.maybe_text("name") if institution else None,
                        link_session_id=session.maybe_text("link_session_id"),
                    )
                )
            left = session.maybe_part("exit")
            last_exit = left.data if left else last_exit
            succeeded = succeeded or (ended and left is None)
        return LinkSessions(tuple(results), last_exit, finished, succeeded, reply.request_id)

    def exchange(self, public_token: Secret, account_id: str | None = None) -> Exchange:
        """Spend a public token. Sent exactly once: after a lost reply the token counts as spent.

        `account_id` belongs to the classic generation and is not used here.
        """
        token = self._checked("public", public_token)
        reply = self._post("/item/public_token/exchange", {"public_token": token}, repeatable=False)
        return Exchange(
            access_token=Secret(reply.text("access_token")),
            item_id=reply.text("item_id"),
            request_id=reply.request_id,
        )

    def make_stripe_token(self, access_token: Secret, account_id: str) -> BankToken:
        """A one-time `btok_`; making another does no harm, so the request may be repeated."""
        reply = self._post(
            "/processor/stripe/bank_account_token/create",
            {"access_token": self._checked("access", access_token), "account_id": account_id},
        )
        return BankToken(Secret(reply.text("stripe_bank_account_token")), reply.request_id)

    def accounts(self, access_token: Secret) -> list[ProviderAccount]:
        """The Item's accounts with the bank's last known balances."""
        reply = self._post("/accounts/get", {"access_token": self._checked("access", access_token)})
        return [read_account(account) for account in reply.parts("accounts")]

    def balance(self, access_token: Secret, account_id: str) -> ProviderAccount:
        """One account with its balance, asked of the bank now; takes up to 30 s and is billed per call."""
        reply = self._post(
            "/accounts/balance/get",
            {"access_token": self._checked("access", access_token), "options": {"account_ids": [account_id]}},
        )
        for account in reply.parts("accounts"):
            if account.text("account_id") == account_id:
                return read_account(account)
        raise reply.broken("lacks the account that was asked for")

    def identity(self, access_token: Secret) -> dict[str, list[Owner]]:
        """Who the bank says holds each account, by account id."""
        reply = self._post("/identity/get", {"access_token": self._checked("access", access_token)})
        return {
            account.text("account_id"): [
                Owner(
                    names=owner.texts("names"),
                    emails=tuple(email.text("data") for email in owner.parts("emails", required=False)),
                    phones=tuple(phone.text("data") for phone in owner.parts("phone_numbers", required=False)),
                    addresses=tuple(
                        _address(address.part("data")) for address in owner.parts("addresses", required=False)
                    ),
                )
                for owner in account.parts("owners")
            ]
            for account in reply.parts("accounts")
        }

    def transactions(self, access_token: Secret, cursor: str = "") -> TransactionPage:
        """One page of what happened to the Item's transactions since the cursor; empty means from the start.

        Raises ProviderRejected `TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION` where they changed between two pages.
        """
        body: dict[str, Any] = {
            "access_token": self._checked("access", access_token),
            "count": TRANSACTIONS_PER_PAGE,
            "options": {"days_requested": TRANSACTION_DAYS},
        }
        if cursor:
            body["cursor"] = cursor
        reply = self._post("/transactions/sync", body)
        return read_transactions(reply)

    def item(self, access_token: Secret) -> ItemHealth:
        """Whether the Item works; a broken one is reported with HTTP 200 and `item.error` (Plaid: /item/get)."""
        reply = self._post("/item/get", {"access_token": self._checked("access", access_token)})
        item = reply.part("item")
        error = item.maybe_part("error")
        return ItemHealth(
            item_id=item.text("item_id"),
            institution_id=item.maybe_text("institution_id"),
            error_code=error.text("error_code") if error else None,
            error_reason=error.maybe_text("error_code_reason") if error else None,
            consent_expires_at=item.time("consent_expiration_time"),
            request_id=reply.request_id,
        )

    def remove_item(self, access_token: Secret) -> str | None:
        """End the Item, its access token and the bank tokens made from it; returns the request id."""
        token = self._checked("access", access_token)
        return self._post("/item/remove", {"access_token": token}, repeatable=False).request_id

    def invalidate_access_token(self, access_token: Secret) -> Secret:
        """A new access token; the old one is dead at once, so the request is never repeated."""
        token = self._checked("access", access_token)
        reply = self._post("/item/access_token/invalidate", {"access_token": token}, repeatable=False)
        return Secret(reply.text("new_access_token"))

    def institutions(self) -> Iterator[Institution]:
        """Every bank of the country that has the products asked for, page after page."""
        offset = 0
        for _ in range(INSTITUTION_PAGES):
            reply = self._post(
                "/institutions/get",
                {
                    "count": INSTITUTIONS_PER_PAGE,
                    "offset": offset,
                    "country_codes": COUNTRIES,
                    "options": {"products": ["auth"], "include_optional_metadata": True},
                },
            )
            page = reply.parts("institutions")
            for one in page:
                yield _institution(one)
            offset += len(page)
            if not page or offset >= reply.number("total"):
                return
        raise reply.broken("has no end")

    def check_keys(self) -> str | None:
        """Nothing where Plaid takes the keys for this environment; returns the request id. Raises ProviderError."""
        body = {"count": 1, "offset": 0, "country_codes": COUNTRIES}
        return self._post("/institutions/get", body).request_id

    def check_stripe_link(self) -> str | None:
        """Make a bank token of a sandbox Item and throw the Item away: proof that Stripe is connected.

        In Plaid's sandbox only. Raises ProviderRejected where the integration is missing.
        """
        made = self._post(
            "/sandbox/public_token/create",
            {"institution_id": PROBE_BANK, "initial_products": ["auth"]},
            repeatable=False,
        )
        item = self.exchange(Secret(made.text("public_token")))
        try:
            account = next(one for one in self.accounts(item.access_token) if one.type == "depository")
            return self.make_stripe_token(item.access_token, account.id).request_id
        finally:
            self.remove_item(item.access_token)

    def _checked(self, kind: str, token: Secret) -> str:
        """The token's text, where its prefix is of this environment (Plaid: `<kind>-<environment>-<uuid>`)."""
        text = token.reveal()
        env = self._settings.plaid_env
        if not text.startswith(f"{kind}-{env}-"):
            raise ProviderRejected(
                f"The {kind} token does not belong to Plaid's {env} environment.",
                provider="plaid",
                code="TOKEN_OF_ANOTHER_ENVIRONMENT",
                kind="INVALID_INPUT",
                meaning="It was not sent to Plaid, and nothing was changed.",
                action="Set PLAID_ENV to the environment in which the bank was linked, or link the bank again.",
            )
        return text

    def webhook_key(self, id: str) -> dict[str, Any]:
        """The public key (JWK) by whose id Plaid has signed a webhook. Raises ProviderRejected for an unknown id."""
        return dict(self._post("/webhook_verification_key/get", {"key_id": id}).part("key").data)

    def _post(self, path: str, body: dict[str, Any], *, repeatable: bool = True) -> Checked:
        reply = self._wire.send("POST", path, repeatable=repeatable, json=body)
        if reply.status != 200:
            raise error_of(reply, path, repeatable=repeatable)
        return Checked(reply.body, provider="plaid", what=path, request_id=reply.request_id, maybe_done=not repeatable)


def _offered(account: Checked) -> OfferedAccount:
    return OfferedAccount(
        id=account.text("id"),
        name=account.maybe_text("name") or "Account",
        mask=account.maybe_text("mask"),
        type=account.text("type"),
        subtype=account.maybe_text("subtype"),
    )


def _address(data: Checked) -> str:
    parts = (data.maybe_text(key) for key in ("street", "city", "region", "postal_code", "country"))
    return ", ".join(part for part in parts if part)


def _institution(one: Checked) -> Institution:
    routing_numbers = one.texts("routing_numbers")
    return Institution(
        id=one.text("institution_id"),
        name=one.text("name"),
        products=one.texts("products"),
        oauth=one.flag("oauth"),
        logo=one.maybe_text("logo"),
        url=one.maybe_text("url"),
        color=one.maybe_text("primary_color"),
        hint=routing_numbers[0] if routing_numbers else None,
    )

"""Plaid's current API (`Plaid-Version: 2020-09-14`) over requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import requests

from dashboard.domain.errors import ProviderRejected
from dashboard.domain.formatting import units
from dashboard.domain.ids import new_id
from dashboard.domain.models import Generation, Institution, RiskSource, Secret
from dashboard.gateways.checked import Checked
from dashboard.gateways.plaid_errors import error_of
from dashboard.gateways.plaid_http import Wire
from dashboard.gateways.plaid_objects import (
    read_account,
    read_institution,
    read_link_account,
    read_offered_account,
    read_owners,
    read_risk,
    read_transactions,
)
from dashboard.gateways.plaid_replies import (
    BankToken,
    Exchange,
    ItemHealth,
    LinkResult,
    LinkSessions,
    LinkToken,
    Owner,
    ProviderAccount,
    RiskAnswer,
    TransactionPage,
)
from dashboard.settings import Settings

VERSION = "2020-09-14"
INSTITUTIONS_PER_PAGE = 500  # Plaid: `count` of /institutions/get is at most 500
INSTITUTION_PAGES = 100  # 50,000 banks, four times as many as there are: an answer without an end must end
COUNTRIES = ["US"]
DEPOSITORY = ["checking", "savings", "cash management"]  # Plaid: what Auth has numbers for
LINK_LANGUAGE = "en"
TRANSACTIONS_PER_PAGE = 500  # Plaid: `count` of /transactions/sync is at most 500
TRANSACTION_DAYS = 90  # Plaid's default; more is billed alike, and says more of a customer than a debit needs
# Plaid, of a field that these keys may not send yet, and of a bank that it knows no more.
NOT_IN_BETA = frozenset({"UNKNOWN_FIELDS", "INVALID_FIELD", "INVALID_INSTITUTION"})
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
        institution_id: str | None = None,
        access_token: Secret | None = None,
        hosted: bool = False,
        select_accounts: bool = False,
        language: str = LINK_LANGUAGE,
    ) -> LinkToken:
        """A token that opens Link for one of our customers (our id: Plaid wants no personal data there).

        `hint` is a routing number that highlights a bank, `institution_id` its id at Plaid, which goes first (a closed
        beta: where Plaid does not take it, the routing number is sent without it). An `access_token` makes it update
        mode, `select_accounts` lets the customer pick accounts there anew; `hosted` asks for a page on the customer's
        own phone; `language` is Link's own (Plaid: `en`, `es` and others).
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
            body["products"] = ["auth", *self._signal]
            more = [product for product in settings.plaid_products if product != "auth"]
            if more:  # asked for beside, not among `products`: those would hide every bank that lacks one of them
                body["additional_consented_products"] = more
            body["account_filters"] = {"depository": {"account_subtypes": DEPOSITORY}}
            if named := _bank(institution_id, hint):
                body["institution_data"] = named
        else:
            body["access_token"] = self._checked("access", access_token)
            if self._signal:  # of a bank that was linked before: the customer agrees to it when they sign in again
                body["additional_consented_products"] = self._signal
            if select_accounts:
                body["update"] = {"account_selection_enabled": True}
        if settings.plaid_redirect_uri:
            body["redirect_uri"] = settings.plaid_redirect_uri
        if settings.plaid_link_customization:
            body["link_customization_name"] = settings.plaid_link_customization
        if hosted:
            body["hosted_link"] = {}
        try:
            reply = self._post("/link/token/create", body)
        except ProviderRejected as error:
            if institution_id is None or error.code not in NOT_IN_BETA:
                raise
            body.pop("institution_data")
            if named := _bank(None, hint):
                body["institution_data"] = named
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
        sessions = reply.each("link_sessions", _session, required=False)
        return LinkSessions(
            results=tuple(result for session in sessions for result in session.results),
            exit=next((session.exit for session in reversed(sessions) if session.exit), None),
            finished=any(session.finished for session in sessions),
            succeeded=any(session.succeeded for session in sessions),
            request_id=reply.request_id,
        )

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

    def accounts(self, access_token: Secret, *, whole: bool = False) -> list[ProviderAccount]:
        """The Item's accounts with the bank's last known balances.

        One that cannot be read is left out; where the answer is to say which one is gone (`whole`), it must not be.
        """
        reply = self._post("/accounts/get", {"access_token": self._checked("access", access_token)})
        found = reply.each("accounts", read_offered_account)
        if whole and len(found) < reply.count("accounts"):
            raise reply.broken("has an account that cannot be read")
        return found

    def balance(self, access_token: Secret, account_id: str) -> ProviderAccount:
        """One account with its balance, asked of the bank now; takes up to 30 s and is billed per call."""
        reply = self._post(
            "/accounts/balance/get",
            {"access_token": self._checked("access", access_token), "options": {"account_ids": [account_id]}},
        )
        for account in reply.each("accounts", lambda one: one):
            if account.shown("account_id") == account_id:
                return read_account(account)
        raise reply.broken("lacks the account that was asked for")

    @property
    def _signal(self) -> list[str]:
        return ["signal"] if self._settings.plaid_risk is RiskSource.SIGNAL else []

    def evaluate(self, access_token: Secret, account_id: str, *, id: str, cents: int, customer_id: str) -> RiskAnswer:
        """The risk that a debit of the account comes back, by the ruleset of the settings (Plaid: /signal/evaluate).

        `id` is the `client_transaction_id`, at most 36 characters, which Plaid takes once: so the request is sent
        once. Neither `user` nor `device` is sent: they are personal, and refused where only Balance was bought.
        """
        body: dict[str, Any] = {
            "access_token": self._checked("access", access_token),
            "account_id": account_id,
            "client_transaction_id": id,
            "amount": units(cents),
            "client_user_id": customer_id,
            "user_present": False,  # a member of the staff orders the debit, as Stripe is told (`off_session`)
        }
        if self._settings.plaid_ruleset:
            body["ruleset_key"] = self._settings.plaid_ruleset
        return read_risk(self._post("/signal/evaluate", body, repeatable=False))

    def report_decision(self, id: str, *, initiated: bool, outcome: str | None) -> None:
        """Whether a debit that was evaluated was made; `outcome` is Plaid's `decision_outcome`. Harmless to repeat."""
        body: dict[str, Any] = {"client_transaction_id": id, "initiated": initiated}
        if outcome is not None:
            body["decision_outcome"] = outcome
        self._post("/signal/decision/report", body)

    def report_return(self, id: str, code: str, at: datetime) -> None:
        """That a debit came back, by its ACH return code (`R01`), and when we saw it. Harmless to repeat."""
        seen = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        body = {"client_transaction_id": id, "return_code": code, "returned_at": seen}
        self._post("/signal/return/report", body)

    def identity(self, access_token: Secret) -> dict[str, list[Owner]]:
        """Who the bank says holds each account, by account id."""
        reply = self._post("/identity/get", {"access_token": self._checked("access", access_token)})
        return dict(reply.each("accounts", read_owners))

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
            institution_id=item.shown("institution_id"),
            error_code=error.text("error_code") if error else None,
            error_reason=error.shown("error_code_reason") if error else None,
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
            yield from reply.each("institutions", read_institution)
            offset += (size := reply.count("institutions"))
            if not size or offset >= reply.number("total"):
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
        with self._probe(["auth"]) as (token, account_id):
            return self.make_stripe_token(token, account_id).request_id

    def check_signal(self) -> RiskAnswer | None:
        """Have Plaid open Link with Signal, which keys without it may not; in its sandbox also evaluate a dollar.

        None outside the sandbox. Raises ProviderRejected where Signal is not enabled.
        """
        self.create_link_token("doctor")
        if self._settings.plaid_env != "sandbox":
            return None
        with self._probe(["auth", "signal"]) as (token, account_id):
            return self.evaluate(token, account_id, id=new_id("sig"), cents=100, customer_id="doctor")

    @contextmanager
    def _probe(self, products: list[str]) -> Iterator[tuple[Secret, str]]:
        """A sandbox Item with one account to try, thrown away afterwards: its access token and the account's id."""
        body = {"institution_id": PROBE_BANK, "initial_products": products}
        made = self._post("/sandbox/public_token/create", body, repeatable=False)
        item = self.exchange(Secret(made.text("public_token")))
        try:
            account = next((one for one in self.accounts(item.access_token) if one.type == "depository"), None)
            if account is None:
                raise made.broken("made an Item without a checking account")
            yield item.access_token, account.id
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
                meaning="It was not sent to Plaid; nothing was changed.",
                action="Set PLAID_ENV to the environment in which the bank was linked, or link the bank again.",
            )
        return text

    def webhook_key(self, id: str) -> dict[str, Any]:
        """The public key (JWK) by whose id Plaid has signed a webhook. Raises ProviderRejected for an unknown id."""
        return dict(self._post("/webhook_verification_key/get", {"key_id": id}, quick=True).part("key").data)

    def _post(self, path: str, body: dict[str, Any], *, repeatable: bool = True, quick: bool = False) -> Checked:
        reply = self._wire.send("POST", path, repeatable=repeatable, json=body, quick=quick)
        if reply.status != 200:
            raise error_of(reply, path, repeatable=repeatable)
        return Checked(reply.body, provider="plaid", what=path, request_id=reply.request_id, maybe_done=not repeatable)


def _bank(institution_id: str | None, routing_number: str | None) -> dict[str, str]:
    """Link's `institution_data`."""
    named = {"institution_id": institution_id, "routing_number": routing_number}
    return {name: value for name, value in named.items() if value}


def _session(session: Checked) -> LinkSessions:
    ended, left = session.shown("finished_at") is not None, session.data.get("exit")
    results = session.data.get("results")
    found = session.part("results") if isinstance(results, dict) else None
    read = partial(_result, session)
    return LinkSessions(
        results=tuple(found.each("item_add_results", read, required=False)) if found else (),
        exit=left if isinstance(left, dict) else None,
        finished=ended,
        succeeded=ended and left is None,
    )


def _result(session: Checked, one: Checked) -> LinkResult:
    named = one.data.get("institution")
    institution = one.part("institution") if isinstance(named, dict) else None
    return LinkResult(
        public_token=Secret(one.text("public_token")),
        accounts=tuple(one.each("accounts", read_link_account, required=False)),
        institution_id=institution.shown("institution_id") if institution else None,
        institution_name=institution.shown("name") if institution else None,
        link_session_id=session.shown("link_session_id"),
    )

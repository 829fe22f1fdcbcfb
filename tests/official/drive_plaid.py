"""Asks the sandbox of every path of Plaid's current API that it serves, and makes each of its webhooks come."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from dashboard.sandbox.plaid.errors import KINDS
from tests.receivers import Receiver
from tests.sandboxes import Sandbox

Body = dict[str, Any]
BANK = "ins_109508"
LINK: Body = {
    "client_name": "Acme",
    "language": "en",
    "country_codes": ["US"],
    "user": {"client_user_id": "c-1"},
    "products": ["auth"],
}
DYNAMIC: Body = {"override_username": "user_transactions_dynamic", "override_password": "whatever"}
NO_HEADERS: Mapping[str, str] = {}
ALL = ("auth", "identity", "transactions", "signal")
FIRED = (
    ("AUTH", "DEFAULT_UPDATE"), ("ITEM", "NEW_ACCOUNTS_AVAILABLE"), ("ITEM", "ERROR"), ("ITEM", "PENDING_DISCONNECT"),
    ("ITEM", "LOGIN_REPAIRED"), ("ITEM", "USER_PERMISSION_REVOKED"), ("ITEM", "USER_ACCOUNT_REVOKED"),
    ("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE"),
)  # fmt: skip


class PlaidDriver:
    """Plain requests to Plaid's half of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        keys = sandbox.keys["plaid"]
        self.keys = {"client_id": keys["client_id"], "secret": keys["secret"]}

    def ask(
        self, path: str, body: Body | None = None, *, keys: Body | None = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Any:
        whole = {**(self.keys if keys is None else keys), **(body or {})}
        return self.send(path, json.dumps(whole), headers)

    def send(self, path: str, raw: str, headers: Mapping[str, str] = NO_HEADERS) -> Any:
        head = {"Content-Type": "application/json", **headers}
        return self.sandbox.http.post(self.sandbox.url + path, data=raw, headers=head, timeout=60).json()

    def link(self, bank: str = BANK, products: tuple[str, ...] = ALL, **options: Any) -> str:
        """An Item made without Link; its access token."""
        wanted = {"institution_id": bank, "initial_products": list(products), "options": options}
        token = self.ask("/sandbox/public_token/create", wanted)["public_token"]
        return str(self.ask("/item/public_token/exchange", {"public_token": token})["access_token"])

    def checking(self, access_token: str) -> str:
        found = self.ask("/accounts/get", {"access_token": access_token})["accounts"]
        return str(next(each["account_id"] for each in found if each["subtype"] == "checking"))


def drive(sandbox: Sandbox, receiver: Receiver) -> None:
    """All of it, once."""
    driver = PlaidDriver(sandbox)
    _link_tokens(driver, receiver)
    access_token = driver.link(webhook=receiver.url)
    _reads(driver, access_token)
    _signal(driver, access_token)
    _transactions(driver)
    _institutions(driver)
    _broken(driver, access_token, receiver)
    _refusals(driver)


def _link_tokens(driver: PlaidDriver, receiver: Receiver) -> None:
    plain = driver.ask("/link/token/create", {**LINK, "user": {"client_user_id": str(time.time())}})["link_token"]
    driver.ask("/link/token/get", {"link_token": plain})
    whole = {
        **LINK,
        "language": "es",
        "additional_consented_products": ["identity", "transactions"],
        "webhook": receiver.url,
        "account_filters": {"depository": {"account_subtypes": ["checking", "savings", "cash management"]}},
        "redirect_uri": "https://desk.example/back",
        "institution_data": {"routing_number": "110000000"},
        "hosted_link": {"url_lifetime_seconds": 900},
        "user": {"client_user_id": "c-2", "legal_name": "A B", "email_address": "a@example.com"},
    }
    for leave in (False, True):
        made = driver.ask("/link/token/create", whole)
        _walk(driver, made["hosted_link_url"], leave=leave)
        driver.ask("/link/token/get", {"link_token": made["link_token"]})


def _walk(driver: PlaidDriver, url: str, *, leave: bool) -> None:
    """Link on its hosted page, to the end or away from it."""
    session = driver.ask("/link/api/start", {"hosted_id": url.rsplit("/", 1)[1]}, keys={})["session"]

    def act(**action: Any) -> Any:
        return driver.ask("/link/api/act", {"session": session, **action}, keys={})

    act(action="consent")
    act(action="choose", institution_id=BANK)
    if leave:
        act(action="exit")
        return
    view = act(action="credentials", username="user_good", password="pass_good")["view"]
    act(action="accounts", account_ids=[each["id"] for each in view["accounts"] if each["subtype"] == "checking"])


def _reads(driver: PlaidDriver, access_token: str) -> None:
    account = driver.checking(access_token)
    one = {"access_token": access_token, "options": {"account_ids": [account]}}
    for path in ("/accounts/get", "/accounts/balance/get", "/auth/get", "/identity/get"):
        driver.ask(path, {"access_token": access_token})
        driver.ask(path, one)
    driver.ask("/item/get", {"access_token": access_token})
    pair = {"access_token": access_token, "account_id": account}
    driver.ask("/processor/stripe/bank_account_token/create", pair)
    driver.ask("/processor/token/create", {**pair, "processor": "dwolla"})
    for bank in ("ins_56", "ins_13", "ins_127990", "ins_127287"):
        other = driver.link(bank, ("auth",))
        for path in ("/auth/get", "/item/get", "/accounts/get"):
            driver.ask(path, {"access_token": other})


def _signal(driver: PlaidDriver, access_token: str) -> None:
    account = driver.checking(access_token)
    for amount in (1.5, 1_000_000):
        id = uuid.uuid4().hex
        asked = {"access_token": access_token, "account_id": account, "client_transaction_id": id, "amount": amount}
        driver.ask("/signal/evaluate", {**asked, "ruleset_key": "default", "client_user_id": "c-1"})
        driver.ask("/signal/evaluate", {**asked, "amount": amount + 1})
        driver.ask("/signal/decision/report", {"client_transaction_id": id, "initiated": True})
        driver.ask("/signal/return/report", {"client_transaction_id": id, "return_code": "R01"})
    driver.sandbox.control("POST", "/plaid", available_balance={"account_id": account, "available": None})
    asked = {"access_token": access_token, "account_id": account, "client_transaction_id": "none", "amount": 1}
    driver.ask("/signal/evaluate", asked)


def _transactions(driver: PlaidDriver) -> None:
    for options in (Body(), DYNAMIC):
        access_token = driver.link(**options)
        first = {"access_token": access_token, "count": 50, "options": {"include_original_description": True}}
        page = driver.ask("/transactions/sync", first)
        driver.sandbox.advance(2)
        while page["has_more"]:
            page = driver.ask("/transactions/sync", {"access_token": access_token, "cursor": page["next_cursor"]})
        driver.ask("/transactions/sync", {"access_token": access_token, "cursor": page["next_cursor"]})


def _institutions(driver: PlaidDriver) -> None:
    us = {"country_codes": ["US"]}
    wide = {"products": ["auth"], "include_optional_metadata": True, "include_auth_metadata": True, "oauth": True}
    driver.ask("/institutions/get", {**us, "count": 10, "offset": 0})
    driver.ask("/institutions/get", {**us, "count": 500, "offset": 0, "options": wide})
    driver.ask("/institutions/search", {**us, "query": "bank", "products": None})
    driver.ask("/institutions/search", {**us, "query": "Platypus", "products": ["auth"]})
    every = {"include_optional_metadata": True, "include_status": True, "include_auth_metadata": True}
    driver.ask("/institutions/get_by_id", {**us, "institution_id": BANK, "options": every})


def _broken(driver: PlaidDriver, access_token: str, receiver: Receiver) -> None:
    """What makes webhooks come, and an Item in each of the states that Plaid has an error for."""
    for url in (None, receiver.url):
        driver.ask("/item/webhook/update", {"access_token": access_token, "webhook": url})
    for kind, code in FIRED:
        fired = {"access_token": access_token, "webhook_type": kind, "webhook_code": code}
        driver.ask("/sandbox/item/fire_webhook", fired)
    driver.ask("/sandbox/item/reset_login", {"access_token": access_token})
    item = driver.ask("/item/get", {"access_token": access_token})["item"]["item_id"]
    driver.ask("/link/token/create", {**LINK, "products": None, "access_token": access_token})
    driver.ask("/accounts/get", {"access_token": access_token})
    for code, known in KINDS.items():
        if known.type in ("ITEM_ERROR", "INSTITUTION_ERROR", "RATE_LIMIT_EXCEEDED", "API_ERROR"):
            driver.sandbox.control("POST", "/plaid", item_error={"item_id": item, "code": code})
            driver.ask("/accounts/get", {"access_token": access_token})
            driver.ask("/item/get", {"access_token": access_token})
    driver.sandbox.control("POST", "/plaid", item_error={"item_id": item, "code": None})
    driver.sandbox.control("POST", "/plaid", institution_down=BANK)
    driver.ask("/accounts/balance/get", {"access_token": access_token})
    driver.sandbox.control("POST", "/plaid", institution_down=None)
    changed = driver.ask("/item/access_token/invalidate", {"access_token": access_token})["new_access_token"]
    driver.ask("/item/remove", {"access_token": changed, "reason_code": "OTHER", "reason_note": "left"})
    driver.ask("/item/get", {"access_token": changed})


def _refusals(driver: PlaidDriver) -> None:
    """Bodies, keys, fields and values that Plaid refuses."""
    access_token = driver.link(products=("auth",))
    driver.send("/item/get", "{")
    driver.send("/item/get", "a=b", {"Content-Type": "text/plain"})
    driver.ask("/item/get", {"access_token": access_token}, keys={})
    driver.ask("/item/get", {"access_token": access_token, "secret": "wrong"})
    driver.ask("/item/get", {"access_token": access_token}, headers={"Plaid-Version": "2017-03-08"})
    for wrong in ({}, {"access_token": 5}, {"access_token": access_token, "bogus": 1}, {"access_token": "access-no"}):
        driver.ask("/item/get", wrong)
    for change in (
        {"products": ["balance"]}, {"products": None}, {"language": "xx"}, {"country_codes": ["ZZ"]},
        {"user": {"client_user_id": "a@example.com"}}, {"user": {"client_user_id": "+14155550123"}},
        {"redirect_uri": "nonsense"}, {"link_customization_name": "missing"},
    ):  # fmt: skip
        driver.ask("/link/token/create", {name: value for name, value in {**LINK, **change}.items() if value})
    us = {"country_codes": ["US"]}
    refused: tuple[tuple[str, Body], ...] = (
        ("/item/public_token/exchange", {"public_token": "public-no"}),
        ("/link/token/get", {"link_token": "link-no"}),
        ("/accounts/get", {"access_token": access_token, "options": {"account_ids": ["no"]}}),
        ("/identity/get", {"access_token": access_token}),
        ("/processor/stripe/bank_account_token/create", {"access_token": access_token, "account_id": "no"}),
        ("/processor/token/create", {"access_token": access_token, "account_id": "no", "processor": "stripe"}),
        ("/institutions/get", {**us, "count": 501, "offset": 0}),
        ("/institutions/get_by_id", {**us, "institution_id": "ins_0"}),
        ("/institutions/search", {**us, "query": "", "products": None}),
        ("/sandbox/public_token/create", {"institution_id": "ins_0", "initial_products": ["auth"]}),
        ("/sandbox/item/fire_webhook", {"access_token": access_token, "webhook_code": "NO"}),
        ("/webhook_verification_key/get", {"key_id": "no"}),
        ("/signal/return/report", {"client_transaction_id": "no", "return_code": "R01"}),
    )
    for path, body in refused:
        driver.ask(path, body)
    for kind in ("401", "403", "429", "500_before"):
        driver.sandbox.fault(path="/item/get", kind=kind)
        driver.ask("/item/get", {"access_token": access_token})

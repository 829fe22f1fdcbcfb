"""Every request that the desk sends, in every flow that it has, against the providers' own published types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from plaid.model.signal_decision_outcome import SignalDecisionOutcome
from plaid.model.signal_decision_report_request import SignalDecisionReportRequest
from plaid.model.signal_decision_report_response import SignalDecisionReportResponse
from plaid.model.signal_return_report_request import SignalReturnReportRequest
from plaid.model.signal_return_report_response import SignalReturnReportResponse
from starlette.middleware import Middleware

from dashboard.desk import Desk
from dashboard.doctor import examine
from dashboard.domain.errors import Refused
from dashboard.gateways.stripe_permissions import PERMISSIONS, WRITE
from dashboard.sandbox.server import Running, start_in_thread
from dashboard.sandbox.stripe.moment import API_VERSION
from tests.crash import linking
from tests.crash.crash_fixture import CrashFixture, CrashSandbox
from tests.crash.flows import FLOWS
from tests.official.plaid_types import PlaidTypes
from tests.official.recorder import Exchange, Recorder
from tests.official.stripe_types import StripeTypes, tree

ALL_SETTINGS = {
    "PLAID_PRODUCTS": "auth,identity,transactions",
    "PLAID_REDIRECT_URI": "https://desk.example/",
    "ACH_DESK_PLAID_WEBHOOK_URL": "https://desk.example/webhooks/plaid",
}
REPORTS: dict[str, tuple[Any, Any]] = {
    "/signal/decision/report": (SignalDecisionReportRequest, SignalDecisionReportResponse),
    "/signal/return/report": (SignalReturnReportRequest, SignalReturnReportResponse),
}
LONGEST_KEY = 255  # Stripe: of an idempotency key
CLASSIC = ("/exchange_token", "/balance")  # by POST; the guide's API has no schema
# Of an event whose object is not whole, and of two bank accounts that are told apart: in no flow here.
RARE = {f"GET /v1/{name}/{{}}" for name in ("balance_transactions", "disputes", "payouts", "tokens")}
PRACTICE = ("/_sandbox", "/link/api/")


class HereSandbox(CrashSandbox):
    """The sandbox of the flows in this process, with a second address whose requests are kept."""

    def __init__(self, folder: Path, kept: list[Exchange]) -> None:
        self.state = folder / "sandbox.db"
        self._running = start_in_thread(self.state)
        self._watched = Running(self._running.state, outside=[Middleware(Recorder, kept=kept)])
        self.ready = {"url": self._running.url, "link_script": f"{self._running.url}/link.js", **self._running.keys}
        self.watched_url = self._watched.url
        self.kept_lists = {}
        self.kept, self.by_sync = kept, list[Exchange]()

    def stop(self) -> None:
        self._watched.stop()
        self._running.stop()


class WatchedHouse(CrashFixture):
    """A fixture whose desk talks to the address that keeps what is said; the test itself talks to the other one."""

    def environ(self) -> dict[str, str]:
        assert isinstance(self.sandbox, HereSandbox)
        url = self.sandbox.watched_url
        return {**super().environ(), "PLAID_BASE_URL": url, "STRIPE_API_BASE": url, **self.notes.get("more", {})}


def live_through(sandbox: HereSandbox, folder: Path) -> None:
    """Each flow of the crash harness from its beginning to its end, without a crash."""
    for name, flow in FLOWS.items():
        place = folder / name
        place.mkdir()
        crash = WatchedHouse(sandbox, place, flow.generation)
        crash.notes["made"] = flow.begin(crash)
        flow.act(crash)
        flow.resume(crash)
        assert not {found: what for found, what in flow.check(crash).items() if what}, name


def live_with_all_settings(sandbox: HereSandbox, folder: Path) -> None:
    """A link, a link by telephone, and everything that the desk asks of a bank and of Stripe by the way."""
    folder.mkdir()
    crash = WatchedHouse(sandbox, folder)
    crash.notes["more"] = ALL_SETTINGS
    desk: Desk = crash.open()
    made = linking.linked(crash, desk)
    actor, account = crash.actor, desk.linking.account(crash.actor, made["account"])
    desk.institutions.refresh(actor)
    desk.debits.balance(actor, account.id)
    desk.health.ask_due()
    before = len(sandbox.kept)
    desk.sync.run()
    desk.sync.run(full=True)
    sandbox.by_sync = sandbox.kept[before:]
    examine(desk, actor)
    desk.customers.edit(actor, account.customer_id, name="Renamed Person")
    crash.notes["made"] = linking.prepare_phone(crash, desk)
    desk.hosted.ask_due(timedelta(minutes=1))
    linking.choose(crash, desk)
    by_phone = desk.linking.get(actor, crash.notes["made"]["attempt"]).bank_account_id
    assert by_phone
    desk.bank_data.read_holder(actor, by_phone)
    with pytest.raises(Refused, match="still fetching"):
        desk.bank_data.read_transactions(actor, by_phone)
    sandbox.post("/_sandbox/clock/advance", {"business_days": 1})
    desk.bank_data.read_transactions(actor, by_phone)
    desk.close()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HereSandbox]:
    folder = tmp_path_factory.mktemp("sent")
    sandbox = HereSandbox(folder, [])
    try:
        live_through(sandbox, folder)
        live_with_all_settings(sandbox, folder / "all")
        yield sandbox
    finally:
        sandbox.stop()


@pytest.fixture(scope="module")
def sent(lived: HereSandbox) -> list[Exchange]:
    return [each for each in lived.kept if not each.path.startswith(PRACTICE)]


def to_stripe(sent: list[Exchange]) -> list[Exchange]:
    return [each for each in sent if each.path.startswith("/v1/")]


def to_plaid(sent: list[Exchange]) -> list[Exchange]:
    """The current API: it is asked by POST throughout."""
    return [
        each for each in sent if each.method == "POST" and not each.path.startswith("/v1/") and each.path not in CLASSIC
    ]


def given(each: Exchange) -> dict[str, Any]:
    text = each.body.decode() if each.method == "POST" else each.query
    return tree(parse_qsl(text, keep_blank_values=True))


def test_every_request_to_stripe_has_the_parameters_of_its_endpoint(
    sent: list[Exchange], stripe_types: StripeTypes
) -> None:
    wrong = {
        f"{each.method} {each.path}: {line}"
        for each in to_stripe(sent)
        for line in stripe_types.params(each.method, each.path, given(each))
    }
    assert wrong == set()
    assert len(to_stripe(sent)) > 200


def request_of(each: Exchange) -> str:
    """`GET /v1/charges/{}`: what a permission is given for."""
    parts = each.path.removeprefix("/v1/").split("/")
    named = ["{}" if place % 2 else part for place, part in enumerate(parts)]
    return f"{each.method} /v1/{'/'.join(named)}"


def test_the_permissions_of_a_restricted_key_are_those_of_the_requests_that_are_made(
    lived: HereSandbox, sent: list[Exchange]
) -> None:
    """The guide's table is made from `PERMISSIONS`, and the doctor tries each."""
    listed = [request for one in PERMISSIONS for request in one.requests]
    made = {request_of(each) for each in to_stripe(sent)}
    assert sorted(listed) == sorted(made | RARE), "each once, and none that nobody makes"
    synced = {request_of(each) for each in to_stripe(lived.by_sync)}
    assert {one.name for one in PERMISSIONS if synced & {*one.requests}} == {
        one.name for one in PERMISSIONS if one.sync
    }
    written = {one.name for one in PERMISSIONS if any(not request.startswith("GET") for request in one.requests)}
    assert written == {one.name for one in PERMISSIONS if one.level == WRITE}


def test_every_request_to_stripe_has_its_version_and_every_post_a_key(
    sent: list[Exchange], stripe_types: StripeTypes
) -> None:
    assert stripe_types.version == API_VERSION
    for each in to_stripe(sent):
        assert each.headers["stripe-version"] == API_VERSION
        assert each.headers["authorization"].startswith("Bearer sk_")
        if each.method == "POST":
            assert 0 < len(each.headers["idempotency-key"]) <= LONGEST_KEY
            assert each.headers["content-type"] == "application/x-www-form-urlencoded"


def test_metadata_and_descriptors_keep_stripes_limits(sent: list[Exchange]) -> None:
    told = [given(each) for each in to_stripe(sent) if each.method == "POST"]
    metadata = [each["metadata"] for each in told if isinstance(each.get("metadata"), dict)]
    assert metadata
    for each in metadata:
        assert len(each) <= 50
        assert all(len(name) <= 40 and len(text) <= 500 for name, text in each.items())
    descriptors = {each["statement_descriptor"] for each in told if each.get("statement_descriptor")}
    assert descriptors
    for text in descriptors:
        assert 5 <= len(text) <= 22 and re.search("[A-Za-z]", text) and not re.search(r"[<>\\'\"*]", text), text


def test_every_request_to_plaid_fits_its_schema(sent: list[Exchange], plaid_types: PlaidTypes) -> None:
    wrong = {
        f"{each.path}: {line}"
        for each in to_plaid(sent)
        if each.path not in REPORTS
        for line in plaid_types.request(each.path, json.loads(each.body))
    }
    assert wrong == set()
    assert len(to_plaid(sent)) > 90
    for each in to_plaid(sent):
        assert each.headers["plaid-client-id"] and each.headers["plaid-secret"], "keys never stand in a body"
        assert each.headers["plaid-version"] == "2020-09-14"
        assert each.headers["content-type"] == "application/json"


def test_every_answer_that_the_desk_was_given_is_official(
    sent: list[Exchange], stripe_types: StripeTypes, plaid_types: PlaidTypes
) -> None:
    """What the desk learns to read here is what it will be given there."""
    wrong = {
        f"{each.method} {each.path}: {line}"
        for each in to_stripe(sent)
        if each.status == 200
        for line in stripe_types.answer(each.method, each.path, json.loads(each.answer))
    } | {
        f"{each.path}: {line}"
        for each in to_plaid(sent)
        if each.status == 200 and each.path not in REPORTS
        for line in plaid_types.answer(each.path, json.loads(each.answer))
    }
    assert wrong == set()
    for path, answer in REPORTS.items():  # the newest document leaves them out; the official client has them
        told = [json.loads(each.answer) for each in to_plaid(sent) if each.path == path and each.status == 200]
        assert told and all(set(body) == set(answer[1].attribute_map.values()) for body in told)


def test_what_is_reported_to_signal_is_what_the_official_client_would_report(sent: list[Exchange]) -> None:
    for path, (request, _) in REPORTS.items():
        bodies = [json.loads(each.body) for each in to_plaid(sent) if each.path == path]
        assert bodies
        for body in bodies:
            at = {"returned_at": datetime.fromisoformat(body["returned_at"])} if "returned_at" in body else {}
            outcome = body.get("decision_outcome")
            kind = {"decision_outcome": SignalDecisionOutcome(outcome)} if outcome else {}
            assert request(**{**body, **at, **kind}).to_dict().keys() == body.keys()


def test_a_request_that_does_not_fit_is_seen(stripe_types: StripeTypes, plaid_types: PlaidTypes) -> None:
    """A checker that finds nothing would prove nothing."""
    good = {"amount": "5", "currency": "usd", "expand": {"0": "latest_charge"}, "metadata": {"a": "b"}}
    assert stripe_types.params("POST", "/v1/payment_intents", good) == []
    for change in ({"amount": "five"}, {"nonsense": "1"}, {"confirm": "yes"}, {"expand": "latest_charge"}):
        assert len(stripe_types.params("POST", "/v1/payment_intents", {**good, **change})) == 1, change
    assert stripe_types.params("POST", "/v1/payment_intents", {"amount": "5"}) == ["currency is missing"]
    assert stripe_types.params("POST", "/v1/nothing", {})
    body = {"access_token": "access-sandbox-x"}
    assert plaid_types.request("/item/get", body) == []
    assert len(plaid_types.request("/item/get", {**body, "more": 1})) == 1
    assert plaid_types.request("/item/get", {}) == [".access_token is missing"]

"""The door of `/v1`: authentication, idempotency, parameters, the endpoint, expansion, the answer."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dashboard.sandbox import ids
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import (
    accounts,
    approvals,
    balance_settings,
    customers,
    disputes,
    engine,
    intents,
    mandates,
    methods,
    money,
    params,
    payouts,
    refunds,
    replays,
    setups,
    webhooks,
)
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, not_imitated
from dashboard.sandbox.stripe.expand import expand
from dashboard.sandbox.stripe.moment import API_VERSION, Document

Endpoint = Callable[[Call], Document]
SOURCES = "customers/{}/sources"

ENDPOINTS: dict[tuple[str, str], tuple[str, Endpoint]] = {
    ("GET", "account"): ("account_retrieve_current", customers.retrieve_account),
    ("GET", "accounts/{}"): ("account_retrieve", customers.retrieve_account_by_id),
    ("POST", "customers"): ("customer_create", customers.create_customer),
    ("GET", "customers"): ("customer_list", customers.list_customers),
    ("GET", "customers/{}"): ("customer_retrieve", customers.retrieve_customer),
    ("POST", "customers/{}"): ("customer_update", customers.update_customer),
    ("DELETE", "customers/{}"): ("customer_delete", customers.delete_customer),
    ("GET", "customers/{}/payment_methods"): ("customer_payment_method_list", customers.list_methods),
    ("GET", "customers/{}/payment_methods/{}"): ("customer_payment_method_retrieve", customers.retrieve_method),
    ("POST", SOURCES): ("customer_payment_source_create", accounts.create_source),
    ("GET", SOURCES): ("customer_payment_source_list", accounts.list_sources),
    ("GET", SOURCES + "/{}"): ("customer_payment_source_retrieve", accounts.retrieve_source),
    ("POST", SOURCES + "/{}"): ("customer_payment_source_update", accounts.update_source),
    ("DELETE", SOURCES + "/{}"): ("customer_payment_source_delete", accounts.delete_source),
    ("POST", SOURCES + "/{}/verify"): ("customer_payment_source_verify", accounts.verify_source),
    ("POST", "tokens"): ("token_create", accounts.create_token),
    ("GET", "tokens/{}"): ("token_retrieve", accounts.retrieve_token),
    ("POST", "payment_methods"): ("payment_method_create", methods.create_method),
    ("GET", "payment_methods"): ("payment_method_list", methods.list_methods),
    ("GET", "payment_methods/{}"): ("payment_method_retrieve", methods.retrieve_method),
    ("POST", "payment_methods/{}"): ("payment_method_update", methods.update_method),
    ("POST", "payment_methods/{}/attach"): ("payment_method_attach", methods.attach_method),
    ("POST", "payment_methods/{}/detach"): ("payment_method_detach", methods.detach_method),
    ("GET", "mandates/{}"): ("mandate_retrieve", mandates.retrieve_mandate),
    ("POST", "setup_intents"): ("setup_intent_create", setups.create_setup),
    ("GET", "setup_intents"): ("setup_intent_list", setups.list_setups),
    ("GET", "setup_intents/{}"): ("setup_intent_retrieve", setups.retrieve_setup),
    ("POST", "setup_intents/{}/confirm"): ("setup_intent_confirm", setups.confirm_setup),
    ("POST", "setup_intents/{}/cancel"): ("setup_intent_cancel", setups.cancel_setup),
    ("POST", "setup_intents/{}/verify_microdeposits"): ("setup_intent_verify_microdeposits", setups.verify_setup),
    ("POST", "payment_intents"): ("payment_intent_create", intents.create_intent),
    ("GET", "payment_intents"): ("payment_intent_list", intents.list_intents),
    ("GET", "payment_intents/{}"): ("payment_intent_retrieve", intents.retrieve_intent),
    ("POST", "payment_intents/{}"): ("payment_intent_update", intents.update_intent),
    ("POST", "payment_intents/{}/confirm"): ("payment_intent_confirm", intents.confirm_intent),
    ("POST", "payment_intents/{}/cancel"): ("payment_intent_cancel", intents.cancel_intent),
    ("POST", "payment_intents/{}/capture"): ("payment_intent_capture", intents.refuse_capture),
    ("POST", "payment_intents/{}/verify_microdeposits"): (
        "payment_intent_verify_microdeposits",
        intents.verify_intent,
    ),
    ("POST", "charges"): ("charge_create", money.refuse_charge),
    ("GET", "charges"): ("charge_list", money.list_charges),
    ("GET", "charges/{}"): ("charge_retrieve", money.retrieve_charge),
    ("POST", "charges/{}"): ("charge_update", money.update_charge),
    ("POST", "refunds"): ("refund_create", refunds.create_refund),
    ("GET", "refunds"): ("refund_list", refunds.list_refunds),
    ("GET", "refunds/{}"): ("refund_retrieve", refunds.retrieve_refund),
    ("POST", "refunds/{}"): ("refund_update", refunds.update_refund),
    ("POST", "refunds/{}/cancel"): ("refund_cancel", refunds.refuse_cancel),
    ("GET", "disputes"): ("dispute_list", disputes.list_disputes),
    ("GET", "disputes/{}"): ("dispute_retrieve", disputes.retrieve_dispute),
    ("POST", "disputes/{}"): ("dispute_update", disputes.update_dispute),
    ("POST", "disputes/{}/close"): ("dispute_close", disputes.close_dispute),
    ("GET", "balance"): ("balance_retrieve", money.retrieve_balance),
    ("GET", "balance_transactions"): ("balance_transaction_list", money.list_txns),
    ("GET", "balance_transactions/{}"): ("balance_transaction_retrieve", money.retrieve_txn),
    ("GET", "balance_settings"): ("balance_settings_retrieve", balance_settings.retrieve_settings),
    ("POST", "balance_settings"): ("balance_settings_update", balance_settings.update_settings),
    ("POST", "payouts"): ("payout_create", payouts.create_payout),
    ("POST", "payouts/{}"): ("payout_update", payouts.update_payout),
    ("POST", "payouts/{}/cancel"): ("payout_cancel", payouts.cancel_payout),
    ("GET", "payouts"): ("payout_list", payouts.list_payouts),
    ("GET", "payouts/{}"): ("payout_retrieve", payouts.retrieve_payout),
    ("POST", "webhook_endpoints"): ("webhook_endpoint_create", webhooks.create_endpoint),
    ("GET", "webhook_endpoints"): ("webhook_endpoint_list", webhooks.list_endpoints),
    ("GET", "webhook_endpoints/{}"): ("webhook_endpoint_retrieve", webhooks.retrieve_endpoint),
    ("DELETE", "webhook_endpoints/{}"): ("webhook_endpoint_delete", webhooks.delete_endpoint),
    ("GET", "events"): ("event_list", money.list_events),
    ("GET", "events/{}"): ("event_retrieve", money.retrieve_event),
}
NAMED = dict(ENDPOINTS.values())  # each endpoint by its parameters' name
PATTERNS = [(method, pattern.split("/"), found) for (method, pattern), found in ENDPOINTS.items()]


def route(method: str, path: str) -> tuple[str, Endpoint, tuple[str, ...]]:
    """The parameters' name, the endpoint and the ids of a path; raises StripeError (501) for what is not imitated."""
    parts = path.strip("/").split("/")
    if parts[-1] != "search":
        for wanted, pattern, (name, endpoint) in PATTERNS:
            if wanted == method and len(pattern) == len(parts):
                pairs = list(zip(pattern, parts, strict=True))
                if all(a in ("{}", b) for a, b in pairs):
                    return name, endpoint, tuple(b for a, b in pairs if a == "{}")
    raise not_imitated(f"{method} /v1/{path}")


def authenticate(state: State, header: str) -> None:
    """Raise Stripe's 401 unless the header bears this state's secret key, as Basic user or as Bearer."""
    scheme, _, credentials = header.partition(" ")
    key = credentials.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(credentials, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not key:
        raise StripeError(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            saved=False,
        )
    if not hmac.compare_digest(key.encode(), state.secret("stripe.secret_key").encode()):
        shown = key[:8] + "*" * 8 + key[-4:] if len(key) > 16 else "*" * len(key)
        raise StripeError(401, f"Invalid API Key provided: {shown}", saved=False)


class Door:
    """Serves `/v1` over one state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._held: set[str] = set()

    async def serve(self, request: Request) -> Response:
        """Answer one request, an error in Stripe's shape included."""
        request_id = ids.stripe_request_id()
        headers = {
            "Request-Id": request_id,
            "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
            "Content-Type": "application/json",
        }
        try:
            authenticate(self._state, request.headers.get("authorization", ""))
            if request.method == "POST":
                given = params.decode((await request.body()).decode(errors="replace"))
            else:
                given = params.decode(request.url.query)
            status, body, more = await self._answer(request, given, request_id)
        except StripeError as error:
            status, body, more = error.status, write_error(error, request_id), {}
        return Response(body, status, headers={**headers, **more})

    async def _answer(
        self, request: Request, given: dict[str, Any], request_id: str
    ) -> tuple[int, str, dict[str, str]]:
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is None:
            return (*self._run(request, given, request_id, None, ""), {})
        engine.tick(self._state)
        mark = replays.fingerprint(request.method, request.url.path, given)
        echo = {"Idempotency-Key": key}
        if key in self._held:
            raise replays.in_use(key)
        with self._state.reading() as db:
            kept = replays.look_up(db, key, self._state.clock.timestamp(), mark)
        if kept:
            more = {"Idempotent-Replayed": "true", "Original-Request": kept["request"], **echo}
            return kept["status"], kept["body"], more
        self._held.add(key)
        try:
            if "sandbox.hold_ms" in request.scope:
                await asyncio.sleep(request.scope["sandbox.hold_ms"] / 1000)
            return (*self._run(request, given, request_id, key, mark), echo)
        finally:
            self._held.discard(key)

    def _run(
        self, request: Request, given: dict[str, Any], request_id: str, key: str | None, mark: str
    ) -> tuple[int, str]:
        engine.tick(self._state)
        name, endpoint, path_ids = route(request.method, request.url.path.removeprefix("/v1/"))
        version = request.headers.get("stripe-version", API_VERSION)
        checked = params.check(name, params.translate(name, given, version))
        if request.method == "GET":
            with self._state.reading() as db:
                call = Call(engine.open_moment(self._state, db), checked, path_ids)
                return 200, json.dumps(expand(call, endpoint(call), checked.get("expand", [])))
        with self._state.transaction() as db:
            moment = engine.open_moment(self._state, db)
            moment.request_id, moment.key = request_id, key
            call = Call(moment, checked, path_ids)
            db.execute("SAVEPOINT endpoint")
            try:
                approvals.hold(call, name)
                status, body = 200, json.dumps(expand(call, endpoint(call), checked.get("expand", [])))
            except StripeError as error:
                if not error.kept:
                    db.execute("ROLLBACK TO endpoint")
                if not error.saved:
                    raise
                status, body = error.status, write_error(error, request_id)
            failing = request.scope.get("sandbox.fail_after")
            if failing is not None:
                broken = StripeError(500, "An unknown error occurred", type="api_error")
                status, body = 500, write_error(broken, request_id)
            if key is not None:
                replays.save(db, key, moment.at, mark, request_id, status, body)
        return status, body


def write_error(error: StripeError, request_id: str) -> str:
    """The body of a refusal."""
    link = f"https://dashboard.stripe.com/test/logs/{request_id}"
    return json.dumps({"error": {**error.error, "request_log_url": link}})


def approval_requests(state: State) -> Callable[[Request], Awaitable[Response]]:
    """The handler of `/v2/core/approval_requests/{id}` over this state."""

    async def serve(request: Request) -> Response:
        request_id = ids.stripe_request_id()
        try:
            authenticate(state, request.headers.get("authorization", ""))
            status, body = 200, json.dumps(approvals.as_answer(state, request.path_params["id"]))
        except StripeError as error:
            status, body = error.status, write_error(error, request_id)
        return Response(body, status, headers={"Request-Id": request_id, "Content-Type": "application/json"})

    return serve


def endpoint(state: State) -> Callable[[Request], Awaitable[Response]]:
    """The handler of every `/v1` path over this state."""
    engine.prepare(state)
    return Door(state).serve

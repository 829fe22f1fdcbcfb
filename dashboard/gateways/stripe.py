"""Stripe over its official client. Every object is the raw JSON: the client's own objects are no dicts since v15."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeGuard
from urllib.parse import quote

import requests
import stripe
from requests.structures import CaseInsensitiveDict

from dashboard.domain.errors import ProviderBroken, ProviderDenied, ProviderRejected
from dashboard.domain.models import Secret
from dashboard.domain.stripe_balance import Held, read_balance
from dashboard.domain.text_safety import is_clean
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.plaid_replies import Page
from dashboard.gateways.stripe_errors import error_of, find_approval, paused
from dashboard.gateways.stripe_permissions import KeyPermission
from dashboard.settings import Settings

CONNECT_SECONDS = 5
READ_SECONDS = 40
RETRIES = 2  # of the client itself, of reads only: of what changes something each try is decided and kept by its job
PAGE_SIZE = 100  # Stripe: `limit` is at most 100
APPROVALS_VERSION = "2026-08-26.preview"  # Stripe: since when the API has approval requests
FORBIDDEN = 403  # Stripe: the key is known, and is not permitted this
SEARCH_PAGES = 50  # 5,000 objects of one customer are far more than anybody has

# What the client itself raises over an answer that breaks Stripe's contract: bytes that are no text, an `error: null`.
STUMBLES = (ValueError, TypeError, AttributeError, LookupError, RecursionError)

log = logging.getLogger(__name__)

# The client logs bodies and paths, which carry bank tokens; STRIPE_LOG in the environment would print them.
logging.getLogger("stripe").setLevel(logging.WARNING)
stripe._util.STRIPE_LOG = None
stripe.enable_telemetry = False  # else the client writes ~/.config/stripe/telemetry_id and reports timings


class Lean(stripe.RequestsClient):
    """The official client's own transport, which sets the body of a good GET aside for its thread.

    The client parses each body into nested OrderedDicts, which takes three times as long as plain dicts: 2.5 ms more a
    page of a hundred charges. So it is shown an empty object, and keeps its headers, retries and errors.
    """

    def __init__(self, session: requests.Session) -> None:
        super().__init__(timeout=(CONNECT_SECONDS, READ_SECONDS), session=session)
        self._aside = threading.local()
        self._heard: tuple[datetime, float] | None = None  # Stripe's clock, and ours that only runs

    def request(  # type: ignore[override]  # as in RequestsClient itself, which the client asks without `_usage`
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One exchange, as the official transport makes it."""
        content, status, found = super().request(method, url, headers, post_data)
        self._note_time(found)
        if method == "get" and status == 200:
            self._aside.body, content = content, b"{}"
        return content, status, found

    def _note_time(self, headers: Mapping[str, str]) -> None:
        try:
            said = parsedate_to_datetime(str(CaseInsensitiveDict(headers)["date"])).astimezone(UTC)
        except (KeyError, ValueError, OverflowError):
            return
        self._heard = said, time.monotonic()

    def time(self) -> datetime | None:
        """Stripe's clock now, whole seconds; None before the first answer that has a Date."""
        heard = self._heard
        return None if heard is None else heard[0] + timedelta(seconds=int(time.monotonic() - heard[1]))

    def take(self) -> bytes:
        """The body of this thread's last good GET, once."""
        body: bytes = getattr(self._aside, "body", b"")  # none where the reply was good but no 200
        self._aside.body = b""
        return body


class Stripe:
    """The calls that the desk makes. Each raises the ProviderError that the reply, or its absence, calls for."""

    def __init__(
        self,
        settings: Settings,
        *,
        on_read: Callable[[str], None] | None = None,
        retries: int = RETRIES,
    ) -> None:
        """`on_read` is told the resource of each GET, for counting them against Stripe's read allowance."""
        self.on_read = on_read
        self._lean = Lean(make_session(settings.stripe_api_base))
        self._client = stripe.StripeClient(
            settings.stripe_secret_key.reveal(),
            base_addresses={"api": settings.stripe_api_base},
            max_network_retries=retries,
            http_client=self._lean,
        )

    def page(self, resource: str, params: Mapping[str, Any], *, whole: bool = False) -> Page:
        """One page of a list, newest first: `GET /v1/<resource>`.

        What has no id is no object, and is left out; where the answer is to say that something is not there (`whole`),
        it must not be. Raises ProviderBroken.
        """
        data = self._get(resource, f"/v1/{resource}", params)
        rows, more = data.get("data"), data.get("has_more", False)
        if not isinstance(rows, list) or not isinstance(more, bool):
            raise self._broken(resource, changes=False)
        found = [row for row in rows if _is_object(row)]
        if len(found) < len(rows):
            log.warning("%s: %s of %s objects have no id.", resource, len(rows) - len(found), len(rows))
        if (rows and not found) or (whole and len(found) < len(rows)):
            raise self._broken(resource, changes=False)
        return Page(found, more)

    def read(self, resource: str, id: str, expand: Sequence[str] = ()) -> dict[str, Any]:
        """One object: `GET /v1/<resource>/<id>`."""
        params = {"expand": list(expand)} if expand else {}
        return self._object(resource, self._get(resource, f"/v1/{resource}/{quote(id, safe='')}", params))

    def may(self, permission: KeyPermission) -> bool:
        """Whether the key has a permission, by a request that changes nothing. Raises ProviderError.

        Stripe looks at the key before the object: an answer that there is none is an answer of who may ask.
        """
        method, path, params = permission.probe
        try:
            self._send(method.lower(), path, params, None, changes=method != "GET")
        except ProviderDenied as error:
            if error.http_status != FORBIDDEN:
                raise
            return False
        except ProviderRejected as error:
            log.debug("%s answered with %s, as it should.", path, error.code)
        return True

    def account(self) -> dict[str, Any]:
        """The account that the key belongs to."""
        return self._object("account", self._get("account", "/v1/account", {}))

    def balance(self) -> list[Held]:
        """What Stripe says that it holds, by currency and source type. Raises ProviderBroken."""
        try:
            return read_balance(self._get("balance", "/v1/balance", {}))
        except ValueError:
            raise self._broken("balance", changes=False) from None

    def time(self) -> datetime | None:
        """What Stripe's clock says now, by the Date header of the newest answer; None before the first answer."""
        return self._lean.time()

    def server_time(self) -> datetime:
        """What Stripe's clock says, from the Date header of a reply; whole seconds, UTC. Raises ProviderBroken."""
        try:
            reply = self._client.raw_request("get", "/v1/account")
        except stripe.StripeError as error:
            heard = self.time()
            if isinstance(error, stripe.PermissionError) and heard is not None:  # a refusal is dated too
                return heard
            raise error_of(error, what="account", changes=False) from None
        except STUMBLES:
            raise self._broken("account", changes=False) from None
        headers = {name.lower(): value for name, value in dict(reply.headers).items()}
        try:
            return parsedate_to_datetime(str(headers["date"])).astimezone(UTC)
        except (KeyError, ValueError, OverflowError):
            raise self._broken("account", changes=False) from None

    def create_customer(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """A new customer; `body` and `key` are sent exactly as they were committed."""
        return self._change("POST", "/v1/customers", body, key)

    def read_customer(self, id: str) -> dict[str, Any]:
        """A customer; one that was deleted says so and no more."""
        return self.read("customers", id)

    def update_customer(self, id: str, *, name: str, email: str) -> dict[str, Any]:
        """Change what a customer is called and where they are written to. Harmless to repeat."""
        return self._change("POST", f"/v1/customers/{quote(id, safe='')}", {"name": name, "email": email}, None)

    def find_customers_by_email(self, email: str, limit: int = 10) -> list[dict[str, Any]]:
        """Customers with exactly this e-mail, newest first (Stripe compares case-sensitively)."""
        return self.page("customers", {"email": email, "limit": limit}, whole=True).data

    def attach_source(
        self, customer_id: str, bank_token: Secret, *, metadata: Mapping[str, str], key: str
    ) -> dict[str, Any]:
        """Turn a one-time bank token into the customer's bank account, which comes back verified."""
        path = f"/v1/customers/{quote(customer_id, safe='')}/sources"
        body = {"source": bank_token.reveal(), "metadata": dict(metadata)}
        return self._change("POST", path, body, key)

    def read_fingerprint(self, bank_token: Secret) -> str | None:
        """Stripe's fingerprint of the account behind a bank token; Stripe takes the token only in the path."""
        token = self._get("tokens", f"/v1/tokens/{quote(bank_token.reveal(), safe='')}", {})
        account = token.get("bank_account")
        found = account.get("fingerprint") if isinstance(account, dict) else None
        return found if isinstance(found, str) else None

    def set_holder(self, customer_id: str, source_id: str, *, holder_type: str, holder_name: str) -> dict[str, Any]:
        """Say who holds a bank account: `company` makes its debits CCD, `individual` WEB. Harmless to repeat."""
        path = f"/v1/customers/{quote(customer_id, safe='')}/sources/{quote(source_id, safe='')}"
        body = {"account_holder_type": holder_type, "account_holder_name": holder_name}
        return self._change("POST", path, body, None)

    def list_sources(self, customer_id: str) -> list[dict[str, Any]]:
        """The customer's bank accounts."""
        return list(self._all(f"customers/{quote(customer_id, safe='')}/sources", {"object": "bank_account"}))

    def detach_source(self, customer_id: str, source_id: str, *, key: str) -> dict[str, Any]:
        """Take a bank account off the customer."""
        path = f"/v1/customers/{quote(customer_id, safe='')}/sources/{quote(source_id, safe='')}"
        return self._change("DELETE", path, {}, key)

    def create_setup_intent(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Record a mandate without moving money; `body` is sent as it was committed."""
        return self._change("POST", "/v1/setup_intents", body, key)

    def read_mandate(self, mandate_id: str) -> dict[str, Any]:
        """A mandate and its status."""
        return self.read("mandates", mandate_id)

    def find_setup_intents(self, customer_id: str, payment_method: str) -> Iterator[dict[str, Any]]:
        """The SetupIntents of one bank account, newest first."""
        return self._all("setup_intents", {"customer": customer_id, "payment_method": payment_method})

    def create_payment_intent(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """A PaymentIntent that is not confirmed: it moves nothing. `body` and `key` are sent as they were committed."""
        return self._change("POST", "/v1/payment_intents", body, key)

    def confirm_payment_intent(self, id: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Debit: confirm a PaymentIntent, which Stripe does once however often it is asked."""
        return self._change("POST", f"/v1/payment_intents/{quote(id, safe='')}/confirm", body, key)

    def cancel_payment_intent(self, id: str, *, key: str, reason: str = "") -> dict[str, Any]:
        """Cancel a PaymentIntent, so that it can never move money; `reason` is a `cancellation_reason` of Stripe's."""
        body = {"cancellation_reason": reason} if reason else {}
        return self._change("POST", f"/v1/payment_intents/{quote(id, safe='')}/cancel", body, key)

    def read_payment_intent(self, id: str) -> dict[str, Any]:
        """A PaymentIntent as it is now."""
        return self.read("payment_intents", id)

    def create_refund(self, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Give money back; `body` and `key` are sent as they were committed."""
        return self._change("POST", "/v1/refunds", body, key)

    def read_approval_request(self, id: str) -> dict[str, Any]:
        """A question to a second person at Stripe as it is now (v2, public preview)."""
        path = f"/v2/core/approval_requests/{quote(id, safe='')}"
        found = self._get("approval_requests", path, {"stripe_version": APPROVALS_VERSION})
        return self._object("approval_requests", found)

    def find_refunds(self, charge_id: str) -> Iterator[dict[str, Any]]:
        """Every refund of a charge, newest first."""
        return self._all("refunds", {"charge": charge_id})

    def read_charge(self, id: str) -> dict[str, Any]:
        """A charge as it is now."""
        return self.read("charges", id)

    def find_payment_intents(self, customer_id: str) -> Iterator[dict[str, Any]]:
        """Every PaymentIntent of the customer, newest first, whatever our clock says of their age."""
        return self._all("payment_intents", {"customer": customer_id})

    def _all(self, resource: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        after: dict[str, Any] = {}
        for _ in range(SEARCH_PAGES):
            page = self.page(resource, {**params, "limit": PAGE_SIZE, **after}, whole=True)
            yield from page.data
            if not page.has_more:
                return
            if not page.data:
                break
            after = {"starting_after": page.data[-1]["id"]}
        raise self._broken(resource, changes=False)  # a list without its end does not say that something is missing

    def _get(self, resource: str, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if self.on_read:
            self.on_read(resource)
        return self._send("get", path, params, None, changes=False)

    def _change(self, method: str, path: str, body: Mapping[str, Any], key: str | None) -> dict[str, Any]:
        answer = self._send(method.lower(), path, body, key, changes=True)
        approval = find_approval(answer)
        if approval is not None:
            raise paused(approval)
        return self._object(_spoken(path), answer, changes=True)

    def _send(
        self, method: str, path: str, params: Mapping[str, Any], key: str | None, *, changes: bool
    ) -> dict[str, Any]:
        options: dict[str, Any] = {"idempotency_key": key} if key else {}
        if changes:
            options["max_network_retries"] = 0
        try:
            reply = self._client.raw_request(method, path, **params, **options)
        except stripe.StripeError as error:
            raise error_of(error, what=_spoken(path), changes=changes) from None
        except STUMBLES:
            raise self._broken(_spoken(path), changes=changes) from None
        try:
            data = json.loads(self._lean.take()) if method == "get" else reply.data
        except (ValueError, RecursionError):  # not JSON, or not even text
            raise self._broken(_spoken(path), changes=changes) from None
        if not isinstance(data, dict):
            raise self._broken(_spoken(path), changes=changes)
        return data

    def _object(self, resource: str, data: object, *, changes: bool = False) -> dict[str, Any]:
        if not _is_object(data):
            raise self._broken(resource, changes=changes)
        return data

    def _broken(self, what: str, *, changes: bool) -> ProviderBroken:
        return ProviderBroken(
            f"Stripe's answer to {what} does not match its contract.",
            maybe_done=changes,
            provider="stripe",
            code="broken_reply",
            meaning="The answer cannot be used.",
            action="Try again later; if it continues, check STRIPE_API_BASE.",
        )


def _is_object(data: object) -> TypeGuard[dict[str, Any]]:
    id = data.get("id") if isinstance(data, dict) else None
    return isinstance(id, str) and bool(id) and is_clean(id)


def _spoken(path: str) -> str:
    """The path without ids."""
    return "/".join(part for part in path.split("/") if "_" not in part or part.endswith("_intents"))

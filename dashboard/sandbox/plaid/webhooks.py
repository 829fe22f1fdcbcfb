"""Plaid's webhooks: sent only to loopback addresses, signed with ES256 as Plaid does, and the key to check them."""

from __future__ import annotations

import hashlib
import json
import threading
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwk, jwt

from dashboard.sandbox import ids
from dashboard.sandbox.plaid.errors import PlaidError, field_error
from dashboard.sandbox.plaid.items import find_item, iso, iso_of, save_item
from dashboard.sandbox.state import State

LOOPBACK = ("127.0.0.1", "localhost", "::1")
CODES = (
    "DEFAULT_UPDATE", "NEW_ACCOUNTS_AVAILABLE", "SMS_MICRODEPOSITS_VERIFICATION", "AUTHORIZATION_GRANTED",
    "USER_PERMISSION_REVOKED", "USER_ACCOUNT_REVOKED", "PENDING_DISCONNECT", "RECURRING_TRANSACTIONS_UPDATE",
    "LOGIN_REPAIRED", "SYNC_UPDATES_AVAILABLE", "PRODUCT_READY", "ERROR",
)  # fmt: skip
TYPE_OF = {"DEFAULT_UPDATE": "AUTH", "SMS_MICRODEPOSITS_VERIFICATION": "AUTH", "SYNC_UPDATES_AVAILABLE": "TRANSACTIONS",
           "RECURRING_TRANSACTIONS_UPDATE": "TRANSACTIONS", "PRODUCT_READY": "ASSETS"}  # fmt: skip
KEY = "plaid.webhook_key"
WEEK = 7 * 86400  # Plaid: PENDING_DISCONNECT comes seven days before


def signing_key(state: State) -> jwk.ECKey:
    """The sandbox's ES256 key, made at its first use."""
    kept = state.get(KEY, "current")
    if kept is None:
        made = jwk.ECKey.generate_key("P-256", private=True, parameters={"kid": ids.hex_secret(32)})
        kept = {"jwk": dict(made.as_dict(private=True)), "created": state.clock.timestamp()}
        state.put(KEY, "current", kept)
    return jwk.ECKey.import_key(kept["jwk"])


def get_key(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/webhook_verification_key/get`."""
    key = signing_key(state)
    public: dict[str, Any] = dict(key.as_dict(private=False))
    if public.get("kid") != body["key_id"]:
        raise PlaidError("INVALID_WEBHOOK_VERIFICATION_KEY_ID")
    kept = state.get(KEY, "current") or {}
    public |= {"alg": "ES256", "use": "sig", "created_at": kept["created"], "expired_at": None}
    return {"key": public}


def sign(state: State, body: bytes) -> str:
    """The `Plaid-Verification` JWT of a webhook's body."""
    key = signing_key(state)
    header = {"alg": "ES256", "typ": "JWT", "kid": key.as_dict(private=False)["kid"]}
    claims = {"iat": state.clock.timestamp(), "request_body_sha256": hashlib.sha256(body).hexdigest()}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


def deliver(url: str, body: bytes, token: str) -> None:
    """Post one webhook; a receiver that is away is not asked again (Plaid: up to 24 hours)."""
    request = urllib.request.Request(  # noqa: S310 - only loopback addresses over http reach this
        url, body, {"Content-Type": "application/json", "Plaid-Verification": token}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - as above
            answer.read()
    except (urllib.error.URLError, OSError, ValueError):
        return


def send_to(state: State, url: str | None, content: dict[str, Any]) -> bool:
    """Send a webhook in the background; False where the address is not on this machine, or there is none."""
    parts = urlsplit(url or "")
    if parts.scheme not in {"http", "https"} or parts.hostname not in LOOPBACK:
        return False
    body = json.dumps({**content, "environment": "sandbox"}).encode()
    threading.Thread(target=deliver, args=(str(url), body, sign(state, body)), daemon=True).start()
    return True


def send_later(state: State, item: dict[str, Any], type: str, code: str, more: dict[str, Any] | None = None) -> bool:
    """Send an Item's webhook to its address, and note that for `/item/get`."""
    sent = send_to(
        state, item["webhook"], {"webhook_type": type, "webhook_code": code, "item_id": item["item_id"], **(more or {})}
    )
    if sent:
        save_item(state, {**item, "last_webhook": {"sent_at": iso(state.clock.now()), "code_sent": code}})
    return sent


def send_error(state: State, item: dict[str, Any]) -> bool:
    """Tell the Item's address what is wrong with it (ITEM: ERROR), as Plaid does when an Item breaks."""
    error = PlaidError(item["error"] or "ITEM_LOGIN_REQUIRED", reason=item["error_reason"])
    return send_later(state, item, "ITEM", "ERROR", {"error": {**error.body(), "status": error.kind.status}})


def fire(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/sandbox/item/fire_webhook`."""
    item = find_item(state, body["access_token"])
    code = body["webhook_code"]
    if code not in CODES:
        raise field_error("webhook_code must be one of " + ", ".join(CODES))
    kind = body.get("webhook_type") or TYPE_OF.get(code, "ITEM")
    accounts = [account["account_id"] for account in item["accounts"]]
    more: dict[str, Any] = {}
    if code == "ERROR":
        more = {"error": {**PlaidError("ITEM_LOGIN_REQUIRED").body(), "status": 400}}
    elif code == "PENDING_DISCONNECT":
        more = {
            "reason": "INSTITUTION_TOKEN_EXPIRATION",
            "disconnect_time": iso_of(state.clock.timestamp() + WEEK),
        }
    elif code == "USER_ACCOUNT_REVOKED":
        more = {"account_id": accounts[0]}
    elif code in {"USER_PERMISSION_REVOKED", "NEW_ACCOUNTS_AVAILABLE"}:
        more = {"error": None}
    elif (kind, code) == ("AUTH", "DEFAULT_UPDATE"):
        updated = {accounts[0]: ["ACCOUNT_NUMBER"]}
        more = {"account_ids_with_new_auth": [], "account_ids_with_updated_auth": updated, "error": None}
    elif code == "SYNC_UPDATES_AVAILABLE":
        more = {"initial_update_complete": True, "historical_update_complete": True}
    send_later(state, item, kind, code, more)
    return {"webhook_fired": True}

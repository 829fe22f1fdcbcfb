"""Link tokens: `/link/token/create`, `/link/token/get`, and the finding of a token that Link was given."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from dashboard.sandbox import ids
from dashboard.sandbox.plaid.errors import PlaidError, field_error
from dashboard.sandbox.plaid.fields import LANGUAGES, check_countries, check_products, names
from dashboard.sandbox.plaid.institutions import BY_ID
from dashboard.sandbox.plaid.items import find_item, iso_of
from dashboard.sandbox.plaid.signal import require_enabled
from dashboard.sandbox.plaid.wire import BASE_URL
from dashboard.sandbox.state import State

TOKEN, SESSION = "plaid.link_token", "plaid.link_session"
NEW_SECONDS, UPDATE_SECONDS, HOSTED_SECONDS = 4 * 3600, 30 * 60, 30 * 60  # Plaid: 4 h; 30 min in update mode; 30 min
HOSTED_BY = {"sms": 86400, "email": 7 * 86400}  # Plaid: a day by SMS, seven by e-mail
LONGEST = 21 * 86400  # Plaid: url_lifetime_seconds is at most 21 days
KEPT_SECONDS = 6 * 3600  # Plaid: a session's data is kept 6 hours after its end
# An e-mail address, or a telephone number as people write one: with +, brackets, or groups between separators. A plain
# number is neither: Plaid's own quickstart sends the time in seconds, with a fraction.
PERSONAL = re.compile(
    r"[^@\s]+@[^@\s]+\.[a-z]+|\+\d[\d\s().-]{7,}\d|\(\d{3}\)\s?\d{3}[\s.-]?\d{4}|\d{3}[\s.-]\d{3}[\s.-]\d{4}",
    re.IGNORECASE,
)
SUBTYPES = {"all", "checking", "savings", "hsa", "cd", "money market", "paypal", "prepaid", "cash management", "ebt",
            "limited purpose checking"}  # fmt: skip
PRODUCT_LISTS = ("products", "required_if_supported_products", "optional_products", "additional_consented_products")


def create_link_token(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/link/token/create`."""
    if body["language"] not in LANGUAGES:
        raise field_error("language must be a supported language code")
    check_countries(body["country_codes"])
    for name in PRODUCT_LISTS:
        check_products(name, body.get(name))
        require_enabled(state, body.get(name))
    _check_user(body)
    _check_addresses(body)
    depository = (body.get("account_filters") or {}).get("depository") or {}
    if not set(depository.get("account_subtypes") or []) <= SUBTYPES:
        raise field_error("account_filters.depository.account_subtypes must be subtypes of depository accounts")
    if "missing" in str(body.get("link_customization_name") or "").lower():
        raise PlaidError("INVALID_LINK_CUSTOMIZATION")
    item_id = None
    if body.get("access_token"):
        item = find_item(state, body["access_token"])
        item_id = item["item_id"]
        if body.get("products"):
            raise field_error("products must not be provided in update mode")
    elif not body.get("products"):
        raise PlaidError("MISSING_FIELDS", fields="products")
    elif (body.get("update") or {}).get("account_selection_enabled"):
        raise field_error("update.account_selection_enabled requires an access_token")
    if body.get("institution_id") and body["institution_id"] not in BY_ID:
        raise PlaidError("INVALID_INSTITUTION")
    hosted = body.get("hosted_link")
    now = state.clock.timestamp()
    token = ids.plaid_token("link")
    hosted_id = ids.plaid_id(32) if hosted is not None else None
    expires = now + _lifetime(hosted, item_id is not None)
    document = {
        "token": token,
        "request": {
            key: value for key, value in body.items() if key not in ("client_id", "secret", "access_token", BASE_URL)
        },
        "created": now,
        "expires": expires,
        "item_id": item_id,
        "hosted_id": hosted_id,
        "used": False,
    }
    state.put(TOKEN, token, document)
    reply = {"link_token": token, "expiration": iso_of(expires)}
    if hosted_id:
        state.put("plaid.hosted", hosted_id, {"token": token})
        reply["hosted_link_url"] = f"{body[BASE_URL]}/link/hosted/{hosted_id}"
    return reply


def _lifetime(hosted: dict[str, Any] | None, update: bool) -> int:
    if hosted is not None:
        chosen = hosted.get("url_lifetime_seconds")
        if chosen is not None:
            if not 0 < chosen <= LONGEST:
                raise field_error("hosted_link.url_lifetime_seconds must be positive and at most 21 days")
            return int(chosen)
        return HOSTED_BY.get(str(hosted.get("delivery_method")), HOSTED_SECONDS)
    return UPDATE_SECONDS if update else NEW_SECONDS


def _check_user(body: dict[str, Any]) -> None:
    user = body.get("user")
    if user is None and not body.get("user_id"):
        raise PlaidError("MISSING_FIELDS", fields="user")
    if user is None:
        return
    if PERSONAL.fullmatch(user["client_user_id"]):
        raise field_error("user.client_user_id must not contain personally identifiable information")
    if user.get("phone_number") and not re.fullmatch(r"\+[1-9]\d{6,14}", user["phone_number"]):
        raise field_error("user.phone_number must be in E.164 format")


def _check_addresses(body: dict[str, Any]) -> None:
    redirect = body.get("redirect_uri")
    if redirect is not None:
        parts = urlsplit(redirect)
        if not parts.netloc or parts.scheme not in {"http", "https"} or "?" in redirect or "#" in redirect:
            raise field_error("redirect_uri must be a URL without a query string or a fragment")
    webhook = body.get("webhook")
    if webhook and urlsplit(webhook).scheme not in {"http", "https"}:
        raise field_error("webhook must be a URL")


def find_link_token(state: State, token: str | None) -> dict[str, Any]:
    """A link token that can open Link now. Raises PlaidError INVALID_LINK_TOKEN: unknown, expired or used up."""
    kept = state.get(TOKEN, token) if token else None
    if kept is None or kept["used"] or state.clock.timestamp() >= kept["expires"]:
        raise PlaidError("INVALID_LINK_TOKEN")
    return kept


def read_link_token(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/link/token/get`: complete for Hosted Link; of other sessions only that they were, and when."""
    kept = state.get(TOKEN, body["link_token"])
    if kept is None:
        raise PlaidError("INVALID_LINK_TOKEN")
    request, now = kept["request"], state.clock.timestamp()
    metadata: dict[str, Any] = {
        "initial_products": request.get("products") or [],
        "webhook": request.get("webhook"),
        "country_codes": request["country_codes"],
        "language": request["language"],
        "redirect_uri": request.get("redirect_uri"),
        "client_name": request["client_name"],
    }
    for name in ("institution_data", "account_filters"):
        if request.get(name):
            metadata[name] = request[name]
    sessions = [
        render_session(each, whole=bool(kept["hosted_id"]))
        for each in state.list(SESSION)
        if each["link_token"] == kept["token"] and (each["finished"] is None or now - each["finished"] < KEPT_SECONDS)
    ]
    return {
        "link_token": kept["token"],
        "created_at": iso_of(kept["created"]),
        "expiration": iso_of(kept["expires"]),
        "link_sessions": sessions,
        "metadata": metadata,
    }


def render_session(session: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """One of `link_sessions`; the deprecated `on_success` and `on_exit` are left out."""
    body: dict[str, Any] = {
        "link_session_id": session["id"],
        "started_at": iso_of(session["opened"]),
        "finished_at": iso_of(session["finished"]) if session["finished"] else None,
    }
    if not whole:
        return body
    body["events"] = [
        {
            "event_name": event["name"],
            "timestamp": event["metadata"]["timestamp"],
            "event_id": event["id"],
            "event_metadata": {
                key: value for key, value in event["metadata"].items() if value is not None and key in EVENT_FIELDS
            },
        }
        for event in session["events"]
    ]
    if session["exit"]:
        body["exit"] = {
            "error": session["exit"]["error"],
            "metadata": {key: value for key, value in session["exit"]["metadata"].items() if value is not None},
        }
    if session["result"]:
        body["results"] = {
            "item_add_results": [session["result"]],
            "cra_item_add_results": [],
            "cra_update_results": [],
            "bank_income_results": [],
            "payroll_income_results": [],
            "document_income_results": None,
        }
    return body


EVENT_FIELDS = names(
    "error_code error_message error_type exit_status institution_id institution_name institution_search_query"
    " request_id mfa_type view_name selection match_reason routing_number account_number_mask"
)

"""Items, and the tokens that lead to them, in the sandbox's state.

Kinds: `plaid.item` by item id; `plaid.access`, `plaid.public` by token; `plaid.setting` for the controls.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from dashboard.sandbox import ids
from dashboard.sandbox.plaid.accounts import make_accounts
from dashboard.sandbox.plaid.errors import PlaidError
from dashboard.sandbox.plaid.institutions import BY_ID, CONSENT_MONTHS, TOKENIZED, Institution, products_of
from dashboard.sandbox.state import State

ITEM, ACCESS, PUBLIC, SETTING = "plaid.item", "plaid.access", "plaid.public", "plaid.setting"
PUBLIC_TOKEN_SECONDS = 30 * 60  # Plaid: a public token expires after 30 minutes
LOGIN_SECONDS = 30 * 86400  # Plaid: a Sandbox Item needs a login again after 30 days
SETTINGS: dict[str, Any] = {
    "stripe_connected": True,
    "stripe_refuses": None,
    "institution_down": None,
    "duplicate_kills_old": False,
    "signal_result": None,
    "signal_enabled": True,
}


def iso(moment: datetime) -> str:
    """A time as Plaid writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_of(seconds: int) -> str:
    """Epoch seconds as Plaid writes a time."""
    return iso(datetime.fromtimestamp(seconds, UTC))


def settings(state: State) -> dict[str, Any]:
    """The controls as they stand."""
    return {**SETTINGS, **(state.get(SETTING, "controls") or {})}


def create_item(
    state: State,
    institution: Institution,
    *,
    products: list[str],
    consented: list[str] | None = None,
    client_user_id: str | None = None,
    webhook: str | None = None,
    username: str = "user_good",
    accounts: list[dict[str, Any]] | None = None,
    classic: bool = False,
) -> dict[str, Any]:
    """A new Item at a bank, kept; its access token is made by the exchange."""
    now = state.clock.timestamp()
    months = CONSENT_MONTHS.get(institution.id)
    accounts = make_accounts() if accounts is None else accounts
    tokenized = institution.id in TOKENIZED
    for account in accounts:
        same = f"{institution.id}/{username}/{account['subtype']}/{account['mask']}"  # however often linked
        account["persistent_account_id"] = hashlib.sha256(same.encode()).hexdigest()
    item = {
        "item_id": ids.plaid_id(),
        "institution_id": institution.id,
        "type": institution.type,
        "user": ids.hex_secret(24),
        "client_user_id": client_user_id,
        "username": username,
        "products": products,
        "consented": sorted({*products, *(consented or [])}),
        "webhook": webhook,
        "error": None,
        "error_reason": None,
        "accounts": accounts,
        "access_token": None,
        "removed": False,
        "tokenized": tokenized,
        "oauth": institution.oauth,
        "created": now,
        "login": now,
        "consent_expires": now + months * 30 * 86400 if months and not classic else None,
        "classic": classic,
    }
    save_item(state, item)
    return item


def save_item(state: State, item: dict[str, Any]) -> None:
    """Keep what changed of an Item."""
    state.put(ITEM, item["item_id"], item)


def make_public_token(state: State, item: dict[str, Any]) -> str:
    """A public token for the Item: 30 minutes, one use."""
    token = ids.plaid_token("public")
    state.put(PUBLIC, token, {"item_id": item["item_id"], "created": state.clock.timestamp(), "spent": False})
    return token


def make_access_token(state: State, item: dict[str, Any]) -> str:
    """A new access token; one that the Item had before is dead."""
    if item["access_token"]:
        state.delete(ACCESS, item["access_token"])
    token = ids.plaid_token("access")
    item["access_token"] = token
    state.put(ACCESS, token, {"item_id": item["item_id"]})
    save_item(state, item)
    return token


def spend_public_token(state: State, token: str) -> dict[str, Any]:
    """The Item of a public token, which is spent by this. Raises PlaidError INVALID_PUBLIC_TOKEN."""
    kept = state.get(PUBLIC, token)
    if kept is None or kept["spent"] or state.clock.timestamp() - kept["created"] > PUBLIC_TOKEN_SECONDS:
        raise PlaidError("INVALID_PUBLIC_TOKEN")
    item = state.get(ITEM, kept["item_id"])
    if item is None or item["removed"]:
        raise PlaidError("INVALID_PUBLIC_TOKEN")
    state.put(PUBLIC, token, {**kept, "spent": True})
    item["same_token"] = bool(kept.get("update"))
    return item


def current_error(state: State, item: dict[str, Any]) -> PlaidError | None:
    """What is wrong with the Item at this moment, or None."""
    now = state.clock.timestamp()
    if item["error"]:
        return PlaidError(item["error"], reason=item["error_reason"])
    if item["consent_expires"] and now >= item["consent_expires"]:
        return PlaidError("ITEM_LOGIN_REQUIRED", reason="OAUTH_CONSENT_EXPIRED")
    if not item["classic"] and now - item["login"] >= LOGIN_SECONDS:
        return PlaidError("ITEM_LOGIN_REQUIRED")
    return None


def find_item(state: State, access_token: str) -> dict[str, Any]:
    """The Item of an access token. Raises PlaidError: INVALID_ACCESS_TOKEN, or ITEM_NOT_FOUND once removed."""
    kept = state.get(ACCESS, access_token)
    item = state.get(ITEM, kept["item_id"]) if kept else None
    if item is None or item["classic"]:
        raise PlaidError("INVALID_ACCESS_TOKEN")
    if item["removed"]:
        raise PlaidError("ITEM_NOT_FOUND")
    return item


def working_item(state: State, access_token: str, product: str | None = None, *, live: bool = False) -> dict[str, Any]:
    """An Item that can be read: no error, consent for `product`, and, for a `live` call, a bank that answers.

    Raises PlaidError.
    """
    item = find_item(state, access_token)
    error = current_error(state, item)
    if error:
        raise error
    if product and product not in item["consented"]:
        raise PlaidError("ADDITIONAL_CONSENT_REQUIRED", product=f"PRODUCT_{product.upper()}")
    if live and settings(state)["institution_down"] == item["institution_id"]:
        raise PlaidError("INSTITUTION_DOWN")
    if product and product not in item["products"]:
        item["products"] = [*item["products"], product]
        save_item(state, item)
    return item


def choose_accounts(item: dict[str, Any], account_ids: list[str] | None) -> list[dict[str, Any]]:
    """The Item's accounts, or those asked for. Raises PlaidError INVALID_ACCOUNT_ID."""
    if account_ids is None:
        return list(item["accounts"])
    by_id = {account["account_id"]: account for account in item["accounts"]}
    if not account_ids or not set(account_ids) <= set(by_id):
        raise PlaidError("INVALID_ACCOUNT_ID")
    return [by_id[each] for each in account_ids]


def repair_item(state: State, item: dict[str, Any]) -> None:
    """What update mode does: the error goes, the login and the consent begin anew, the access token stays."""
    now = state.clock.timestamp()
    months = CONSENT_MONTHS.get(item["institution_id"])
    item |= {"error": None, "error_reason": None, "login": now}
    item["consent_expires"] = now + months * 30 * 86400 if months else None
    save_item(state, item)


def end_older_items(state: State, item: dict[str, Any]) -> None:
    """Break the same user's other Items at this bank, as Chase, PNC, Navy Federal and Schwab may."""
    for other in state.list(ITEM):
        same = (other["institution_id"], other["client_user_id"]) == (item["institution_id"], item["client_user_id"])
        if same and other["item_id"] != item["item_id"] and not other["removed"]:
            save_item(state, {**other, "error": "ITEM_LOGIN_REQUIRED", "error_reason": "OAUTH_INVALID_TOKEN"})


def render_item(state: State, item: dict[str, Any], *, consent: bool = False) -> dict[str, Any]:
    """Plaid's Item; with `consent` the fields that only `/item/get` has."""
    error = current_error(state, item)
    institution = BY_ID[item["institution_id"]]
    body: dict[str, Any] = {
        "item_id": item["item_id"],
        "institution_id": institution.id,
        "institution_name": institution.name,
        "webhook": item["webhook"],
        "auth_method": "INSTANT_AUTH" if "auth" in item["products"] else None,
        "error": error.body() if error else None,
        "available_products": [each for each in products_of(institution) if each not in item["products"]],
        "billed_products": list(item["products"]),
        "products": list(item["products"]),
        "consented_products": list(item["consented"]),
        "consent_expiration_time": iso_of(item["consent_expires"]) if item["consent_expires"] else None,
        "update_type": "background",
    }
    if consent:
        body["created_at"] = iso_of(item["created"])
        body["consented_use_cases"] = []
        body["consented_data_scopes"] = []
    return body

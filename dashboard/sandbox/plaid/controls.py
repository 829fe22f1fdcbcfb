"""The sandbox's own endpoints: Plaid's `/sandbox/...`, and `/_sandbox/plaid`, which makes on demand what is rare.

`POST /_sandbox/plaid` takes any of these members and answers with the controls as they stand (`GET` shows them):

- `stripe_connected` (bool): false makes the Stripe token call answer INVALID_PRODUCT, and the classic exchange leave
  the bank account token out;
- `stripe_refuses` (text or null): Stripe's own reason, as INVALID_STRIPE_ACCOUNT;
- `institution_down` (institution id or null): INSTITUTION_DOWN in Link and in live reads;
- `signal_result` (ACCEPT, REVIEW, REROUTE or null): what `/signal/evaluate` says, whatever the balance;
- `signal_enabled` (bool): false makes a link token with `signal`, and `/signal/evaluate`, answer INVALID_PRODUCT;
- `duplicate_kills_old` (bool): a second Item of one user at Chase, PNC, Navy Federal or Schwab breaks the first as soon
  as the bank has been allowed;
- `available_balance` `{"account_id", "available": number or null}`, `current_balance` `{"account_id", "current"}`;
- `item_error` `{"item_id", "code", "reason"}`: code null mends it; ITEM_LOGIN_REQUIRED with reason
  OAUTH_CONSENT_EXPIRED, OAUTH_USER_REVOKED or OAUTH_INVALID_TOKEN, USER_PERMISSION_REVOKED, ...;
- `consent_expires` `{"item_id", "in_days"}`: when the bank's consent ends;
- `sync_mutation` `{"item_id", "times"}`: the next page after the first is refused;
- `account_ids_change` `{"item_id"}`: the Item's accounts get new ids, as after "account churn";
- `numbers_change` `{"item_id"}`: a bank with tokenized numbers hands out new ones, and says so (AUTH: DEFAULT_UPDATE).

`POST /_sandbox/classic/public_token {"institution": "chase"}` gives a classic `{"public_token", "account_id"}`.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.sandbox import ids
from dashboard.sandbox.plaid.accounts import make_accounts
from dashboard.sandbox.plaid.breaking import break_connection, list_connections
from dashboard.sandbox.plaid.classic import make_classic_token
from dashboard.sandbox.plaid.errors import KINDS, PlaidError, field_error
from dashboard.sandbox.plaid.fields import check_products
from dashboard.sandbox.plaid.institutions import BY_ID, BY_TYPE, products_of
from dashboard.sandbox.plaid.items import (
    ITEM,
    SETTING,
    SETTINGS,
    create_item,
    current_error,
    find_item,
    make_public_token,
    save_item,
    settings,
)
from dashboard.sandbox.plaid.signal import RESULTS, reports
from dashboard.sandbox.plaid.users import sign_in
from dashboard.sandbox.plaid.webhooks import send_error, send_later
from dashboard.sandbox.state import State

REASONS = (None, "OAUTH_INVALID_TOKEN", "OAUTH_CONSENT_EXPIRED", "OAUTH_USER_REVOKED")


def create_public_token(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/sandbox/public_token/create`: Link without Link."""
    institution = BY_ID.get(body["institution_id"])
    if institution is None:
        raise PlaidError("INVALID_INSTITUTION")
    products, options = body["initial_products"], body.get("options") or {}
    if not products:
        raise field_error("initial_products must be a non-empty array")
    check_products("initial_products", products)
    if not set(products) & {*products_of(institution)}:
        raise PlaidError("PRODUCTS_NOT_SUPPORTED")
    username = options.get("override_username") or "user_good"
    login = sign_in(username, options.get("override_password") or "pass_good")
    if login.error:
        raise PlaidError(login.error)
    if settings(state)["institution_down"] == institution.id:
        raise PlaidError("INSTITUTION_DOWN")
    item = create_item(
        state,
        institution,
        products=products,
        client_user_id=body.get("user_id"),
        webhook=options.get("webhook"),
        username=username,
        accounts=make_accounts(login.accounts),
    )
    return {"public_token": make_public_token(state, item)}


def reset_login(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/sandbox/item/reset_login`; a webhook says so, where the Item has an address."""
    item = {**find_item(state, body["access_token"]), "error": "ITEM_LOGIN_REQUIRED", "error_reason": None}
    save_item(state, item)
    send_error(state, item)
    return {"reset_login": True}


def _item(state: State, chosen: Any) -> dict[str, Any]:
    item = state.get(ITEM, str(chosen.get("item_id"))) if isinstance(chosen, dict) else None
    if item is None:
        raise ValueError("item_id must name an Item of this sandbox")
    return item


def _set_balance(state: State, chosen: dict[str, Any], member: str) -> None:
    for item in state.list(ITEM):
        for account in item["accounts"]:
            if account["account_id"] == chosen.get("account_id"):
                value = chosen.get(member)
                account[member] = None if value is None else float(value)
                save_item(state, item)
                return
    raise ValueError("account_id must name an account of this sandbox")


def apply(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """Change the controls, all or none. Raises ValueError with a sentence."""
    kept = {name: value for name, value in settings(state).items() if name in SETTINGS}
    for name, value in body.items():
        if name in ("stripe_connected", "duplicate_kills_old", "signal_enabled"):
            if not isinstance(value, bool):
                raise ValueError(f"{name} must be a boolean")
            kept[name] = value
        elif name == "signal_result":
            if value not in (None, *RESULTS):
                raise ValueError(f"signal_result must be null or one of {', '.join(RESULTS)}")
            kept[name] = value
        elif name == "stripe_refuses":
            kept[name] = None if value is None else str(value)
        elif name == "institution_down":
            if value is not None and value not in BY_ID:
                raise ValueError("institution_down must be an institution id or null")
            kept[name] = value
        elif name in ("available_balance", "current_balance"):
            _set_balance(state, value, name.split("_")[0])
        elif name == "item_error":
            item = _item(state, value)
            code, reason = value.get("code"), value.get("reason")
            if (code is not None and code not in KINDS) or reason not in REASONS:
                raise ValueError("code must be an error code of Plaid or null, reason one of its error_code_reasons")
            save_item(state, {**item, "error": code, "error_reason": reason if code else None})
        elif name == "consent_expires":
            item = _item(state, value)
            save_item(
                state, {**item, "consent_expires": state.clock.timestamp() + int(float(value["in_days"]) * 86400)}
            )
        elif name == "sync_mutation":
            save_item(state, {**_item(state, value), "sync_mutations": int(value.get("times", 1))})
        elif name == "account_ids_change":
            item = _item(state, value)
            for account in item["accounts"]:
                account["account_id"] = ids.plaid_id()
            save_item(state, item)
        elif name == "numbers_change":
            item = _item(state, value)
            if not item["tokenized"]:
                raise ValueError("item_id must be of a bank with tokenized account numbers")
            item = {**item, "numbers": int(item.get("numbers", 0)) + 1}
            save_item(state, item)
            changed = {account["account_id"]: ["ACCOUNT_NUMBER"] for account in item["accounts"]}
            more: dict[str, Any] = {
                "account_ids_with_new_auth": [],
                "account_ids_with_updated_auth": changed,
                "error": None,
            }
            send_later(state, item, "AUTH", "DEFAULT_UPDATE", more)
        else:
            raise ValueError(f"unknown member {name}; see dashboard/sandbox/plaid/README.md")
    state.put(SETTING, "controls", kept)
    return describe(state)


def describe(state: State) -> dict[str, Any]:
    """The controls, and the Items without their tokens."""
    items = []
    for item in state.list(ITEM):
        error = current_error(state, item)
        items.append(
            {
                "item_id": item["item_id"],
                "institution_id": item["institution_id"],
                "client_user_id": item["client_user_id"],
                "classic": item["classic"],
                "removed": item["removed"],
                "error": error.code if error else None,
                "accounts": [
                    {key: account[key] for key in ("account_id", "name", "mask", "subtype", "available", "current")}
                    for account in item["accounts"]
                ],
            }
        )
    return {**settings(state), "items": items, "signal": reports(state)}


def control_routes(state: State) -> list[Route]:
    """`/_sandbox/plaid`, `/_sandbox/connections` and `/_sandbox/classic/public_token`."""

    async def read(request: Request) -> dict[str, Any]:
        raw = await request.body()
        body = json.loads(raw) if raw.strip() else {}
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")
        return body

    async def control(request: Request) -> Response:
        try:
            body = await read(request) if request.method == "POST" else {}
            with state.transaction():
                return JSONResponse(apply(state, body) if body else describe(state))
        except (ValueError, TypeError, KeyError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    async def connections(request: Request) -> Response:
        try:
            if request.method == "GET":
                return JSONResponse(list_connections(state))
            body = await read(request)
            with state.transaction():
                broken = break_connection(state, str(body.get("item_id")), str(body.get("way")))
            return JSONResponse(broken)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    async def public_token(request: Request) -> Response:
        try:
            body = await read(request)
            institution = BY_TYPE.get(str(body.get("institution", "chase")))
            if institution is None or not institution.auth:
                raise ValueError(f"institution must be one of {', '.join(BY_TYPE)}, with auth")
            with state.transaction():
                token, item = make_classic_token(state, institution)
            return JSONResponse({"public_token": token, "account_id": item["accounts"][0]["account_id"]})
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return [
        Route("/_sandbox/connections", connections, methods=["GET", "POST"]),
        Route("/_sandbox/plaid", control, methods=["GET", "POST"]),
        Route("/_sandbox/classic/public_token", public_token, methods=["POST"]),
    ]

"""The end of Link: an Item is made, or mended in update mode, and there is a public token for it."""

from __future__ import annotations

from typing import Any

from dashboard.sandbox import ids
from dashboard.sandbox.plaid.classic import PUBLIC as CLASSIC_PUBLIC
from dashboard.sandbox.plaid.classic import make_classic_token, test_item
from dashboard.sandbox.plaid.institutions import BY_ID
from dashboard.sandbox.plaid.items import ITEM, PUBLIC, create_item, make_public_token, repair_item, save_item
from dashboard.sandbox.plaid.link.session import Session, finish, succeed, turn_to
from dashboard.sandbox.state import State


def connect(state: State, session: Session, accounts: list[dict[str, Any]]) -> None:
    """Make the Item, or mend it in update mode, and show that it worked."""
    request = session["request"]
    if session["mode"] == "classic":
        public_token = _connect_classic(state, session, accounts)
    elif session["item_id"]:
        item = state.get(ITEM, session["item_id"]) or {}
        if (request.get("update") or {}).get("account_selection_enabled"):
            item["accounts"] = accounts
        item["consented"] = sorted({*item["consented"], *(request.get("additional_consented_products") or [])})
        repair_item(state, item)
        public_token = make_public_token(state, item)
        state.put(PUBLIC, public_token, {**(state.get(PUBLIC, public_token) or {}), "update": True})
    else:
        consented = [*(request.get("optional_products") or []), *(request.get("additional_consented_products") or [])]
        item = create_item(
            state,
            BY_ID[session["institution_id"]],
            products=[*request["products"], *(request.get("required_if_supported_products") or [])],
            consented=consented,
            client_user_id=(request.get("user") or {}).get("client_user_id"),
            webhook=request.get("webhook"),
            username=session["username"],
            accounts=accounts,
        )
        public_token = make_public_token(state, item)
    succeed(state, session, public_token, accounts)
    turn_to(state, session, "success")
    if session["hosted"]:
        finish(state, session)


def _connect_classic(state: State, session: Session, accounts: list[dict[str, Any]]) -> str:
    institution = BY_ID[session["institution_id"]]
    if session["request"]["testing"]:
        item = test_item(state, institution.type)
        save_item(state, {**item, "accounts": session["accounts"]})
        return f"test,{institution.type},connected"
    if session["item_id"]:
        item = state.get(ITEM, session["item_id"]) or {}
        repair_item(state, item)
        token = ids.hex_secret(64)
        state.put(CLASSIC_PUBLIC, token, {"item_id": item["item_id"]})
        return token
    return make_classic_token(state, institution, session["accounts"])[0]

"""The beginning of Link: a session from a link token, a hosted page or the classic configuration, or one resumed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from dashboard.sandbox.plaid.classic import PUBLIC as CLASSIC_PUBLIC
from dashboard.sandbox.plaid.classic import TEST_KEY
from dashboard.sandbox.plaid.errors import PlaidError, field_error
from dashboard.sandbox.plaid.institutions import BY_TYPE
from dashboard.sandbox.plaid.items import ITEM
from dashboard.sandbox.plaid.link.session import Session, emit, open_session
from dashboard.sandbox.plaid.link_tokens import SESSION, find_link_token
from dashboard.sandbox.state import State

ENVIRONMENTS = ("tartan", "production", "sandbox")
OAUTH = "plaid.oauth"


def begin(state: State, body: dict[str, Any]) -> Session:
    """A new session. Raises PlaidError for a token or a key that opens nothing."""
    if body.get("key"):
        session = _begin_classic(state, body)
    else:
        hosted = state.get("plaid.hosted", str(body.get("hosted_id"))) if body.get("hosted_id") else None
        kept = find_link_token(state, hosted["token"] if hosted else body.get("token"))
        session = open_session(
            state,
            mode="current",
            request=kept["request"],
            link_token=kept["token"],
            item_id=kept["item_id"],
            hosted=hosted is not None,
        )
    emit(state, session, "OPEN")
    if session["item_id"]:
        item = state.get(ITEM, session["item_id"]) or {}
        session["institution_id"] = item.get("institution_id")
    emit(state, session, "TRANSITION_VIEW", view_name="CONSENT")
    return session


def _begin_classic(state: State, body: dict[str, Any]) -> Session:
    key = body["key"]
    if key not in (TEST_KEY, state.secret("plaid.public_key")):
        raise PlaidError("INVALID_API_KEYS")
    if body.get("env") not in ENVIRONMENTS:
        raise field_error("env must be tartan or production")
    if body.get("product") not in ("auth", "connect"):
        raise field_error("product must be auth or connect")
    request = {
        "client_name": body.get("client_name"),
        "products": [body["product"]],
        "select_account": bool(body.get("select_account")) or body["product"] == "auth",
        "testing": key == TEST_KEY,
    }
    item_id = None
    if body.get("token"):  # the guide's update mode: a public token of the Item
        kept = state.get(CLASSIC_PUBLIC, str(body["token"]))
        if kept is None:
            raise PlaidError("INVALID_PUBLIC_TOKEN")
        item_id = kept["item_id"]
    session = open_session(state, mode="classic", request=request, item_id=item_id)
    if body.get("type"):
        institution = BY_TYPE.get(str(body["type"]))
        if institution is None:
            raise PlaidError("INVALID_INSTITUTION")
        session["institution_id"] = institution.id
    return session


def resume(state: State, body: dict[str, Any]) -> Session | None:
    """The session that comes back from the bank by redirect: the same token, and the state id in the address."""
    received = body.get("received_redirect_uri")
    if not received:
        return None
    found = parse_qs(urlsplit(str(received)).query).get("oauth_state_id")
    kept = state.get(OAUTH, found[0]) if found else None
    session = state.get(SESSION, kept["session"]) if kept else None
    if session is None or session["finished"]:
        raise field_error("receivedRedirectUri must contain the oauth_state_id of an unfinished session")
    find_link_token(state, body.get("token"))
    if session["link_token"] != body.get("token"):
        raise PlaidError("INVALID_LINK_TOKEN")
    return session

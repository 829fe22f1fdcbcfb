"""Ways to break a connection and to mend it, so that somebody can try what is done about a broken one.

`GET /_sandbox/connections` lists the Items that were exchanged, without tokens, and the ways; `POST` with `item_id` and
`way` breaks one. Each is what Plaid's Items really go through, its webhook included.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from dashboard.sandbox import tokens
from dashboard.sandbox.plaid.accounts import is_debitable
from dashboard.sandbox.plaid.errors import PlaidError
from dashboard.sandbox.plaid.institutions import BY_ID
from dashboard.sandbox.plaid.items import ITEM, current_error, iso_of, repair_item, save_item
from dashboard.sandbox.plaid.webhooks import send_error, send_later
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import engine

Item = dict[str, Any]
CONSENT_LEFT = 6 * 86400  # seconds


def _lose_login(state: State, item: Item) -> None:
    _set_error(state, item, "ITEM_LOGIN_REQUIRED")


def _lose_bank(state: State, item: Item) -> None:
    _set_error(state, item, "INSTITUTION_DOWN")


def _set_error(state: State, item: Item, code: str) -> None:
    item |= {"error": code, "error_reason": None}
    save_item(state, item)
    send_error(state, item)


def _revoke(state: State, item: Item) -> None:
    item |= {"error": "USER_PERMISSION_REVOKED", "error_reason": None}
    save_item(state, item)
    error = {**PlaidError(item["error"]).body(), "status": 400}
    send_later(state, item, "ITEM", "USER_PERMISSION_REVOKED", {"error": error})


def _let_consent_run_out(state: State, item: Item) -> None:
    item["consent_expires"] = state.clock.timestamp() + CONSENT_LEFT
    save_item(state, item)
    more = {"reason": "INSTITUTION_TOKEN_EXPIRATION", "disconnect_time": iso_of(item["consent_expires"])}
    send_later(state, item, "ITEM", "PENDING_DISCONNECT", more)


def _close_account(state: State, item: Item) -> None:
    """The bank lists the accounts that can be debited no more, and debits that are made all the same come back."""
    item["closed"] = [each for each in item["accounts"] if is_debitable(each)]
    item["accounts"] = [each for each in item["accounts"] if not is_debitable(each)]
    save_item(state, item)
    _end_debits(state, item, "account_closed")


def _mend(state: State, item: Item) -> None:
    if closed := item.pop("closed", []):
        item["accounts"] = [*closed, *item["accounts"]]
        _end_debits(state, item, "success")  # which unblocks the account, as Stripe's support would
        _end_debits(state, item, "default")
    repair_item(state, item)
    send_later(state, item, "ITEM", "LOGIN_REPAIRED")


def _end_debits(state: State, item: Item, outcome: str) -> None:
    for token in item.get("bank_tokens", []):
        found = tokens.find_bank_token(state, token)
        if found:
            with contextlib.suppress(ValueError):  # a token that Stripe never saw
                engine.choose_outcome(state, outcome, found["bank_account"], None)


WAYS: dict[str, tuple[str, Callable[[State, Item], None]]] = {
    "login_required": ("The customer's password changed: the bank wants a new sign-in", _lose_login),
    "consent_expiring": ("The customer's consent runs out in six days", _let_consent_run_out),
    "access_revoked": ("The customer took the access back", _revoke),
    "institution_down": ("The bank does not answer", _lose_bank),
    "account_closed": ("The account was closed; debits come back (R02)", _close_account),
    "mended": ("Everything works again", _mend),
}
CURRENT_ONLY = {"consent_expiring", "account_closed"}  # the guide's API knows neither


def break_connection(state: State, item_id: str, way: str) -> dict[str, Any]:
    """Break or mend one connection, as it is listed. Raises ValueError with a sentence."""
    item = state.get(ITEM, item_id)
    if item is None or item["removed"]:
        raise ValueError("item_id must name a connection of this sandbox")
    if way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(WAYS)}")
    if item["classic"] and way in CURRENT_ONLY:
        raise ValueError("connections of the guide's generation cannot be broken in this way")
    WAYS[way][1](state, item)
    return _show(state, state.get(ITEM, item_id) or item)


def list_connections(state: State) -> dict[str, Any]:
    """The Items that were exchanged and not removed, newest first, and the ways."""
    items = [each for each in reversed(state.list(ITEM)) if each["access_token"] and not each["removed"]]
    return {
        "connections": [_show(state, each) for each in items],
        "ways": [{"way": way, "text": text} for way, (text, _) in WAYS.items()],
    }


def _show(state: State, item: Item) -> dict[str, Any]:
    error = current_error(state, item)
    accounts = [each for each in item["accounts"] if is_debitable(each)]
    return {
        "item_id": item["item_id"],
        "institution": BY_ID[item["institution_id"]].name,
        "accounts": [f"{each['name']} ••{each['mask'] or ''}" for each in accounts],
        "error": error.code if error else None,
    }

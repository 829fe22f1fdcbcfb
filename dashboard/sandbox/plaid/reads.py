"""Accounts, balances, numbers, owners and Items, the exchange, and the tokens for processors."""

from __future__ import annotations

from typing import Any

from dashboard.sandbox import ids, tokens
from dashboard.sandbox.plaid.accounts import HOLDER, OWNER, is_debitable, render_account, render_number
from dashboard.sandbox.plaid.errors import PlaidError, field_error
from dashboard.sandbox.plaid.fields import names
from dashboard.sandbox.plaid.items import (
    choose_accounts,
    find_item,
    iso,
    make_access_token,
    render_item,
    save_item,
    settings,
    spend_public_token,
    working_item,
)
from dashboard.sandbox.plaid.webhooks import send_later
from dashboard.sandbox.state import State

STRIPE_NOT_CONNECTED = (
    "the provided API keys are not enabled for the Stripe ACH integration. please see"
    " https://plaid.com/docs/link/stripe for more information."
)
CAPITAL_ONE = "ins_128026"
REASONS = (
    "FRAUD_FIRST_PARTY", "FRAUD_FALSE_IDENTITY", "FRAUD_ABUSE", "FRAUD_OTHER", "CONNECTION_IS_NON_FUNCTIONAL", "OTHER",
)  # fmt: skip
# Plaid's enum has no `stripe`: Stripe takes bank account tokens instead.
PROCESSORS = names(
    "achq adp_roll adyen adyen_ca airwallex alloy alpaca anchorage ansa apex_clearing array astra atomic atomicfi"
    " bakkt bitgo bizcap bloom_credit bond boom brale cardless cardlytics check checkbook checkout circle curinos"
    " cybrid drivewealth dwolla esusu fiant finix fortress_trust frame gainbridge galileo gemini gusto highnote i2c"
    " increase interchange interchecks kanmon kick kikoff_enterprise knot layer lithic loanpro marqeta"
    " modern_treasury moov natural nuvei oatfi ocrolus open_ledger parafin pay pinwheel riskified rize sardine"
    " scribeup seamlessach sfox sila_money solid stake straddle svb_api taba_pay teal thread_bank treasury_prime"
    " unit utb valon vesta vopay webull wedbush wepay wyre zero_hash"
)


def ids_asked(body: dict[str, Any]) -> list[str] | None:
    """`options.account_ids`, or None for all."""
    chosen = (body.get("options") or {}).get("account_ids")
    return list(chosen) if chosen is not None else None


def exchange(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/item/public_token/exchange`."""
    item = spend_public_token(state, body["public_token"])
    if item.pop("same_token") and item["access_token"]:  # update mode changes no access token
        return {"access_token": item["access_token"], "item_id": item["item_id"]}
    return {"access_token": make_access_token(state, item), "item_id": item["item_id"]}


def get_accounts(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/accounts/get`: what the bank said last."""
    item = working_item(state, body["access_token"])
    accounts = choose_accounts(item, ids_asked(body))
    return {"accounts": [render_account(each, item) for each in accounts], "item": render_item(state, item)}


def get_balance(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/accounts/balance/get`: what the bank says now."""
    item = working_item(state, body["access_token"], live=True)
    accounts = choose_accounts(item, ids_asked(body))
    if (
        item["institution_id"] == CAPITAL_ONE
        and any(account["type"] != "depository" for account in accounts)
        and not (body.get("options") or {}).get("min_last_updated_datetime")
    ):
        raise field_error("min_last_updated_datetime is required for this institution")
    now = iso(state.clock.now())
    return {
        "accounts": [render_account(each, item, updated=now) for each in accounts],
        "item": render_item(state, item),
    }


def get_auth(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/auth/get`: the accounts that can be debited, with their numbers."""
    item = working_item(state, body["access_token"], "auth", live=True)
    accounts = [each for each in choose_accounts(item, ids_asked(body)) if is_debitable(each)]
    if not accounts:
        raise PlaidError("NO_AUTH_ACCOUNTS")
    numbers = {"ach": [render_number(each, item) for each in accounts], "eft": [], "international": [], "bacs": []}
    shown = [render_account(each, item) for each in accounts]
    return {"accounts": shown, "numbers": numbers, "item": render_item(state, item)}


def get_identity(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/identity/get`."""
    item = working_item(state, body["access_token"], "identity", live=True)
    accounts = choose_accounts(item, ids_asked(body))
    shown = [{**render_account(each, item), "owners": each.get("owners", [OWNER])} for each in accounts]
    return {"accounts": shown, "item": render_item(state, item)}


def get_item(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/item/get`: a broken Item is no error here, but `item.error`."""
    item = find_item(state, body["access_token"])
    updated = iso(state.clock.now()) if "transactions" in item["products"] else None
    status = {
        "transactions": {"last_successful_update": updated, "last_failed_update": None} if updated else None,
        "last_webhook": item.get("last_webhook"),
    }
    return {
        "item": render_item(state, item, consent=True),
        "status": {name: part for name, part in status.items() if part},
    }


def remove_item(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/item/remove`: the access token ends, and with it what was made from it."""
    item = find_item(state, body["access_token"])
    if body.get("reason_code") and body["reason_code"] not in REASONS:
        raise field_error("reason_code must be one of " + ", ".join(REASONS))
    save_item(state, {**item, "removed": True})
    for token in item.get("bank_tokens", []):
        kept = tokens.find_bank_token(state, token)
        if kept and not kept["used"]:
            tokens.spend_bank_token(state, token)
    return {}


def rotate_access_token(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/item/access_token/invalidate`."""
    return {"new_access_token": make_access_token(state, find_item(state, body["access_token"]))}


def update_webhook(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/item/webhook/update`; the new address hears of it."""
    item = find_item(state, body["access_token"])
    item["webhook"] = body.get("webhook") or None
    save_item(state, item)
    send_later(state, item, "ITEM", "WEBHOOK_UPDATE_ACKNOWLEDGED", {"new_webhook_url": item["webhook"]})
    return {"item": render_item(state, item)}


def _account_for_processor(state: State, body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    item = working_item(state, body["access_token"], "auth")
    account = choose_accounts(item, [body["account_id"]])[0]
    return item, account


def make_stripe_token(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/processor/stripe/bank_account_token/create`: one time, always the same test account at Stripe.

    Unless the bank has handed out another number since (`numbers_change`).
    """
    item, account = _account_for_processor(state, body)
    chosen = settings(state)
    if not chosen["stripe_connected"]:
        raise PlaidError("INVALID_PRODUCT", text=STRIPE_NOT_CONNECTED)
    if chosen["stripe_refuses"]:
        raise PlaidError("INVALID_STRIPE_ACCOUNT", text=str(chosen["stripe_refuses"]))
    if not is_debitable(account):
        raise PlaidError("NO_AUTH_ACCOUNTS")
    changed = item.get("numbers")
    number = f"00019{changed:07}" if changed else tokens.TEST_ACCOUNT_NUMBER
    token = tokens.mint_bank_token(state, account_number=number, holder_name=HOLDER, source="plaid")
    save_item(state, {**item, "bank_tokens": [*item.get("bank_tokens", []), token]})
    return {"stripe_bank_account_token": token}


def make_processor_token(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/processor/token/create`; `stripe` is no member of its enum."""
    if body["processor"] not in PROCESSORS:
        raise field_error("processor must be a valid processor")
    _account_for_processor(state, body)
    return {"processor_token": ids.plaid_token("processor")}

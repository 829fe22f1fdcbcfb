"""`/transactions/sync`: an Item's transactions as a log that is computed from its age, read by cursor.

Thirty days lie before the link; for `user_transactions_dynamic` every day after it brings a pending transaction, which
is posted (removed and added anew) the day after.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboard.sandbox.plaid.accounts import render_account
from dashboard.sandbox.plaid.errors import field_error
from dashboard.sandbox.plaid.items import choose_accounts, save_item, working_item
from dashboard.sandbox.plaid.wire import REFUSE
from dashboard.sandbox.state import State

HISTORY_DAYS = 30
DYNAMIC = "user_transactions_dynamic"
MERCHANTS = (
    ("Uber 072515 SF**POOL**", "Uber", 6.33, "TRANSPORTATION", "TRANSPORTATION_TAXIS_AND_RIDE_SHARES", "online"),
    ("United Airlines", "United Airlines", -500.0, "TRAVEL", "TRAVEL_FLIGHTS", "in store"),
    ("McDonald's", "McDonald's", 12.0, "FOOD_AND_DRINK", "FOOD_AND_DRINK_FAST_FOOD", "in store"),
    ("Starbucks", "Starbucks", 4.33, "FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE", "in store"),
    ("SparkFun", "SparkFun", 89.4, "GENERAL_MERCHANDISE", "GENERAL_MERCHANDISE_ELECTRONICS", "online"),
    ("INTRST PYMNT", None, -4.22, "INCOME", "INCOME_INTEREST_EARNED", "other"),
    ("ACH Electronic CreditGUSTO PAY 123456", None, -5850.0, "INCOME", "INCOME_WAGES", "other"),
)
NO_PLACE = dict.fromkeys(("address", "city", "region", "postal_code", "country", "lat", "lon", "store_number"))
NO_PAYMENT = dict.fromkeys(
    ("reference_number", "ppd_id", "payee", "by_order_of", "payer", "payment_method", "payment_processor", "reason")
)


def day_of(seconds: int) -> date:
    """The UTC day of epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC).date()


def make_transaction(
    item: dict[str, Any], day: date, *, pending: bool = False, was_pending: bool = False
) -> dict[str, Any]:
    """The one transaction of a day; its id depends on the Item, the day and whether it is pending."""
    name, merchant, amount, primary, detailed, channel = MERCHANTS[day.toordinal() % len(MERCHANTS)]

    def id_of(kind: str) -> str:
        seed = f"{item['item_id']}/{day.isoformat()}/{kind}".encode()
        return hashlib.sha256(seed).hexdigest()[:37]

    return {
        "transaction_id": id_of("pending" if pending else "posted"),
        "account_id": item["accounts"][0]["account_id"],
        "amount": amount,
        "iso_currency_code": "USD",
        "unofficial_currency_code": None,
        "category": None,
        "category_id": None,
        "check_number": None,
        "date": day.isoformat(),
        "datetime": None,
        "authorized_date": day.isoformat(),
        "authorized_datetime": None,
        "location": NO_PLACE,
        "name": name,
        "merchant_name": merchant,
        "payment_meta": NO_PAYMENT,
        "payment_channel": channel,
        "pending": pending,
        "pending_transaction_id": id_of("pending") if was_pending else None,
        "account_owner": None,
        "transaction_code": None,
        "transaction_type": "unresolved",
        "personal_finance_category": {"primary": primary, "detailed": detailed, "confidence_level": "HIGH"},
    }


def make_log(state: State, item: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What has happened to the Item's transactions until now, in order: (added | removed, transaction)."""
    linked, today = day_of(item["created"]), day_of(state.clock.timestamp())
    log = [("added", make_transaction(item, linked - timedelta(days=back))) for back in range(HISTORY_DAYS, 0, -1)]
    if item["username"] != DYNAMIC:
        return log
    for ahead in range((today - linked).days + 1):
        day = linked + timedelta(days=ahead)
        if ahead:
            before = day - timedelta(days=1)
            log.append(("removed", make_transaction(item, before, pending=True)))
            log.append(("added", make_transaction(item, before, was_pending=True)))
        log.append(("added", make_transaction(item, day, pending=True)))
    return log


def read_cursor(item: dict[str, Any], cursor: str, end: int) -> int:
    """How many entries of the log the cursor has behind it. Raises PlaidError INVALID_FIELD."""
    if not cursor:
        return 0
    if cursor == "now":
        return end
    try:
        owner, place = base64.urlsafe_b64decode(cursor.encode()).decode().split(":")
        if owner == item["item_id"] and 0 <= int(place) <= end:
            return int(place)
    except ValueError:
        place = ""
    raise field_error("cursor not associated with access_token")


def sync(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/transactions/sync`."""
    count, cursor = body.get("count", 100), body.get("cursor") or ""
    options = body.get("options") or {}
    if not 1 <= count <= 500:
        raise field_error("count must be between 1 and 500")
    if len(cursor) > 256:
        raise field_error("cursor must be at most 256 characters")
    if not 1 <= options.get("days_requested", 90) <= 730:
        raise field_error("options.days_requested must be between 1 and 730")
    first = "transactions" in working_item(state, body["access_token"])["products"]
    item = working_item(state, body["access_token"], "transactions", live=True)
    chosen = choose_accounts(item, [options["account_id"]] if options.get("account_id") else None)
    shown = [render_account(each, item) for each in chosen]
    empty: dict[str, Any] = {"accounts": shown, "added": [], "modified": [], "removed": []}
    if not first:  # Plaid never answers PRODUCT_NOT_READY here: there is nothing yet
        return {**empty, "transactions_update_status": "NOT_READY", "next_cursor": "", "has_more": False}
    log = make_log(state, item)
    start = read_cursor(item, cursor, len(log))
    if item.get("sync_mutations") and 0 < start < len(log):
        save_item(state, {**item, "sync_mutations": item["sync_mutations"] - 1})
        return {REFUSE: "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"}
    end = min(start + count, len(log))
    wanted = {account["account_id"] for account in chosen}
    page = [(what, each) for what, each in log[start:end] if each["account_id"] in wanted]
    original = bool(options.get("include_original_description"))
    added = [
        {**each, "original_description": each["name"] if original else None} for what, each in page if what == "added"
    ]
    gone = [
        {"transaction_id": each["transaction_id"], "account_id": each["account_id"]}
        for what, each in page
        if what == "removed"
    ]
    place = base64.urlsafe_b64encode(f"{item['item_id']}:{end}".encode()).decode()
    return {
        **empty,
        "added": added,
        "removed": gone,
        "transactions_update_status": "HISTORICAL_UPDATE_COMPLETE",
        "next_cursor": place,
        "has_more": end < len(log),
    }

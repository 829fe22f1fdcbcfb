"""Balance settings: how often the merchant is paid out, what stays on the balance, what the bank statement says."""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboard.sandbox.state import State
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import invalid, not_imitated
from dashboard.sandbox.stripe.moment import Document

KIND = "stripe.balance_settings"
DEFAULTS: Document = {
    "debit_negative_balances": True,
    "interval": "daily",
    "weekly_payout_days": ["monday"],
    "monthly_payout_days": [1],
    "minimum": None,
    "statement_descriptor": None,
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DELAY_DAYS = 2


def read(state: State) -> Document:
    """The settings as they stand; `minimum` is cents that stay on the balance, or None."""
    return {**DEFAULTS, **(state.get(KIND, "current") or {})}


def pays_out(settings: Document, day: date) -> bool:
    """Whether automatic payouts are made on this business day."""
    interval = settings["interval"]
    if interval == "weekly":
        return WEEKDAYS[day.weekday()] in settings["weekly_payout_days"]
    if interval == "monthly":
        return day.day in settings["monthly_payout_days"]
    return bool(interval == "daily")


def render(settings: Document) -> Document:
    """The settings as Stripe answers them."""
    interval, minimum = settings["interval"], settings["minimum"]
    schedule: Document = {"interval": interval}
    if interval in ("weekly", "monthly"):
        schedule[f"{interval}_payout_days"] = settings[f"{interval}_payout_days"]
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": settings["debit_negative_balances"],
            "payouts": {
                "automatic_transfer_rules_by_currency": {},  # the official client cannot read null here
                "minimum_balance_by_currency": {} if minimum is None else {"usd": minimum},
                "schedule": schedule,
                "statement_descriptor": settings["statement_descriptor"],
                "status": "enabled",
            },
            "settlement_timing": {"delay_days": DELAY_DAYS, "start_of_day": None},
        },
    }


def retrieve_settings(call: Call) -> Document:
    """GET /v1/balance_settings."""
    return render(read(call.moment.state))


def update_settings(call: Call) -> Document:
    """POST /v1/balance_settings: the schedule, the minimum balance, the statement descriptor, negative balances."""
    payments = call.params.get("payments") or {}
    payouts = payments.get("payouts") or {}
    if "settlement_timing" in payments or "automatic_transfer_rules_by_currency" in payouts:
        raise not_imitated("settlement timing and transfer rules")
    changed = dict(payouts.get("schedule") or {})
    for given, name in ((payments, "debit_negative_balances"), (payouts, "statement_descriptor")):
        if name in given:
            changed[name] = given[name] if given[name] != "" else None
    if "minimum_balance_by_currency" in payouts:
        changed["minimum"] = _minimum(payouts["minimum_balance_by_currency"])
    settings = {**read(call.moment.state), **changed}
    call.moment.state.put(KIND, "current", settings)
    call.moment.emit("balance_settings.updated", lambda: render(settings))
    return render(settings)


def _minimum(given: Any) -> int | None:
    """The cents that stay; nothing, or an empty text for usd, lifts it."""
    text = given.get("usd") if isinstance(given, dict) else None
    if not text:
        return None
    if not str(text).isdigit():
        raise invalid("Invalid integer", "payments[payouts][minimum_balance_by_currency][usd]")
    return int(text)

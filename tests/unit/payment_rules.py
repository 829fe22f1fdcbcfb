"""The rules about payments as the providers and the Federal Reserve write them, apart from the product's code."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dashboard.domain.payment_status import PaymentFacts

NEW_YORK = ZoneInfo("America/New_York")
# As the Federal Reserve publishes them (K.8, and the Financial Services holiday schedules): `*` is a Saturday, on
# which nothing is closed beside it; `**` is a Sunday, for which the Monday after is closed.
PUBLISHED = {
    2021: "1/1 1/18 2/15 5/31 6/19* 7/4** 9/6 10/11 11/11 11/25 12/25*",
    2022: "1/1* 1/17 2/21 5/30 6/19** 7/4 9/5 10/10 11/11 11/24 12/25**",
    2023: "1/1** 1/16 2/20 5/29 6/19 7/4 9/4 10/9 11/11* 11/23 12/25",
    2024: "1/1 1/15 2/19 5/27 6/19 7/4 9/2 10/14 11/11 11/28 12/25",
    2025: "1/1 1/20 2/17 5/26 6/19 7/4 9/1 10/13 11/11 11/27 12/25",
    2026: "1/1 1/19 2/16 5/25 6/19 7/4* 9/7 10/12 11/11 11/26 12/25",
    2027: "1/1 1/18 2/15 5/31 6/19* 7/4** 9/6 10/11 11/11 11/25 12/25*",
    2028: "1/1* 1/17 2/21 5/29 6/19 7/4 9/4 10/9 11/11* 11/23 12/25",
    2029: "1/1 1/15 2/19 5/28 6/19 7/4 9/3 10/8 11/11** 11/22 12/25",
    2030: "1/1 1/21 2/18 5/27 6/19 7/4 9/2 10/14 11/11 11/28 12/25",
}


def closed_days(year: int) -> set[date]:
    """The published days of a year, those on Sunday on the Monday after."""
    days = set()
    for text in PUBLISHED[year].split():
        month, day = (int(number) for number in text.rstrip("*").split("/"))
        published = date(year, month, day)
        assert published.weekday() == 5 if text.count("*") == 1 else published.weekday() != 5
        assert (published.weekday() == 6) is text.endswith("**")
        days.add(published + timedelta(days=1) if text.endswith("**") else published)
    return days


@lru_cache(maxsize=4_096)
def due_at(created: int) -> int:
    """Stripe: an answer within four business days of the one on which the debit goes out; after 21:00 the next one."""
    made = datetime.fromtimestamp(created, UTC).astimezone(NEW_YORK)
    day, left = made.date() + timedelta(days=made.hour >= 21), 4

    def is_open(day: date) -> bool:
        return day.isoweekday() <= 5 and day not in closed_days(day.year)

    while not is_open(day):
        day += timedelta(days=1)
    while left:
        day += timedelta(days=1)
        left -= is_open(day)
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=NEW_YORK).timestamp())


# Stripe, `dispute.status`: an inquiry (`warning_`) takes nothing, `won` and `prevented` gave it back.
TAKES_BACK = {"needs_response", "under_review", "lost", "something_new"}


def expect(facts: PaymentFacts) -> tuple[str, int | None, str | None]:
    """State, date and reason that Stripe's documents and the design give to these facts; the first that fits counts."""
    charge, intent, debit = facts.charge_status, facts.intent_status, facts.debit_state
    if facts.dispute_status in TAKES_BACK:
        return "returned_late", facts.dispute_created, facts.dispute_reason
    if charge == "failed":
        return "failed", facts.available_on, facts.failure_code
    if facts.refunded:
        return ("partly_refunded" if facts.refunded < facts.amount else "refunded"), None, None
    if intent == "canceled":
        return "canceled", None, facts.failure_code or facts.intent_error
    due = due_at(facts.created)
    if charge == "succeeded":
        paid_out = facts.payout_id is not None and facts.payout_status in ("paid", "in_transit")
        return ("paid_out", facts.payout_arrival, None) if paid_out else ("succeeded", facts.available_on, None)
    if charge == "pending":  # it is on its way once it has a balance transaction, which has the date
        if not facts.submitted:
            return "submitted", due, None
        return "pending", due if facts.available_on is None else facts.available_on, None
    if charge is not None:
        return "unknown", due, charge
    if intent == "requires_payment_method" and facts.intent_error:
        return "failed", None, facts.intent_error
    if intent is not None and intent.startswith("requires_"):
        return "incomplete", None, intent
    if intent is not None:
        known = {"processing": ("submitted", due, None), "succeeded": ("succeeded", due, None)}
        return known.get(intent, ("unknown", due, intent))
    if debit in ("created", "sending", "submitted"):
        return "sending", due, None
    if debit == "unsent":
        return "unsent", None, None
    if debit == "canceled":
        return "canceled", None, facts.failure_code
    of_debit = {
        "scheduled": ("scheduled", facts.collect_at, None),
        "unsent": ("unsent", None, None),  # nothing is awaited but a person
        "canceled": ("canceled", None, facts.failure_code),
        "refused": ("failed", None, facts.failure_code or "refused"),
    }
    return of_debit.get(debit or "", ("unknown", due, debit))

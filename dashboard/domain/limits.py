"""Limits that reserve: how much may be debited in a window, and what of it is used; cents and aware UTC.

A debit reserves from the moment it is ordered, posts when Stripe took it, and releases where it ends without that
(TigerBeetle: two-phase transfers). What is reserved counts in every window, so that waiting evades nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from dashboard.domain.business_days import CUT_OFF_HOUR, EASTERN, last_business_day, submission_day

ROLLING_DAY, ROLLING_MONTH = timedelta(hours=24), timedelta(days=30)


class ReservationState(StrEnum):
    """Where a reservation is. The last two are ends."""

    RESERVED = "reserved"  # ordered, waiting, or on its way
    POSTED = "posted"  # Stripe took the debit
    RELEASED = "released"  # it ended without that: declined, expired, canceled, refused


class Limit(StrEnum):
    """What a limit is of, and over which window."""

    CUSTOMER_DAY = "customer_day"
    CUSTOMER_MONTH = "customer_month"
    MAKER_DAY = "maker_day"
    DESK_DAY = "desk_day"

    @property
    def words(self) -> str:
        """As the end of "the limit of $5.00 ..."."""
        return WORDS[self]

    @property
    def setting(self) -> str:
        """The setting that says how much."""
        return f"ACH_DESK_LIMIT_{self.name}_CENTS"


WORDS = {
    Limit.CUSTOMER_DAY: "for one customer in 24 hours",
    Limit.CUSTOMER_MONTH: "for one customer in 30 days",
    Limit.MAKER_DAY: "for one person and day",
    Limit.DESK_DAY: "for the whole desk and business day",
}
LimitRules = Mapping[Limit, int]  # cents; what is not in it is not limited


@dataclass(frozen=True)
class LimitUse:
    """One limit, and what of it is used by debits that are ordered or on their way, and by those that Stripe took."""

    limit: Limit
    most_cents: int
    reserved_cents: int
    posted_cents: int

    @property
    def left_cents(self) -> int:
        """What may still be ordered; never below zero, also where the limit was lowered since."""
        return max(0, self.most_cents - self.reserved_cents - self.posted_cents)


def counts_since(limit: Limit, now: datetime, zone: tzinfo) -> datetime:
    """From when on a posted debit counts: a rolling window, the person's day in `zone`, or the bank's business day.

    A business day begins at 21:00 Eastern of the business day before (Stripe: cut-off of ACH debits).
    """
    if limit is Limit.CUSTOMER_DAY:
        return now - ROLLING_DAY
    if limit is Limit.CUSTOMER_MONTH:
        return now - ROLLING_MONTH
    if limit is Limit.MAKER_DAY:
        return datetime.combine(now.astimezone(zone).date(), time(), zone)
    day = last_business_day(submission_day(now) - timedelta(days=1))
    return datetime.combine(day, time(CUT_OFF_HOUR), EASTERN)

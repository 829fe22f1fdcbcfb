"""Which payments a person wants to see: a filter that is a value, an address and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import NamedTuple

from dashboard.domain.formatting import money
from dashboard.domain.payment_status import WAITING, PaymentState
from dashboard.domain.periods import PERIODS, days_of
from dashboard.domain.searches import LONGEST

# Stripe's words for an ACH debit (`payment_method_details.type`); whatever else an account takes is no payment here.
RAILS = {"us_bank_account": "new rail", "ach_debit": "old rail"}


class DateKind(NamedTuple):
    """A date that a filter may mean: its word, the column, the states that have it (all without), whether it is a day.

    A day is the bank's own and no zone moves it; else it is a moment, and its day is the business's.
    """

    word: str
    column: str
    states: frozenset[PaymentState] = frozenset()
    is_day: bool = False


_SETTLED = frozenset(
    {PaymentState.SUCCEEDED, PaymentState.PAID_OUT, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED}
)
DATES = {
    "": DateKind("created", "created"),
    "settled": DateKind("settled", "settled", _SETTLED, is_day=True),
    "failed": DateKind("failed", "failed", frozenset({PaymentState.FAILED, PaymentState.RETURNED_LATE})),
    "due": DateKind("due", "due", WAITING, is_day=True),
    "paid_out": DateKind("paid out", "due", frozenset({PaymentState.PAID_OUT}), is_day=True),
}
YEARS = range(1970, 2200)  # of an instant that is kept in epoch seconds; the last days of the calendar have no next one


@dataclass(frozen=True)
class PaymentFilter:
    """Every part that is set must hold. Days have both ends included, money is cents.

    `dated` says which date the days are about (`DATES`): the day of creation where it is empty. The days are those from
    `created_from` to `created_to`, or a period of `PERIODS`, which moves with today. `overdue` is what waits past its
    due day, `in_time` what is not.
    """

    statuses: tuple[PaymentState, ...] = ()
    created_from: date | None = None
    created_to: date | None = None
    customer: str = ""
    bank: str = ""
    amount_min: int | None = None
    amount_max: int | None = None
    failure_code: str = ""
    rail: str = ""
    payout: str = ""
    overdue: bool = False
    in_time: bool = False
    text: str = ""
    dated: str = ""
    period: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return self == PaymentFilter()

    def to_query(self) -> dict[str, str]:
        """The filter as address parameters; what is not set is left out."""
        query = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "statuses" and value:
                query["status"] = ",".join(state.value for state in value)
            elif value is True:
                query[field.name] = "1"
            elif value is not None and value is not False and value not in ("", ()):  # 0 cents is a bound
                query[field.name] = value.isoformat() if isinstance(value, date) else str(value)
        return query

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> PaymentFilter:
        """The filter in an address; a part that nobody could have meant is ignored rather than refused."""
        known = {state.value: state for state in PaymentState}
        statuses = tuple(known[one] for one in query.get("status", "").split(",") if one in known)
        return cls(
            statuses=statuses,
            created_from=read_day(query.get("created_from")),
            created_to=read_day(query.get("created_to")),
            customer=query.get("customer", "")[:100],
            bank=query.get("bank", "")[:100],
            amount_min=read_cents(query.get("amount_min")),
            amount_max=read_cents(query.get("amount_max")),
            failure_code=query.get("failure_code", "")[:100],
            rail=query.get("rail", "") if query.get("rail") in RAILS else "",
            payout=query.get("payout", "")[:100],
            overdue=query.get("overdue") == "1",
            in_time=query.get("in_time") == "1",
            text=query.get("text", "")[
                : LONGEST + 1
            ],  # one more than may be searched for, so that it is refused and not cut
            dated=_dated(query),
            period=_period(query),
        )

    def on(self, today: date) -> PaymentFilter:
        """The same filter with the days that its period has today."""
        if not self.period:
            return self
        start, end = days_of(self.period, today)
        return replace(self, created_from=start, created_to=end, period="")

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        parts = []
        if self.statuses:
            parts.append("status " + " or ".join(state.word for state in self.statuses))
        if self.overdue:
            parts.append("overdue")
        if self.in_time:
            parts.append("not overdue")
        if self.created_from or self.created_to:
            start = self.created_from.isoformat() if self.created_from else "the beginning"
            parts.append(
                f"{DATES[self.dated].word} {start} to {self.created_to.isoformat() if self.created_to else 'today'}"
            )
        if self.period:
            parts.append(f"{DATES[self.dated].word} {PERIODS[self.period]}")
        for name, value in (("customer", self.customer), ("bank", self.bank), ("reason", self.failure_code)):
            if value:
                parts.append(f"{name} {value}")
        if self.amount_min is not None or self.amount_max is not None:
            low = "" if self.amount_min is None else f"from {money(self.amount_min, None)}"
            high = "" if self.amount_max is None else f"up to {money(self.amount_max, None)}"
            parts.append(" ".join(part for part in ("amount", low, high) if part))
        if self.rail:
            parts.append(RAILS[self.rail])
        if self.payout:
            parts.append(f"payout {self.payout}")
        if self.text:
            parts.append(f"containing “{self.text}”")
        return "All payments" if not parts else "Payments: " + ", ".join(parts)

    def without_text(self) -> PaymentFilter:
        """The same filter without its search."""
        return replace(self, text="")


def read_day(text: str | None) -> date | None:
    """A day as an address or a command spells it; None where it is none, or not of a year that has payments."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day is not None and day.year in YEARS else None


def _dated(query: Mapping[str, str]) -> str:
    """Which date is meant; without days it means nothing, and the filter is that without it."""
    has_days = read_day(query.get("created_from")) or read_day(query.get("created_to")) or _period(query)
    return query.get("dated", "") if has_days and query.get("dated") in DATES else ""


def _period(query: Mapping[str, str]) -> str:
    """Which period is meant; days that are named count more."""
    has_days = read_day(query.get("created_from")) or read_day(query.get("created_to"))
    return query.get("period", "") if not has_days and query.get("period") in PERIODS else ""


def read_cents(text: str | None) -> int | None:
    """Cents as an address spells them; None where it is no such number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 15 else None

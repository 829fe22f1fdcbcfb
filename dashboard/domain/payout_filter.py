"""Which payouts a person wants to see: a filter that is a value, an address and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.domain.formatting import in_words
from dashboard.domain.lists import ListFilter, say_amounts, say_days, say_filter
from dashboard.domain.payment_filter import read_cents, read_day
from dashboard.domain.searches import LONGEST

STATUSES = ("pending", "in_transit", "paid", "failed", "canceled")  # Stripe: the payout object


@dataclass(frozen=True)
class PayoutFilter(ListFilter):
    """Every part that is set must hold. Days, both included, are of the arrival at the bank; money is cents."""

    text: str = ""
    statuses: tuple[str, ...] = ()
    arrives_from: date | None = None
    arrives_to: date | None = None
    amount_min: int | None = None
    amount_max: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> PayoutFilter:
        """The filter in an address; a part that nobody could have meant is ignored rather than refused."""
        return cls(
            text=query.get("text", "")[: LONGEST + 1],  # one more than may be searched for: refused, not cut
            statuses=tuple(one for one in query.get("status", "").split(",") if one in STATUSES),
            arrives_from=read_day(query.get("arrives_from")),
            arrives_to=read_day(query.get("arrives_to")),
            amount_min=read_cents(query.get("amount_min")),
            amount_max=read_cents(query.get("amount_max")),
        )

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        return say_filter(
            "All payouts",
            "Payouts",
            "status " + " or ".join(map(in_words, self.statuses)) if self.statuses else "",
            say_days("arriving", self.arrives_from, self.arrives_to, until="the last"),
            say_amounts(self.amount_min, self.amount_max),
            text=self.text,
        )

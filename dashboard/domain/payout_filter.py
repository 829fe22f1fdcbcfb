"""Which payouts a person wants to see: a filter that is a value, an address and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.domain.formatting import in_words, money
from dashboard.domain.payment_filter import read_cents, read_day
from dashboard.domain.searches import LONGEST

STATUSES = ("pending", "in_transit", "paid", "failed", "canceled")  # Stripe: the payout object


@dataclass(frozen=True)
class PayoutFilter:
    """Every part that is set must hold. Days, both included, are of the arrival at the bank; money is cents."""

    text: str = ""
    statuses: tuple[str, ...] = ()
    arrives_from: date | None = None
    arrives_to: date | None = None
    amount_min: int | None = None
    amount_max: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return self == PayoutFilter()

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
        parts = []
        if self.statuses:
            parts.append("status " + " or ".join(map(in_words, self.statuses)))
        if self.arrives_from or self.arrives_to:
            start = self.arrives_from.isoformat() if self.arrives_from else "the beginning"
            parts.append(f"arriving {start} to {self.arrives_to.isoformat() if self.arrives_to else 'the last'}")
        if self.amount_min is not None or self.amount_max is not None:
            low = "" if self.amount_min is None else f"from {money(self.amount_min, None)}"
            high = "" if self.amount_max is None else f"up to {money(self.amount_max, None)}"
            parts.append(" ".join(part for part in ("amount", low, high) if part))
        if self.text:
            parts.append(f"containing “{self.text}”")
        return "All payouts" if not parts else "Payouts: " + ", ".join(parts)

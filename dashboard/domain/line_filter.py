"""Which lines of the bank statement a person wants to see: a filter that is a value, an address and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dashboard.domain.lists import ListFilter, say_amounts, say_days, say_filter
from dashboard.domain.payment_filter import read_cents, read_day
from dashboard.domain.searches import LONGEST


class LineStatus(StrEnum):
    """What a line is to the payouts; `word` says it."""

    word: str

    def __new__(cls, value: str, word: str) -> LineStatus:
        """One of them with its word."""
        found = str.__new__(cls, value)
        found._value_, found.word = value, word
        return found

    MATCHED = "matched", "Matched"
    PROPOSED = "proposed", "To confirm"
    UNMATCHED = "unmatched", "Unmatched"
    EXPLAINED = "explained", "Stripe's, no payout"
    OTHER = "other", "Not Stripe's"


class Way(StrEnum):
    """Whether the money came or went."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True)
class LineFilter(ListFilter):
    """Every part that is set must hold. Days, both included, are those that the bank posted; cents have no sign."""

    text: str = ""
    account: str = ""
    statuses: tuple[LineStatus, ...] = ()
    way: Way | None = None
    posted_from: date | None = None
    posted_to: date | None = None
    amount_min: int | None = None
    amount_max: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> LineFilter:
        """The filter in an address; a part that nobody could have meant is ignored rather than refused."""
        statuses = query.get("status", "").split(",")
        return cls(
            text=query.get("text", "")[: LONGEST + 1],  # one more than may be searched for: refused, not cut
            account=query.get("account", "")[:100],
            statuses=tuple(one for one in LineStatus if one.value in statuses),
            way=next((one for one in Way if one.value == query.get("way")), None),
            posted_from=read_day(query.get("posted_from")),
            posted_to=read_day(query.get("posted_to")),
            amount_min=read_cents(query.get("amount_min")),
            amount_max=read_cents(query.get("amount_max")),
        )

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        return say_filter(
            "All bank lines",
            "Bank lines",
            f"of {self.account}" if self.account else "",
            " or ".join(one.word for one in self.statuses),
            f"money {self.way}" if self.way else "",
            say_days("posted", self.posted_from, self.posted_to, until="the last"),
            say_amounts(self.amount_min, self.amount_max),
            text=self.text,
        )

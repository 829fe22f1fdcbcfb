"""Bank accounts saved at Stripe on the old rail: what became of each, and which of them somebody wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dashboard.domain.lists import ListFilter, say_filter
from dashboard.domain.searches import LONGEST


class OldState(StrEnum):
    """Whether an account can be debited by a PaymentIntent, which needs a mandate."""

    NEEDS = "needs"
    COLLECTED = "collected"
    ASIDE = "aside"
    UNUSABLE = "unusable"
    GONE = "gone"

    @property
    def word(self) -> str:
        """As a table says it, with a sign."""
        return WORDS[self]


WORDS = {
    OldState.NEEDS: "◇ Needs a mandate",
    OldState.COLLECTED: "✓ Collected",
    OldState.ASIDE: "– Not needed",
    OldState.UNUSABLE: "✕ Cannot be debited",
    OldState.GONE: "⊘ Gone at Stripe",
}


class WrittenState(StrEnum):
    """How far a written authorization has come; the last two are ends."""

    ORDERED = "ordered"
    ACTIVE = "active"
    REFUSED = "refused"


@dataclass(frozen=True)
class OldAccount:
    """One account of the old rail. Cents are of the last 12 months, after refunds, without what came back.

    `status` is Stripe's word of the bank account, None where Stripe was not asked since; `customer_id` is our customer.
    """

    id: str
    stripe_customer_id: str
    customer_id: str | None
    name: str
    email: str
    reference: str
    bank: str
    last4: str | None
    status: str | None
    state: OldState
    mandate_id: str | None
    brought_cents: int
    last_debit_at: datetime | None
    aside_by: str | None = None
    aside_at: datetime | None = None
    aside_reason: str = ""


@dataclass(frozen=True)
class WrittenMandate:
    """An authorization that a customer signed on paper: its words, the day, where the paper is, who wrote it down."""

    id: str
    account_id: str
    customer_id: str
    text: str
    text_version: str
    language: str
    business_name: str
    signed_on: date
    kept_where: str
    recorded_by: str
    recorded_from: str
    recorded_at: datetime
    state: WrittenState = WrittenState.ORDERED
    setup_intent_id: str | None = None
    stripe_mandate_id: str | None = None


@dataclass(frozen=True)
class OldFigures:
    """How many accounts stand in each state, and what those brought in that need a mandate; cents of 12 months."""

    counts: Mapping[OldState, int]
    needs_cents: int
    asked: int
    to_ask: int

    @property
    def needs(self) -> int:
        """How many are left to collect."""
        return self.counts.get(OldState.NEEDS, 0)


@dataclass(frozen=True)
class OldAccountFilter(ListFilter):
    """Every part that is set must hold."""

    text: str = ""
    states: tuple[OldState, ...] = ()

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> OldAccountFilter:
        """The filter in an address; a part that nobody could have meant is ignored rather than refused."""
        states = query.get("status", "").split(",")
        return cls(
            text=query.get("text", "")[: LONGEST + 1],  # one more than may be searched for: refused, not cut
            states=tuple(one for one in OldState if one.value in states),
        )

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        stands = " or ".join(one.word.partition(" ")[2] for one in self.states)
        return say_filter(
            "All bank accounts saved on the old rail",
            "Bank accounts saved on the old rail",
            f"status {stands}" if stands else "",
            text=self.text,
        )

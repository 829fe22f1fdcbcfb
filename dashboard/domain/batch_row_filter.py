"""Which rows of a batch a person wants to see: a filter that is a value, an address and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dashboard.domain.lists import ListFilter, say_amounts, say_filter
from dashboard.domain.payment_filter import read_cents
from dashboard.domain.searches import LONGEST


class RowOutcomeKind(StrEnum):
    """What became of a row, or will, as one word a person filters by."""

    FAULT = "fault"
    LEFT_OUT = "left_out"
    READY = "ready"
    WAITING = "waiting"
    ON_ITS_WAY = "on_its_way"
    DOUBT = "doubt"
    SENT = "sent"
    NOT_SENT = "not_sent"

    @property
    def word(self) -> str:
        """As a person reads it."""
        return WORDS[self]


WORDS = {
    RowOutcomeKind.FAULT: "With a fault",
    RowOutcomeKind.LEFT_OUT: "Left out by an approver",
    RowOutcomeKind.READY: "Ready",
    RowOutcomeKind.WAITING: "Waiting for its turn",
    RowOutcomeKind.ON_ITS_WAY: "On its way",
    RowOutcomeKind.DOUBT: "Not known, or to be confirmed",
    RowOutcomeKind.SENT: "Sent",
    RowOutcomeKind.NOT_SENT: "Not sent",
}


@dataclass(frozen=True)
class BatchRowFilter(ListFilter):
    """Every part that is set must hold; money is cents. `batch` says of which batch, and is no part of the words.

    `noted` is what an approver should look at, or what a person has to.
    """

    text: str = ""
    batch: str = ""
    outcomes: tuple[RowOutcomeKind, ...] = ()
    noted: bool = False
    amount_min: int | None = None
    amount_max: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> BatchRowFilter:
        """The filter in an address; a part that nobody could have meant is ignored rather than refused."""
        outcomes = query.get("outcome", "").split(",")
        return cls(
            text=query.get("text", "")[: LONGEST + 1],  # one more than may be searched for: refused, not cut
            batch=query.get("batch", "")[:100],
            outcomes=tuple(one for one in RowOutcomeKind if one.value in outcomes),
            noted=query.get("noted") == "1",
            amount_min=read_cents(query.get("amount_min")),
            amount_max=read_cents(query.get("amount_max")),
        )

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        return say_filter(
            "All rows",
            "Rows",
            " or ".join(one.word.lower() for one in self.outcomes),
            "to look at" if self.noted else "",
            say_amounts(self.amount_min, self.amount_max),
            text=self.text,
        )

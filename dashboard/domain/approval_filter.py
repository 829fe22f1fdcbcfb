"""Which decided approvals a person wants to see: a filter that is a value, an address and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dashboard.domain.approvals import KINDS, ApprovalState
from dashboard.domain.lists import ListFilter, say_amounts, say_days, say_filter
from dashboard.domain.payment_filter import read_cents, read_day
from dashboard.domain.searches import LONGEST

DECIDED = tuple(state for state in ApprovalState if state is not ApprovalState.REQUIRES_REVIEW)


@dataclass(frozen=True)
class ApprovalFilter(ListFilter):
    """Every part that is set must hold. Days, both included, are of the decision; people are parts of a name."""

    TYPED: ClassVar[tuple[str, ...]] = ("text", "asked_by", "decided_by")

    text: str = ""
    states: tuple[ApprovalState, ...] = ()
    kind: str = ""
    asked_by: str = ""
    decided_by: str = ""
    decided_from: date | None = None
    decided_to: date | None = None
    amount_min: int | None = None
    amount_max: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> ApprovalFilter:
        """The filter in an address; a part that nobody could have meant is ignored rather than refused."""
        states = query.get("state", "").split(",")
        text, asked, decided = (query.get(name, "")[: LONGEST + 1] for name in ("text", "asked_by", "decided_by"))
        return cls(
            text=text,  # one letter more than may be searched for: refused, not cut
            states=tuple(one for one in DECIDED if one.value in states),
            kind=query.get("kind", "") if query.get("kind") in KINDS else "",
            asked_by=asked,
            decided_by=decided,
            decided_from=read_day(query.get("decided_from")),
            decided_to=read_day(query.get("decided_to")),
            amount_min=read_cents(query.get("amount_min")),
            amount_max=read_cents(query.get("amount_max")),
        )

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        return say_filter(
            "All that was decided",
            "Decided",
            " or ".join(one.words for one in self.states),
            KINDS.get(self.kind, ""),
            f"asked by “{self.asked_by}”" if self.asked_by else "",
            f"decided by “{self.decided_by}”" if self.decided_by else "",
            say_days("decided", self.decided_from, self.decided_to),
            say_amounts(self.amount_min, self.amount_max),
            text=self.text,
        )

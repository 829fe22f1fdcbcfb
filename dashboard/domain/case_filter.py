"""Which cases a person wants to see: a filter that is a value, an address and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.domain.cases import UNDECIDED, CaseKind, CaseState, NextStep
from dashboard.domain.lists import ListFilter, say_days, say_filter
from dashboard.domain.payment_filter import read_day
from dashboard.domain.searches import LONGEST

NOBODY, MINE = "nobody", "me"  # in place of a name


@dataclass(frozen=True)
class CaseFilter(ListFilter):
    """Every part that is set must hold. Days, both included, are of `due_on`; `overdue` is of open cases only."""

    text: str = ""
    states: tuple[CaseState, ...] = ()
    kinds: tuple[CaseKind, ...] = ()
    step: NextStep | None = None
    assignee: str = ""
    due_from: date | None = None
    due_to: date | None = None
    overdue: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> CaseFilter:
        """The filter in an address; a part that nobody could have meant is ignored rather than refused."""
        states, kinds, step = (query.get(name, "").split(",") for name in ("status", "kind", "step"))
        return cls(
            text=query.get("text", "")[: LONGEST + 1],  # one more than may be searched for: refused, not cut
            states=tuple(one for one in CaseState if one.value in states),
            kinds=tuple(one for one in CaseKind if one.value in kinds),
            step=next((one for one in NextStep if one.value in step), None),
            assignee=query.get("assignee", "")[:100],
            due_from=read_day(query.get("due_from")),
            due_to=read_day(query.get("due_to")),
            overdue=query.get("overdue") == "1",
        )

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        stands = "not decided" if self.states == UNDECIDED else "status " + " or ".join(one.word for one in self.states)
        return say_filter(
            "All cases",
            "Cases",
            stands if self.states else "",
            " or ".join(one.word for one in self.kinds),
            f"next: {self.step.word}" if self.step else "",
            ("nobody's" if self.assignee == NOBODY else f"of {self.assignee}") if self.assignee else "",
            "overdue" if self.overdue else "",
            say_days("due", self.due_from, self.due_to, until="the last"),
            text=self.text,
        )

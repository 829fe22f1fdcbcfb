"""Which cases a person wants to see: a filter that is a value, an address and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.domain.cases import UNDECIDED, CaseKind, CaseState, NextStep
from dashboard.domain.payment_filter import read_day
from dashboard.domain.searches import LONGEST

NOBODY, MINE = "nobody", "me"  # in place of a name


@dataclass(frozen=True)
class CaseFilter:
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
        parts = []
        if self.states == UNDECIDED:
            parts.append("not decided")
        elif self.states:
            parts.append("status " + " or ".join(one.word for one in self.states))
        if self.kinds:
            parts.append(" or ".join(one.word for one in self.kinds))
        if self.step:
            parts.append(f"next: {self.step.word}")
        if self.assignee:
            parts.append("nobody's" if self.assignee == NOBODY else f"of {self.assignee}")
        if self.overdue:
            parts.append("overdue")
        if self.due_from or self.due_to:
            start = self.due_from.isoformat() if self.due_from else "the beginning"
            parts.append(f"due {start} to {self.due_to.isoformat() if self.due_to else 'the last'}")
        if self.text:
            parts.append(f"containing “{self.text}”")
        return "All cases" if not parts else "Cases: " + ", ".join(parts)

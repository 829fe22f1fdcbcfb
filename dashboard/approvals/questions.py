"""What waits for approval as a kind of operation says it, and as a second person is shown it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from dashboard.domain.approvals import Approval, Decision
from dashboard.domain.models import Actor
from dashboard.store.sql import from_epoch


class Reviewable(Protocol):
    """One kind of operation that waits for approval; `kind` is its job's."""

    kind: str
    approved_step: str
    declined_step: str

    def bodies(self, subject: str) -> Mapping[str, object]:
        """Exactly what would be sent now."""

    def facts(self, subject: str) -> Mapping[str, object]:
        """What speaks for and against it now, as plain values; cents and epoch seconds."""

    def title(self, subject: str) -> str:
        """What it is about, on one line."""

    def require(self, subject: str) -> None:
        """Nothing where it could be sent now; raises Refused."""

    def on_approved(self, subject: str) -> None:
        """Keep what has to be known from the approval on; inside its transaction."""


@runtime_checkable
class Divisible(Reviewable, Protocol):
    """One of which an approver may leave out single parts."""

    def leave_out(self, by: Actor, subject: str, reasons: Mapping[int, str]) -> int:
        """Take these parts out, by their numbers, each for a reason; cents of the rest.

        Inside the transaction that asks about the rest. Raises InputError.
        """


@dataclass(frozen=True)
class Colleagues:
    """Who could approve now: `names` beside the maker and who looks; `groups` whose members are not known here."""

    names: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def too_few(self) -> bool:
        """Whether one absence would stop everything."""
        return len(self.names) < 2 and not self.groups


@dataclass(frozen=True)
class Question:
    """An approval as it is shown: what it is, the facts, the exact bodies, and the digest of both."""

    approval: Approval
    title: str
    bodies: Mapping[str, object]
    facts: Mapping[str, object]
    digest: str
    decision: Decision | None
    others: tuple[int, int]  # how many more wait from the same maker, and their cents

    def moment(self, name: str) -> datetime | None:
        """A fact that is a time; None where it is not known."""
        at = self.facts.get(name)
        return from_epoch(at) if isinstance(at, int) else None

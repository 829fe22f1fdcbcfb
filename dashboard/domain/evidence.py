"""Evidence for a bank: packs that were made, and the days within which a bank that asks has to be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dashboard.domain.business_days import add_business_days

ANSWER_WITHIN = 10  # banking days (Nacha: a written request for the proof of an authorization)
KEPT = timedelta(days=1_096)  # a pack: two years after a revocation, and a year in which the bank may still ask

Facts = Mapping[str, Any]  # of plain JSON values; the same facts make the same files


@dataclass(frozen=True)
class Pack:
    """One pack that was made: of a payment by its id, or of a month, `2026-11`; `as_of` is the moment it speaks of."""

    id: str
    subject: str
    as_of: datetime
    made_by: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        """As it is saved: two packs of one subject have two names."""
        return f"evidence-{self.subject}-{self.sha256[:8]}.zip"


@dataclass(frozen=True)
class BankRequest:
    """A bank's written request for the proof of a payment's authorization, recorded on its case."""

    case_id: str
    asked_on: date
    due_on: date
    recorded_by: str
    recorded_at: datetime
    answered_by: str | None = None
    answered_at: datetime | None = None
    payment_id: str = ""
    customer: str = ""
    amount: int = 0
    currency: str = "usd"

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.answered_at is None


def answer_day(asked_on: date) -> date:
    """The last banking day on which the proof has to be there; after that the return stands."""
    return add_business_days(asked_on, ANSWER_WITHIN)

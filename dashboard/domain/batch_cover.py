"""What banks say of a batch's accounts before it is sent, where somebody asked: which rows a balance covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.domain.common import Problem

MOST_ACCOUNTS = 200  # of one batch: some ten minutes, where each bank takes three seconds
# Plaid, rate limits of /accounts/balance/get: 5 calls an Item and minute, 1,200 a client and minute. One call at a
# time stays below the second by itself.
MOST_OF_ITEM, PER = 5, timedelta(minutes=1)


class AskState(StrEnum):
    """Where an account of a batch is; the last three are ends."""

    WAITING = "waiting"
    ASKED = "asked"
    FAILED = "failed"
    LEFT = "left"  # it was stopped before


@dataclass(frozen=True)
class AccountAsk:
    """One account whose bank is asked, or was; `item_id` is its connection, `place` where it comes in the file."""

    bank_account_id: str
    item_id: str
    place: int
    state: AskState
    problem: Problem | None = None
    at: datetime | None = None


class Covered(StrEnum):
    """What is known of a row."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"

    @property
    def word(self) -> str:
        """As a person reads it."""
        return WORDS[self]


WORDS = {
    Covered.YES: "Covered",
    Covered.NO: "Not covered",
    Covered.UNKNOWN: "Not known",
    Covered.NOT_ASKED: "Not asked",
}


@dataclass(frozen=True)
class RowCover:
    """Whether a balance covers a row beside the rows of its account before it; why, and when the bank was asked."""

    covered: Covered
    why: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class CoverReport:
    """What is known of a batch: how many accounts were to be asked and are done, the rows by their ids."""

    accounts: int
    done: int
    is_running: bool
    was_stopped: bool
    problem: Problem | None
    rows: Mapping[str, RowCover] = field(default_factory=dict)

    def count(self, covered: Covered) -> int:
        """How many rows are known so."""
        return sum(one.covered is covered for one in self.rows.values())

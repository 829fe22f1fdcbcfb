"""What a line of the inbox is about, and what the team has made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

NOTE_LIMIT = 300


class InboxKind(StrEnum):
    """What a line is about; `words` heads its group. In the order of the page: money in doubt first."""

    words: str

    def __new__(cls, value: str, words: str) -> InboxKind:
        """One kind with its words."""
        kind = str.__new__(cls, value)
        kind._value_, kind.words = value, words
        return kind

    DEBIT = "debit", "Debits in doubt"
    APPROVAL = "approval", "Waiting for approval"
    CASE = "case", "Cases to decide"
    OVERDUE = "overdue", "No answer from the bank in time"
    EVIDENCE = "evidence", "Proof that a bank asks for"
    BATCH = "batch", "Batches with rows that were not sent"
    REFUND = "refund", "Refunds that failed"
    TELL = "tell", "Customers to tell before a debit"
    PAYOUT = "payout", "Payouts missing at the bank"
    LINK = "link", "Bank links"
    WALKED_AWAY = "walked_away", "Links that a customer walked away from"
    CONNECTION = "connection", "Connections without a bank account"
    RELINK = "relink", "Connections that do not work"
    NAME = "name", "Account holders to decide about"
    MANDATE = "mandate", "Bank accounts that need a mandate"
    REMOVAL = "removal", "Removals that are refused"
    TOKEN = "token", "Access tokens that were lost"
    ERASURE = "erasure", "Erasures that are held up"
    SHARED = "shared", "One bank account under two customers"
    OPERATION = "operation", "Other operations"


@dataclass(frozen=True)
class InboxMark:
    """What the team has made of a line; `done_as` is the state in which somebody was done with it."""

    kind: InboxKind
    subject: str
    assignee: str = ""
    note: str = ""
    done_as: str | None = None
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class InboxLine:
    """One thing to do: `subject` is its id, `state` how it stands, `about` the feature's own row."""

    kind: InboxKind
    subject: str
    state: str
    about: object
    mark: InboxMark | None = None

    @property
    def is_done(self) -> bool:
        """Whether somebody is done with it as it stands; in another state it is something new."""
        return self.mark is not None and self.mark.done_as == self.state


@dataclass(frozen=True)
class InboxGroup:
    """Lines of one kind: `open` are to be worked, the first of `count`; `done` are as somebody left them."""

    kind: InboxKind
    count: int
    open: list[InboxLine]
    done: list[InboxLine] = field(default_factory=list)

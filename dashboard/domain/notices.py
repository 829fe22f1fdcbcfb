"""Notices: facts that somebody has to hear of though nobody is looking, each told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# What happened longer before a desk kept notices was heard of elsewhere: a bank has five business days to refuse a
# payout (Stripe), and no backfill may tell of years.
BEFORE_START = timedelta(days=7)


class NoticeKind(StrEnum):
    """What a notice is about."""

    PAYOUT_FAILED = "payout_failed"
    LATE_RETURN = "late_return"
    REFUND_FAILED = "refund_failed"
    DEBIT_UNKNOWN = "debit_unknown"
    APPROVAL_WAITS = "approval_waits"
    RETURN_RATE = "return_rate"
    LINE_UNMATCHED = "line_unmatched"
    PAYOUT_UNMATCHED = "payout_unmatched"
    SYNC_SILENT = "sync_silent"
    READS_HIGH = "reads_high"
    BACKUP_FAILED = "backup_failed"
    REPORT = "report"  # of the month before, with its files where it goes by mail
    SUMMARY = "summary"  # of a business day's morning


REMINDER, QUIET = "reminder", "quiet"  # levels: of an approval that still waits, of a morning without anything


class NoticeState(StrEnum):
    """Where a notice is on its way; in the desk itself it stands from the first moment."""

    WAITING = "waiting"  # to be sent
    SENT = "sent"
    KEPT = "kept"  # for the desk's own page only: no channel is set


class MessageState(StrEnum):
    """Where a message with one or more notices is."""

    SENDING = "sending"  # also where the answer was lost, or the process died: then it is sent again
    SENT = "sent"
    FAILED = "failed"  # surely not sent: its notices go with the next message


class Channel(StrEnum):
    """A way out of the desk."""

    MAIL = "mail"
    CHAT = "chat"


@dataclass(frozen=True)
class Fact:
    """One fact, known by its kind, what it is about, and a level where one thing may give several.

    `facts` are ids, cents, codes and counts: nothing that names a person, so that an erasure has nothing to take.
    """

    kind: NoticeKind
    subject: str
    happened_at: datetime
    level: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """A fact as it is kept. Times aware UTC; `sent_at` and `channel` are None until it is sent."""

    id: str
    fact: Fact
    noted_at: datetime
    state: NoticeState
    sent_at: datetime | None = None
    channel: Channel | None = None


@dataclass(frozen=True)
class Message:
    """One message: it carries notices, in their order. `tries` counts the turns that left it in doubt.

    In doubt is one that may have arrived: it stays what it is, and goes under the same id, until it surely did.
    """

    id: str
    tries: int
    next_at: datetime
    in_doubt: bool


@dataclass(frozen=True)
class ChannelState:
    """How a channel does; `failing_since` is None while its last message went out."""

    channel: Channel
    failing_since: datetime | None = None
    tries: int = 0
    next_at: datetime | None = None
    problem: str = ""
    action: str = ""
    sent_at: datetime | None = None

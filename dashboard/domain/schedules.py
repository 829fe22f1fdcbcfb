"""Schedules: on which day a customer is debited, and when the desk sends it for that.

The rule, everywhere the same: a day on which banks do not work moves to the next business day. A debit is sent at 09:00
Eastern on the business day before, and no later than the cut-off of that day (Stripe: 21:00 Eastern).
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from dashboard.domain.business_days import CUT_OFF_HOUR, EASTERN, add_business_days, last_business_day
from dashboard.domain.debits import Purpose

SEND_HOUR = 9  # Eastern: twelve hours before the cut-off, so that an outage of hours costs no day
MOST_OF_A_PLAN = 36
FARTHEST = timedelta(days=3 * 366)  # a plan of three years; its limits are reserved from the order on
RULE = (
    "A day on which banks do not work moves to the next business day. Each debit is sent at 09:00 Eastern on the"
    " business day before, after everything is checked once more."
)


class ScheduleState(StrEnum):
    """Where a schedule is; the last two are ends."""

    WAITING = "waiting"  # for its moment, or for a person where a check has failed then
    RELEASED = "released"  # every check passed: from here on it is a debit like any other
    STOPPED = "stopped"  # the authorization ended first


class NoticeReason(StrEnum):
    """Why a consumer is told before a debit, and how many calendar days before (Reg E, 12 CFR 1005.10(d); Nacha)."""

    AMOUNT = "amount"  # it is another than the last one's
    DATE = "date"  # it is on another day than the one that was agreed

    @property
    def days(self) -> int:
        """Calendar days before the debit is taken."""
        return {NoticeReason.AMOUNT: 10, NoticeReason.DATE: 7}[self]


class Every(StrEnum):
    """How far apart the debits of a plan are."""

    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    MONTH = "month"

    @property
    def words(self) -> str:
        """As the page says it."""
        return {Every.WEEK: "every week", Every.TWO_WEEKS: "every two weeks", Every.MONTH: "every month"}[self]


@dataclass(frozen=True)
class PlannedDay:
    """One debit of a plan: the day that was asked for, and the one on which banks work."""

    wanted: date
    collect_on: date

    @property
    def is_moved(self) -> bool:
        """Whether banks do not work on the day that was asked for."""
        return self.wanted != self.collect_on


@dataclass(frozen=True)
class ScheduleOrder:
    """What a person asks for: `count` equal debits from `first_on` on; `ticket` makes a double click one order.

    `similar_to` is the debit like it that the person was asked about.
    """

    ticket: str
    bank_account_id: str
    amount_cents: int
    invoice_reference: str
    purpose: Purpose
    first_on: date
    count: int = 1
    every: Every = Every.MONTH
    accept_unknown_balance: bool = False
    similar_to: str | None = None


@dataclass(frozen=True)
class Schedule:
    """When a debit is sent. `id` is the debit's, `plan_id` that of the first debit of its plan.

    `stopped_by` says what ended the authorization, where something did.
    """

    id: str
    plan_id: str
    number: int
    count: int
    wanted_on: date
    collect_on: date
    due_at: datetime
    send_by: datetime
    accept_unknown_balance: bool
    similar_to: str | None
    state: ScheduleState
    stopped_by: str | None = None
    released_at: datetime | None = None


@dataclass(frozen=True)
class CustomerNotice:
    """What a customer has to be told before a scheduled debit, and by when; `id` is the debit's.

    `was_cents` is the amount of the debit before it, where another amount is the reason.
    """

    id: str
    reason: NoticeReason
    tell_by: date
    was_cents: int | None
    told_at: datetime | None = None
    told_by: str | None = None


def find_notice(debit_id: str, day: PlannedDay, cents: int, last_cents: int | None) -> CustomerNotice | None:
    """What has to be told of one debit of a plan; `last_cents` is the amount of the one before it, None of a first."""
    if last_cents is not None and last_cents != cents:
        reason, was = NoticeReason.AMOUNT, last_cents
    elif day.is_moved:
        reason, was = NoticeReason.DATE, None
    else:
        return None
    return CustomerNotice(debit_id, reason, day.collect_on - timedelta(days=reason.days), was)


def send_day(collect_on: date) -> date:
    """The business day before a business day."""
    return last_business_day(collect_on - timedelta(days=1))


def due_at(collect_on: date) -> datetime:
    """When a debit is sent that is to be taken on this business day."""
    return datetime.combine(send_day(collect_on), time(SEND_HOUR), EASTERN).astimezone(UTC)


def send_by(collect_on: date) -> datetime:
    """The cut-off after which it would be taken a day later."""
    return datetime.combine(send_day(collect_on), time(CUT_OFF_HOUR), EASTERN).astimezone(UTC)


def first_day(now: datetime) -> date:
    """The first day for which something can be scheduled: for an earlier one it is debited now."""
    day = add_business_days(now.astimezone(EASTERN).date(), 0)
    while due_at(day) <= now:
        day = add_business_days(day, 1)
    return day


def plan_days(first_on: date, count: int, every: Every) -> Sequence[PlannedDay]:
    """The days of a plan. Each is counted from the first, so that no moved day moves those after it.

    A month without that day has it on its last.
    """
    wanted = [_step(first_on, number, every) for number in range(count)]
    return [PlannedDay(day, add_business_days(day, 0)) for day in wanted]


def _step(first_on: date, number: int, every: Every) -> date:
    if every is not Every.MONTH:
        return first_on + timedelta(weeks=number * (2 if every is Every.TWO_WEEKS else 1))
    years, month = divmod(first_on.month - 1 + number, 12)
    year = first_on.year + years
    return date(year, month + 1, min(first_on.day, calendar.monthrange(year, month + 1)[1]))

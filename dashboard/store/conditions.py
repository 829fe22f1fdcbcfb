"""The conditions of a filter, each a piece of SQL whose index can be used or kept away."""

from __future__ import annotations

import re
from collections.abc import Sized
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from dashboard.filters import PaymentFilter
from dashboard.status import WAITING

EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Part:
    """One condition of a filter: `{}` stands before its column, where a plus keeps its index away."""

    name: str
    sql: str
    values: tuple[Any, ...]
    indexed: bool = True
    by_created: bool = False  # whether its index holds the rows of one value by the time they were made

    def test(self, *, plain: bool) -> str:
        """The condition, with its index or without."""
        return self.sql.format("" if plain else "+")


def parts_of(wanted: PaymentFilter, today: date, zone: tzinfo) -> list[Part]:
    """The conditions of a filter on `payment`, the most telling first.

    Days are the zone's; due dates are the banks' own days.
    """
    parts: list[Part] = []

    def add(name: str, sql: str, *values: Any, indexed: bool = True, by_created: bool = False) -> None:
        parts.append(Part(name, sql, values, indexed, by_created))

    if wanted.customer:
        add("customer_id", "{}customer_id = ?", wanted.customer, by_created=True)
    if wanted.payout:
        add("payout_id", "{}payout_id = ?", wanted.payout)
    if match := match_words(wanted.text):
        add("text", "{}seq IN (SELECT rowid FROM payment_search WHERE payment_search MATCH ?)", match)
    if wanted.failure_code:
        add("reason", "{}reason = ?", wanted.failure_code, by_created=True)
    if wanted.overdue:
        states = sorted(state.value for state in WAITING)
        add("overdue", f"{{}}state IN ({_marks(states)}) AND +due < ?", *states, due_midnight(today))
    if wanted.bank:
        add("bank", "{}bank = ?", wanted.bank, by_created=True)
    if wanted.amount_min is not None:
        add("amount", "{}amount >= ?", wanted.amount_min)
    if wanted.amount_max is not None:
        add("amount", "{}amount <= ?", wanted.amount_max)
    if wanted.statuses:
        states = [state.value for state in wanted.statuses]
        add("state", f"{{}}state IN ({_marks(states)})", *states, by_created=len(states) == 1)
    if wanted.created_from:
        add("created", "{}created >= ?", first_instant(wanted.created_from, zone))
    if wanted.created_to:
        after = date.fromordinal(wanted.created_to.toordinal() + 1)
        add("created", "{}created < ?", first_instant(after, zone))
    if wanted.rail:
        add("rail", "{}rail = ?", wanted.rail, indexed=False)
    return parts


def by_day_of(wanted: PaymentFilter) -> tuple[str, list[Any]]:
    """The conditions that the summaries by day can answer, as a WHERE clause and its values."""
    tests: list[str] = []
    values: list[Any] = []
    if wanted.statuses:
        tests.append(f"state IN ({_marks(wanted.statuses)})")
        values += [state.value for state in wanted.statuses]
    if wanted.created_from:
        tests.append("day >= ?")
        values.append(wanted.created_from.toordinal() - EPOCH_ORDINAL)
    if wanted.created_to:
        tests.append("day <= ?")
        values.append(wanted.created_to.toordinal() - EPOCH_ORDINAL)
    if wanted.rail:
        tests.append("rail = ?")
        values.append(wanted.rail)
    return (f"WHERE {' AND '.join(tests)}" if tests else ""), values


def where(parts: list[Part], *chosen: str) -> tuple[str, list[Any]]:
    """The conditions as a WHERE clause and its values; only the chosen ones may be looked up in an index."""
    tests = [part.test(plain=part.name in chosen) for part in parts]
    return (f"WHERE {' AND '.join(tests)}" if tests else ""), [value for part in parts for value in part.values]


def first_instant(day: date, zone: tzinfo) -> int:
    """The first instant of a business day in epoch seconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def due_midnight(today: date) -> int:
    """The first instant of a bank's day: due dates are days as Stripe gives them, at midnight UTC."""
    return int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())


def match_words(text: str) -> str:
    """What a person typed, as a full-text query: every word must occur, the last may be only begun.

    `1,234.50` and `$20` are amounts; every other character between words only separates.
    """
    cleaned = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    words = re.findall(r"\d+\.\d+|\w+", cleaned, re.UNICODE)[:12]
    return " ".join(f'"{word}"' for word in words) + ("*" if words else "")


def _marks(values: Sized) -> str:
    return ", ".join("?" * len(values))

"""A report that lists: its rows, each with an amount, and what they come to by group, by itself for each currency.

Money is integer cents. Nothing here depends on when a report is made, so that the same books give the same file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ReportKind(StrEnum):
    """The reports of a month; the value is an address, a file's name and a word of a setting."""

    MONTH = "month"
    RETURNS = "returns"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    PAYOUTS = "payouts"
    FEES = "fees"
    UNMATCHED = "unmatched"

    @property
    def words(self) -> str:
        """What it is called."""
        return WORDS[self]


WORDS = {
    ReportKind.MONTH: "Month report",
    ReportKind.RETURNS: "Returns by code",
    ReportKind.REFUNDS: "Refunds",
    ReportKind.DISPUTES: "Disputes",
    ReportKind.PAYOUTS: "Payouts at the bank",
    ReportKind.FEES: "Fees",
    ReportKind.UNMATCHED: "Unmatched, by age",
}


@dataclass(frozen=True)
class ListedRow:
    """One row: what it counts with, how many it stands for, its amount, and its cells, one for each column."""

    group: str
    currency: str
    cents: int
    cells: tuple[str | date | None, ...]
    count: int = 1
    part: str = ""


@dataclass(frozen=True)
class ListedReport:
    """A report of a month or of other days; `columns` are those before the amount, `at` its files bear."""

    kind: ReportKind
    name: str
    label: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[ListedRow, ...]
    at: datetime

    @property
    def title(self) -> str:
        """What it is called."""
        return self.kind.words


@dataclass(frozen=True)
class ListedSection:
    """The rows of one part and currency, and what they come to by group, the most first."""

    part: str
    currency: str
    rows: tuple[ListedRow, ...]
    groups: tuple[tuple[str, int, int], ...]

    @property
    def count(self) -> int:
        """How many all rows stand for."""
        return sum(row.count for row in self.rows)

    @property
    def cents(self) -> int:
        """What all rows come to."""
        return sum(row.cents for row in self.rows)


def sections_of(rows: Sequence[ListedRow]) -> tuple[ListedSection, ...]:
    """Parts in the order of their first row, currencies by name: two are never added up."""
    found: dict[tuple[str, str], list[ListedRow]] = {}
    parts = list(dict.fromkeys(row.part for row in rows))
    for row in rows:
        found.setdefault((row.part, row.currency), []).append(row)
    return tuple(
        ListedSection(*key, tuple(found[key]), _groups(found[key]))
        for key in sorted(found, key=lambda key: (parts.index(key[0]), key[1]))
    )


def _groups(rows: Sequence[ListedRow]) -> tuple[tuple[str, int, int], ...]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sums[row.group][0] += row.count
        sums[row.group][1] += row.cents
    found = [(name, count, cents) for name, (count, cents) in sums.items()]
    return tuple(sorted(found, key=lambda one: (-abs(one[2]), one[0])))

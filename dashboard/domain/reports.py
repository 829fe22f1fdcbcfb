"""A report: what was collected, given back, returned and paid in fees, in all and by customer, bank and reason.

Money is integer cents with the sign that it has on the Stripe balance: what left it is negative. Nothing here depends
on when a report is made, so that the same books give the same file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a balance transaction is in a report."""

    COLLECTED = "collected"
    REFUNDS = "refunds"
    RETURNS = "returns"
    FEES = "fees"
    OTHER = "other"


@dataclass(frozen=True)
class Part:
    """Balance transactions that share everything here; `net` is `amount - fee`."""

    kind: Kind
    currency: str
    customer_id: str
    customer: str
    bank: str
    reason: str
    count: int
    amount: int
    fee: int
    net: int


@dataclass(frozen=True)
class Figures:
    """Counts and cents of one line. `fees` are what Stripe keeps of others and what it charges by itself."""

    payments: int = 0
    collected: int = 0
    refunds: int = 0
    returns: int = 0
    fees: int = 0
    other: int = 0

    @property
    def net(self) -> int:
        """What it did to the Stripe balance."""
        return self.collected + self.refunds + self.returns + self.fees + self.other

    def plus(self, other: Figures) -> Figures:
        """Both together."""
        names = (one.name for one in fields(self))
        return Figures(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True)
class ReportLine:
    """One customer, one bank."""

    name: str
    figures: Figures


@dataclass(frozen=True)
class ReasonLine:
    """Why payments came back: how many, and what that took."""

    name: str
    count: int
    cents: int


@dataclass(frozen=True)
class Section:
    """All of one currency; each list adds up to `total`, the reasons to its returns."""

    currency: str
    total: Figures
    customers: tuple[ReportLine, ...]
    banks: tuple[ReportLine, ...]
    reasons: tuple[ReasonLine, ...]


@dataclass(frozen=True)
class Report:
    """A payout or a month; `name` is its own, `label` says it to a person.

    `facts` are said above the figures, `at` is the instant that its files bear.
    """

    title: str
    name: str
    label: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    at: datetime


NOBODY = "Without a customer"
NO_BANK = "Without a bank"


def figures_of(part: Part) -> Figures:
    """What a part adds to a line."""
    if part.kind is Kind.FEES:  # Stripe takes it as an amount, and sometimes a fee of it
        return Figures(fees=part.net)
    payments = part.count if part.kind is Kind.COLLECTED else 0
    return Figures(**{"payments": payments, "fees": -part.fee, part.kind.value: part.amount})


def make_sections(parts: Iterable[Part], reason_words: Callable[[str], str]) -> tuple[Section, ...]:
    """Every currency by itself, by name; `reason_words` says a code for a person."""
    by_currency: defaultdict[str, list[Part]] = defaultdict(list)
    for part in parts:
        by_currency[part.currency].append(part)
    return tuple(_section(currency, found, reason_words) for currency, found in sorted(by_currency.items()))


def _section(currency: str, parts: Sequence[Part], reason_words: Callable[[str], str]) -> Section:
    total = Figures()
    customers: dict[str, tuple[str, Figures]] = {}
    banks: defaultdict[str, Figures] = defaultdict(Figures)
    reasons: dict[str, tuple[int, int]] = {}
    for part in parts:
        one = figures_of(part)
        total = total.plus(one)
        _, before = customers.get(part.customer_id, ("", Figures()))
        name = part.customer or part.customer_id or NOBODY
        customers[part.customer_id] = name, before.plus(one)
        banks[part.bank] = banks[part.bank].plus(one)
        if part.kind is Kind.RETURNS:
            count, cents = reasons.get(part.reason, (0, 0))
            reasons[part.reason] = count + part.count, cents + part.amount
    return Section(
        currency,
        total,
        customers=_ordered([(key, ReportLine(name, one)) for key, (name, one) in customers.items()]),
        banks=_ordered([(bank, ReportLine(bank or NO_BANK, one)) for bank, one in banks.items()]),
        reasons=tuple(
            ReasonLine(reason_words(reason) or "No reason given", count, cents)
            for reason, (count, cents) in sorted(reasons.items(), key=lambda one: (-one[1][0], one[1][1], one[0]))
        ),
    )


def _ordered(lines: list[tuple[str, ReportLine]]) -> tuple[ReportLine, ...]:
    """From whom most was collected first; what is nobody's last; equals by name and id, so that no order is chance."""
    lines.sort(key=lambda one: (not one[0], -one[1].figures.collected, one[1].name, one[0]))
    return tuple(line for _, line in lines)


def together(lines: Sequence[ReportLine], most: int, what: str) -> list[ReportLine]:
    """The first lines, and all others as one where there are more, so that the list still adds up."""
    if len(lines) <= most:
        return list(lines)
    rest = Figures()
    for line in lines[most - 1 :]:
        rest = rest.plus(line.figures)
    return [*lines[: most - 1], ReportLine(f"{len(lines) - most + 1:,} other {what} together", rest)]

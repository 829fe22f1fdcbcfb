"""What there is to decide about payouts and bank lines, and what to do about each that is in no match."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dashboard.domain.business_days import count_business_days
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import count, day, money
from dashboard.domain.payout_matching import LATE, BankLine, ExpectedPayout, Proposal, difference, known_other
from dashboard.store.sql import from_epoch

ON_ITS_WAY = ("pending", "in_transit")


@dataclass(frozen=True)
class Candidate:
    """A proposal with its parts; `key` names it while nothing of it changes. Cents are those of its lines' sum."""

    key: str
    proposal: Proposal
    lines: tuple[BankLine, ...]
    payouts: tuple[ExpectedPayout, ...]

    @property
    def cents(self) -> int:
        """What it comes to at the bank."""
        return sum(line.cents for line in self.lines)

    @property
    def currency(self) -> str:
        """All of its parts'."""
        return self.payouts[0].currency


@dataclass(frozen=True)
class Waiting:
    """A payout that is in no match and no proposal; `age` is business days since its arrival, `step` what to do.

    `is_reached`: a statement covers the day of its arrival, so that the payout should be in it.
    """

    payout: ExpectedPayout
    status: str
    age: int
    step: str
    is_reached: bool

    @property
    def is_on_its_way(self) -> bool:
        """Whether Stripe has not said yet that it arrived."""
        return self.status in ON_ITS_WAY

    @property
    def is_missing(self) -> bool:
        """Whether the bank has had so long that it is asked in writing."""
        return self.is_reached and self.status == "paid" and self.age >= LATE


@dataclass(frozen=True)
class Loose:
    """A line of Stripe's that is in no match and no proposal; `age` is business days since it was posted."""

    line: BankLine
    account: str
    age: int
    step: str
    explained: str = ""


@dataclass(frozen=True)
class Overview:
    """Everything there is to decide, and what has to be waited for. Money in cents, by currency."""

    candidates: tuple[Candidate, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    loose: tuple[Loose, ...] = ()
    explained: tuple[Loose, ...] = ()
    matched: int = 0
    covered: tuple[date, date] | None = None
    in_transit: dict[str, int] = field(default_factory=dict)

    @property
    def on_their_way(self) -> tuple[Waiting, ...]:
        """The payouts whose sum is in transit."""
        return tuple(one for one in self.waiting if one.is_on_its_way)

    @property
    def unreached(self) -> tuple[Waiting, ...]:
        """Payouts that arrived on a day that no statement reaches yet."""
        return tuple(one for one in self.waiting if one.status == "paid" and not one.is_reached)

    @property
    def unmatched(self) -> tuple[Waiting, ...]:
        """Payouts that a statement should have and does not."""
        return tuple(one for one in self.waiting if one.is_reached)

    @property
    def certain(self) -> tuple[Candidate, ...]:
        """Those whose trace number is in the line."""
        return tuple(one for one in self.candidates if one.proposal.certain)

    @property
    def missing(self) -> tuple[Waiting, ...]:
        """Payouts that the bank is to be asked about."""
        return tuple(one for one in self.waiting if one.is_missing)


def check_by_hand(
    lines: Sequence[BankLine], payouts: Sequence[ExpectedPayout], wanted_lines: int, wanted_payouts: int
) -> None:
    """Nothing, or InputError with why these lines and payouts cannot be one match."""
    if not wanted_lines or not wanted_payouts:
        raise InputError(
            "A match needs at least one line and one payout.",
            meaning="Nothing was changed.",
            action="Select both.",
            code="match_parts",
        )
    if len(lines) != wanted_lines or len(payouts) != wanted_payouts:
        raise InputError(
            "A part of this was matched meanwhile.", meaning="Nothing was changed.", action="Reload the page."
        )
    currencies = {line.currency for line in lines} | {payout.currency for payout in payouts}
    off = difference(lines, payouts)
    if len(currencies) > 1 or off:
        by = f"They differ by {money(off, payouts[0].currency)}."
        raise InputError(
            by if len(currencies) == 1 else "They are in two currencies.",
            meaning="Different amounts are never matched.",
            action="Look for what is missing, such as a fee of the bank or another payout.",
            code="match_differs",
        )


def read_bank_line(row: dict[str, Any]) -> BankLine:
    """A bank line as the rules see it."""
    return BankLine(
        row["id"],
        date.fromisoformat(row["posted_on"]),
        row["cents"],
        row["currency"],
        row["text"],
        row["reference"],
    )


def read_payout(row: dict[str, Any]) -> ExpectedPayout:
    """A payout as the rules see it."""
    return ExpectedPayout(
        row["id"],
        from_epoch(row["arrival"]).date(),
        row["amount"],
        row["currency"],
        row["trace"] or "",
        row["status"] == "failed",
    )


def name_proposal(one: Proposal) -> str:
    """Names a proposal by how it was found and its parts."""
    parts = "|".join((one.how.value, *sorted(one.lines), *sorted(one.payouts)))
    return hashlib.sha256(parts.encode()).hexdigest()[:24]


def wait_for(payout: ExpectedPayout, status: str, today: date, last: date | None) -> Waiting:
    """A payout with what to do about it; `last` is the last day of any statement."""
    age = max(0, count_business_days(payout.arrival, today))
    if payout.failed:
        step = "It failed, and the statement has no credit and return of it: nothing to do, unless the bank posted one."
    elif last is None or last < payout.arrival:
        step = (
            "It is on its way."
            if payout.arrival > today
            else f"Import a statement that reaches {day(payout.arrival, today)}."
        )
    elif status in ON_ITS_WAY:
        step = "Stripe has not said that it arrived: sync, then look again."
    elif age >= LATE:
        step = "Write to the bank: the letter is below."
    else:
        step = f"Wait until {count(LATE, 'business day')} have passed; look whether it went to another account."
    return Waiting(payout, status, age, step, is_reached=last is not None and payout.arrival <= last)


def look_at(line: BankLine, account: str, today: date) -> Loose:
    """A line in no match, with what to do about it."""
    age = max(0, count_business_days(line.posted_on, today))
    explained = known_other(line)
    if explained:
        step = "Explained: it is no payout."
    elif age <= 1:
        step = "Sync: the payout may not have been read yet."
    else:
        step = "Look for a payout of this amount at Stripe, also of another Stripe account."
    return Loose(line, account, age, step, explained)


def write_letter(payout: ExpectedPayout, today: date) -> str:
    """What to write to the bank about a payout that it should have posted."""
    amount, expected = money(payout.cents, payout.currency), payout.arrival.isoformat()
    days = max(0, count_business_days(payout.arrival, today))
    return "\n".join(
        (
            "To the ACH department",
            "",
            f"We expected an ACH credit of {amount} from Stripe on {expected}. {count(days, 'business day')} later it"
            " is not on our statement.",
            "",
            "Originator: STRIPE, company id 1800948598 (or 4270465600)",
            f"Trace number: {payout.trace or 'not given by Stripe'}",
            f"Stripe's payout: {payout.id}",
            f"Amount: {amount}",
            f"Expected settlement date: {expected}",
            "",
            "Please find this entry by its trace number, and tell us where it was posted or when it was returned.",
            "",
        )
    )

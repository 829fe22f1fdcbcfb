"""Payouts with the bank lines that they make, and what is known to be true of them: for tests of matching."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from dashboard.domain.business_days import add_business_days
from dashboard.domain.payout_matching import BankLine, ExpectedPayout, Proposal
from dashboard.store import Store


@dataclass
class History:
    """Payouts, all lines in a mixed order, and whose each of Stripe's lines is."""

    payouts: list[ExpectedPayout] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)
    truth: dict[str, set[str]] = field(default_factory=dict)

    def right(self, proposals: list[Proposal]) -> set[str]:
        """The payouts that were proposed with all of their lines, in a match of nothing that belongs elsewhere."""
        good: set[str] = set()
        for one in proposals:
            if set(one.lines) == set().union(*(self.truth[payout] for payout in one.payouts)):
                good |= set(one.payouts)
        return good

    def expected(self) -> set[str]:
        """The payouts that left a line at the bank."""
        return {payout for payout, lines in self.truth.items() if lines}


def make_history(
    seed: int, payouts: int = 1_000, *, traces: bool = True, others: int = 500, per_day: int = 2
) -> History:
    """5 % twins, 3 % late, 2 % failed, 2 % negative, 1 % decoys of equal cents, and other movements of the company."""
    chance = random.Random(seed)
    made = History()
    day = add_business_days(date(2024, 1, 2), 0)
    cents = 0
    for number in range(payouts):
        if number % per_day == 0:
            day = add_business_days(day + timedelta(days=1), 0)
        twin = number > 0 and chance.random() < 0.05
        cents = cents if twin else chance.randint(10_000, 9_999_999)
        kind = chance.random()
        negative, failed, late = kind < 0.02, 0.02 <= kind < 0.04, 0.04 <= kind < 0.07
        amount = -abs(cents) if negative else abs(cents)
        trace = f"09100001{chance.randrange(10**7):07d}"
        payout = ExpectedPayout(f"po_{number}", day, amount, "usd", trace if traces and not failed else "", failed)
        made.payouts.append(payout)
        posted = add_business_days(day, chance.randint(4, 9) if late else chance.choice([0, 0, 0, 0, 1, 2]))
        own = [_line(chance, made, posted, amount, trace if traces else "")]
        if failed:
            if chance.random() < 0.5:
                own = []  # the bank never booked it
                made.lines.pop()
            else:
                own.append(_line(chance, made, add_business_days(posted, chance.randint(0, 3)), -amount, "", "RETURN"))
        made.truth[payout.id] = set(own)
        if chance.random() < 0.01:
            other = BankLine(f"l_{len(made.lines)}", posted, amount, "usd", "SOMEBODY ELSE DES:GRANT ID:998877")
            made.lines.append(other)
    for _ in range(others):
        on = date(2024, 1, 2) + timedelta(days=chance.randrange(payouts))
        text = chance.choice(["PAYROLL", "RENT", "STRIPE DES:CAPITAL ID:ST-X1Y2Z3A4B5C6", "CHECK 1001", "WIRE IN ACME"])
        made.lines.append(BankLine(f"l_{len(made.lines)}", on, -chance.randint(100, 999_999), "usd", text))
    chance.shuffle(made.lines)
    return made


def _line(chance: random.Random, made: History, on: date, cents: int, trace: str, what: str = "TRANSFER") -> str:
    id = f"ST-{chance.randrange(36**10):012X}"
    text = f"ORIG CO NAME:STRIPE ORIG ID:1800948598 CO ENTRY DESCR:{what} SEC:CCD TRACE#:{trace} IND ID:{id}"
    if not trace:
        text = f"STRIPE DES:{what} ID:{id} INDN:ACME DEMO LLC CO ID:1800948598 CCD"
    made.lines.append(BankLine(f"l_{len(made.lines)}", on, cents, "usd", text))
    return made.lines[-1].id


def as_rows(lines: Iterable[BankLine], account: str = "A", file: str = "f") -> list[dict[str, object]]:
    """Lines as a file's import would keep them."""
    return [
        {
            "id": one.id,
            "account": account,
            "posted_on": one.posted_on.isoformat(),
            "cents": one.cents,
            "currency": one.currency,
            "text": one.text,
            "reference": one.reference,
            "ordinal": 1,
            "hint": "",
            "file_id": file,
            "line": number,
        }
        for number, one in enumerate(lines, 1)
    ]


def keep_lines(store: Store, lines: Iterable[BankLine], account: str = "A") -> None:
    """Lines in an account of their own, from one file."""
    at = datetime(2026, 11, 30, tzinfo=UTC)
    store.statements.add_account(account, "usd", "", at)
    about = {"id": f"f-{account}", "account": account, "digest": "d", "name": "n", "format": "csv", "ties": "unknown"}
    counts = {"read": 1, "refused": 0, "added": 1, "imported_by": "fred", "imported_at": 0}
    store.statements.add_file({**about, **counts}, [])
    store.statements.add_lines(as_rows(lines, account, f"f-{account}"))

"""A merchant's past, made by living through it: every payment of it went through the same rules as a new one.

About 400 payments of 60 customers in six weeks, or as many as asked for over two years; the older part on the old rail
(`ach_debit`), the last few days still pending. The same seed gives the same history for the same day.
"""

from __future__ import annotations

import json
import random
from bisect import bisect
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Any

from dashboard.domain.business_days import add_business_days, is_business_day
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import accounts, customers, engine, lifecycle, mandates, payouts, tables
from dashboard.sandbox.stripe.moment import DAY, Document, Moment, midnight
from dashboard.sandbox.stripe.outcomes import OUTCOMES

DEFAULT_PAYMENTS, DEFAULT_DAYS, DEFAULT_CUSTOMERS = 400, 42, 60
LONG_DAYS, PAYMENTS_PER_CUSTOMER = 730, 40
OLD_RAIL_SHARE = ((0.30, 0.9), (0.45, 0.4))  # until this part of the time, this share of payments
ENDINGS = {  # per thousand; the rest succeed
    "insufficient_funds": 24,
    "account_closed": 5,
    "no_account": 5,
    "debit_not_authorized": 3,
    "dispute": 2,
    "late_return": 4,
}
REFUNDS, SHORT_REFUNDS = 12, 40  # per thousand; more in a short history, which is to show some
MONTHS = (0.9, 0.9, 1.0, 1.05, 1.0, 1.0, 0.9, 0.95, 1.05, 1.1, 1.15, 1.2)
OPENS, CLOSES = 15 * 3600, 24 * 3600  # payments are made between 15:00 and 24:00 UTC, after the day's bank answers
BANKS = (
    ("CHASE BANK", "021000021"),
    ("BANK OF AMERICA, N.A.", "026009593"),
    ("WELLS FARGO BANK", "121000248"),
    ("CITIBANK", "021000089"),
    ("US BANK", "091000022"),
    ("PNC BANK", "043000096"),
    ("TD BANK", "031201360"),
    ("CAPITAL ONE", "056073502"),
    ("ALLY BANK", "124003116"),
)
FIRST_NAMES = (
    "Ada Amara Ben Carlos Chidi Dana Elena Felix Grace Hana Imani Jack Jenny Jorge Kofi Laila Leo Maya Mei Noah Nora "
    "Omar Priya Quinn Rosa Sam Sofia Tariq Uma Victor Wanda Xavier Yara Zoe"
)
LAST_NAMES = (
    "Adams Baker Chen Diaz Evans Fischer Garcia Hughes Ivanov Johnson Kim Lopez Miller Nguyen Okafor Patel Quigley "
    "Rosen Singh Torres Ueda Vargas Walker Xu Young Zimmer"
)
FIRST, LAST = FIRST_NAMES.split(), LAST_NAMES.split()
TRADES = ("Bakery", "Dental", "Freight", "Gardens", "Hardware", "Logistics", "Printing", "Studio", "Supply", "Works")


class Past:
    """The customers of a history and what they pay with, while it is being lived through."""

    def __init__(self, moment: Moment, source: random.Random, refunds: int, until: int) -> None:
        """`refunds` are those of a thousand payments; nothing is refunded after `until` (epoch seconds)."""
        self.moment, self.source, self.refunds, self.until = moment, source, refunds, until
        self.payers: list[tuple[Document, str]] = []
        self.made = 0

    def add_customer(self, number: int) -> None:
        """One more customer, a person or (one in four) a company, with a verified account and a mandate."""
        pick = self.source.choice
        first, last = pick(FIRST), pick(LAST)
        company = self.source.random() < 0.25
        name = f"{last} {pick(TRADES)} LLC" if company else f"{first} {last}"
        customer = customers.make_customer(
            self.moment,
            name=name,
            email=f"{first}.{last}{number}@example.com".lower(),
            metadata={"reference": f"C-{10000 + number}"},
        )
        self.payers.append(self.open_account(customer["id"], name, company))

    def open_account(self, customer: str, name: str, company: bool) -> tuple[Document, str]:
        """A new verified account with a mandate."""
        bank, routing = self.source.choice(BANKS)
        account = accounts.make_account(
            self.moment,
            self.moment.id("ba"),
            f"{self.source.randrange(10**9, 10**10)}",
            routing,
            customer=customer,
            account_holder_name=name,
            account_holder_type="company" if company else "individual",
            account_type="checking" if company or self.source.random() < 0.85 else "savings",
            bank_name=bank,
            status="verified",
        )
        kept = tables.get(self.moment.db, "customer", customer)
        if kept:
            tables.change(self.moment.db, {**kept, "default_source": account["id"]})
        acceptance = {"type": "offline", "accepted_at": self.moment.at}
        return account, mandates.make_mandate(self.moment, account, acceptance)["id"]

    def pay(self, at: int, legacy: bool, ending: str) -> None:
        """One payment of a customer, at its own time."""
        place = min(int(self.source.paretovariate(1.2)) - 1, len(self.payers) - 1)
        place = place if self.source.random() < 0.2 else self.source.randrange(len(self.payers))
        account, mandate = self.payers[place]
        moment, self.made = self.moment, self.made + 1
        moment.at = at
        invoice = f"INV-{100000 + self.made}"
        amount = round(min(max(self.source.lognormvariate(9.6, 1.0), 500), 2_500_000))
        texts: dict[str, Any] = {
            "descriptor": "ACH DESK",
            "description": f"Invoice {invoice}",
            "metadata": json.dumps({"invoice": invoice}),
        }
        intent = None if legacy else self._intend(account, amount, texts)
        outcome = OUTCOMES[ending]
        charge = lifecycle.start_debit(
            moment, intent, account, outcome, mandate=None if legacy else mandate, amount=amount, **texts
        )
        if ending == "success" and self.source.random() < self.refunds / 1000:
            refunded_at = at + self.source.randrange(9, 21) * DAY
            # From then on people order refunds. One that nobody ordered may turn the balance, and no payout follows.
            if refunded_at <= self.until:
                moment.schedule(refunded_at, "refund", charge["id"])
        if outcome.kind == "disputed" or outcome.block:  # they pay from another account from now on
            holder, company = account["account_holder_name"], account["account_holder_type"] == "company"
            self.payers[place] = self.open_account(account["customer"], holder, company)

    def _intend(self, account: Document, amount: int, texts: dict[str, Any]) -> Document:
        intent = {
            "id": self.moment.id("pi"),
            "customer": account["customer"],
            "account": account["id"],
            "amount": amount,
            "created": self.moment.at,
            "status": "requires_confirmation",
            **texts,
        }
        tables.insert(self.moment.db, "intents", **intent)
        lifecycle.emit_intent(self.moment, "payment_intent.created", intent["id"])
        return intent


def share_out(first: date, days: int, payments: int) -> list[int]:
    """How many payments fall on each day: weekdays, seasons and growth, adding up to all of them."""
    weights = []
    for number in range(days):
        day = first + timedelta(days=number)
        weekday = (1.2, 1.0, 1.0, 1.0, 1.1, 0.08, 0.05)[day.weekday()]
        closed = 0.3 if day.weekday() < 5 and not is_business_day(day) else 1.0
        weights.append(weekday * closed * MONTHS[day.month - 1] * (1 + 0.5 * number / days))
    totals = [round(payments * part / sum(weights)) for part in accumulate(weights)]
    return [total - before for before, total in zip([0, *totals], totals, strict=False)]


def fill(state: State, *, payments: int | None = None, seed: int = 1) -> None:
    """Give the state its history, unless it has one."""
    with state.transaction() as db:
        tables.prepare(db)
        if state.setting("history") or db.execute("SELECT 1 FROM objects LIMIT 1").fetchone():
            return
        state.set("history", str(payments or DEFAULT_PAYMENTS))
        db.execute("DELETE FROM jobs")
    wanted = DEFAULT_PAYMENTS if payments is None else payments
    days = DEFAULT_DAYS if payments is None else LONG_DAYS
    count = DEFAULT_CUSTOMERS if payments is None else max(DEFAULT_CUSTOMERS, wanted // PAYMENTS_PER_CUSTOMER)
    source = random.Random(seed)
    now = state.clock.now()
    first = now.date() - timedelta(days=days - 1)
    with state.transaction() as db:
        moment = engine.open_moment(state, db)
        moment.source = source
        refunds = SHORT_REFUNDS if payments is None else REFUNDS
        past = Past(moment, source, refunds, until=int(now.timestamp()))
        for number in range(count):
            moment.at = midnight(first) - source.randrange(1, 60) * DAY + source.randrange(OPENS, CLOSES)
            past.add_customer(number)
        start = add_business_days(first, 1)
        moment.schedule(payouts.payout_time(start), "payouts", start.isoformat())
    endings = draw_endings(source, wanted, forced=payments is None)
    place = 0
    for number, many in enumerate(share_out(first, days, wanted)):
        day = first + timedelta(days=number)
        with state.transaction() as db:
            moment.db = db
            _live(past, day, endings[place : place + many], number / days, now)
        place += many
    with state.transaction() as db:
        moment.db = db
        engine.run_due(moment, int(now.timestamp()))


def draw_endings(source: random.Random, count: int, *, forced: bool) -> list[str]:
    """How each payment ends, in order; `forced` puts one dispute and two failures where a short history shows them."""
    bounds = list(accumulate(ENDINGS.values()))
    names = list(ENDINGS)
    drawn = []
    for _ in range(count):
        number = source.random() * 1000
        drawn.append(names[bisect(bounds, number)] if number < bounds[-1] else "success")
    if forced:
        for part, ending in ((0.60, "dispute"), (0.70, "account_closed"), (0.85, "insufficient_funds")):
            drawn[int(count * part)] = ending
    return drawn


def _live(past: Past, day: date, endings: list[str], position: float, now: datetime) -> None:
    opens = midnight(day) + OPENS
    closes = midnight(day) + CLOSES
    if day == now.date():
        opens, closes = min(opens, midnight(day)), int(now.timestamp())
    engine.run_due(past.moment, min(opens, int(datetime.combine(now.date(), time(), UTC).timestamp()) + DAY, closes))
    old = next((share for until, share in OLD_RAIL_SHARE if position < until), 0.0)
    times = sorted(past.source.randrange(opens, max(closes, opens + 1)) for _ in endings)
    for at, ending in zip(times, endings, strict=True):
        past.pay(at, past.source.random() < old, ending)

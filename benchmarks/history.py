"""A deterministic history of payments as Stripe's list endpoints would answer it, in a few bytes a payment.

A payment is a number, oldest first. What can be computed from the number is not kept, so a million payments take about
100 MB; their bodies are rendered when they are asked for, and kept where there are few enough of them.
"""

from __future__ import annotations

import json
import random
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks import templates
from benchmarks.templates import Template

VERSION = 3  # counts in the key of cached databases: raise it when the history changes
DAY = 86_400
PAGE = 100  # Stripe: `limit` is at most 100
END = 1_795_478_400  # 2026-11-24 00:00 UTC, where nobody says otherwise; the payments lie before it
WAITING_DAYS = 4  # the youngest have no answer yet
SETTLES_AFTER = 6  # days: T+4 business days and a weekend
CODES = ("insufficient_funds", "account_closed", "no_account", "debit_not_authorized", "bank_account_restricted")
PENDING, SUCCEEDED, REFUNDED, RETURNED, FAILED = range(5)  # FAILED + k failed with CODES[k]
BANKS = [name.encode() for name in ("STRIPE TEST BANK", "FIRST PLATYPUS BANK", "HOUNDSTOOTH BANK", "TATTERSALL FCU")]
BANKS += [b"COMMUNITY BANK %d" % number for number in range(1, 37)]
FIRST = b"Ada Amelia Bruno Carmen Dora Edgar Felix Greta Hugo Ines Jonas Klara Leo Mina Noor Otto Pia Quinn Rosa Simon".split()
LAST = b"Adler Brandt Castro Diaz Eriksen Fischer Garcia Hansen Ito Jensen Kowalski Lopez Moreau Novak Okafor".split()
RAIL_SHARE = 10  # the oldest tenth came over the old rail
EVENT_SECONDS = 20  # the changes happen within so many seconds
CUSTOMER_SHARE = 50  # payments a customer
KEPT_BODIES = 200_000  # listings up to this long keep their bodies: rendering must not slow the server
# A balance transaction's number is its type and the payment's (or the payout's) number.
TYPES = {1: ("payment", "charge", "py"), 2: ("payment_failure_refund", "charge_failure", "py")}
TYPES |= {3: ("payment_refund", "refund", "re"), 4: ("adjustment", "dispute", "du"), 5: ("payout", "payout", "po")}
STEP = 10**20
_FIELDS = ("number", "amount", "created", "customer_n", "name", "bank", "account", "last4", "debit_on")


@dataclass
class Listing:
    """One resource, newest first: codes (numbers), creation times, and a way to render a code."""

    prefix: str
    codes: Sequence[int]
    ages: Sequence[int]  # minus created, so that bisect works
    created_of: Callable[[int], int]
    render: Callable[[int], bytes]

    def __post_init__(self) -> None:
        self._kept: list[bytes | None] | None = [None] * len(self.codes) if len(self.codes) <= KEPT_BODIES else None

    def __len__(self) -> int:
        return len(self.codes)

    def body(self, place: int) -> bytes:
        """The object at a place."""
        if self._kept is None:
            return self.render(self.codes[place])
        found = self._kept[place]
        if found is None:
            found = self._kept[place] = self.render(self.codes[place])
        return found

    @property
    def bodies(self) -> Iterator[bytes]:
        """Every object, newest first."""
        return (self.body(place) for place in range(len(self)))

    def warm(self) -> None:
        """Render now what is kept."""
        if self._kept is not None:
            for place in range(len(self)):
                self.body(place)

    def forget(self, place: int) -> None:
        """Render this one anew when it is next asked for."""
        if self._kept is not None:
            self._kept[place] = None

    def place(self, id: str) -> int | None:
        """Where an id stands; None where there is no such object."""
        prefix, _, digits = id.partition("_")
        if prefix != self.prefix or not digits.isdecimal():
            return None
        code = int(digits)
        try:
            age = -self.created_of(code)
        except (IndexError, KeyError):
            return None
        low, high = bisect_left(self.ages, age), bisect_right(self.ages, age)
        return next((place for place in range(low, high) if self.codes[place] == code), None)

    def window(self, low: int | None, high: int | None) -> tuple[int, int]:
        """The places of `low <= created < high`."""
        first = bisect_left(self.ages, -(high - 1)) if high is not None else 0
        last = bisect_right(self.ages, -low) if low is not None else len(self.codes)
        return first, max(first, last)


class History:
    """Everything that a Stripe account of `count` payments lists, and changes of it."""

    def __init__(self, count: int, days: int = 730, seed: int = 7, end: int = END) -> None:
        self.count, self.days, self.end, self.seed = count, days, end, seed
        self.start = end - days * DAY
        self.customers = max(10, count // CUSTOMER_SHARE)
        self.legacy = count // RAIL_SHARE
        self.created = array("q", self._times())
        self.outcome = bytearray(self._outcome(number) for number in range(count))
        self._first_outcome = bytes(self.outcome)  # what was settled stays settled, whatever changes later
        self._make_templates()
        self.resources: dict[str, Listing] = {}
        self._list()
        self.events: list[tuple[str, int, str, bytes]] = []  # id, created, type, body; newest first

    def _times(self) -> Iterator[int]:
        """Weekdays carry five times a weekend day, office hours most of a day; oldest first."""
        first = self.start // DAY
        weights = [1 if (first + day + 3) % 7 >= 5 else 5 for day in range(self.days)]
        total, sent, so_far = sum(weights), 0, 0
        for day, weight in enumerate(weights):
            so_far += weight
            wanted = self.count * so_far // total - sent
            for number in range(wanted):
                share = (number + 0.5) / wanted
                hours = (
                    8 + 12 * (share - 0.05) / 0.9
                    if 0.05 < share < 0.95
                    else (share * 160 if share < 0.5 else 20 + (share - 0.95) * 79)
                )
                yield self.start + day * DAY + int(hours * 3600)
            sent += wanted

    def _mix(self, number: int, salt: int) -> int:
        """A number that looks random, the same in every run."""
        mixed = (number * 2_654_435_761 + salt * 40_503 + self.seed * 97) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 15)) * 2_246_822_519) & 0xFFFFFFFF
        return mixed ^ (mixed >> 13)

    def _outcome(self, number: int) -> int:
        if self.created[number] >= self.end - WAITING_DAYS * DAY:
            return PENDING
        drawn = self._mix(number, 1) % 10_000
        if drawn < 350:
            return FAILED + (0, 0, 0, 0, 0, 0, 1, 2, 3, 4)[drawn % 10]
        if drawn < 365 and self.created[number] < self.end - 12 * DAY:
            return RETURNED
        return REFUNDED if drawn < 470 and self.created[number] < self.end - 9 * DAY else SUCCEEDED

    def _make_templates(self) -> None:
        def compiled(document: dict[str, Any], fields: Sequence[str] = _FIELDS) -> tuple[Template, tuple[int, ...]]:
            template = Template(document)
            return template, template.order(fields)

        self._charges, self._intents = {}, {}
        for outcome in range(FAILED + len(CODES)):
            code = CODES[outcome - FAILED] if outcome >= FAILED else None
            status = "failed" if code else ("pending" if outcome == PENDING else "succeeded")
            for legacy in (False, True):
                document = templates.charge(
                    legacy=legacy, status=status, code=code, refunded=outcome == REFUNDED, disputed=outcome == RETURNED
                )
                self._charges[outcome, legacy] = compiled(document)
            intent = {"failed": "requires_payment_method", "pending": "processing"}.get(status, status)
            self._intents[outcome] = compiled(templates.intent(status=intent, code=code))
        self._refund, self._dispute = Template(templates.refund()), Template(templates.dispute())
        self._payout, self._customer = Template(templates.payout()), Template(templates.customer())
        self._settlements = {
            (kind, status): Template(
                templates.balance_transaction(type=type, category=category, source=source, status=status)
            )
            for kind, (type, category, source) in TYPES.items()
            for status in ("available", "pending")
        }

    def _list(self) -> None:
        count, days = self.count, range(self.start // DAY + SETTLES_AFTER, self.end // DAY)
        refunds = [n for n in range(count) if self.outcome[n] == REFUNDED]
        disputes = [n for n in range(count) if self.outcome[n] == RETURNED]
        failures = [n for n in range(count) if self.outcome[n] >= FAILED]
        self.payouts = [day for day in days if self._settled_on(day)]
        balance_transactions = [STEP + number for number in range(count)]
        balance_transactions += [2 * STEP + number for number in failures] + [3 * STEP + number for number in refunds]
        balance_transactions += [4 * STEP + number for number in disputes] + [5 * STEP + day for day in self.payouts]
        legacy_free = range(self.legacy, count)
        for resource, prefix, codes, created, render in (
            ("charges", "py", range(count), self.created.__getitem__, self._render_charge),
            ("payment_intents", "pi", legacy_free, self.created.__getitem__, self._render_intent),
            ("balance_transactions", "txn", balance_transactions, self._settlement_created, self._render_settlement),
            ("refunds", "re", refunds, lambda n: self.created[n] + 5 * DAY, self._render_refund),
            ("disputes", "du", disputes, lambda n: self.created[n] + 8 * DAY, self._render_dispute),
            ("payouts", "po", self.payouts, lambda day: day * DAY, self._render_payout),
            ("customers", "cus", range(self.customers), self._customer_created, self._render_customer),
        ):
            ordered = sorted(codes, key=lambda code: (-created(code), -code))
            self.resources[resource] = Listing(
                prefix, ordered, array("q", (-created(c) for c in ordered)), created, render
            )

    # -- what belongs to a number

    def amount(self, number: int) -> int:
        """Cents of a payment: mostly small, some large."""
        drawn = self._mix(number, 2)
        return 500 + drawn % 45_000 + (drawn % 900_000 if drawn % 20 == 0 else 0)

    def customer_of(self, number: int) -> int:
        """Whose payment it is: few have many."""
        drawn = self._mix(number, 3) / 2**32
        return int(drawn * drawn * self.customers)

    def name(self, customer: int) -> bytes:
        """A customer's name."""
        return b"%s %s %d" % (FIRST[customer % len(FIRST)], LAST[self._mix(customer, 4) % len(LAST)], customer)

    def is_paid_out(self, number: int) -> bool:
        """Whether its balance transaction lies in a payout."""
        day = self.created[number] // DAY + SETTLES_AFTER
        return day < self.end // DAY

    def _values(self, number: int) -> tuple[Any, ...]:
        customer, created = self.customer_of(number), self.created[number]
        debit_on = datetime.fromtimestamp(created + DAY, UTC).strftime("%Y-%m-%d").encode()
        bank, last4 = BANKS[customer % len(BANKS)], self._mix(customer, 5) % 10_000
        return (number, self.amount(number), created, customer, self.name(customer), bank, customer, last4, debit_on)

    def _render_charge(self, number: int) -> bytes:
        template, order = self._charges[self.outcome[number], number < self.legacy]
        values = self._values(number)
        return template.fill([values[place] for place in order])

    def _render_intent(self, number: int) -> bytes:
        template, order = self._intents[self.outcome[number]]
        values = self._values(number)
        return template.fill([values[place] for place in order])

    def _render_refund(self, number: int) -> bytes:
        values = {"number": number, "amount": self.amount(number), "created": self.created[number] + 5 * DAY}
        return self._refund.fill([values[name] for name in self._refund.names])

    def _render_dispute(self, number: int) -> bytes:
        values = {"number": number, "amount": self.amount(number), "created": self.created[number] + 8 * DAY}
        return self._dispute.fill([values[name] for name in self._dispute.names])

    def _render_customer(self, number: int) -> bytes:
        values = {"number": number, "created": self._customer_created(number), "name": self.name(number)}
        return self._customer.fill([values[name] for name in self._customer.names])

    def _render_payout(self, day: int) -> bytes:
        amount = sum(self._money(code)[1] for code in self._settled_on(day))
        values = {"number": day, "amount": amount, "arrival": (day + 1) * DAY, "created": day * DAY}
        return self._payout.fill([values[name] for name in self._payout.names])

    def _customer_created(self, number: int) -> int:
        if not 0 <= number < self.customers:
            raise IndexError(number)
        return self.start - 1000 * (self.customers - number)

    # -- balance transactions

    def _settlement_created(self, code: int) -> int:
        kind, number = divmod(code, STEP)
        if kind == 5:
            return number * DAY
        return self.created[number] + {1: 3600, 2: 3 * DAY, 3: 5 * DAY, 4: 8 * DAY}[kind]

    def _money(self, code: int) -> tuple[int, int, int]:
        """Gross, net, fee in cents."""
        kind, number = divmod(code, STEP)
        if kind == 5:
            gross = -sum(self._money(one)[1] for one in self._settled_on(number))
            return gross, gross, 0
        gross = self.amount(number)
        fee = {1: min(500, gross * 8 // 1000), 2: 400, 3: 0, 4: 1500}[kind]
        gross = gross if kind == 1 else -gross
        return gross, gross - fee, fee

    def _render_settlement(self, code: int) -> bytes:
        kind, number = divmod(code, STEP)
        gross, net, fee = self._money(code)
        created = self._settlement_created(code)
        available = number * DAY if kind == 5 else (created // DAY + SETTLES_AFTER) * DAY
        values = {"code": code, "gross": gross, "net": net, "fee": fee, "created": created}
        values |= {"available_on": available, "source": number}
        template = self._settlements[kind, "available" if available < self.end else "pending"]
        return template.fill([values[name] for name in template.names])

    def _settled_on(self, day: int) -> list[int]:
        """The balance transactions that this day's payout pays out: of the payments made SETTLES_AFTER days before.

        What is taken back later (refunds, late returns) lies in the payout of the payment itself, which keeps the sum
        of every payout right without a second index. What `change` takes back lies in none.
        """
        low = bisect_left(self.created, (day - SETTLES_AFTER) * DAY)
        high = bisect_left(self.created, (day - SETTLES_AFTER + 1) * DAY)
        codes = [STEP + number for number in range(low, high)]
        first = self._first_outcome
        codes += [2 * STEP + number for number in range(low, high) if first[number] >= FAILED]
        codes += [3 * STEP + number for number in range(low, high) if first[number] == REFUNDED]
        codes += [4 * STEP + number for number in range(low, high) if first[number] == RETURNED]
        return codes

    def paid_in(self, payout: str) -> list[int]:
        """Places in the list of balance transactions of one payout, the payout's own among them, newest first."""
        digits = payout.removeprefix("po_")
        listing = self.resources["balance_transactions"]
        if not digits.isdecimal() or int(digits) not in self.payouts:
            return []
        codes = [5 * STEP + int(digits), *self._settled_on(int(digits))]
        places = (listing.place(f"txn_{code:021d}") for code in codes)
        return sorted(place for place in places if place is not None)

    def held(self) -> dict[str, int]:
        """Cents in no payout, by Stripe's source type."""
        found = {"bank_account": 0, "card": 0}
        for code in self.resources["balance_transactions"].codes:
            kind, number = divmod(code, STEP)
            if kind != 5 and not self.is_paid_out(number):
                found["bank_account" if number < self.legacy else "card"] += self._money(code)[1]
        return found

    # -- changes

    @property
    def charges(self) -> list[dict[str, Any]]:
        """Every charge as an object, newest first."""
        return [json.loads(body) for body in self.resources["charges"].bodies]

    def change(self, share: float, *, intents: bool = True, at: int | None = None) -> list[str]:
        """Change the status of this share of the charges, with Stripe's events for it; returns the charges' ids.

        Each change is told as `charge.*` and, where `intents` and the rail has one, as `payment_intent.*`, within the
        seconds before `at` (now, if not said).
        """
        at = at or int(time.time())
        rng = random.Random(self.seed)
        free = [number for number in range(self.count) if self.outcome[number] != RETURNED]  # a return is final
        chosen = rng.sample(free, max(1, int(self.count * share)))
        for place, number in enumerate(chosen):
            before = self.outcome[number]
            if before >= FAILED:
                after = SUCCEEDED
            else:
                after = (FAILED + self._mix(number, 6) % len(CODES)) if place % 5 else RETURNED
                after = SUCCEEDED if before == PENDING and place % 3 else after
            self._set(number, after)
            self._tell(number, place, at - place % EVENT_SECONDS, intents)
        self.events.sort(key=lambda event: (-event[1], event[0]))
        return [f"py_{number:020d}" for number in chosen]

    def _set(self, number: int, outcome: int) -> None:
        self.outcome[number] = outcome
        for resource, prefix in (("charges", "py"), ("payment_intents", "pi")):
            listing = self.resources[resource]
            place = listing.place(f"{prefix}_{number:020d}")
            if place is not None:
                listing.forget(place)
        self._relist("disputes", number, outcome == RETURNED)

    def _relist(self, resource: str, number: int, wanted: bool) -> None:
        """Put a refund or a dispute into its list; what is there stays there, as at Stripe."""
        listing = self.resources[resource]
        if not wanted or listing.place(f"{listing.prefix}_{number:020d}") is not None:
            return
        codes = sorted([*listing.codes, number], key=lambda code: (-listing.created_of(code), -code))
        ages = array("q", (-listing.created_of(code) for code in codes))
        self.resources[resource] = Listing(listing.prefix, codes, ages, listing.created_of, listing.render)

    def _tell(self, number: int, place: int, created: int, intents: bool) -> None:
        after = self.outcome[number]
        status = "failed" if after >= FAILED else "succeeded"
        told = [("charge.dispute.created" if after == RETURNED else f"charge.{status}", self._told(after, number))]
        if intents and number >= self.legacy and after != RETURNED:
            kind = "payment_intent.succeeded" if status == "succeeded" else "payment_intent.payment_failed"
            told.append((kind, self._render_intent(number)))
        for part, (kind, body) in enumerate(told):
            id = f"evt_{place:018d}{part:02d}"
            event = b'{"id": "%s", "object": "event", "api_version": "2026-10-28.endive", "created": %d, "data": {"object": %s}, '
            event += b'"livemode": false, "pending_webhooks": 0, "request": {"id": null, "idempotency_key": null}, "type": "%s"}'
            self.events.append((id, created, kind, event % (id.encode(), created, body, kind.encode())))

    def _told(self, outcome: int, number: int) -> bytes:
        return self._render_dispute(number) if outcome == RETURNED else self._render_charge(number)

    def truth(self) -> Iterator[tuple[str, str, int, int, int, str, str]]:
        """Each charge as it should be kept: id, status, amount, amount refunded, disputed, failure code, our state."""
        for number in range(self.count):
            outcome, amount = self.outcome[number], self.amount(number)
            code = CODES[outcome - FAILED] if outcome >= FAILED else ""
            status = "failed" if code else ("pending" if outcome == PENDING else "succeeded")
            state = "paid_out" if self.is_paid_out(number) else "succeeded"
            state = {PENDING: "pending", REFUNDED: "refunded", RETURNED: "returned_late"}.get(outcome, state)
            yield (
                f"py_{number:020d}",
                status,
                amount,
                amount if outcome == REFUNDED else 0,
                int(outcome == RETURNED),
                code,
                "failed" if code else state,
            )

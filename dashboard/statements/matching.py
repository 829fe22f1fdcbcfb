"""Payouts matched with the bank statement: proposed by rules, confirmed, rejected and undone by a person.

A proposal is worked out each time from what is in no match; only decisions are kept. Whatever is in no proposal is
listed with its age and the next step, on both sides.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dashboard.domain.business_days import count_business_days
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import count, money
from dashboard.domain.ids import new_id
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.domain.payout_matching import (
    LATE,
    BankLine,
    ExpectedPayout,
    MatchState,
    Proposal,
    is_stripes,
    known_other,
    propose,
)
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.engine.dialect import IntegrityError
from dashboard.store.sql import from_epoch, to_epoch

BEFORE = timedelta(days=21)  # payouts that arrived so long before the first line of a statement can be on none
ON_ITS_WAY = ("pending", "in_transit")
RULES = "ach-desk"


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


class PayoutMatching:
    """Matches payouts with bank lines."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    def overview(self, actor: Actor) -> Overview:
        """Proposals, what is unmatched on either side, and the money on its way."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._look()

    def confirm(self, actor: Actor, keys: Sequence[str]) -> int:
        """Match these proposals, all or none; how many. Raises InputError where one is not proposed any more."""
        require(actor, Permission.MATCH_PAYOUTS)
        with self._store.transaction():
            chosen = self._choose(keys)
            for one in chosen:
                self._keep(actor, one, confirmed=True)
        return len(chosen)

    def confirm_certain(self, actor: Actor) -> int:
        """Match every proposal whose trace number is in the line, where the setting allows it; how many."""
        require(actor, Permission.IMPORT_STATEMENTS)
        if not self._settings.match_certain:
            return 0
        with self._store.transaction():
            certain = self._look().certain
            for one in certain:
                self._keep(actor, one, confirmed=True, by=RULES)
        return len(certain)

    def reject(self, actor: Actor, keys: Sequence[str]) -> int:
        """Say no to these proposals: none of their pairs is proposed again; how many. Raises InputError."""
        require(actor, Permission.MATCH_PAYOUTS)
        with self._store.transaction():
            chosen = self._choose(keys)
            for one in chosen:
                self._keep(actor, one, confirmed=False)
        return len(chosen)

    def undo(self, actor: Actor, match_id: str) -> None:
        """End a match: its parts are free again and may be proposed again. Raises InputError."""
        require(actor, Permission.MATCH_PAYOUTS)
        with self._store.transaction():
            require_found(self._store.payout_matches.get(match_id), "match")
            now = self._clock.now()
            if not self._store.payout_matches.withdraw(match_id, actor.name, now):
                raise InputError("This match was undone already.", action="Reload the page.", code="match_ended")
            parts = [row["part_id"] for row in self._store.payout_matches.parts(match_id) if row["kind"] == "payout"]
            self._store.trail.append(actor, "payout.match_withdrawn", match_id, now, payouts=", ".join(parts))

    def matched(self, actor: Actor, limit: int = 100, offset: int = 0) -> list[dict[str, Any]]:
        """The matches in force, the last one first: how, why, made_by, made_at, cents, lines, payouts, arrival."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._store.payout_matches.confirmed(limit, offset)

    def at_bank(self, actor: Actor, payout_id: str) -> list[dict[str, Any]]:
        """The bank lines that a payout is matched with: posted_on, cents, currency, text, account, how, made_by."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._store.payout_matches.lines_of_payout(payout_id)

    def letter(self, actor: Actor, payout_id: str) -> str:
        """What to write to the bank about a payout that it should have posted. Raises InputError."""
        require(actor, Permission.VIEW_STATEMENTS)
        row = require_found(self._store.payouts.get(payout_id), "payout")
        arrival = from_epoch(row["arrival"]).date()
        days = count_business_days(arrival, self._today())
        return "\n".join(
            (
                "To the ACH department",
                "",
                f"We expected an ACH credit of {money(row['amount'], row['currency'])} from Stripe on"
                f" {arrival.isoformat()}. {count(days, 'business day')} later it is not on our statement.",
                "",
                "Originator: STRIPE, company id 1800948598 (or 4270465600)",
                f"Trace number: {row['trace'] or 'not given by Stripe'}",
                f"Stripe's payout: {row['id']}",
                f"Amount: {money(row['amount'], row['currency'])}",
                f"Expected settlement date: {arrival.isoformat()}",
                "",
                "Please find this entry by its trace number, and tell us where it was posted or when it was returned.",
                "",
            )
        )

    def _today(self) -> date:
        return self._clock.now().astimezone(self._settings.timezone).date()

    def _look(self) -> Overview:
        table = self._store.payout_matches
        span = table.covered()
        covered = (date.fromisoformat(span[0]), date.fromisoformat(span[1])) if span else None
        since = _epoch(covered[0] - BEFORE) if covered else 0
        rows = {row["id"]: row for row in table.free_payouts(since)}
        payouts = {id: _payout(row) for id, row in rows.items()}
        kept = table.free_lines()
        accounts = {row["id"]: row["account"] for row in kept}
        lines = {row["id"]: _line(row) for row in kept}
        candidates = [
            Candidate(
                _key(one),
                one,
                tuple(lines[id] for id in one.lines),
                tuple(payouts[id] for id in one.payouts),
            )
            for one in propose(lines.values(), payouts.values(), table.rejected())
        ]
        used = {id for one in candidates for id in (*one.proposal.lines, *one.proposal.payouts)}
        today, last = self._today(), covered[1] if covered else None
        waiting = [_wait(payout, rows[id]["status"], today, last) for id, payout in payouts.items() if id not in used]
        loose = [_loose(line, accounts[id], today) for id, line in lines.items() if id not in used and is_stripes(line)]
        totals: defaultdict[str, int] = defaultdict(int)
        for one in waiting:
            if one.is_on_its_way:
                totals[one.payout.currency] += one.payout.cents
        return Overview(
            candidates=tuple(candidates),
            waiting=tuple(sorted(waiting, key=lambda one: (one.payout.arrival, one.payout.id))),
            loose=tuple(one for one in loose if not one.explained),
            explained=tuple(one for one in loose if one.explained),
            matched=table.count_confirmed(),
            covered=covered,
            in_transit=dict(totals),
        )

    def _choose(self, keys: Sequence[str]) -> list[Candidate]:
        there = {one.key: one for one in self._look().candidates}
        if not keys or any(key not in there for key in keys):
            raise InputError(
                "This proposal is not there any more." if keys else "No proposal is chosen.",
                meaning="Nothing was changed. A line or payout of it was matched meanwhile, or a new file came.",
                action="Look at the list again.",
                code="match_changed",
            )
        return [there[key] for key in dict.fromkeys(keys)]

    def _keep(self, actor: Actor, one: Candidate, *, confirmed: bool, by: str = "") -> None:
        now, id = self._clock.now(), new_id("match")
        values: dict[str, object] = {
            "id": id,
            "state": (MatchState.CONFIRMED if confirmed else MatchState.REJECTED).value,
            "how": one.proposal.how.value,
            "why": one.proposal.why,
            "made_by": by or actor.name,
            "made_at": to_epoch(now),
        }
        try:
            self._store.payout_matches.add(
                values,
                [(line.id, line.cents) for line in one.lines],
                [(payout.id, payout.cents) for payout in one.payouts],
                live=confirmed,
            )
        except IntegrityError:
            raise InputError(
                "A part of this was matched meanwhile.", meaning="Nothing was changed.", action="Reload the page."
            ) from None
        self._store.trail.append(
            actor,
            "payout.matched" if confirmed else "payout.match_rejected",
            id,
            now,
            how=one.proposal.how.value,
            payouts=", ".join(payout.id for payout in one.payouts),
            lines=len(one.lines),
            cents=one.cents,
        )


def _line(row: dict[str, Any]) -> BankLine:
    return BankLine(
        row["id"],
        date.fromisoformat(row["posted_on"]),
        row["cents"],
        row["currency"],
        row["text"],
        row["reference"],
    )


def _payout(row: dict[str, Any]) -> ExpectedPayout:
    return ExpectedPayout(
        row["id"],
        from_epoch(row["arrival"]).date(),
        row["amount"],
        row["currency"],
        row["trace"] or "",
        row["status"] == "failed",
    )


def _epoch(day: date) -> int:
    return to_epoch(datetime.combine(day, time(), UTC))


def _key(one: Proposal) -> str:
    """Names a proposal by how it was found and its parts."""
    parts = "|".join((one.how.value, *sorted(one.lines), *sorted(one.payouts)))
    return hashlib.sha256(parts.encode()).hexdigest()[:24]


def _wait(payout: ExpectedPayout, status: str, today: date, last: date | None) -> Waiting:
    """A payout with what to do about it; `last` is the last day of any statement."""
    age = max(0, count_business_days(payout.arrival, today))
    if payout.failed:
        step = "It failed, and the statement has no credit and return of it: nothing to do, unless the bank posted one."
    elif last is None or last < payout.arrival:
        step = (
            "It is on its way."
            if payout.arrival > today
            else f"Import a statement that reaches {payout.arrival.isoformat()}."
        )
    elif status in ON_ITS_WAY:
        step = "Stripe has not said that it arrived: sync, then look again."
    elif age >= LATE:
        step = "Write to the bank: the letter is below."
    else:
        step = f"Wait until {count(LATE, 'business day')} have passed; look whether it went to another account."
    return Waiting(payout, status, age, step, is_reached=last is not None and payout.arrival <= last)


def _loose(line: BankLine, account: str, today: date) -> Loose:
    age = max(0, count_business_days(line.posted_on, today))
    explained = known_other(line)
    if explained:
        step = "Explained: it is no payout."
    elif age <= 1:
        step = "Sync: the payout may not have been read yet."
    else:
        step = "Look for a payout of this amount at Stripe, also of another Stripe account."
    return Loose(line, account, age, step, explained)

"""Payouts matched with the bank statement: proposed by rules, confirmed, rejected and undone by a person.

A proposal is worked out each time from what is in no match; only decisions are kept. Whatever is in no proposal is
listed with its age and the next step, on both sides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.ids import new_id
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.domain.payout_matching import MatchState, Pass, Proposal, is_stripes, propose
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.statements.overview import (
    Candidate,
    Loose,
    Overview,
    check_by_hand,
    look_at,
    name_proposal,
    read_bank_line,
    read_payout,
    wait_for,
    write_letter,
)
from dashboard.store import Store
from dashboard.store.engine.dialect import IntegrityError
from dashboard.store.sql import from_epoch, to_epoch

BEFORE = timedelta(days=21)  # payouts that arrived so long before the first line of a statement can be on none
RULES = "ach-desk"


class PayoutMatching:
    """Matches payouts with bank lines."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._seen: tuple[tuple[object, ...], Overview] | None = None  # what was worked out last, and from what

    def overview(self, actor: Actor) -> Overview:
        """Proposals, what is unmatched on either side, and the money on its way."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self.latest()

    def latest(self) -> Overview:
        """The same for the desk itself, which nobody asks."""
        version = (*self._store.payout_matches.version(), self._today())
        kept = self._seen
        if kept is None or kept[0] != version:
            kept = self._seen = version, self._look()
        return kept[1]

    def match_by_hand(self, actor: Actor, line_ids: Sequence[str], payout_ids: Sequence[str]) -> None:
        """Match what no rule proposes. Raises InputError where a part is not free, or the amounts differ by a cent."""
        require(actor, Permission.MATCH_PAYOUTS)
        with self._store.transaction():
            table = self._store.payout_matches
            lines = tuple(map(read_bank_line, table.free_lines_by_id(line_ids)))
            payouts = tuple(map(read_payout, table.free_payouts_by_id(payout_ids)))
            check_by_hand(lines, payouts, len(set(line_ids)), len(set(payout_ids)))
            proposal = Proposal(
                Pass.BY_HAND,
                tuple(one.id for one in lines),
                tuple(one.id for one in payouts),
                f"{actor.name} matched them by hand.",
            )
            self._keep(actor, Candidate(name_proposal(proposal), proposal, lines, payouts), confirmed=True)

    def lines_of_amount(self, actor: Actor, cents: int, currency: str) -> list[Loose]:
        """Every free line of exactly this amount, whoever sent it: for a match by hand."""
        require(actor, Permission.VIEW_STATEMENTS)
        today = self._today()
        rows = self._store.payout_matches.free_lines_of(cents, currency)
        return [look_at(read_bank_line(row), row["account"], today) for row in rows]

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
        """The matches in force, the last one first: how, why, made_by, cents, lines, payouts, aware `made_at`.

        `arrival` is the day of the first payout.
        """
        require(actor, Permission.VIEW_STATEMENTS)
        return [
            {
                **row,
                "made_at": from_epoch(row["made_at"]),
                "arrival": from_epoch(row["arrival"]).date() if row["arrival"] else None,
            }
            for row in self._store.payout_matches.confirmed(limit, offset)
        ]

    def at_bank(self, actor: Actor, payout_id: str) -> list[dict[str, Any]]:
        """The bank lines that a payout is matched with: posted_on, cents, currency, text, account, how, made_by."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._store.payout_matches.lines_of_payout(payout_id)

    def letter(self, actor: Actor, payout_id: str) -> str:
        """What to write to the bank about a payout that it should have posted. Raises InputError."""
        require(actor, Permission.VIEW_STATEMENTS)
        row = require_found(self._store.payouts.get(payout_id), "payout")
        return write_letter(read_payout(row), self._today())

    def _today(self) -> date:
        return self._clock.now().astimezone(self._settings.timezone).date()

    def _look(self) -> Overview:
        table = self._store.payout_matches
        span = table.covered()
        covered = (date.fromisoformat(span[0]), date.fromisoformat(span[1])) if span else None
        since = _epoch(covered[0] - BEFORE) if covered else 0
        rows = {row["id"]: row for row in table.free_payouts(since)}
        payouts = {id: read_payout(row) for id, row in rows.items()}
        kept = table.free_lines()
        accounts = {row["id"]: row["account"] for row in kept}
        lines = {row["id"]: read_bank_line(row) for row in kept}
        candidates = [
            Candidate(
                name_proposal(one),
                one,
                tuple(lines[id] for id in one.lines),
                tuple(payouts[id] for id in one.payouts),
            )
            for one in propose(lines.values(), payouts.values(), table.rejected())
        ]
        used = {id for one in candidates for id in (*one.proposal.lines, *one.proposal.payouts)}
        today, last = self._today(), covered[1] if covered else None
        waiting = [
            wait_for(payout, rows[id]["status"], today, last) for id, payout in payouts.items() if id not in used
        ]
        loose = [
            look_at(line, accounts[id], today) for id, line in lines.items() if id not in used and is_stripes(line)
        ]
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


def _epoch(day: date) -> int:
    return to_epoch(datetime.combine(day, time(), UTC))

"""Everything that still stands in the way of closing a month, by name, with what to do about it and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from dashboard.domain.books import Balance, Blocker, Month
from dashboard.domain.business_days import last_business_day
from dashboard.domain.formatting import count, day, money
from dashboard.domain.models import Actor
from dashboard.domain.statement_chains import Hole, find_holes
from dashboard.staff.access import Permission, require
from dashboard.statements import read_periods
from dashboard.statements.matching import PayoutMatching
from dashboard.statements.overview import Candidate
from dashboard.store import Store
from dashboard.sync.permissions import read_left_out

UNDER_WAY = "backfill_under_way"
SYNC_AGAIN = "Sync on the payments page, then look again."
MATCH = "Match it under Payouts at the bank."
NEEDED = frozenset({"balance_transactions", "payouts", "charges", "refunds", "disputes"})


class Blockers:
    """Looks for what prevents a close."""

    def __init__(self, store: Store, matching: PayoutMatching, zone: tzinfo) -> None:
        self._store, self._matching, self._zone = store, matching, zone

    def find(self, actor: Actor, month: Month, balances: Sequence[Balance], now: datetime) -> tuple[Blocker, ...]:
        """What there is, what has to be read first before what it would explain."""
        require(actor, Permission.VIEW_STATEMENTS)
        today = now.astimezone(self._zone).date()
        found = list(self._unread(month, today, now))
        found += [_explain(row) for row in self._store.books.doubtful_payouts(month.ends_at)]
        found += [
            Blocker(
                f"The Stripe balance of {one.rail} does not tie: it differs by {money(one.difference, one.currency)}.",
                "See what is named above it; if nothing is, sync everything again (ach-desk sync --full).",
                "payments",
            )
            for one in balances
            if not one.ties
        ]
        return (*found, *self._statements(month, today), *self._unmatched(actor, month, today))

    def _unread(self, month: Month, today: date, now: datetime) -> list[Blocker]:
        """What of Stripe has not been read."""
        state, found = self._store.sync_state, []
        if today < month.after:
            found.append(Blocker("The month is not over.", f"It ends before {day(month.after, today)}.", "payments"))
        last = state.last_finished()
        if last is None:
            found.append(Blocker("Nothing was ever read from Stripe to its end.", SYNC_AGAIN, "payments"))
        elif today >= month.after and last["finished_at"] < month.ends_at and now.timestamp() >= month.ends_at:
            found.append(Blocker("The last sync ended before the month did.", SYNC_AGAIN, "payments"))
        windows = [one for one in state.open_windows() if one.start < month.ends_at]
        if windows:
            names = ", ".join(sorted({one.resource.replace("_", " ") for one in windows}))
            found.append(
                Blocker(f"The backfill has a hole in this month or before it: {names}.", SYNC_AGAIN, "payments")
            )
        elif state.cursor(UNDER_WAY):
            found.append(
                Blocker("A backfill is under way: some payouts are not taken apart yet.", SYNC_AGAIN, "payments")
            )
        for name, need in sorted(read_left_out(state).items()):
            if name in NEEDED:
                words = name.replace("_", " ")
                found.append(
                    Blocker(
                        f"The key may not read {words}.", f"Give it Stripe's permission {need}, then sync.", "setup"
                    )
                )
        if unread := self._store.books.count_unread(month.ends_at):
            what = f"The balance transactions of {count(unread, 'payment')} have not been read."
            found.append(Blocker(what, SYNC_AGAIN, "payments"))
        return found

    def _statements(self, month: Month, today: date) -> list[Blocker]:
        """Accounts whose statement does not reach the month's end, files that do not prove themselves, and holes."""
        accounts = self._store.statements.accounts()
        if not accounts:
            return [Blocker("There is no bank statement.", "Import one that reaches the month's end.", "statements")]
        found = []
        end = last_business_day(month.after - timedelta(days=1))  # banks post nothing after it
        last = end.isoformat()
        for account in accounts:
            name, files = _name(account), self._store.statements.periods(account["name"])
            reach = max([one["ends_on"] for one in files if one["ends_on"]] + [account["ends_on"] or ""])
            if reach < last:
                what = f"The statement of {name} does not reach {day(end, today)}"
                until = f" (it ends on {day(date.fromisoformat(reach), today)})" if reach else ""
                found.append(Blocker(f"{what}{until}.", "Import the rest of the month.", "statements"))
            found += [
                Blocker(
                    f"{one['name'] or 'A file'} of {name} does not tie: it differs by"
                    f" {money(one['difference_cents'], account['currency'])}.",
                    "Download the statement again, then import it.",
                    "statements",
                )
                for one in files
                if one["ties"] == "no"
                and one["begins_on"] < month.after.isoformat()
                and one["ends_on"] >= month.first.isoformat()
            ]
            found += [
                _say_hole(hole, name, account["currency"], today)
                for hole in find_holes(*read_periods(self._store.statements, account["name"]))
                if hole.first < month.after and hole.last >= month.first
            ]
        return found

    def _unmatched(self, actor: Actor, month: Month, today: date) -> list[Blocker]:
        """Payouts that arrived in the month and lines of it that nobody has confirmed or explained."""
        seen = self._matching.overview(actor)
        found = [_propose(one) for one in seen.candidates if _touches(one, month)]
        found += [
            Blocker(
                f"The payout of {money(one.payout.cents, one.payout.currency)} that arrives"
                f" {day(one.payout.arrival, today)} is matched with no bank line.",
                one.step,
                "matching",
                one.payout.id,
            )
            for one in seen.waiting
            if month.first <= one.payout.arrival < month.after and not one.payout.failed
        ]
        found += [
            Blocker(
                f"A line of Stripe's of {money(one.line.cents, one.line.currency)}, posted"
                f" {day(one.line.posted_on, today)},"
                " is no known payout.",
                one.step,
                "matching",
            )
            for one in seen.loose
            if month.first <= one.line.posted_on < month.after
        ]
        seen_ids = {one.payout.id for one in seen.waiting} | {p.id for one in seen.candidates for p in one.payouts}
        return found + self._before_statements(month, seen_ids)

    def _before_statements(self, month: Month, seen: set[str]) -> list[Blocker]:
        """Payouts that arrived so long before the first statement that nobody looks for them there."""
        rows = self._store.payout_matches.free_payouts(month.bank_begins)
        missed = [
            row
            for row in rows
            if row["arrival"] < month.bank_ends and row["status"] != "failed" and row["id"] not in seen
        ]
        if not missed:
            return []
        what = f"{count(len(missed), 'payout')} of this month arrived before the first line of any statement."
        return [
            Blocker(
                what, "Import the statement of those days.", "statements", missed[0]["id"] if len(missed) == 1 else ""
            )
        ]


def _name(account: Mapping[str, Any]) -> str:
    """`Operating ••1234`: what the team calls an account, and the end of its number where a file said it."""
    end = account["number_end"]
    return f"{account['name']} ••{end}" if end else str(account["name"])


def _say_hole(hole: Hole, name: str, currency: str, today: date) -> Blocker:
    days = " to ".join(day(one, today) for one in dict.fromkeys((hole.first, hole.last)))
    off = money(hole.cents, currency)
    if hole.are_days:
        what = f"No statement of {name} covers {days}" + (f": {off} is missing." if hole.cents else ".")
        step = "Import the statement of these days. Where none was posted, import one file from before to after them."
    else:
        what = f"The statements of {name} do not follow each other ({days}): the balance differs by {off}."
        step = "Download the days before and after it as one file, then import it."
    return Blocker(what, step, "statements")


def _touches(one: Candidate, month: Month) -> bool:
    days = [line.posted_on for line in one.lines] + [payout.arrival for payout in one.payouts]
    return any(month.first <= found < month.after for found in days)


def _propose(one: Candidate) -> Blocker:
    what = f"A match of {money(one.cents, one.currency)} is proposed and not confirmed."
    return Blocker(what, MATCH, "matching", one.payouts[0].id)


def _explain(row: dict[str, Any]) -> Blocker:
    amount = money(row["amount"], row["currency"])
    if not row["returned"]:
        what = f"The payout of {amount} failed, and its return to the balance has not been read."
        return Blocker(what, SYNC_AGAIN, "payouts", row["id"])
    if not row["itemized"]:
        what = f"What is in the payout of {amount} has not been read."
        return Blocker(what, "Wait until Stripe has itemized it, then sync.", "payouts", row["id"])
    off = money(row["amount"] - row["net"], row["currency"])
    return Blocker(f"The payout of {amount} differs from what is in it by {off}.", SYNC_AGAIN, "payouts", row["id"])

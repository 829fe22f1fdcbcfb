"""The morning of a business day in counts and sums: what came back, what waits. A morning without anything is quiet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from dashboard.domain.business_days import is_business_day
from dashboard.domain.clock import Clock
from dashboard.domain.formatting import money
from dashboard.domain.notices import QUIET, Fact, NoticeKind, NoticeState
from dashboard.payments.since_close import GROUPS
from dashboard.settings import Settings
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store

# Groups of *Since the last close*, by the names that the facts of a summary have; the first three are trouble.
SUMMED = {
    "failed": "Failed or returned",
    "doubt": "To be looked into",
    "overdue": "Overdue: no answer from the bank",
    "succeeded": "Succeeded",
    "paid_out": "Paid out",
}
TROUBLE = ("failed", "doubt", "overdue", "cases", "approvals", "proposals", "unmatched")


class Summary:
    """Notes one summary a business day, or that there was none to give."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, matching: PayoutMatching) -> None:
        self._store, self._clock, self._settings, self._matching = store, clock, settings, matching

    def note(self) -> None:
        """Once, from the hour of the setting on; a quiet morning is kept as such, and nothing is sent."""
        local = self._clock.now().astimezone(self._settings.timezone)
        today, rules = local.date(), self._settings.notices
        if rules.summary_hour is None or local.hour < rules.summary_hour or not is_business_day(today):
            return
        subject = today.isoformat()
        if any(self._store.outbox.find(NoticeKind.SUMMARY, subject, level) for level in ("", QUIET)):
            return
        facts = self.count(today)
        is_quiet = not any(facts.get(name) for name in TROUBLE)
        said = not is_quiet or (rules.all_quiet and is_first_of_week(today))
        now: datetime = self._clock.now()
        if said:
            self._store.noting.note(Fact(NoticeKind.SUMMARY, subject, now, facts=facts))
        else:
            self._store.noting.note(Fact(NoticeKind.SUMMARY, subject, now, QUIET, facts), NoticeState.KEPT)

    def count(self, today: date) -> dict[str, str | int]:
        """What stands there this morning: counts by name, and the sums of payments and approvals as text."""
        facts: dict[str, str | int] = {}
        for name, group in SUMMED.items():
            wanted = GROUPS[group].on(today)  # the days that it means this morning: its link is opened later
            found = self._store.payments.sums(wanted, today)
            facts[name], facts[f"{name}_sum"] = found.count, in_words(found.amounts.items())
            facts[f"{name}_query"] = urlencode(wanted.to_query())
        waiting = self._store.approvals.waiting()
        facts["approvals"] = len(waiting)
        facts["approvals_sum"] = in_words([("usd", sum(one.amount_cents for one in waiting))])
        facts["cases"] = self._store.cases.count_overdue(today)
        seen = self._matching.latest()
        facts["proposals"] = len(seen.candidates)
        facts["unmatched"] = len(seen.loose) + sum(not one.payout.failed for one in seen.unmatched)
        facts["transit_sum"] = in_words(seen.in_transit.items())
        return facts


def is_first_of_week(day: date) -> bool:
    """Whether no business day of the same week comes before it."""
    monday = day - timedelta(days=day.weekday())
    return not any(is_business_day(monday + timedelta(days=n)) for n in range(day.weekday()))


def in_words(amounts: Iterable[tuple[str, int]]) -> str:
    """`$1,234.50, €12.00`: sums of several currencies, never added up; empty for none."""
    return ", ".join(money(cents, currency) for currency, cents in sorted(amounts) if cents)

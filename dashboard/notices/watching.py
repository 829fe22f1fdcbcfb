"""Notes what becomes a fact only by time: what has waited, what fell silent, what reached a limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from dashboard.approvals.reviews import waits_fact
from dashboard.domain.approvals import Approval
from dashboard.domain.business_days import add_business_days, count_business_days
from dashboard.domain.clock import Clock
from dashboard.domain.models import Mode
from dashboard.domain.notices import REMINDER, Fact, NoticeKind
from dashboard.jobs.worker import run_logged
from dashboard.notices.summary import Summary
from dashboard.payments.charts import Charts
from dashboard.reports import Reports
from dashboard.settings import Settings
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.sync import Sync

UNKNOWN_FOR = timedelta(hours=24)
UNMATCHED_DAYS = 3  # business days
SILENT_FOR = timedelta(hours=2)
# A machine that wakes up finds an old sync before a new one can begin: it is silent only if it still is after this.
SEEN_SILENT_FOR = timedelta(minutes=10)
READS_SHARE = 0.8
HALF, LIMIT = "half", "limit"


class Watch:
    """Looks, and notes; the database keeps each fact once, whoever else looks."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        sync: Sync,
        charts: Charts,
        matching: PayoutMatching,
        reports: Reports,
    ) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._sync, self._charts, self._matching, self._reports = sync, charts, matching, reports
        self._summary = Summary(store, clock, settings, matching)
        self._silent: tuple[datetime, datetime] | None = None  # the last sync, and when it was first found so old

    def look(self) -> None:
        """Note everything that has become a fact; one look that fails keeps no other from looking."""
        looks: tuple[Callable[[], None], ...] = (
            *(self.note_unknown, self.note_approvals, self.note_unmatched),
            *(self.note_silence, self.note_reads, self.note_rates, self._summary.note, self.note_report),
        )
        for one in looks:
            run_logged(one)

    def note_unknown(self) -> None:
        """Debits and refunds whose outcome has been looked for a day."""
        for one in self._store.waiting.unknown(self._clock.now() - UNKNOWN_FOR):
            facts: dict[str, str | int] = {"cents": one.cents, "currency": one.currency, "what": one.what}
            self._store.noting.note(Fact(NoticeKind.DEBIT_UNKNOWN, one.id, one.since, facts=facts))

    def note_approvals(self) -> None:
        """A second time, what still waits for a second person after a business day."""
        now = self._clock.now()
        for one in self._store.approvals.waiting():
            if self._is_overdue(one, now):
                self._store.noting.note(waits_fact(one, now, REMINDER))

    def _is_overdue(self, approval: Approval, now: datetime) -> bool:
        asked = approval.requested_at.astimezone(self._settings.timezone)
        day = add_business_days(asked.date(), 1)
        return now >= datetime.combine(day, asked.timetz())

    def note_unmatched(self) -> None:
        """Payouts that a bank statement should have, and Stripe's lines in it without a payout."""
        seen = self._matching.latest()
        for waiting in seen.unmatched:
            if waiting.age >= UNMATCHED_DAYS and not waiting.payout.failed:
                payout = waiting.payout
                facts: dict[str, str | int] = {"cents": payout.cents, "currency": payout.currency}
                self._store.noting.note(
                    Fact(NoticeKind.PAYOUT_UNMATCHED, payout.id, midnight(payout.arrival), facts=facts)
                )
        for loose in seen.loose:
            if loose.age >= UNMATCHED_DAYS:
                line = loose.line
                facts = {"cents": line.cents, "currency": line.currency}
                self._store.noting.note(Fact(NoticeKind.LINE_UNMATCHED, line.id, midnight(line.posted_on), facts=facts))

    def note_silence(self) -> None:
        """That no sync has ended for long; once for each sync that was the last."""
        status, now = self._sync.status(), self._clock.real()
        last = status.last_finished_at
        if last is None or status.running or now - last < SILENT_FOR:
            return
        if self._silent is None or self._silent[0] != last:
            self._silent = last, now
        if now - self._silent[1] >= SEEN_SILENT_FOR:
            subject = f"{int(last.timestamp())}"
            self._store.noting.note(Fact(NoticeKind.SYNC_SILENT, subject, self._clock.now()))

    def note_reads(self) -> None:
        """That most of Stripe's monthly allowance of reads is used; once a month, and once more when it is spent."""
        if self._settings.mode is Mode.SANDBOX:
            return  # which counts nothing
        status = self._sync.status()
        used, allowed = status.reads_this_month, status.allowance
        if used >= READS_SHARE * allowed:
            level = LIMIT if used >= allowed else ""
            facts: dict[str, str | int] = {"used": used, "allowed": allowed}
            self._store.noting.note(Fact(NoticeKind.READS_HIGH, self._month(), self._clock.now(), level, facts))

    def note_rates(self) -> None:
        """Return rates at half of Nacha's limit and at the limit, each once a month."""
        now, month = self._clock.now(), self._month()
        for rate in self._charts.near_now(self._sync.status().last_finished_at):
            over = f"{month} {LIMIT}"
            level = over if rate.rate >= rate.limit else f"{month} {HALF}"
            if level != over and self._store.outbox.find(NoticeKind.RETURN_RATE, rate.name, over):
                continue  # it comes down again: no news
            facts: dict[str, str | int] = {
                "returned": rate.returned,
                "originated": rate.originated,
                "limit": f"{rate.limit:.1%}",
                "rate": f"{rate.rate:.2%}",
            }
            self._store.noting.note(Fact(NoticeKind.RETURN_RATE, rate.name, now, level, facts))

    def note_report(self) -> None:
        """The report of the month before, from its business day on, where there is anything to report."""
        local, wanted = self._clock.now().astimezone(self._settings.timezone), self._settings.notices.report_day
        first = local.date().replace(day=1)
        if wanted is None or local.hour < (self._settings.notices.summary_hour or 0):
            return
        if count_business_days(first - timedelta(days=1), local.date()) < wanted:
            return
        month = (first - timedelta(days=1)).isoformat()[:7]
        if self._store.outbox.find(NoticeKind.REPORT, month) is None and self._reports.has_month(month):
            self._store.noting.note(Fact(NoticeKind.REPORT, month, self._clock.now()))

    def _month(self) -> str:
        return self._clock.now().astimezone(self._settings.timezone).date().isoformat()[:7]


def midnight(day: date) -> datetime:
    """A bank's day as an instant."""
    return datetime.combine(day, time(), UTC)

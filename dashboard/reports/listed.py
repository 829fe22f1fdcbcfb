"""The reports that list: returns, refunds, disputes, payouts with their bank lines, fees, what is unmatched.

Each is of a month or of other days, and comes to what the table of the same filter shows. Nobody is asked here who may:
`Reports` has asked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from dashboard.domain.books import Month
from dashboard.domain.clock import Clock
from dashboard.domain.formatting import NOTHING, day_in_full, in_words, month_of
from dashboard.domain.listed_reports import ListedReport, ListedRow, ReportKind
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.payout_matching import LATE
from dashboard.payments.sheet import reason_words
from dashboard.payouts import name_of
from dashboard.settings import Settings
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.sql import from_epoch

CAME_BACK = (PaymentState.FAILED, PaymentState.RETURNED_LATE)
AGES = ((3, "up to 3 business days"), (LATE - 1, f"4 to {LATE - 1} business days"))  # then the bank is written to
OLDER = f"{LATE} business days and more"
PAYOUTS, LINES = "Payouts without a line", "Lines without a payout"


class ListedReports:
    """Makes them of the store; the same books give the same rows, those of what is unmatched on the same day."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._zone = store, clock, settings.timezone
        self._matching = PayoutMatching(store, clock, settings)

    def make(self, kind: ReportKind, month: Month) -> ListedReport:
        """One report of a month or of other days."""
        columns, rows = {
            ReportKind.RETURNS: self._returns,
            ReportKind.REFUNDS: self._refunds,
            ReportKind.DISPUTES: self._disputes,
            ReportKind.PAYOUTS: self._payouts,
            ReportKind.FEES: self._fees,
            ReportKind.UNMATCHED: self._unmatched,
        }[kind](month)
        days, at = f"{day_in_full(month.first)} to {day_in_full(month.last)}", month.first
        label = month_of(month.first) if month.is_whole else days
        facts: tuple[tuple[str, str], ...] = (("Days", f"{days}, {self._zone}"),)
        if kind is ReportKind.UNMATCHED:
            at = self._today()
            label, facts = day_in_full(at), (("As of", f"{day_in_full(at)}, whatever month"),)
        return ListedReport(kind, month.name, label, facts, columns, tuple(rows), datetime.combine(at, time(), UTC))

    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    def _day(self, at: int) -> date:
        return from_epoch(at).astimezone(self._zone).date()

    def _returns(self, month: Month) -> tuple[tuple[str, ...], list[ListedRow]]:
        """What failed or came back in the month, whenever it was collected."""
        rows = self._store.payments.walk(returned_in(month), self._today())
        return ("Code", "Customer", "Reference", "Debited"), [
            ListedRow(
                reason_words(row["reason"]) or "No reason given",
                row["currency"],
                row["amount"],
                (row["reason"] or NOTHING, row["customer"], row["reference"], self._day(row["created"])),
            )
            for row in sorted(rows, key=lambda row: (row["reason"] or "", row["created"], row["id"]))
        ]

    def _refunds(self, month: Month) -> tuple[tuple[str, ...], list[ListedRow]]:
        rows = self._store.listed.refunds(month.begins_at, month.ends_at)
        return ("Day", "Customer", "Reference", "Refund"), [
            ListedRow(
                in_words(row["status"]),
                row["currency"],
                row["amount"],
                (self._day(row["created"]), row["customer"], row["number"], row["id"]),
            )
            for row in rows
        ]

    def _disputes(self, month: Month) -> tuple[tuple[str, ...], list[ListedRow]]:
        rows = self._store.listed.disputes(month.begins_at, month.ends_at)
        return ("Day", "Customer", "Reference", "Reason"), [
            ListedRow(
                in_words(row["status"]),
                row["currency"],
                row["amount"],
                (self._day(row["created"]), row["customer"], row["number"], in_words(row["reason"])),
            )
            for row in rows
        ]

    def _payouts(self, month: Month) -> tuple[tuple[str, ...], list[ListedRow]]:
        """Those that arrive on the bank's days of the month, with the day and account of their line."""
        found = []
        for row in self._store.listed.payouts(month.bank_begins, month.bank_ends):
            posted = date.fromisoformat(row["posted_on"]) if row["posted_on"] else None
            group = "On the statement" if posted else f"Not on the statement: {in_words(row['status']).lower()}"
            cells = (
                from_epoch(row["arrival"]).date(),
                row["id"],
                row["trace"] or NOTHING,
                posted,
                row["account"] or "",
            )
            found.append(ListedRow(group, row["currency"], row["amount"], cells))
        return ("Arrives", "Payout", "Trace number", "Posted", "Account"), found

    def _fees(self, month: Month) -> tuple[tuple[str, ...], list[ListedRow]]:
        """What Stripe kept of each kind of movement and charged by itself, negative as on the balance."""
        found: dict[tuple[str, str], list[int]] = {}
        for row in self._store.reports.of_span(month.begins_at, month.ends_at):
            name = name_of(row["type"], row["rail"])
            fee = row["net"] if name == FEES else -row["fee"]
            sums = found.setdefault((name, row["currency"]), [0, 0])
            sums[0] += row["count"] if fee else 0
            sums[1] += fee
        return ("What", "Movements"), [
            ListedRow(name, currency, cents, (name, f"{number:,}"), number)
            for (name, currency), (number, cents) in sorted(found.items())
            if number
        ]

    def _unmatched(self, _month: Month) -> tuple[tuple[str, ...], list[ListedRow]]:
        """Both sides that are in no match and no proposal, as *Payouts at the bank* has them now."""
        seen = self._matching.latest()
        found = [
            ListedRow(
                age_of(one.age),
                one.payout.currency,
                one.payout.cents,
                (one.payout.arrival, f"{one.age}", one.payout.id, one.step),
                part=PAYOUTS,
            )
            for one in seen.unmatched
        ]
        found += [
            ListedRow(
                age_of(one.age),
                one.line.currency,
                one.line.cents,
                (one.line.posted_on, f"{one.age}", one.line.text, one.step),
                part=LINES,
            )
            for one in sorted(seen.loose, key=lambda one: (one.line.posted_on, one.line.id))
        ]
        return ("Day", "Business days", "What", "Next step"), found


FEES = name_of("stripe_fee")


def returned_in(month: Month) -> PaymentFilter:
    """The payments that the report of a month's returns lists, as the payments page filters them."""
    return PaymentFilter(statuses=CAME_BACK, dated="failed", created_from=month.first, created_to=month.last)


def age_of(days: int) -> str:
    """The age that a row counts with."""
    return next((words for most, words in AGES if days <= most), OLDER)

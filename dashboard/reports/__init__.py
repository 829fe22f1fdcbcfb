"""Reports of a payout or a month: collected, refunds, returns, fees and net, by customer, bank and reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from dashboard.books import MonthBooks
from dashboard.domain.approvals import canonical
from dashboard.domain.books import Balance, CloseState, Month, read_month, read_period
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import day_in_full, in_words, money, month_of
from dashboard.domain.listed_reports import ListedReport, ReportKind
from dashboard.domain.models import Actor
from dashboard.domain.reports import Kind, Part, Report, make_sections
from dashboard.domain.return_codes import return_code
from dashboard.payments.sheet import reason_words
from dashboard.payouts import Group, Payouts, group_of
from dashboard.reports.listed import ListedReports
from dashboard.reports.listed_files import write_listed_pdf, write_listed_workbook
from dashboard.reports.pdf import write_pdf
from dashboard.reports.sheets import write_report
from dashboard.reports.signed import write_signed
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store

KINDS = {
    Group.PAYMENTS: Kind.COLLECTED,
    Group.OTHER_MEANS: Kind.COLLECTED,
    Group.REFUNDS: Kind.REFUNDS,
    Group.FAILED: Kind.RETURNS,
    Group.FEES: Kind.FEES,
}


class Form(StrEnum):
    """The kinds of file."""

    PDF = "pdf"
    XLSX = "xlsx"

    @property
    def mime(self) -> str:
        """As a browser is told."""
        office = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "application/pdf" if self is Form.PDF else office


class Reports:
    """Makes reports; the same books give the same bytes."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, books: MonthBooks) -> None:
        self._store, self._clock, self._settings, self._books = store, clock, settings, books
        self._payouts = Payouts(store)
        self._listed = ListedReports(store, clock, settings)

    def of_payout(self, actor: Actor, payout_id: str) -> Report:
        """What is in a payout. Raises InputError."""
        require(actor, Permission.VIEW_PAYMENTS)
        line = self._payouts.get(actor, payout_id)
        arrival = datetime.combine(line.arrival, time(), UTC)
        facts = (
            ("Amount", money(line.amount, line.currency)),
            ("Arrives", day_in_full(line.arrival)),
            ("Status", in_words(line.status)),
            ("Parts against the payout", line.finding.value),
            ("Trace at the bank", line.trace or "not given by Stripe"),
            ("Payout", line.id),
        )
        sections = make_sections(map(_part, self._store.reports.of_payout(line.id)), reason_words)
        return Report("Payout report", line.id, day_in_full(line.arrival), facts, sections, arrival)

    def of_month(self, actor: Actor, month: str) -> Report:
        """What moved the Stripe balance in a month, `2026-11`. Raises InputError."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._of_month(read_month(month, self._settings.timezone))

    def _of_month(self, chosen: Month) -> Report:
        balances = self._books.balances(chosen)
        first, last = datetime.combine(chosen.first, time(), UTC), chosen.after - timedelta(days=1)
        facts = [("Days", f"{day_in_full(chosen.first)} to {day_in_full(last)}, {self._settings.timezone}")]
        for currency in sorted({one.currency for one in balances}):
            facts += _balance_facts([one for one in balances if one.currency == currency], currency)
        rows = self._store.reports.of_span(chosen.begins_at, chosen.ends_at)
        sections = make_sections(map(_part, rows), reason_words)
        return Report("Month report", chosen.name, month_of(chosen.first), tuple(facts), sections, first)

    def payout_file(self, actor: Actor, payout_id: str, form: Form) -> bytes:
        """A payout's report as a file; that names left the desk is in the trail. Raises InputError."""
        require(actor, Permission.EXPORT)
        return self._write(actor, self.of_payout(actor, payout_id), form)

    def month_file(self, actor: Actor, month: str, form: Form) -> bytes:
        """A month's report as a file, likewise. Raises InputError."""
        require(actor, Permission.EXPORT)
        return self._write(actor, self.of_month(actor, month), form)

    def listed(self, actor: Actor, kind: ReportKind, period: str) -> ListedReport:
        """A report that lists, of any kind but the month's own: of a month, or of `2026-09-15-to-2026-11-30`.

        Raises InputError.
        """
        require(actor, Permission.VIEW_STATEMENTS)
        return self._listed.make(kind, read_period(period, self._settings.timezone))

    def file(self, actor: Actor, kind: ReportKind, period: str, form: Form) -> bytes:
        """A report of any kind as a file; that it left the desk is in the trail. Raises InputError.

        The month's own is of a whole month only: it has the balance of its first and its last day.
        """
        require(actor, Permission.EXPORT)
        if kind is ReportKind.MONTH:
            return self.month_file(actor, period, form)
        return self._write_listed(actor, self.listed(actor, kind, period), form)

    def signed_file(self, actor: Actor, month: str, *, as_inputs: bool = False) -> bytes:
        """A closed month as it was signed, a PDF; `as_inputs` the JSON whose SHA-256 was signed. Raises InputError."""
        require(actor, Permission.VIEW_STATEMENTS)
        require(actor, Permission.EXPORT)
        close = self._store.month_closes.live(read_month(month, self._settings.timezone).name)
        if close is None or not CloseState(close["state"]).is_in_force:
            raise InputError(
                "This month is not closed.",
                meaning="No file was made.",
                action="Close it with a second person first.",
                code="not_closed",
            )
        form = "json" if as_inputs else "pdf"
        made = (
            canonical(json.loads(close["inputs"]))
            if as_inputs
            else write_signed(close, self._settings.business_name, self._settings.timezone)
        )
        self._store.trail.append(actor, "report.exported", f"signed {month}", self._clock.now(), format=form)
        return made

    def has_month(self, month: str) -> bool:
        """Whether anything moved the Stripe balance in a month; for the desk itself, which nobody asks."""
        chosen = read_month(month, self._settings.timezone)
        return bool(self._store.reports.of_span(chosen.begins_at, chosen.ends_at))

    def files_to_mail(self, month: str) -> dict[tuple[ReportKind, Form], bytes]:
        """A month's reports in every form, for the mail of their day: those that the settings name.

        One that has nothing in it is left out. Raises InputError.
        """
        chosen, actor = read_month(month, self._settings.timezone), Actor.system()
        found: dict[tuple[ReportKind, Form], bytes] = {}
        for kind in self._settings.notices.reports:
            if kind is ReportKind.MONTH:
                report = self._of_month(chosen)
                found |= {(kind, form): self._write(actor, report, form) for form in Form}
                continue
            listed = self._listed.make(kind, chosen)
            if listed.rows:
                found |= {(kind, form): self._write_listed(actor, listed, form) for form in Form}
        return found

    def _write_listed(self, actor: Actor, report: ListedReport, form: Form) -> bytes:
        if not report.rows:
            raise _nothing_in_it()
        write = write_listed_pdf if form is Form.PDF else write_listed_workbook
        made = write(report, self._settings.business_name)
        subject = f"{report.kind} {report.name}"
        self._store.trail.append(actor, "report.exported", subject, self._clock.now(), format=form.value)
        return made

    def _write(self, actor: Actor, report: Report, form: Form) -> bytes:
        if not report.sections:
            raise _nothing_in_it()
        write = write_pdf if form is Form.PDF else write_report
        made = write(report, self._settings.business_name)
        self._store.trail.append(actor, "report.exported", report.name, self._clock.now(), format=form.value)
        return made


def _nothing_in_it() -> InputError:
    return InputError(
        "There is nothing to report: nothing is known to be in it.",
        meaning="No file was made.",
        action="Sync, or choose another one.",
        code="report_empty",
    )


def _part(row: dict[str, Any]) -> Part:
    kind = KINDS.get(group_of(row["type"], row["rail"]), Kind.OTHER)
    names = ("currency", "customer_id", "customer", "bank", "count", "amount", "fee", "net")
    reason = return_code(row["network_code"], row["reason"]) or row["reason"] or ""  # one name for a code of either
    return Part(kind=kind, reason=reason, **{name: row[name] for name in names})


def _balance_facts(balances: list[Balance], currency: str) -> list[tuple[str, str]]:
    """The Stripe balance tied, of every rail together: what stands on the page Month close for each."""
    figures = {
        "Opening Stripe balance": sum(one.opening for one in balances),
        "Net of the month": sum(one.moved for one in balances),
        "Paid out": -sum(one.payouts for one in balances),
        "Closing Stripe balance": sum(one.closing for one in balances),
        "In transit at the end": sum(one.in_transit for one in balances),
    }
    ties = "ties to the cent" if all(one.ties for one in balances) else "does not tie yet: see Month close"
    named = [(f"{name}, {currency.upper()}", money(cents, currency)) for name, cents in figures.items()]
    return [*named, (f"Balance in {currency.upper()}", ties)]

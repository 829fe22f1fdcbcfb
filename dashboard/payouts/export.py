"""Payouts as a file: every one with what is in it and whether it ties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import BinaryIO

from dashboard.domain.clock import Clock
from dashboard.domain.csv_lines import csv_line
from dashboard.domain.formatting import in_words
from dashboard.domain.models import Actor
from dashboard.domain.workbooks import About, Cell, Column, Kind, Money, write_workbook
from dashboard.payouts import PayoutLine, read_line
from dashboard.staff.access import Permission, require
from dashboard.store import Store

COLUMNS = (
    *("id", "arrival", "amount_cents", "currency", "status", "parts", "parts_net_cents", "difference_cents"),
    *("finding", "trace"),
)
SHEET = (
    *(Column("Arrives", Kind.DAY), Column("Amount", Kind.MONEY), Column("Currency"), Column("Status")),
    *(Column("Parts", Kind.NUMBER), Column("In it", Kind.MONEY), Column("Difference", Kind.MONEY)),
    *(Column("Does it tie?"), Column("Trace at the bank"), Column("Payout")),
)
SLICE = 500


class PayoutExport:
    """Writes the list of payouts, the last to arrive first, as on the page."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def lines(self, actor: Actor) -> Iterator[str]:
        """Every payout as lines of CSV: whole cents, days as the bank counts them, the machine's names."""
        require(actor, Permission.EXPORT)
        self._note(actor, "csv")
        return self._write()

    def workbook(self, actor: Actor, out: BinaryIO, zone: tzinfo) -> int:
        """The same as a workbook, and how many."""
        require(actor, Permission.EXPORT)
        self._note(actor, "xlsx")
        about = About("Payouts", "All payouts", actor.name, self._clock.now(), zone)
        return write_workbook(out, about, SHEET, map(_sheet_row, self._walk()))

    def _note(self, actor: Actor, form: str) -> None:
        self._store.trail.append(actor, "payouts.exported", "payouts", self._clock.now(), format=form)

    def _walk(self) -> Iterator[PayoutLine]:
        offset = 0
        while rows := self._store.payouts.recent(SLICE, offset):
            yield from map(read_line, rows)
            offset += len(rows)

    def _write(self) -> Iterator[str]:
        yield csv_line(COLUMNS)
        for line in self._walk():
            finding = line.finding.name.lower()
            yield csv_line(
                (
                    *(line.id, line.arrival.isoformat(), line.amount, line.currency, line.status, line.parts),
                    *(line.net, line.difference, finding, line.trace or ""),
                )
            )


def _sheet_row(line: PayoutLine) -> list[Cell]:
    difference = Money(line.difference, line.currency) if line.difference else None
    return [
        *(line.arrival, Money(line.amount, line.currency), line.currency.upper(), in_words(line.status), line.parts),
        *(Money(line.net, line.currency) if line.parts else None, difference, str(line.finding), line.trace, line.id),
    ]

"""Batches as files: the template, and what became of each row, which can be read in again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import BinaryIO

from dashboard.batches.file import ABOUT, COLUMNS
from dashboard.batches.outcomes import say_outcome
from dashboard.domain.batches import RowOutcome
from dashboard.domain.clock import Clock
from dashboard.domain.csv_lines import csv_line
from dashboard.domain.formatting import bare_money
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.domain.workbooks import About, Cell, Column, Kind, Money, Table, write_tables, write_workbook
from dashboard.staff.access import Permission, require
from dashboard.store import Store

OUTCOME = (*("line", *COLUMNS, "outcome", "why", "what_to_do", "payment", "debit", "payment_intent"),)
SHEET = (
    *(Column("Line", Kind.NUMBER), Column("Customer"), Column("Amount", Kind.MONEY), Column("Reference")),
    *(Column("Account"), Column("Purpose"), Column("Date"), Column("Outcome"), Column("Why"), Column("What to do")),
    *(Column("Payment"), Column("Debit"), Column("PaymentIntent")),
)


class BatchExport:
    """Writes them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def template_lines(self, actor: Actor) -> list[str]:
        """A file with the columns and no row, as lines of CSV."""
        require(actor, Permission.VIEW_PAYMENTS)
        return [csv_line(COLUMNS)]

    def template_workbook(self, actor: Actor, out: BinaryIO) -> None:
        """The same as a workbook, whose first sheet says what each column is."""
        require(actor, Permission.VIEW_PAYMENTS)
        columns = [Column(name) for name in COLUMNS]
        write_tables(out, "Batch of debits", self._clock.now(), list(ABOUT.items()), [Table("Debits", columns, [])])

    def lines(self, actor: Actor, id: str) -> Iterator[str]:
        """Every row of the file with what became of it, as lines of CSV."""
        require(actor, Permission.EXPORT)
        rows = self._read(actor, id, "csv")
        return iter([csv_line(OUTCOME), *(csv_line(_cells(one)) for one in rows)])

    def workbook(self, actor: Actor, out: BinaryIO, id: str, zone: tzinfo) -> int:
        """The same as a workbook, and how many."""
        require(actor, Permission.EXPORT)
        rows = self._read(actor, id, "xlsx")
        batch = require_found(self._store.batches.get(id), "batch")
        about = About("Debits", f"The batch {batch.name}", actor.name, self._clock.now(), zone)
        return write_workbook(out, about, SHEET, map(_sheet_row, rows))

    def _read(self, actor: Actor, id: str, form: str) -> list[RowOutcome]:
        require_found(self._store.batches.get(id), "batch")
        self._store.trail.append(actor, "batch.exported", id, self._clock.now(), format=form)
        return self._store.batch_reading.outcomes(id)


def _cells(one: RowOutcome) -> list[object]:
    row, said = one.row, say_outcome(one)
    amount = bare_money(row.amount_cents) if row.amount_cents is not None else row.said.get("amount", "")
    typed = [row.said.get(name, "") for name in ("customer", "account", "purpose", "date")]
    customer, account, purpose, date = typed
    return [
        *(row.line, customer, amount, row.reference or row.said.get("reference", ""), account, purpose, date),
        *(said.word, said.why, said.action, one.payment_state or ""),
        *(row.debit_id if one.debit_state else "", one.payment_intent_id or ""),
    ]


def _sheet_row(one: RowOutcome) -> list[Cell]:
    cells = _cells(one)
    amount = Money(one.row.amount_cents, "usd") if one.row.amount_cents is not None else str(cells[2])
    return [one.row.line, str(cells[1]), amount, *(str(cell) for cell in cells[3:])]

"""A report as a workbook: a sheet of totals, then one for customers, banks and reasons, all currencies in each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from dashboard.domain.reports import Figures, Report, ReportLine
from dashboard.domain.workbooks import Cell, Column, Kind, Money, Table, write_tables

FIGURES = (
    Column("Payments", Kind.NUMBER),
    *(Column(name, Kind.MONEY) for name in ("Collected", "Refunds", "Returns", "Fees", "Other", "Net")),
)


def write_report(report: Report, business: str) -> bytes:
    """The file's bytes."""
    tables = [
        Table("Totals", (Column("Currency"), *FIGURES), _totals(report)),
        Table("By customer", (Column("Customer"), Column("Currency"), *FIGURES), _lines(report, customers=True)),
        Table("By bank", (Column("Bank"), Column("Currency"), *FIGURES), _lines(report, customers=False)),
        Table(
            "Returns by reason",
            (Column("Reason"), Column("Currency"), Column("Returns", Kind.NUMBER), Column("Amount", Kind.MONEY)),
            [
                [line.name, one.currency.upper(), line.count, Money(line.cents, one.currency)]
                for one in report.sections
                for line in one.reasons
            ],
        ),
    ]
    out = io.BytesIO()
    facts = [("Report", f"{report.title} {report.name}"), ("Of", business), *report.facts]
    write_tables(out, f"{report.title} {report.name}", report.at, facts, tables)
    return out.getvalue()


def _totals(report: Report) -> list[Sequence[Cell]]:
    return [[one.currency.upper(), *_cells(one.total, one.currency)] for one in report.sections]


def _lines(report: Report, *, customers: bool) -> list[Sequence[Cell]]:
    found: list[Sequence[Cell]] = []
    for one in report.sections:
        lines: Iterable[ReportLine] = one.customers if customers else one.banks
        found += [[line.name, one.currency.upper(), *_cells(line.figures, one.currency)] for line in lines]
    return found


def _cells(figures: Figures, currency: str) -> list[Cell]:
    amounts = (figures.collected, figures.refunds, figures.returns, figures.fees, figures.other, figures.net)
    return [figures.payments, *(Money(cents, currency) for cents in amounts)]

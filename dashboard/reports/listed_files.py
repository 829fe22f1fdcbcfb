"""A report that lists as a PDF and as a workbook: what it comes to by group, then every row."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

from dashboard.domain.formatting import NOTHING, count, day_with_year, money
from dashboard.domain.listed_reports import ListedReport, ListedRow, ListedSection, sections_of
from dashboard.domain.workbooks import Cell, Column, Kind, Money, Table, write_tables
from dashboard.reports.pdf import MOST_LINES, set_pdf


def write_listed_pdf(report: ListedReport, business: str) -> bytes:
    """The file's bytes; of a long list the first rows, and how many more the workbook has. Raises Refused."""
    return set_pdf(
        {
            "business": business,
            "title": report.title,
            "name": report.name,
            "label": report.label,
            "facts": report.facts,
            "sections": [_section(report, one) for one in sections_of(report.rows)],
        }
    )


def _section(report: ListedReport, one: ListedSection) -> dict[str, object]:
    currency, shown = one.currency, one.rows[:MOST_LINES]
    blank = ("",) * (len(report.columns) - 1)
    rows: list[Sequence[str]] = [(*map(_text, row.cells), money(row.cents, currency)) for row in shown]
    if len(shown) < len(one.rows):
        rest = one.rows[MOST_LINES:]
        left = money(sum(row.cents for row in rest), currency)
        rows.append((f"{count(len(rest), 'more row')}, in the workbook", *blank, left))
    total = money(one.cents, currency)
    return {
        "head": f"{one.part}, in {currency.upper()}" if one.part else f"In {currency.upper()}",
        "total-head": ("", "Count", "Amount"),
        "total-rows": [(name, f"{number:,}", money(cents, currency)) for name, number, cents in one.groups],
        "total-net": ("Together", f"{one.count:,}", total),
        "parts": [
            {
                "head": "Each",
                "columns": (*report.columns, "Amount"),
                "rows": rows,
                "total": ("Together", *blank, total),
                "texts": len(report.columns),
            }
        ],
    }


def _text(cell: str | date | None) -> str:
    if cell is None or isinstance(cell, str):
        return cell or NOTHING
    return day_with_year(cell)


def write_listed_workbook(report: ListedReport, business: str) -> bytes:
    """The file's bytes: a sheet by group, then one with every row."""
    sections = sections_of(report.rows)
    parted = any(one.part for one in sections)
    first = (Column("Side"),) if parted else ()
    groups: list[Sequence[Cell]] = [
        [*([one.part] if parted else []), name, one.currency.upper(), number, Money(cents, one.currency)]
        for one in sections
        for name, number, cents in one.groups
    ]
    days = [any(isinstance(row.cells[place], date) for row in report.rows) for place in range(len(report.columns))]
    heads = [Column(name, Kind.DAY if is_day else Kind.TEXT) for name, is_day in zip(report.columns, days, strict=True)]
    every: list[Sequence[Cell]] = [_cells(row, parted=parted) for one in sections for row in one.rows]
    money_head = Column("Amount", Kind.MONEY)
    tables = [
        Table(
            "Totals", (*first, Column("Group"), Column("Currency"), Column("Count", Kind.NUMBER), money_head), groups
        ),
        Table("Each", (*first, *heads, Column("Group"), Column("Currency"), money_head), every),
    ]
    out = io.BytesIO()
    facts = [("Report", f"{report.title} {report.name}"), ("Of", business), *report.facts]
    write_tables(out, f"{report.title} {report.name}", report.at, facts, tables)
    return out.getvalue()


def _cells(row: ListedRow, *, parted: bool) -> list[Cell]:
    before: list[Cell] = [row.part] if parted else []
    return [*before, *row.cells, row.group, row.currency.upper(), Money(row.cents, row.currency)]

"""A batch's file in every form that a spreadsheet saves, its template, and its outcome, which can be read in again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date

import pytest
import xlsxwriter

from dashboard.batches.export import BatchExport
from dashboard.batches.file import COLUMNS, SIZE_LIMIT, read_file
from dashboard.domain.batches import MOST_ROWS, BatchState, RowState
from dashboard.domain.csv_lines import csv_file
from dashboard.domain.errors import InputError
from dashboard.domain.models import DebitState
from tests.unit.batch_scenes import desk, equal_rows, file_of, linked, make, opened, rows, sent
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused
from tests.unit.two_people import MAKER
from tests.workbooks import read_workbook

__all__ = ["desk", "make"]

TEXT = "customer;amount;reference\nC-1;10.00;Müller\n"


@pytest.mark.parametrize("letters", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_way_of_saving_a_table_reads_the_same(letters: str, separator: str) -> None:
    (row,) = read_file(TEXT.replace(";", separator).encode(letters))
    assert (row.line, dict(row.cells)) == (2, {"customer": "C-1", "amount": "10.00", "reference": "Müller"})


def test_excels_own_first_line_is_understood() -> None:
    (row,) = read_file(b"sep=;\r\ncustomer;amount;reference\r\nC-1;10,00;A\r\n")
    assert (row.line, row.cells["amount"]) == (3, "10,00")


def test_a_row_with_more_cells_than_the_head_is_not_taken_apart_wrongly() -> None:
    (row,) = read_file(b"customer,amount,reference\nC-1,1,234.50,A\n")
    assert [fault.code for fault in row.faults] == ["cells"]


def book(cells: Sequence[Sequence[object]], **options: bool) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, **options}) as made:
        sheet = made.add_worksheet()
        day = made.add_format({"num_format": "mm/dd/yyyy"})
        money = made.add_format({"num_format": '[$$-409]#,##0.00;[Red]"day "0.00'})
        for line, row in enumerate(cells):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(line, place, cell, day)
                elif isinstance(cell, float):
                    sheet.write_number(line, place, cell, money)
                else:
                    sheet.write(line, place, cell)
    return out.getvalue()


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}, {"date_1904": True}])
def test_a_workbook_reads_as_it_looks(options: dict[str, bool]) -> None:
    head: list[object] = ["Customer reference", "Amount (USD)", "Invoice", "Account", "Date", "Amount"]
    cells: list[list[object]] = [
        head,
        [],
        ["C-1", "", "A", 123, date(2026, 12, 1), 0.1 + 0.2],
        ["C-2", "", 77, "0099", "", 1234.5],
    ]
    one, two = read_file(book(cells, **options))
    assert (one.line, dict(one.cells)) == (
        3,
        {"customer": "C-1", "amount": "0.3", "reference": "A", "account": "123", "date": "2026-12-01"},
    )
    assert (two.line, two.cells["amount"], two.cells["reference"]) == (4, "1234.5", "77")


def test_what_is_no_workbook_is_refused_in_words() -> None:
    whole = book([["customer", "amount", "reference"], ["C-1", 1, "A"]])
    for wrong in (whole[:200], whole[:-40], b"PK\x03\x04 nothing"):
        with pytest.raises(InputError, match="no workbook that can be read"):
            read_file(wrong)
    with pytest.raises(InputError, match="Excel 97"):
        read_file(b"\xd0\xcf\x11\xe0" + bytes(600))


def test_a_workbook_that_unpacks_without_end_is_refused() -> None:
    out, whole = io.BytesIO(), zipfile.ZipFile(io.BytesIO(book([["customer", "amount", "reference"]])))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in whole.namelist():
            sheet = b"<worksheet>" + b" " * 70_000_000 + b"</worksheet>"
            bomb.writestr(name, sheet if "sheet1" in name else whole.read(name))
    assert len(out.getvalue()) < SIZE_LIMIT
    with pytest.raises(InputError, match="no workbook that can be read"):
        read_file(out.getvalue())


def test_too_long_a_file_is_refused() -> None:
    with pytest.raises(InputError, match="more than 5,000 debits"):
        read_file(file_of(f"C-1,1,A-{n}" for n in range(MOST_ROWS + 1)))


def test_the_template_is_read_as_it_is(desk: DeskFixture) -> None:
    export = BatchExport(desk.store, desk.clock)
    book = io.BytesIO()
    export.template_workbook(MAKER, book)
    for template in (csv_file(export.template_lines(MAKER)), book.getvalue()):
        with pytest.raises(InputError, match="has no debits"):
            read_file(template)
    sheets = read_workbook(book)
    heads = [sheet.texts()[0] for sheet in sheets]
    assert list(COLUMNS) in heads and sum(len(sheet.texts()) for sheet in sheets) > len(COLUMNS)


def test_the_outcome_says_of_each_row_what_became_of_it_and_is_read_in_again(desk: DeskFixture) -> None:
    customers = linked(desk, 12)
    desk.stripe.before["create_payment_intent"] = [refused("no_such_thing", provider="stripe")]
    content = equal_rows(customers) + b"C-99,5.00,=1+2\n"
    batch = sent(desk, content)
    assert batch.state is BatchState.DONE
    assert [one.debit_state for one in rows(desk, batch)][:2] == [DebitState.REFUSED, DebitState.SUBMITTED]
    export, out = BatchExport(desk.store, desk.clock), io.BytesIO()
    written = csv_file(export.lines(MAKER, batch.id))
    export.workbook(MAKER, out, batch.id, desk.settings.timezone)
    assert b"'=1+2" in written, "no spreadsheet takes it for a formula"
    texts = written.decode("utf-8-sig").splitlines()
    assert texts[1].split(",")[7] == "Refused" and texts[2].split(",")[7] == "Sent"
    assert "Left out" in texts[13] and "No customer has the reference" in texts[13]
    for again in (written, out.getvalue()):
        known = read_file(again)
        assert [one.cells["customer"] for one in known] == [f"C-{n}" for n in range(1, 13)] + ["C-99"]
        assert [one.cells["reference"] for one in known][-1] == "=1+2"
        found = rows(desk, opened(desk, again))
        assert [one.row.amount_cents for one in found] == [1_000] * 12 + [500]
        assert found[0].row.state is RowState.VALID, "what was refused moved nothing, so its reference is free"

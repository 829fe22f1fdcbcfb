"""Payments, customers, accounts, the audit trail and payouts as workbooks: in words, in the page's order, noted."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import pytest

from dashboard.accounts.export import AccountExport
from dashboard.customers import Customers
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, HolderType, Role
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.operations.audit import Audit, AuditFilter
from dashboard.payments import Payments
from dashboard.payments.export import COLUMNS, Format
from dashboard.payments.export_jobs import ExportOrder, Exports
from dashboard.payments.sheet import SHEET
from dashboard.payouts.export import PayoutExport
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.payments.questions import SORTS
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_payment_search import charge
from tests.workbooks import Sheet, read_workbook

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 11, 24)
FRED = Actor("fred", frozenset({Role.FINANCE}), device="fred's")
PEOPLE = (
    ("Zoë Lang", "B", HolderType.INDIVIDUAL),
    ("Ada Langley", "C", HolderType.COMPANY),
    ("Ben", "A", HolderType.INDIVIDUAL),
)
CHIEF = Actor("ann", frozenset(Role))
OPS = Actor("olga", frozenset({Role.OPS}))


def made(write: Callable[[BinaryIO], object]) -> list[Sheet]:
    out = io.BytesIO()
    write(out)
    sheets = read_workbook(out)
    assert all(sheet.formulas == 0 for sheet in sheets)
    return sheets


def values(sheet: Sheet, head: str) -> list[Any]:
    return [cell.value if cell else None for cell in sheet.column(head)]


# Payments.


@pytest.fixture
def exports(
    store: Store, clock: FixedClock, make_settings: Callable[..., Settings], tmp_path: Path
) -> Iterator[Exports]:
    class Now:
        def submit(self, fn: Callable[..., object], *args: object) -> None:
            fn(*args)

        def close(self) -> None: ...

    made = Exports(store, Payments(store, clock, make_settings()), clock, tmp_path / "exports", Now())
    yield made
    made.close()


@pytest.fixture
def paid(store: Store) -> Store:
    name = {"name": '=HYPERLINK("http://evil")', "email": "eve@example.com"}
    failed = {"status": "failed", "failure_code": "insufficient_funds", "created": 1_795_000_300}
    store.projection.apply(
        "charges",
        [
            charge("py_1", amount=123_450, billing_details=name, bank="CHASE", last4="0012"),
            charge("py_2", amount=700, currency="jpy", created=1_795_000_100),
            charge("py_3", amount=2_500, created=1_795_000_200, amount_refunded=500, refunded=False),
            charge("py_4", amount=900, **failed),
        ],
    )
    return store


def workbook_of(exports: Exports, path: Path, **order: Any) -> list[Sheet]:
    exports.write(FRED, ExportOrder(PaymentFilter(), Format.XLSX, ZONE, **order), path)
    return read_workbook(path)


def test_payments_are_written_in_words_with_dates_money_and_totals(
    paid: Store, exports: Exports, tmp_path: Path
) -> None:
    sheet, about = workbook_of(exports, tmp_path / "out.xlsx")
    assert [cell.value for cell in sheet.rows[0].values()] == [column.head for column, _ in SHEET.values()]
    assert values(sheet, "Amount")[:4] == [Decimal(text) for text in ("1234.5", "700", "25", "9")]
    assert values(sheet, "Status")[3] == "Failed"
    assert values(sheet, "Reason")[3] == "Insufficient funds (insufficient_funds)"
    assert values(sheet, "Currency")[1] == "JPY" and values(sheet, "Last digits")[0] == "0012"
    assert values(sheet, "Refunded")[:4] == [None, None, Decimal(5), None]
    created = sheet.column("Created")[0]
    assert created and created.moment == datetime.fromtimestamp(1_795_000_000, ZONE).replace(tzinfo=None)
    assert values(sheet, "Customer")[0] == '\'=HYPERLINK("http://evil")'
    assert [row[:2] for row in sheet.texts()[6:]] == [["Total JPY", "700"], ["Total USD", "1268.50"]]
    assert about.texts()[1] == ["Rows that are in it", "All payments"]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", sorted(SORTS))
def test_the_rows_of_a_workbook_have_the_order_of_the_table(
    paid: Store, exports: Exports, tmp_path: Path, sort: str, descending: bool
) -> None:
    sheet, _ = workbook_of(exports, tmp_path / "out.xlsx", sort=sort, descending=descending)
    rows = paid.payments.block(
        PaymentFilter(), TODAY, sort=sort, descending=descending, start=0, size=9, mark=None
    ).rows
    assert values(sheet, "Payment")[:4] == [row and row["id"] for row in rows]


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_a_filtered_walk_in_an_order_is_the_table_page_by_page(paid: Store, sort: str) -> None:
    store, wanted = paid, PaymentFilter(amount_min=800)
    more = [charge(f"py_a{number}", amount=700 + number, created=1_795_000_000 + number) for number in range(40)]
    store.projection.apply("charges", more)
    walked = [row["id"] for row in store.payments.walk_sorted(wanted, TODAY, sort=sort, descending=True)]
    paged = store.payments.block(wanted, TODAY, sort=sort, descending=True, start=0, size=99, mark=None).rows
    assert walked == [row and row["id"] for row in paged] and "py_a39" not in walked and len(walked) == 3


def test_a_payment_whose_intent_becomes_a_charge_while_it_is_exported_is_there_once(store: Store) -> None:
    intent = {"id": "pi_1", "created": 1_795_000_000, "amount": 500, "currency": "usd", "status": "processing"}
    store.projection.apply("payment_intents", [{**intent, "payment_method_types": ["us_bank_account"]}])
    store.projection.apply("charges", [charge("py_2"), charge("py_3")])
    walk = store.payments.walk_sorted(PaymentFilter(), TODAY, sort="amount", descending=True)
    found = [next(walk)["id"]]
    store.projection.apply("charges", [charge("py_1", payment_intent="pi_1", amount=500)])
    found += [row["id"] for row in walk]
    assert sorted(found) in (["pi_1", "py_2", "py_3"], ["py_1", "py_2", "py_3"]), "under the id of its moment"


def test_chosen_columns_keep_their_order_and_csv_the_machines_names(
    paid: Store, exports: Exports, tmp_path: Path
) -> None:
    sheet, _ = workbook_of(exports, tmp_path / "out.xlsx", columns=("status", "amount_cents"))
    assert sheet.texts()[0] == ["Status", "Amount"]
    assert sheet.texts()[-1] == ["Total USD", "1268.50"]
    exports.write(FRED, ExportOrder(PaymentFilter(), Format.CSV, ZONE), tmp_path / "out.csv")
    head, first = (tmp_path / "out.csv").read_text().splitlines()[:2]
    assert head.split(",") == list(COLUMNS) and "123450" in first and "2026-" in first
    assert set(SHEET) == set(COLUMNS), "each column has both"


def test_an_export_of_payments_is_noted_once_and_the_former_name_is_read_as_todays(
    paid: Store, exports: Exports, clock: FixedClock, tmp_path: Path
) -> None:
    exports.write(FRED, ExportOrder(PaymentFilter(), Format.XLSX, ZONE), tmp_path / "out.xlsx")
    assert [row.action for row in paid.trail.read("payments")] == ["payments.exported"]
    paid.trail.append(FRED, "payments_exported", "payments", clock.now(), rows=3)
    audit = Audit(paid, clock, ZONE)
    assert [one for one in audit.actions(CHIEF) if "export" in one] == ["payments.exported"]
    exported = ListOrder(AuditFilter(what="payments.exported"), "seq")
    found = audit.block(CHIEF, exported, start=0, size=5).rows
    assert [row.action for row in found if row] == ["payments_exported", "payments.exported"]
    sheet, _ = made(lambda out: audit.workbook(CHIEF, out, AuditFilter(what="payments.exported")))
    assert values(sheet, "What") == ["Payments exported"] * 2


# Customers.


@pytest.fixture
def customers(store: Store, clock: FixedClock) -> Customers:
    return Customers(store, clock)


def test_customers_are_written_in_the_order_of_the_list_for_what_was_searched(
    customers: Customers, store: Store, clock: FixedClock, actor: Actor
) -> None:
    for name, reference, kind in (
        ("Zoë Lang", "B", "individual"),
        ("Ada Langley", "C", "company"),
        ("Ben", "A", "individual"),
    ):
        customers.add(actor, name, "a@b.example", reference, HolderType(kind))
        clock.move(timedelta(hours=1))
    sheet, about = made(lambda out: customers.workbook(FRED, out, "LANG", sort="name", zone=ZONE))
    assert values(sheet, "Name") == ["Ada Langley", "Zoë Lang"] and values(sheet, "Kind") == ["Company", "Person"]
    added = sheet.column("Added")[1]
    assert (added and added.moment == datetime(2026, 11, 24, 12, 0) - timedelta(hours=0)) or added
    assert about.texts()[1] == ["Rows that are in it", "Customers that match “LANG”"]
    newest, _ = made(lambda out: customers.workbook(FRED, out, zone=ZONE))
    assert values(newest, "Reference") == ["A", "C", "B"]
    assert not {"reference_key", "search_key", "ben a@b.example a"} & {text for row in newest.texts() for text in row}
    row = store.trail.read("customers")[0]
    assert (row.action, row.facts["format"], row.facts["searched"]) == ("customers.exported", "xlsx", False)
    with pytest.raises(InputError):
        customers.workbook(FRED, io.BytesIO(), sort="email", zone=ZONE)
    with pytest.raises(AccessDenied):
        customers.workbook(OPS, io.BytesIO(), zone=ZONE)


# Accounts.


def test_accounts_are_written_with_the_pages_statuses_and_every_id(given: DeskFixture) -> None:
    account = given.desk.account(given.actor, str(given.get(given.link()).bank_account_id))
    export = AccountExport(given.store, given.clock)
    sheet, about = made(
        lambda out: export.workbook(given.actor, out, [account.id, "acct_gone"], {account.id: "Ready"}, "bank X", ZONE)
    )
    (row,) = sheet.texts()[1:]
    assert row[:2] == ["Jenny Rosen", given.customer.reference] and row[5:7] == ["Ready", "Active"]
    assert {account.id, account.mandate_id, account.stripe_customer_id, account.stripe_bank_account_id} <= set(row)
    linked = sheet.column("Linked")[0]
    assert linked and linked.moment == account.created_at.astimezone(ZONE).replace(tzinfo=None)
    assert about.texts()[1] == ["Rows that are in it", "bank X"]
    assert given.store.trail.read("accounts")[0].facts["format"] == "xlsx"
    with pytest.raises(AccessDenied):
        export.workbook(OPS, io.BytesIO(), [], {}, "", ZONE)


# The audit trail.


def test_the_audit_trail_is_written_newest_first_in_words_with_what_changed(
    customers: Customers, store: Store, clock: FixedClock, actor: Actor
) -> None:
    added = customers.add(actor, "Jenny", "j@example.com", "C-1")
    customers.edit(actor, added.id, name="Jenny Rosen")
    audit = Audit(store, clock, ZONE)
    sheet, about = made(lambda out: audit.workbook(CHIEF, out, AuditFilter(subject="jenny", start=TODAY)))
    assert values(sheet, "What") == ["Customer edited", "Customer added"]
    assert "name: Jenny Rosen" in values(sheet, "After")[0] and "name: Jenny;" in f"{values(sheet, 'Before')[0]};"
    assert values(sheet, "Row") == sorted(values(sheet, "Row"), reverse=True)
    when = sheet.column("When")[0]
    assert when and when.moment == clock.now().astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    assert about.texts()[1] == ["Rows that are in it", "Actions: about “jenny”, 2026-11-24 to today"]
    assert store.trail.read("audit")[0].facts["format"] == "xlsx"
    with pytest.raises(AccessDenied):
        audit.workbook(OPS, io.BytesIO(), AuditFilter())


# Payouts.


def test_payouts_are_written_with_whether_they_tie_and_totals_by_currency(store: Store, clock: FixedClock) -> None:
    payout = {"object": "payout", "created": 1_795_000_000, "arrival_date": 1_795_046_400, "automatic": True}
    payout |= {"reconciliation_status": "completed", "status": "paid"}
    part = {"created": 1_795_000_000, "fee": 5, "type": "payment", "status": "available", "available_on": 1_795_000_000}
    for id, amount, currency in (("po_1", 2_495, "usd"), ("po_2", 1_000, "eur"), ("po_3", 995, "usd")):
        store.projection.apply("payouts", [{**payout, "id": id, "amount": amount, "currency": currency}])
        txn = {
            **part,
            "id": f"txn_{id}",
            "amount": amount + 5,
            "net": amount,
            "currency": currency,
            "source": f"py_{id}",
        }
        store.projection.apply("balance_transactions", [txn], payout_id=id)
        if id != "po_3":
            store.projection.mark_itemized(id)
    export = PayoutExport(store, clock)
    sheet, about = made(lambda out: export.workbook(FRED, out, ZONE))
    assert set(values(sheet, "Payout")[:3]) == {"po_1", "po_2", "po_3"}
    assert values(sheet, "Does it tie?").count("Ties to the cent") == 2 and values(sheet, "Status")[0] == "Paid"
    arrives = sheet.column("Arrives")[0]
    assert arrives and arrives.moment == datetime.fromtimestamp(1_795_046_400, UTC).replace(
        tzinfo=None, hour=0, minute=0
    )
    assert [row[:2] for row in sheet.texts()[5:]] == [["Total EUR", "10"], ["Total USD", "34.90"]] or sheet.texts()[5:]
    lines = list(export.lines(FRED))
    assert lines[0].startswith("id,arrival,amount_cents") and any(",ties," in line for line in lines[1:])
    assert [row.action for row in store.trail.read("payouts")] == ["payouts.exported"] * 2
    with pytest.raises(AccessDenied):
        export.lines(OPS)
    assert about.texts()[0] == ["What", "Payouts"]

"""The tables of the books as files: all rows, sums that tie, the same bytes again, and nothing half written."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from dashboard.books import folders
from dashboard.books.export import BooksExport
from dashboard.books.journal import Journal
from dashboard.cli import exports as command
from dashboard.cli.parser import build_parser
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.exported_tables import SCHEMA_VERSION, TABLES
from dashboard.domain.models import Actor, Role
from dashboard.payments.export import Format
from dashboard.settings import Settings
from dashboard.statements import Statements
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.books.exported import EVER, QUERIES
from dashboard.store.encryption.columns import SEALED
from tests import statement_files as files
from tests.book_histories import make
from tests.unit.test_payment_search import charge, keep
from tests.unit.test_payout_matches import TRACES, pay_out
from tests.workbooks import read_workbook

FRED = Actor("fred", frozenset({Role.FINANCE}))
MONTHS = ("2026-08", "2026-09", "2026-10", "2026-11")
HOSTILE = '=HYPERLINK("http://evil.example","x")\r\n,"\u202e'


@pytest.fixture
def export(store: Store, clock: FixedClock, settings: Settings) -> BooksExport:
    return BooksExport(store, clock, settings)


@pytest.fixture
def history(store: Store, clock: FixedClock, settings: Settings) -> Store:
    """Some weeks of both rails, a bank statement, and its payouts: some matched, one match undone."""
    make(store, 7, days=60)
    Statements(store, clock).take(FRED, files.banks()["chase"], account="Operating")
    for number, (day, cents) in enumerate(files.MOVED):
        pay_out(store, f"po_bank_{number}", day, cents, trace=TRACES.get(day))
    matching = PayoutMatching(store, clock, settings)
    matching.confirm(FRED, [one.key for one in matching.overview(FRED).candidates])
    (first, *_) = [row["id"] for row in store.payout_matches.confirmed(10)]
    matching.undo(FRED, first)
    return store


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def manifest(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return facts | {"tables": {one["name"]: one for one in facts["tables"]}}


def count(store: Store, table: str) -> int:
    return int(store.database.handle.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_every_row_is_there_and_the_manifest_says_what_the_files_hold(
    history: Store, export: BooksExport, tmp_path: Path
) -> None:
    end = history.trail.end()
    done = export.write(FRED, tmp_path / "out", Format.CSV)
    facts = manifest(tmp_path / "out")
    kept = {
        "payments": "payment",
        "refunds": "refund",
        "disputes": "dispute",
        "payouts": "payout",
        "cases": "payment_case",
        "balance_transactions": "balance_transaction",
        "bank_lines": "bank_line",
        "matches": "payout_match",
        "match_parts": "payout_match_part",
        "case_events": "payment_case_event",
    }
    assert {name: done.rows[name] for name in kept} == {name: count(history, table) for name, table in kept.items()}
    assert min(done.rows.values()) > 0, "the history has something of everything"
    for name, one in facts["tables"].items():
        rows = rows_of(tmp_path / "out", name)
        assert (len(rows), one["rows"]) == (done.rows[name], done.rows[name])
        assert one["sha256"] == hashlib.sha256((tmp_path / "out" / one["file"]).read_bytes()).hexdigest()
        assert list(rows[0]) == [column["name"] for column in one["columns"]]
        for column in one["columns"]:
            if column["type"] == "cents":
                sums: dict[str, int] = {}
                for row in rows:
                    if row[column["name"]]:
                        of = row[column["currency"]]
                        sums[of] = sums.get(of, 0) + int(row[column["name"]])
                assert one["sums"][column["name"]] == sums
    assert facts["schema_version"] == SCHEMA_VERSION and facts["month"] is None
    assert facts["audit_head"] == {"row": end.seq, "digest": end.digest}
    assert done.digest == hashlib.sha256((tmp_path / "out" / "manifest.json").read_bytes()).hexdigest()


def test_the_sums_are_those_of_the_books(
    history: Store, export: BooksExport, clock: FixedClock, settings: Settings, tmp_path: Path
) -> None:
    export.write(FRED, tmp_path / "out", Format.CSV)
    tables = manifest(tmp_path / "out")["tables"]
    for name, table, column in (
        ("payments", "payment", "amount"),
        ("balance_transactions", "balance_transaction", "net"),
        ("payouts", "payout", "amount"),
        ("bank_lines", "bank_line", "cents"),
    ):
        (total,) = history.database.handle.execute(f"SELECT sum({column}) FROM {table}").fetchone()
        assert tables[name]["sums"]["net_cents" if column == "net" else "amount_cents"] == {"usd": total}
    journal = Journal(history, clock, settings)
    lines = [line for name in (*MONTHS, "2026-12") for one in journal.entries(FRED, name) for line in one.lines]
    exported = [(row["account"], int(row["amount_cents"])) for row in rows_of(tmp_path / "out", "journal")]
    assert exported == [(account.value, cents) for account, cents in lines]
    assert tables["journal"]["sums"]["amount_cents"] == {"usd": 0}


def test_the_months_together_are_everything(history: Store, export: BooksExport, tmp_path: Path) -> None:
    export.write(FRED, tmp_path / "all", Format.CSV)
    for name in MONTHS:
        export.write(FRED, tmp_path / name, Format.CSV, name)
    for table in TABLES:
        parts = [tuple(row.items()) for name in MONTHS for row in rows_of(tmp_path / name, table.name)]
        whole = [tuple(row.items()) for row in rows_of(tmp_path / "all", table.name)]
        assert sorted(parts) == sorted(whole), table.name


def test_the_same_data_gives_the_same_bytes(history: Store, export: BooksExport, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export.write(FRED, tmp_path / name, Format.CSV, "2026-10")
    for table in TABLES:
        one, two = ((tmp_path / name / f"{table.name}.csv").read_bytes() for name in ("one", "two"))
        assert one == two


def test_parquet_and_workbooks_say_the_same_as_csv(history: Store, export: BooksExport, tmp_path: Path) -> None:
    for format in Format:
        export.write(FRED, tmp_path / format, format, "2026-10")
    sheet, _ = read_workbook(tmp_path / "xlsx" / "payments.xlsx")
    cells = [cell.value for cell in sheet.column("amount_cents") if cell]
    typed = parquet.read_table(tmp_path / "parquet" / "payments.parquet")
    plain = rows_of(tmp_path / "csv", "payments")
    assert [str(value) for value in typed.column("amount_cents").to_pylist()] == [row["amount_cents"] for row in plain]
    assert cells == [Decimal(row["amount_cents"]) for row in plain]
    moments = [at.isoformat().replace("+00:00", "Z") for at in typed.column("created_at").to_pylist()]
    assert moments == [row["created_at"] for row in plain]
    assert str(typed.schema.field("created_at").type) == "timestamp[ms, tz=UTC]"
    payouts = parquet.read_table(tmp_path / "parquet" / "payouts.parquet").to_pylist()
    assert all(isinstance(row["arrives_on"], date) and isinstance(row["automatic"], bool) for row in payouts)


def test_a_month_begins_and_ends_at_midnight_in_new_york(store: Store, export: BooksExport, tmp_path: Path) -> None:
    for id, at in (
        ("py_september", datetime(2026, 10, 1, 3, 59, 59, tzinfo=UTC)),
        ("py_first", datetime(2026, 10, 1, 4, 0, tzinfo=UTC)),
        ("py_last", datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC)),
        ("py_november", datetime(2026, 11, 1, 4, 0, tzinfo=UTC)),
    ):
        keep(store, charge(id, created=int(at.timestamp())))
    export.write(FRED, tmp_path / "out", Format.CSV, "2026-10")
    assert [(row["id"], row["created_at"]) for row in rows_of(tmp_path / "out", "payments")] == [
        ("py_first", "2026-10-01T04:00:00Z"),
        ("py_last", "2026-11-01T03:59:59Z"),
    ]
    facts = manifest(tmp_path / "out")
    assert (facts["begins_at"], facts["ends_before"]) == ("2026-10-01T04:00:00Z", "2026-11-01T04:00:00Z")


def test_hostile_text_is_no_formula_and_breaks_no_row(store: Store, export: BooksExport, tmp_path: Path) -> None:
    keep(store, charge("py_1", bank=HOSTILE), charge("py_2", bank="+1"))
    for format in Format:
        export.write(FRED, tmp_path / format, format)
    assert [row["bank"] for row in rows_of(tmp_path / "csv", "payments")] == [f"'{HOSTILE}", "'+1"]
    sheet, _ = read_workbook(tmp_path / "xlsx" / "payments.xlsx")
    assert sheet.formulas == 0
    assert all(str(cell.value).startswith("'") for cell in sheet.column("bank") if cell)
    typed = parquet.read_table(tmp_path / "parquet" / "payments.parquet")
    assert typed.column("bank").to_pylist() == [HOSTILE, "+1"], "a program reads the text itself"


@pytest.mark.parametrize("format", Format)
def test_an_empty_database_gives_every_table_with_its_columns(
    export: BooksExport, tmp_path: Path, format: Format
) -> None:
    done = export.write(FRED, tmp_path / "out", format)
    assert set(done.rows) == {table.name for table in TABLES} and set(done.rows.values()) == {0}
    heads = [column.name for column in TABLES[0].columns]
    path = tmp_path / "out" / f"payments.{format}"
    if format is Format.CSV:
        found = next(csv.reader(path.read_text().splitlines()))
    else:
        found = parquet.read_schema(path).names if format is Format.PARQUET else read_workbook(path)[0].texts()[0]
    assert found == heads


def test_files_and_folder_are_for_one_person_only(export: BooksExport, tmp_path: Path) -> None:
    export.write(FRED, tmp_path / "new" / "out", Format.CSV)
    folder = tmp_path / "new" / "out"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert [one.name for one in folder.parent.iterdir()] == ["out"], "nothing of the making is left"


def test_the_trail_says_who_and_what_before_the_folder_is_there(
    store: Store, export: BooksExport, tmp_path: Path
) -> None:
    done = export.write(FRED, tmp_path / "out", Format.CSV, "2026-10")
    (row,) = [one for one in store.trail.read(limit=5) if one.action == "books.exported"]
    assert (row.actor, row.subject) == ("fred", "2026-10")
    assert (row.facts["manifest"], row.facts["format"], row.facts["rows"]) == (done.digest, "csv", 0)
    with pytest.raises(AccessDenied):
        export.write(Actor("olga", frozenset({Role.OPS})), tmp_path / "never", Format.CSV)
    assert not (tmp_path / "never").exists()


def other_file(folder: Path) -> None:
    folder.mkdir()
    (folder / "taxes.xlsx").write_text("mine")


def same_name(folder: Path) -> None:
    folder.mkdir()
    (folder / "payments.csv").write_text("mine")


def plain_file(folder: Path) -> None:
    folder.write_text("mine")


def foreign_manifest(folder: Path) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text('{"made_by": "npm", "tables": []}')


@pytest.mark.parametrize("there", [other_file, same_name, plain_file, foreign_manifest])
def test_what_no_export_wrote_is_never_replaced(
    store: Store, export: BooksExport, tmp_path: Path, there: Callable[[Path], None]
) -> None:
    folder = tmp_path / "out"
    there(folder)
    before = {one: one.read_bytes() for one in [folder, *folder.glob("*")] if one.is_file()}
    with pytest.raises(InputError, match=r"no export wrote|no folder"):
        export.write(FRED, folder, Format.CSV)
    assert {one: one.read_bytes() for one in before} == before
    assert not [row for row in store.trail.read(limit=5) if row.action == "books.exported"]


def test_an_older_export_is_replaced_as_a_whole_unless_something_was_added(export: BooksExport, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export.write(FRED, folder, Format.CSV)
    export.write(FRED, folder, Format.PARQUET)
    assert not list(folder.glob("*.csv")) and len(list(folder.glob("*.parquet"))) == len(TABLES)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        export.write(FRED, folder, Format.CSV)
    assert (folder / "notes.txt").read_text() == "mine" and (folder / "payments.parquet").exists()


def test_an_export_that_breaks_leaves_the_older_one(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(InputError, match="cannot be written"), folders.written_folder(folder) as partial:
        (partial / "payments.csv").write_text("half")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == [folder] and not list(folder.iterdir())


def test_a_month_that_is_none_is_refused_before_anything_is_written(export: BooksExport, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no month"):
        export.write(FRED, tmp_path / "out", Format.CSV, "2026-13")
    assert not (tmp_path / "out").exists()


def test_each_statement_reads_the_declared_columns_along_an_index(store: Store) -> None:
    """What SQLite sorts it holds in memory: no table is sorted as a whole."""
    for table in TABLES[:-1]:
        query = QUERIES[table.name]
        values = {name: EVER[name] for name in EVER if f":{name}" in query}
        columns = [one[0] for one in store.database.handle.execute(query, values).description]
        assert columns == [column.name for column in table.columns]
        plan = [str(row["detail"]) for row in store.database.handle.query(f"EXPLAIN QUERY PLAN {query}", values)]
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan, table.name


def test_no_statement_reads_a_table_with_secrets() -> None:
    read = {word for query in QUERIES.values() for word in re.findall(r"(?:FROM|JOIN) (\w+)", query)}
    assert "payment" in read and not read & set(SEALED)
    assert not read & {"mandate", "bank_balance", "bank_holder", "bank_transaction", "link_attempt", "item"}


def chosen(*words: str) -> Any:
    return build_parser().parse_args(["export", *words])


def test_the_command_writes_a_month(
    history: Store, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "october"
    asked = chosen("--month", "2026-10", "--format", "parquet", "--to", str(out))
    assert command.export_books(settings, asked) == 0
    said = capsys.readouterr().out
    number = parquet.read_table(out / "payments.parquet").num_rows
    assert f"payments: {number} rows" in said and "SHA-256" in said and number > 5
    (row,) = [one for one in history.trail.read(limit=3) if one.action == "books.exported"]
    assert row.actor.endswith("(command line)")
    (out / "mine.txt").write_text("mine")
    assert command.export_books(settings, asked) == 1
    assert "no export wrote" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--month", "2026-10"), "--to FOLDER"),
        (("payments",), "--out FILE"),
        (("--to", "x", "--status", "failed"), "--status is only for"),
        (("--to", "x", "--out", "y"), "--out is only for"),
        (("payments", "--out", "y", "--month", "2026-10"), "--month is not for"),
    ],
)
def test_an_option_of_the_other_export_is_a_wrong_call(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        command.export(chosen(*words))
    assert end.value.code == 2 and said in capsys.readouterr().err


def test_a_case_and_its_events_are_of_when_they_happened(
    history: Store, export: BooksExport, tmp_path: Path, settings: Settings
) -> None:
    export.write(replace(FRED, name="uta"), tmp_path / "out", Format.CSV, "2026-09")
    cases = rows_of(tmp_path / "out", "cases")
    assert cases
    for row in cases:
        at = datetime.fromisoformat(row["happened_at"]).astimezone(settings.timezone)
        assert (at.year, at.month) == (2026, 9)

"""An export holds exactly the filtered rows, in bounded memory, with its progress, for the one who ordered it."""

from __future__ import annotations

import csv
import io
import json
import os
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.clock import FixedClock
from dashboard.errors import AccessDenied, InputError
from dashboard.export import COLUMNS, Format, export, write_xlsx
from dashboard.export_jobs import KEPT, ExportOrder, Exports, JobState
from dashboard.filters import PaymentFilter
from dashboard.models import Actor, Role
from dashboard.payments import PaymentRow, Payments
from dashboard.settings import Settings
from dashboard.status import PaymentState, Waiting
from dashboard.store import Store
from dashboard.store.vault import Vault, make_key
from tests.histories import History

HISTORY = History(150, days=60)
NOW = datetime.fromtimestamp(HISTORY.now, UTC)
ZONE = ZoneInfo("America/New_York")
TODAY = NOW.astimezone(ZONE).date()
ADA = Actor("ada", frozenset({Role.FINANCE}), device="ada's browser")
BEN = Actor("ben", frozenset({Role.FINANCE}), device="ben's browser")
FAILED = PaymentFilter(statuses=(PaymentState.FAILED,))


def make_rows(count: int) -> Iterator[PaymentRow]:
    """Rows out of nothing, each its own object, so that only what the writer keeps is kept."""
    for number in range(count):
        yield PaymentRow(
            id=f"py_{number:024d}",
            created=NOW + timedelta(seconds=number),
            amount=number,
            currency="usd",
            state=PaymentState.PAID_OUT,
            on=NOW,
            waiting=Waiting(False, None),
            reason=None,
            rail="us_bank_account",
            customer_id=f"cus_{number % 997}",
            customer="=HYPERLINK(1)",
            email="a@example.com",
            bank="BANK",
            last4="6789",
            reference=f"INV-{number}",
            fee=5,
            net=number - 5,
            refunded=0,
            payout_id=None,
            intent_id=f"pi_{number:024d}",
            debit_id=None,
        )


class LaterWorker:
    """Keeps what is submitted until it is told to run it."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], object]] = []

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        self.waiting.append(lambda: fn(*args))

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()

    def close(self) -> None:
        self.run()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("exports")
    opened = Store.open(folder / "desk.db", Vault([make_key()]), FixedClock(NOW), ZONE)
    for resource, listing in HISTORY.resources.items():
        if resource != "events":
            opened.ledger.apply(resource, [json.loads(body) for body in listing.bodies])
    yield opened
    opened.close()


@pytest.fixture
def worker() -> LaterWorker:
    return LaterWorker()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def exports(
    store: Store, clock: FixedClock, settings_of_desk: Settings, tmp_path: Path, worker: LaterWorker
) -> Exports:
    return Exports(store, Payments(store, clock, settings_of_desk), clock, tmp_path / "exports", worker)


@pytest.fixture
def settings_of_desk(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


def order(wanted: PaymentFilter = FAILED, form: Format = Format.CSV, **more: object) -> ExportOrder:
    return replace(ExportOrder(wanted, form, ZONE), **more)  # type: ignore[arg-type]  # its own fields


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


WANTED = st.builds(
    PaymentFilter,
    statuses=st.lists(st.sampled_from(list(PaymentState)), unique=True, max_size=3).map(tuple),
    amount_min=st.none() | st.integers(0, 50_000),
    failure_code=st.sampled_from(["", "insufficient_funds"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=WANTED)
def test_a_file_holds_exactly_the_rows_of_the_table(
    store: Store, exports: Exports, wanted: PaymentFilter, tmp_path: Path
) -> None:
    count = exports.write(ADA, order(wanted), tmp_path / "out.csv")
    rows = read(tmp_path / "out.csv")
    shown = {row["id"]: row for row in store.payments.walk(wanted, TODAY)}
    assert [row["id"] for row in rows] == list(shown) and count == len(rows)
    assert all(int(row["amount_cents"]) == shown[row["id"]]["amount"] for row in rows)


def test_columns_their_order_and_the_zone_are_the_persons_choice(exports: Exports, tmp_path: Path) -> None:
    chosen = order(PaymentFilter(), columns=("status", "created_at", "id"), zone=ZoneInfo("Asia/Tokyo"))
    exports.write(ADA, chosen, tmp_path / "out.csv")
    rows = read(tmp_path / "out.csv")
    assert list(rows[0]) == ["status", "created_at", "id"]
    assert all(row["created_at"].endswith("+09:00") for row in rows)


@pytest.mark.parametrize(
    ("form", "rows", "megabytes"), [(Format.CSV, 5_000, 2), (Format.XLSX, 1_000, 8), (Format.PARQUET, 15_000, 40)]
)
def test_a_large_export_is_written_in_bounded_memory(form: Format, rows: int, megabytes: int, tmp_path: Path) -> None:
    import pyarrow.parquet  # noqa: F401  its own import is not the export's memory
    import xlsxwriter  # noqa: F401

    peaks = []
    for count in (rows, 3 * rows):
        tracemalloc.start()
        with (tmp_path / "out").open("wb") as out:
            assert export(make_rows(count), out, form, zone=ZONE) == count
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    assert peaks[1] < megabytes
    assert peaks[1] < 1.5 * peaks[0] + 1, "three times the rows need no more memory"


def test_a_workbook_goes_on_to_another_sheet_where_one_is_full() -> None:
    import zipfile

    out = io.BytesIO()
    assert write_xlsx(iter([[number] for number in range(7)]), out, ["amount_cents"], per_sheet=3) == 7
    with zipfile.ZipFile(out) as book:
        sheets = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        rows = [book.read(name).decode().count("<row ") for name in sheets]
    assert rows == [4, 4, 2], "each sheet has its head"


def test_an_export_of_the_page_says_how_far_it_is_and_then_has_its_file(exports: Exports, worker: LaterWorker) -> None:
    job = exports.start(ADA, order())
    assert (job.state, job.rows, exports.latest(ADA)) == (JobState.WAITING, 0, job)
    assert exports.find(job.id, ADA.device) is None, "nothing is handed out before it is complete"
    worker.run()
    assert job.state is JobState.DONE and job.rows == job.total == len(read(job.path)) > 0
    assert exports.find(job.id, ADA.device) is job
    assert job.path.parent.stat().st_mode & 0o077 == 0, "the folder is its owner's alone"


def test_only_the_browser_that_ordered_a_file_gets_it(exports: Exports, worker: LaterWorker) -> None:
    job = exports.start(ADA, order())
    worker.run()
    assert exports.latest(BEN) is None
    for device in (BEN.device, "", "somebody"):
        assert exports.find(job.id, device) is None
    assert exports.find("no-such-id", ADA.device) is None


def test_a_device_in_a_customers_hands_gets_no_file(exports: Exports, worker: LaterWorker) -> None:
    hands = {"customer's": False}
    job = exports.start(replace(ADA, is_held=lambda: hands["customer's"]), order())
    worker.run()
    assert exports.find(job.id, ADA.device) is job
    hands["customer's"] = True
    assert exports.find(job.id, ADA.device) is None


def test_a_stopped_export_leaves_nothing(exports: Exports, worker: LaterWorker) -> None:
    job = exports.start(ADA, order(PaymentFilter()))
    exports.stop(BEN, job.id)
    assert not job.is_stopped, "it is not Ben's to stop"
    exports.stop(ADA, job.id)
    worker.run()
    assert job.state is JobState.STOPPED and not list(job.path.parent.iterdir())


def test_one_at_a_time_and_what_is_old_goes(exports: Exports, worker: LaterWorker, clock: FixedClock) -> None:
    job = exports.start(ADA, order())
    with pytest.raises(InputError, match="still being made"):
        exports.start(ADA, order())
    worker.run()
    left = job.path.with_name("left-by-a-crash.csv.partial")
    left.write_text("old")
    os.utime(left, (0, 0))
    clock.move(KEPT + timedelta(seconds=1))
    exports.start(BEN, order())
    assert not job.path.exists() and not left.exists() and exports.latest(ADA) is None


def test_who_may_not_export_cannot_and_every_export_is_audited(exports: Exports, store: Store, tmp_path: Path) -> None:
    for act in (lambda who: exports.start(who, order()), lambda who: exports.write(who, order(), tmp_path / "no.csv")):
        with pytest.raises(AccessDenied):
            act(Actor("olga", frozenset({Role.OPS}), device="hers"))
    assert not (tmp_path / "no.csv").exists()
    count = exports.write(ADA, order(), tmp_path / "out.csv")
    row = store.trail.read("payments")[0]
    assert (row.actor, row.action, row.facts["rows"]) == ("ada", "payments_exported", count)
    assert row.facts["filter"] == FAILED.words() and row.facts["searched"] is False
    searched = ExportOrder(PaymentFilter(text="jenny@example.com"), Format.CSV, UTC)
    exports.write(ADA, searched, tmp_path / "found.csv")
    assert "jenny" not in str(store.trail.read("payments")), "what was typed may be a name"


def test_an_order_of_a_column_that_does_not_exist_is_refused_at_once(exports: Exports) -> None:
    with pytest.raises(InputError, match="secret"):
        exports.start(ADA, order(columns=("id", "secret")))
    assert set(COLUMNS) >= {"id", "status", "amount_cents", "currency", "created_at"}


def test_closing_the_desk_removes_every_file(exports: Exports, worker: LaterWorker) -> None:
    job = exports.start(ADA, order())
    worker.run()
    exports.close()
    assert not job.path.parent.exists()

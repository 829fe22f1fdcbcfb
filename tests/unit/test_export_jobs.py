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
from typing import BinaryIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.exports import Export, ExportState
from dashboard.domain.models import Actor, Role
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import PaymentState, Waiting
from dashboard.domain.workbooks import About
from dashboard.payments import PaymentRow, Payments
from dashboard.payments.export import COLUMNS, Format, export, write_file
from dashboard.payments.export_jobs import CUT_OFF, KEPT, ExportOrder, Exports
from dashboard.payments.lists import PaymentLists, PaymentOrder
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from tests.empty_desks import open_store
from tests.payment_history import History

HISTORY = History(150, days=60)
NOW = datetime.fromtimestamp(HISTORY.now, UTC)
ZONE = ZoneInfo("America/New_York")
TODAY = NOW.astimezone(ZONE).date()
ADA = Actor("ada", frozenset({Role.FINANCE}), device="ada's browser")
BEN = Actor("ben", frozenset({Role.FINANCE}), device="ben's browser")
ABOUT = About("Payments", "All payments", "ada", NOW, ZONE)
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
            balance_currency="usd",
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
    opened = open_store(folder / "desk.db", Vault([make_key()]), FixedClock(NOW), ZONE)
    for resource, listing in HISTORY.resources.items():
        if resource != "events":
            opened.projection.apply(resource, [json.loads(body) for body in listing.bodies])
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
    for left in store.exports.all():
        store.exports.forget(left.id)
    return Exports(store, Payments(store, clock, settings_of_desk), clock, tmp_path / "exports", worker)


@pytest.fixture
def settings_of_desk(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


def order(wanted: PaymentFilter = FAILED, form: Format = Format.CSV, **more: object) -> ExportOrder:
    return replace(ExportOrder(wanted, form, ZONE), **more)  # type: ignore[arg-type]  # its own fields


def now(store: Store, job: Export) -> Export:
    """An export as its row says."""
    found = store.exports.get(job.id)
    assert found is not None
    return found


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


@pytest.mark.parametrize("form", list(Format))
def test_a_file_of_what_was_picked_holds_these_rows_in_the_tables_order(
    store: Store, exports: Exports, clock: FixedClock, settings_of_desk: Settings, tmp_path: Path, form: Format
) -> None:
    lists, shown = PaymentLists(store, clock, settings_of_desk), PaymentOrder(PaymentFilter(), "amount")
    found = lists.block(ADA, shown, size=40)
    keys = lists.keys(ADA, shown, found.mark, [(3, 5), (4, 7), (20, 20)])
    chosen = [row.id for place, row in enumerate(found.rows) if row and place in {3, 4, 5, 6, 7, 20}]
    assert len(keys) == len(chosen) == 6
    path = tmp_path / f"picked.{form}"
    picked = order(PaymentFilter(), form, keys=keys, sort="amount", descending=True)
    assert exports.write(ADA, picked, path) == 6
    assert picked.words() == "6 payments picked by hand. All payments"
    if form is Format.CSV:
        assert [row["id"] for row in read(path)] == chosen
    noted = store.trail.read("payments", limit=1)[0]
    assert noted.facts["picked"] is True and noted.facts["rows"] == 6
    narrower = order(FAILED, keys=keys)  # what the filter shows no more was picked all the same
    assert exports.write(ADA, narrower, tmp_path / "narrow.csv") == 6
    with pytest.raises(AccessDenied):
        lists.keys(Actor("olga", frozenset({Role.OPS})), shown, found.mark, [(0, 1)])


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
            assert export(make_rows(count), out, form, ABOUT) == count
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    assert peaks[1] < megabytes
    assert peaks[1] < 1.5 * peaks[0] + 1, "three times the rows need no more memory"


def test_an_export_of_the_page_says_how_far_it_is_and_then_has_its_file(
    store: Store, exports: Exports, worker: LaterWorker
) -> None:
    job = exports.start(ADA, order())
    assert (job.state, job.rows, exports.latest(ADA)) == (ExportState.WAITING, 0, job)
    assert exports.fetch(ADA, job.id) is None, "nothing is handed out before it is complete"
    worker.run()
    done, path = now(store, job), exports.path_of(job)
    assert done.state is ExportState.DONE and done.rows == done.total == len(read(path)) > 0
    assert exports.fetch(ADA, job.id) == done
    assert path.parent.stat().st_mode & 0o077 == 0, "the folder is only its owner's"


def test_only_the_person_the_visit_and_the_browser_that_ordered_a_file_get_it(
    exports: Exports, worker: LaterWorker
) -> None:
    ada = replace(ADA, visit="today")
    job = exports.start(ada, order())
    worker.run()
    assert exports.latest(BEN) is None
    others = (BEN, replace(BEN, device=ada.device, visit="today"), replace(ada, device="elsewhere"))
    for other in (*others, replace(ada, device=""), replace(ada, visit="yesterday"), ADA):
        assert exports.fetch(other, job.id) is None, other
    assert exports.fetch(ada, "no-such-id") is None
    with pytest.raises(AccessDenied):
        exports.fetch(replace(ada, roles=frozenset({Role.OPS})), job.id)
    assert exports.fetch(ada, job.id)


def test_a_device_in_a_customers_hands_gets_no_file(exports: Exports, worker: LaterWorker) -> None:
    hands = {"customer's": False}
    ada = replace(ADA, is_handed_over=lambda: hands["customer's"])
    job = exports.start(ada, order())
    worker.run()
    assert exports.fetch(ada, job.id)
    hands["customer's"] = True
    with pytest.raises(AccessDenied):
        exports.fetch(ada, job.id)


def test_a_file_goes_with_its_persons_visit(
    store: Store, clock: FixedClock, settings_of_desk: Settings, tmp_path: Path, worker: LaterWorker
) -> None:
    over = dict[str, AccessDenied]()
    exports = Exports(store, Payments(store, clock, settings_of_desk), clock, tmp_path / "e", worker, over.get)
    ada = replace(ADA, visit="today", why_over=lambda: over.get("today"))
    job = exports.start(ada, order())
    worker.run()
    exports.prune()
    assert exports.fetch(ada, job.id)
    over["today"] = AccessDenied("This sign-in has ended.", code="ended")
    with pytest.raises(AccessDenied, match="has ended"):
        exports.fetch(ada, job.id)
    exports.prune()
    assert not exports.path_of(job).exists() and store.exports.get(job.id) is None


def test_an_export_whose_person_left_before_its_end_is_not_made(
    store: Store, exports: Exports, worker: LaterWorker
) -> None:
    over: list[AccessDenied] = []
    job = exports.start(replace(ADA, why_over=lambda: next(iter(over), None)), order())
    over.append(AccessDenied("This sign-in has ended.", code="ended"))
    worker.run()
    assert now(store, job).state is ExportState.FAILED and not list(exports.path_of(job).parent.iterdir())


def test_an_export_is_one_row_of_the_trail_written_when_it_is_fetched(
    exports: Exports, worker: LaterWorker, store: Store
) -> None:
    def rows() -> int:
        return sum(row.action == "payments.exported" for row in store.trail.read())

    before = rows()
    job = exports.start(ADA, order())
    worker.run()
    assert rows() == before, "nothing has left the desk yet"
    for _ in range(3):
        exports.fetch(ADA, job.id)
    assert rows() == before + 1


def test_a_file_with_names_is_its_owners_from_the_first_byte_on(tmp_path: Path) -> None:
    target, modes = tmp_path / "out.csv", list[int]()

    def write(out: BinaryIO) -> int:
        modes.extend(one.stat().st_mode & 0o777 for one in tmp_path.iterdir())
        return out.write(b"Jenny Rosen")

    before = os.umask(0)
    try:
        write_file(target, write)
    finally:
        os.umask(before)
    assert modes == [0o600]
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_stopped_export_leaves_nothing(store: Store, exports: Exports, worker: LaterWorker) -> None:
    job = exports.start(ADA, order(PaymentFilter()))
    exports.stop(BEN, job.id)
    assert not now(store, job).is_stopped, "it is not Ben's to stop"
    exports.stop(ADA, job.id)
    worker.run()
    assert now(store, job).state is ExportState.STOPPED and not list(exports.path_of(job).parent.iterdir())


def test_one_at_a_time_and_what_is_old_goes(exports: Exports, worker: LaterWorker, clock: FixedClock) -> None:
    job = exports.start(ADA, order())
    with pytest.raises(InputError, match="still being made"):
        exports.start(ADA, order())
    worker.run()
    left = exports.path_of(job).with_name("left-by-a-crash.csv.partial")
    left.write_text("old")
    clock.move(KEPT + timedelta(seconds=1))
    exports.start(BEN, order())
    assert not exports.path_of(job).exists() and not left.exists() and exports.latest(ADA) is None


def test_who_may_not_export_cannot_and_every_export_is_audited(exports: Exports, store: Store, tmp_path: Path) -> None:
    for act in (lambda who: exports.start(who, order()), lambda who: exports.write(who, order(), tmp_path / "no.csv")):
        with pytest.raises(AccessDenied):
            act(Actor("olga", frozenset({Role.OPS}), device="hers"))
    assert not (tmp_path / "no.csv").exists()
    count = exports.write(ADA, order(), tmp_path / "out.csv")
    row = store.trail.read("payments")[0]
    assert (row.actor, row.action, row.facts["rows"]) == ("ada", "payments.exported", count)
    assert row.facts["filter"] == FAILED.words() and row.facts["searched"] is False
    searched = ExportOrder(PaymentFilter(text="jenny@example.com"), Format.CSV, UTC)
    exports.write(ADA, searched, tmp_path / "found.csv")
    assert "jenny" not in str(store.trail.read("payments")), "what was typed may be a name"


def test_an_order_of_a_column_that_does_not_exist_is_refused_at_once(exports: Exports) -> None:
    with pytest.raises(InputError, match="secret"):
        exports.start(ADA, order(columns=("id", "secret")))
    assert set(COLUMNS) >= {"id", "status", "amount_cents", "currency", "created_at"}


def another(exports: Exports, worker: LaterWorker) -> Exports:
    """The same desk in another process."""
    return Exports(exports._store, exports._payments, exports._clock, exports._folder, worker)


def test_a_file_is_handed_out_by_any_process_and_outlives_the_one_that_made_it(
    exports: Exports, worker: LaterWorker
) -> None:
    job, second = exports.start(ADA, order()), another(exports, LaterWorker())
    with pytest.raises(InputError, match="still being made"):
        second.start(ADA, order())
    worker.run()
    second.close()
    exports.close()
    assert exports.path_of(job).exists(), "neither process's end takes what the other hands out"
    found = second.fetch(ADA, job.id)
    assert found and second.path_of(found).read_text() == exports.path_of(job).read_text()
    assert second.fetch(BEN, job.id) is None


def test_what_another_process_makes_can_be_stopped_here(store: Store, exports: Exports, worker: LaterWorker) -> None:
    job = exports.start(ADA, order())
    another(exports, LaterWorker()).stop(ADA, job.id)
    worker.run()
    assert now(store, job).state is ExportState.STOPPED


def test_an_export_whose_process_died_says_so(store: Store, exports: Exports, worker: LaterWorker) -> None:
    job = exports.start(ADA, order())
    machine, _, process = job.made_in.split("/")
    gone = f"{machine}/{2**22 + 1}/{process}"
    store.database.handle.execute("UPDATE export SET made_in = ? WHERE id = ?", [gone, job.id])
    another(exports, worker).prune()
    assert (now(store, job).state, now(store, job).problem) == (ExportState.FAILED, CUT_OFF)
    assert exports.start(ADA, order()), "another one can be ordered at once"
    worker.waiting.pop(0)()
    assert now(store, job).state is ExportState.FAILED, "and what comes after it changes nothing"


def test_the_last_process_to_end_removes_every_file(store: Store, exports: Exports, worker: LaterWorker) -> None:
    job = exports.start(ADA, order())
    worker.run()
    exports.close()
    exports.remove_all()
    assert not exports.path_of(job).parent.exists() and not store.exports.all()

"""Exports ordered on the page: made by a worker of their own, with their progress, and handed to the one who asked.

Each is a row, so whichever process a browser comes to shows it and hands it out; the files lie in one folder.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.domain.clock import Clock
from dashboard.domain.errors import AccessDenied, DeskError, InputError
from dashboard.domain.exports import Export, ExportState
from dashboard.domain.formatting import count as counted
from dashboard.domain.models import Actor, Problem
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.workbooks import About
from dashboard.jobs import leases
from dashboard.jobs.worker import Runner
from dashboard.messages.problems import explain
from dashboard.payments import Payments
from dashboard.payments.export import COLUMNS, Format, check_columns, export, write_file
from dashboard.staff.access import Permission, require
from dashboard.store import Store

log = logging.getLogger(__name__)

KEPT = timedelta(minutes=30)  # long enough to fetch a file, short enough that customers' names do not lie about
SAID_EVERY = 0.5  # seconds between two writes of how far an export is, which are looks whether it is still wanted
MIMES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PARQUET: "application/vnd.apache.parquet",
}
CUT_OFF = Problem(
    "The process that made this file has ended.", "Nothing was saved.", "Create the file again.", "export_cut_off"
)


@dataclass(frozen=True)
class ExportOrder:
    """What is wanted: which rows, in which form, which columns, in whose time, and in which order.

    The order is one of the table's; without one the oldest come first. `keys` are the rows that somebody picked, where
    it is not all that the filter shows.
    """

    wanted: PaymentFilter
    format: Format
    zone: tzinfo
    columns: tuple[str, ...] = tuple(COLUMNS)
    bom: bool = False
    sort: str = "created"
    descending: bool = False
    keys: Sequence[int] | None = None

    def words(self) -> str:
        """Which rows, as a sentence."""
        if self.keys is None:
            return self.wanted.words()
        return f"{counted(len(self.keys), 'payment')} picked by hand. {self.wanted.words()}"

    def facts(self) -> dict[str, object]:
        """What the trail says of it, beside how many rows it has."""
        return {
            "filter": self.wanted.without_text().words(),  # what was typed may be a name, and the trail forgets nothing
            "searched": bool(self.wanted.text),
            **({} if self.keys is None else {"picked": True}),
            "columns": list(self.columns),
            "format": self.format.value,
            "zone": str(self.zone),
        }


class _Stopped(Exception):
    """The person does not want it any more."""


class Exports:
    """Writes exports and keeps those that the page ordered, for a while, in a folder of its own."""

    def __init__(
        self,
        store: Store,
        payments: Payments,
        clock: Clock,
        folder: Path,
        worker: Runner,
        why_over: Callable[[str], AccessDenied | None] | None = None,
    ) -> None:
        """`why_over` says why a visit holds no more, None while it does: its files go with it. Left out, none ends."""
        self._store, self._payments, self._clock, self._why_over = store, payments, clock, why_over
        self._folder, self._worker = folder, worker
        self._closing = threading.Event()

    def write(
        self, actor: Actor, order: ExportOrder, path: Path, on_progress: Callable[[int], None] | None = None
    ) -> int:
        """Write exactly the rows that the filter shows, as one complete file, and audit it; returns how many.

        `on_progress` is called with the rows so far. Raises InputError for a column that does not exist.
        """
        require(actor, Permission.EXPORT)
        count = self._write(actor, order, path, on_progress)
        self._note(actor, count, order.facts())
        return count

    def _write(
        self, actor: Actor, order: ExportOrder, path: Path, on_progress: Callable[[int], None] | None = None
    ) -> int:
        way: Any = {"sort": order.sort, "descending": order.descending}
        rows = (
            self._payments.rows(actor, order.wanted, **way)
            if order.keys is None
            else self._payments.picked_rows(actor, order.wanted, order.keys, **way)
        )
        about = About("Payments", order.words(), actor.name, self._clock.now(), order.zone)

        def write(out: BinaryIO) -> int:
            return export(rows, out, order.format, about, columns=order.columns, on_progress=on_progress, bom=order.bom)

        return write_file(path, write)

    def _note(self, actor: Actor, rows: int, facts: dict[str, object]) -> None:
        self._store.trail.append(actor, "payments.exported", "payments", self._clock.now(), rows=rows, **facts)

    def start(self, actor: Actor, order: ExportOrder) -> Export:
        """Order an export; it is made on the worker. Raises InputError, AccessDenied."""
        require(actor, Permission.EXPORT)
        check_columns(order.columns)
        self.prune()
        made = Export(
            id=secrets.token_urlsafe(24),
            person=actor.name,
            device=actor.device,
            visit=actor.visit,
            made_in=leases.PROCESS,
            format=order.format.value,
            zone=str(order.zone),
            words=order.words(),
            total=self._payments.totals(actor, order.wanted).shown.count if order.keys is None else len(order.keys),
            started_at=self._clock.real(),
            facts=order.facts(),
        )
        if not self._store.exports.add(made):
            raise InputError("An export of yours is still being made.", action="Wait for it, or stop it.")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._worker.submit(self._run, made, actor, order)
        return made

    def path_of(self, export: Export) -> Path:
        """Where the file of an export lies, or will."""
        return self._folder / export.name

    def latest(self, actor: Actor, *, running: bool = False) -> Export | None:
        """The person's newest export on this device, where it is still kept; `running` where it is still made."""
        require(actor, Permission.EXPORT)
        found = self._store.exports.newest(actor.name, actor.device, actor.visit)
        return found if found and (found.state.is_open or not running) else None

    def stop(self, actor: Actor, id: str) -> None:
        """Stop an export of one's own; what it wrote is thrown away."""
        require(actor, Permission.EXPORT)
        found = self._store.exports.get(id)
        if found and _is_theirs(found, actor):
            self._store.exports.stop(id)

    def fetch(self, actor: Actor, id: str) -> Export | None:
        """A finished export for the person, visit and browser that ordered it, and for nobody else.

        The first fetch is what the trail notes: then the names leave the desk. Raises AccessDenied.
        """
        require(actor, Permission.EXPORT)
        found = self._store.exports.get(id)
        if found is None or found.state is not ExportState.DONE or not actor.device or not _is_theirs(found, actor):
            return None
        if not self.path_of(found).exists():
            return None
        with self._store.transaction():
            if self._store.exports.note(id):
                self._note(actor, found.rows, dict(found.facts))
        return found

    def prune(self) -> None:
        """Remove files that nobody may or will fetch: of visits that are over, old ones, those of no row."""
        real, kept = self._clock.real(), set()
        for one in self._store.exports.all():
            over = self._why_over is not None and self._why_over(one.visit) is not None
            if one.state.is_open and leases.is_dead(f"{one.made_in}/export"):
                self._store.exports.end(one.id, ExportState.FAILED, problem=CUT_OFF)
            elif one.state.is_open and over:
                self._store.exports.stop(one.id)
            elif not one.state.is_open and (over or real - one.started_at > KEPT):
                self.path_of(one).unlink(missing_ok=True)
                self._store.exports.forget(one.id)
                continue
            kept.add(one.id)
        for left in self._folder.glob("*"):
            if left.is_file() and left.name.partition(".")[0] not in kept:
                left.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop what this process makes; what is finished is another process's to hand out."""
        self._closing.set()
        self._worker.close()

    def remove_all(self) -> None:
        """Remove every file: nobody serves any more, and customers' names must not lie about."""
        for one in self._store.exports.all():
            self._store.exports.forget(one.id)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, made: Export, actor: Actor, order: ExportOrder) -> None:
        exports, path, said = self._store.exports, self.path_of(made), 0.0

        def report(count: int) -> None:
            nonlocal said
            if time.monotonic() - said >= SAID_EVERY or not count:
                said = time.monotonic()
                if self._closing.is_set() or not exports.report(made.id, count):
                    raise _Stopped

        is_kept = False
        try:
            report(0)
            count = self._write(actor, order, path, report)
            is_kept = exports.end(made.id, ExportState.DONE, rows=count)
        except _Stopped:
            if self._closing.is_set():
                exports.end(made.id, ExportState.FAILED, problem=CUT_OFF)
            else:
                exports.end(made.id, ExportState.STOPPED)
        except DeskError as error:
            exports.end(made.id, ExportState.FAILED, problem=explain(error))
        except Exception:
            exports.end(made.id, ExportState.FAILED)
            raise
        finally:
            if not is_kept:
                for left in (path, path.with_name(path.name + ".partial")):
                    left.unlink(missing_ok=True)


def _is_theirs(export: Export, actor: Actor) -> bool:
    """Whether an export is of this person, in this visit, at this browser."""
    return (export.person, export.device, export.visit) == (actor.name, actor.device, actor.visit)

"""Exports ordered on the page: made by a worker of their own, with their progress, and handed to the one who asked."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, InputError
from dashboard.domain.formatting import count as counted
from dashboard.domain.formatting import file_stamp
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.workbooks import About
from dashboard.jobs.worker import Runner
from dashboard.payments import Payments
from dashboard.payments.export import COLUMNS, Format, check_columns, export, write_file
from dashboard.staff.access import Permission, require
from dashboard.store import Store

log = logging.getLogger(__name__)

KEPT = timedelta(minutes=30)  # long enough to fetch a file, short enough that customers' names do not lie about
MIMES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PARQUET: "application/vnd.apache.parquet",
}


class JobState(StrEnum):
    """How far an export has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


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


@dataclass
class ExportJob:
    """One export of one person, of `total` rows."""

    id: str
    order: ExportOrder
    actor: Actor
    path: Path
    started_at: datetime
    total: int
    state: JobState = JobState.WAITING
    rows: int = 0
    problem: DeskError | None = None
    is_stopped: bool = False
    is_noted: bool = False

    @property
    def file_name(self) -> str:
        """What the file is called on the reader's machine."""
        return f"payments-{file_stamp(self.started_at, self.order.zone)}.{self.order.format}"


class _Stopped(Exception):
    """The person does not want it any more."""


class Exports:
    """Writes exports and keeps those that the page ordered, for a while, in a folder of its own."""

    def __init__(self, store: Store, payments: Payments, clock: Clock, folder: Path, worker: Runner) -> None:
        self._store, self._payments, self._clock = store, payments, clock
        self._folder, self._worker = folder, worker
        self._jobs: dict[str, ExportJob] = {}
        self._guard = threading.Lock()

    def write(
        self, actor: Actor, order: ExportOrder, path: Path, on_progress: Callable[[int], None] | None = None
    ) -> int:
        """Write exactly the rows that the filter shows, as one complete file, and audit it; returns how many.

        `on_progress` is called with the rows so far. Raises InputError for a column that does not exist.
        """
        require(actor, Permission.EXPORT)
        count = self._write(actor, order, path, on_progress)
        self._note(actor, order, count)
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

    def _note(self, actor: Actor, order: ExportOrder, count: int) -> None:
        self._store.trail.append(
            actor,
            "payments.exported",
            "payments",
            self._clock.now(),
            rows=count,
            filter=order.wanted.without_text().words(),  # what was typed may be a name, and the trail forgets nothing
            searched=bool(order.wanted.text),
            **({} if order.keys is None else {"picked": True}),
            columns=list(order.columns),
            format=order.format.value,
            zone=str(order.zone),
        )

    def start(self, actor: Actor, order: ExportOrder) -> ExportJob:
        """Order an export; it is made on the worker. Raises InputError, AccessDenied."""
        require(actor, Permission.EXPORT)
        check_columns(order.columns)
        if self.latest(actor, running=True):
            raise InputError("An export of yours is still being made.", action="Wait for it, or stop it.")
        self.prune()
        total = self._payments.totals(actor, order.wanted).shown.count if order.keys is None else len(order.keys)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        id = secrets.token_urlsafe(24)
        path = self._folder / f"{id}.{order.format}"
        job = ExportJob(id, order, actor, path, self._clock.real(), total)
        self._jobs[id] = job
        self._worker.submit(self._run, job)
        return job

    def latest(self, actor: Actor, *, running: bool = False) -> ExportJob | None:
        """The person's newest export on this device, where it is still kept."""
        require(actor, Permission.EXPORT)
        mine = [job for job in self._jobs.values() if _owner(job.actor) == _owner(actor)]
        if running:
            mine = [job for job in mine if job.state in {JobState.WAITING, JobState.RUNNING}]
        return mine[-1] if mine else None

    def stop(self, actor: Actor, id: str) -> None:
        """Stop an export of one's own; what it wrote is thrown away."""
        require(actor, Permission.EXPORT)
        job = self._jobs.get(id)
        if job and _owner(job.actor) == _owner(actor):
            job.is_stopped = True

    def fetch(self, actor: Actor, id: str) -> ExportJob | None:
        """A finished export for the person, visit and browser that ordered it, and for nobody else.

        The first fetch is what the trail notes: then the names leave the desk. Raises AccessDenied.
        """
        require(actor, Permission.EXPORT)
        job = self._jobs.get(id)
        if job is None or job.state is not JobState.DONE or not actor.device or _owner(job.actor) != _owner(actor):
            return None
        if not job.path.exists():
            return None
        with self._guard:
            if not job.is_noted:
                self._note(actor, job.order, job.rows)
                job.is_noted = True
        return job

    def prune(self) -> None:
        """Remove files that nobody may or will fetch: of visits that are over, old ones, an older process's."""
        real = self._clock.real()
        for id, job in list(self._jobs.items()):
            over = job.actor.why_over() is not None
            job.is_stopped = job.is_stopped or over
            if job.state not in {JobState.WAITING, JobState.RUNNING} and (over or real - job.started_at > KEPT):
                job.path.unlink(missing_ok=True)
                self._jobs.pop(id, None)
        oldest = time.time() - 2 * KEPT.total_seconds()
        for left in self._folder.glob("*"):
            if left.is_file() and left.stat().st_mtime < oldest:
                left.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop what runs and remove every file."""
        for job in self._jobs.values():
            job.is_stopped = True
        self._worker.close()
        if self._jobs:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._jobs.clear()

    def _run(self, job: ExportJob) -> None:
        def report(count: int) -> None:
            job.rows = count
            if job.is_stopped:
                raise _Stopped

        job.state = JobState.RUNNING
        try:
            report(0)
            job.rows = self._write(job.actor, job.order, job.path, report)
            job.state = JobState.DONE
        except _Stopped:
            job.state = JobState.STOPPED
        except DeskError as error:
            job.problem, job.state = error, JobState.FAILED
        except Exception:
            job.state = JobState.FAILED
            raise
        finally:
            if job.state is not JobState.DONE:
                for left in (job.path, job.path.with_name(job.path.name + ".partial")):
                    left.unlink(missing_ok=True)


def _owner(actor: Actor) -> tuple[str, str, str]:
    """Whose export it is: one person, in one visit, at one browser."""
    return actor.name, actor.device, actor.visit

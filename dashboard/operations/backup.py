"""Backups: taken online, kept by count and age, verified before one replaces anything."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dashboard.domain.clock import Clock
from dashboard.domain.errors import StoreError, StoreUnavailable
from dashboard.domain.formatting import read_utc_stamp, utc_stamp
from dashboard.domain.models import Actor
from dashboard.domain.notices import Fact, NoticeKind
from dashboard.staff.access import Permission, require
from dashboard.store import prepare
from dashboard.store.audit_trail import Trail
from dashboard.store.carry_over import Carried, carry_over
from dashboard.store.encryption.columns import SealedColumns
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.copies import (
    copy_database,
    copy_file,
    digest_path,
    inspect_copy,
    note_digest,
    occupied,
    open_file,
    replace_database,
    seal_file,
)
from dashboard.store.engine.database import Database, translated
from dashboard.store.migrations import migrate
from dashboard.store.notices.noting import NoticeNoting
from dashboard.store.restores import RestoreTable, Unknown

log = logging.getLogger(__name__)

STALE_AFTER = timedelta(hours=6)  # no copy takes that long; what is younger may be another command's
UNSEALED = ".unsealed"  # a copy on its way to being sealed
_NAME = re.compile(r"desk-(\d{8}T\d{6}Z)\.db(\.sealed)?$")


@dataclass(frozen=True)
class Kept:
    """One backup on the disk."""

    path: Path
    taken_at: datetime

    @property
    def sealed(self) -> bool:
        """Whether it is encrypted as a whole."""
        return self.path.suffix == ".sealed"


class Backups:
    """Makes, lists, prunes and restores backups in one folder."""

    def __init__(self, database: Database, trail: Trail, vault: Vault, clock: Clock, folder: Path) -> None:
        self._database, self._trail, self._vault, self._clock, self._folder = database, trail, vault, clock, folder

    def make(self, actor: Actor, *, sealed: bool = False) -> Path:
        """Take a backup now and return its path; the copy is checked before it counts as one. Raises StoreError.

        The trail says first that it begins, so that a restored copy says where it comes from, and then how it ended.
        """
        require(actor, Permission.ADMIN)
        self._note(actor, "backup.begun", sealed=sealed)
        try:
            made = self._make(sealed)
        except StoreError as error:
            self._note_failure(actor, error)
            raise
        self._note(actor, "backup.made", sealed=sealed, name=made.name, bytes=made.stat().st_size)
        return made

    def _make(self, sealed: bool) -> Path:
        target = self._folder / f"desk-{utc_stamp(self._clock.real())}.db"
        plain = target.with_name(target.name + UNSEALED) if sealed else target
        with translated():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._sweep()
            try:
                copy_database(self._database, plain)
                _require_intact(plain, "The backup")
                if not sealed:
                    note_digest(target)
                    return target
                covered = target.with_name(target.name + ".sealed")
                seal_file(self._vault, plain, covered)
                return covered
            finally:
                if sealed:
                    plain.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what a killed backup has left: half a copy, or a whole one that was still to be sealed."""
        oldest = self._clock.real().timestamp() - STALE_AFTER.total_seconds()
        for path in (*self._folder.glob("desk-*.partial"), *self._folder.glob(f"desk-*{UNSEALED}")):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _note_failure(self, actor: Actor, error: StoreError) -> None:
        """In the trail each time; as a notice once for all tries since the last backup."""
        newest = next(iter(self.kept()), None)
        since = utc_stamp(newest.taken_at) if newest else ""
        fact = Fact(NoticeKind.BACKUP_FAILED, since or "never", self._clock.now(), facts={"code": error.code})
        with self._database.transaction():
            self._note(actor, "backup.failed", code=error.code, why=error.what)
            NoticeNoting(self._database, self._clock.now).note(fact)

    def _note(self, actor: Actor, action: str, **facts: object) -> None:
        with self._database.transaction():
            self._trail.append(actor, action, "database", self._clock.now(), **facts)

    def until_due(self, every: timedelta) -> timedelta:
        """How long from now until the next backup is due; nothing where it is due, or there is none."""
        newest = next(iter(self.kept()), None)
        return max(timedelta(), newest.taken_at + every - self._clock.real()) if newest else timedelta()

    def kept(self) -> list[Kept]:
        """The backups in the folder, newest first."""
        found = []
        for path in self._folder.glob("desk-*"):
            if match := _NAME.fullmatch(path.name):
                found.append(Kept(path, read_utc_stamp(match[1])))
        return sorted(found, key=lambda kept: kept.taken_at, reverse=True)

    def prune(self, *, keep: int, days: int) -> list[Path]:
        """Remove backups beyond the newest `keep` that are older than `days`; returns what was removed.

        Both must hold, so that a desk that stood still for a month does not lose its last backups.
        """
        oldest = self._clock.real() - timedelta(days=days)
        gone = [kept.path for kept in self.kept()[max(keep, 1) :] if kept.taken_at < oldest]
        for path in gone:
            path.unlink()
            digest_path(path).unlink(missing_ok=True)
        return gone


def restore(source: Path, target: Path, vault: Vault, stamp: dict[str, str], actor: Actor, clock: Clock) -> Path | None:
    """Put a backup in the database's place, after proving it; returns where the old file was kept.

    Proven are: it decrypts, SQLite finds it sound, it belongs to this environment, its audit chain is whole and its
    secrets open with the keys at hand. Nothing is replaced otherwise. Raises StoreError.
    """
    require(actor, Permission.ADMIN)
    with occupied(target, exclusive=True):
        copy = target.with_name(target.name + ".restoring")
        copy.unlink(missing_ok=True)
        try:
            if source.suffix == ".sealed":
                open_file(vault, source, copy)
            else:
                copy_file(source, copy)
            _require_intact(copy, f"The backup {source}")
            _prove(copy, vault, stamp, actor, clock, source, target)
            return replace_database(copy, target)
        finally:
            for left in target.parent.glob(copy.name + "*"):
                left.unlink()


def _prove(
    copy: Path, vault: Vault, stamp: dict[str, str], actor: Actor, clock: Clock, source: Path, target: Path
) -> None:
    candidate = Database(copy)
    try:
        candidate.stamp(stamp)
        prepare(candidate, vault)  # a backup from an older version is brought up to date first
        for sealed in SealedColumns(candidate, vault).sample():
            vault.open(sealed)
        trail = Trail(candidate, vault)
        if findings := trail.verify():
            raise StoreError(
                f"The audit trail in {source} is not complete: {findings[0]}",
                meaning="Nothing was restored.",
                action="Use another backup, and find out who changed this one.",
            )
        with candidate.transaction():
            backup_at = max(
                (row.at for row in trail.read(limit=1)), default=clock.now()
            )  # it says first that it begins
            trail.append(actor, "backup.restored", "database", clock.now(), source=source.name)
            carried = _carry_over(target, candidate)
            if isinstance(carried, Unknown):
                unknown: Unknown | None = carried
            else:
                unknown = Unknown.INCOMPLETE if carried.failed else None
                if any(carried.facts().values()):
                    trail.append(actor, "backup.carried_over", "database", clock.now(), **carried.facts())
                for id in carried.erased:
                    trail.append(actor, "customer.erasure_carried_over", id, clock.now(), source=source.name)
            if unknown is not None:
                RestoreTable(candidate).add(clock.now(), backup_at, unknown)
                facts = {"backup_at": backup_at.isoformat(), "why": unknown.value}
                trail.append(actor, "restore.debits_stopped", "database", clock.now(), **facts)
    finally:
        candidate.close()


def _carry_over(target: Path, candidate: Database) -> Carried | Unknown:
    """Bring over what was done since the backup, or say why that is not known."""
    if not target.exists():
        return Unknown.MISSING
    beside = target.with_name(target.name + ".restoring-from")
    replaced = Database(target)
    try:
        copy_database(replaced, beside)  # brought up to date as a copy: the file itself is kept as it is
        old = Database(beside)
        try:
            migrate(old)
            return carry_over(old, candidate)
        finally:
            old.close()
    except StoreUnavailable:
        log.warning("The file that is replaced cannot be read: what was done since the backup is not known.")
        return Unknown.UNREADABLE
    finally:
        replaced.close()


def _require_intact(path: Path, name: str) -> None:
    if findings := inspect_copy(path):
        raise StoreError(
            f"{name} is damaged: {findings[0]}.", meaning="It does not count as a backup.", action="Take another one."
        )

"""Copies of the database: taken while it is in use, checked, optionally sealed with the desk's own keys."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cryptography.fernet import InvalidToken

from dashboard.domain.errors import StoreUnavailable, UnreadableSecret
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database, require_place, translated
from dashboard.store.private_files import open_private

CHUNK = 1 << 20  # one mebibyte: sealing works in memory, so a large file goes in pieces
PAGES_A_STEP = 2_000  # 8 MB between pauses, so that a writer never waits long for the copy
_MAGIC, FILE_ID_BYTES = b"ACHDESK1", 16
_HEADER = struct.Struct(f">8s{FILE_ID_BYTES}sQ?")  # a sealed piece says its file, its place, whether it is the last


def copy_database(database: Database, target: Path) -> None:
    """Write a consistent copy of the database to `target` while others read and write (SQLite: online backup).

    The copy is complete on the disk under its final name, or not there. Raises StoreUnavailable.
    """
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    with cleared(partial), translated():
        open_private(partial).close()  # SQLite keeps the mode of a file that is there
        with closing(sqlite3.connect(partial)) as copy:
            database.handle.conn.backup(copy, pages=PAGES_A_STEP)
            copy.execute("PRAGMA journal_mode=DELETE")
        _put_in_place(partial, target)


@contextmanager
def cleared(partial: Path) -> Iterator[None]:
    """Take half a file away where its writing fails: on a full disk it would take the space that is missing."""
    try:
        yield
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def digest_path(backup: Path) -> Path:
    """Where the digest of a plain backup stands."""
    return backup.with_name(backup.name + ".sha256")


def note_digest(backup: Path) -> None:
    """Write the backup's SHA-256 beside it: SQLite's own check does not look at pages that are free."""
    with translated():
        digest_path(backup).write_text(f"{_digest(backup)}  {backup.name}\n")


def copy_file(source: Path, target: Path) -> None:
    """Copy a plain backup, and compare it with the digest beside it. Raises StoreUnavailable where they differ."""
    noted = digest_path(source)
    if noted.exists() and noted.read_text().split()[0] != _digest(source):
        raise _damaged(source, "it is not what was written")
    with translated(), source.open("rb") as plain, open_private(target) as copy:
        shutil.copyfileobj(plain, copy, CHUNK)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal_file(vault: Vault, source: Path, target: Path) -> None:
    """Write `source` to `target` in sealed pieces, one a line.

    Each piece carries its file's random id, its place, and whether it is the last: none can be lost, moved, or put in
    from another backup.
    """
    partial = target.with_name(target.name + ".partial")
    with cleared(partial), translated():
        with source.open("rb") as plain, open_private(partial) as sealed:
            file, piece, place = os.urandom(FILE_ID_BYTES), plain.read(CHUNK), 0
            while True:
                following = plain.read(CHUNK)
                header = _HEADER.pack(_MAGIC, file, place, not following)
                sealed.write(vault.seal_bytes(header + piece) + b"\n")
                if not following:
                    break
                piece, place = following, place + 1
        _put_in_place(partial, target)


def open_file(vault: Vault, source: Path, target: Path) -> None:
    """Write the plain content of a sealed file to `target`.

    Raises UnreadableSecret where a key is missing, StoreUnavailable where the file is cut short, rearranged, or put
    together from several.
    """
    partial = target.with_name(target.name + ".partial")
    with translated(), source.open("rb") as sealed, open_private(partial) as plain:
        last, ours = False, b""
        for place, line in enumerate(sealed):
            try:
                piece = vault.open_bytes(line.strip())
            except InvalidToken:
                raise UnreadableSecret(
                    f"{source} cannot be decrypted with the keys in ACH_DESK_KEY.",
                    meaning="It was encrypted with a key that is not set, or it is damaged.",
                    action="Add the key of that time to ACH_DESK_KEY, or use another backup.",
                ) from None
            if len(piece) < _HEADER.size or not piece.startswith(_MAGIC):
                raise _damaged(source, "its pieces are not those of a backup")
            _, file, found, last = _HEADER.unpack(piece[: _HEADER.size])
            ours = ours or file
            if file != ours:
                raise _damaged(source, "its pieces come from several files")
            if found != place:
                raise _damaged(source, "its pieces are not in order")
            plain.write(piece[_HEADER.size :])
    if not last:
        raise _damaged(source, "its end is missing")
    _put_in_place(partial, target)


def inspect_copy(path: Path) -> list[str]:
    """SQLite's own findings about a copy that nobody uses; an empty list means sound."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
            found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check")]
            broken = [f"{row[0]} row {row[1]}" for row in copy.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [line for line in found if line != "ok"] + broken


def replace_database(copy: Path, database: Path) -> Path | None:
    """Put `copy` in the database's place; the old file is kept beside it, and its new name returned.

    The WAL of the old file goes with it: left behind, SQLite would replay it into the restored one.
    """
    kept: Path | None = None
    if database.exists():
        folded = _fold(database)
        number = 1
        while database.with_name(f"{database.name}.before-restore-{number}").exists():
            number += 1
        kept = database.with_name(f"{database.name}.before-restore-{number}")
        os.link(database, kept)  # a second name, so that the first is never without a database
        for suffix in ("-wal", "-shm"):
            beside = database.with_name(database.name + suffix)
            if beside.exists() and not folded:  # somebody may still mend the damaged file with it
                os.link(beside, kept.with_name(kept.name + suffix))
            beside.unlink(missing_ok=True)
    _put_in_place(copy, database)
    return kept


def _fold(database: Path) -> bool:
    """Fold the WAL into a file that is about to be replaced; False where it is too damaged for that."""
    with translated():
        try:
            with closing(sqlite3.connect(database)) as old:
                old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return False
    return True


@contextmanager
def occupied(database: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold the database as one of many processes, or with `exclusive` as the only one, by a lock file beside it.

    The lock is the operating system's, so a killed process leaves none behind. Raises StoreUnavailable.
    """
    import fcntl

    with translated():
        require_place(database)
        database.parent.mkdir(parents=True, exist_ok=True)
    with database.with_name(database.name + ".lock").open("a") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreUnavailable(
                f"{database} is in use by another ach-desk." if exclusive else f"{database} is being restored.",
                meaning="Nothing was changed.",
                action="Stop it first (`systemctl stop ach-desk`)."
                if exclusive
                else "Try again when the restore has ended.",
                code="occupied",
            ) from None
        yield


def _put_in_place(partial: Path, target: Path) -> None:
    """Give a finished file its name once its content, and then the name itself, is on the disk."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _damaged(path: Path, how: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The backup {path} is damaged: {how}.", meaning="Nothing was restored.", action="Use another backup."
    )

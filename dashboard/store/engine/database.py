"""One SQLite file: a connection per thread, transactions that take the write lock at once, its owner's stamp."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from dashboard.domain.errors import StoreUnavailable, WrongDatabase

BUSY_TIMEOUT_MS = (
    10_000  # longer than any write of ours (a page of 100 rows takes under 10 ms), shorter than a person's patience
)
CACHE_KB = 8_192  # a search among a million payments looks at thousands of pages; a desk has a dozen connections
MIGRATED = "_sqlite_migrations"  # where sqlite-utils notes which migrations a file has had
NO_ROOM = ("The disk is full.", "Free some space on the disk that holds ACH_DESK_DB.")
CANNOT_WRITE = ("The file cannot be written.", "Check who owns ACH_DESK_DB and its folder.")
FILL_CACHE_KB = 49_152  # a backfill goes back to the same pages; with SQLite's 2 MB it reads one again for every row
FILL_FOLD_PAGES = 16_000  # 64 MB
FOLD_PAGES = 4_000  # 16 MB of log before it is folded into the file: a backfill changes the same pages again and again


class Handle(sqlite_utils.Database):
    """One connection whose reads and statements raise StoreUnavailable where the file cannot be used."""

    def query(self, sql: str, params: Any = None) -> Iterator[dict[str, Any]]:  # type: ignore[override]  # as it is used
        """The rows of a query, as dictionaries; executed at once, fetched as they are taken."""
        with translated():
            rows = super().query(sql, params)
        return _drawn(rows)

    def execute(self, sql: str, parameters: Any = None) -> sqlite3.Cursor:
        """Run one statement."""
        with translated():
            return super().execute(sql, parameters)


def _drawn(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    with translated():
        yield from rows


class Database:
    """The file behind the store. Only modules of `dashboard.store` may use its connections.

    WAL lets pages read while a sync writes; `synchronous=FULL` makes a commit survive a power cut, since a commit
    is what the exchange of a token and the sending of a debit wait for.
    """

    def __init__(self, path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        """`busy_timeout_ms` is how long a writer waits for another one's lock."""
        self.path, self.busy_timeout_ms = path, busy_timeout_ms
        self._local = threading.local()
        self._open: list[tuple[threading.Thread, sqlite_utils.Database]] = []
        self._guard = threading.Lock()

    @property
    def handle(self) -> sqlite_utils.Database:
        """This thread's connection: one that a thread left behind, else a new one. Raises StoreUnavailable.

        Streamlit makes a thread for every run. To open a connection and to read the schema takes longer than most
        queries of a page, and what nobody closes piles up.
        """
        found: sqlite_utils.Database | None = getattr(self._local, "handle", None)
        if found is None:
            found = self._inherit() or self._connect()
            self._local.handle = found
        return found

    def _inherit(self) -> sqlite_utils.Database | None:
        with self._guard:
            for place, (thread, handle) in enumerate(self._open):
                if not thread.is_alive():
                    self._open[place] = threading.current_thread(), handle
                    break
            else:
                return None
        if handle.conn.in_transaction:
            handle.conn.rollback()
        return handle

    def _connect(self) -> sqlite_utils.Database:
        with translated():
            handle: sqlite_utils.Database = Handle(self._open_file())
        with self._guard:
            self._open.append((threading.current_thread(), handle))
        return handle

    def _open_file(self) -> sqlite3.Connection:
        require_place(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():  # names and e-mails are only for the desk's own account; the WAL inherits the mode
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            self.path, timeout=self.busy_timeout_ms / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            require_ours(self.path, connection)  # before the first statement that changes something
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint={FOLD_PAGES}")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA temp_store=MEMORY")
            connection.execute(f"PRAGMA cache_size={-CACHE_KB}")
            connection.execute("PRAGMA secure_delete=ON")  # an erased name must not lie on in a page that was freed
        except (sqlite3.Error, WrongDatabase):
            connection.close()
            raise
        return connection

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite_utils.Database]:
        """Everything inside commits together or not at all; inner transactions join the outer one.

        Takes the write lock at once (`BEGIN IMMEDIATE`), so that what was read inside is still true when it is
        written. Without `durable` a power cut, not a crash, may take the last such commits, in their order: for what
        can be read again. Raises StoreUnavailable.
        """
        handle = self.handle
        if handle.conn.in_transaction:
            yield handle
            return
        with translated():
            if not durable:
                handle.execute("PRAGMA synchronous=NORMAL")
            try:
                handle.execute("BEGIN IMMEDIATE")
                try:
                    yield handle
                    handle.execute("COMMIT")
                except BaseException:
                    handle.conn.rollback()
                    raise
            finally:
                if not durable:
                    handle.execute("PRAGMA synchronous=FULL")

    def open_apart(self) -> sqlite_utils.Database:
        """A connection of its own, for what is read under a lock and by any thread. Raises StoreUnavailable."""
        with translated():
            handle: sqlite_utils.Database = Handle(self._open_file())
        with self._guard:  # as the main thread's, which nobody inherits from
            self._open.append((threading.main_thread(), handle))
        return handle

    @contextmanager
    def snapshot(self, apart: sqlite_utils.Database | None = None) -> Iterator[sqlite_utils.Database]:
        """Everything read inside is of one moment, whatever others commit meanwhile. Raises StoreUnavailable.

        Over a connection of `open_apart` it is of what is committed, also inside a transaction of this thread.
        """
        handle = apart or self.handle
        if handle.conn.in_transaction:
            yield handle
            return
        with translated():
            handle.execute("BEGIN")
            try:
                yield handle
            finally:
                handle.conn.rollback()

    @contextmanager
    def reading_any_text(self) -> Iterator[None]:
        """Texts that are not UTF-8 are read with a mark for what cannot be; elsewhere SQLite raises over them."""
        connection = self.handle.conn
        usual, connection.text_factory = connection.text_factory, lambda text: text.decode("utf-8", "replace")
        try:
            yield
        finally:
            connection.text_factory = usual

    def expect_much(self) -> None:
        """Let this thread's connection keep more pages in memory and fold the WAL less often: it will write a lot."""
        with translated():
            self.handle.execute(f"PRAGMA cache_size=-{FILL_CACHE_KB}")
            self.handle.execute(f"PRAGMA wal_autocheckpoint={FILL_FOLD_PAGES}")

    def stamp(self, facts: dict[str, str]) -> None:
        """Mark the file as belonging to these owners at first use; refuse it later where one differs.

        Only the keys given are compared, so that a command that knows only Stripe can open the file.
        Raises WrongDatabase.
        """
        with self.transaction() as handle:
            known = {row["key"]: row["value"] for row in handle.table("stamp").rows}
            for key, value in facts.items():
                if key in known and known[key] != value:
                    raise WrongDatabase(
                        f"{self.path} belongs to {key} {known[key]}, but the settings say {value}.",
                        meaning="Nothing was read or written: two environments in one file lose track of money.",
                        action="Set ACH_DESK_DB to this environment's own file, or correct the setting.",
                        code="wrong_database",
                    )
                if key not in known:
                    handle.table("stamp").insert({"key": key, "value": value})

    def check_integrity(self) -> list[str]:
        """SQLite's own findings about the file; an empty list means sound."""
        with translated():
            rows = self.handle.query("PRAGMA integrity_check")
            found = [str(row["integrity_check"]) for row in rows]
            broken = [f"{row['table']} row {row['rowid']}" for row in self.handle.query("PRAGMA foreign_key_check")]
        return [line for line in found if line != "ok"] + broken

    def fold(self) -> bool:
        """Fold the WAL into the file and cut it to nothing, so that no older page is left in it.

        False where somebody still reads an older state: try again later. Raises StoreUnavailable.
        """
        with translated():
            busy, _, _ = self.handle.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Close every connection; the last one folds the WAL into the file."""
        with self._guard:
            opened, self._open = self._open, []
        for _, handle in opened:
            handle.conn.close()
        self._local = threading.local()


def require_place(path: Path) -> None:
    """Nothing where a database is or can be made; what else is there is left as it is. Raises StoreUnavailable.

    A device or a pipe would take what is written and keep none of it, or never answer.
    """
    for folder in path.absolute().parents:
        if folder.exists():
            if not folder.is_dir():
                raise _no_database(path, f"{folder} is no folder")
            break
    if path.is_dir():
        raise _no_database(path, "it is a folder")
    if path.exists() and not path.is_file():
        raise _no_database(path, "it is a device, a pipe or a socket, which keeps nothing")


def require_ours(path: Path, connection: sqlite3.Connection) -> None:
    """Nothing for a database that is empty or that our migrations made. Raises WrongDatabase for another program's."""
    tables = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    if tables and MIGRATED not in tables:
        raise WrongDatabase(
            f"{path} is another program's database (it has a table {tables[0]}).",
            meaning="Nothing was changed.",
            action="Set ACH_DESK_DB to the desk's own file; it is made where there is none.",
            code="wrong_database",
        )


def _no_database(path: Path, why: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"{path} cannot be the database: {why}.",
        meaning="Nothing was changed.",
        action="Set ACH_DESK_DB to a file, such as /var/lib/ach-desk/live.db; it is made where there is none.",
        code="store",
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn failures of SQLite and of the disk into StoreUnavailable, with what a person can do about each."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            meaning, action = (
                "Another process is writing.",
                "Try again; if it continues, look for a second ach-desk.",
            )
        elif "full" in text:
            meaning, action = NO_ROOM
        elif "disk i/o" in text.lower():
            meaning, action = (
                "The disk fails to write or read.",
                "Check whether it is full, mounted and healthy; the system log says more.",
            )
        elif "readonly" in text or "unable to open" in text:
            meaning, action = CANNOT_WRITE
        else:
            raise
        raise StoreUnavailable(
            f"The database is not available ({text}).",
            meaning=f"{meaning} Nothing was saved.",
            action=action,
            code="store",
        ) from error
    except OSError as error:
        meaning, action = NO_ROOM if error.errno == errno.ENOSPC else CANNOT_WRITE
        raise StoreUnavailable(
            f"{error.filename or 'A file'} is not available ({error.strerror or type(error).__name__}).",
            meaning=f"{meaning} Nothing was saved.",
            action=action,
            code="store",
        ) from error
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise StoreUnavailable(
                "The file that ACH_DESK_DB names is no SQLite database: it is another program's file, or damaged.",
                meaning="Nothing was changed.",
                action="Set ACH_DESK_DB to the desk's own file, or restore the newest backup (`ach-desk restore`).",
                code="store",
            ) from error
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise
        raise StoreUnavailable(
            f"The database file is damaged ({error}).",
            meaning="Nothing was saved.",
            action="Stop the desk and restore the newest backup (`ach-desk restore`).",
            code="store",
        ) from error

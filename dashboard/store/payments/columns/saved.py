"""The columns as they stand in the database, so that a start reads what has changed since and not a million rows.

They lie in a table and not in a file beside it: what is erased there is erased with all else (`payment_columns_names`),
and a backup has both of one moment.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sqlite_utils

from dashboard.domain import formatting, return_codes, searches
from dashboard.store.engine.database import Database
from dashboard.store.payments.columns import held, searched, words
from dashboard.store.payments.columns.held import KINDS, WORDS, Columns
from dashboard.store.payments.columns.words import Codes, Words

Seen = tuple[int, int, int]  # the last change that was noted, the largest key, how many customers were erased
Number = TypeVar("Number", bound=np.integer[Any])
WORTH = 50_000  # rows; fewer are read anew in a fifth of a second
# The moment of the payments, read in no time: each of the first two stands at an end of an index.
LAST_CHANGE = "(SELECT coalesce(max(n), 0) FROM payment_change)"
LARGEST = "(SELECT coalesce(max(seq), 0) FROM payment)"
ERASED = "(SELECT count(*) FROM erasure WHERE stage <> 'ordered')"  # a handful of rows
PACKED = pa.ipc.IpcWriteOptions(compression="zstd")  # a third of the size; the processor's cost is a tenth of a read


def _read_version() -> str:
    """What makes the columns of the rows: where any of it is another one, they are made anew."""
    modules: tuple[ModuleType, ...] = (held, searched, words, searches, return_codes, formatting)
    digest = hashlib.sha256(pa.__version__.encode())
    for module in modules:
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()[:16]


VERSION = _read_version()


def pack(columns: Columns) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The parts of the columns by name, each made when it is asked for; only of rows that are there."""
    places = None if columns.alive.all() else np.flatnonzero(columns.alive)

    def chosen(array: npt.NDArray[Number]) -> npt.NDArray[Number]:
        return array if places is None else array[places]

    for name in KINDS:
        yield f"number {name}", partial(lambda name: _write(pa.array(chosen(columns.number(name)))), name)
    for name in WORDS:
        yield f"words {name}", partial(lambda name: _pack_words(columns.words[name], chosen(columns.code(name))), name)


def _pack_words(known: Words, codes: Codes) -> bytes:
    """A column of words: those that a row has, and the number of each row's."""
    used = np.flatnonzero(np.bincount(codes, minlength=known.count))
    numbers = np.zeros(max(known.count, 1), codes.dtype)
    numbers[used] = np.arange(len(used))
    return _write(known.values.take(pa.array(used))) + _write(pa.array(numbers[codes]))


def _write(array: pa.Array) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([("it", array.type)]), options=PACKED) as writer:
        writer.write_batch(pa.record_batch([array], names=["it"]))
    return bytes(sink.getvalue())


def _read(body: bytes) -> list[pa.Array]:
    """One array after the other; each was written as one batch."""
    source, found = pa.BufferReader(body), []
    while source.tell() < len(body):
        with pa.ipc.open_stream(source) as reader:
            (batch,) = reader
            found.append(batch.column(0))
    return found


def read_seen(db: sqlite_utils.Database) -> Seen | None:
    """The moment of the saved columns; None where there are none that can be used."""
    rows = db.execute("SELECT DISTINCT made FROM payment_columns").fetchall()
    if len(rows) != 1:
        return None
    version, _, moment = str(rows[0][0]).partition(" ")
    if version != VERSION:
        return None
    change, largest, erased = map(int, moment.split())
    return change, largest, erased


def read(db: sqlite_utils.Database) -> Columns:
    """The saved columns; `read_seen` says of when they are. Raises ValueError, OSError where they are damaged."""

    def part(name: str) -> list[pa.Array]:
        ((body,),) = db.execute("SELECT body FROM payment_columns WHERE name = ?", [name]).fetchall()
        return _read(body)

    def words(name: str) -> tuple[pa.Array, Codes]:
        known, codes = part(f"words {name}")
        return known, codes.to_numpy()

    (keys,) = part("number seq")
    found = Columns.restore(len(keys), lambda name: part(f"number {name}")[0].to_numpy(), words)
    pa.default_memory_pool().release_unused()
    return found


def save(database: Database, seen: Seen, parts: Mapping[str, bytes]) -> bool:
    """Put them in the place of those of before; not where anything has changed meanwhile. Raises StoreUnavailable."""
    made = " ".join([VERSION, *map(str, seen)])
    with database.transaction() as db:
        if db.execute(f"SELECT {LAST_CHANGE}, {LARGEST}, {ERASED}").fetchall() != [seen]:
            return False
        db.execute("DELETE FROM payment_columns")
        for name, body in parts.items():
            db.execute("INSERT INTO payment_columns (name, made, body) VALUES (?, ?, ?)", [name, made, body])
    return True

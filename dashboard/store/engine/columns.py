"""Whole columns of a table at once, for what is counted in memory: SQLite joins them into text, Arrow reads that.

A row that becomes a tuple of Python costs three times as much, and a million of them more than a start may take.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa
import pyarrow.csv
import sqlite_utils

from dashboard.store.engine.database import Database, translated
from dashboard.store.engine.dialect import LISTED, list_of

# Arrow's own pool keeps what a reading took, some 80 MB for a million rows; the system's gives it back.
pa.set_memory_pool(pa.system_memory_pool())
SLICE = 20_000  # keys of one slice: about 5 MB of text
THREADS = 2  # SQLite and Arrow work without the interpreter's lock


def read_slices(
    database: Database,
    table: str,
    key: str,
    numbers: Mapping[str, str],
    words: Mapping[str, str],
    after: int,
    last: int,
) -> Iterator[pa.Table]:
    """The rows with keys above `after` up to `last`, in slices by key: `numbers` as int64, `words` as dictionaries.

    Both say of each name what it is of a row. An absent number is -1, an absent word is empty. Several threads
    read, so slices may be of different moments.
    Raises StoreUnavailable.
    """

    def read(start: int) -> pa.Table:
        where = f"WHERE {key} > ? AND {key} <= ?"
        return _read(database.handle, table, numbers, words, where, [start, min(start + SLICE, last)])

    starts = range(after, last, SLICE)
    if len(starts) < 2:
        yield from map(read, starts)
        return
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="columns") as readers:
        waiting: deque[Future[pa.Table]] = deque()
        for start in starts:
            waiting.append(readers.submit(read, start))
            if len(waiting) > THREADS:  # never more slices than are read at once, and one
                yield waiting.popleft().result()
        yield from (one.result() for one in waiting)
    pa.default_memory_pool().release_unused()


def read_keys(
    db: sqlite_utils.Database,
    table: str,
    key: str,
    numbers: Mapping[str, str],
    words: Mapping[str, str],
    keys: Sequence[int],
) -> pa.Table:
    """The rows of these keys, as `read_slices` gives them; a key without a row is left out. Raises StoreUnavailable."""
    where = f"WHERE {key} IN {LISTED} ORDER BY {key}"
    return _read(db, f"(SELECT * FROM {table} {where}) AS {table}", numbers, words, "", [list_of(keys)])


def _read(
    db: sqlite_utils.Database,
    table: str,
    numbers: Mapping[str, str],
    words: Mapping[str, str],
    where: str,
    values: Sequence[object],
) -> pa.Table:
    names = [*numbers, *words]
    pattern = ",".join(["%d"] * len(numbers) + ['"%w"'] * len(words))  # %w doubles quotes, as CSV does
    columns = [f"coalesce({made}, -1)" for made in numbers.values()] + [
        f"coalesce({made}, '')" for made in words.values()
    ]
    query = f"SELECT group_concat(printf('{pattern}', {', '.join(columns)}), char(10)) FROM {table} {where}"
    connection = db.conn
    usual, connection.text_factory = connection.text_factory, bytes
    try:
        with translated():
            ((text,),) = connection.execute(query, values).fetchall()
    finally:
        connection.text_factory = usual
        connection.execute("PRAGMA shrink_memory")  # a walk through a table comes back to none of its pages
    kinds = {**dict.fromkeys(numbers, pa.int64()), **dict.fromkeys(words, pa.dictionary(pa.int32(), pa.string()))}
    if not text:
        return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})
    return pyarrow.csv.read_csv(
        pa.py_buffer(text),
        read_options=pyarrow.csv.ReadOptions(column_names=names, use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=False, check_utf8=False),
    )

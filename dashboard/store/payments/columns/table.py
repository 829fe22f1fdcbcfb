"""What is asked of all payments at once: which, in which order, how many, how much; fresh at every question."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, tzinfo
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import sqlite_utils

from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.searches import search_words
from dashboard.store.engine.columns import read_keys, read_slices
from dashboard.store.engine.database import Database
from dashboard.store.payments.columns.grouping import group
from dashboard.store.payments.columns.held import NUMBERS, WORDS, Columns, OutOfOrder, Places
from dashboard.store.payments.columns.ids import find_ids
from dashboard.store.payments.columns.lists import Block, Lists, cut, first_of, keep, pick
from dashboard.store.payments.columns.matching import match, match_names
from dashboard.store.payments.columns.saved import (
    ERASED,
    LARGEST,
    LAST_CHANGE,
    WORTH,
    Seen,
    pack,
    read,
    read_seen,
    save,
)
from dashboard.store.payments.questions import Mark

KEPT = 4  # lists that are kept until something changes: a person who scrolls asks for the same rows again
SUMS = 64  # and sums, which are a handful of numbers each: every page of every person asks for the same figures
CHANGED = 50_000  # changes since the columns were saved take half a second of a start; of more they are saved anew
SAVED_EVERY = 3600.0  # seconds, at most
FEW = 16  # of so many rows one at most is sorted by itself; more are taken from the order of all
AT_ONCE = 2_000  # rows of a list that is made when it is asked for; of more the first ones are looked for
log = logging.getLogger(__name__)
Row = dict[str, Any]
Answer = TypeVar("Answer")


class PaymentColumns:
    """Answers from the columns; asks the table before each answer what has changed, also by another process.

    One question at a time, on a thread of their own: each takes some milliseconds, none sees a row half changed, and
    the arrays that come and go are one thread's (the C library keeps up to 64 MB for each that ever had some).
    """

    def __init__(self, database: Database, zone: tzinfo, *, worth: int = WORTH, at_once: int = AT_ONCE) -> None:
        """`worth` is from how many rows on they are saved, `at_once` up to how many a list is made when it begins."""
        self._database, self._zone, self._worth, self._at_once = database, zone, worth, at_once
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="payments")
        self._handle: sqlite_utils.Database | None = None
        self._columns = Columns()
        # What the columns know: the last change, the largest key, and how many customers were erased.
        self._seen: tuple[int, int, int] | None = None
        self._kept: OrderedDict[Hashable, Places] = OrderedDict()
        self._sums: OrderedDict[Hashable, list[Row]] = OrderedDict()
        self._lists = Lists()
        self._begun: Callable[[], object] | None = None  # makes the list whose first rows were asked for
        self._saved: Seen | None = None  # of when the columns in the database are
        self._save_next = 0.0

    def close(self) -> None:
        """Forget the columns and the connection, which the database closes."""
        self._thread.shutdown()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="payments")
        self._handle, self._seen, self._begun, self._columns = None, None, None, Columns()
        self._forget()
        self._lists.clear()

    @property
    def is_read(self) -> bool:
        """Whether the table was read once."""
        return self._seen is not None

    def refresh(self) -> None:
        """Read what has changed since the last look; everything at the first. Raises StoreUnavailable.

        Then what a question would wait for is made ready, and the columns are saved for the next start.
        """
        self._ask(Columns.prepare_order)
        if time.monotonic() >= self._save_next:
            self._save()

    def keys(self, wanted: PaymentFilter, today: date, sort: str, *, descending: bool) -> npt.NDArray[np.int64]:
        """The `seq` of the rows that a filter shows, in an order (`SORTS`)."""

        def find(columns: Columns) -> npt.NDArray[np.int64]:
            places = self._ordered(wanted, today, sort)
            return np.asarray(columns.number("seq")[places[::-1] if descending else places], np.int64)

        return self._ask(find)

    def block(
        self,
        wanted: PaymentFilter,
        today: date,
        sort: str,
        *,
        descending: bool,
        start: int,
        size: int,
        mark: Mark | None,
    ) -> Block:
        """A piece of the list as it was at `mark`, now where there is none: rows that came later are only counted."""

        def find(columns: Columns) -> Block:
            listed = mark or self._mark()
            if mark is None and (begun := self._begin(wanted, today, sort, start + size, descending=descending)):
                chosen, total = begun[0][start:], begun[1]
            else:
                places = self._listed(wanted, today, sort, listed)
                chosen, total = cut(places, start, size, descending=descending), len(places)
            keys = np.where(columns.alive[chosen], columns.number("seq")[chosen], 0)
            newer = 0
            if self._mark().largest > listed.largest:
                newer = int((columns.number("seq")[self._shown(wanted, today)] > listed.largest).sum())
            return Block(keys.tolist(), total, newer, listed, self._mark())

        return self._ask(find)

    def picked(
        self,
        wanted: PaymentFilter,
        today: date,
        sort: str,
        *,
        descending: bool,
        mark: Mark,
        ranges: list[tuple[int, int]] | None,
    ) -> list[Row]:
        """`{state, currency, count, amount}` of ranges of a list by place, both ends included; without them of all."""

        by, whole = ("state", "currency"), (self._name(wanted, today), mark)

        def add_up(columns: Columns) -> list[Row]:
            places = pick(self._listed(wanted, today, sort, mark), ranges, descending=descending)
            return group(columns, places[columns.alive[places]], by, today)

        def find(columns: Columns) -> list[Row]:
            if ranges is not None:
                return add_up(columns)
            if mark == self._mark():  # what the filter shows now, whose sums were asked for when the list began
                return self._grouped(wanted, today, by)
            return keep(self._sums, SUMS, whole, lambda: add_up(columns))

        return self._ask(find)

    def picked_keys(
        self,
        wanted: PaymentFilter,
        today: date,
        sort: str,
        *,
        descending: bool,
        mark: Mark,
        ranges: list[tuple[int, int]],
    ) -> list[int]:
        """The `seq` of ranges of a list by place, both ends included, in the order of their keys; none that is gone."""

        def find(columns: Columns) -> list[int]:
            places = pick(self._listed(wanted, today, sort, mark), ranges, descending=descending)
            keys: list[int] = np.sort(columns.number("seq")[places[columns.alive[places]]]).tolist()
            return keys

        return self._ask(find)

    def groups(self, wanted: PaymentFilter, today: date, *by: str) -> list[Row]:
        """`count` and `amount` in cents for each combination of columns among the rows that a filter shows.

        `overdue` is a column too: whether `due` is before today. An absent word is empty.
        """
        return self._ask(lambda _columns: self._grouped(wanted, today, by))

    def banks(self) -> list[str]:
        """The banks of all rows, in order."""

        def find(columns: Columns) -> list[str]:
            used = np.unique(columns.code("bank")[columns.alive])
            return sorted(word for word in columns.words["bank"].values.take(used).to_pylist() if word)

        return self._ask(find)

    def customers(self, text: str) -> list[str]:
        """Stripe's ids of the customers whose name or e-mail has each word of a search; none where there is no word."""

        def find(columns: Columns) -> list[str]:
            if not search_words(text):
                return []
            used = np.unique(columns.code("customer_id")[match_names(columns, text)])
            return [id for id in columns.words["customer_id"].values.take(used).to_pylist() if id]

        return self._ask(find)

    def _ask(self, question: Callable[[Columns], Answer]) -> Answer:
        """The answer of the columns as they are now. Raises StoreUnavailable."""

        def answer() -> Answer:
            self._finish()
            with self._database.snapshot(self._apart()) as db:
                self._catch_up(db)
            return question(self._columns)

        return self._thread.submit(answer).result()

    def _apart(self) -> sqlite_utils.Database:
        """The columns' own connection, which sees only what is committed."""
        if self._handle is None:
            self._handle = self._database.open_apart()
        return self._handle

    def _save(self) -> None:
        """Save the columns where that is worth it, a part at a time between the questions of others.

        Not where a row changes meanwhile: at the next look then.
        """
        seen, columns = self._ask(lambda columns: (self._seen or (0, 0, 0), columns))
        saved, parts = self._saved, {}
        is_new = saved is not None and seen[0] - saved[0] + seen[1] - saved[1] < CHANGED and seen[2] == saved[2]
        if columns.size >= self._worth and not (is_new and self._ask(lambda _: read_seen(self._apart())) == saved):
            for name, make in pack(columns):
                made = self._ask(partial(self._make_part, seen, make))
                if made is None:
                    return
                parts[name] = made
            if not save(self._database, seen, parts):
                return
            self._saved = seen
        self._save_next = time.monotonic() + SAVED_EVERY

    def _make_part(self, seen: Seen, make: Callable[[], bytes], _columns: Columns) -> bytes | None:
        """A part of the columns as they are at a moment; None where they are at another one by now."""
        return make() if self._seen == seen else None

    def _catch_up(self, db: sqlite_utils.Database) -> None:
        """Raises StoreUnavailable."""
        query = f"SELECT (SELECT coalesce(min(n), 0) FROM payment_change), {LAST_CHANGE}, {LARGEST}, {ERASED}"
        ((first, last, largest, erased),) = db.execute(query).fetchall()
        if self._seen is None:
            self._read_saved(db)
        if self._seen == (last, largest, erased):
            return
        try:
            seen = self._seen
            if seen is None or not first - 1 <= seen[0] <= last or seen[2] != erased:
                # What lies between was forgotten, or an erased name is among the words of no row, which stay.
                self._read_all(largest)
            else:
                self._read_changes(db, seen[0], last, largest)
        except OutOfOrder:
            self._read_all(largest)
        self._seen = last, largest, erased
        self._forget()

    def _forget(self) -> None:
        """Answers of before are none any more."""
        self._kept.clear()
        self._sums.clear()

    def _read_saved(self, db: sqlite_utils.Database) -> None:
        """What was saved of the columns, where there is any; what has changed since is read next."""
        saved = read_seen(db)
        if saved is None:
            return
        try:
            self._columns = read(db)
        except (ValueError, OSError) as error:  # they are a copy: every row is read instead, and they are saved anew
            log.warning("The saved columns of the payments cannot be read (%s).", type(error).__name__)
            return
        self._saved = self._seen = saved

    def _read_all(self, largest: int) -> None:
        """What is committed meanwhile is a change that the next look finds."""
        self._columns = Columns(room=largest)
        self._lists.clear()
        for rows in read_slices(self._database, "payment", "seq", NUMBERS, WORDS, 0, largest):
            self._columns.put(rows)

    def _read_changes(self, db: sqlite_utils.Database, change: int, last: int, largest: int) -> None:
        columns = self._columns
        query = "SELECT DISTINCT seq FROM payment_change WHERE n > ? AND n <= ? ORDER BY seq"
        noted = np.array([row[0] for row in db.execute(query, [change, last]).fetchall()], np.int64)
        # A new row's key is one above the largest, so above `still` there may be new rows under keys of gone ones.
        still = columns.largest_but(noted)
        below = noted[noted <= still]
        again = read_keys(db, "payment", "seq", NUMBERS, WORDS, below.tolist())
        changed = [columns.drop(noted), columns.put(again)]
        for rows in read_slices(self._database, "payment", "seq", NUMBERS, WORDS, still, largest):
            changed.append(columns.put(rows))
        columns.reorder(np.concatenate(changed))

    def _shown(self, wanted: PaymentFilter, today: date) -> Places:
        """The places of the rows of a filter, in order."""
        return self._keep(
            self._name(wanted, today),
            lambda: match(self._columns, wanted, today, self._zone, find_ids(self._apart(), wanted.text)).astype(
                np.uint32
            ),
        )

    def _grouped(self, wanted: PaymentFilter, today: date, by: tuple[str, ...]) -> list[Row]:
        """Counts and sums of what a filter shows, kept until a row changes."""
        name = (self._name(wanted, today), today if "overdue" in by else None, *by)
        return keep(self._sums, SUMS, name, lambda: group(self._columns, self._shown(wanted, today), by, today))

    def _ordered(self, wanted: PaymentFilter, today: date, sort: str) -> Places:
        """The places of a filter's rows in an order, ascending."""
        columns = self._columns
        if wanted.is_empty:
            return columns.order(sort)

        def order() -> Places:
            places = self._shown(wanted, today)
            if len(places) * FEW < columns.size:
                return places[np.argsort(columns.key(sort, places), kind="stable")]
            shown, every = np.zeros(columns.size, np.bool_), columns.order(sort)
            shown[places] = True
            return every[shown[every]]

        return self._keep((self._name(wanted, today), sort, "order"), order)

    def _begin(
        self, wanted: PaymentFilter, today: date, sort: str, count: int, *, descending: bool
    ) -> tuple[Places, int] | None:
        """The first rows of a list and how many it has; None where it is there, or best made at once.

        They are looked for from an end of the order of all, since a screen needs no more. The list itself is made
        before the next question, so it is of the same moment.
        """
        name, mark = self._name(wanted, today), self._mark()
        if wanted.is_empty or (name, sort, mark) in self._lists:
            return None
        places = self._shown(wanted, today)
        if len(places) <= self._at_once or not self._columns.has_order(sort):
            return None
        self._begun = partial(self._listed, wanted, today, sort, mark)
        return first_of(self._columns.order(sort), places, self._columns.size, count, descending=descending), len(
            places
        )

    def _finish(self) -> None:
        """Make the list that was begun, of the rows as they were then."""
        begun, self._begun = self._begun, None
        if begun:
            begun()

    def _mark(self) -> Mark:
        """The moment of the columns."""
        change, largest, _ = self._seen or (0, 0, 0)
        return Mark(change, largest)

    def _listed(self, wanted: PaymentFilter, today: date, sort: str, mark: Mark) -> Places:
        """The places of a list as it was at a mark, ascending; where that is forgotten, of what is there now."""

        def make() -> Places:
            places = self._ordered(wanted, today, sort)
            return (
                places
                if mark.largest >= self._mark().largest
                else places[self._columns.number("seq")[places] <= mark.largest]
            )

        return self._lists.get((self._name(wanted, today), sort, mark), make)

    @staticmethod
    def _name(wanted: PaymentFilter, today: date) -> Hashable:
        return replace(
            wanted.on(today), text=" ".join(wanted.text.split())
        ), today if wanted.overdue or wanted.in_time else None

    def _keep(self, name: Hashable, make: Callable[[], Places]) -> Places:
        return keep(self._kept, KEPT, name, make)

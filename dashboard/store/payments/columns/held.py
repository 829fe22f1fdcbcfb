"""The rows of the payments table as columns: read once, then kept true to what others commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dashboard.store.payments.columns.searched import SEARCHED
from dashboard.store.payments.columns.words import Words
from dashboard.store.payments.questions import SORTS

# The numbers' columns, each by what makes it of a row. When a payment failed its row does not say: what took the money
# back does, or for what never got so far its own moment.
NUMBERS = {name: name for name in ("seq", "created", "day", "amount", "due")} | {
    "settled": "available_on",
    "failed": (
        "CASE WHEN state = 'returned_late' THEN due WHEN state = 'failed' THEN coalesce((SELECT max(created)"
        " FROM balance_transaction WHERE source_id = payment.id"
        " AND type IN ('payment_failure_refund', 'payment_reversal')), payment.created) END"
    ),
}
PLAIN = ("currency", "state", "reason", "rail", "customer_id", "bank", "payout_id")
# The words' columns, each by what makes it of a row.
WORDS = {name: name for name in PLAIN} | {name: made for name, (made, _) in SEARCHED.items()}
KINDS = {name: np.int32 if name == "day" else np.int64 for name in NUMBERS}
SPARE = 16  # a sixteenth more room than rows, so that rows that come are seldom copied with all others
MUCH = 8  # where more than an eighth changed, an order is made anew
Places = npt.NDArray[np.integer]  # of rows in the columns; by place is by `seq`


class OutOfOrder(Exception):
    """A key came that lies between others: it was used, gone and given again between two looks at the table."""


class Columns:
    """Rows in the order of `seq`. A row that is gone keeps its place, and is not `alive`."""

    def __init__(self, room: int = 0) -> None:
        """`room` is for how many rows at once; more are taken too."""
        self.size = 0
        self._numbers: dict[str, npt.NDArray[Any]] = {name: np.zeros(room, kind) for name, kind in KINDS.items()}
        self._codes: dict[str, npt.NDArray[Any]] = {name: np.zeros(room, np.uint8) for name in WORDS}
        self._alive = np.zeros(room, np.bool_)
        self.words = {name: Words(SEARCHED[name][1] if name in SEARCHED else None) for name in WORDS}
        self._orders: dict[str, npt.NDArray[np.uint32]] = {}

    @classmethod
    def restore(
        cls,
        size: int,
        read_number: Callable[[str], npt.NDArray[np.integer]],
        read_words: Callable[[str], tuple[pa.Array, npt.NDArray[np.unsignedinteger]]],
    ) -> Columns:
        """Columns of `size` rows in the order of `seq`, all of which are there: one column after the other is read."""
        made = cls(size + size // SPARE)
        made.size = size
        for name in NUMBERS:
            made.number(name)[:] = read_number(name)
        for name in WORDS:
            known, codes = read_words(name)
            made.words[name].fill(known)
            made._set_codes(name, slice(None), codes.astype(np.uint32))
        made.alive[:] = True
        return made

    def number(self, name: str) -> npt.NDArray[np.integer]:
        """A column of numbers; an absent one is -1."""
        return self._numbers[name][: self.size]

    def code(self, name: str) -> npt.NDArray[np.unsignedinteger]:
        """A column of words, each as its number in `words`."""
        return self._codes[name][: self.size]

    @property
    def alive(self) -> npt.NDArray[np.bool_]:
        """Which places hold a row."""
        return self._alive[: self.size]

    def put(self, rows: pa.Table) -> Places:
        """Take in rows in the order of `seq`, new ones or changed ones; returns their places. Raises OutOfOrder."""
        rows = rows.combine_chunks()
        seq = rows["seq"].to_numpy()
        new = seq[~self._knows(seq)]
        if len(new) and self.size and new[0] < self.number("seq")[-1]:
            raise OutOfOrder
        old = self.size
        self._append(new)
        places: Places = np.searchsorted(self.number("seq"), seq)
        where = slice(old, self.size) if len(new) == len(seq) else places
        for name in NUMBERS:
            self.number(name)[where] = rows[name].to_numpy()
        for name in WORDS:
            self._set_codes(name, where, self.words[name].number(rows[name].combine_chunks()))
        self.alive[where] = True
        return places

    def drop(self, seqs: npt.NDArray[np.int64]) -> Places:
        """Rows of these keys are gone; returns their places."""
        places = self.find(seqs)
        self.alive[places] = False
        return places

    def largest_but(self, seqs: npt.NDArray[np.int64]) -> int:
        """The largest key of a row, but for these keys; 0 where there is none."""
        others = self.alive.copy()
        others[self.find(seqs)] = False
        last = self.size - 1 - int(np.argmax(others[::-1])) if self.size else 0
        return int(self.number("seq")[last]) if self.size and others[last] else 0

    def find(self, seqs: npt.NDArray[np.int64]) -> Places:
        """The places of these keys; one that is not here is left out."""
        return np.searchsorted(self.number("seq"), seqs[self._knows(seqs)])

    def order(self, sort: str) -> npt.NDArray[np.uint32]:
        """Every living row's place in this order, ascending; equal ones by place."""
        if sort not in self._orders:
            places = np.flatnonzero(self.alive)
            self._orders[sort] = places[np.argsort(self.key(sort, places), kind="stable")].astype(np.uint32)
        return self._orders[sort]

    def has_order(self, sort: str) -> bool:
        """Whether an order is made already."""
        return sort in self._orders

    def prepare_order(self) -> None:
        """Make one order that nobody has asked for yet: the first click on a head need not wait for it."""
        missing = next((sort for sort in SORTS if sort not in self._orders), None)
        if missing:
            self.order(missing)

    def key(self, sort: str, places: Places) -> npt.NDArray[np.int64]:
        """What these rows are sorted by, as one number each."""
        first, *second = SORTS[sort]
        if first in NUMBERS:
            return np.asarray(self.number(first)[places], np.int64)
        found: npt.NDArray[np.int64] = self.words[first].ranks()[self.code(first)[places]].astype(np.int64)
        return np.asarray((found << 33) + self.number(second[0])[places], np.int64) if second else found

    def reorder(self, changed: Places) -> None:
        """Put rows that changed, came or went to their places in every order that is held."""
        if len(changed) * MUCH > self.size:
            self._orders.clear()
            return
        moved = np.zeros(self.size, np.bool_)
        moved[changed] = True
        coming = np.flatnonzero(moved & self.alive)
        for sort, order in self._orders.items():
            kept = order[~moved[order]]
            keys = self.key(sort, coming)
            way = np.argsort(keys, kind="stable")
            at = self._find_places(sort, kept, keys[way], coming[way])
            self._orders[sort] = np.insert(kept, at, coming[way].astype(np.uint32))

    def _find_places(self, sort: str, order: npt.NDArray[np.uint32], keys: Places, places: Places) -> Places:
        """Where in an order rows with these keys belong: halving it for all of them at once."""
        low, high = np.zeros(len(keys), np.int64), np.full(len(keys), len(order), np.int64)
        while (open_ := low < high).any():
            middle = (low + high) // 2
            there = order[np.minimum(middle, len(order) - 1)]
            found = self.key(sort, there)
            before = open_ & ((found < keys) | ((found == keys) & (there < places)))
            low = np.where(before, middle + 1, low)
            high = np.where(open_ & ~before, middle, high)
        return low

    def _knows(self, seqs: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of these keys have a place."""
        at = np.searchsorted(self.number("seq"), seqs)
        known = at < self.size
        known[known] = self.number("seq")[at[known]] == seqs[known]
        return known

    def _append(self, seqs: npt.NDArray[np.int64]) -> None:
        """Make places for new keys; they are larger than every other but where a key was given twice."""
        old, size = self.size, self.size + len(seqs)
        if size > len(self._alive):
            room = size + size // SPARE
            for held in (self._numbers, self._codes):
                for name, array in held.items():
                    held[name] = np.concatenate([array[:old], np.zeros(room - old, array.dtype)])
            self._alive = np.concatenate([self._alive[:old], np.zeros(room - old, np.bool_)])
        self.size = size
        self.number("seq")[old:] = seqs

    def _set_codes(self, name: str, where: Places | slice, codes: npt.NDArray[np.uint32]) -> None:
        needed = np.min_scalar_type(max(self.words[name].count - 1, 0))
        if needed.itemsize > self._codes[name].dtype.itemsize:
            self._codes[name] = self._codes[name].astype(needed)
        self.code(name)[where] = codes

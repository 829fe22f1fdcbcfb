"""Lists that somebody scrolls through: places that stay as they were while rows come and change under them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple, TypeVar

import numpy as np

from dashboard.domain.lists import join_ranges
from dashboard.store.payments.columns.held import Places
from dashboard.store.payments.questions import Mark

Answer = TypeVar("Answer")
BYTES = 64 << 20  # of lists that are kept: sixteen of a million rows each


class Block(NamedTuple):
    """A piece of a list: the keys of its rows, 0 for one that is gone; the list's length, and how many came later.

    `mark` is the list's moment, `now` that of this answer: until there is another, no row has changed.
    """

    keys: list[int]
    total: int
    newer: int
    mark: Mark
    now: Mark


class Lists:
    """The newest lists, within `BYTES`; one that was forgotten is made again of what is there now."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Places] = OrderedDict()

    def clear(self) -> None:
        """Forget all: places mean other rows from now on."""
        self._kept.clear()

    def __contains__(self, name: Hashable) -> bool:
        """Whether the list of this name is kept."""
        return name in self._kept

    def get(self, name: Hashable, make: Callable[[], Places]) -> Places:
        """The list of this name, ascending."""
        if name not in self._kept:
            self._kept[name] = make()
            while len(self._kept) > 1 and sum(one.nbytes for one in self._kept.values()) > BYTES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(name)
        return self._kept[name]


def keep(kept: OrderedDict[Hashable, Answer], most: int, name: Hashable, make: Callable[[], Answer]) -> Answer:
    """The answer of this name, made where it is not kept; only the newest `most` are."""
    if name not in kept:
        kept[name] = make()
        while len(kept) > most:
            kept.popitem(last=False)
    kept.move_to_end(name)
    return kept[name]


def cut(places: Places, start: int, size: int, *, descending: bool) -> Places:
    """Places `start` to `start + size` of a list, counted from its end where it descends."""
    return (places[::-1] if descending else places)[start : start + size]


def first_of(order: Places, among: Places, size: int, count: int, *, descending: bool) -> Places:
    """The first `count` rows of an order of `size` that are among these, from its end where it descends."""
    shown = np.zeros(size, np.bool_)
    shown[among] = True
    way, found, reach = order[::-1] if descending else order, among[:0], count
    while len(found) < min(count, len(among)):
        found, reach = way[:reach][shown[way[:reach]]], reach * 4
    return found[:count]


def pick(places: Places, ranges: list[tuple[int, int]] | None, *, descending: bool) -> Places:
    """The rows of these ranges of a list, each with both ends, and each row once; without ranges all of it."""
    if ranges is None:
        return places
    parts, size = [places[:0]], len(places)
    for low, high in join_ranges(ranges, size):
        parts.append(places[size - 1 - high : size - low] if descending else places[low : high + 1])
    return np.concatenate(parts)

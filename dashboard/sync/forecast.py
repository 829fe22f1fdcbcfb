"""How much of a backfill is left: each list's density over the years, from a few pages of it, and what was read since.

Stripe's lists do not say how long they are. A page every so many months back shows where a list begins and how dense it
was; what is read meanwhile corrects it. A guess by the newest page would take a business that grew for one ten times as
old.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import exp, log
from statistics import fmean, median

from dashboard.store.sync.state import Window
from dashboard.sync.run import DAY, SyncRun
from dashboard.sync.windows import PAGE

FIRST_STEP = 30 * DAY  # the first look back; each further one half as far again
CLOSER = 4  # looks between the last one that found something and the first that did not
SMOOTH = 300.0  # rows; what was foreseen counts like so many beside what was read ...
LEARNED = 45 * DAY  # ... and more than that until so much time was read: months have their own days
# Of a profile: its spans; how far a look may stand out; how steep it may be, and how much of that a dozen looks prove.
PARTS, OUTLIER, STEEPEST, BELIEVED = 24, 10.0, 5.0, 0.55
ITEMS = "balance_transactions"
# What a page of each list costs this machine where the provider costs nothing (measured at 60,000 payments).
WEIGHTS = {"payment_intents": 2.0, "charges": 5.0}
SOON = 1.0  # seconds; before, a few requests say nothing about a pace
NOT_YET = 0.99  # of the bar, until all is read


@dataclass(frozen=True)
class Profile:
    """A list's rows a second by spans of `created` (start, stop, density), epoch seconds; none where it is empty."""

    spans: tuple[tuple[float, float, float], ...] = ()

    def rows(self, start: float, stop: float) -> float:
        """About how many rows were made from `start` until `stop`."""
        return sum(max(0.0, min(stop, b) - max(start, a)) * density for a, b, density in self.spans)


def survey(run: SyncRun, resource: str, start: int, stop: int) -> Profile:
    """Look at a page here and there, back to where the list begins. Costs at most some fifteen reads."""
    looks: list[tuple[float, float]] = []  # an instant, and rows a second before it; newest first
    at, step, oldest, empty = float(stop), float(FIRST_STEP), float(stop), float(start)
    between = 0  # looks since one found nothing: the list begins between `empty` and `oldest`
    while between <= CLOSER and at > start and not run.stopping.is_set():
        page = run.rows(resource, {"limit": PAGE, "created": {"gte": start, "lt": int(at)}})
        if page.rows:
            oldest = float(page.rows[-1][1])
            looks.append((at, len(page.rows) / max(1.0, at - oldest)))
            if not page.has_more:
                return profile_of(looks, oldest, float(stop))
        elif not looks:
            return Profile()
        else:
            empty, between = at, max(1, between)
        if between or min(oldest, at - step) <= start:
            at, between = (empty + oldest) / 2, between + 1
        else:
            at, step = min(oldest, at - step), 1.5 * step
    return profile_of(looks, (empty + oldest) / 2, float(stop))


def profile_of(looks: list[tuple[float, float]], oldest: float, stop: float) -> Profile:
    """Between what the looks say where they were taken and the even growth or fall that they together say.

    No business grows evenly from its first day, so up to half is theirs; but each may be of the day of the month's run
    or of a weekend, so it is less, the further one stands out from both beside it.
    """
    length = stop - oldest
    if length <= 0:
        return Profile()
    usual = median(density for _, density in looks)
    points = [((at - oldest) / length, min(density, OUTLIER * usual)) for at, density in looks]
    pairs = combinations(points, 2)
    slopes = [log(two / one) / (there - here) for (here, one), (there, two) in pairs if abs(there - here) > 0.01]
    slope = BELIEVED * max(-STEEPEST, min(STEEPEST, median(slopes))) if slopes else 0.0
    level = fmean(density / exp(slope * place) for place, density in points)
    edges = [oldest + length * part / PARTS for part in range(PARTS + 1)]
    middles = [(part + 0.5) / PARTS for part in range(PARTS)]
    even = [level * exp(slope * middle) for middle in middles]
    near = _between(looks, [oldest + length * middle for middle in middles])
    believed = exp(-_scatter(looks)) / 2
    shape = [one ** (1 - believed) * other**believed for one, other in zip(even, near, strict=True)]
    whole = sum(even) / sum(shape)  # how long the list is, all looks say together
    return Profile(tuple(zip(edges, edges[1:], (whole * one for one in shape), strict=False)))


def _scatter(looks: list[tuple[float, float]]) -> float:
    """How far a look stands out from both beside it, at most; the logarithm of their ratio."""
    logs = [log(density) for _, density in sorted(looks)]
    beside = zip(logs, logs[1:], logs[2:], strict=False)
    return max([0.0, *(max(one - max(left, right), min(left, right) - one) for left, one, right in beside)])


def _between(looks: list[tuple[float, float]], instants: list[float]) -> list[float]:
    """The density at each instant by the looks around it, each taken together with the ones beside it."""
    taken = sorted(looks)
    logs = [log(density) for _, density in taken]
    smooth = [exp(fmean(logs[max(0, place - 1) : place + 2])) for place in range(len(taken))]
    found, place = [], 0
    for instant in instants:  # ascending
        while place < len(taken) - 1 and taken[place + 1][0] < instant:
            place += 1
        (here, one), (there, two) = ((taken[at][0], smooth[at]) for at in (place, min(place + 1, len(taken) - 1)))
        share = min(1.0, max(0.0, (instant - here) / max(1.0, there - here)))
        found.append(one + (two - one) * share)
    return found


@dataclass
class _List:
    profile: Profile | None = None
    open: dict[int, float] = field(default_factory=dict)  # a window's start -> down to where it is read
    planned: float = 0.0  # rows that were foreseen when this run began, and the seconds that they lie in
    seconds: float = 0.0
    read: float = 0.0
    known: float = 0.0  # of those, what was read before they were foreseen


class Forecast:
    """What is left of one run's backfill, in reads and seconds. Its methods may be called from any worker."""

    def __init__(self, windows: list[tuple[Window, int]], rate: float, *, hurried: bool) -> None:
        """`windows` are what is to be read, each with the instant down to which it is read already.

        `rate` is how many requests a second each list may take; `hurried` where only this machine sets the pace.
        """
        self._rate, self._hurried = rate, hurried
        self._lists: dict[str, _List] = {}
        self._guard = threading.Lock()
        self._items_all = self._items_done = 0
        for window, upper in windows:
            self._lists.setdefault(window.resource, _List()).open[window.start] = upper
        self.spans = {
            name: (min(one.open), int(max(one.open.values()))) for name, one in self._lists.items()
        }  # of each list, what is to be surveyed

    def learn(self, resource: str, profile: Profile) -> None:
        """A list's profile is known."""
        with self._guard:
            one = self._lists[resource]
            one.planned = sum(profile.rows(*span) for span in one.open.items())
            one.seconds, one.known = sum(upper - start for start, upper in one.open.items()), one.read
            one.profile = profile

    def add(self, window: Window) -> None:
        """One more window is to be read, of a list that is as dense as that of the charges."""
        with self._guard:
            profile = self._lists["charges"].profile if "charges" in self._lists else None
            one = self._lists.setdefault(window.resource, _List(profile or Profile()))
            one.open[window.start] = window.stop
            one.planned = (profile or Profile()).rows(window.start, window.stop)
            one.seconds = window.stop - window.start

    def move(self, window: Window, rows: int, upper: int, middle: int | None = None) -> None:
        """A page was read: the window is read down to `upper`, and the half before `middle` is another's."""
        with self._guard:
            if one := self._lists.get(window.resource):
                one.read += rows
                one.open.pop(window.start, None)
                one.open[window.start if middle is None else middle] = upper
                if middle is not None:
                    one.open[window.start] = middle

    def end(self, window: Window, rows: int) -> None:
        """A window is read to its end."""
        with self._guard:
            if one := self._lists.get(window.resource):
                one.read += rows
                one.open.pop(window.start, None)

    def items(self, waiting: int) -> None:
        """So many payouts are to be taken apart."""
        with self._guard:
            self._items_all = waiting

    def item_done(self) -> None:
        """One of them is."""
        with self._guard:
            self._items_done += 1

    def pages(self) -> tuple[dict[str, float], dict[str, float]] | None:
        """Pages done and left of each list; None while one of them is not surveyed."""
        with self._guard:
            if any(one.profile is None for one in self._lists.values()):
                return None
            done, left, whole = {}, {}, {}
            for name, one in self._lists.items():
                foreseen = sum((one.profile or Profile()).rows(*span) for span in one.open.items())
                right = (one.read - one.known + SMOOTH) / (max(0.0, one.planned - foreseen) + SMOOTH)
                passed = max(0.0, one.seconds - sum(upper - start for start, upper in one.open.items()))
                right = right ** (passed / (passed + LEARNED))
                done[name], left[name] = one.read / PAGE, foreseen * right / PAGE
                whole[name] = done[name] + left[name]
            share = self._items_done / self._items_all if self._items_all else 0.0
            if ITEMS in self._lists:  # the rest, by their time
                return done, left
            items = PAGE * whole.get("payouts", 0.0) + whole.get("charges", 0.0)  # a page each at least
            done[ITEMS], left[ITEMS] = items * share, items * (1 - share)
            return done, left

    def left(self, seconds: float, reads: int) -> tuple[float, float] | None:
        """Seconds left after so many seconds and reads, and the share that is done (0 to 1); None while not known."""
        found = self.pages()
        if found is None or seconds < SOON or not reads:
            return None
        done, left = found
        if self._hurried:
            spent = sum(count * WEIGHTS.get(name, 1.0) for name, count in done.items())
            ahead = sum(count * WEIGHTS.get(name, 1.0) for name, count in left.items())
            after = seconds * ahead / max(1.0, spent)
        else:
            after = self._wait(left, reads / seconds)
        return after, min(NOT_YET, seconds / (seconds + after))

    def _wait(self, pages: Mapping[str, float], pace: float) -> float:
        """Seconds that these pages take, all at the pace so far, and the longest list within its own rate.

        Payouts are taken apart once all are known, so both wait for each other.
        """
        chain = pages.get("payouts", 0.0) + pages.get(ITEMS, 0.0)
        return max(sum(pages.values()) / pace, max(chain, *pages.values()) / min(self._rate, pace))


def begin(run: SyncRun, windows: list[Window], *, hurried: bool) -> Forecast:
    """The forecast of what is open, not surveyed yet."""
    state = run.store.sync_state
    uppers = []
    for one in windows:
        upper = one.stop
        if one.after:
            upper = state.created_of(one.resource, [one.after]).get(one.after, one.stop)
        uppers.append((one, upper))
    return Forecast(uppers, run.budget.per_endpoint, hurried=hurried)

"""The first backfill can be used while it runs, and says truly how far it is."""

from __future__ import annotations

import random
import statistics
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from dashboard.domain.errors import ProviderUnreachable
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.gateways.stripe import Stripe
from dashboard.settings import Settings
from dashboard.store.sync.state import Window
from dashboard.sync import Progress, Sync
from dashboard.sync.backfill import BEGINNING
from dashboard.sync.forecast import Forecast, survey
from dashboard.sync.reader import RowPage
from dashboard.sync.run import DAY, SyncRun
from tests.unit.sync_scene import END, Scene

NOW = END
WITHIN = 2.0  # what a time left may be wrong by, either way


class Lists:
    """A run's lists, each only the instants at which its objects were made."""

    def __init__(self, made: Mapping[str, list[int]]) -> None:
        self.made, self.reads, self.stopping = {name: sorted(ages) for name, ages in made.items()}, 0, threading.Event()

    def rows(self, resource: str, params: Mapping[str, Any]) -> RowPage:
        self.reads += 1
        ages, span = self.made[resource], params["created"]
        first, last = bisect_left(ages, span["gte"]), bisect_left(ages, span["lt"])
        found = ages[max(first, last - 100) : last]
        return RowPage([(f"id_{age}", age) for age in reversed(found)], last - first > 100)


def steady(count: int, days: int) -> list[int]:
    return [NOW - number * days * DAY // count for number in range(1, count + 1)]


def growing(count: int, days: int) -> list[int]:
    return [NOW - DAY - int(days * DAY * (1 - (number / count) ** 0.5)) for number in range(count)]


def shrinking(count: int, days: int) -> list[int]:
    return [NOW - DAY - int(days * DAY * (number / count) ** 0.5) for number in range(count)]


def on_the_first(count: int, days: int) -> list[int]:
    """Nine of ten on the first day of each month."""
    chance = random.Random(3)
    months = days // 30
    return [
        NOW - DAY - (chance.randrange(months) * 30 * DAY + chance.randrange(DAY))
        if chance.random() < 0.9
        else NOW - DAY - chance.randrange(days * DAY)
        for _ in range(count)
    ]


def cubed(count: int, days: int) -> list[int]:
    """A business that grows ever faster, in office hours of weekdays."""
    made = (int(days * (1 - (number / count) ** (1 / 3))) for number in range(count))
    return [NOW - DAY - age * DAY - number * 7 % 28_800 for number, age in enumerate(made) if age % 7 < 5]


# Each with the shares of it between which the time left is to be right; made where it is needed, not in every process.
HISTORIES = [
    pytest.param(partial(steady, 20_000, 700), 0.08, 0.95, id="steady for two years"),
    pytest.param(partial(steady, 20_000, 42), 0.08, 0.9, id="steady for six weeks"),
    pytest.param(partial(growing, 20_000, 1_500), 0.08, 0.95, id="growing from nothing"),
    pytest.param(partial(cubed, 50_000, 1_500), 0.08, 0.9, id="growing ever faster"),
    pytest.param(partial(shrinking, 20_000, 1_500), 0.08, 0.95, id="shrinking"),
    pytest.param(partial(on_the_first, 20_000, 720), 0.08, 0.9, id="mostly on the first of the month"),
    pytest.param(partial(on_the_first, 200_000, 1_440), 0.1, 0.9, id="so for a large business"),
]


@pytest.mark.parametrize(("history", "begin", "end"), HISTORIES)
def test_what_is_left_is_foreseen_within_a_factor_of_two(
    history: Callable[[], list[int]], begin: float, end: float
) -> None:
    """At 20 requests a second, as Stripe's limit has it; the clock is counted, not waited for."""
    made = history()
    lists = Lists({"customers": made})
    run, window = cast(SyncRun, lists), Window("customers", BEGINNING, NOW + 1, None)
    forecast = Forecast([(window, window.stop)], 20.0, hurried=False)
    forecast.learn("customers", survey(run, "customers", BEGINNING, NOW + 1))
    assert lists.reads <= 20, "a handful of reads beside what a backfill takes"
    lists.reads, whole, shares, upper = 0, len(made) / 100, [0.0], NOW + 1
    for number in range(1, int(whole)):  # page by page
        page = lists.rows("customers", {"created": {"gte": BEGINNING, "lt": upper}})
        upper = int(page.rows[-1][1])
        forecast.move(window, 100, upper)
        if found := forecast.left(number / 20, number):
            left, share = found
            right = 1 / WITHIN <= left / ((whole - number) / 20) <= WITHIN
            assert right or not begin <= number / whole <= end, f"{number} of {whole} pages"
            shares.append(share)
    assert shares[-1] > 0.9 and max(shares) < 1


def test_an_empty_list_leaves_nothing() -> None:
    lists = Lists({"customers": []})
    window = Window("customers", BEGINNING, NOW + 1, None)
    forecast = Forecast([(window, window.stop)], 20.0, hurried=False)
    assert forecast.left(5.0, 10) is None, "nobody has looked yet"
    forecast.learn("customers", survey(cast(SyncRun, lists), "customers", BEGINNING, NOW + 1))
    assert forecast.left(5.0, 10) == (0.0, 0.99) and lists.reads == 1


@pytest.fixture
def limited(tmp_path: Path, make_settings: Callable[..., Settings]) -> Iterator[Scene]:
    """Stripe's limit is the slowest here, as it is for everybody who is no sandbox."""
    made = Scene(tmp_path, make_settings(STRIPE_READS_PER_SECOND="50", STRIPE_READS_PER_SECOND_TOTAL="200"))
    yield made
    made.store.close()


def sync_at_its_pace(scene: Scene) -> Sync:
    return Sync(scene.store, cast(Stripe, scene.provider), scene.clock, scene.settings, pace=time.sleep)


def test_the_newest_payments_are_there_at_once_and_the_time_left_is_right(limited: Scene) -> None:
    told: list[tuple[float, Progress]] = []
    seen: list[tuple[int, int]] = []  # reads, payments
    since: list[float] = []

    def note(progress: Progress) -> None:
        told.append((time.monotonic(), progress))
        if len(told) % 10 != 1:  # a look takes as long as a page
            return
        rows = list(limited.store.payments.walk(PaymentFilter(), limited.clock.now().date()))
        seen.append((progress.reads, len(rows)))
        status = limited.fresh_sync().status()
        assert status.is_first and status.running
        if status.complete_since:
            since.append(status.complete_since.timestamp())
            after = [row for row in rows if row["created"] >= since[-1]]
            assert len(after) >= 100 or len(rows) < 100

    sync_at_its_pace(limited).run(on_progress=note)
    ended = time.monotonic()
    first = next(reads for reads, payments in seen if payments)
    assert first <= seen[-1][0] / 5, "payments are there long before the end"
    assert since and since == sorted(since, reverse=True), "from the newest to the oldest"
    shares = [progress.share for _, progress in told if progress.share is not None]
    assert shares == sorted(shares) and shares[-1] > 0.8
    rights = [progress.left / (ended - at) for at, progress in told if progress.left and ended - at > 1]
    assert rights and 1 / WITHIN <= statistics.median(rights) <= WITHIN
    assert limited.share_equal() == 1
    assert not limited.fresh_sync().status().is_first


def test_a_backfill_that_is_gone_on_with_begins_nothing_anew_and_its_bar_never_runs_back(limited: Scene) -> None:
    shares: list[float] = []

    def note(_progress: Progress) -> None:
        shown = limited.fresh_sync().status().progress
        shares.extend([] if shown is None or shown.share is None else [shown.share])

    began = time.monotonic()

    def fail(_resource: str) -> None:
        if sum(limited.provider.asked.values()) > 130 and time.monotonic() - began > 2.5:
            raise ProviderUnreachable("gone", maybe_done=False, provider="stripe", code="network")

    limited.provider.before = fail
    with pytest.raises(ProviderUnreachable):
        sync_at_its_pace(limited).run(on_progress=note)
    reached, asked = len(shares), limited.provider.asked["charges"]
    assert reached and max(shares) > 0.1
    limited.provider.before = lambda _resource: None
    sync_at_its_pace(limited).run(on_progress=note)
    assert shares[-1] >= shares[reached - 1] and shares == sorted(shares)
    assert limited.provider.asked["charges"] < asked + 20, "what was read is not read again"

"""The second process of a sync answers several workers at once as the sync itself would."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.domain.models import Secret
from dashboard.gateways.stripe import Stripe
from dashboard.settings import Need, load_settings
from dashboard.sync.reader import LINKS, Reader, RowPage, read_page
from tests.sandboxes import Sandbox

PATIENCE = 60.0  # seconds


@pytest.fixture
def reader(lived: Sandbox) -> Iterator[Reader]:
    started = Reader(lived.url, Secret(lived.keys["stripe"]["secret_key"]))
    yield started
    started.close()


def ask(reader: Reader, resource: str, **params: object) -> RowPage:
    """A page, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE
    while (found := reader.ask(resource, params, None)) is None:
        assert time.monotonic() < deadline and not reader.is_gone
        time.sleep(0.02)
    return found


def test_many_workers_are_answered_at_once_each_with_its_own_page(lived: Sandbox, reader: Reader) -> None:
    environ = {"STRIPE_API_BASE": lived.url, "STRIPE_SECRET_KEY": lived.keys["stripe"]["secret_key"]}
    stripe = Stripe(load_settings(environ, None, needs=frozenset({Need.STRIPE})))
    asked = [(resource, limit) for resource in ("charges", "payment_intents", "customers") for limit in range(1, 15)]
    assert len(asked) > LINKS, "more than it has links for"
    with ThreadPoolExecutor(len(asked)) as workers:
        found = list(workers.map(lambda one: ask(reader, one[0], limit=one[1]), asked))
    for (resource, limit), page in zip(asked, found, strict=True):
        own = read_page(stripe, resource, {"limit": limit}, None)
        assert own is not None and (page.rows, page.has_more) == own
        assert len(page.rows) == limit

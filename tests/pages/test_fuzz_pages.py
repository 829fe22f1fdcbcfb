"""Odd replies of providers through every page: never a traceback, never a wrong row; an error in words at most."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard import running
from dashboard.desk import Desk, open_desk
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_classic import PlaidClassic
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.stripe import Stripe
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.empty_desks import settings_for
from tests.odd_replies import ODD_VALUES, places_in, put, storable
from tests.pages.conftest import MAIN, show, text_of
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox
from tests.unit.test_projection import check_sums

PAGES = [path.stem for path in sorted((MAIN.parents[1] / "pages").glob("[a-z]*.py")) if path.stem != "me"]
FORESEEN = "nobody foresaw"
EFFORT = effort(
    max_examples=4,
    phases=[Phase.generate],  # one desk lives through them all, so none can be played again
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
# Where in a reply something is changed (a share of its parts), to what, and under which status.
Oddity = tuple[float, Any, int]
ODDITIES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(ODD_VALUES),
        st.sampled_from([200, 200, 200, 200, 200, 200, 400, 404]),
    ),
    min_size=5,
    max_size=30,
)
UNTOUCHED = ("/_sandbox", "/v1/balance_history")


class Between(ThreadingHTTPServer):
    """Stands between the desk and the sandbox, and changes what comes back while it has oddities to make."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), Forward)
        self.upstream, self.made = upstream, 0
        self.oddities: Iterator[Oddity] | None = None
        self._guard = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def change(self, path: str, status: int, body: bytes) -> tuple[int, bytes]:
        with self._guard:
            if self.oddities is None or path.startswith(UNTOUCHED):
                return status, body
            share, value, odd_status = next(self.oddities)
            self.made += 1
        try:
            reply = json.loads(body)
        except ValueError:
            return status, body
        places = list(places_in(reply))
        changed = put(reply, places[int(share * len(places))], value)
        return odd_status, json.dumps(changed).encode("utf-8", "surrogatepass")


class Forward(BaseHTTPRequestHandler):
    """One exchange, passed on."""

    server: Between
    protocol_version = "HTTP/1.0"

    def _pass(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        sent = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
        reply = requests.request(
            self.command, self.server.upstream + self.path, headers=sent, data=self.rfile.read(length), timeout=30
        )
        status, body = self.server.change(self.path, reply.status_code, reply.content)
        self.send_response(status)
        for name in {"content-type", "request-id"} & {name.lower() for name in reply.headers}:
            self.send_header(name, reply.headers[name])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _pass  # noqa: N815  the server's own names

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def between(lived_sandbox: Sandbox) -> Iterator[Between]:
    with Between(lived_sandbox.url) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def open_odd(sandbox: Sandbox, between: Between, folder: Path, generation: str) -> Desk:
    """A desk over the proxy, with one linked account, that makes no second try: each would be a second's wait."""
    ready = {**sandbox.keys, "url": between.url, "link_script": f"{between.url}/link.js"}
    settings = load_settings(settings_for(ready, {"PLAID_LINK_GENERATION": generation}, folder), None)
    make = PlaidClassic if generation == "classic" else Plaid
    return open_desk(
        settings,
        clock=Clock(),
        worker=InlineWorker(),
        plaid=make(settings, make_session(settings.plaid_base_url)),
        stripe=Stripe(settings, retries=0),
    )


@pytest.fixture(scope="module", params=["current", "classic"])
def odd_desk(
    request: pytest.FixtureRequest, lived_sandbox: Sandbox, between: Between, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    with closing(open_odd(lived_sandbox, between, tmp_path_factory.mktemp("odd"), request.param)) as desk:
        actor = demo_actor("192.0.2.9")
        customer = add(desk, actor, f"Odd {request.param}")
        if request.param == "current":
            link(desk, actor, lived_sandbox, customer)
        running.provide(lambda: desk)
        yield desk
        running.provide(None)


def press(app: AppTest, label: str) -> None:
    for button in app.button:
        if button.label == label and not button.disabled:
            button.click().run()
            return


def use(app: AppTest, desk: Desk, page: str) -> None:
    """Open a page and do there what asks a provider."""
    accounts = desk.store.accounts.list()
    if page == "debit" and accounts:
        app.query_params["account"] = accounts[0].id
    if page == "customers":
        app.query_params["customer"] = desk.store.customers.page("", sort="newest", offset=0, size=1)[0].id
    if page == "payment":
        rows = desk.store.payments.walk(PaymentFilter(), desk.payments.today())
        app.query_params["payment"] = next((row["id"] for row in rows), "py_none")
    show(app, page)
    for field in app.text_input:  # the debit's, where nothing stands in its way
        if field.key in {"debit-amount", "debit-reference"}:
            field.set_value("1.00")
    for label in ("Check this setup", "Check the balance", "Refresh", "Read the list again", "Sync now", "Ask again"):
        press(app, label)
    assert not app.exception, page
    assert FORESEEN not in text_of(app), f"{page}: {text_of(app)[-600:]}"


def check_store(desk: Desk) -> None:
    """Nothing wrong was stored: sums are the rows', the file is sound, the chain whole, every value one that can be."""
    check_sums(desk.store)
    assert desk.store.database.check_integrity() == [] and desk.store.trail.verify() == []
    for table in (
        "payment",
        "charge",
        "intent",
        "balance_transaction",
        "payout",
        "stripe_customer",
        "bank_account",
        "institution",
    ):
        for row in desk.store.database.handle.query(f"SELECT * FROM {table}"):
            assert all(storable(value) for value in row.values() if not isinstance(value, float)), table


def test_no_odd_reply_breaks_a_page_or_a_row(odd_desk: Desk, between: Between) -> None:
    app = AppTest.from_file(MAIN, default_timeout=240)  # the machine may be busy

    @EFFORT
    @given(ODDITIES)
    def check(oddities: list[Oddity]) -> None:
        before = between.made
        between.oddities = cycle(oddities)
        try:
            for work in (odd_desk.sync.run, odd_desk.follow_sandbox):
                try:
                    work()
                except DeskError as error:
                    assert error.what and FORESEEN not in error.what
            for page in PAGES:
                use(app, odd_desk, page)
        finally:
            between.oddities = None
        assert between.made > before, "odd replies came"
        check_store(odd_desk)

    check()
    odd_desk.sync.run(full=True)
    check_store(odd_desk)
    sums = odd_desk.store.payments.sums(PaymentFilter(), odd_desk.payments.today())
    assert sums.count > 0, "and it recovers"

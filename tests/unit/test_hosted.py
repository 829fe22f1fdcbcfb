"""Link on the customer's own phone: asked about politely, claimed once, and never lost with a tab or a process."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from dashboard.domain.errors import AccessDenied, Refused
from dashboard.domain.models import Actor, AttemptState, LinkAttempt, Role
from dashboard.gateways.plaid_replies import LinkSessions
from dashboard.jobs.ticker import Ticker
from dashboard.linking.hosted import ASK_EVERY, ASK_LATER, GRACE, SOON, HostedLinks
from dashboard.mandates.wording import OFFLINE
from dashboard.messages.customer_screens import ENGLISH, SPANISH, Language
from dashboard.store.linking.hosted import Waiting
from dashboard.ui.linking.phone import draw_code, write_left
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost, refused

EXIT = {"error": None, "metadata": {"status": "requires_credentials", "link_session_id": "session-9"}}


class Phone:
    """A desk that waits for one customer's phone."""

    def __init__(self, given: DeskFixture) -> None:
        self.fixture = given
        self.hosted = HostedLinks(given.store, given.plaid, given.desk, given.clock)

    def open(self) -> str:
        accepted = self.fixture.desk.accept(self.fixture.actor, self.fixture.customer.id, OFFLINE, {}, Language.ENGLISH)
        return self.hosted.open(self.fixture.actor, self.fixture.customer.id, accepted)

    def attempt(self, id: str) -> LinkAttempt:
        return self.fixture.desk.get(self.fixture.actor, id)

    def wait(self, by: timedelta = ASK_EVERY) -> int:
        self.fixture.clock.move(by)
        return self.hosted.ask_due()


@pytest.fixture
def phone(given: DeskFixture) -> Phone:
    return Phone(given)


def test_the_desk_goes_on_by_itself_once_the_phone_is_done(phone: Phone) -> None:
    id = phone.open()
    shown = phone.hosted.show(phone.fixture.actor, phone.attempt(id))
    assert shown is not None
    assert shown.url == "https://secure.plaid.test/link/1"
    assert shown.left == timedelta(minutes=30)
    phone.wait()
    assert phone.attempt(id).state is AttemptState.OPENED
    phone.fixture.plaid.keep_session("public-sandbox-phone")
    phone.wait()
    assert phone.attempt(id).state is AttemptState.AUTHORIZED
    assert phone.hosted.show(phone.fixture.actor, phone.attempt(id)) is None
    (mandate,) = phone.fixture.store.mandates.list(str(phone.attempt(id).bank_account_id))
    assert (mandate.acceptance, mandate.link_session_id) == ("offline", "s")
    assert phone.wait() == 0, "nothing is asked any more"


def test_plaid_is_asked_at_a_polite_interval_and_by_one_process_alone(phone: Phone) -> None:
    phone.open()
    other = HostedLinks(phone.fixture.store, phone.fixture.plaid, phone.fixture.desk, phone.fixture.clock)
    assert phone.hosted.ask_due() + other.ask_due() == 1
    assert phone.wait(timedelta(seconds=1)) == 0
    for _ in range(60):
        phone.wait(timedelta(seconds=1))
    assert phone.fixture.plaid.calls["read_link_token"] <= 1 + 61 / ASK_EVERY.total_seconds()
    phone.wait(SOON)
    before = phone.fixture.plaid.calls["read_link_token"]
    assert phone.wait(ASK_EVERY) == 0
    assert phone.wait(ASK_LATER) == 1
    assert phone.fixture.plaid.calls["read_link_token"] == before + 1


def test_a_restart_between_the_claim_and_its_note_claims_nothing_twice(phone: Phone) -> None:
    id = phone.open()
    phone.fixture.plaid.keep_session("public-sandbox-phone")
    phone.wait()
    phone.fixture.store.database.handle.execute("DROP TRIGGER link_hosted_stays_ended")
    phone.fixture.store.database.handle.execute("UPDATE link_hosted SET state = 'waiting'")  # as before its note
    phone.fixture.restart()
    again = Phone(phone.fixture)
    again.wait()
    assert phone.fixture.plaid.spent == ["public-sandbox-phone"]
    assert [one.id for one in phone.fixture.desk.recent(phone.fixture.actor)] == [id]


def test_leaving_link_on_the_phone_is_said_and_the_address_still_works(phone: Phone) -> None:
    id = phone.open()
    phone.fixture.plaid.sessions = LinkSessions((), EXIT, True)
    phone.wait()
    assert phone.attempt(id).state is AttemptState.EXITED
    shown = phone.hosted.show(phone.fixture.actor, phone.attempt(id))
    assert shown is not None
    assert shown.has_left
    phone.wait()
    assert len(phone.fixture.desk.events(phone.fixture.actor, id)) == 1, "the same exit is one exit"
    phone.fixture.plaid.keep_session("public-sandbox-second-try")
    phone.wait()
    assert phone.attempt(id).state is AttemptState.AUTHORIZED


def test_an_outage_is_waited_out(phone: Phone) -> None:
    id = phone.open()
    phone.fixture.plaid.before["read_link_token"] = [lost(), lost()]
    phone.wait()
    phone.wait()
    assert phone.attempt(id).state is AttemptState.OPENED
    phone.fixture.plaid.keep_session("public-sandbox-phone")
    phone.wait()
    assert phone.attempt(id).state is AttemptState.AUTHORIZED


def test_waiting_ends_with_a_reason(phone: Phone) -> None:
    late, dead = phone.open(), phone.open()
    phone.fixture.plaid.before["read_link_token"] = [refused("INVALID_LINK_TOKEN")]
    phone.hosted.ask_due()
    ended = [one for one in (late, dead) if phone.attempt(one).state is AttemptState.EXITED]
    assert len(ended) == 1
    (left,) = {late, dead} - set(ended)
    phone.wait(timedelta(minutes=30))
    assert phone.attempt(left).state is AttemptState.OPENED, "a session that began in time may still end"
    phone.wait(GRACE)
    problem = phone.attempt(left).problem
    assert problem is not None
    assert problem.code == "phone_expired"
    kept = phone.fixture.store.hosted.get(left)
    assert kept is not None
    assert kept.state is Waiting.OVER


def test_the_address_is_sealed_and_for_those_alone_who_may_link(phone: Phone) -> None:
    id = phone.open()
    raw = next(iter(phone.fixture.store.database.handle.query("SELECT url FROM link_hosted")))["url"]
    assert b"secure.plaid" not in raw
    with pytest.raises(AccessDenied):
        phone.hosted.show(Actor("Fay", frozenset({Role.FINANCE})), phone.attempt(id))


def test_the_classic_generation_has_no_hosted_link(classic: DeskFixture) -> None:
    phone = Phone(classic)
    assert not phone.hosted.is_offered()
    with pytest.raises(Refused):
        phone.open()


def test_the_code_is_a_picture_of_the_address_and_the_time_left_is_said() -> None:
    picture = draw_code("https://secure.plaid.test/link/1", "On your phone")
    assert picture.startswith('<img src="data:image/svg+xml')
    assert 'alt="On your phone"' in picture
    assert write_left(timedelta(minutes=12, seconds=5), ENGLISH) == "Good for another 12:05."
    assert "12:05" in write_left(timedelta(minutes=12, seconds=5), SPANISH)


def test_a_ticker_goes_on_after_an_error_and_stops_when_told() -> None:
    called, enough = [], threading.Event()

    def fail() -> None:
        called.append(1)
        if len(called) >= 3:
            enough.set()
        raise ValueError("once more")

    ticker = Ticker(timedelta(milliseconds=1), fail)
    ticker.start()
    assert enough.wait(5)
    ticker.stop()
    number = len(called)
    threading.Event().wait(0.05)
    assert len(called) == number

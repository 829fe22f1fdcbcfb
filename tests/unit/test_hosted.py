"""Link on the customer's own phone: asked about politely, claimed once, and never lost with a tab or a process."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from dashboard.customer_words import ENGLISH, SPANISH, Language
from dashboard.errors import AccessDenied, Refused
from dashboard.gateways.replies import LinkSessions
from dashboard.hosted import ASK_EVERY, ASK_LATER, GRACE, SOON, HostedLinks
from dashboard.models import Actor, AttemptState, LinkAttempt, Role
from dashboard.onboarding.authorization import OFFLINE
from dashboard.store.hosted import Waiting
from dashboard.ticker import Ticker
from dashboard.ui.phone import draw_code, write_left
from tests.unit.fakes import lost, refused
from tests.unit.worlds import World

EXIT = {"error": None, "metadata": {"status": "requires_credentials", "link_session_id": "session-9"}}


class Phone:
    """A desk that waits for one customer's phone."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hosted = HostedLinks(world.store, world.plaid, world.desk, world.clock)

    def open(self) -> str:
        accepted = self.world.desk.accept(self.world.actor, self.world.customer.id, OFFLINE, {}, Language.ENGLISH)
        return self.hosted.open(self.world.actor, self.world.customer.id, accepted)

    def attempt(self, id: str) -> LinkAttempt:
        return self.world.desk.get(self.world.actor, id)

    def wait(self, by: timedelta = ASK_EVERY) -> int:
        self.world.clock.move(by)
        return self.hosted.ask_due()


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world)


def test_the_desk_goes_on_by_itself_once_the_phone_is_done(phone: Phone) -> None:
    id = phone.open()
    shown = phone.hosted.show(phone.world.actor, phone.attempt(id))
    assert shown is not None
    assert shown.url == "https://secure.plaid.test/link/1"
    assert shown.left == timedelta(minutes=30)
    phone.wait()
    assert phone.attempt(id).state is AttemptState.OPENED
    phone.world.plaid.keep_session("public-sandbox-phone")
    phone.wait()
    assert phone.attempt(id).state is AttemptState.AUTHORIZED
    assert phone.hosted.show(phone.world.actor, phone.attempt(id)) is None
    (mandate,) = phone.world.store.mandates.list(str(phone.attempt(id).bank_account_id))
    assert (mandate.acceptance, mandate.link_session_id) == ("offline", "s")
    assert phone.wait() == 0, "nothing is asked any more"


def test_plaid_is_asked_at_a_polite_interval_and_by_one_process_alone(phone: Phone) -> None:
    phone.open()
    other = HostedLinks(phone.world.store, phone.world.plaid, phone.world.desk, phone.world.clock)
    assert phone.hosted.ask_due() + other.ask_due() == 1
    assert phone.wait(timedelta(seconds=1)) == 0
    for _ in range(60):
        phone.wait(timedelta(seconds=1))
    assert phone.world.plaid.calls["read_link_token"] <= 1 + 61 / ASK_EVERY.total_seconds()
    phone.wait(SOON)
    before = phone.world.plaid.calls["read_link_token"]
    assert phone.wait(ASK_EVERY) == 0
    assert phone.wait(ASK_LATER) == 1
    assert phone.world.plaid.calls["read_link_token"] == before + 1


def test_a_restart_between_the_claim_and_its_note_claims_nothing_twice(phone: Phone) -> None:
    id = phone.open()
    phone.world.plaid.keep_session("public-sandbox-phone")
    phone.wait()
    phone.world.store.database.handle.execute("UPDATE link_hosted SET state = 'waiting'")
    phone.world.restart()
    again = Phone(phone.world)
    again.wait()
    assert phone.world.plaid.spent == ["public-sandbox-phone"]
    assert [one.id for one in phone.world.desk.recent(phone.world.actor)] == [id]


def test_leaving_link_on_the_phone_is_said_and_the_address_still_works(phone: Phone) -> None:
    id = phone.open()
    phone.world.plaid.sessions = LinkSessions((), EXIT, True)
    phone.wait()
    assert phone.attempt(id).state is AttemptState.EXITED
    shown = phone.hosted.show(phone.world.actor, phone.attempt(id))
    assert shown is not None
    assert shown.has_left
    phone.wait()
    assert len(phone.world.desk.events(phone.world.actor, id)) == 1, "the same exit is one exit"
    phone.world.plaid.keep_session("public-sandbox-second-try")
    phone.wait()
    assert phone.attempt(id).state is AttemptState.AUTHORIZED


def test_an_outage_is_waited_out(phone: Phone) -> None:
    id = phone.open()
    phone.world.plaid.before["read_link_token"] = [lost(), lost()]
    phone.wait()
    phone.wait()
    assert phone.attempt(id).state is AttemptState.OPENED
    phone.world.plaid.keep_session("public-sandbox-phone")
    phone.wait()
    assert phone.attempt(id).state is AttemptState.AUTHORIZED


def test_waiting_ends_with_a_reason(phone: Phone) -> None:
    late, dead = phone.open(), phone.open()
    phone.world.plaid.before["read_link_token"] = [refused("INVALID_LINK_TOKEN")]
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
    kept = phone.world.store.hosted.get(left)
    assert kept is not None
    assert kept.state is Waiting.OVER


def test_the_address_is_sealed_and_for_those_alone_who_may_link(phone: Phone) -> None:
    id = phone.open()
    raw = next(iter(phone.world.store.database.handle.query("SELECT url FROM link_hosted")))["url"]
    assert b"secure.plaid" not in raw
    with pytest.raises(AccessDenied):
        phone.hosted.show(Actor("Fay", frozenset({Role.FINANCE})), phone.attempt(id))


def test_the_classic_generation_has_no_hosted_link(classic: World) -> None:
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

"""A device in a customer's hands may do nothing but that customer's own steps, until the operator's PIN."""

from __future__ import annotations

import asyncio
import string
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import pytest

from dashboard.access import Permission, can, require
from dashboard.customer_words import ENGLISH, SPANISH, WORDS, Language
from dashboard.devices import Devices, digest_cookie, read_cookie, write_cookie
from dashboard.errors import AccessDenied, InputError, Refused
from dashboard.handover import Handover
from dashboard.hosted import HostedLinks
from dashboard.models import Actor, AttemptState, Role
from dashboard.sign_in import PIN_LOCK, PIN_TRIES, RoleRules, SignIn
from dashboard.store.locks import Ending
from dashboard.store.people import PeopleRows
from tests.unit.worlds import World

PIN, DEVICE = "480215", "d" * 64
FACTS = {"ip_address": "203.0.113.9", "user_agent": "Mozilla/5.0 (Tablet)", "screen": "820x1180@2"}


class Counter:
    """A desk at whose counter there is one tablet."""

    def __init__(self, world: World) -> None:
        self.world = world
        people = PeopleRows(world.store.database)
        pins = SignIn(people, world.store.trail, world.clock, RoleRules({}))
        self.hosted = HostedLinks(world.store, world.plaid, world.desk, world.clock)
        self.handover = Handover(world.store, world.desk, self.hosted, pins, world.clock)
        self.actor = self.handover.bind(world.actor, DEVICE)

    def lock(self, language: Language = Language.ENGLISH) -> None:
        self.handover.lock(self.actor, self.world.customer.id, PIN, language)


@pytest.fixture
def counter(world: World) -> Counter:
    return Counter(world)


def test_an_actor_that_a_page_kept_may_do_nothing_once_the_device_is_handed_over(counter: Counter) -> None:
    assert can(counter.actor, Permission.VIEW_PAYMENTS)
    counter.lock()
    for permission in Permission:
        assert can(counter.actor, permission) is (permission is Permission.OWN_STEP), permission
    with pytest.raises(AccessDenied) as denied:
        require(counter.actor, Permission.VIEW_CUSTOMERS)
    assert denied.value.code == "device_held"


def test_the_customers_step_is_nobodys_at_a_device_that_was_not_handed_over(counter: Counter) -> None:
    for role in Role:
        assert not can(Actor("Ann", frozenset({role}), device=DEVICE), Permission.OWN_STEP)
    with pytest.raises(AccessDenied):
        counter.handover.step(counter.actor)


def test_every_use_case_of_the_staff_refuses_a_held_device(counter: Counter) -> None:
    world = counter.world
    attempt = world.link()
    counter.lock()
    for act in (
        lambda: world.desk.get(counter.actor, attempt.id),
        lambda: world.desk.open(counter.actor, world.customer.id),
        lambda: world.desk.accounts(counter.actor),
        lambda: world.debits.recent(counter.actor),
        lambda: world.debits.balance(counter.actor, str(attempt.bank_account_id)),
        lambda: counter.handover.held(counter.actor),
        lambda: counter.handover.lock(counter.actor, world.customer.id, PIN),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_the_customer_goes_from_the_authorization_to_the_account_at_a_held_device(counter: Counter) -> None:
    counter.lock(Language.SPANISH)
    step = counter.handover.step(counter.actor)
    assert (step.attempt, step.customer.name) == (None, "Jenny Rosen")
    text = counter.handover.text(counter.actor)
    assert "autoriza a Acme Payments" in text
    counter.handover.agree(counter.actor, FACTS)
    counter.handover.agree(counter.actor, FACTS)
    assert len(counter.world.desk.recent(counter.world.actor)) == 1, "agreeing twice is agreeing once"
    counter.handover.report(counter.actor, counter.world.outcome(), {"ip_address": "198.51.100.1", "user_agent": "x"})
    attempt = counter.handover.step(counter.actor).attempt
    assert attempt is not None
    assert attempt.state is AttemptState.AUTHORIZED
    account = counter.handover.account(counter.actor)
    assert account is not None
    (mandate,) = counter.world.store.mandates.list(account.id)
    assert mandate.text == text, "word for word as it was read"
    acceptance = counter.world.stripe.setup_intents[0]["mandate_data"]["customer_acceptance"]
    assert acceptance["type"] == "online"
    assert acceptance["online"] == {"ip_address": FACTS["ip_address"], "user_agent": FACTS["user_agent"]}
    assert acceptance["accepted_at"] == int(counter.world.clock.now().timestamp())


def test_a_held_device_reaches_its_own_customers_attempt_alone(counter: Counter) -> None:
    other = counter.world.link()
    counter.lock()
    assert counter.handover.step(counter.actor).attempt is None
    assert counter.handover.account(counter.actor) is None
    with pytest.raises(Refused):
        counter.handover.opening(counter.actor)
    with pytest.raises(Refused):
        counter.handover.choose(counter.actor, other.account_id or "")


def test_closing_link_lets_the_customer_try_again_under_what_they_accepted(counter: Counter) -> None:
    counter.lock()
    counter.handover.agree(counter.actor, FACTS)
    first = counter.handover.step(counter.actor).attempt
    counter.handover.report(counter.actor, {"id": "session-1:exit", "kind": "exit", "metadata": {}}, {})
    step = counter.handover.step(counter.actor)
    assert step.attempt is not None
    assert step.attempt.state is AttemptState.EXITED
    counter.handover.again(counter.actor)
    second = counter.handover.step(counter.actor).attempt
    assert first is not None
    assert second is not None
    assert second.id != first.id
    accepted = counter.world.store.acceptances
    assert accepted.get(second.id) == accepted.get(first.id)


def test_only_the_pin_takes_the_device_back_and_it_is_kept_hashed(counter: Counter) -> None:
    counter.lock()
    with pytest.raises(AccessDenied):
        counter.handover.release(DEVICE, "111213")
    assert counter.handover.find(DEVICE)
    lock = counter.handover.release(DEVICE, PIN)
    assert lock.customer_id == counter.world.customer.id
    assert can(counter.actor, Permission.VIEW_CUSTOMERS)
    kept = list(counter.world.store.database.handle.query("SELECT * FROM pin"))
    assert PIN not in str(kept)


def test_wrong_pins_are_limited(counter: Counter) -> None:
    counter.lock()
    for _ in range(PIN_TRIES):
        with pytest.raises(AccessDenied):
            counter.handover.release(DEVICE, "999111")
    with pytest.raises(AccessDenied) as locked:
        counter.handover.release(DEVICE, PIN)
    assert "locked" in locked.value.what
    counter.world.clock.move(PIN_LOCK)
    counter.handover.release(DEVICE, PIN)


def test_handing_over_needs_the_pin_that_is_set_and_a_browser_that_can_be_known(counter: Counter) -> None:
    with pytest.raises(InputError):
        counter.handover.lock(counter.actor, counter.world.customer.id, "1234")
    counter.lock()
    counter.handover.release(DEVICE, PIN)
    with pytest.raises(AccessDenied):
        counter.handover.lock(counter.actor, counter.world.customer.id, "717273")
    with pytest.raises(Refused) as refused:
        counter.handover.lock(replace(counter.actor, device=""), counter.world.customer.id, PIN)
    assert refused.value.code == "no_device"
    assert counter.handover.find(DEVICE) is None


def test_the_lock_survives_a_restart_and_holds_one_device_alone(counter: Counter) -> None:
    counter.lock()
    counter.world.restart()
    again = Counter(counter.world)
    assert again.handover.find(DEVICE)
    assert not can(again.actor, Permission.VIEW_PAYMENTS)
    assert can(again.handover.bind(counter.world.actor, "e" * 64), Permission.VIEW_PAYMENTS)


def test_an_ended_step_stays_ended_and_is_written_down(counter: Counter) -> None:
    counter.lock()
    counter.handover.end(counter.actor, Ending.IDLE)
    counter.handover.end(counter.actor, Ending.DONE)
    lock = counter.handover.find(DEVICE)
    assert lock is not None
    assert lock.ending is Ending.IDLE
    counter.handover.release(DEVICE, PIN)
    actions = [row.action for row in counter.world.store.trail.read(lock.id)]
    assert actions == ["handover.released", "handover.idle", "handover.locked"]


def test_an_administrator_frees_a_device_whose_pin_is_forgotten(counter: Counter) -> None:
    counter.lock()
    admin = Actor("Ada", frozenset({Role.ADMIN}))
    (lock,) = counter.handover.held(admin)
    with pytest.raises(AccessDenied):
        counter.handover.free(Actor("Otto", frozenset({Role.OPS})), lock.id)
    counter.handover.free(admin, lock.id)
    assert counter.handover.find(DEVICE) is None


@pytest.mark.parametrize("name", [one.name for one in fields(ENGLISH)])
def test_each_text_is_there_in_both_languages_with_the_same_blanks(name: str) -> None:
    english, spanish = getattr(ENGLISH, name), getattr(SPANISH, name)
    assert english.strip()
    assert spanish.strip()
    blanks = [{part[1] for part in string.Formatter().parse(text) if part[1]} for text in (english, spanish)]
    assert blanks[0] == blanks[1]
    assert english != spanish or name == "pin"


def test_each_language_has_its_words() -> None:
    assert set(WORDS) == set(Language)


def test_a_browser_is_known_by_a_cookie_that_scripts_cannot_read() -> None:
    cookie = write_cookie({"scheme": "https"})
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert cookie.endswith("; Secure")
    value = cookie.split(";")[0].split("=", 1)[1]
    scope = {"headers": [(b"cookie", f'odd="a;b\\"; ach_desk_device={value}'.encode())]}
    assert read_cookie(scope) == value, "an odd cookie beside it must not hide it: a new one would unlock the device"
    assert len(digest_cookie(value)) == 64
    assert digest_cookie("short") == digest_cookie(None) == ""


async def _page(scope: object, receive: object, send: object) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"<p>"})  # type: ignore[operator]


@pytest.mark.parametrize(
    ("path", "held", "known", "status", "sets"),
    [
        ("/", False, False, 200, True),
        ("/", True, True, 200, False),
        ("/media/abc.csv", True, True, 403, False),
        ("/media/abc.csv", False, True, 200, False),
        ("/exports/job_1", True, True, 403, False),
        ("/exports/job_1", False, True, 200, False),
    ],
)
def test_a_held_device_gets_no_file_that_a_staff_page_made(
    path: str, held: bool, known: bool, status: int, sets: bool
) -> None:
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    cookie = [(b"cookie", b"ach_desk_device=" + b"a" * 43)] if known else []
    scope = {"type": "http", "method": "GET", "path": path, "headers": cookie, "scheme": "http"}
    answering = Devices(_page, lambda _: held)(scope, None, send)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as apart:  # the browser tests' own loop may be running on this thread
        apart.submit(asyncio.run, answering).result()
    assert sent[0]["status"] == status
    assert any(name == b"set-cookie" for name, _ in sent[0]["headers"]) is sets  # type: ignore[attr-defined]

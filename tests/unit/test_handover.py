"""A device in a customer's hands may do nothing but that customer's own steps, until the operator's PIN."""

from __future__ import annotations

import string
from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.models import Actor, AttemptState, Role
from dashboard.linking.handover import Handover
from dashboard.linking.hosted import HostedLinks
from dashboard.messages.customer_screens import ENGLISH, SPANISH, WORDS, Language
from dashboard.staff.access import Permission, can, require
from dashboard.staff.sign_in import PIN_LOCK, PIN_TRIES, SignIn, read_rules
from dashboard.store.linking.handovers import Ending
from dashboard.store.staff import StaffTable
from dashboard.web.devices import COOKIE, HEADER, SECURE_COOKIE, TWO, Devices, digest_cookie
from tests.asgi import Inner, ask
from tests.machine import CHEAP
from tests.unit.desk_fixture import DeskFixture

PIN, DEVICE = "480215", "d" * 64
FACTS = {"ip_address": "203.0.113.9", "user_agent": "Mozilla/5.0 (Tablet)", "screen": "820x1180@2"}


class Counter:
    """A desk at whose counter there is one tablet."""

    def __init__(self, given: DeskFixture) -> None:
        self.fixture = given
        people = StaffTable(given.store.database, CHEAP)
        rules = read_rules({Role.OPS: "ben@example.com", Role.FINANCE: "fay@example.com"})
        pins = self.pins = SignIn(people, given.store.trail, given.clock, rules)
        self.hosted = HostedLinks(given.store, given.plaid, given.desk, given.clock)
        self.handover = Handover(given.store, given.desk, self.hosted, pins, given.clock)
        self.actor = self.handover.bind(given.actor, DEVICE)

    def lock(self, language: Language = Language.ENGLISH) -> None:
        self.handover.lock(self.actor, self.fixture.customer.id, PIN, language)


@pytest.fixture
def counter(given: DeskFixture) -> Counter:
    return Counter(given)


def test_the_pin_is_typed_once_a_shift_to_hand_over_and_each_time_to_take_back(counter: Counter) -> None:
    handover, clock, customer = counter.handover, counter.fixture.clock, counter.fixture.customer.id
    assert handover.typed_pin_at(counter.actor) is None
    counter.lock()
    with pytest.raises(AccessDenied):
        handover.release(DEVICE, "")
    for _ in range(2):
        handover.release(DEVICE, PIN)
        clock.move(timedelta(hours=5))
        handover.lock(counter.actor, customer)
    handover.release(DEVICE, PIN)
    clock.move(timedelta(hours=2))
    with pytest.raises(AccessDenied):  # twelve hours after it was typed, however often the device went since
        handover.lock(counter.actor, customer)
    handover.lock(counter.actor, customer, PIN)


def test_a_pin_typed_at_another_device_by_another_person_or_in_another_visit_does_not_count(counter: Counter) -> None:
    counter.lock()
    counter.handover.release(DEVICE, PIN)
    assert counter.handover.typed_pin_at(counter.actor)
    typed = counter.actor
    for other in (
        replace(typed, device="e" * 64),
        replace(typed, visit="another"),
        replace(typed, name="ben@example.com"),
    ):
        assert counter.handover.typed_pin_at(other) is None, other


def test_a_pin_that_is_typed_though_it_need_not_be_must_still_fit(counter: Counter) -> None:
    counter.lock()
    counter.handover.release(DEVICE, PIN)
    with pytest.raises(AccessDenied):
        counter.handover.lock(counter.actor, counter.fixture.customer.id, "000111")


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
    given = counter.fixture
    attempt = given.link()
    counter.lock()
    for act in (
        lambda: given.desk.get(counter.actor, attempt.id),
        lambda: given.desk.open(counter.actor, given.customer.id),
        lambda: given.desk.accounts(counter.actor),
        lambda: given.debits.recent(counter.actor),
        lambda: given.debits.balance(counter.actor, str(attempt.bank_account_id)),
        lambda: counter.handover.held(counter.actor),
        lambda: counter.handover.lock(counter.actor, given.customer.id, PIN),
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
    assert len(counter.fixture.desk.recent(counter.fixture.actor)) == 1, "agreeing twice is agreeing once"
    counter.handover.report(counter.actor, counter.fixture.outcome(), {"ip_address": "198.51.100.1", "user_agent": "x"})
    attempt = counter.handover.step(counter.actor).attempt
    assert attempt is not None
    assert attempt.state is AttemptState.AUTHORIZED
    account = counter.handover.account(counter.actor)
    assert account is not None
    (mandate,) = counter.fixture.store.mandates.list(account.id)
    assert mandate.text == text, "word for word as it was read"
    acceptance = counter.fixture.stripe.setup_intents[0]["mandate_data"]["customer_acceptance"]
    assert acceptance["type"] == "online"
    assert acceptance["online"] == {"ip_address": FACTS["ip_address"], "user_agent": FACTS["user_agent"]}
    assert acceptance["accepted_at"] == int(counter.fixture.clock.now().timestamp())


def test_a_held_device_reaches_its_own_customers_attempt_alone(counter: Counter) -> None:
    other = counter.fixture.link()
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
    accepted = counter.fixture.store.acceptances
    assert accepted.get(second.id) == accepted.get(first.id)


def test_only_the_pin_takes_the_device_back_and_it_is_kept_hashed(counter: Counter) -> None:
    counter.lock()
    with pytest.raises(AccessDenied):
        counter.handover.release(DEVICE, "111213")
    assert counter.handover.find(DEVICE)
    lock = counter.handover.release(DEVICE, PIN)
    assert lock.customer_id == counter.fixture.customer.id
    assert can(counter.actor, Permission.VIEW_CUSTOMERS)
    kept = list(counter.fixture.store.database.handle.query("SELECT * FROM pin"))
    assert PIN not in str(kept)


def test_wrong_pins_are_limited(counter: Counter) -> None:
    counter.lock()
    for _ in range(PIN_TRIES):
        with pytest.raises(AccessDenied):
            counter.handover.release(DEVICE, "999111")
    with pytest.raises(AccessDenied) as locked:
        counter.handover.release(DEVICE, PIN)
    assert "locked" in locked.value.what
    counter.fixture.clock.move(PIN_LOCK)
    counter.handover.release(DEVICE, PIN)


def test_handing_over_needs_the_pin_that_is_set_and_a_browser_that_can_be_known(counter: Counter) -> None:
    with pytest.raises(InputError):
        counter.handover.lock(counter.actor, counter.fixture.customer.id, "1234")
    counter.lock()
    counter.handover.release(DEVICE, PIN)
    with pytest.raises(AccessDenied):
        counter.handover.lock(counter.actor, counter.fixture.customer.id, "717273")
    with pytest.raises(Refused) as refused:
        counter.handover.lock(replace(counter.actor, device=""), counter.fixture.customer.id, PIN)
    assert refused.value.code == "no_device"
    assert counter.handover.find(DEVICE) is None


def test_the_lock_survives_a_restart_and_holds_one_device_alone(counter: Counter) -> None:
    counter.lock()
    counter.fixture.restart()
    again = Counter(counter.fixture)
    assert again.handover.find(DEVICE)
    assert not can(again.actor, Permission.VIEW_PAYMENTS)
    assert can(again.handover.bind(counter.fixture.actor, "e" * 64), Permission.VIEW_PAYMENTS)


def test_an_ended_step_stays_ended_and_is_written_down(counter: Counter) -> None:
    counter.lock()
    counter.handover.end(counter.actor, Ending.IDLE)
    counter.handover.end(counter.actor, Ending.DONE)
    lock = counter.handover.find(DEVICE)
    assert lock is not None
    assert lock.ending is Ending.IDLE
    counter.handover.release(DEVICE, PIN)
    actions = [row.action for row in counter.fixture.store.trail.read(lock.id)]
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


ONE, OTHER = "a" * 43, "b" * 43


def seen(*cookies: str, scheme: str = "http") -> str:
    """How the pages know a browser that sends these cookies."""
    inner = Inner()
    ask(Devices(inner), "/", *(("Cookie", one) for one in cookies), scheme=scheme)
    return "".join(inner.header(HEADER))


@pytest.mark.parametrize(("scheme", "name"), [("http", COOKIE), ("https", SECURE_COOKIE)])
def test_a_browser_is_known_by_a_cookie_that_scripts_cannot_read(scheme: str, name: str) -> None:
    (cookie,) = ask(Devices(Inner()), "/", scheme=scheme).cookies()
    assert cookie.startswith(f"{name}=")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= parts
    assert ("Secure" in parts) is (scheme == "https")
    assert not any(part.startswith("Domain") for part in parts)
    value = cookie.split(";")[0].split("=", 1)[1]
    assert seen(f'odd="a;b\\"; {name}={value}', scheme=scheme) == digest_cookie(value)
    assert not ask(Devices(Inner()), "/", ("Cookie", f"{name}={value}"), scheme=scheme).cookies()
    assert digest_cookie("short") == digest_cookie(None) == ""


def test_a_neighbor_under_the_same_domain_cannot_shadow_the_cookie_over_https() -> None:
    """It can set `ach_desk_device` for the whole domain, but no browser takes a `__Host-` name from it."""
    assert seen(f"{COOKIE}={OTHER}; {SECURE_COOKIE}={ONE}", scheme="https") == digest_cookie(ONE)
    assert seen(f"{COOKIE}={OTHER}", scheme="https") == ""


@pytest.mark.parametrize("cookies", [[f"{COOKIE}={ONE}; {COOKIE}={OTHER}"], [f"{COOKIE}={OTHER}", f"{COOKIE}={ONE}"]])
def test_of_two_cookies_of_the_name_none_is_believed(cookies: list[str]) -> None:
    assert seen(*cookies) == TWO
    assert seen(f"{COOKIE}={ONE}; {COOKIE}={ONE}") == digest_cookie(ONE)


def test_a_browser_cannot_say_which_device_it_is() -> None:
    inner = Inner()
    ask(Devices(inner), "/", (HEADER, "f" * 64), ("Cookie", f"{COOKIE}={ONE}"))
    assert inner.header(HEADER) == [digest_cookie(ONE)]
    ask(Devices(inner), "/", (HEADER, "f" * 64))
    assert inner.header(HEADER) == []


# The lock is known by the sign-in that handed the device over, too.

VISIT = "v" * 64


def handed_over_while_signed_in(counter: Counter) -> None:
    operator = counter.handover.bind(replace(counter.fixture.actor, visit=VISIT), DEVICE)
    counter.handover.lock(operator, counter.fixture.customer.id, PIN)


@pytest.mark.parametrize("device", ["", "e" * 64], ids=["deleted", "replaced"])
def test_a_browser_whose_cookie_is_gone_stays_locked_while_its_sign_in_is_there(counter: Counter, device: str) -> None:
    handed_over_while_signed_in(counter)
    found = counter.handover.find(device, VISIT)
    assert found is not None and found.device == DEVICE
    actor = counter.handover.bind(replace(counter.fixture.actor, visit=VISIT), device)
    assert can(actor, Permission.OWN_STEP) and not can(actor, Permission.VIEW_CUSTOMERS)
    counter.handover.end(actor, Ending.DONE)
    with pytest.raises(AccessDenied):
        counter.handover.lock(actor, counter.fixture.customer.id, PIN)
    counter.handover.release(device, PIN, visit=VISIT)
    assert counter.handover.find(DEVICE, VISIT) is None


def test_another_sign_in_at_another_browser_is_not_locked(counter: Counter) -> None:
    handed_over_while_signed_in(counter)
    assert counter.handover.find("e" * 64, "w" * 64) is None
    assert counter.handover.find("", "") is None
    assert counter.handover.find(DEVICE, "w" * 64), "a new sign-in at the device that was handed over"


def test_wrong_pins_at_a_handed_over_device_slow_that_device_and_not_its_operator(counter: Counter) -> None:
    counter.lock()
    other = counter.handover.bind(counter.fixture.actor, "e" * 64)
    counter.handover.lock(other, counter.fixture.customer.id, PIN)
    for _ in range(PIN_TRIES):
        with pytest.raises(AccessDenied):
            counter.handover.release(DEVICE, "999111")
    with pytest.raises(AccessDenied, match="locked"):
        counter.handover.release(DEVICE, PIN)
    counter.handover.release("e" * 64, PIN)
    assert counter.pins.prove(counter.fixture.actor, PIN)


def test_an_empty_field_is_no_try(counter: Counter) -> None:
    counter.lock()
    for _ in range(PIN_TRIES + 1):
        with pytest.raises(AccessDenied, match="No PIN was given"):
            counter.handover.release(DEVICE, "")
    counter.handover.release(DEVICE, PIN)


def claims_of(person: str, at: datetime, **more: object) -> dict[str, object]:
    return {"iss": "https://id.example.com", "sub": person, "iat": int(at.timestamp()), "email": person, **more}


@pytest.fixture
def staffed(counter: Counter) -> Counter:
    """Ann hands over; Ben of the same counter and Fay of finance are signed in elsewhere."""
    counter.handover.lock(counter.actor, counter.fixture.customer.id, PIN)
    for person, pin in (("ben@example.com", "816253"), ("fay@example.com", "605142")):
        now = counter.fixture.clock.real()
        claims = claims_of(person, now, email_verified=True, auth_time=int(now.timestamp()))
        counter.pins.set_pin(counter.pins.enter(claims, active=True), pin)
    return counter


def test_a_colleague_who_is_signed_in_elsewhere_takes_the_device_back_by_their_pin(staffed: Counter) -> None:
    with pytest.raises(AccessDenied):
        staffed.handover.release(DEVICE, PIN, colleague="ben@example.com")
    staffed.handover.release(DEVICE, "816253", colleague="Ben@example.com")
    (row, *_) = staffed.fixture.store.trail.read()
    assert (row.action, row.actor) == ("handover.released", "ben@example.com")


@pytest.mark.parametrize(
    ("colleague", "pin"), [("fay@example.com", "605142"), ("eve@example.com", "816253"), ("demo", PIN)]
)
def test_no_other_colleague_does(staffed: Counter, colleague: str, pin: str) -> None:
    with pytest.raises(AccessDenied, match="No such colleague"):
        staffed.handover.release(DEVICE, pin, colleague=colleague)
    assert staffed.handover.find(DEVICE)


def test_a_colleague_who_has_left_does_not(staffed: Counter) -> None:
    staffed.fixture.clock.move(timedelta(minutes=15))
    with pytest.raises(AccessDenied, match="No such colleague"):
        staffed.handover.release(DEVICE, "816253", colleague="ben@example.com")


@pytest.mark.parametrize(
    ("person", "later", "told", "released"),
    [
        ("ben@example.com", 60, True, True),
        ("ben@example.com", 60, False, False),  # the provider says nothing of when it asked for the person
        ("ben@example.com", -60, True, False),  # it waved the session through that was open before
        ("fay@example.com", 60, True, False),
        ("eve@example.com", 60, True, False),
    ],
)
def test_signing_in_again_at_the_device_takes_it_back(
    staffed: Counter, person: str, later: int, told: bool, released: bool
) -> None:
    clock = staffed.fixture.clock
    asked = clock.real() + timedelta(seconds=later)
    clock.move(timedelta(seconds=61))
    claims = claims_of(person, clock.real(), email_verified=True)
    claims |= {"auth_time": int(asked.timestamp())} if told else {}
    assert staffed.handover.release_by_sign_in(DEVICE, claims, "192.0.2.1", visit="n" * 64) is released
    assert (staffed.handover.find(DEVICE) is None) is released


def test_the_sign_in_that_handed_the_device_over_does_not_take_it_back(counter: Counter) -> None:
    """Even where the provider's clock is ahead, so that it seems to be the later one."""
    handed_over_while_signed_in(counter)
    now = counter.fixture.clock.real()
    claims = claims_of("ben@example.com", now, email_verified=True, auth_time=int(now.timestamp()) + 30)
    counter.fixture.clock.move(timedelta(seconds=31))
    assert not counter.handover.release_by_sign_in(DEVICE, claims, "", visit=VISIT)

"""How a browser is known as the device that was handed over: by its cookie, and by the sign-in that did it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dashboard.domain.errors import AccessDenied
from dashboard.staff.access import Permission, can
from dashboard.staff.sign_in import PIN_TRIES
from dashboard.store.linking.handovers import Ending
from dashboard.web.devices import COOKIE, HEADER, SECURE_COOKIE, TWO, Devices, digest_cookie
from tests.asgi import Inner, ask
from tests.unit.handed_counter import DEVICE, PIN, Counter, counter

__all__ = ["counter"]  # a fixture


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

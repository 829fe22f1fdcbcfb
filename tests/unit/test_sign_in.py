"""Who may in, for how long, and how they prove it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.clock import FixedClock
from dashboard.errors import AccessDenied, InputError
from dashboard.models import Actor, Role
from dashboard.sign_in import IDLE, LONGEST, PIN_LOCK, PIN_TRIES, SignIn, Standing, read_rules
from dashboard.store import Store
from dashboard.store.vault import Vault, make_key

RULES = read_rules({Role.OPS: "ann@example.com, group:counter", Role.ADMIN: "group:admins", Role.FINANCE: ""})
CLAIMS = {"iss": "https://id.example.com", "sub": "1", "iat": 100, "email": "ann@example.com"}
ANN = Actor("ann@example.com", frozenset({Role.OPS}))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Iterator[Store]:
    opened = Store.open(tmp_path / "desk.db", Vault([make_key()]), clock)
    yield opened
    opened.close()


@pytest.fixture
def sign_in(store: Store, clock: FixedClock) -> SignIn:
    return SignIn(store.people, store.trail, clock, RULES)


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({"email": "ANN@example.com"}, {Role.OPS}),
        ({"email": "bob@example.com", "groups": ["counter", "admins"]}, {Role.OPS, Role.ADMIN}),
        ({"email": "ann@example.com", "email_verified": True}, {Role.OPS}),
    ],
)
def test_roles_come_from_the_address_or_the_groups(
    sign_in: SignIn, claims: dict[str, object], roles: set[Role]
) -> None:
    assert sign_in.identify({"sub": "1", **claims}).roles == roles


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "eve@example.com"},
        {"email": "ann@example.com", "email_verified": False},
        {"email": "group:admins"},
        {"email": ["ann@example.com"]},
        {"email": "x@example.com", "groups": "admins"},
        {},
    ],
)
def test_who_has_no_role_gets_nowhere(sign_in: SignIn, claims: dict[str, object]) -> None:
    with pytest.raises(AccessDenied):
        sign_in.identify({"sub": "9", **claims})


def test_a_visit_ends_after_a_quarter_of_an_hour_without_a_hand(sign_in: SignIn, clock: FixedClock) -> None:
    assert sign_in.visit(ANN, CLAIMS, active=True) is Standing.OPEN
    clock.move(IDLE - timedelta(seconds=1))
    assert sign_in.visit(ANN, CLAIMS, active=False) is Standing.OPEN
    clock.move(timedelta(seconds=1))
    assert sign_in.visit(ANN, CLAIMS, active=False) is Standing.IDLE
    assert sign_in.visit(ANN, CLAIMS, active=True) is Standing.ENDED, "the old cookie opens nothing any more"
    assert sign_in.visit(ANN, {**CLAIMS, "iat": 200}, active=True) is Standing.OPEN, "a new sign-in does"


def test_a_hand_on_the_page_keeps_the_visit_but_not_beyond_a_shift(sign_in: SignIn, clock: FixedClock) -> None:
    for _ in range(int(LONGEST / timedelta(minutes=10))):
        assert sign_in.visit(ANN, CLAIMS, active=True) is Standing.OPEN
        clock.move(timedelta(minutes=10))
    assert sign_in.visit(ANN, CLAIMS, active=True) is Standing.EXPIRED


def test_signing_out_ends_the_visit_for_good(sign_in: SignIn, store: Store) -> None:
    sign_in.visit(ANN, CLAIMS, active=True)
    sign_in.leave(ANN, CLAIMS)
    assert sign_in.visit(ANN, CLAIMS, active=True) is Standing.ENDED
    assert [row.action for row in store.trail.read()] == ["sign_out", "sign_in"]


@pytest.mark.parametrize("pin", ["1234", "123456", "987654", "111111", "12ab56", "112112", "1" * 13, ""])
def test_a_pin_that_is_easy_is_refused(sign_in: SignIn, pin: str) -> None:
    with pytest.raises(InputError):
        sign_in.set_pin(ANN, pin)


def test_the_right_pin_proves_and_the_wrong_one_locks(sign_in: SignIn, clock: FixedClock, store: Store) -> None:
    sign_in.set_pin(ANN, "405162")
    sign_in.prove(ANN, "405162")
    for _ in range(PIN_TRIES):
        with pytest.raises(AccessDenied):
            sign_in.prove(ANN, "405163")
    with pytest.raises(AccessDenied, match="locked"):
        sign_in.prove(ANN, "405162")
    clock.move(PIN_LOCK)
    sign_in.prove(ANN, "405162")
    assert all("405162" not in str(row.facts) for row in store.trail.read())
    kept = next(iter(store.database.handle.query("SELECT * FROM pin")))
    assert b"405162" not in kept["digest"] + kept["salt"]


def test_without_a_pin_nothing_is_proved(sign_in: SignIn) -> None:
    assert not sign_in.has_pin(ANN)
    with pytest.raises(AccessDenied):
        sign_in.prove(ANN, "405162")

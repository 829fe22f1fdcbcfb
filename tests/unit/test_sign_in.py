"""Who may in, for how long, and how they prove it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, Role
from dashboard.staff.access import Permission, can, is_proved, require, with_debits
from dashboard.staff.sign_in import (
    IDLE,
    LONGEST,
    PIN_LOCK,
    PIN_TRIES,
    PROVED_FOR,
    SessionState,
    SignIn,
    read_rules,
    subject_of,
)
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.staff import OWASP, StaffTable, Visit, digest_pin
from tests.empty_desks import open_store
from tests.machine import CHEAP

RULES = read_rules({Role.OPS: "ann@example.com, group:counter", Role.ADMIN: "group:admins", Role.FINANCE: ""})
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
ISSUED = int(NINE.timestamp())
CLAIMS = {
    "iss": "https://id.example.com",
    "sub": "1",
    "iat": ISSUED,
    "auth_time": ISSUED,
    "email": "ann@example.com",
    "email_verified": True,
}
ANN = Actor("ann@example.com", frozenset({Role.OPS}))
FRESH = replace(ANN, proved_until=NINE + PROVED_FOR)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NINE)


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Iterator[Store]:
    opened = open_store(tmp_path / "desk.db", Vault([make_key()]), clock)
    yield opened
    opened.close()


@pytest.fixture
def sign_in(store: Store, clock: FixedClock) -> SignIn:
    return SignIn(StaffTable(store.database, CHEAP), store.trail, clock, RULES)


def test_a_visit_ends_after_a_quarter_of_an_hour_without_a_hand(sign_in: SignIn, clock: FixedClock) -> None:
    assert sign_in.visit(ANN, CLAIMS, active=True) is SessionState.OPEN
    clock.move(IDLE - timedelta(seconds=1))
    assert sign_in.visit(ANN, CLAIMS, active=False) is SessionState.OPEN
    clock.move(timedelta(seconds=1))
    assert sign_in.visit(ANN, CLAIMS, active=False) is SessionState.IDLE
    assert sign_in.visit(ANN, CLAIMS, active=True) is SessionState.IDLE, "the old cookie opens nothing any more"
    assert sign_in.visit(ANN, {**CLAIMS, "iat": ISSUED + 900}, active=True) is SessionState.OPEN, "a new sign-in does"


def test_a_hand_on_the_page_keeps_the_visit_but_not_beyond_a_shift(sign_in: SignIn, clock: FixedClock) -> None:
    for _ in range(int(LONGEST / timedelta(minutes=10))):
        assert sign_in.visit(ANN, CLAIMS, active=True) is SessionState.OPEN
        clock.move(timedelta(minutes=10))
    assert sign_in.visit(ANN, CLAIMS, active=True) is SessionState.EXPIRED


def test_signing_out_ends_the_visit_for_good(sign_in: SignIn, store: Store) -> None:
    sign_in.visit(ANN, CLAIMS, active=True)
    sign_in.leave(ANN, CLAIMS)
    assert sign_in.visit(ANN, CLAIMS, active=True) is SessionState.ENDED
    assert [row.action for row in store.trail.read()] == ["sign_out", "sign_in"]


@pytest.mark.parametrize("claims", [CLAIMS, {**CLAIMS, "email": "bob@example.com"}], ids=["staff", "no role"])
@pytest.mark.parametrize("page_before", [True, False])
def test_the_address_that_signs_out_ends_the_visit_of_whoever_opens_it(
    sign_in: SignIn, store: Store, claims: dict[str, object], page_before: bool
) -> None:
    actor = Actor(str(claims["email"]), frozenset())
    if page_before:
        sign_in.visit(actor, claims, active=True)
    sign_in.leave_by_address(claims, "192.0.2.9")
    assert sign_in.visit(actor, claims, active=True) is SessionState.ENDED
    left = store.trail.read()[0]
    assert (left.action, left.actor, left.address) == ("sign_out", claims["email"], "192.0.2.9")


def test_the_address_that_signs_out_does_nothing_where_nobody_is_signed_in(sign_in: SignIn, store: Store) -> None:
    sign_in.leave_by_address({}, "192.0.2.9")
    assert store.trail.read() == []


@pytest.mark.parametrize("pin", ["1234", "123456", "987654", "111111", "12ab56", "112112", "1" * 13, ""])
def test_a_pin_that_is_easy_is_refused(sign_in: SignIn, pin: str) -> None:
    with pytest.raises(InputError):
        sign_in.set_pin(FRESH, pin)


def test_the_right_pin_proves_and_the_wrong_one_locks(sign_in: SignIn, clock: FixedClock, store: Store) -> None:
    sign_in.set_pin(FRESH, "405162")
    assert sign_in.prove(ANN, "405162").proved_until == NINE + PROVED_FOR
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


def test_who_is_in_is_named_with_their_roles_and_address_and_proved_for_some_minutes(
    sign_in: SignIn, clock: FixedClock
) -> None:
    ann = sign_in.enter(CLAIMS, "192.0.2.7", active=True)
    assert (ann.name, ann.roles, ann.address) == ("ann@example.com", frozenset({Role.OPS}), "192.0.2.7")
    assert is_proved(ann, clock.real())
    clock.move(PROVED_FOR)
    assert not is_proved(sign_in.enter(CLAIMS, active=True), clock.real())


@pytest.mark.parametrize(
    ("away", "code"), [(IDLE, "idle"), (LONGEST, "expired")], ids=["after 15 minutes", "after 12 hours"]
)
def test_who_comes_back_too_late_is_told_why_and_what_to_do(
    sign_in: SignIn, clock: FixedClock, away: timedelta, code: str
) -> None:
    sign_in.enter(CLAIMS, active=True)
    clock.move(away)
    with pytest.raises(AccessDenied) as refused:
        sign_in.enter(CLAIMS, active=True)
    assert refused.value.code == code
    assert refused.value.action == "Sign in again."
    with pytest.raises(AccessDenied) as refused:
        sign_in.enter(CLAIMS, active=True)
    assert refused.value.code == code, "it stays shut, and goes on saying why"


def test_a_cookie_that_is_first_shown_after_a_shift_opens_nothing(sign_in: SignIn) -> None:
    old = {**CLAIMS, "iat": ISSUED - int(LONGEST.total_seconds())}
    assert sign_in.visit(ANN, old, active=True) is SessionState.EXPIRED


@pytest.mark.parametrize("issued", [None, "yesterday", True, ISSUED + 300, float(ISSUED)])
def test_a_time_of_issue_that_says_nothing_or_lies_ahead_counts_as_now(sign_in: SignIn, issued: object) -> None:
    sign_in.enter({**CLAIMS, "iat": issued}, active=True)
    assert sign_in.ends({**CLAIMS, "iat": issued}) == (NINE, NINE + LONGEST)


def test_a_time_before_all_time_is_old_and_not_an_error(sign_in: SignIn) -> None:
    assert sign_in.visit(ANN, {**CLAIMS, "iat": -1e12}, active=True) is SessionState.EXPIRED


@pytest.mark.parametrize("said", [None, ISSUED - 3600, ISSUED + 3600, "now", True, -1, 1e300, float("nan")])
def test_a_provider_that_does_not_say_that_it_has_just_asked_has_proved_nothing(
    sign_in: SignIn, clock: FixedClock, said: object
) -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "auth_time"}
    ann = sign_in.enter(claims if said is None else {**claims, "auth_time": said}, active=True)
    assert not is_proved(ann, clock.real())


def test_a_provider_whose_clock_is_a_little_ahead_proves_no_longer_for_it(sign_in: SignIn, clock: FixedClock) -> None:
    ann = sign_in.enter({**CLAIMS, "auth_time": ISSUED + 30}, active=True)
    assert ann.proved_until == NINE + PROVED_FOR


def test_whether_the_provider_can_prove_anybody_is_known_from_the_last_sign_in(sign_in: SignIn) -> None:
    assert sign_in.proves_by_sign_in() is None
    sign_in.enter(CLAIMS, active=True)
    assert sign_in.proves_by_sign_in() is True
    sign_in._clock.move(timedelta(minutes=1))  # type: ignore[attr-defined]  # the test's clock
    sign_in.enter({name: v for name, v in CLAIMS.items() if name != "auth_time"} | {"iat": ISSUED + 60}, active=True)
    assert sign_in.proves_by_sign_in() is False


END = [(timedelta(), "ended"), (IDLE, "idle"), (LONGEST, "expired")]


@pytest.mark.parametrize(("away", "code"), END)
def test_an_actor_that_a_page_kept_may_do_nothing_once_the_visit_is_over(
    sign_in: SignIn, clock: FixedClock, away: timedelta, code: str
) -> None:
    ann = sign_in.enter(CLAIMS, active=True)
    assert can(ann, Permission.VIEW_CUSTOMERS) and sign_in.is_open(CLAIMS)
    if away:
        clock.move(away)
    else:
        sign_in.leave(ann, CLAIMS)
    assert not sign_in.is_open(CLAIMS)
    for permission in Permission:
        assert not can(ann, permission)
        with pytest.raises(AccessDenied) as refused:
            require(ann, permission)
        assert refused.value.code == code
    assert not can(with_debits(ann, {Role.OPS}), Permission.CREATE_DEBIT)


def test_nobody_is_in_by_no_identity_or_without_a_role(sign_in: SignIn) -> None:
    assert not sign_in.is_open({})
    eve = {**CLAIMS, "sub": "7", "email": "eve@example.com"}
    with pytest.raises(AccessDenied):
        sign_in.enter(eve, active=True)
    assert not sign_in.is_open(eve)


def test_a_locked_pin_says_until_when_in_the_business_zone(store: Store, clock: FixedClock) -> None:
    sign_in = SignIn(store.people, store.trail, clock, RULES, ZoneInfo("America/New_York"))
    sign_in.set_pin(FRESH, "405162")
    for _ in range(PIN_TRIES):
        with pytest.raises(AccessDenied):
            sign_in.prove(ANN, "405163")
    with pytest.raises(AccessDenied) as refused:
        sign_in.prove(ANN, "405162")
    assert "04:15 EST" in refused.value.action  # 9:15 in UTC


def test_an_empty_field_is_no_try(sign_in: SignIn, store: Store) -> None:
    sign_in.set_pin(FRESH, "405162")
    for _ in range(PIN_TRIES + 1):
        with pytest.raises(AccessDenied, match="No PIN was given"):
            sign_in.prove(ANN, "")
    assert sign_in.prove(ANN, "405162")
    assert "pin.wrong" not in [row.action for row in store.trail.read()]


def test_a_sign_in_that_is_not_known_has_no_end(sign_in: SignIn) -> None:
    assert sign_in.ends(CLAIMS) is None


def test_leaving_without_a_visit_says_nothing(sign_in: SignIn, store: Store) -> None:
    sign_in.leave(ANN, CLAIMS)
    assert store.trail.read() == []


def test_nobody_is_named_by_an_address_that_is_not_known_to_be_theirs(sign_in: SignIn) -> None:
    claims = {"iss": "https://id.example.com", "sub": "9", "email": "ann@example.com", "email_verified": False}
    actor = sign_in.identify({**claims, "groups": ["counter"]})
    assert actor.name == "subject 9 of https://id.example.com"
    with pytest.raises(AccessDenied, match="This identity has no role"):
        sign_in.identify({"groups": ["counter"]})


def test_a_page_that_was_left_open_sets_no_pin(sign_in: SignIn, clock: FixedClock) -> None:
    with pytest.raises(AccessDenied) as refused:
        sign_in.set_pin(ANN, "405162")
    assert refused.value.code == "proof"
    clock.move(PROVED_FOR)
    with pytest.raises(AccessDenied):
        sign_in.set_pin(FRESH, "405162")
    assert not sign_in.has_pin(ANN)


def test_the_pin_so_far_proves_for_a_new_one(sign_in: SignIn) -> None:
    sign_in.set_pin(FRESH, "405162")
    sign_in.set_pin(sign_in.prove(ANN, "405162"), "816253")
    assert sign_in.has_pin(ANN)
    with pytest.raises(AccessDenied):
        sign_in.prove(ANN, "405162")
    assert sign_in.prove(ANN, "816253")


def test_a_pin_is_hashed_at_owasps_floor_for_scrypt(store: Store, clock: FixedClock) -> None:
    assert (OWASP.n, OWASP.r, OWASP.p) == (2**15, 8, 3)
    SignIn(store.people, store.trail, clock, RULES).set_pin(FRESH, "405162")
    (kept,) = store.database.handle.query("SELECT salt, digest FROM pin")
    assert kept["digest"] == digest_pin("405162", kept["salt"], OWASP)
    assert len(kept["salt"]) == 16


def test_each_persons_pin_is_their_own(sign_in: SignIn) -> None:
    sign_in.set_pin(FRESH, "405162")
    with pytest.raises(AccessDenied):
        sign_in.prove(Actor("bob@example.com", frozenset({Role.OPS})), "405162")


def test_who_is_turned_away_is_on_record_once(sign_in: SignIn, store: Store) -> None:
    eve = {**CLAIMS, "sub": "7", "email": "eve@example.com"}
    for claims in (eve, eve, {}):
        with pytest.raises(AccessDenied, match="has no role"):
            sign_in.enter(claims, "192.0.2.9", active=True)
    assert [(row.actor, row.action, row.address) for row in store.trail.read()] == [
        ("eve@example.com", "sign_in.refused", "192.0.2.9")
    ]


def test_looking_again_writes_nothing(sign_in: SignIn, store: Store) -> None:
    sign_in.enter(CLAIMS, active=True)
    before = store.database.handle.conn.total_changes
    sign_in.enter(CLAIMS, active=False)
    sign_in.enter(CLAIMS, active=True)
    assert store.database.handle.conn.total_changes == before


def test_two_tabs_that_open_at_once_are_one_sign_in(store: Store, clock: FixedClock) -> None:
    class Late(StaffTable):
        """The other tab writes its row between this one's look and its write."""

        looks = 0

        def visit(self, id: str) -> Visit | None:
            self.looks += 1
            if self.looks == 1:
                SignIn(store.people, store.trail, clock, RULES).enter(CLAIMS, active=True)
                return None
            return super().visit(id)

    SignIn(Late(store.database), store.trail, clock, RULES).enter(CLAIMS, active=True)
    assert [row.action for row in store.trail.read()] == ["sign_in"]


def test_a_sign_in_whose_row_is_gone_is_over(store: Store, clock: FixedClock) -> None:
    class Cleared(StaffTable):
        """Rows that a clean-up removes at once."""

        def visit(self, id: str) -> Visit | None:
            return None

    assert (
        SignIn(Cleared(store.database), store.trail, clock, RULES).visit(ANN, CLAIMS, active=True) is SessionState.ENDED
    )


def test_a_visit_that_nobody_made_is_over(sign_in: SignIn) -> None:
    over = sign_in.why_over("a visit that retention has let go")
    assert over is not None and over.code == "ended"


def test_a_subject_is_one_providers_and_stays_where_an_address_changes() -> None:
    claims = {"iss": "https://id.example.com", "sub": "u-1", "email": "ann@example.com"}
    assert subject_of(claims) == subject_of({**claims, "email": "ann@example.org"})
    assert len({subject_of(claims), subject_of({**claims, "sub": "u-2"}), subject_of({**claims, "iss": "x"})}) == 3
    assert subject_of({"iss": "https://id.example.com"}) == "", "without a subject nobody is told apart by it"

"""A match is proposed, confirmed, rejected, undone; nothing is matched twice; what is unmatched says what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, Role
from dashboard.settings import Settings
from dashboard.statements import Statements
from dashboard.statements.matching import PayoutMatching
from dashboard.statements.overview import Overview
from dashboard.store import Store
from dashboard.store.engine.dialect import IntegrityError
from tests import statement_files as files
from tests.payout_lines import keep_lines, make_history
from tests.steps import count_steps

FRED = Actor("fred", frozenset({Role.FINANCE}))
UTA = Actor("uta", frozenset({Role.AUDITOR}))
TRACES = {"2026-11-24": "091000012760001", "2026-11-19": "091000012760004"}


def payout_object(id: str, day: str, amount: int, trace: str | None = None, status: str = "paid") -> dict[str, Any]:
    """A payout as Stripe has it."""
    arrival = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    return {
        "id": id,
        "object": "payout",
        "created": arrival - 172_800,
        "arrival_date": arrival,
        "amount": amount,
        "currency": "usd",
        "status": status,
        "automatic": True,
        "reconciliation_status": "completed",
        "trace_id": {"status": "supported" if trace else "pending", "value": trace},
    }


def pay_out(store: Store, id: str, day: str, amount: int, **more: Any) -> None:
    store.projection.apply("payouts", [payout_object(id, day, amount, **more)])


@pytest.fixture
def matching(store: Store, clock: FixedClock, settings: Settings) -> PayoutMatching:
    """A statement of Chase, and the payouts of its lines: two with their trace numbers, and twins."""
    Statements(store, clock).take(FRED, files.banks()["chase"], account="Operating")
    for number, (day, cents) in enumerate(files.MOVED):
        pay_out(store, f"po_{number}", day, cents, trace=TRACES.get(day))
    return PayoutMatching(store, clock, settings)


def keys(found: Overview, how: str = "") -> list[str]:
    return [one.key for one in found.candidates if not how or one.proposal.how == how]


def test_the_trace_the_twins_and_what_is_left_are_told_apart(matching: PayoutMatching) -> None:
    found = matching.overview(FRED)
    assert sorted((one.proposal.how.value, one.cents) for one in found.candidates) == [
        ("trace", -21_250),
        ("trace", 423_782),
        ("twins", 300_000),
    ]
    assert found.waiting == () and found.matched == 0
    (loose,) = found.loose
    assert loose.line.cents == 7_700 and loose.step.startswith("Look for a payout of this amount")
    assert all("SOMEBODY ELSE" not in line.text for one in found.candidates for line in one.lines)


def test_what_is_confirmed_is_matched_once_and_undone_as_easily(matching: PayoutMatching, store: Store) -> None:
    assert matching.confirm(FRED, keys(matching.overview(FRED))) == 3
    found = matching.overview(FRED)
    assert (found.candidates, found.matched) == ((), 4)
    rows = matching.matched(FRED)
    assert {row["cents"] for row in rows} == {-21_250, 423_782, 300_000} and {row["made_by"] for row in rows} == {
        "fred"
    }
    assert [row["text"][:20] for row in matching.at_bank(FRED, "po_3")] == ["ORIG CO NAME:STRIPE "]
    twins = next(row for row in rows if row["how"] == "twins")
    matching.undo(FRED, twins["id"])
    assert [one.proposal.how.value for one in matching.overview(FRED).candidates] == ["twins"]
    with pytest.raises(InputError, match="undone already"):
        matching.undo(FRED, twins["id"])
    actions = [row["action"] for row in store.database.handle.query("SELECT action FROM audit ORDER BY seq")]
    assert actions[-4:] == [*["payout.matched"] * 3, "payout.match_withdrawn"]


def test_what_is_rejected_is_never_proposed_again(matching: PayoutMatching) -> None:
    assert matching.reject(FRED, keys(matching.overview(FRED))) == 3
    found = matching.overview(FRED)
    assert found.candidates == () and len(found.waiting) == 4 and len(found.loose) == 5


def test_what_no_rule_proposes_is_matched_by_hand_to_the_cent(matching: PayoutMatching, store: Store) -> None:
    pay_out(store, "po_9", "2026-11-16", 423_782)
    (other,) = [one for one in matching.lines_of_amount(FRED, 423_782, "usd") if "SOMEBODY" in one.line.text]
    loose = matching.overview(FRED).loose[0].line.id
    with pytest.raises(InputError, match="differ by"):
        matching.match_by_hand(FRED, [loose], ["po_9"])
    for lines, payouts in (([], ["po_9"]), ([loose], [])):
        with pytest.raises(InputError, match="at least one line and one payout"):
            matching.match_by_hand(FRED, lines, payouts)
    matching.match_by_hand(FRED, [other.line.id], ["po_9"])
    with pytest.raises(InputError, match="matched meanwhile"):
        matching.match_by_hand(FRED, [other.line.id], ["po_9"])
    (row,) = matching.matched(FRED)
    assert (row["how"], row["cents"], row["made_by"]) == ("by_hand", 423_782, "fred")


def test_what_was_worked_out_is_worked_out_anew_when_anything_changes(
    matching: PayoutMatching, store: Store, clock: FixedClock
) -> None:
    first = matching.overview(FRED)
    assert matching.overview(FRED) is first
    pay_out(store, "po_3", "2026-11-24", 423_782, trace="091000012760001", status="failed")
    second = matching.overview(FRED)
    assert second is not first and len(second.certain) == 1
    clock.move(timedelta(days=1))
    assert matching.overview(FRED) is not second


def test_a_second_look_at_a_thousand_lines_costs_next_to_nothing(
    store: Store, clock: FixedClock, settings: Settings
) -> None:
    history = make_history(3, 500, others=500, per_day=3)
    keep_lines(store, history.lines)
    paid = [payout_object(one.id, one.arrival.isoformat(), one.cents, one.trace) for one in history.payouts]
    store.projection.apply("payouts", paid)
    matching = PayoutMatching(store, clock, settings)
    found = matching.overview(FRED)
    assert len(found.certain) > 400
    again = []
    assert count_steps(lambda: again.append(matching.overview(FRED))) < 5_000
    assert again == [found] and again[0] is found


def test_a_proposal_that_has_changed_is_not_confirmed(matching: PayoutMatching, store: Store) -> None:
    (twins,) = keys(matching.overview(FRED), "twins")
    pay_out(store, "po_9", "2026-11-20", 150_000)
    with pytest.raises(InputError, match="not there any more"):
        matching.confirm(FRED, [twins])
    with pytest.raises(InputError, match="No proposal is chosen"):
        matching.confirm(FRED, [])
    assert matching.overview(FRED).matched == 0


def test_the_database_holds_that_a_part_is_in_one_match(matching: PayoutMatching, store: Store) -> None:
    (one, *_) = matching.overview(FRED).candidates
    matching.confirm(FRED, [one.key])
    values = {**store.payout_matches.get(matching.matched(FRED)[0]["id"]), "id": "match_2"}  # type: ignore[dict-item]
    with pytest.raises(IntegrityError):
        store.payout_matches.add(values, [(one.lines[0].id, 1)], [], live=True)


@pytest.mark.parametrize("allowed", [True, False])
def test_only_a_trace_number_confirms_by_itself_and_only_where_a_setting_allows_it(
    matching: PayoutMatching, store: Store, clock: FixedClock, settings: Settings, allowed: bool
) -> None:
    rules = PayoutMatching(store, clock, replace(settings, match_certain=allowed))
    assert rules.confirm_certain(FRED) == (2 if allowed else 0)
    assert {row["how"] for row in rules.matched(FRED)} == ({"trace"} if allowed else set())
    assert {row["made_by"] for row in rules.matched(FRED)} == ({"ach-desk"} if allowed else set())


def test_a_payout_that_stripe_has_not_seen_arrive_is_in_transit(matching: PayoutMatching, store: Store) -> None:
    pay_out(store, "po_7", "2026-11-25", 1_234, status="in_transit")
    pay_out(store, "po_8", "2026-11-27", 10_000, status="pending")
    pay_out(store, "po_9", "2026-11-27", 99, status="canceled")
    found = matching.overview(FRED)
    assert found.in_transit == {"usd": 11_234} and len(found.on_their_way) == 2
    assert {one.step for one in found.waiting} == {"It is on its way."}


def test_a_payout_that_no_statement_reaches_is_neither_in_transit_nor_missing(
    matching: PayoutMatching, store: Store, clock: FixedClock
) -> None:
    pay_out(store, "po_9", "2026-11-27", 700)
    clock.move(timedelta(days=60))
    found = matching.overview(FRED)
    assert [one.payout.id for one in found.unreached] == ["po_9"]
    assert found.in_transit == {} and "po_9" not in {one.payout.id for one in (*found.missing, *found.unmatched)}


def test_a_payout_that_is_missing_ten_business_days_has_a_letter_to_the_bank(
    matching: PayoutMatching, store: Store, clock: FixedClock
) -> None:
    pay_out(store, "po_9", "2026-11-18", 55_500, trace="091000019999999")
    clock.move(timedelta(days=14))
    (missing,) = matching.overview(FRED).missing
    assert missing.payout.id == "po_9" and missing.age == 13 and missing.step.startswith("Write to the bank")
    letter = matching.letter(FRED, "po_9")
    assert "$555.00" in letter and "091000019999999" in letter and "2026-11-18" in letter
    with pytest.raises(InputError, match="There is no such payout"):
        matching.letter(FRED, "po_none")


def test_who_looks_may_not_decide(matching: PayoutMatching) -> None:
    found = matching.overview(UTA)
    for act in (matching.confirm, matching.reject):
        with pytest.raises(AccessDenied, match="match payouts"):
            act(UTA, keys(found))


def test_the_trail_says_what_was_matched_and_how(matching: PayoutMatching, store: Store) -> None:
    matching.confirm(FRED, keys(matching.overview(FRED), "twins"))
    row = next(iter(store.database.handle.query("SELECT facts FROM audit WHERE action = 'payout.matched'")))
    assert json.loads(row["facts"]) == {"how": "twins", "payouts": "po_1, po_2", "lines": 2, "cents": 300_000}

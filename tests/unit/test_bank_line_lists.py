"""Bank lines as a list: every filter, order, place and sum is plain Python's, also while others match and import."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.line_filter import LineFilter, LineStatus, Way
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, Role
from dashboard.domain.payout_matching import BankLine
from dashboard.settings import Settings
from dashboard.statements.lists import LineLists, LineRow
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.statements.keys import write_line_keys
from tests.payout_lines import as_rows, keep_lines, make_history
from tests.unit.test_payout_matches import payout_object

FRED = Actor("fred", frozenset({Role.FINANCE}))
ODD = BankLine("odd", date(2024, 3, 1), -1_234_50, "usd", "Müller & Söhne ＲＥＮＴ", "INV-77")

LOOSE = BankLine("loose", date(2024, 1, 20), 77_777, "usd", "STRIPE DES:TRANSFER ID:ST-X9Y9Z9A9B9C9")


@pytest.fixture
def matching(store: Store, clock: FixedClock, settings: Settings) -> PayoutMatching:
    """A history of two accounts, half of its certain matches confirmed."""
    history = make_history(5, 40, others=30)
    keep_lines(store, history.lines[:60], "Chase")
    keep_lines(store, [*history.lines[60:], ODD, LOOSE], "Wells")
    paid = [payout_object(one.id, one.arrival.isoformat(), one.cents, one.trace) for one in history.payouts]
    store.projection.apply("payouts", paid)
    made = PayoutMatching(store, clock, settings)
    made.confirm(FRED, [one.key for one in made.overview(FRED).certain[::2]])
    return made


@pytest.fixture
def lists(store: Store, clock: FixedClock, matching: PayoutMatching) -> LineLists:
    return LineLists(store, clock, matching)


def read(lists: LineLists, order: ListOrder[LineFilter], mark: str = "", piece: int = 7) -> list[LineRow]:
    """A whole list, piece by piece."""
    found = lists.block(FRED, order, start=0, size=piece, mark=mark)
    rows = list(found.rows)
    while len(rows) < found.total:
        rows += lists.block(FRED, order, start=len(rows), size=piece, mark=found.mark).rows
    return [row for row in rows if row is not None]


def is_one_of(*statuses: LineStatus) -> Callable[[LineRow], bool]:
    return lambda one: one.finding.status in statuses


MARCH, MAY = date(2024, 1, 5), date(2024, 1, 25)
FILTERS: list[tuple[LineFilter, Callable[[LineRow], bool]]] = [
    (LineFilter(), lambda one: True),
    *((LineFilter(statuses=(status,)), is_one_of(status)) for status in LineStatus),
    (
        LineFilter(statuses=(LineStatus.MATCHED, LineStatus.OTHER)),
        is_one_of(LineStatus.MATCHED, LineStatus.OTHER),
    ),
    (LineFilter(account="Wells"), lambda one: one.kept.account == "Wells"),
    (LineFilter(posted_from=MARCH, posted_to=MAY), lambda one: MARCH <= one.kept.line.posted_on <= MAY),
    (LineFilter(way=Way.OUT), lambda one: one.kept.line.cents < 0),
    (
        LineFilter(amount_min=100_000, amount_max=9_000_000),
        lambda one: 100_000 <= abs(one.kept.line.cents) <= 9_000_000,
    ),
    (LineFilter(text="muller rent"), lambda one: one.kept.line.id == "odd"),
    (LineFilter(text="inv-77"), lambda one: one.kept.line.id == "odd"),
    (LineFilter(text="$1,234.50"), lambda one: abs(one.kept.line.cents) == 123_450),
    (LineFilter(text="capital"), lambda one: "CAPITAL" in one.kept.line.text),
]


@pytest.mark.parametrize("sort", ["posted", "amount", "text", "reference", "account"])
def test_every_filter_and_order_has_the_rows_of_plain_python(lists: LineLists, sort: str) -> None:
    everyone = read(lists, ListOrder(LineFilter(), "posted"), piece=200)
    assert len(everyone) == 71 and {one.finding.status for one in everyone} == set(LineStatus)
    names = {"posted": "posted_on", "amount": "cents"}
    for wanted, holds in FILTERS:
        for descending in (True, False):
            found = read(lists, ListOrder(wanted, sort, descending))
            assert found and {one.kept.line.id for one in found} == {one.kept.line.id for one in everyone if holds(one)}
            keys = [getattr(one.kept if sort == "account" else one.kept.line, names.get(sort, sort)) for one in found]
            assert keys == sorted(keys, reverse=descending)
        tally = lists.tally(FRED, wanted)
        assert (tally.count, tally.amounts["usd"]) == (len(found), sum(one.kept.line.cents for one in found))


@pytest.mark.parametrize("seed", range(6))
def test_no_line_is_twice_or_missing_while_others_match_undo_and_import(
    lists: LineLists, matching: PayoutMatching, store: Store, seed: int
) -> None:
    """What a list showed when it began, at the same places to its end; each row as it is when it is read."""
    dice = random.Random(seed)
    wanted = dice.choice(
        [LineFilter(), LineFilter(statuses=(LineStatus.PROPOSED, LineStatus.UNMATCHED)), LineFilter(way=Way.IN)]
    )
    order = ListOrder(wanted, dice.choice(lists.sorts), dice.random() < 0.5)
    began = [row.kept.line.id for row in read(lists, order)]
    first = lists.block(FRED, order, start=0, size=5)
    seen, fresh = list(first.rows), 0
    while len(seen) < first.total:
        there = matching.overview(FRED)
        if dice.random() < 0.5 and there.candidates:
            matching.confirm(FRED, [dice.choice(there.candidates).key])
        elif dice.random() < 0.5 and (confirmed := matching.matched(FRED)):
            matching.undo(FRED, dice.choice(confirmed)["id"])
        else:
            fresh += 1
            line = BankLine(f"new_{fresh}", date(2024, 1, 2) + timedelta(dice.randrange(60)), 5, "usd", "STRIPE X")
            store.statements.add_lines(as_rows([line], "Chase", "f-Chase"))
        found = lists.block(FRED, order, start=len(seen), size=5, mark=first.mark)
        assert found.total == len(began)
        seen += found.rows
    assert [row.kept.line.id for row in seen if row] == began
    now = {row.kept.line.id for row in read(lists, order)}
    assert lists.block(FRED, order, start=0, size=5, mark=first.mark).newer == len(now - set(began))
    assert lists.picked(FRED, order, first.mark, None).count == len(began)


def test_a_list_that_was_forgotten_goes_on_by_place(lists: LineLists, store: Store) -> None:
    order = ListOrder(LineFilter(), "posted")
    first = lists.block(FRED, order, start=0, size=5)
    forgotten = first.mark.partition(".")[0]
    store.statements.add_lines(as_rows([replace(ODD, id="late")], "Wells", "f-Wells"))
    again = lists.block(FRED, order, start=0, size=5, mark=forgotten)
    assert (again.rows, again.total, again.newer) == (first.rows, first.total, 1)
    assert lists.picked(FRED, order, forgotten, [(0, 3), (2, 4)]) == lists.picked(FRED, order, first.mark, [(0, 4)])


def test_lines_of_an_older_file_are_found(lists: LineLists, store: Store) -> None:
    store.database.handle.execute("UPDATE bank_line SET search_key = ''")
    wanted = LineFilter(text="muller rent")
    assert lists.tally(FRED, wanted).count == 0
    with store.transaction():
        write_line_keys(store.database.handle)
    assert lists.tally(FRED, wanted).count == 1


def test_picked_places_add_up_each_once(lists: LineLists) -> None:
    order = ListOrder(LineFilter(), "amount")
    mark = lists.block(FRED, order, start=0, size=1).mark
    rows = read(lists, order)
    found = lists.picked(FRED, order, mark, [(0, 3), (2, 5), (9, 9), (5_000, 6_000)])
    chosen = [*rows[:6], rows[9]]
    assert (found.count, found.amounts["usd"]) == (7, sum(one.kept.line.cents for one in chosen))
    assert lists.picked(FRED, order, mark, None) == lists.tally(FRED, order.wanted)


def test_a_line_tells_its_file_and_its_payouts(lists: LineLists, matching: PayoutMatching) -> None:
    matched = read(lists, ListOrder(LineFilter(statuses=(LineStatus.MATCHED,)), "posted"))[0]
    found = lists.get(FRED, matched.kept.line.id)
    assert found.row == matched and matched.kept.match is not None and matched.kept.match.made_by == "fred"
    assert [one.id for one in found.payouts] == list(matched.kept.match.payouts)
    assert (found.file_name, found.file_format, found.imported_by) == ("n", "csv", "fred")
    assert found.imported_at.tzinfo is not None
    proposed = read(lists, ListOrder(LineFilter(statuses=(LineStatus.PROPOSED,)), "posted"))[0]
    assert proposed.finding.candidate is not None
    assert lists.get(FRED, proposed.kept.line.id).payouts == proposed.finding.candidate.payouts
    with pytest.raises(InputError):
        lists.get(FRED, "nobody's")


def test_what_a_list_does_not_have_is_refused_and_a_copy_is_noted(lists: LineLists, store: Store) -> None:
    for order, start, size, mark in (
        (ListOrder(LineFilter(), "posted; DROP TABLE bank_line"), 0, 5, ""),
        (ListOrder(LineFilter(), "posted"), 0, 201, ""),
        (ListOrder(LineFilter(), "posted"), 0, 5, "1.x"),
        (ListOrder(LineFilter(text="x" * 201), "posted"), 0, 5, ""),
    ):
        with pytest.raises(InputError):
            lists.block(FRED, order, start=start, size=size, mark=mark)
    with pytest.raises(AccessDenied):
        lists.block(Actor("ops", frozenset({Role.OPS})), ListOrder(LineFilter(), "posted"), start=0, size=5)
    lists.note_copy(FRED, ListOrder(LineFilter(text="secret", account="Chase"), "posted"), 3)
    (row,) = store.trail.read("bank_lines")
    assert row.facts == {"rows": 3, "filter": "Bank lines: of Chase", "searched": True}


def test_an_address_says_a_filter_and_nothing_else_counts() -> None:
    query = {"text": "rent", "status": "unmatched,gone", "way": "up", "posted_from": "2026-11-01", "amount_min": "5"}
    found = LineFilter.from_query(query)
    assert found == LineFilter("rent", "", (LineStatus.UNMATCHED,), None, date(2026, 11, 1), None, 5, None)
    said = "Bank lines: Unmatched, posted 2026-11-01 to the last, amount from 0.05, containing “rent”"
    assert found.words() == said
    assert LineFilter().words() == "All bank lines" and LineFilter.from_query({}).is_empty

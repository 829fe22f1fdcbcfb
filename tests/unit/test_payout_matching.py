"""Payouts and bank lines are paired by passes that a person can read; nothing certain is ever wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dashboard.domain.business_days import add_business_days
from dashboard.domain.payout_matching import BankLine, ExpectedPayout, Pass, Proposal, known_other, propose
from tests.payout_lines import make_history
from tests.steps import count_steps

DAY = date(2026, 11, 24)  # a Tuesday; the 26th is Thanksgiving
TEXT = "STRIPE DES:TRANSFER ID:ST-A1B2C3D4E5F6 CO ID:1800948598 CCD"
LINE = BankLine("l1", DAY, 150_000, "usd", TEXT)
PAYOUT = ExpectedPayout("p1", DAY, 150_000, "usd")


def line(id: str, days: int = 0, cents: int = 150_000, text: str = TEXT) -> BankLine:
    """A line, posted business days after the 24th."""
    on = add_business_days(DAY, days) if days >= 0 else DAY + timedelta(days=days)
    return BankLine(id, on, cents, "usd", text)


def payout(id: str, days: int = 0, cents: int = 150_000, trace: str = "", *, failed: bool = False) -> ExpectedPayout:
    on = add_business_days(DAY, days) if days >= 0 else DAY + timedelta(days=days)
    return ExpectedPayout(id, on, cents, "usd", trace, failed)


def read(proposals: list[Proposal]) -> list[tuple[str, set[str], set[str]]]:
    return [(one.how.value, set(one.lines), set(one.payouts)) for one in proposals]


@pytest.mark.parametrize("traces", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_of_a_thousand_payouts_nearly_all_are_proposed_right_and_none_is_certain_and_wrong(
    traces: bool, seed: int
) -> None:
    history = make_history(seed, traces=traces)
    proposals = propose(history.lines, history.payouts)
    right, expected = history.right(proposals), history.expected()
    assert [one for one in proposals if one.certain and not set(one.payouts) <= right] == []
    assert len(right & expected) >= (0.99 if traces else 0.95) * len(expected)
    assert any(one.certain for one in proposals) is traces


def test_five_times_as_many_lines_and_payouts_take_about_five_times_as_long() -> None:
    """Measured: 10,000 lines and 5,000 payouts in 0.5 s. Comparing each with each would take 25 times as long."""
    small = make_history(7, 200, traces=False, others=200, per_day=3)
    large = make_history(7, 1_000, traces=False, others=1_000, per_day=3)
    taken = count_steps(lambda: propose(large.lines, large.payouts))
    assert taken < 10 * count_steps(lambda: propose(small.lines, small.payouts))
    right = large.right(propose(large.lines, large.payouts))
    assert len(right & large.expected()) > 0.95 * len(large.expected())


def test_lines_and_payouts_that_nothing_fits_end_within_the_budget() -> None:
    def misfits(many: int) -> tuple[list[BankLine], list[ExpectedPayout]]:
        lines = [line(f"l{number}", number % 40, 1_000_003 + 7 * number) for number in range(2 * many)]
        return lines, [payout(f"p{number}", number % 40, 1_000_000 + 11 * number) for number in range(many)]

    assert count_steps(lambda: propose(*misfits(500))) < 10 * count_steps(lambda: propose(*misfits(100)))


@given(
    some.lists(
        some.tuples(some.integers(-2, 6), some.sampled_from([100, 200, 300, -100]), some.booleans()), max_size=8
    ),
    some.lists(
        some.tuples(some.integers(-2, 6), some.sampled_from([100, 200, 300, -100]), some.booleans()), max_size=8
    ),
    some.sets(some.tuples(some.integers(0, 7), some.integers(0, 7)), max_size=10),
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_there_every_part_is_in_one_match_whose_cents_are_equal_and_no_rejected_pair_comes_again(
    lined: list[tuple[int, int, bool]], paid: list[tuple[int, int, bool]], refused: set[tuple[int, int]]
) -> None:
    lines = {f"l{n}": line(f"l{n}", *one[:2], TEXT if one[2] else "WIRE IN") for n, one in enumerate(lined)}
    payouts = {f"p{n}": payout(f"p{n}", *one[:2], failed=not one[2] and one[1] > 0) for n, one in enumerate(paid)}
    rejected = {(f"l{one}", f"p{other}") for one, other in refused}
    found = propose(lines.values(), payouts.values(), rejected)
    used = [id for one in found for id in (*one.lines, *one.payouts)]
    assert len(used) == len(set(used))
    for one in found:
        expected = sum(payouts[id].cents for id in one.payouts if not payouts[id].failed)
        assert sum(lines[id].cents for id in one.lines) == expected
        assert all("STRIPE" in lines[id].text for id in one.lines)
        if len(one.lines) == len(one.payouts) == 1:
            assert (one.lines[0], one.payouts[0]) not in rejected
    assert read(propose(lines.values(), payouts.values(), rejected)) == read(found), "the same each time"


TRACED = replace(LINE, text=f"{TEXT} TRACE#:091000012760001 EED:261124")


@pytest.mark.parametrize("trace", ["091000012760001", "91000012760001", " 091000012760001 "])
def test_a_trace_number_that_stands_in_the_line_is_certain(trace: str) -> None:
    (found,) = propose([TRACED, line("l2")], [payout("p1", 2, trace=trace)])
    assert found.certain and found.lines == ("l1",) and "is in the line" in found.why


@pytest.mark.parametrize(
    "traced",
    [
        payout("p1", trace="09100001276000"),  # a part of the word
        payout("p1", trace="60001"),  # too short
        payout("p1", trace="091000012760002"),
        payout("p1", 0, 150_001, "091000012760001"),  # another amount
        payout("p1", -40, trace="091000012760001"),  # weeks before
    ],
)
def test_a_trace_number_counts_as_a_whole_word_with_the_same_cents_only(traced: ExpectedPayout) -> None:
    assert not any(one.certain for one in propose([TRACED], [traced]))


def test_one_trace_of_two_payouts_or_in_two_lines_is_not_certain() -> None:
    twice = [payout("p1", trace="091000012760001"), payout("p2", trace="091000012760001")]
    assert not any(one.certain for one in propose([TRACED], twice))
    assert not any(one.certain for one in propose([TRACED, replace(TRACED, id="l2")], twice[:1]))


@pytest.mark.parametrize(
    ("days", "how"), [(-1, "one_to_one"), (0, "one_to_one"), (3, "one_to_one"), (4, "late"), (10, "late")]
)
def test_one_line_and_one_payout_of_an_amount_are_a_pair(days: int, how: str) -> None:
    assert read(propose([line("l1", days)], [PAYOUT])) == [(how, {"l1"}, {"p1"})]


@pytest.mark.parametrize(
    "other",
    [
        line("l1", 11),
        line("l1", -4),
        line("l1", cents=150_001),
        line("l1", cents=-150_000),
        line("l1", text="SOMEBODY ELSE DES:GRANT ID:998877 INDN:ACME"),
        line("l1", text="PINSTRIPES LLC"),
        line("l1", text="STRIPE CAPITAL DES:REPAYMENT"),
        replace(LINE, currency="cad"),
    ],
)
def test_another_day_amount_sign_sender_or_currency_is_no_pair(other: BankLine) -> None:
    assert propose([other], [PAYOUT]) == []


def test_stripes_id_with_its_first_digit_lost_is_stripes() -> None:
    text = "ORIG CO NAME:ACME VIA ST ORIG ID: 800948598 DESCR:TRANSFER"
    assert len(propose([line("l1", text=text)], [PAYOUT])) == 1


def test_a_negative_payout_is_the_debit_of_the_same_cents() -> None:
    assert read(propose([line("l1", cents=-21_250)], [payout("p1", cents=-21_250)])) == [("one_to_one", {"l1"}, {"p1"})]


def test_twins_are_one_group_and_never_pairs() -> None:
    both = [line("l1"), line("l2", 1)], [payout("p1"), payout("p2")]
    assert read(propose(*both)) == [("twins", {"l1", "l2"}, {"p1", "p2"})]
    assert propose([*both[0], line("l3")], both[1]) == [], "three lines for two payouts: a person looks"


def test_of_several_lines_the_one_of_the_very_day_is_proposed() -> None:
    assert read(propose([line("l1", 2)], [payout("p1", 0), payout("p2", 2)])) == [("exact_day", {"l1"}, {"p2"})]


def test_a_sum_is_proposed_where_only_one_choice_makes_it() -> None:
    parts = [payout("p1", cents=100), payout("p2", cents=250), payout("p3", cents=700)]
    assert read(propose([line("l1", cents=350)], parts)) == [("sum", {"l1"}, {"p1", "p2"})]
    assert propose([line("l1", cents=350)], [*parts, payout("p4", cents=250)]) == []
    split = [line("l1", cents=100), line("l2", 1, 250)]
    assert read(propose(split, [payout("p1", cents=350)])) == [("sum", {"l1", "l2"}, {"p1"})]


def test_a_payout_that_failed_is_its_credit_and_the_debit_that_took_it_back() -> None:
    lines = [line("l1"), line("l2", 2, -150_000, "STRIPE DES:RETURN ID:ST-A1B2C3D4E5F6")]
    (found,) = propose(lines, [payout("p1", failed=True)])
    assert (set(found.lines), found.payouts) == ({"l1", "l2"}, ("p1",)) and "went back" in found.why
    assert propose([line("l1")], [payout("p1", failed=True)]) == [], "a credit without its return is not explained"
    both = propose([*lines, line("l3")], [payout("p1", failed=True), payout("p2")])
    assert read(both) == [("twins", {"l1", "l2", "l3"}, {"p1", "p2"})]


def test_what_a_person_said_no_to_is_not_proposed_again() -> None:
    assert propose([LINE], [PAYOUT], {("l1", "p1")}) == []
    assert propose([TRACED], [payout("p1", trace="091000012760001")], {("l1", "p1")}) == []
    assert read(propose([LINE, line("l2")], [PAYOUT], {("l1", "p1")})) == [("one_to_one", {"l2"}, {"p1"})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STRIPE CAPITAL REPAYMENT", "Stripe Capital"),
        ("STRIPE DES:CAPITAL ID:ST-A1B2C3D4E5F6", "Stripe Capital"),
        ("STRIPE, INC. FEES", "Stripe's fees"),
        ("STRIPE DES:TOPUP ID:ST-A1B2C3D4E5F6", "Top-up of the Stripe balance"),
        ("STRIPE DES:TRANSFER INDN:CAPITAL PARTNERS LLC", ""),
        (TEXT, ""),
        ("CAPITAL ONE", ""),
    ],
)
def test_what_stripe_moves_beside_payouts_is_known_by_its_words(text: str, expected: str) -> None:
    assert known_other(line("l1", text=text)) == expected


def test_every_pass_has_its_words() -> None:
    assert all(one.words for one in Pass)

"""A search that cannot be meant is refused in words, wherever it is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.customers import Customers
from dashboard.customers.lists import CustomerFilter, CustomerLists
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.searches import AMOUNT, LONGEST, check_search, find_hits, search_key, search_words
from dashboard.store import Store

HALF = chr(0xD800)


@pytest.fixture
def customers(store: Store, clock: FixedClock) -> Customers:
    return Customers(store, clock)


@pytest.fixture
def lists(store: Store, clock: FixedClock) -> CustomerLists:
    return CustomerLists(store, clock)


@pytest.mark.parametrize("text", ["x" * (LONGEST + 1), f"Jenny {HALF}", HALF])
def test_a_search_that_is_too_long_or_no_text_is_refused(
    customers: Customers, lists: CustomerLists, actor: Actor, text: str
) -> None:
    searches: list[Callable[[], object]] = [
        lambda: check_search(text),
        lambda: customers.find(actor, text),
        lambda: lists.tally(actor, CustomerFilter(text)),
        lambda: list(customers.export(actor, text)),
    ]
    for search in searches:
        with pytest.raises(InputError, match="The search has") as refused:
            search()
        assert refused.value.action


def test_the_longest_search_is_answered(customers: Customers, actor: Actor) -> None:
    assert customers.find(actor, "x" * LONGEST) == []
    assert check_search("  Jenny ") == "Jenny"


def test_a_longer_search_in_an_address_is_refused_and_not_cut() -> None:
    wanted = PaymentFilter.from_query({"text": "x" * 500})
    with pytest.raises(InputError):
        check_search(wanted.text)


@pytest.mark.parametrize(
    "text",
    [
        *("zoe", "ZOË", "Zoë Lang", "lang zoe", "oë-lou", "ＬＡＮＧ", "zoe@exam", "EXAMPLE.com", "0’1", "0'1", "r-0"),
        *("stra", "strasse", "STRAẞE", "  lang   "),
    ],
)
def test_customers_are_found_inside_words_without_case_and_accents(
    customers: Customers, lists: CustomerLists, actor: Actor, text: str
) -> None:
    added = customers.add(actor, "Zoë-Lou Lang Straße", "zoe@example.com", "R-0'1")
    customers.add(actor, "Ben Lee", "ben@host.example", "B-2")
    assert customers.find(actor, text) == [added]
    assert lists.tally(actor, CustomerFilter(text)).count == 1
    assert len(list(customers.export(actor, text))) == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王", ["王小明"]),
        ("小明", ["王小明"]),
        ("さくら", ["田中さくら"]),
        ("ﾀﾅｶ", ["タナカ"]),
        ("김", ["김민수"]),
        ("민수", ["김민수"]),
        ("رضا", ["علی\u200cرضا"]),
        ("علیرضا", ["علی\u200cرضا"]),
        ("हिन्द", ["हिन्दी नाम"]),
        ("hindi", []),
        ("王 さ", []),
    ],
)
def test_names_of_every_script_are_found_by_one_letter_or_two(
    customers: Customers, actor: Actor, text: str, names: list[str]
) -> None:
    for place, name in enumerate(("王小明", "田中さくら", "タナカ", "김민수", "علی\u200cرضا", "हिन्दी नाम")):
        customers.add(actor, name, "a@b.example", f"C-{place}")
    assert [one.name for one in customers.find(actor, text)] == names


def test_a_customer_is_found_by_the_beginning_of_an_id(customers: Customers, store: Store, actor: Actor) -> None:
    added = customers.add(actor, "Jenny Rosen", "jenny@example.com", "C-1")
    store.customers.decide(added.id, "cus_NffrFeUfNV2Hib", added.created_at)
    for text in (added.id, added.id[:12].upper(), "cus_nffr", "cus_NffrFeUfNV2Hib"):
        assert [one.id for one in customers.find(actor, text)] == [added.id]
    assert customers.find(actor, "FeUfNV2Hib") == [], "an id has no words in it"


@pytest.mark.parametrize(
    ("text", "words", "hits"),
    [
        ("Zoë Lang", "zoe", ["Zoë"]),
        ("Zoë Lang", "LAN oe", ["oë", "Lan"]),
        ("Straße", "ss", ["ß"]),
        ("Zoe\u0301", "zoé", ["Zoe\u0301"]),
        ("王小明", "小", ["小"]),
        ("banana", "ana", ["anana"]),
        ("ＡＢＣ", "b", ["Ｂ"]),
        ("علی\u200cرضا", "یر", ["ی\u200cر"]),
        ("Zoë Lang", "x", []),
        ("", "x", []),
        ("$1,234.50", "$1,234", ["1,234"]),
        ("$1,234.50", "1234.5", ["1,234.5"]),
        ("Rosen, Jenny", "rosen", ["Rosen"]),
    ],
)
def test_what_was_hit_is_known_in_the_text_as_it_stands(text: str, words: str, hits: list[str]) -> None:
    assert [text[start:end] for start, end in find_hits(text, search_words(words))] == hits


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$1,234.50", ("1234.50",)),
        ("1,234", ("1234",)),
        ("$20", ("20",)),
        ("$7.", ("7.",)),
        ("1,2", ("1,2",)),
        ("a,1,234", ("a,1,234",)),
        ("Zoë ZOE  zoe", ("zoe",)),
        ("\u200d", ()),
        (" ", ()),
        ("$", ("$",)),
        ("a\x00b", ("a", "b")),
        (" ".join(map(str, range(20))), tuple(map(str, range(12)))),
    ],
)
def test_a_search_is_words_and_amounts(text: str, words: tuple[str, ...]) -> None:
    assert search_words(text) == words


@given(st.text(max_size=40), st.integers(0, 39), st.integers(1, 6))
def test_any_piece_of_a_text_finds_it_and_is_marked(text: str, start: int, size: int) -> None:
    words = search_words(text[start : start + size])
    key = search_key(text)
    assert all(word in key or AMOUNT.fullmatch(text[start : start + size].strip()) for word in words)
    assert all(0 <= a < b <= len(text) for a, b in find_hits(text, words))


def test_the_first_letters_that_every_id_has_find_nobody_by_their_id(
    customers: Customers, store: Store, actor: Actor
) -> None:
    marcus = customers.add(actor, "Marcus Lee", "m@example.com", "C-1")
    jenny = customers.add(actor, "Jenny Rosen", "j@example.com", "C-2")
    for one in (marcus, jenny):
        store.customers.decide(one.id, f"cus_{one.name[:3]}", one.created_at)
    assert [one.id for one in customers.find(actor, "cus")] == [marcus.id]
    assert customers.find(actor, "cust_") == []
    assert [one.id for one in customers.find(actor, "cus_jen")] == [jenny.id]

"""Only what is used may fail: what is only shown may be anything, and one bad entry costs a list that entry."""

from __future__ import annotations

import copy
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import responses
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from dashboard.accounts.holder_match import Likeness, compare
from dashboard.domain.errors import ProviderBroken
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_classic import PlaidClassic
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.stripe import Stripe
from dashboard.settings import Settings
from tests.odd_replies import MISSING, ODD_VALUES, odd, put, storable
from tests.unit.test_fuzz_gateways import (
    ACCESS,
    ACCOUNT,
    BANK,
    CLASSIC,
    LINK,
    OBJECT,
    OLD_ACCOUNT,
    PUBLIC,
    SESSION,
    TRANSACTION,
)

QUICK = effort(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
RESULT: dict[str, Any] = SESSION["results"]["item_add_results"][0]
OWNER: dict[str, Any] = ACCOUNT["owners"][0]
Entries = list[Any]


def with_owners(owners: object) -> dict[str, Any]:
    return {"accounts": [{**ACCOUNT, "owners": owners}]}


def with_owner(**parts: object) -> dict[str, Any]:
    return with_owners([{**OWNER, **parts}])


def with_results(results: object) -> dict[str, Any]:
    return {"link_sessions": [{**SESSION, "results": {"item_add_results": results}}]}


# Each list: what an entry is, with `@` where its own text stands; the reply around entries; what is read of them.
PLAID: dict[str, tuple[Any, Callable[[Entries], dict[str, Any]], Callable[[Plaid], list[Any]]]] = {
    "accounts": (
        {**ACCOUNT, "account_id": "@"},
        lambda entries: {"accounts": entries},
        lambda plaid: plaid.accounts(ACCESS),
    ),
    "identity": (
        {**ACCOUNT, "account_id": "@"},
        lambda entries: {"accounts": entries},
        lambda plaid: list(plaid.identity(ACCESS).items()),
    ),
    "owners": ({**OWNER, "names": ["@"]}, with_owners, lambda plaid: plaid.identity(ACCESS)["a1"]),
    "names": ("@", lambda entries: with_owner(names=entries), lambda plaid: list(owner(plaid).names)),
    "emails": ({"data": "@"}, lambda entries: with_owner(emails=entries), lambda plaid: list(owner(plaid).emails)),
    "phones": (
        {"data": "@"},
        lambda entries: with_owner(phone_numbers=entries),
        lambda plaid: list(owner(plaid).phones),
    ),
    "addresses": (
        {"data": {"street": "@", "city": "Malakoff"}},
        lambda entries: with_owner(addresses=entries),
        lambda plaid: list(owner(plaid).addresses),
    ),
    "transactions": (
        {**TRANSACTION, "transaction_id": "@"},
        lambda entries: {"added": entries, "modified": [], "removed": [], "next_cursor": "c", "has_more": False},
        lambda plaid: list(plaid.transactions(ACCESS).added),
    ),
    "modified": (
        {**TRANSACTION, "transaction_id": "@"},
        lambda entries: {"added": [], "modified": entries, "removed": [], "next_cursor": "c", "has_more": False},
        lambda plaid: list(plaid.transactions(ACCESS).modified),
    ),
    "removed": (
        {"transaction_id": "@"},
        lambda entries: {"added": [], "modified": [], "removed": entries, "next_cursor": "c", "has_more": False},
        lambda plaid: list(plaid.transactions(ACCESS).removed),
    ),
    "institutions": (
        {**BANK, "institution_id": "@"},
        lambda entries: {"institutions": entries, "total": len(entries)},
        lambda plaid: list(plaid.institutions()),
    ),
    "link_sessions": (
        {**SESSION, "results": {"item_add_results": [{**RESULT, "public_token": "@"}]}},
        lambda entries: {"link_sessions": entries},
        lambda plaid: list(plaid.read_link_token(LINK).results),
    ),
    "item_add_results": (
        {**RESULT, "public_token": "@"},
        with_results,
        lambda plaid: list(plaid.read_link_token(LINK).results),
    ),
    "link_accounts": (
        {**RESULT["accounts"][0], "id": "@"},
        lambda entries: with_results([{**RESULT, "accounts": entries}]),
        lambda plaid: list(plaid.read_link_token(LINK).results[0].accounts),
    ),
}
OLD: dict[str, tuple[Any, Callable[[Entries], Any], Callable[[PlaidClassic], list[Any]]]] = {
    "accounts": (
        {**OLD_ACCOUNT, "_id": "@"},
        lambda entries: {"accounts": entries},
        lambda plaid: plaid.accounts(CLASSIC),
    ),
    "institutions": (
        {"type": "@", "name": "Chase", "products": ["auth"]},
        lambda entries: entries,
        lambda plaid: list(plaid.institutions()),
    ),
}
# Where the desk looks whether something is there, an answer that lacks one entry says nothing.
LOOKS: dict[str, Callable[[Stripe], object]] = {
    "customers": lambda stripe: stripe.find_customers_by_email("j@example.com"),
    "sources": lambda stripe: stripe.list_sources("cus_1"),
    "setup_intents": lambda stripe: list(stripe.find_setup_intents("cus_1", "ba_1")),
    "payment_intents": lambda stripe: list(stripe.find_payment_intents("cus_1")),
}
# What is only shown, or not used at all, by the list that it stands in.
SHOWN: dict[str, list[tuple[Any, ...]]] = {
    "accounts": [
        *(("name",), ("official_name",), ("mask",), ("subtype",), ("persistent_account_id",), ("owners",)),
        *(("balances",), ("balances", "available"), ("balances", "current"), ("balances", "iso_currency_code")),
    ],
    "identity": [
        *(("name",), ("type",), ("balances",), ("owners",), ("owners", 0), ("owners", 0, "names")),
        *(("owners", 0, part) for part in ("emails", "phone_numbers", "addresses")),
        *(("owners", 0, part, 0, "data") for part in ("emails", "phone_numbers", "addresses")),
    ],
    "institutions": [("products",), ("oauth",), ("routing_numbers",)],
    "transactions": [("name",), ("merchant_name",)],
    "link_sessions": [("link_session_id",), ("finished_at",), ("exit",)],
    "item_add_results": [("institution",), ("institution", "name"), ("accounts",), ("accounts", 0)],
    "link_accounts": [("name",), ("mask",), ("subtype",)],
}


def owner(plaid: Plaid) -> Any:
    return plaid.identity(ACCESS)["a1"][0]


def named(entry: Any, name: str) -> Any:
    return json.loads(json.dumps(entry).replace("@", name))


@pytest.fixture(scope="module")
def http() -> Iterator[list[bytes]]:
    """Answers every request with this body."""
    answers: list[bytes] = []

    def answer(_request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        mock.calls.reset()  # it keeps every exchange, and there are thousands
        return 200, {}, answers[0]

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST"):
            mock.add_callback(method, re.compile(".*"), callback=answer)
        yield answers


def encode(body: Any) -> bytes:
    return json.dumps(body).encode("utf-8", "surrogatepass")


def check_list(http: list[bytes], entry: Any, around: Callable[[Entries], Any], read: Callable[[], list[Any]]) -> None:
    """Whatever stands between two good entries, both are read as they are without it."""
    good = [named(entry, "first"), named(entry, "last")]
    http[:] = [encode(around(good))]
    alone = read()
    assert len(alone) == 2

    @QUICK
    @given(odd(named(entry, "between")) if not isinstance(entry, str) else st.sampled_from(ODD_VALUES))
    def check(between: Any) -> None:
        bad = {} if between is MISSING else between
        http[:] = [encode(around([good[0], bad, good[1]]))]
        found = read()
        assert [one for one in found if one in alone] == alone
        assert storable(found)

    check()


@pytest.mark.parametrize("name", PLAID)
def test_one_bad_entry_costs_plaids_list_that_entry(name: str, http: list[bytes], settings: Settings) -> None:
    entry, around, read = PLAID[name]
    with make_session() as session:
        plaid = Plaid(settings, session, sleep=lambda seconds: None)
        check_list(http, entry, around, lambda: read(plaid))


@pytest.mark.parametrize("name", OLD)
def test_one_bad_entry_costs_the_classic_list_that_entry(
    name: str, http: list[bytes], make_settings: Callable[..., Settings]
) -> None:
    entry, around, read = OLD[name]
    settings = make_settings(
        PLAID_LINK_GENERATION="classic", PLAID_ENV="tartan", PLAID_PUBLIC_KEY="k", PLAID_BASE_URL="http://127.0.0.1:9"
    )
    with make_session() as session:
        plaid = PlaidClassic(settings, session, sleep=lambda seconds: None)
        check_list(http, entry, around, lambda: read(plaid))


def test_one_bad_entry_costs_stripes_list_that_entry(http: list[bytes], settings: Settings) -> None:
    stripe = Stripe(settings, retries=0)
    around: Callable[[Entries], Any] = lambda entries: {"object": "list", "data": entries, "has_more": False}  # noqa: E731
    check_list(http, {**OBJECT, "id": "@"}, around, lambda: stripe.page("charges", {}).data)


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("bad", [None, {}, {"id": 5}, {"id": ""}])
def test_a_look_for_what_may_be_there_takes_no_answer_that_lacks_an_entry(
    name: str, bad: object, http: list[bytes], settings: Settings
) -> None:
    stripe = Stripe(settings, retries=0)
    http[:] = [encode({"object": "list", "data": [OBJECT, bad], "has_more": False})]
    with pytest.raises(ProviderBroken):
        LOOKS[name](stripe)


def test_no_account_is_called_gone_by_an_answer_that_lacks_one(http: list[bytes], settings: Settings) -> None:
    http[:] = [encode({"accounts": [ACCOUNT, {**ACCOUNT, "account_id": None}]})]
    with make_session() as session:
        plaid = Plaid(settings, session)
        assert [one.id for one in plaid.accounts(ACCESS)] == ["a1"]
        with pytest.raises(ProviderBroken):
            plaid.accounts(ACCESS, whole=True)


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in SHOWN.items() for path in paths])
def test_what_is_only_shown_may_be_anything(
    name: str, path: tuple[Any, ...], http: list[bytes], settings: Settings
) -> None:
    entry, around, read = PLAID[name]
    with make_session() as session:
        plaid = Plaid(settings, session, sleep=lambda seconds: None)
        for value in ODD_VALUES:
            http[:] = [encode(around([put(named(entry, "one"), path, copy.deepcopy(value))]))]
            found = read(plaid)
            assert len(found) == 1, f"{path} = {value!r}"
            assert storable(found)


def test_a_bank_without_phone_or_email_and_an_account_without_owners_leave_the_names_usable(
    http: list[bytes], settings: Settings
) -> None:
    owners = [
        {"names": ["Jenny Rosen", ""], "emails": [{"data": None}], "phone_numbers": [{"data": ""}], "addresses": None},
        {"names": None, "emails": None, "phone_numbers": None, "addresses": [{"data": None}]},
    ]
    http[:] = [encode({"accounts": [{**ACCOUNT, "owners": owners}, {**ACCOUNT, "account_id": "a2", "owners": None}]})]
    with make_session() as session:
        found = Plaid(settings, session).identity(ACCESS)
    names = [name for owner in found["a1"] for name in owner.names]
    assert compare("Jenny Rosen", names) is Likeness.SAME
    assert found["a2"] == []


def test_a_bank_without_a_name_does_not_break_the_list(
    http: list[bytes], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    banks = [{**BANK, "name": None}, {**BANK, "institution_id": "ins_2", "logo": None, "url": None}]
    http[:] = [encode({"institutions": banks, "total": 2})]
    with make_session() as session:
        assert [bank.id for bank in Plaid(settings, session).institutions()] == ["ins_2"]
    assert "1 of 2" in caplog.text, "what is left out is counted"


def test_a_currency_that_no_bank_clears_is_named(http: list[bytes], settings: Settings) -> None:
    balances = {"available": 1, "current": None, "iso_currency_code": None, "unofficial_currency_code": "BTC"}
    http[:] = [encode({"accounts": [{**ACCOUNT, "balances": balances}]})]
    with make_session() as session:
        assert Plaid(settings, session).balance(ACCESS, "a1").currency == "btc"


def test_a_balance_that_was_asked_for_must_be_one(http: list[bytes], settings: Settings) -> None:
    other = {"account_id": "a2", "balances": {"available": "much"}}
    http[:] = [encode({"accounts": [other, 5, ACCOUNT]})]
    with make_session() as session:
        plaid = Plaid(settings, session)
        assert plaid.balance(ACCESS, "a1").available_cents == 11_050, "what another account says does not matter"
        with pytest.raises(ProviderBroken):
            plaid.balance(ACCESS, "a2")


def test_a_list_of_which_nothing_can_be_read_is_a_broken_answer_and_not_an_empty_one(
    http: list[bytes], settings: Settings
) -> None:
    http[:] = [encode({"object": "list", "data": [{"id": None}, 5], "has_more": False})]
    with pytest.raises(ProviderBroken):
        Stripe(settings, retries=0).page("charges", {})
    http[:] = [encode({"accounts": [{}], "institutions": [{**BANK, "name": None}], "total": 1})]
    with make_session() as session:
        plaid = Plaid(settings, session)
        for read in (lambda: plaid.accounts(ACCESS), lambda: list(plaid.institutions())):
            with pytest.raises(ProviderBroken):
                read()


def test_one_line_that_cannot_be_read_does_not_stop_a_statement_for_good(http: list[bytes], settings: Settings) -> None:
    http[:] = [encode({"added": [{}], "modified": [], "removed": [], "next_cursor": "c1", "has_more": False})]
    with make_session() as session:
        page = Plaid(settings, session).transactions(ACCESS, "c0")
    assert (page.added, page.next_cursor) == ((), "c1")


def test_a_public_token_outlives_a_session_that_cannot_be_read(http: list[bytes], settings: Settings) -> None:
    http[:] = [encode({"link_sessions": [{**SESSION, "exit": [], "link_session_id": 5}, None]})]
    with make_session() as session:
        (found,) = Plaid(settings, session).read_link_token(LINK).results
    assert found.public_token == PUBLIC

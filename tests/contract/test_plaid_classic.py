"""The founding guide's API over plain requests, as its readers called it: form-encoded, errors with a resolve."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandboxes import Sandbox


class Guide:
    """The guide's calls with the sandbox's keys, or others."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.keys = {name: sandbox.keys["plaid"][name] for name in ("client_id", "secret")}

    def post(self, path: str, **form: Any) -> requests.Response:
        filled = {name: value for name, value in {**self.keys, **form}.items() if value is not None}
        return self.sandbox.http.post(self.sandbox.url + path, data=filled, timeout=20)

    def get(self, path: str) -> requests.Response:
        return self.sandbox.http.get(self.sandbox.url + path, timeout=20)

    def public_token(self, institution: str = "chase") -> tuple[str, str]:
        made = self.sandbox.control("POST", "/classic/public_token", institution=institution)
        return made["public_token"], made["account_id"]


TEST_KEYS = {"client_id": "test_id", "secret": "test_secret"}


@pytest.fixture
def guide(sandbox: Sandbox) -> Guide:
    return Guide(sandbox)


def test_without_an_account_only_the_access_token_comes(guide: Guide) -> None:
    answer = guide.post("/exchange_token", public_token=guide.public_token()[0])
    assert set(answer.json()) == {"access_token"}
    assert answer.headers["x-request-id"]


def test_with_a_depository_account_both_tokens_come_and_stripe_takes_the_second(guide: Guide, sandbox: Sandbox) -> None:
    token, account_id = guide.public_token()
    answer = guide.post("/exchange_token", public_token=token, account_id=account_id).json()
    assert set(answer) == {"access_token", "stripe_bank_account_token"}
    customer = sandbox.client.v1.customers.create({"name": "Jo"})
    bank: Any = sandbox.client.v1.customers.payment_sources.create(
        customer.id, {"source": answer["stripe_bank_account_token"]}
    )
    assert (bank.status, bank.last4) == ("verified", "6789")


def test_json_is_taken_as_well_as_a_form(guide: Guide, sandbox: Sandbox) -> None:
    body = {**guide.keys, "public_token": guide.public_token()[0]}
    assert "access_token" in sandbox.http.post(f"{sandbox.url}/exchange_token", json=body, timeout=20).json()


def test_a_client_that_stripe_does_not_know_gets_no_bank_token(guide: Guide, sandbox: Sandbox) -> None:
    token, account_id = guide.public_token()
    sandbox.control("POST", "/plaid", stripe_connected=False)
    try:
        answer = guide.post("/exchange_token", public_token=token, account_id=account_id)
    finally:
        sandbox.control("POST", "/plaid", stripe_connected=True)
    assert (answer.status_code, set(answer.json())) == (200, {"access_token"})


def test_the_guides_test_keys_give_its_test_token(guide: Guide) -> None:
    answer = guide.post("/exchange_token", **TEST_KEYS, public_token="test,chase,connected", account_id="any")
    assert answer.json() == {"access_token": "test_chase"}


def test_a_classic_public_token_is_long_lived_and_gives_the_same_access_token(fresh: Sandbox) -> None:
    guide = Guide(fresh)
    token, _ = guide.public_token()
    first = guide.post("/exchange_token", public_token=token).json()
    fresh.advance(2)
    assert guide.post("/exchange_token", public_token=token).json() == first


@pytest.mark.parametrize(
    ("form", "status", "code", "message"),
    [
        ({"client_id": None}, 401, 1100, "client_id missing"),
        ({"secret": None}, 401, 1101, "secret missing"),
        ({"secret": "wrong"}, 401, 1102, "secret or client_id invalid"),
        ({"public_token": "nonsense"}, 401, 1106, "bad public_token"),
        ({"public_token": None}, 401, 1107, "missing public_token"),
        ({"public_token": "test,chase,connected"}, 401, 1109, "unauthorized product"),
        ({**TEST_KEYS, "public_token": "nonsense"}, 401, 1109, "unauthorized product"),
        ({"account_id": "nobody"}, 404, 1606, "account not found"),
    ],
)
def test_a_bad_exchange_is_refused_in_the_old_words(
    guide: Guide, form: dict[str, Any], status: int, code: int, message: str
) -> None:
    answer = guide.post("/exchange_token", **{"public_token": guide.public_token()[0], **form})
    body = answer.json()
    assert (answer.status_code, body["code"], body["message"]) == (status, code, message)
    assert body["resolve"]
    assert set(body) == {"code", "message", "resolve"}
    assert answer.headers["x-request-id"]


def accounts_of(guide: Guide, access_token: str) -> list[dict[str, Any]]:
    return list(guide.post("/balance", access_token=access_token).json()["accounts"])


def test_a_card_is_no_depository_account_and_stripe_may_refuse(guide: Guide, sandbox: Sandbox) -> None:
    token, account_id = guide.public_token()
    access_token = guide.post("/exchange_token", public_token=token).json()["access_token"]
    card = next(each for each in accounts_of(guide, access_token) if each["type"] == "credit")
    answer = guide.post("/exchange_token", public_token=token, account_id=card["_id"])
    assert (answer.status_code, answer.json()["code"]) == (400, 2001)
    sandbox.control("POST", "/plaid", stripe_refuses="no")
    try:
        answer = guide.post("/exchange_token", public_token=token, account_id=account_id)
    finally:
        sandbox.control("POST", "/plaid", stripe_refuses=None)
    assert (answer.status_code, answer.json()["code"]) == (400, 2002)


def test_another_content_type_is_refused(guide: Guide, sandbox: Sandbox) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = sandbox.http.post(f"{sandbox.url}/exchange_token", data="x", headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (400, 1009)


def test_the_balance_is_real_time_and_in_the_old_shape(guide: Guide, sandbox: Sandbox) -> None:
    token, account_id = guide.public_token()
    access_token = guide.post("/exchange_token", public_token=token).json()["access_token"]
    account = next(each for each in accounts_of(guide, access_token) if each["_id"] == account_id)
    assert account["balance"] == {"available": 100, "current": 110}
    assert account["meta"] == {"name": "Plaid Checking", "number": "0000"}
    assert (account["institution_type"], account["type"], account["subtype"]) == ("chase", "depository", "checking")
    assert "numbers" not in account
    sandbox.control("POST", "/plaid", available_balance={"account_id": account_id, "available": None})
    account = next(each for each in accounts_of(guide, access_token) if each["_id"] == account_id)
    assert account["balance"]["available"] is None


@pytest.mark.parametrize(("token", "code"), [(None, 1000), ("nonsense", 1105), ("test_chase", 1109)])
def test_a_bad_access_token_is_refused(guide: Guide, token: str | None, code: int) -> None:
    assert guide.post("/balance", access_token=token).json()["code"] == code


def test_the_test_token_reads_balances_with_the_test_keys(guide: Guide) -> None:
    assert guide.post("/balance", **TEST_KEYS, access_token="test_wells").json()["accounts"]


def test_a_removed_user_is_gone(guide: Guide, sandbox: Sandbox) -> None:
    access_token = guide.post("/exchange_token", public_token=guide.public_token()[0]).json()["access_token"]
    form = {**guide.keys, "access_token": access_token}
    assert sandbox.http.delete(f"{sandbox.url}/auth", data=form, timeout=20).status_code == 200
    answer = guide.post("/balance", access_token=access_token)
    assert (answer.status_code, answer.json()["code"]) == (404, 1610)


def test_institutions_are_listed_found_and_searched_without_keys(guide: Guide) -> None:
    everything = guide.get("/institutions").json()
    chase = next(each for each in everything if each["type"] == "chase")
    assert chase["id"] == "5301a99504977c52b60000d0"
    assert {"id", "type", "name", "has_mfa", "mfa", "products", "credentials"} == set(chase)
    assert next(each for each in everything if each["type"] == "usaa")["credentials"]["pin"]
    assert "auth" not in next(each for each in everything if each["type"] == "amex")["products"]
    assert guide.get(f"/institutions/{chase['id']}").json() == chase
    assert [each["name"] for each in guide.get("/institutions/search?q=wells&p=auth").json()] == ["Wells Fargo"]
    missing = guide.get("/institutions/nowhere")
    assert (missing.status_code, missing.json()["code"]) == (404, 1301)


def test_a_classic_item_is_unknown_to_the_current_api(guide: Guide, sandbox: Sandbox) -> None:
    access_token = guide.post("/exchange_token", public_token=guide.public_token()[0]).json()["access_token"]
    body = {**guide.keys, "access_token": access_token}
    error = sandbox.http.post(f"{sandbox.url}/accounts/get", json=body, timeout=20).json()
    assert error["error_code"] == "INVALID_ACCESS_TOKEN"


def test_a_token_for_a_bank_without_auth_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="institution must be one of"):
        sandbox.control("POST", "/classic/public_token", institution="amex")

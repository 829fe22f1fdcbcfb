"""Link tokens by the official client: what is taken and refused, how long they live, what can be read of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from plaid.model.country_code import CountryCode
from plaid.model.link_token_create_hosted_link import LinkTokenCreateHostedLink
from plaid.model.link_token_create_request import LinkTokenCreateRequest
from plaid.model.link_token_create_request_user import LinkTokenCreateRequestUser
from plaid.model.link_token_get_request import LinkTokenGetRequest
from plaid.model.products import Products

from tests.contract.plaid_client import PlaidClient
from tests.sandboxes import Sandbox

BODY: dict[str, Any] = {
    "client_name": "Acme Payments",
    "language": "en",
    "country_codes": ["US"],
    "user": {"client_user_id": "cust_000123"},
    "products": ["auth"],
}
HOURS, MINUTES = 3600, 60


@pytest.fixture
def client(sandbox: Sandbox) -> PlaidClient:
    return PlaidClient(sandbox)


def request(**more: Any) -> LinkTokenCreateRequest:
    body = {
        "client_name": "Acme Payments",
        "language": "en",
        "country_codes": [CountryCode("US")],
        "user": LinkTokenCreateRequestUser(client_user_id="cust_000123"),
        "products": [Products("auth")],
        **more,
    }
    return LinkTokenCreateRequest(**{name: value for name, value in body.items() if value is not None})


def life_of(sandbox: Sandbox, expiration: datetime) -> float:
    return (expiration - sandbox.state.clock.now().astimezone(UTC)).total_seconds()


def act(client: PlaidClient, session: dict[str, Any], action: str, **more: Any) -> dict[str, Any]:
    status, answer = client.raw("/link/api/act", {"session": session["session"], "action": action, **more})
    assert status == 200, answer
    return answer


def start(client: PlaidClient, **settings: Any) -> dict[str, Any]:
    return client.raw("/link/api/start", settings)[1]


def finish_link(client: PlaidClient, **settings: Any) -> dict[str, Any]:
    """Link, without a browser, to its last answer."""
    session = start(client, **settings)
    act(client, session, "consent")
    act(client, session, "choose", institution_id="ins_109508")
    offered = act(client, session, "credentials", username="user_good", password="pass_good")
    chosen = [offered["view"]["accounts"][0]["id"]]
    done = act(client, session, "accounts", account_ids=chosen)
    return done if done["end"] else act(client, session, "finish")


def test_a_token_for_a_new_item_lives_four_hours(client: PlaidClient, sandbox: Sandbox) -> None:
    answer = client.api.link_token_create(request())
    assert answer["link_token"].startswith("link-sandbox-")
    assert 0 <= 4 * HOURS - life_of(sandbox, answer["expiration"]) < 30
    assert answer["request_id"]
    assert "hosted_link_url" not in answer


def test_a_token_for_update_mode_lives_half_an_hour(client: PlaidClient, sandbox: Sandbox) -> None:
    answer = client.api.link_token_create(request(products=None, access_token=client.link()))
    assert 0 <= 30 * MINUTES - life_of(sandbox, answer["expiration"]) < 30


@pytest.mark.parametrize(
    ("hosted", "seconds"),
    [({}, 30 * MINUTES), ({"url_lifetime_seconds": 600}, 600), ({"delivery_method": "email"}, 7 * 24 * HOURS)],
)
def test_a_hosted_link_lives_as_long_as_its_address(
    client: PlaidClient, sandbox: Sandbox, hosted: dict[str, Any], seconds: int
) -> None:
    status, answer = client.raw("/link/token/create", {**BODY, "hosted_link": hosted})
    assert status == 200
    assert answer["hosted_link_url"].startswith(f"{sandbox.url}/link/hosted/")
    assert answer["link_token"] not in answer["hosted_link_url"]
    expiration = datetime.fromisoformat(answer["expiration"].replace("Z", "+00:00"))
    assert 0 <= seconds - life_of(sandbox, expiration) < 30


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"products": None}, "MISSING_FIELDS"),
        ({"products": ["balance"]}, "INVALID_PRODUCT"),
        ({"products": ["teleport"]}, "INVALID_FIELD"),
        ({"user": None}, "MISSING_FIELDS"),
        ({"user": {}}, "MISSING_FIELDS"),
        ({"user": {"client_user_id": "jo@example.com"}}, "INVALID_FIELD"),
        ({"user": {"client_user_id": "+1 415 555 2671"}}, "INVALID_FIELD"),
        ({"user": {"client_user_id": "+14155552671"}}, "INVALID_FIELD"),
        ({"user": {"client_user_id": "(415) 555-2671"}}, "INVALID_FIELD"),
        ({"user": {"client_user_id": "415-555-2671"}}, "INVALID_FIELD"),
        ({"user": {"client_user_id": "c", "phone_number": "415-555"}}, "INVALID_FIELD"),
        ({"redirect_uri": "https://desk.example/back?x=1"}, "INVALID_FIELD"),
        ({"redirect_uri": "https://desk.example/back#x"}, "INVALID_FIELD"),
        ({"language": "tlh"}, "INVALID_FIELD"),
        ({"country_codes": []}, "INVALID_FIELD"),
        ({"access_token": "access-sandbox-x", "products": None}, "INVALID_ACCESS_TOKEN"),
        ({"institution_id": "ins_0"}, "INVALID_INSTITUTION"),
        ({"hosted_link": {"url_lifetime_seconds": 22 * 86400}}, "INVALID_FIELD"),
        ({"account_filters": {"depository": {"color": "red"}}}, "UNKNOWN_FIELDS"),
        ({"account_filters": {"depository": {"account_subtypes": ["credit card"]}}}, "INVALID_FIELD"),
        ({"link_customization_name": "missing"}, "INVALID_LINK_CUSTOMIZATION"),
    ],
)
def test_a_link_token_that_cannot_work_is_refused(client: PlaidClient, change: dict[str, Any], code: str) -> None:
    body = {name: value for name, value in {**BODY, **change}.items() if value is not None}
    status, error = client.raw("/link/token/create", body)
    assert (status, error.get("error_code")) == (400, code)


def test_a_number_of_ones_own_is_no_phone_number(client: PlaidClient) -> None:
    for id in ("cust_000123", "42", "1796000000", "1796000000.123456", "5f0c7a1e-0d52-4f0e-9d0a-3d4b8a3a1d20"):
        assert client.raw("/link/token/create", {**BODY, "user": {"client_user_id": id}})[0] == 200


def test_a_long_client_name_is_shown_as_this_application(client: PlaidClient) -> None:
    made = client.raw("/link/token/create", {**BODY, "client_name": "A" * 31})[1]
    assert start(client, token=made["link_token"])["view"]["client_name"] == "This Application"


def test_the_token_can_be_read_back(client: PlaidClient) -> None:
    made = client.api.link_token_create(request(webhook="https://desk.example/hook"))
    read = client.api.link_token_get(LinkTokenGetRequest(link_token=made["link_token"]))
    assert read["expiration"] == made["expiration"]
    assert read["metadata"]["client_name"] == "Acme Payments"
    assert read["metadata"]["webhook"] == "https://desk.example/hook"
    assert [str(each) for each in read["metadata"]["initial_products"]] == ["auth"]
    assert read["link_sessions"] == []


def test_a_hosted_session_is_complete_and_its_public_token_exchanges(client: PlaidClient) -> None:
    made = client.api.link_token_create(request(hosted_link=LinkTokenCreateHostedLink()))
    end = finish_link(client, hosted_id=made["hosted_link_url"].rsplit("/", 1)[1])["end"]
    assert end == {"kind": "success", "redirect": None}
    read = client.api.link_token_get(LinkTokenGetRequest(link_token=made["link_token"]))
    (session,) = read["link_sessions"]
    (result,) = session["results"]["item_add_results"]
    assert result["institution"]["institution_id"] == "ins_109508"
    assert result["accounts"][0]["mask"] == "0000"
    assert session["finished_at"]
    assert [each["event_name"] for each in session["events"]][-1] == "HANDOFF"
    assert client.exchange(result["public_token"])[1]


def test_a_hosted_exit_is_kept_with_its_error(client: PlaidClient) -> None:
    made = client.api.link_token_create(request(hosted_link=LinkTokenCreateHostedLink()))
    session = start(client, hosted_id=made["hosted_link_url"].rsplit("/", 1)[1])
    act(client, session, "consent")
    act(client, session, "choose", institution_id="ins_109508")
    act(client, session, "credentials", username="user_good", password="error_ITEM_LOCKED")
    act(client, session, "exit")
    read = client.api.link_token_get(LinkTokenGetRequest(link_token=made["link_token"]))
    left = read["link_sessions"][0]["exit"]
    assert left["error"]["error_code"] == "ITEM_LOCKED"
    assert left["metadata"]["status"] == "requires_credentials"


def test_other_sessions_show_only_that_they_were(client: PlaidClient) -> None:
    made = client.api.link_token_create(request())
    assert finish_link(client, token=made["link_token"])["end"]["public_token"]
    read = client.api.link_token_get(LinkTokenGetRequest(link_token=made["link_token"]))
    assert set(read["link_sessions"][0].to_dict()) == {"link_session_id", "started_at", "finished_at"}


def test_a_link_token_is_used_up_by_a_success(client: PlaidClient) -> None:
    made = client.api.link_token_create(request())
    finish_link(client, token=made["link_token"])
    assert start(client, token=made["link_token"])["end"]["error"]["error_code"] == "INVALID_LINK_TOKEN"


def test_a_sessions_data_is_gone_after_six_hours_and_its_token_after_four(fresh: Sandbox) -> None:
    client = PlaidClient(fresh)
    made = client.api.link_token_create(request(hosted_link=LinkTokenCreateHostedLink()))
    finish_link(client, hosted_id=made["hosted_link_url"].rsplit("/", 1)[1])
    unused = client.api.link_token_create(request())
    fresh.advance(1)
    read = client.api.link_token_get(LinkTokenGetRequest(link_token=made["link_token"]))
    assert read["link_sessions"] == []
    assert start(client, token=unused["link_token"])["end"]["error"]["error_code"] == "INVALID_LINK_TOKEN"


def test_too_many_wrong_passwords_end_the_session(client: PlaidClient) -> None:
    made = client.api.link_token_create(request())
    session = start(client, token=made["link_token"])
    act(client, session, "consent")
    answer = act(client, session, "choose", institution_id="ins_109508")
    for _ in range(5):
        assert answer["end"] is None
        answer = act(client, session, "credentials", username="user_good", password="wrong")
    assert answer["end"]["error"]["error_code"] == "INVALID_LINK_TOKEN"


def visit_bank(client: PlaidClient, token: str, institution: str, *, allow: bool = True) -> dict[str, Any]:
    """Link at a bank with OAuth, up to its decision; what Link shows then."""
    session = start(client, token=token)
    act(client, session, "consent")
    view = act(client, session, "choose", institution_id=institution)["view"]
    decision = {"state": view["url"].rsplit("/", 1)[1], "allow": allow}
    assert client.raw("/link/api/bank", decision)[0] == 200
    assert client.raw("/link/api/bank", decision)[1]["error_code"] == "NO_LONGER_AVAILABLE"
    return act(client, session, "oauth_poll")


def test_a_second_item_at_chase_may_break_the_first_before_link_has_ended(client: PlaidClient) -> None:
    made = client.api.link_token_create(request())
    offered = visit_bank(client, made["link_token"], "ins_56")
    chosen = [offered["view"]["accounts"][0]["id"]]
    act(client, offered, "accounts", account_ids=chosen)
    access_token, _ = client.exchange(act(client, offered, "finish")["end"]["public_token"])
    client.control(duplicate_kills_old=True)
    try:
        visit_bank(client, client.api.link_token_create(request())["link_token"], "ins_56")
    finally:
        client.control(duplicate_kills_old=False)
    error = client.raw("/item/get", {"access_token": access_token})[1]["item"]["error"]
    assert (error["error_code"], error["error_code_reason"]) == ("ITEM_LOGIN_REQUIRED", "OAUTH_INVALID_TOKEN")


def test_the_bank_that_is_down_is_told_in_link(client: PlaidClient) -> None:
    session = start(client, token=client.api.link_token_create(request())["link_token"])
    client.control(institution_down="ins_109512")
    try:
        act(client, session, "consent")
        view = act(client, session, "choose", institution_id="ins_109512")["view"]
    finally:
        client.control(institution_down=None)
    assert (view["pane"], view["error"]["error_code"]) == ("error", "INSTITUTION_DOWN")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"key": "wrong", "env": "tartan", "product": "auth"}, "INVALID_API_KEYS"),
        ({"key": "test_key", "env": "moon", "product": "auth"}, "INVALID_FIELD"),
        ({"key": "test_key", "env": "tartan", "product": "auth", "type": "atlantis"}, "INVALID_INSTITUTION"),
        ({"token": "link-sandbox-x", "received_redirect_uri": "https://desk.example/back"}, "INVALID_FIELD"),
    ],
)
def test_a_link_that_cannot_open_exits_with_its_reason(
    client: PlaidClient, settings: dict[str, str], code: str
) -> None:
    end = start(client, **settings)["end"]
    assert (end["kind"], end["error"]["error_code"]) == ("exit", code)


def test_the_public_token_of_update_mode_changes_no_access_token(client: PlaidClient) -> None:
    access_token = client.link()
    made = client.api.link_token_create(request(products=None, access_token=access_token))
    session = start(client, token=made["link_token"])
    act(client, session, "consent")
    act(client, session, "credentials", username="user_good", password="pass_good")
    end = act(client, session, "finish")["end"]
    assert client.exchange(end["public_token"])[0] == access_token


def test_another_user_is_refused_in_update_mode(client: PlaidClient) -> None:
    made = client.api.link_token_create(request(products=None, access_token=client.link()))
    session = start(client, token=made["link_token"])
    act(client, session, "consent")
    view = act(client, session, "credentials", username="user_bank_income", password="pass_good")["view"]
    assert view["error"]["error_code"] == "INVALID_UPDATED_USERNAME"


def test_no_view_holds_a_token_or_an_answer(client: PlaidClient) -> None:
    made = client.api.link_token_create(request())
    session = start(client, token=made["link_token"])
    act(client, session, "consent")
    act(client, session, "choose", institution_id="ins_109508")
    answer = act(client, session, "credentials", username="user_good", password="mfa_questions_1_1")
    assert "answer_0_0" not in str(answer)
    assert made["link_token"] not in str(answer)

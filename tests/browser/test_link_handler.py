"""Link's handler as a page uses it: update mode, the guide's generation, the hosted page, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.link_stage import Stage, choose_account, go, home, reach_sign_in, sandbox, sign_in, stage

__all__ = ["home", "sandbox", "stage"]  # fixtures


pytestmark = pytest.mark.browser


def test_update_mode_mends_the_item_and_leaves_its_access_token(stage: Stage) -> None:
    public = stage.post("/sandbox/public_token/create", institution_id="ins_109508", initial_products=["auth"])
    access = stage.post("/item/public_token/exchange", public_token=public["public_token"])["access_token"]
    stage.post("/sandbox/item/reset_login", access_token=access)
    link = stage.open(token=stage.token(access_token=access))
    go(link)
    sign_in(link)
    link.get_by_role("button", name="Finish").click()
    stage.outcome("success")
    assert stage.post("/item/get", access_token=access)["item"]["error"] is None
    assert len(stage.post("/accounts/get", access_token=access)["accounts"]) == 11


def classic(stage: Stage, **more: Any) -> dict[str, Any]:
    return {"key": stage.keys["public_key"], "env": "tartan", "product": "auth", "clientName": "Acme", **more}


def exchange(stage: Stage, **form: str) -> dict[str, Any]:
    keys = {name: stage.keys[name] for name in ("client_id", "secret")}
    answer = requests.post(f"{stage.sandbox.url}/exchange_token", data={**keys, **form}, timeout=20)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_classic_handler_lists_institutions_and_opens_one_by_type(stage: Stage) -> None:
    stage.create(**classic(stage))
    institutions = stage.page.evaluate("handler.institutions")
    assert {"name": "Chase", "type": "chase", "auth": True, "connect": True} in institutions
    assert [each["type"] for each in institutions if not each["auth"]] == ["amex"]
    stage.page.evaluate("handler.open('chase')")
    link = stage.frame()
    go(link)
    expect(link.get_by_role("heading", name="Sign in to Chase")).to_be_visible()
    sign_in(link, "plaid_test", "plaid_good")
    choose_account(link)
    success = stage.outcome("success")
    assert success["metadata"]["institution"] == {"name": "Chase", "type": "chase"}
    both = exchange(stage, public_token=success["token"], account_id=success["metadata"]["account_id"])
    assert set(both) == {"access_token", "stripe_bank_account_token"}


def test_the_guides_test_key_gives_the_guides_test_token(stage: Stage) -> None:
    link = stage.open(**classic(stage, key="test_key"))
    reach_sign_in(link, "Chase")
    sign_in(link, "plaid_test", "plaid_good")
    choose_account(link)
    assert stage.outcome("success")["token"] == "test,chase,connected"


def test_the_hosted_page_needs_no_callbacks_and_its_result_is_read_by_the_server(stage: Stage) -> None:
    body = {
        "client_name": "Acme",
        "language": "en",
        "country_codes": ["US"],
        "user": {"client_user_id": "c-1"},
        "products": ["auth"],
        "hosted_link": {},
    }
    made = stage.post("/link/token/create", **body)
    stage.page.goto(made["hosted_link_url"])
    page: Any = stage.page
    reach_sign_in(page)
    sign_in(page)
    page.get_by_label("Plaid Saving").check()
    go(page)
    expect(page.get_by_role("heading", name="Success")).to_be_visible()
    (session,) = stage.post("/link/token/get", link_token=made["link_token"])["link_sessions"]
    (result,) = session["results"]["item_add_results"]
    assert result["accounts"][0]["mask"] == "1111"
    assert stage.post("/item/public_token/exchange", public_token=result["public_token"])["item_id"]
    page.goto(made["hosted_link_url"])
    expect(page.get_by_role("heading", name="This link cannot be used")).to_be_visible()


def test_the_handler_has_what_react_plaid_link_calls(stage: Stage) -> None:
    stage.create(token=stage.token())
    kinds = stage.page.evaluate("['open', 'exit', 'destroy', 'submit'].map(name => typeof handler[name])")
    assert kinds == ["function"] * 4
    stage.page.evaluate("handler.open(); handler.exit({ force: true })")
    stage.outcome("exit")
    expect(stage.page.locator("iframe[title='Plaid Link']")).to_be_hidden()
    stage.page.evaluate("handler.destroy()")
    expect(stage.page.locator("iframe[title='Plaid Link']")).to_have_count(0)


def test_a_handler_opens_again_after_an_exit(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    link.get_by_role("button", name="Close").click()
    link.get_by_role("button", name="Yes, exit").click()
    stage.outcome("exit")
    stage.page.get_by_role("button", name="Link a bank").click()
    expect(link.get_by_role("button", name="Continue")).to_be_visible()


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("{ onSuccess: () => {} }", "requires a token"),
        ("{ token: 'link-sandbox-x' }", "onSuccess"),
        ("{ key: 'k', env: 'moon', product: 'auth', onSuccess: () => {} }", "env"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_in_words(stage: Stage, config: str, sentence: str) -> None:
    stage.page.goto(stage.home)
    stage.page.evaluate("src => load(src)", stage.sandbox.keys["link_script"])
    said = stage.page.evaluate(f"(() => {{ try {{ Plaid.create({config}); }} catch (e) {{ return e.message; }} }})()")
    assert sentence in said


def test_a_message_of_another_window_is_not_listened_to(stage: Stage) -> None:
    stage.create(token=stage.token())
    forged = {"channel": "plaid-link-sandbox", "type": "success", "public_token": "forged", "metadata": {}}
    stage.page.evaluate("message => window.postMessage(message, '*')", forged)
    stage.page.evaluate("() => new Promise(done => setTimeout(done, 0))")
    assert stage.page.evaluate("log") == []

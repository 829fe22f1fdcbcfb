"""Link's stand-in in a real browser: what a customer meets on the way to a public token, or out of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.link_stage import Stage, choose_account, go, home, reach_sign_in, sandbox, sign_in, stage

__all__ = ["home", "sandbox", "stage"]  # fixtures


pytestmark = pytest.mark.browser


def test_a_customer_links_a_bank_and_the_page_gets_a_public_token_that_exchanges(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link)
    choose_account(link)
    success = stage.outcome("success")
    assert success["token"].startswith("public-sandbox-")
    metadata = success["metadata"]
    assert metadata["institution"] == {"name": "First Platypus Bank", "institution_id": "ins_109508"}
    (account,) = metadata["accounts"]
    assert {name: account[name] for name in ("name", "mask", "type", "subtype")} == {
        "name": "Plaid Checking",
        "mask": "0000",
        "type": "depository",
        "subtype": "checking",
    }
    exchanged = stage.post("/item/public_token/exchange", public_token=success["token"])
    found = stage.post("/accounts/get", access_token=exchanged["access_token"])["accounts"]
    assert [each["account_id"] for each in found] == [account["id"]]
    names = stage.names()
    assert names[0] == "OPEN"
    assert names[-1] == "HANDOFF"
    assert {"TRANSITION_VIEW", "SELECT_INSTITUTION", "SUBMIT_CREDENTIALS"} <= set(names)


def test_the_public_token_is_in_no_address(stage: Stage) -> None:
    seen: list[str] = []
    stage.page.on("request", lambda request: seen.append(request.url))
    token = stage.token()
    link = stage.open(token=token)
    reach_sign_in(link)
    sign_in(link)
    choose_account(link)
    public_token = stage.outcome("success")["token"]
    assert seen
    assert not [url for url in seen if public_token in url or token in url]


def test_a_wrong_password_says_so_and_lets_the_customer_try_again(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link, password="wrong")
    expect(link.get_by_role("alert")).to_contain_text("credentials were not correct")
    sign_in(link)
    choose_account(link)
    assert stage.outcome("success")["metadata"]["accounts"][0]["mask"] == "0000"


def test_a_locked_account_ends_in_an_exit_with_its_error_and_status(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link, password="error_ITEM_LOCKED")
    expect(link.get_by_role("alert")).to_contain_text("has been locked")
    expect(link.get_by_role("button", name="Try again")).to_be_visible()
    link.get_by_role("button", name="Exit").click()
    left = stage.outcome("exit")
    assert left["error"]["error_code"] == "ITEM_LOCKED"
    assert left["metadata"]["status"] == "requires_credentials"
    assert left["metadata"]["institution"]["institution_id"] == "ins_109508"
    assert left["metadata"]["link_session_id"]
    assert left["metadata"]["request_id"]


def test_a_code_that_is_wrong_is_asked_for_again(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link, password="mfa_device")
    go(link, "device")
    link.get_by_label("Code").fill("9999")
    go(link)
    expect(link.get_by_role("alert")).to_contain_text("MFA responses were not correct")
    link.get_by_label("Code").fill("1234")
    go(link)
    choose_account(link)
    assert stage.outcome("success")


def test_questions_and_selections_are_asked(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link, password="mfa_questions_2_1")
    for answer in ("answer_0_0", "answer_1_0"):
        link.get_by_label(f"round {int(answer[7]) + 1}").fill(answer)
        go(link)
    link.get_by_test_id("pane-accounts").wait_for()
    link.get_by_role("button", name="Back").click()
    link.get_by_role("button", name="Tartan Bank").click()
    sign_in(link, password="mfa_selections")
    link.get_by_label("Yes").check()
    go(link)
    choose_account(link)
    assert stage.outcome("success")["metadata"]["institution"]["institution_id"] == "ins_109511"


def test_closing_half_way_asks_first_and_then_exits_without_an_error(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    expect(link.get_by_label("Username")).to_be_focused()
    link.get_by_label("Username").press("Escape")
    link.get_by_role("button", name="No, continue").click()
    link.get_by_role("button", name="Close").click()
    link.get_by_role("button", name="Yes, exit").click()
    left = stage.outcome("exit")
    assert left["error"] is None
    assert left["metadata"]["status"] == "requires_credentials"
    assert stage.names()[-1] == "EXIT"
    expect(stage.page.get_by_role("button", name="Link a bank")).to_be_focused()


def test_an_unknown_link_token_exits_at_once(stage: Stage) -> None:
    stage.open(token="link-sandbox-00000000-0000-0000-0000-000000000000")
    left = stage.outcome("exit")
    assert left["error"]["error_type"] == "INVALID_INPUT"
    assert left["error"]["error_code"] == "INVALID_LINK_TOKEN"


def test_a_bank_with_oauth_opens_its_own_window(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link, "Platypus OAuth Bank")
    with stage.page.expect_popup() as opened:
        go(link, "oauth")
    opened.value.get_by_role("button", name="Allow").click()
    choose_account(link)
    assert stage.outcome("success")["metadata"]["institution"]["institution_id"] == "ins_127287"
    assert {"OPEN_OAUTH", "CLOSE_OAUTH"} <= set(stage.names())


def test_a_denial_at_the_bank_is_told(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link, "Platypus OAuth Bank")
    with stage.page.expect_popup() as opened:
        go(link, "oauth")
    opened.value.get_by_role("button", name="Deny").click()
    expect(link.get_by_role("alert")).to_contain_text("did not grant")
    link.get_by_role("button", name="Exit").click()
    left = stage.outcome("exit")
    assert left["error"]["error_code"] == "ACCESS_NOT_GRANTED"
    assert left["metadata"]["status"] == "requires_oauth"


def test_a_blocked_pop_up_is_noticed(stage: Stage) -> None:
    stage.page.add_init_script("window.open = () => null")
    link = stage.open(token=stage.token())
    reach_sign_in(link, "Platypus OAuth Bank")
    go(link, "oauth")
    expect(link.get_by_test_id("oauth-status")).to_contain_text("blocked")
    stage.page.locator("body[data-events~=FAIL_OAUTH]").wait_for()


def test_the_bank_can_be_reached_by_redirect_and_link_resumes(stage: Stage) -> None:
    token = stage.token(redirect_uri=f"{stage.home}/back")
    stage.page.add_init_script("window.open = () => null")
    link = stage.open(token=token)
    reach_sign_in(link, "Platypus OAuth Bank")
    go(link, "oauth")
    link.get_by_role("button", name="Continue in this tab").click()
    stage.page.get_by_role("button", name="Allow").click()
    stage.page.wait_for_url("**/back?oauth_state_id=*")
    stage.page.evaluate("src => load(src)", stage.sandbox.keys["link_script"])
    stage.page.evaluate("config => make(config)", {"token": token, "receivedRedirectUri": stage.page.url})
    stage.page.evaluate("handler.open()")
    choose_account(stage.frame())
    assert stage.outcome("success")["metadata"]["institution"]["institution_id"] == "ins_127287"


def test_several_accounts_may_be_taken_where_the_customization_says_so(stage: Stage) -> None:
    link = stage.open(token=stage.token(link_customization_name="multi"))
    reach_sign_in(link)
    sign_in(link)
    link.get_by_label("Plaid Checking").check()
    link.get_by_label("Plaid Saving").check()
    go(link)
    link.get_by_role("button", name="Finish").click()
    assert [each["mask"] for each in stage.outcome("success")["metadata"]["accounts"]] == ["0000", "1111"]


def test_account_filters_hide_what_they_do_not_name(stage: Stage) -> None:
    filters = {"depository": {"account_subtypes": ["checking", "savings"]}}
    link = stage.open(token=stage.token(account_filters=filters))
    reach_sign_in(link)
    sign_in(link)
    expect(link.get_by_role("radio")).to_have_count(2)
    expect(link.get_by_text("Plaid Credit Card")).to_have_count(0)


def test_a_routing_number_highlights_its_bank(stage: Stage) -> None:
    link = stage.open(token=stage.token(institution_data={"routing_number": "011401533"}))
    go(link)
    first = link.get_by_test_id("institution-list").get_by_role("button").first
    expect(first).to_contain_text("First Platypus Bank")
    expect(first).to_contain_text("Suggested")


def test_a_bank_window_that_was_closed_can_be_opened_again(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link, "Platypus OAuth Bank")
    with stage.page.expect_popup() as opened:
        go(link, "oauth")
    opened.value.close()
    expect(link.get_by_test_id("oauth-status")).to_contain_text("was closed")
    with stage.page.expect_popup() as again:
        go(link)
    again.value.get_by_role("button", name="Allow").click()
    choose_account(link)
    assert stage.outcome("success")


def test_every_target_in_link_is_large_enough_for_a_finger(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    for pane in ("consent", "institutions", "credentials"):
        expect(link.get_by_test_id(f"pane-{pane}")).to_be_visible()
        sizes = link.locator("button:visible, input:visible").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect()).map(box => Math.min(box.width, box.height))"
        )
        assert round(min(sizes), 2) >= 44  # an opening animation leaves a millionth of a pixel
        if pane == "consent":
            go(link)
        elif pane == "institutions":
            link.get_by_role("button", name="First Platypus Bank").click()


def test_who_leaves_while_a_call_is_under_way_leaves(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    link.get_by_test_id("pane-consent").wait_for()

    def answer_late(route: Route) -> None:
        stage.page.wait_for_timeout(1500)
        route.continue_()

    stage.page.route("**/link/api/act", answer_late)
    link.get_by_test_id("pane-consent").get_by_role("button", name="Continue").click()
    link.get_by_role("button", name="Close").click()
    link.get_by_role("button", name="Yes, exit").click()
    assert stage.outcome("exit")["error"] is None
